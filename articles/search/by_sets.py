"""Best first on sets of articles (bitmaps.py): for archives that are large enough to have them.

Matches are sorted into classes by what they may score (classes.py; of many words slices.py); only
what may be among the best is scored by the server.
"""

from collections.abc import Collection

from pyroaring import AbstractBitMap, BitMap

from articles.search import newest
from articles.search.bitmaps import Bitmaps
from articles.search.class_order import How, Remaining, planned
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
        plan = planned(in_order, number, required=words.required, exact=exact)
        remaining = Remaining(plan, after)
        size = _GROWTH * want
        try:
            while remaining.first:
                if remaining.how == How.BY_DATE:
                    found += self._newest(remaining.take(0), want, after)
                elif remaining.how == How.ALL_AT_ONCE:
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


def _best(found: list[Key], want: int) -> list[Key]:
    return sorted(found, key=lambda key: key.order)[:want]
