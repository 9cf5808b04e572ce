"""The editors' page of an article's preview: a link to open, to share, to take back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import previews
from articles.admin.base import ArchiveAdmin
from articles.models import Article


class PreviewAdmin(ArchiveAdmin):
    """Whoever sees an article here may show it to others before it is published."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the page with the link."""
        view = self.admin_site.admin_view(self.preview_view)
        name = "articles_article_preview"
        return [path("<int:pk>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a new link; POST ends all that were made before."""
        article: Article = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request, article):
                raise PermissionDenied
            previews.revoke(article)
            message = _("以前的预览链接都已失效。")
            self.message_user(request, message, messages.SUCCESS)
            return HttpResponseRedirect(request.path)
        address = previews.address(article)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("预览"),
            "article": article,
            "address": address,
            "link": request.build_absolute_uri(address),
            "until": timezone.now() + previews.HOLDS,
            "may_revoke": self.has_change_permission(request, article),
        }
        return TemplateResponse(request, "admin/articles/article/preview.html", context)
