"""The admin's site, whose first page is the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse


class DeskSite(admin.AdminSite):
    """Django's own, with the desk's panels above the list of records."""

    index_template = "admin/desk.html"

    def get_urls(self) -> list[Any]:
        """Add the addresses of what is no model's."""
        from articles.admin import imports

        return [*imports.urls(self), *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what waits to be done, and the records."""
        # Imported late: the modules of records register themselves with this site.
        from articles.admin.desk import panels

        context = {**(extra_context or {}), "panels": list(panels(request))}
        return super().index(request, context)
