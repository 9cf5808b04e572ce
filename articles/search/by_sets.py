"""Best first on sets of articles (bitmaps.py): for archives that are large enough to have them.

A few matches are bounded one by one (bounds.py), many are sorted into classes (classes.py); only
what may be among the best is scored by the server.
"""

import math
from collections.abc import Collection, Iterator

from pyroaring import AbstractBitMap, BitMap

from articles.search.bitmaps import Bitmaps
from articles.search.bounds import contenders
from articles.search.classes import MOST_WORDS, Class, classes
from articles.search.conditions import Condition, none_of
from articles.search.database import SearchTimeoutError
from articles.search.scores import (
    Key,
    Words,
    all_scored,
    scored,
    scored_among,
    without_words,
)
from articles.search.tiers import ROUNDING, not_above

# So many are scored without asking which of them need it.
FEW = 60
# So many matches are bounded one by one where their words are more than make classes.
MOST_BOUNDED = 5_000
# To read more articles than these by their numbers takes longer than by the index.
_MOST_BY_NUMBER = 3_000
# Articles that were not enough are followed by so many times as many.
_GROWTH = 2


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
        # Some of the best may not match: then it is not known what the others must come to.
        in_order = self._texts.texts or len(self._words.idf) <= MOST_WORDS
        if len(self._articles) > (FEW if in_order else MOST_BOUNDED):
            return self._by_classes(want, after, others)
        return _best([*others, *self._of_few(want, after)], want)

    def _of_few(self, want: int, after: Key | None) -> list[Key]:
        articles = self._articles
        if len(articles) > FEW:
            below = after.score if after else math.inf
            idf, read = self._words.idf, self._bitmaps.having
            articles = contenders(articles, idf, read, want, below)
        return self._scored(articles, want, after)

    def _by_classes(self, want: int, after: Key | None, found: list[Key]) -> list[Key]:
        words = self._words
        read = self._bitmaps.having
        in_order = classes(self._articles, words.idf, read, required=words.required)
        remaining = _Remaining(in_order, len(self._articles), after)
        size = _GROWTH * want
        try:
            while remaining.first:
                if words.required and remaining.are_mostly_first():
                    rest = self._matching & not_above(words.idf, after)
                    return all_scored(rest, words, want, after)
                if not remaining.first.bound:
                    last = without_words(self._matching, words, want, after)
                    return _best([*found, *last], want)
                taken = remaining.take(size)
                found += self._scored(taken, want, after)
                found = _best(found, want)
                enough = remaining.first.bound + ROUNDING if remaining.first else 0
                if sum(key.score >= enough for key in found) >= want:
                    break
                size *= _GROWTH
        except SearchTimeoutError as error:
            raise SearchTimeoutError(found) from error
        return found

    def _scored(
        self, articles: AbstractBitMap, want: int, after: Key | None
    ) -> list[Key]:
        return scored_among(
            self._having, articles, self._texts, self._words, want, after
        )


class _Remaining:
    """The classes that were not read yet, without those that surely come before a place."""

    def __init__(
        self, in_order: Iterator[Class], number: int, after: Key | None
    ) -> None:
        self._in_order = in_order
        self._number = number
        self._below = after.score + ROUNDING if after else math.inf
        self.first = self._next()

    def _next(self) -> Class | None:
        for found in self._in_order:
            if found.least <= self._below:
                return found
            self._number -= len(found.articles)
        return None

    def are_mostly_first(self) -> bool:
        """Say whether the first class is so large that all might as well be read by the index."""
        first = len(self.first.articles) if self.first else 0
        return first > _MOST_BY_NUMBER and 2 * first > self._number

    def take(self, most: int) -> BitMap:
        """Return the articles of the first class, and of those after it up to so many."""
        taken = BitMap()
        while self.first and (
            not taken or len(taken) + len(self.first.articles) <= most
        ):
            taken |= self.first.articles
            self._number -= len(self.first.articles)
            self.first = self._next()
        return taken


def _best(found: list[Key], want: int) -> list[Key]:
    return sorted(found, key=lambda key: key.order)[:want]
