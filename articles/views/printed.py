"""A page as it was printed: its picture with the articles as regions, or a plan of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles import meta, page_plan, structured
from articles.models import Article, Page, Paragraph, Photo
from articles.models.picture import PictureFile
from articles.models.place import IssueKey

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Zone:
    """An article on the picture: its rectangles, in pixels of the picture."""

    article: Article
    boxes: tuple[Box, ...]


def page(request: HttpRequest, slug: str, key: IssueKey, label: str) -> HttpResponse:
    """Show a page with its articles, among the pages of its issue."""
    pages = list(_pages(slug, key))
    number = next((n for n, page in enumerate(pages) if page.label == label), None)
    if number is None:
        raise Http404(_("这一期没有这个版。"))
    page = pages[number]
    printed = _as_printed(page)
    absolute = request.build_absolute_uri
    context = {
        "issue": page.issue,
        "page": page,
        "pages": pages,
        "previous": pages[number - 1] if number else None,
        "next": pages[number + 1] if number + 1 < len(pages) else None,
        **printed,
        "meta": meta.of_page(page, printed["articles"], absolute),
        "structured": structured.page(page, absolute),
    }
    return render(request, "articles/page.html", context)


def _pages(slug: str, key: IssueKey) -> QuerySet[Page]:
    date, edition = key
    return Page.objects.filter(
        issue__publication__slug=slug,
        issue__published_on=date,
        issue__edition=edition,
    ).select_related("issue__publication")


def _as_printed(page: Page) -> dict[str, Any]:
    """Return the articles of a page with its picture and their zones, or with its plan."""
    readable = Article.objects.filter(page=page).published().for_lists().with_lead()
    articles = readable.in_print_order()
    picture = page.picture
    if picture:
        shown = list(articles.prefetch_related("regions"))
        zones = zones_of(shown, picture)
        return {"articles": shown, "picture": picture, "zones": zones}
    shown = list(articles.annotate(characters=_characters(), photo_count=_photos()))
    return {"articles": shown, "plan": _plan(shown)}


def zones_of(articles: list[Article], picture: PictureFile) -> list[Zone]:
    """Return the articles that have regions with them, in pixels of the picture."""
    zones = [
        Zone(article, tuple(_pixels(r, picture) for r in article.regions.all()))
        for article in articles
    ]
    return [zone for zone in zones if zone.boxes]


def _pixels(region: Any, picture: PictureFile) -> Box:
    x, y, width, height = region.box
    across, down = picture.width, picture.height
    box = (x * across, y * down, width * across, height * down)
    return tuple(round(length, 1) for length in box)


def _characters() -> Coalesce:
    """Return the length of an article's text, as an expression."""
    return _of_parts(Paragraph.objects.all(), Sum(Length("text")))


def _photos() -> Coalesce:
    """Return how many photos an article has, as an expression."""
    return _of_parts(Photo.objects.all(), Count("pk"))


def _of_parts(parts: Any, total: Aggregate) -> Coalesce:
    own = parts.filter(article=OuterRef("pk")).order_by().values("article")
    found = Subquery(own.annotate(n=total).values("n"))
    return Coalesce(found, 0, output_field=IntegerField())


def _plan(articles: list[Article]) -> page_plan.Plan | None:
    stories = [
        page_plan.Story(
            article.headline,
            page_plan.weight(article.characters, article.photo_count),  # type: ignore[attr-defined]
            article,
        )
        for article in articles
    ]
    return page_plan.plan(stories) if stories else None
