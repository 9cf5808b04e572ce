"""Very many matches at once: sets of articles as Roaring bitmaps.

PostgreSQL visits every row that it counts, some 0.4 µs each: of a word that half of a million
articles have, all facets take most of a second. A bitmap of a million articles has
125 kB at most, and two of them are intersected in microseconds (Lemire, Kaser, Kurz et al.,
"Roaring bitmaps: implementation of an optimized software library", 2018). So the sets of the
commonest lexemes and of all values of facets are kept beside the index (bitmap_build.py).

They are a copy as of some moment. Articles that were changed since, which the changes
name (changes.py), are left out of them and asked for by the index: every answer is exact.
"""

import datetime
import heapq
from array import array
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pyroaring import AbstractBitMap, BitMap, FrozenBitMap

from articles.models import Bitmap
from articles.search import boolean
from articles.search.bitmap_memory import Memory
from articles.search.conditions import Condition, among, covering
from articles.search.database import rows, within_callers
from articles.search.document import EVERY
from articles.search.tsvector import quote

Kind = Bitmap.Kind
# More than this many changed articles take longer to ask for than is gained.
MOST_CHANGED = 5_000
_NO_ARTICLES = FrozenBitMap()
# What this process has read, of all its threads.
_memory = Memory()
# The articles of rows as one value: four bytes each, the most significant first.
ARTICLES = "string_agg(int4send(article_id::int4), ''::bytea)"


def unpacked(packed: bytes | memoryview | None) -> BitMap:
    """Return the articles that a query for ``ARTICLES`` answered."""
    numbers = array("I")
    numbers.frombytes(packed or b"")
    numbers.byteswap()
    return BitMap(numbers)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of each facet with their articles, those of most articles first."""

    build: int
    of: dict[Kind, list[tuple[str, BitMap]]]


@dataclass(frozen=True, slots=True)
class Bitmaps:
    """The bitmaps as they are, and the articles for which the index must be asked."""

    values: Values
    changed: BitMap

    # Of this process, because reading them takes longer than using them.
    _loaded: ClassVar[Values | None] = None

    def matching(self, condition: Condition) -> AbstractBitMap:
        """Return the articles that match, but for those that were changed."""
        if not condition.is_of_sets:
            where, parameters = condition.where()
            sql = f"SELECT {ARTICLES} FROM articles_searchdocument WHERE {where}"
            ((packed,),) = rows(sql, parameters)
            return unpacked(packed) - self.changed
        names = boolean.lexemes_in(condition.tsquery)
        pairs = [pair_lexeme(code) for code in condition.pairs]
        having = self.having([EVERY, *names, *pairs])
        found: AbstractBitMap = having[EVERY]
        if condition.tsquery:
            found = boolean.matching(condition.tsquery, having, found)
        for pair in pairs:
            found = found & having[pair]
        if condition.since or condition.until:
            found = found & self._of_days(condition.since, condition.until)
        return found - self.changed

    def _of_days(
        self, since: datetime.date | None, until: datetime.date | None
    ) -> BitMap:
        """Return the articles of a range of days: of whole months, and of the days of others."""
        whole, days = [], []
        for month, having in self.values.of[Kind.MONTH]:
            first = datetime.date.fromisoformat(f"{month}-01")
            last = first.replace(day=monthrange(first.year, first.month)[1])
            begin, end = max(first, since or first), min(last, until or last)
            if (begin, end) == (first, last):
                whole.append(having)
            elif begin <= end:
                days += covering(begin, end) or []
        return BitMap().union(*whole, *self.having(days).values())

    def few(self, condition: Condition, most: int) -> AbstractBitMap | None:
        """Return what ``matching`` does as the index has it, None where that are more."""
        where, parameters = condition.where()
        found = rows(
            f"SELECT count(*), {ARTICLES} FROM (SELECT article_id"
            f" FROM articles_searchdocument WHERE {where} LIMIT %s) AS found",
            [*parameters, most + 1],
        )
        number, packed = found[0]
        return None if number > most else unpacked(packed) - self.changed

    def others(self, condition: Condition) -> Condition | None:
        """Return the condition of the changed articles that match, None where none was changed."""
        if not self.changed:
            return None
        return condition & among(self.changed)

    def having(self, lexemes: Iterable[str]) -> dict[str, FrozenBitMap]:
        """Return the articles of each lexeme, those of changed articles as they may have been.

        Raise RebuiltError where the bitmaps were made anew since ``current``.
        """
        wanted = set(lexemes)
        having = _memory.read(self.values.build, wanted)
        missing = wanted - having.keys()
        if missing:
            read = self._stored(missing)
            rare = {
                lexeme: FrozenBitMap(unpacked(packed))
                for sql, parameters in lookups(missing - read.keys())
                for lexeme, packed in rows(sql, parameters)
            }
            having |= read | rare
            _memory.keep(self.values.build, read)
            if not within_callers():
                _memory.keep(self.values.build, rare)
        return having

    def _stored(self, lexemes: Collection[str]) -> dict[str, FrozenBitMap]:
        """Return the bitmaps of those lexemes that have one, and of levels that no article has."""
        # Of the words of levels it is only asked whether they have one.
        words = {lexeme.partition("^")[0] for lexeme in lexemes if "^" in lexeme}
        stored = rows(
            "SELECT value, CASE WHEN value = ANY(%s) THEN articles END FROM articles_bitmap"
            " WHERE kind = %s AND value = ANY(%s) AND build = %s",
            [list(lexemes), Kind.LEXEME, [EVERY, *words, *lexemes], self.values.build],
        )
        # Every build has that of all articles.
        if not stored:
            raise RebuiltError
        # A common word has a bitmap for each of its levels that any article has.
        common = {value for value, _packed in stored}
        none = {
            lexeme: _NO_ARTICLES
            for lexeme in lexemes
            if "^" in lexeme and lexeme.partition("^")[0] in common
        }
        return none | {
            value: FrozenBitMap.deserialize(bytes(packed))
            for value, packed in stored
            if packed is not None
        }

    def commonest(
        self,
        kind: Kind,
        articles: AbstractBitMap,
        beside: dict[str, int],
        most: int | None,
    ) -> dict[str, int]:
        """Return the commonest values and their numbers, or all, those of other articles added.

        Values are seen from the commonest in the archive down, so the rest need not be seen
        when none of it can come among the first.
        """
        # Other articles may have values that none of these has.
        found = dict(beside)
        values = self.values.of[kind]
        highest = [0] * (most or len(values))
        more = max(beside.values(), default=0)
        for value, having in values:
            if len(having) + more < highest[0]:
                break
            number = articles.intersection_cardinality(having) + beside.get(value, 0)
            if number:
                found[value] = number
                heapq.heappushpop(highest, number)
        return found


class RebuiltError(Exception):
    """The bitmaps were made anew while they were read."""


def pair_lexeme(code: int) -> str:
    """Return what stands for a code of characters (pair_codes) among lexemes.

    >>> pair_lexeme(-7), code_of('"-7'), code_of("7")
    ('"-7', -7, None)
    """
    return f'"{code}'


def code_of(lexeme: str) -> int | None:
    """Return the code that a lexeme stands for, None where it is a lexeme of the index."""
    return int(lexeme[1:]) if lexeme.startswith('"') else None


def lookups(lexemes: Collection[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the statements, with parameters, that answer the articles of lexemes as ``ARTICLES``.

    Each is looked up in the index by itself, in one journey for all words and one for all codes.
    """
    words = [lexeme for lexeme in lexemes if code_of(lexeme) is None]
    pairs = [lexeme for lexeme in lexemes if code_of(lexeme) is not None]
    for names, condition, asked in (
        (words, "words @@ query::tsquery", [quote(lexeme) for lexeme in words]),
        (pairs, "bigrams @> ARRAY[query::int]", [lexeme[1:] for lexeme in pairs]),
    ):
        if names:
            sql = (
                f"SELECT lexeme, (SELECT {ARTICLES} FROM articles_searchdocument"
                f" WHERE {condition})"
                " FROM unnest(%s::text[], %s::text[]) AS asked (lexeme, query)"
            )
            yield sql, [names, asked]


