"""Asking, before articles are published, about photos that say nothing to who cannot see them."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import workflow
from articles.admin.confirm import NAMED
from articles.admin.steps import WorkflowAdmin
from articles.models import Article, Photo

_PUBLISH = workflow.STEPS["publish"]


class AlternativeTextAdmin(WorkflowAdmin):
    """Whoever publishes is told which photos have no alternative text, and may publish all the same."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the question that the button asks."""
        view = self.admin_site.admin_view(self.publish_view)
        name = "articles_article_publish"
        return [path("<int:pk>/publish/", view, name=name), *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: Article, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Ask before what was stored is published, where a photo has no alternative text."""
        if self._is_to_ask(request, obj):
            return self._question(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """Ask before what was stored is published, where a photo has no alternative text."""
        if self._is_to_ask(request, obj):
            return self._question(request, obj)
        return super().response_change(request, obj)

    def _is_to_ask(self, request: HttpRequest, obj: Article) -> bool:
        return (
            request.POST.get("_step") == _PUBLISH.name
            and workflow.may_move(request.user, obj, _PUBLISH)
            and _silent_photos(Article.objects.filter(pk=obj.pk)).exists()
        )

    def _question(self, request: HttpRequest, obj: Article) -> HttpResponse:
        self.message_user(request, _("已经保存，还没有发布。"))
        address = reverse("admin:articles_article_publish", args=[obj.pk])
        return HttpResponseRedirect(address)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to publish one article; publish it where the answer is yes."""
        if not workflow.may_publish(request.user):
            raise PermissionDenied
        articles = self.get_queryset(request).filter(pk=pk)
        form = _form_of(get_object_or_404(articles).pk)
        page = self._ask_and_move(request, articles, _PUBLISH.name, back=form)
        return page or HttpResponseRedirect(form)

    def warnings(self, step: workflow.Step, articles: QuerySet) -> Sequence[str]:
        """Tell of the photos of articles that will be published, with links to the articles."""
        return _warning(articles) if step is _PUBLISH else ()


def _silent_photos(articles: QuerySet) -> QuerySet:
    """Return the pictures without words in those of the articles that can be published."""
    keys = articles.order_by().values("pk")
    going = Article.objects.filter(pk__in=keys, status__in=_PUBLISH.sources)
    return Photo.objects.filter(~Q(image=""), article__in=going, alt="")


def _warning(articles: QuerySet) -> list[str]:
    photos = _silent_photos(articles)
    total: dict[str, int] = photos.aggregate(
        photos=Count("pk"), articles=Count("article", distinct=True)
    )
    if not total["photos"]:
        return []
    said = ngettext(
        "%(photos)d 张图片没有替代文字，看不见图片的读者不知道上面是什么。仍然可以发布。所在文章（%(articles)d 篇）：",
        "%(photos)d 张图片没有替代文字，看不见图片的读者不知道上面是什么。仍然可以发布。所在文章（%(articles)d 篇）：",
        total["photos"],
    )
    silent = Count("photos", filter=Q(photos__in=photos))
    found = Article.objects.filter(pk__in=photos.values("article"))
    counted = found.annotate(silent=silent).order_by("pk")
    named = counted.values_list("pk", "headline", "silent")[:NAMED]
    links = format_html_join(
        " · ",
        '<a href="{}#photos-group">{}</a> ({})',
        ((_form_of(pk), headline, number) for pk, headline, number in named),
    )
    more = " …" if total["articles"] > NAMED else ""
    return [
        format_html('<span class="warned">{}</span> {}{}', said % total, links, more)
    ]


def _form_of(pk: int) -> str:
    return reverse("admin:articles_article_change", args=[pk])
