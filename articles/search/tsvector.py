"""tsvector and tsquery written from our own lexemes, never by PostgreSQL's parser.

Its word boundaries depend on the server's locale (docs/decisions/0003).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup

# PostgreSQL 18, 12.11 "Limitations": a position ends at 16,383 and a lexeme has at most 256.
MAX_POSITION = 16_383
MAX_POSITIONS = 255

# A lexeme's positions, each with its weight: {"上海": ["1A", "57"]}; D is the default weight.
Positions = dict[str, list[str]]


def quote(lexeme: str) -> str:
    """Return a lexeme as it is written within a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def positions(fields: Iterable[tuple[str, list[str]]]) -> Positions:
    """Return where each lexeme stands, given the words of each field with its weight."""
    found: Positions = defaultdict(list)
    position = 0
    for weight, words in fields:
        mark = "" if weight == "D" else weight
        for word in words:
            position += 1
            if len(found[word]) < MAX_POSITIONS:
                found[word].append(f"{min(position, MAX_POSITION)}{mark}")
    return found


def tsvector(lexemes: Positions) -> str:
    """Return the text of a tsvector; lexemes without positions are written bare."""
    return " ".join(
        quote(lexeme) + (":" + ",".join(places) if places else "")
        for lexeme, places in sorted(lexemes.items())
    )


def tsquery_all(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that requires all of these lexemes."""
    return " & ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))


def tsquery_any(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that any of these lexemes satisfies."""
    return " | ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))


class Matches(Lookup):
    """``column__matches=text of a tsquery``: the ``@@`` operator, on our own lexemes."""

    lookup_name = "matches"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[str]]:
        """Return the tsquery as it is: the column's own preparation is for tsvectors."""
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison, the query cast rather than parsed."""
        column, column_params = self.process_lhs(compiler, connection)
        query, query_params = self.process_rhs(compiler, connection)
        return f"{column} @@ {query}::tsquery", (*column_params, *query_params)
