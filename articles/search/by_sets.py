"""Best first on sets of articles (bitmaps.py): for archives that are large enough to have them.

Matches are sorted into classes by what they may score (classes.py; of many words slices.py); only
what may be among the best is scored by the server.
"""

import heapq
import math
from collections.abc import Collection, Iterator
from enum import Enum, auto

from pyroaring import AbstractBitMap, BitMap

from articles.search import newest
from articles.search.bitmaps import Bitmaps
from articles.search.classes import MOST_WORDS, Class, classes
from articles.search.conditions import Condition, none_of
from articles.search.database import SearchTimeoutError
from articles.search.newest_of_sets import newest_of
from articles.search.scores import (
    Key,
    Words,
    all_scored,
    scored,
    scored_among,
    without_words,
)
from articles.search.slices import sliced
from articles.search.tiers import ROUNDING, not_above

# So many are scored without asking which of them need it.
FEW = 60
# To read more articles than these by their numbers takes longer than by the index.
_MOST_BY_NUMBER = 3_000
# Articles that were not enough are followed by so many times as many.
_GROWTH = 2
# After the best so many, articles are not scored but come class by class, so many or more at a
# time, and by date within these. To score all that might come next would take a second a page.
EXACT = 1_000
ROUGH = 200
# Not before so many articles surely score more than any that is not scored.
SURE = 200


class Matches:
    """What matches a condition, as sets: ready to be ranked.

    ``candidates`` are the articles that match it by the index: without, sets must say which. Raise
    RebuiltError where the bitmaps were made anew since they were read.
    """

    def __init__(
        self,
        matching: Condition,
        words: Words,
        bitmaps: Bitmaps,
        without: Collection[int] = (),
        candidates: AbstractBitMap | None = None,
    ) -> None:
        self._words = words
        self._bitmaps = bitmaps
        if candidates is None:
            candidates = bitmaps.matching(matching.by_index)
        self._having = bitmaps.having(words.idf)
        self._articles = candidates - BitMap(without)
        self._texts = Condition(texts=matching.texts)
        self._matching = matching & none_of(without)
        self._others = bitmaps.others(self._matching)

    def __len__(self) -> int:
        """Return how many there are at most, but for articles that were changed."""
        return len(self._articles)

    def best(self, want: int, after: Key | None) -> list[Key]:
        """Return the next ``want`` after a place in the order, best first.

        Raise SearchTimeoutError with the best so far where the time is up.
        """
        others = scored(self._others, self._words, want, after) if self._others else []
        if len(self._articles) > FEW:
            return self._by_classes(want, after, others)
        return _best([*others, *self._scored(self._articles, want, after)], want)

    def _by_classes(self, want: int, after: Key | None, found: list[Key]) -> list[Key]:
        words = self._words
        read = self._bitmaps.having
        if len(words.idf) > MOST_WORDS:
            in_order = sliced(self._articles, words.idf, read)
        else:
            in_order = classes(self._articles, words.idf, read, words.required)
        # Of a literal it is not known which of the best match it, so that all are scored.
        exact = bool(self._texts.texts)
        number = len(self._articles)
        planned = _planned(in_order, number, required=words.required, exact=exact)
        remaining = _Remaining(planned, after)
        size = _GROWTH * want
        try:
            while remaining.first:
                if remaining.how == _How.BY_DATE:
                    found += self._newest(remaining.take(0), want, after)
                elif remaining.how == _How.ALL_AT_ONCE:
                    rest = self._matching & not_above(words.idf, after)
                    return all_scored(rest, words, want, after)
                elif not remaining.first.bound:
                    last = without_words(self._matching, words, want, after)
                    return _best([*found, *last], want)
                else:
                    articles = remaining.take(size).articles
                    found += self._scored(articles, want, after)
                    size *= _GROWTH
                found = _best(found, want)
                enough = remaining.first.bound + ROUNDING if remaining.first else 0
                if sum(key.score >= enough for key in found) >= want:
                    break
        except SearchTimeoutError as error:
            raise SearchTimeoutError(found) from error
        return found

    def _newest(self, rough: Class, want: int, after: Key | None) -> list[Key]:
        """Return the newest of a class after a place, each as good as any of it may be."""
        begun = after is not None and after.score == rough.bound
        place = (
            newest.Key(after.published_on, after.article) if after and begun else None
        )
        found = newest_of(rough.articles, self._texts, self._bitmaps, want, place)
        return [Key(rough.bound, key.published_on, key.article) for key in found]

    def _scored(
        self, articles: AbstractBitMap, want: int, after: Key | None
    ) -> list[Key]:
        return scored_among(
            self._having, articles, self._texts, self._words, want, after
        )


