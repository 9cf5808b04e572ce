"""Forms that cannot be taken in, given back with what was typed.

A form that comes when its user is signed out, or with an outdated token, is not thrown away:
the pages of signing in carry its fields, signed, and lead back to it. It comes back filled in
and not saved; what is no form of a record is only sent again when its user says so. So does a
form that another's change got in the way of at the moment of saving.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.core import signing
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.middleware import csrf
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.views.csrf import csrf_failure as plain_csrf_failure

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

CARRIED = "carried"
# Says that a form is to be shown filled in, not to be stored (admin/base.py).
RESTORE = "_restore"
_SALT = "articles.sign_in"
# Buttons and answers: to be pressed and given again.
_NOT_KEPT = ("csrfmiddlewaretoken", "confirmed", "asked_count", "post", RESTORE)
# A form of another site is nobody's work.
_FROM_ELSEWHERE = (csrf.REASON_BAD_ORIGIN.partition("%")[0], "Referer checking")


class EditorsSite(admin.AdminSite):
    """Django's own, where a form outlives the session in which it was opened."""

    login_template = "admin/sign_in.html"

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Return the view behind the check of who asks, which keeps what was typed."""
        checked = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request) and (typed := _typed(request)):
                return self.ask_to_sign_in(request, typed)
            return checked(request, *args, **kwargs)

        return cast("View", inner)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Sign in; whoever came with a form goes on to it."""
        carried = request.POST.get(CARRIED, "")
        typed = _read(carried)
        context = {**(extra_context or {}), CARRIED: carried if typed else ""}
        response = super().login(request, context)
        if typed and isinstance(response, HttpResponseRedirect):
            return self.go_on(request, typed)
        return response

    def ask_to_sign_in(
        self, request: HttpRequest, typed: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Return the page of signing in, with what was typed."""
        # A page of its own, not the answer to a form: the fields are not for this view.
        asking = HttpRequest()
        asking.META, asking.COOKIES = request.META, request.COOKIES
        asking.session, asking.user = request.session, request.user
        asking.method, asking.path = "GET", reverse("admin:login")
        asking.path_info = asking.path
        asking._messages = getattr(request, "_messages", None)  # type: ignore[attr-defined]
        context = {
            CARRIED: signing.dumps(typed, salt=_SALT, compress=True),
            "files": typed["files"],
            "next": typed["path"],
            "app_path": asking.path,
        }
        response = admin.AdminSite.login(self, asking, context)
        response.status_code = status
        return response

    def go_on(
        self, request: HttpRequest, typed: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Return the page that leads back to a form: by itself if that stores nothing."""
        context = {
            **self.each_context(request),
            "title": "",
            "path": typed["path"],
            "fields": typed["fields"],
            "files": typed["files"],
            "restores": _restores(typed["path"]),
            "restore": RESTORE,
        }
        response = TemplateResponse(request, "admin/go_on.html", context, status=status)
        add_never_cache_headers(response)
        return response


def give_back(request: HttpRequest) -> HttpResponse:
    """Answer a form that could not be stored: lead back to it, filled in."""
    site: Any = admin.site
    path = request.get_full_path()
    typed = _typed(request) or {"path": path, "fields": [], "files": []}
    return cast("HttpResponse", site.go_on(request, typed, 409))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form with an outdated token: lead back to it, signed in or not."""
    site: Any = admin.site
    ours = request.path.startswith(reverse("admin:index"))
    if not ours or reason.startswith(_FROM_ELSEWHERE):
        return cast("HttpResponse", plain_csrf_failure(request, reason))
    typed = _read(request.POST.get(CARRIED, "")) or _typed(request)
    if typed is None:
        return cast("HttpResponse", plain_csrf_failure(request, reason))
    if not hasattr(request, "user") or not site.has_permission(request):
        return cast("HttpResponse", site.ask_to_sign_in(request, typed, 403))
    return cast("HttpResponse", site.go_on(request, typed, 403))


def _typed(request: HttpRequest) -> dict[str, Any] | None:
    """Return the address and the fields of a form that was sent, None where there are none."""
    is_script = "json" in request.headers.get("Accept", "")
    if request.method != "POST" or is_script or request.path == reverse("admin:login"):
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_KEPT and "password" not in name
    ]
    files = [
        file.name for name in request.FILES for file in request.FILES.getlist(name)
    ]
    if not any(value for _name, value in fields) and not files:
        return None
    return {"path": request.get_full_path(), "fields": fields, "files": files}


def _read(carried: str) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any]", signing.loads(carried, salt=_SALT))
    except signing.BadSignature:
        return None


def _restores(path: str) -> bool:
    """Return whether the address shows a form filled in when it is asked to store nothing."""
    try:
        name = resolve(path.partition("?")[0]).url_name or ""
    except Resolver404:
        return False
    return name.endswith(("_add", "_change", "_changelist"))
