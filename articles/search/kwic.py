"""Keyword in context: every place where a query stands, a line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from articles.models import Article
from articles.search import newest, newest_of_sets
from articles.search.conditions import condition
from articles.search.counts import counts
from articles.search.database import SearchTimeoutError, searching
from articles.search.estimate import at_most, lexemes_of
from articles.search.filters import Filters
from articles.search.highlight import MarkedText
from articles.search.hits import marked_parts
from articles.search.language import Query

# Characters on either side: a line on a desk's screen.
CONTEXT = 24
# So many articles at a time are searched for and read.
ARTICLES = 20
# A file of more lines is no spreadsheet.
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """An occurrence as printed, with its context in the same paragraph, caption or head."""

    article: Article
    left: str
    keyword: str
    right: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of some articles; ``after`` begins the next page.

    ``partial``: the time was up before all of the page was found.
    """

    lines: list[Line]
    after: newest.Key | None
    partial: bool = False


def page(
    query: Query,
    filters: Filters,
    after: newest.Key | None = None,
    *,
    oldest: bool = False,
) -> Page:
    """Return the occurrences in the next ``ARTICLES`` articles by date, in the time of a search."""
    if not any(query.positive()):
        return Page([], None)
    partial = False
    try:
        with searching(settings.SEARCH_TIMEOUT_MS):
            keys = _keys(query, filters, after, oldest)
    except SearchTimeoutError as error:
        keys, partial = list(error.partial), True  # type: ignore[arg-type]
    shown = keys[:ARTICLES]
    ids = list(dict.fromkeys(key.article for key in shown))
    found = Article.objects.published().with_text().in_bulk(ids)
    lines = [line for pk in ids if pk in found for line in _lines(found[pk], query)]
    more = partial or len(keys) > ARTICLES
    last = shown[-1] if shown else after
    return Page(lines, last if more else None, partial)


def _keys(
    query: Query, filters: Filters, after: newest.Key | None, oldest: bool
) -> list[newest.Key]:
    """Return one more than a page of articles, so that it shows whether there is a next."""
    lexemes = list(lexemes_of(query.root))
    return newest_of_sets.by_date(
        condition(query.root) & filters.condition(),
        ARTICLES + 1,
        after,
        oldest=oldest,
        at_most=at_most(query.root, counts(lexemes)),
        words=len(lexemes),
    )


def lines(query: Query, filters: Filters, *, oldest: bool = False) -> Iterator[Line]:
    """Yield all occurrences by date, ``MOST_LINES`` at most, reading some articles at a time.

    Raise SearchTimeoutError where no more are found in the time of a search.
    """
    number, after = 0, None
    while True:
        some = page(query, filters, after, oldest=oldest)
        for line in some.lines:
            if number == MOST_LINES:
                return
            yield line
            number += 1
        if some.partial and some.after == after:
            raise SearchTimeoutError
        after = some.after
        if after is None:
            return


def _lines(article: Article, query: Query) -> Iterator[Line]:
    address = article.get_absolute_url()
    for text, label, anchor in marked_parts(article, query):
        for left, keyword, right in _in_context(text):
            yield Line(article, left, keyword, right, label, address + anchor)


def _in_context(marked: MarkedText) -> Iterator[tuple[str, str, str]]:
    text = marked.text
    for start, end, _found in marked.spans:
        left, right = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
        yield left, text[start:end], right
