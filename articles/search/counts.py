"""In how many articles a lexeme stands: the collection's side of BM25F, and of every plan.

Counting a common word reads hundreds of thousands of index entries, so counts are kept
in a table and used until the index has grown by a hundredth. An index of a few thousand
articles is counted anew after every change.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from articles.search.database import rows
from articles.search.document import EVERY
from articles.search.tsvector import quote

_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of documents in all, and of those that have each lexeme."""

    total: int
    of: dict[str, int]


def counts(lexemes: Collection[str]) -> Counts:
    """Return the numbers for these lexemes, counting those that are not known."""
    wanted = {EVERY, *lexemes}
    found = rows(
        "SELECT last_value, lexeme, documents, counted_at"
        " FROM articles_searchdocument_id_seq"
        " LEFT JOIN articles_lexemecount ON lexeme = ANY(%s)",
        [list(wanted)],
    )
    now = found[0][0]
    stored = {lexeme: (number, at) for _now, lexeme, number, at in found if lexeme}
    total = stored.get(EVERY, (0, 0))[0]
    known = {
        lexeme: number
        for lexeme, (number, at) in stored.items()
        if abs(now - at) <= _TOLERANCE * total
    }
    fresh = _counted(sorted(wanted - set(known)))
    _keep(fresh, now)
    numbers = known | fresh
    return Counts(numbers[EVERY], numbers)


def _counted(lexemes: list[str]) -> dict[str, int]:
    if not lexemes:
        return {}
    # Each looked up in the index by itself, in one journey.
    found = rows(
        "SELECT lexeme, (SELECT count(*) FROM articles_searchdocument"
        " WHERE words @@ query::tsquery)"
        " FROM unnest(%s::text[], %s::text[]) AS asked (lexeme, query)",
        [lexemes, [quote(lexeme) for lexeme in lexemes]],
    )
    return {lexeme: int(number) for lexeme, number in found}


def _keep(fresh: dict[str, int], now: int) -> None:
    """Store what was counted; a server that only reads counts again the next time."""
    # A rare word is counted as quickly as it is looked up, and there are very many of them.
    worth = {lexeme: n for lexeme, n in fresh.items() if n >= _WORTH or lexeme == EVERY}
    if not worth:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO articles_lexemecount (lexeme, documents, counted_at)"
                " SELECT unnest(%s), unnest(%s), %s ON CONFLICT (lexeme) DO UPDATE"
                " SET documents = excluded.documents, counted_at = excluded.counted_at",
                [list(worth), list(worth.values()), now],
            )
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", "") != _READ_ONLY:
            raise


_WORTH = 1_000
_READ_ONLY = "25006"