class _How(Enum):
    """How the articles of a class are put in order."""

    SCORED = auto()
    # The class is so large that all that remains might as well be read by the index.
    ALL_AT_ONCE = auto()
    BY_DATE = auto()


_Planned = tuple[Class, _How]


def _planned(
    in_order: Iterator[Class], number: int, *, required: bool, exact: bool
) -> Iterator[_Planned]:
    """Yield the classes of so many articles with how to order each: the same on every page.

    Those that come by date are joined where they are small. ``exact``: none comes by date.
    """
    before = 0
    sure = _Sure()
    joined: Class | None = None
    for found in in_order:
        size = len(found.articles)
        far = before >= EXACT and sure.above(found.bound) >= SURE
        sure.add(found)
        before += size
        if far and found.bound and not exact:
            joined = _together(joined, found) if joined else found
            if len(joined.articles) >= ROUGH:
                yield joined, _How.BY_DATE
                joined = None
            continue
        if joined:
            yield joined, _How.BY_DATE
        joined = None
        mostly = size > _MOST_BY_NUMBER and 2 * size > number - before + size
        # What follows it is scored with it, and so on every page.
        exact |= required and mostly
        yield found, _How.ALL_AT_ONCE if required and mostly else _How.SCORED
    if joined:
        yield joined, _How.BY_DATE


class _Sure:
    """How many articles of the classes until now score more than a bound, which only sinks."""

    def __init__(self) -> None:
        self._number = 0
        self._others: list[tuple[float, int]] = []

    def add(self, found: Class) -> None:
        heapq.heappush(self._others, (-found.least, len(found.articles)))

    def above(self, bound: float) -> int:
        while self._others and -self._others[0][0] >= bound:
            self._number += heapq.heappop(self._others)[1]
        return self._number


class _Remaining:
    """The classes that were not read yet, without those that surely come before a place."""

    def __init__(self, planned: Iterator[_Planned], after: Key | None) -> None:
        self._planned = planned
        self._after = after.score if after else math.inf
        self._next()

    def _next(self) -> None:
        self.first: Class | None = None
        self.how = _How.SCORED
        for found, how in self._planned:
            # An article that is not scored counts as its class may score at most.
            highest = found.bound if how == _How.BY_DATE else found.least - ROUNDING
            if highest <= self._after:
                self.first, self.how = found, how
                return

    def take(self, most: int) -> Class:
        """Return the first class, and scored ones after it up to so many articles, as one."""
        taken = self._taken()
        while (
            self.first
            and self.how == _How.SCORED
            and self.first.bound
            and len(taken.articles) + len(self.first.articles) <= most
        ):
            taken = _together(taken, self._taken())
        return taken

    def _taken(self) -> Class:
        taken = self.first
        if taken is None:
            raise LookupError
        self._next()
        return taken


def _together(first: Class, following: Class) -> Class:
    least = min(first.least, following.least)
    return Class(first.bound, least, first.articles | following.articles)


def _best(found: list[Key], want: int) -> list[Key]:
    return sorted(found, key=lambda key: key.order)[:want]
