"""By date, on sets of articles: the sets of months say which of very many are the newest.

So only a few of them are read, however many there are and however deep the page is.
"""

from collections.abc import Iterator

from pyroaring import AbstractBitMap, BitMap

from articles.search.bitmaps import Bitmaps, Kind
from articles.search.conditions import Condition, among
from articles.search.database import rows
from articles.search.newest import Key

# So many articles are read first; where these were not enough, so many times as many.
_FIRST = 200
_GROWTH = 3


def newest_of(
    articles: AbstractBitMap,
    texts: Condition,
    bitmaps: Bitmaps,
    want: int,
    after: Key | None = None,
) -> list[Key]:
    """Return the next ``want`` of these articles after a place, the newest first.

    ``texts`` is what must be looked for in their texts besides. None of them has several
    documents.
    """
    found: list[Key] = []
    for some in _portions(articles, bitmaps, after):
        where, parameters = (texts & among(some)).where()
        beyond: list[object] = []
        if after:
            where += " AND (published_on, -article_id) < (%s, %s)"
            beyond = [after.published_on, -after.article]
        found += [
            Key(day, article)
            for day, article in rows(
                f"SELECT published_on, article_id FROM articles_searchdocument WHERE {where}"
                " ORDER BY published_on DESC, article_id LIMIT %s",
                [*parameters, *beyond, want - len(found)],
            )
        ]
        if len(found) == want:
            break
    return found


def _portions(
    articles: AbstractBitMap, bitmaps: Bitmaps, after: Key | None
) -> Iterator[BitMap]:
    """Yield the articles in portions of whole months, the latest first."""
    last = after.published_on.isoformat()[:7] if after else "9999-12"
    some, size = BitMap(), _FIRST
    for month, having in sorted(
        bitmaps.values.of[Kind.MONTH], reverse=True, key=_month
    ):
        if month <= last:
            some |= articles & having
        if len(some) >= size:
            yield some
            some, size = BitMap(), size * _GROWTH
    if some:
        yield some


def _month(value: tuple[str, BitMap]) -> str:
    return value[0]
