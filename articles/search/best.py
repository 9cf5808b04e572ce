"""Best first: the top of a BM25F ranking without reading every match.

Candidates come in bands of falling impact: first the documents in which some word of the
query has odds of the highest levels, then of the next. Whatever was not seen after the band
that ends with a level has lower odds for every word, so its score is known to be below
``sum of idf * odds / (1 + odds)``. Once enough candidates score above that, nothing better is
left: the threshold algorithm of Fagin, Lotem and Naor (PODS 2001), on impact lexemes.
"""

import datetime
from dataclasses import dataclass

import psycopg2

from articles.search import bm25f
from articles.search.conditions import Condition
from articles.search.database import SearchTimeoutError, rows
from articles.search.tsvector import quote, tsquery_any

# So many matches are scored at once rather than in bands.
EXHAUSTIVE = 1_000
# The lowest level of each band; the first has all above it too.
_BANDS = (28, 24, 20, 16, 13, 10, 8, 6, 4, 2, 0)


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

    ``required`` says that every match has all of them, so that none must be looked for.
    """

    idf: dict[str, float]
    required: bool

    def bound(self, level: int) -> float:
        """Return what documents score at most in which no word reaches a level."""
        odds = bm25f.least_odds(level)
        return sum(self.idf.values()) * odds / (1 + odds)


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
    if (at_most is None or matching.sql) and _are_few(matching):
        return _scored(matching, words, want, after)
    found: dict[int, Key] = {}
    above = bm25f.LAST_LEVEL + 1
    try:
        for level in _BANDS:
            band = _band(words, level, above)
            found |= {
                key.article: key for key in _scored(matching, words, want, after, band)
            }
            bound = words.bound(level)
            if sum(key.score > bound for key in found.values()) >= want:
                return _top(found, want)
            above = level
        return _scored(matching, words, want, after)
    except SearchTimeoutError as error:
        raise SearchTimeoutError(_top(found, want)) from error


def _top(found: dict[int, Key], want: int) -> list[Key]:
    return sorted(found.values(), key=lambda key: key.order)[:want]


def _are_few(matching: Condition) -> bool:
    """Say whether matches that no count bounds are few enough to score them at once."""
    sql, parameters = matching.where()
    limited = (
        f"SELECT 1 FROM articles_searchdocument WHERE {sql} LIMIT {EXHAUSTIVE + 1}"
    )
    ((number,),) = rows(f"SELECT count(*) FROM ({limited}) AS few", parameters)
    return bool(number <= EXHAUSTIVE)


def _band(words: Words, level: int, above: int) -> str:
    """Return the tsquery of documents in which a word has one of the levels of a band."""
    levels = range(level, above)
    return tsquery_any(bm25f.lexeme(word, n) for word in words.idf for n in levels)


# ---- Scores, worked out by PostgreSQL where the frequencies lie

_NORM = (
    f"{bm25f.K1!r}::float8 * ({1 - bm25f.B!r}::float8"
    f" + {bm25f.B!r}::float8 * length / {bm25f.PIVOT}::float8)"
)


def _scored(
    matching: Condition, words: Words, want: int, after: Key | None, band: str = ""
) -> list[Key]:
    """Return the best of the matches within a band, with their scores."""
    where, parameters = matching.where(band)
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
        f" LATERAL (SELECT frequencies || ''::bytea AS packed{own} OFFSET 0) AS wide,"
        f" LATERAL (SELECT {_NORM} AS norm, {placed}{_present(present)} OFFSET 0) AS placed"
        f" WHERE {where}"
    )
    found = rows(
        f"SELECT * FROM ({sql}) AS scored {beyond}"
        " ORDER BY score DESC, published_on DESC, article_id LIMIT %s",
        [*term_parameters, *keys, *present, *parameters, *beyond_parameters, want],
    )
    return [Key(score, day, article) for article, day, score in found]


def _present(lexemes: list[str]) -> str:
    return "".join(f", own @@ %s::tsquery AS h{n}" for n in range(len(lexemes)))


def _terms(words: Words) -> tuple[str, list[object]]:
    """Return the sum over the words of idf * frequency / (frequency + norm)."""
    terms = []
    for n in range(len(words.idf)):
        # A key that is not there means a frequency of one (bm25f.unpack).
        frequency = (
            f"CASE p{n} WHEN 0 THEN 1"
            f" ELSE get_byte(packed, p{n} + 3) * 128 + get_byte(packed, p{n} + 4) END"
        )
        term = f"%s::float8 * ({frequency}) / (({frequency}) + norm)"
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
