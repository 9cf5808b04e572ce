"""Best first: the top of a BM25F ranking without reading every match.

Candidates come in tiers: first the documents that may score nearly as much as any could, by
the levels of their words (tiers.py), then those that may score less. Whatever is not in a tier
scores less than what the tier asked for. Once enough candidates score more than that, nothing
better is left: the threshold algorithm of Fagin, Lotem and Naor (PODS 2001), on impact lexemes.
"""

import math
from collections.abc import Collection

from articles.search import bm25f
from articles.search.bitmaps import Bitmaps, RebuiltError, current
from articles.search.by_sets import Matches
from articles.search.conditions import Condition, none_of
from articles.search.database import SearchTimeoutError, rows
from articles.search.document import EVERY
from articles.search.scores import Key, Words, all_scored, scored
from articles.search.tiers import HIGHEST, ROUNDING, Reaching, not_above
from articles.search.tsvector import quote

__all__ = ["Key", "Words", "best", "best_of_few"]

# So many matches are scored at once rather than in tiers: of a word, of which a tier is counted
# quickly, and of anything else.
EXHAUSTIVE = 300
EXHAUSTIVE_TOGETHER = 1_500
# So many candidates are fetched where sets cannot say which they are: half a microsecond each.
MOST_FETCHED = 20_000
# What the tiers ask for, as shares of the most that any document could score. Below two thirds
# the levels of the index leave nothing out of documents that have all of the words.
_SHARES = (*(share / 100 for share in range(96, 66, -2)), 0.667)
_SHARES_OF_SOME = (0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.35, 0.28, 0.22)
# A tier that was not enough is followed by one of so many times its documents.
_GROWTH = 2
# So many tiers are counted in one journey, each only where those before have too few.
_TRIED_TOGETHER = 6


def best(
    matching: Condition,
    words: Words,
    want: int,
    after: Key | None = None,
    at_most: int | None = None,
    without: Collection[int] = (),
) -> list[Key]:
    """Return the next ``want`` documents after a place in the order, best first.

    ``at_most`` is a number that the matches are known not to exceed; ``without`` are articles that
    are not wanted. Raise SearchTimeoutError with the best so far where the time is up.
    """
    wanted = matching & none_of(without)
    if at_most is not None and at_most <= EXHAUSTIVE:
        return scored(wanted, words, want, after)
    bitmaps = current()
    if bitmaps:
        try:
            matches = _as_sets(matching, words, without, bitmaps)
            if matches is not None:
                return matches.best(want, after)
        except RebuiltError:
            # The index has all of it too.
            bitmaps = None
    # Tiers of many words of which any is enough take long to ask for, however few have them.
    most = words.likely if words.required else at_most
    are_few = most is None or most <= EXHAUSTIVE_TOGETHER
    if bitmaps is None and (are_few or not matching.is_tsquery):
        found = _at_once(wanted, words, want, after, EXHAUSTIVE_TOGETHER)
        if found is not None:
            return found
    return _tiered(wanted, words, want, after)


def best_of_few(
    matching: Condition,
    words: Words,
    want: int,
    after: Key | None,
    without: Collection[int],
    most: int,
) -> list[Key] | None:
    """Return what ``best`` does where the matches are no more than ``most``, None where they are."""
    bitmaps = current()
    if bitmaps:
        try:
            matches = _as_sets(matching, words, without, bitmaps)
            if matches is None or len(matches) > most:
                return None
            return matches.best(want, after)
        except RebuiltError:
            pass
    return _at_once(matching & none_of(without), words, want, after, most)


def _as_sets(
    matching: Condition, words: Words, without: Collection[int], bitmaps: Bitmaps
) -> Matches | None:
    """Return the matches as sets of articles, None where too many would have to be fetched.

    Raise RebuiltError where the sets are made anew meanwhile, as asking for the best of them does.
    """
    if matching.by_index.is_of_sets:
        return Matches(matching, words, bitmaps, without)
    candidates = bitmaps.few(matching.by_index, MOST_FETCHED)
    if candidates is None:
        return None
    return Matches(matching, words, bitmaps, without, candidates)


