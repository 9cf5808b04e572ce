"""From a query to a page of hits."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.core.paginator import Page as PageOfHits
from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import FloatField, Func, Max, QuerySet, Value
from django.utils.translation import gettext
from psycopg2 import errorcodes
from taggit.models import Tag

from articles.models import Article, Contributor, Photo, Publication, SearchDocument
from articles.models.search_document import SearchDocumentQuerySet
from articles.search.highlight import MarkedText, Marker, Segment, passage
from articles.search.index import searched_fields
from articles.search.query import Query
from articles.text.fold import fold

HITS_PER_PAGE = 20
Sort = Literal["best", "newest"]


class SearchTimeoutError(Exception):
    """The search took longer than ``SEARCH_TIMEOUT_MS``."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must belong to; None does not restrict."""

    publication: Publication | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    tag: Tag | None = None
    author: Contributor | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with the reason why it was found."""

    article: Article
    headline: list[Segment]
    snippet: list[Segment]
    part_label: str
    url: str


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``literal``: no article had the words, so the string was looked for."""

    count: int
    hits: list[Hit]
    page: PageOfHits
    literal: bool


def search(
    query: Query, filters: Filters, sort: Sort = "best", page: int = 1
) -> Results:
    """Return a page of the published articles that have every word of the query.

    Raise ``django.core.paginator.EmptyPage`` beyond the last page, and SearchTimeoutError
    where the database would take too long.
    """
    with _time_limit():
        documents = _filtered(filters).filter(words__matches=query.tsquery())
        paginator = Paginator(_article_ids(documents, query, sort), HITS_PER_PAGE)
        literal = False
        if not paginator.count:
            # The cut of a word depends on its neighbours; its characters do not.
            literal_ids = _article_ids(_literal(query, filters), query, "newest")
            paginator = Paginator(literal_ids, HITS_PER_PAGE)
            literal = paginator.count > 0
        current = paginator.page(page)
        return Results(paginator.count, _hits(list(current), query), current, literal)


@contextmanager
def _time_limit() -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL statement_timeout = %s", [settings.SEARCH_TIMEOUT_MS]
            )
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == errorcodes.QUERY_CANCELED:
            raise SearchTimeoutError from error
        raise


def _filtered(filters: Filters) -> SearchDocumentQuerySet:
    wanted: dict[str, Any] = {
        "publication_id": filters.publication and filters.publication.pk,
        "published_on__gte": filters.since,
        "published_on__lte": filters.until,
        "article__tagged_items__tag": filters.tag,
        "article__contributions__contributor": filters.author,
    }
    given = {lookup: value for lookup, value in wanted.items() if value is not None}
    found: SearchDocumentQuerySet = SearchDocument.objects.filter(**given)
    return found


def _literal(query: Query, filters: Filters) -> SearchDocumentQuerySet:
    documents = _filtered(filters)
    for term in query.terms:
        documents = documents.containing(term.text)
    return documents


class _Rank(Func):
    """PostgreSQL's ts_rank, weights D to A.

    Not divided by the length: a word's tenth occurrence adds next to nothing as it is, and
    a tag on a brief would outrank a long story with the word in its heads.
    """

    function = "ts_rank"
    template = "ts_rank('{0.1, 0.3, 0.6, 1}', %(expressions)s::tsquery)"
    output_field = FloatField()


def _article_ids(
    documents: SearchDocumentQuerySet, query: Query, sort: Sort
) -> QuerySet:
    """Return the articles' primary keys in order, each once though it may have two parts."""
    articles = documents.order_by().values_list("article_id", flat=True)
    if sort == "newest":
        return articles.order_by("-published_on", "article_id").distinct()
    rank = Max(_Rank("words", Value(query.ranking())))
    ranked = (
        documents.order_by().values("article_id", "published_on").annotate(rank=rank)
    )
    return ranked.order_by("-rank", "-published_on", "article_id").values_list(
        "article_id", flat=True
    )


def _hits(article_ids: list[int], query: Query) -> list[Hit]:
    found = Article.objects.with_text().in_bulk(article_ids)
    return [_hit(found[pk], query) for pk in article_ids if pk in found]


def _hit(article: Article, query: Query) -> Hit:
    text = "\n".join(fold(text) for _weight, text in searched_fields(article))
    marker = Marker(query, text)
    snippet, label, anchor = _best_passage(article, marker)
    return Hit(
        article=article,
        headline=marker.mark(article.headline).segments(),
        snippet=snippet.segments(),
        part_label=label,
        url=article.get_absolute_url() + anchor,
    )


def _best_passage(article: Article, marker: Marker) -> tuple[MarkedText, str, str]:
    """Return the passage that shows best why the article was found, its label and anchor."""
    passages = [
        (passage(marker.mark(text)), label, anchor)
        for text, label, anchor in _parts(article)
    ]
    if not passages:
        return MarkedText("", ()), "", ""
    # The body first, then what stands beside it; of equals the earliest.
    found, label, anchor = max(passages, key=lambda part: part[0].weight)
    return found, label, anchor if found.spans else ""


def _parts(article: Article) -> Iterator[tuple[str, str, str]]:
    """Yield every text of an article but the headline, with its label and anchor."""
    for part in article.body():
        if isinstance(part, Photo):
            caption = " ".join(filter(None, (part.caption, part.credit)))
            yield caption, gettext("图片说明"), f"#{part.anchor}"
        else:
            yield part.text, "", f"#{part.anchor}"
    for text, label in (
        (article.kicker, gettext("引题")),
        (article.deck, gettext("副题")),
        (article.byline, gettext("署名")),
        (article.column, gettext("栏目")),
        ("，".join(tag.name for tag in article.tags.all()), gettext("标签")),
    ):
        if text:
            yield text, label, ""
