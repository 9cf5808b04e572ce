"""By date, on sets of articles: the sets of months say which of very many are the newest.

So only a few of them are read, however many there are and however deep the page is.
"""

from collections.abc import Collection, Iterator

from pyroaring import AbstractBitMap, BitMap

from articles.search import newest
from articles.search.bitmaps import Bitmaps, Kind, RebuiltError, current
from articles.search.classes import MOST_WORDS
from articles.search.conditions import Condition, among, none_of
from articles.search.database import SearchTimeoutError
from articles.search.newest import EVER, Days, Key, all_at_once, in_order

# So many articles are read first; where these were not enough, so many times as many.
_FIRST = 200
_GROWTH = 3


def by_date(
    matching: Condition,
    want: int,
    after: Key | None = None,
    *,
    oldest: bool = False,
    at_most: int | None = None,
    words: int = 1,
    within: Days = EVER,
    without: Collection[int] = (),
) -> list[Key]:
    """Return what ``newest.by_date`` does, from sets where it takes the index longer.

    ``words`` is how many are looked for; ``without`` are articles that are not wanted. Raise
    SearchTimeoutError with those found so far where the time is up.
    """
    # Many words take the index longer than the sets, whatever stretch of days is asked for.
    if at_most is None or words > MOST_WORDS:
        found = _by_sets(matching, without, want, after, oldest)
        if found is not None:
            return found
    wanted = matching & none_of(without)
    return newest.by_date(
        wanted, want, after, oldest=oldest, at_most=at_most, within=within
    )


def _by_sets(
    matching: Condition,
    without: Collection[int],
    want: int,
    after: Key | None,
    oldest: bool,
) -> list[Key] | None:
    """Return the next matches, None where there are no sets that say what may match."""
    bitmaps = current()
    if bitmaps is None or not matching.by_index.is_of_sets:
        return None
    try:
        articles = bitmaps.matching(matching.by_index) - BitMap(without)
    except RebuiltError:
        return None
    others = bitmaps.others(matching & none_of(without))
    found = newest.by_date(others, want, after, oldest=oldest) if others else []
    texts = Condition(texts=matching.texts)
    found += newest_of(articles, texts, bitmaps, want, after, oldest=oldest)
    return in_order(found, oldest)[:want]


def newest_of(
    articles: AbstractBitMap,
    texts: Condition,
    bitmaps: Bitmaps,
    want: int,
    after: Key | None = None,
    *,
    oldest: bool = False,
) -> list[Key]:
    """Return the next ``want`` of these articles after a place, the newest or oldest first.

    ``texts`` is what must be looked for in their texts besides. None of them has several
    documents. Raise SearchTimeoutError with those found so far where the time is up.
    """
    found: list[Key] = []
    try:
        for some in _portions(articles, bitmaps, after, oldest):
            among_some = texts & among(some)
            found += all_at_once(among_some, want - len(found), after, oldest)
            if len(found) == want:
                break
    except SearchTimeoutError as error:
        raise SearchTimeoutError(found) from error
    return found


def _portions(
    articles: AbstractBitMap, bitmaps: Bitmaps, after: Key | None, oldest: bool
) -> Iterator[BitMap]:
    """Yield the articles in portions of whole months, from the end that is asked for."""
    some, size = BitMap(), _FIRST
    months = sorted(bitmaps.values.of[Kind.MONTH], key=_month, reverse=not oldest)
    first = after.published_on.isoformat()[:7] if after else None
    for month, having in months:
        if first is None or month == first or (month > first) == oldest:
            some |= articles & having
        if len(some) >= size:
            yield some
            some, size = BitMap(), size * _GROWTH
    if some:
        yield some


def _month(value: tuple[str, BitMap]) -> str:
    return value[0]