def _at_once(
    matching: Condition, words: Words, want: int, after: Key | None, most: int
) -> list[Key] | None:
    """Return the best by scoring all matches, None where they are more than ``most``.

    Also where only that may be so, and texts would have to be read to know it.
    """
    where, parameters = matching.by_index.where()
    found = rows(
        f"SELECT id FROM articles_searchdocument WHERE {where} LIMIT %s",
        [*parameters, most + 1],
    )
    if len(found) > most:
        return None
    ids = [pk for (pk,) in found]
    few = Condition("", ("id = ANY(%s)",), (ids,), matching.texts)
    return scored(few, words, want, after) if ids else []


def _tiered(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best, looked for where the best may be and then further down."""
    tiers = _Tiers(matching, words, after)
    found: list[Key] = []
    place, number = 0, want
    try:
        while True:
            place, number = _next_with(number, tiers, place)
            if place == len(tiers.least):
                return all_scored(matching & tiers.rest, words, want, after)
            found = scored(matching & tiers.condition(place), words, want, after)
            enough = tiers.least[place] + ROUNDING
            if sum(key.score >= enough for key in found) >= want:
                return found
            if len(found) < want and number > EXHAUSTIVE_TOGETHER:
                # Few of those that a tier has match at all: a string that is rarer than its words.
                return all_scored(matching & tiers.rest, words, want, after)
            place, number = place + 1, _GROWTH * number
    except SearchTimeoutError as error:
        raise SearchTimeoutError(found) from error


class _Tiers:
    """Documents that may score so much, and perhaps others: those of the highest scores first.

    After a place in the order they are without what surely comes before it.
    """

    def __init__(self, matching: Condition, words: Words, after: Key | None) -> None:
        idf, most = words.idf, sum(words.idf.values())
        shares = _SHARES if words.required else _SHARES_OF_SOME
        if len(idf) == 1:
            # Then a tier is a level, and what has a level has its score.
            levels = range(HIGHEST, bm25f.FIRST_LEVEL - 1, -1)
            shares = tuple(bm25f.least_score(level) for level in levels)
        self._reaching = Reaching(idf, required=words.required)
        below = after.score if after else math.inf
        leasts = (share * most for share in shares)
        self.least = [n for n in leasts if self._reaching.anyway < n < below]
        self.rest = not_above(words.idf, after)
        self._matching = Condition(matching.tsquery)

    def condition(self, place: int) -> Condition:
        """Return the condition of the documents of a tier."""
        return Condition(self._reaching.tsquery(self.least[place])) & self.rest

    def tsquery(self, place: int) -> str:
        """Return the tsquery of the matches of a tier, or more where not all is a tsquery."""
        return (self._matching & self.condition(place)).tsquery or quote(EVERY)


def _next_with(want: int, tiers: _Tiers, place: int) -> tuple[int, int]:
    """Return the place of the first tier of so many documents, from a place on, and their number.

    The place is behind the last where none has.
    """
    while place < len(tiers.least):
        end = min(place + _TRIED_TOGETHER, len(tiers.least))
        tsqueries = [tiers.tsquery(n) for n in range(place, end)]
        tried, number = _tried(want, tsqueries)
        if number >= want:
            return place + tried, number
        place = end
    return place, 0


def _tried(want: int, tsqueries: list[str]) -> tuple[int, int]:
    """Return the place of the first tsquery with so many documents, or the last, and their number.

    Counted one after the other, in one journey.
    """
    ((tried, number),) = rows(
        "WITH RECURSIVE tried (place, number) AS (SELECT 0, 0::bigint UNION ALL"
        " SELECT place + 1, (SELECT count(*) FROM articles_searchdocument"
        " WHERE words @@ (%s::text[])[place + 1]::tsquery)"
        " FROM tried WHERE number < %s AND place < %s)"
        " SELECT place, number FROM tried ORDER BY place DESC LIMIT 1",
        [tsqueries, want, len(tsqueries)],
    )
    # The first row is of none, and so each place is one further.
    return int(tried) - 1, int(number)
