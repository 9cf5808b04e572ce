"""Pairs of articles with nearly the same text, for editors to judge."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import jobs, workflow
from articles.admin.base import ArchiveAdmin
from articles.admin.confirm import asked
from articles.models import Article, NearDuplicate


@admin.register(NearDuplicate)
class NearDuplicateAdmin(ArchiveAdmin):
    """Near-duplicates: seen side by side, judged one by one or several at once."""

    list_display = ["one", "other", "likeness", "days", "verdict"]
    list_filter = ["verdict"]
    list_select_related = [
        f"{name}__page__issue__publication" for name in ("first", "second")
    ]
    fields = ["one", "other", "likeness", "days", "verdict"]
    readonly_fields = ["one", "other", "likeness", "days"]
    ordering = ["-pk"]
    actions = ["same", "different"]
    list_display_links = ["likeness"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the pairs of which the user may see both: they say headlines of drafts."""
        pairs = super().get_queryset(request)
        if workflow.sees_all(request.user):
            return pairs
        seen = workflow.visible(request.user, Article.objects.all()).values("pk")
        return pairs.filter(first__in=seen, second__in=seen)

    def get_urls(self) -> list[URLPattern]:
        """Add the address that starts the search for pairs."""
        view = self.admin_site.admin_view(self.find_view)
        name = "articles_nearduplicate_find"
        return [path("find/", view, name=name), *super().get_urls()]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Start the job that compares what is new, or show the one that goes on."""
        if not jobs.may_start(request.user, "duplicates"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        job = jobs.start_once("duplicates", request.user)
        return HttpResponseRedirect(job.get_absolute_url())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say that pairs are found, not entered."""
        return False

    @admin.display(description=gettext_lazy("文章"))
    def one(self, obj: NearDuplicate) -> str:
        """Return the earlier entered of the two, with its place."""
        return _linked(obj.first)

    @admin.display(description=gettext_lazy("另一篇"))
    def other(self, obj: NearDuplicate) -> str:
        """Return the later entered of the two, with its place."""
        return _linked(obj.second)

    @admin.display(description=gettext_lazy("相似度"), ordering="agreement")
    def likeness(self, obj: NearDuplicate) -> str:
        """Return which part of the shorter text the longer has."""
        return f"{obj.agreement:.0%}"

    @admin.display(description=gettext_lazy("相隔天数"))
    def days(self, obj: NearDuplicate) -> str:
        """Return how far apart they were printed: a re-run is near, a set form is not."""
        dates = [article.page.issue.published_on for article in (obj.first, obj.second)]
        number = abs((dates[0] - dates[1]).days)
        return ngettext("%(days)d 天", "%(days)d 天", number) % {"days": number}

    @admin.action(description=gettext_lazy("判断为同一篇"), permissions=["change"])
    def same(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Say that the pairs are one text printed twice."""
        return self._judge(request, queryset, NearDuplicate.Verdict.SAME)

    @admin.action(description=gettext_lazy("判断为不同"), permissions=["change"])
    def different(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Say that the pairs are two texts."""
        return self._judge(request, queryset, NearDuplicate.Verdict.DIFFERENT)

    def _judge(
        self, request: Any, queryset: Any, verdict: NearDuplicate.Verdict
    ) -> TemplateResponse | None:
        title = _("把各对文章判断为“%(verdict)s”？") % {"verdict": verdict.label}
        if page := asked(self, request, queryset, title=title):
            return page
        count = queryset.judge(verdict)
        done = _("%(count)d 对文章已判断为“%(verdict)s”。")
        said = {"count": count, "verdict": verdict.label}
        self.message_user(request, done % said, messages.SUCCESS)
        return None


def _linked(article: Article) -> str:
    url = reverse("admin:articles_article_change", args=[article.pk])
    place = str(article.page)
    return format_html('<a href="{}">{}</a><br>{}', url, article.headline, place)
