"""The query language: what a reader types, read forgivingly, as nodes.

Pure: nothing here knows Django or the database. docs/search-language.md describes it.
"""

from articles.search.language.compose import compose
from articles.search.language.nodes import (
    All,
    Any,
    Dates,
    Field,
    InPublication,
    Literal,
    Node,
    Not,
    OnPage,
    Words,
    either,
    every,
    leaves,
    mapped,
    negated,
    within,
)
from articles.search.language.notes import Note, NoteCode
from articles.search.language.parse import MAX_TERMS, parse
from articles.search.language.query import Query
from articles.search.language.tokens import MAX_DEPTH, MAX_LENGTH

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "All",
    "Any",
    "Dates",
    "Field",
    "InPublication",
    "Literal",
    "Node",
    "Not",
    "Note",
    "NoteCode",
    "OnPage",
    "Query",
    "Words",
    "compose",
    "either",
    "every",
    "leaves",
    "mapped",
    "negated",
    "parse",
    "within",
]