def current() -> Bitmaps | None:
    """Return the bitmaps, None where there are none or too much has changed since."""
    ((build, changed),) = rows(
        "SELECT (SELECT build FROM articles_bitmap WHERE kind = %s AND value = %s),"
        " ARRAY(SELECT unnest(article_ids) FROM articles_indexchange"
        f" WHERE article_ids IS NOT NULL LIMIT {MOST_CHANGED + 1})",
        [Kind.LEXEME, EVERY],
    )
    if build is None or len(changed) > MOST_CHANGED:
        return None
    values = Bitmaps._loaded
    if values is None or values.build != build:
        values = _load(build)
        if values is None:
            return None
        Bitmaps._loaded = values
    split = next((having for _value, having in values.of[Kind.SPLIT]), BitMap())
    return Bitmaps(values, split | BitMap(changed))


def _load(build: int) -> Values | None:
    """Read the values of facets; None where they were made anew meanwhile."""
    stored = rows(
        "SELECT kind, value, articles FROM articles_bitmap WHERE kind > %s AND build = %s",
        [Kind.LEXEME, build],
    )
    of: dict[Kind, list[tuple[str, BitMap]]] = {kind: [] for kind in Kind}
    for kind, value, packed in stored:
        of[Kind(kind)].append((value, BitMap.deserialize(bytes(packed))))
    if not of[Kind.PUBLICATION]:
        return None
    for values in of.values():
        values.sort(key=lambda pair: -len(pair[1]))
    return Values(build, of)
