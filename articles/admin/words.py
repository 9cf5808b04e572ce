"""Tags, and a view of what search reads."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from articles.admin.base import ArchiveAdmin
from articles.admin.tags import validate_tag_name
from articles.models import SearchDocument, TaggedArticle
from articles.tags import parse_tags


class TagForm(forms.ModelForm):
    """A tag whose name the article's form reads back as one tag."""

    def clean_name(self) -> str:
        """Refuse separators, empty words, and another tag's name in other capitals."""
        name: str = self.cleaned_data["name"]
        validate_tag_name(name)
        if "name" in self.changed_data and parse_tags(name) != [name]:
            raise ValidationError(_("标签中不可有逗号、顿号、分号或连续空格。"))
        others = Tag.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(_("已有同名的标签。"))
        return name


# Its own has an inline for every article tagged, of a table that is not used here.
admin.site.unregister(Tag)


@admin.register(Tag)
class TagAdmin(ArchiveAdmin):
    """Tags; renaming one indexes its articles."""

    form = TagForm
    fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["name", "slug", "articles"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the tags, each with how many articles have it."""
        tagged = TaggedArticle.objects.filter(tag=OuterRef("pk")).order_by()
        number = tagged.values("tag").annotate(n=Count("pk")).values("n")
        # A subquery, so that it is counted for the rows shown and not for all.
        counted = Coalesce(Subquery(number), 0)
        tags: QuerySet = super().get_queryset(request).annotate(article_count=counted)
        return tags

    @admin.display(description=gettext_lazy("文章数"), ordering="article_count")
    def articles(self, obj: Any) -> int:
        """Return how many articles have the tag."""
        count: int = obj.article_count
        return count


@admin.register(SearchDocument)
class SearchDocumentAdmin(ArchiveAdmin):
    """What the index says of an article: to look at only, the index writes it."""

    fields = [
        "article",
        "part",
        "publication_id",
        "page_id",
        "published_on",
        "version",
        "digest",
    ]
    list_display = ["__str__", "article", "published_on", "version"]
    search_fields = ["=article__id", "article__headline"]
    ordering = ["-published_on", "-article_id", "part"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the documents without the columns that are as long as the article."""
        wide = ["words", "bigrams", "text"]
        wide += ["article__source_text", "article__correction"]
        return super().get_queryset(request).select_related("article").defer(*wide)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: only the index writes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: only the index writes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: only the index writes."""
        return False
