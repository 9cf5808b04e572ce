"""Two editors in one article: a warning on opening, and one in the page that was open before."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import editing
from articles.admin.base import ArchiveAdmin
from articles.models import Article, EditLock


class EditLockAdmin(ArchiveAdmin):
    """Says in the form of an article who else has it open."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address at which open forms tell of themselves."""
        view = self.admin_site.admin_view(require_POST(self.edit_lock_view))
        name = "articles_article_edit_lock"
        return [path("<int:pk>/edit-lock/", view, name=name), *super().get_urls()]

    def edit_lock_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hear of an open form and answer who else works there; or let its user take over."""
        article: Article = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        if "left" in request.POST:
            editing.left_by(request.user, pk)
            return HttpResponse(status=204)
        take_over = "take_over" in request.POST
        held = editing.open_by(request.user, pk, take_over)
        if take_over:
            change = reverse("admin:articles_article_change", args=[pk])
            return HttpResponseRedirect(change)
        return JsonResponse({"warning": warning(held) if held else ""})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Note that the article is open, and say who else has it open."""
        obj = kwargs.get("obj")
        if obj is not None and self.has_change_permission(request, obj):
            held = editing.open_by(request.user, obj.pk)
            context["edit_lock"] = warning(held) if held else ""
            context["tells_of_itself"] = True
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """Note that the user has left, but for who goes on editing."""
        if "_continue" not in request.POST:
            editing.left_by(request.user, obj.pk)
        return super().response_change(request, obj)


def warning(held: EditLock) -> str:
    """Return who works at the article, and when they were last heard of."""
    message = _("%(user)s 正在编辑这篇文章，最后活动 %(time)s。")
    time = timezone.localtime(held.heard_at)
    name = held.user.get_full_name() or held.user.get_username()
    return message % {"user": name, "time": f"{time:%H:%M:%S}"}
