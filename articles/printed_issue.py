"""An issue's pages with their stories by weight, bounded however much was printed.

The first pages are laid out whole, the others as headlines. The longest answer: of a page that
is laid out at most 12 stories with some of their text and 49 headlines, of another page at
most 8 headlines; behind the hundredth page a link is all there is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from articles.layout import Layout, Story, lay_out
from articles.models import Article, ArticleQuerySet, Issue, Page

# On the front page of the archive, and on that of the issue.
PAGES_AT_HOME = 4
PAGES_OF_ISSUE = 8
STORIES_OF_PAGE = 60
HEADLINES_OF_PAGE = 8
PAGES_WITH_HEADLINES = 100
_LEAD_LENGTH = 240


@dataclass(slots=True)
class PrintedPage:
    """A page: laid out, or as its first headlines; ``count`` is that of all its articles."""

    page: Page
    count: int
    layout: Layout[Article] | None = None
    headlines: list[Article] = field(default_factory=list)
    shown: int = 0

    @property
    def more(self) -> int:
        """Return how many articles the page has that are not shown here."""
        return self.count - self.shown


def printed_pages(issue: Issue, whole: int) -> list[PrintedPage]:
    """Return the pages of an issue in order, the first ``whole`` with articles laid out."""
    counted: Any = issue.pages.annotate(
        count=Count("articles", filter=Q(articles__status=Article.Status.PUBLISHED))
    )
    in_order = counted.order_by("position", "label", "pk")
    pages = [PrintedPage(page, page.count) for page in in_order]
    with_articles = [page for page in pages if page.count]
    _lay_out(with_articles[:whole])
    _list(with_articles[whole:PAGES_WITH_HEADLINES])
    return pages


def largest_of(pages: Iterable[PrintedPage]) -> list[Article]:
    """Return the lead and the major stories of the pages that are laid out, in order."""
    layouts = [page.layout for page in pages if page.layout]
    return [
        article
        for layout in layouts
        for article in (layout.lead, *layout.majors)
        if article
    ]


def laid_out(articles: Iterable[Article]) -> Layout[Article]:
    """Return the layout of a page's articles, in order, which have ``length``."""
    return lay_out(list(articles), _story)


def _lay_out(pages: list[PrintedPage]) -> None:
    some = _first_of(pages, STORIES_OF_PAGE)
    whole = some.defer("source_text", "correction", "doubts")
    found = _by_page(whole.with_lead(_LEAD_LENGTH).with_length().with_picture(), pages)
    for page in pages:
        page.layout = laid_out(found[page.page.pk])
        page.shown = len(found[page.page.pk])


def _list(pages: list[PrintedPage]) -> None:
    if not pages:
        return
    found = _by_page(
        _first_of(pages, HEADLINES_OF_PAGE).only("headline", "page"), pages
    )
    for page in pages:
        page.headlines = found[page.page.pk]
        page.shown = len(page.headlines)


def _first_of(pages: list[PrintedPage], most: int) -> ArticleQuerySet:
    published = Article.objects.published()
    return published.filter(page__in=[page.page for page in pages]).first_of_pages(most)


def _by_page(
    articles: ArticleQuerySet, pages: list[PrintedPage]
) -> dict[int, list[Article]]:
    """Return the articles of each page; they know it without asking for it."""
    known = {page.page.pk: page.page for page in pages}
    found: dict[int, list[Article]] = defaultdict(list)
    for article in articles.order_by("position", "pk"):
        article.page = known[article.page_id]
        found[article.page_id].append(article)
    return found


def _story(article: Article) -> Story:
    return Story(
        length=getattr(article, "length", 0),
        kicker=bool(article.kicker),
        deck=bool(article.deck),
        # Of ArticleQuerySet.with_picture, where the query has it.
        picture=bool(getattr(article, "picture", None)),
    )
