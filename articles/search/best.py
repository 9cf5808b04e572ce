"""Best first: the top of a BM25F ranking without reading every match.

Candidates come in tiers: first the documents that may score nearly as much as any could, by
the levels of their words (tiers.py), then those that may score less. Whatever is not in a tier
scores less than what the tier asked for. Once enough candidates score more than that, nothing
better is left: the threshold algorithm of Fagin, Lotem and Naor (PODS 2001), on impact lexemes.
"""

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import psycopg2
from pyroaring import BitMap

from articles.search import bm25f, boolean, newest
from articles.search.bitmaps import Bitmaps, RebuiltError, current
from articles.search.classes import Class, classes, heaviest
from articles.search.conditions import Condition
from articles.search.database import SearchTimeoutError, rows
from articles.search.document import EVERY, marks
from articles.search.tiers import HIGHEST, ROUNDING, Reaching, surely_above
from articles.search.tsvector import quote, tsquery_any

# So many matches are scored at once rather than in tiers: of a word, of which a tier is counted
# quickly, and of anything else.
EXHAUSTIVE = 300
EXHAUSTIVE_TOGETHER = 1_500
# What the tiers ask for, as shares of the most that any document could score. Below two thirds
# the levels of the index leave nothing out of documents that have all of the words.
_SHARES = (*(share / 100 for share in range(96, 66, -2)), 0.667)
_SHARES_OF_SOME = (0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.35, 0.28, 0.22)
# A tier that was not enough is followed by one of so many times its documents.
_GROWTH = 2
# To read more articles than these by their numbers takes longer than by the index.
_MOST_BY_NUMBER = 3_000
# So many tiers are counted in one journey, each only where those before have too few.
_TRIED_TOGETHER = 6


@dataclass(frozen=True, slots=True)
class Key:
    """Where a document stands in the order: by score, then newest, then as stored."""

    score: float
    published_on: datetime.date
    article: int

    @property
    def order(self) -> tuple[float, int, int]:
        """Return what sorts the best first."""
        return (-self.score, -self.published_on.toordinal(), self.article)


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a ranking counts, with their idf.

    ``required`` says that every match has all of them, so that none must be looked for;
    ``likely`` how many matches there would be if words did not keep company.
    """

    idf: dict[str, float]
    required: bool
    likely: float = math.inf


def best(
    matching: Condition,
    words: Words,
    want: int,
    after: Key | None = None,
    at_most: int | None = None,
) -> list[Key]:
    """Return the next ``want`` documents after a place in the order, best first.

    ``at_most`` is a number that the matches are known not to exceed. Raise
    SearchTimeoutError with the best so far where the time is up.
    """
    if at_most is not None and at_most <= EXHAUSTIVE:
        return _scored(matching, words, want, after)
    if at_most is None or matching.sql or words.likely <= EXHAUSTIVE_TOGETHER:
        found = at_once(matching, words, want, after)
        if found is not None:
            return found
    if len(words.idf) > 1 and not matching.sql:
        bitmaps = current()
        if bitmaps:
            return _classed(matching, words, want, after, bitmaps)
    return _tiered(matching, words, want, after)


def at_once(
    matching: Condition,
    words: Words,
    want: int,
    after: Key | None = None,
    most: int = EXHAUSTIVE_TOGETHER,
) -> list[Key] | None:
    """Return what ``best`` does by scoring all matches, None where they are more than ``most``."""
    where, parameters = matching.where()
    found = rows(
        f"SELECT id FROM articles_searchdocument WHERE {where} LIMIT %s",
        [*parameters, most + 1],
    )
    if len(found) > most:
        return None
    few = Condition("", ("id = ANY(%s)",), ([pk for (pk,) in found],))
    return _scored(few, words, want, after) if found else []


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
                return _all_scored(matching & tiers.rest, words, want, after)
            found = _scored(matching & tiers.condition(place), words, want, after)
            enough = tiers.least[place] + ROUNDING
            if sum(key.score >= enough for key in found) >= want:
                return found
            place, number = place + 1, _GROWTH * number
    except SearchTimeoutError as error:
        raise SearchTimeoutError(found) from error


def _classed(
    matching: Condition, words: Words, want: int, after: Key | None, bitmaps: Bitmaps
) -> list[Key]:
    """Return the best, the classes of matches being known from bitmaps."""
    divided = heaviest(words.idf)
    names = boolean.lexemes_in(matching.tsquery) | {EVERY, *divided}
    levels = chain.from_iterable(map(bm25f.levels_of, divided))
    try:
        having = bitmaps.having([*names, *levels])
    except RebuiltError:
        return _tiered(matching, words, want, after)
    matches = (
        boolean.matching(matching.tsquery, having, having[EVERY]) - bitmaps.changed
    )
    remaining = _Remaining(
        classes(matches, words.idf, having, required=words.required),
        len(matches),
        after,
    )
    others = bitmaps.others(matching)
    found = _scored(others, words, want, after) if others else []
    size = _GROWTH * want
    try:
        while remaining.first:
            if words.required and remaining.are_mostly_first():
                rest = matching & _not_above(words, after)
                return _all_scored(rest, words, want, after)
            scored = _scored(_among(remaining.take(size)), words, want, after)
            found = sorted([*found, *scored], key=lambda key: key.order)[:want]
            enough = remaining.first.bound + ROUNDING if remaining.first else 0
            if sum(key.score >= enough for key in found) >= want:
                break
            size *= _GROWTH
    except SearchTimeoutError as error:
        raise SearchTimeoutError(found) from error
    return found


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


def _among(articles: BitMap) -> Condition:
    return Condition("", ("article_id = ANY(%s)",), (list(articles),))


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
        self.rest = _not_above(words, after)
        self._matching = Condition(matching.tsquery)

    def condition(self, place: int) -> Condition:
        """Return the condition of the documents of a tier."""
        return Condition(self._reaching.tsquery(self.least[place])) & self.rest

    def tsquery(self, place: int) -> str:
        """Return the tsquery of the matches of a tier, or more where not all is a tsquery."""
        return (self._matching & self.condition(place)).tsquery or quote(EVERY)


def _not_above(words: Words, after: Key | None) -> Condition:
    """Return the condition that leaves out what surely comes before a place in the order."""
    above = surely_above(words.idf, after.score) if after else None
    return Condition(f"!{above}" if above else "")


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


# ---- Scores, worked out by PostgreSQL where the impacts lie

# Step by step as bm25f.once does, so that both come to the same to the last bit.
_ODDS = (
    f"1::float8 / ({1 - bm25f.B!r}::float8"
    f" + {bm25f.B!r}::float8 * length / {bm25f.MEAN_LENGTHS['d']}::float8)"
    f" / {bm25f.K1!r}::float8"
)
_PARTS = f"{bm25f.IMPACT_PARTS}::float8"
_ONCE = (
    f"(SELECT floor(odds / (1 + odds) * {_PARTS}) / {_PARTS}"
    f" FROM (SELECT {_ODDS} AS odds) AS of_once)"
)


def _all_scored(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best of all matches, most of which are known to have low scores.

    Without reading the impacts of those in which each word stands once: in a rare
    word's articles that is nearly all of them. Matches without any word come by their date.
    """
    any_of = Condition(tsquery_any(words.idf))
    if not words.required:
        found = _scored(matching & any_of, words, want, after)
        if len(found) < want:
            # With what every document has, for what none may have alone is no way into an index.
            none_of = Condition(f"{quote(EVERY)} & !({any_of.tsquery})")
            found += _unscored(matching & none_of, want, after)
        return found[:want]
    more_than_once = tsquery_any(chain.from_iterable(map(marks, words.idf)))
    found = _scored(matching & Condition(more_than_once), words, want, after)
    once = matching & Condition(f"{quote(EVERY)} & !({more_than_once})")
    found += _scored_once(once, words, want, after)
    return sorted(found, key=lambda key: key.order)[:want]


