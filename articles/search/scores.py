"""Scores of documents, worked out by PostgreSQL where the impacts lie, and the order by them."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

import psycopg2
from pyroaring import AbstractBitMap

from articles.search import bm25f, newest
from articles.search.conditions import Condition, among
from articles.search.database import rows
from articles.search.document import EVERY, marks
from articles.search.tsvector import quote, tsquery_any

# Words that a document has, as bits of a bigint: those with a sign are left alone.
MOST_BITS = 62


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


def all_scored(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best of all matches, most of which are known to have low scores.

    Without reading the impacts of those in which each word stands once: in a rare
    word's articles that is nearly all of them. Matches without any word come by their date.
    """
    if not words.required:
        any_of = Condition(tsquery_any(words.idf))
        found = scored(matching & any_of, words, want, after)
        if len(found) < want:
            found += without_words(matching, words, want, after)
        return found[:want]
    more_than_once = tsquery_any(chain.from_iterable(map(marks, words.idf)))
    found = scored(matching & Condition(more_than_once), words, want, after)
    once = matching & Condition(f"{quote(EVERY)} & !({more_than_once})")
    found += _scored_once(once, words, want, after)
    return sorted(found, key=lambda key: key.order)[:want]


def without_words(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the newest matches that have none of the words."""
    # With what every document has, for what none may have alone is no way into an index.
    none_of = Condition(f"{quote(EVERY)} & !({tsquery_any(words.idf)})")
    place = (
        newest.Key(after.published_on, after.article)
        if after and not after.score
        else None
    )
    found = newest.by_date(matching & none_of, want, place)
    return [Key(0.0, key.published_on, key.article) for key in found]


def scored(
    matching: Condition, words: Words, want: int, after: Key | None
) -> list[Key]:
    """Return the best of all matches, with their scores."""
    where, parameters = matching.where()
    if words.required:
        source = _Source("articles_searchdocument", [], "", [])
    else:
        own = [f"own @@ %s::tsquery AS h{n}" for n in range(len(words.idf))]
        wide = ", words || ''::tsvector AS own"
        source = _Source("articles_searchdocument", own, wide, [*map(quote, words.idf)])
    return _scored(source, where, parameters, words, want, after)


def scored_among(
    having: Mapping[str, AbstractBitMap],
    articles: AbstractBitMap,
    matching: Condition,
    words: Words,
    want: int,
    after: Key | None,
) -> list[Key]:
    """Return the best of these articles that match, none of which has several documents.

    ``having`` has the articles of each word, so that their lexemes need not be read.
    """
    ids = list(articles)
    if words.required or len(words.idf) > MOST_BITS:
        return scored(matching & among(ids), words, want, after) if ids else []
    bits = dict.fromkeys(ids, 0)
    for n, word in enumerate(words.idf):
        for article in having[word] & articles:
            bits[article] |= 1 << n
    there = [f"bits & {1 << n} <> 0 AS h{n}" for n in range(len(words.idf))]
    source = _Source(
        "unnest(%s::int[], %s::bigint[]) AS known (article, bits)"
        " JOIN articles_searchdocument ON article_id = article",
        there, "", [], [ids, list(bits.values())],
    )  # fmt: skip
    if not ids:
        return []
    unlimited = matching == Condition()
    where, parameters = ("true", []) if unlimited else matching.where()
    return _scored(source, where, parameters, words, want, after)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where documents come from, and how it is known which of the words each has.

    ``present`` has an expression h0, h1 … for each word, with their ``parameters``, ``wide`` what
    those are made of; none where every document has all of the words.
    """

    tables: str
    present: list[str]
    wide: str
    parameters: list[str]
    table_parameters: list[object] = field(default_factory=list)


def _scored(
    source: _Source,
    where: str,
    parameters: list[object],
    words: Words,
    want: int,
    after: Key | None,
) -> list[Key]:
    keys = [psycopg2.Binary(bm25f.key(word)) for word in words.idf]
    placed = [f"position(%s IN packed) AS p{n}" for n in range(len(keys))]
    terms, term_parameters = _terms(words)
    beyond, beyond_parameters = _beyond(after)
    # OFFSET 0 keeps each value, which lies out of line, from being read once for each use.
    sql = (
        f"SELECT article_id, published_on, {terms} AS score FROM {source.tables},"
        f" LATERAL (SELECT impacts || ''::bytea AS packed{source.wide} OFFSET 0) AS wide,"
        f" LATERAL (SELECT {_ONCE} AS once, {', '.join(placed + source.present)} OFFSET 0)"
        f" AS placed WHERE {where}"
    )
    found = rows(
        f"SELECT * FROM ({sql}) AS scored {beyond}"
        " ORDER BY score DESC, published_on DESC, article_id LIMIT %s",
        [
            *term_parameters, *source.table_parameters, *keys, *source.parameters,
            *parameters, *beyond_parameters, want,
        ],
    )  # fmt: skip
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
