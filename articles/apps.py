"""The one application of the project."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AdminConfig):
    """Django's admin, on a site of ours."""

    default_site = "articles.admin_site.DeskSite"


class ArticlesConfig(AppConfig):
    """Articles, where they were printed, and how they are found."""

    name = "articles"
    verbose_name = _("报纸档案")

    def ready(self) -> None:
        """Follow changes to rows that are not ours, taggit's tags, and keep history."""
        from articles import history, pictures
        from articles.search import signals

        # The history first: it hears of a tag that goes before its articles lose it.
        history.register()
        signals.connect()
        pictures.connect()
