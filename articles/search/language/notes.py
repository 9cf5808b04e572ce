"""What was forgiven while a query was read. Templates word it."""

from dataclasses import dataclass
from enum import StrEnum


class NoteCode(StrEnum):
    """A kind of thing that was not read as it was typed."""

    UNCLOSED_QUOTE = "unclosed_quote"
    STRAY_QUOTE = "stray_quote"
    UNCLOSED_PARENTHESIS = "unclosed_parenthesis"
    STRAY_PARENTHESIS = "stray_parenthesis"
    DANGLING_OPERATOR = "dangling_operator"
    EMPTY_FIELD = "empty_field"
    BLANK_AFTER_FIELD = "blank_after_field"
    WILDCARD = "wildcard"
    IMPOSSIBLE_DATE = "impossible_date"
    REVERSED_RANGE = "reversed_range"
    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_DEEP = "too_deep"


@dataclass(frozen=True, slots=True)
class Note:
    """A kind with the text it concerns (folded), for TOO_LONG the beginning of what is lost."""

    code: NoteCode
    text: str
