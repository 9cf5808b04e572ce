"""tsvector and tsquery written from our own lexemes, never by PostgreSQL's parser.

Its word boundaries depend on the server's locale (docs/decisions/0003).
"""

from collections.abc import Collection, Iterable


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


def tsquery_all(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that requires all of these lexemes."""
    return " & ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))


def tsquery_any(lexemes: Iterable[str]) -> str:
    """Return the text of a tsquery that any of these lexemes satisfies."""
    return " | ".join(quote(lexeme) for lexeme in dict.fromkeys(lexemes))
