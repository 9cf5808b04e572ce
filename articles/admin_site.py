"""The admin's site, whose first page is the desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from articles.sign_in import EditorsSite

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class DeskSite(EditorsSite):
    """Django's own, with the desk's panels above the list of records."""

    index_template = "admin/desk.html"

    def get_urls(self) -> list[Any]:
        """Add the addresses of what is no model's."""
        from articles.admin import imports

        return [*imports.urls(self), *super().get_urls()]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Return the view behind the check of who asks; what it changes is recorded."""
        return super().admin_view(_recorded(view), cacheable)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what waits to be done, and the records."""
        # Imported late: the modules of records register themselves with this site.
        from articles.admin.desk import panels

        context = {**(extra_context or {}), "panels": list(panels(request))}
        return super().index(request, context)


def _recorded(view: View) -> View:
    # Imported late: the history reads the models.
    from articles.history import recorded

    @wraps(view)
    def view_recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return view(request, *args, **kwargs)
        with recorded(request.user):
            return view(request, *args, **kwargs)

    return cast("View", view_recorded)