def _unscored(matching: Condition, want: int, after: Key | None) -> list[Key]:
    """Return the newest matches that have none of the words."""
    place = (
        newest.Key(after.published_on, after.article)
        if after and not after.score
        else None
    )
    found = newest.by_date(matching, want, place)
    return [Key(0.0, key.published_on, key.article) for key in found]


def _scored(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best of all matches, with their scores."""
    where, parameters = matching.where()
    keys = [psycopg2.Binary(bm25f.key(word)) for word in words.idf]
    placed = ", ".join(f"position(%s IN packed) AS p{n}" for n in range(len(keys)))
    own, present = "", []
    if not words.required:
        own = ", words || ''::tsvector AS own"
        present = [quote(word) for word in words.idf]
    terms, term_parameters = _terms(words)
    beyond, beyond_parameters = _beyond(after)
    # OFFSET 0 keeps each value, which lies out of line, from being read once for each use.
    sql = (
        f"SELECT article_id, published_on, {terms} AS score FROM articles_searchdocument,"
        f" LATERAL (SELECT impacts || ''::bytea AS packed{own} OFFSET 0) AS wide,"
        f" LATERAL (SELECT {_ONCE} AS once, {placed}{_present(present)} OFFSET 0) AS placed"
        f" WHERE {where}"
    )
    found = rows(
        f"SELECT * FROM ({sql}) AS scored {beyond}"
        " ORDER BY score DESC, published_on DESC, article_id LIMIT %s",
        [*term_parameters, *keys, *present, *parameters, *beyond_parameters, want],
    )
    return [Key(score, day, article) for article, day, score in found]


def _scored_once(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best of matches in each of which all of the words stand once, in the body."""
    where, parameters = matching.where()
    beyond, beyond_parameters = _beyond(after)
    # Not summed up before: the scores must be those of the other way to the last bit.
    terms = " + ".join("%s::float8 * once" for _word in words.idf)
    found = rows(
        f"SELECT * FROM (SELECT article_id, published_on, {terms} AS score"
        f" FROM articles_searchdocument, LATERAL {_ONCE} AS of_body (once)"
        f" WHERE {where}) AS scored {beyond}"
        " ORDER BY score DESC, published_on DESC, article_id LIMIT %s",
        [*words.idf.values(), *parameters, *beyond_parameters, want],
    )
    return [Key(score, day, article) for article, day, score in found]


def _present(lexemes: list[str]) -> str:
    return "".join(f", own @@ %s::tsquery AS h{n}" for n in range(len(lexemes)))


def _terms(words: Words) -> tuple[str, list[object]]:
    """Return the sum over the words of idf * impact."""
    terms = []
    for n in range(len(words.idf)):
        # A key that is not there means once, in the body (bm25f.unpack).
        parts = " + ".join(
            f"get_byte(packed, p{n} + {3 + place}) * {factor}"
            for place, factor in enumerate((2**14, 2**7, 1))
        )
        impact = f"CASE p{n} WHEN 0 THEN once ELSE ({parts}) / {_PARTS} END"
        term = f"%s::float8 * {impact}"
        terms.append(
            term if words.required else f"CASE WHEN h{n} THEN {term} ELSE 0 END"
        )
    return " + ".join(terms), list(words.idf.values())


def _beyond(after: Key | None) -> tuple[str, list[object]]:
    if after is None:
        return "", []
    sql = (
        "WHERE score < %s::float8 OR (score = %s::float8 AND (published_on < %s"
        " OR (published_on = %s AND article_id > %s)))"
    )
    day = after.published_on
    return sql, [after.score, after.score, day, day, after.article]
