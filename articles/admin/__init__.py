"""The editors' side: every record of the archive in Django's admin, in Chinese."""

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.admin import (
    article,
    candidates,
    changes,
    contributor,
    deleted,
    duplicates,
    jobs,
    lexicon,
    place,
    search_document,
    staff,
    tag,
)

__all__ = [
    "article",
    "candidates",
    "changes",
    "contributor",
    "deleted",
    "duplicates",
    "jobs",
    "lexicon",
    "place",
    "search_document",
    "staff",
    "tag",
]

admin.site.site_header = _("报纸档案")
admin.site.site_title = _("报纸档案")
admin.site.index_title = _("编辑管理")
# taggit calls its section of the index "Taggit" in every language.
apps.get_app_config("taggit").verbose_name = pgettext_lazy("heading", "标签")
