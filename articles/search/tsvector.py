"""tsvector and tsquery written from our own lexemes, never by PostgreSQL's parser.

Its word boundaries depend on the server's locale (docs/decisions/0003).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

# PostgreSQL 18, 12.11 "Limitations": a position ends at 16,383 and a lexeme has at most 256.
MAX_POSITION = 16_383
MAX_POSITIONS = 255

# A lexeme's positions, each with its weight: {"上海": ["1A", "57"]}; D is the default weight.
Positions = dict[str, list[str]]


def quote(lexeme: str) -> str:
    """Return a lexeme as it is written within a tsvector or tsquery."""
    if "'" in lexeme or "\\" in lexeme:
        lexeme = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{lexeme}'"


def quote_all(lexemes: Collection[str]) -> str:
    """Return the text of a tsvector of these lexemes, without positions."""
    joined = "' '".join(lexemes)
    # More quotation marks than those just put there, or any backslash: one by one.
    if joined.count("'") != 2 * max(len(lexemes) - 1, 0) or "\\" in joined:
        return " ".join(map(quote, lexemes))
    return f"'{joined}'" if lexemes else ""


def positions(fields: Iterable[tuple[str, list[str]]]) -> Positions:
    """Return where each lexeme stands, given the words of each field with its weight."""
    found: Positions = defaultdict(list)
    position = 0
    for weight, words in fields:
        mark = "" if weight == "D" else weight
        for word in words:
            position += 1
            places = found[word]
            if len(places) < MAX_POSITIONS:
                place = position if position < MAX_POSITION else MAX_POSITION
                places.append(f"{place}{mark}")
    return found


def tsvector(lexemes: Positions) -> str:
    """Return the text of a tsvector; lexemes without positions are written bare."""
    # Not sorted: PostgreSQL sorts them, and what comes in is in the order of the text.
    return " ".join(
        [
            f"{quote(lexeme)}:{','.join(places)}" if places else quote(lexeme)
            for lexeme, places in lexemes.items()
        ]
    )


def tsquery_all(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that requires all of these lexemes."""
    return " & ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))


def tsquery_any(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that any of these lexemes satisfies."""
    return " | ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))
