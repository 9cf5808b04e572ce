"""The signs of the query language: folded text to tokens.

Folding makes full-width and presentation forms of the operators equal to the plain ones, so
the language is read in folded text. No word can then hold what has a meaning here: blanks,
parentheses, bars, asterisks and quotation marks end it, and neither a dash nor the name of a
field with its colon begins it. So canonical text needs no escapes.
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeAlias

from articles.search.language.dates import SPACED_RANGE
from articles.search.language.nodes import Field
from articles.search.language.notes import Note, NoteCode
from articles.text.fold import FoldedText, fold, fold_with_offsets

# Read of a query, before folding and after: folding may lengthen it eighteen times (U+FDFA).
MAX_LENGTH = 400
# Deeper parentheses are read as blanks.
MAX_DEPTH = 8


class Filter(StrEnum):
    """A field whose value is no text of an article; its value is its canonical name."""

    PUBLICATION = "报纸"
    PAGE = "版"
    DATE = "日期"


Place: TypeAlias = Field | Filter

# Folded: traditional names and capitals come to these.
NAMES: dict[str, Place] = {
    "标题": Field.HEADLINE, "headline": Field.HEADLINE, "title": Field.HEADLINE,
    "正文": Field.BODY, "body": Field.BODY, "text": Field.BODY,
    "作者": Field.AUTHOR, "author": Field.AUTHOR, "byline": Field.AUTHOR,
    "图片": Field.PHOTO, "photo": Field.PHOTO, "caption": Field.PHOTO,
    "标签": Field.TAG, "tag": Field.TAG,
    "栏目": Field.COLUMN, "column": Field.COLUMN,
    "报纸": Filter.PUBLICATION, "publication": Filter.PUBLICATION, "paper": Filter.PUBLICATION,
    "版": Filter.PAGE, "版次": Filter.PAGE, "版面": Filter.PAGE, "page": Filter.PAGE,
    "日期": Filter.DATE, "date": Filter.DATE,
}  # fmt: skip

# Each opening mark with its closing one. The first three also close each other, for those
# whose keyboard mixes them, but only where the right one does not follow.
QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "«": "»"}
_DOUBLE = '"“”'
_ENDS = r"\s()|*\"“”「」『』«»"
_DASHES = "-‐–—−"
_FIELD = f"(?:{'|'.join(NAMES)}):"
_WORD = rf"(?![{_DASHES}]|{_FIELD})[^{_ENDS}]+"
_LEXEME = re.compile(
    rf"(?P<blank>\s+)|(?P<open>\()|(?P<close>\))|(?P<bar>\|+)|(?P<star>\*+)"
    rf"|(?P<quote>[\"“”「『«])|(?P<stray>[」』»])"
    rf"|(?P<dashes>[{_DASHES}]+)|(?P<field>{_FIELD})|(?P<word>{_WORD})"
)
_IS_WORD = re.compile(_WORD)
_STARTS = ("", "blank", "open", "bar", "field")


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    LITERAL = auto()
    FIELD = auto()
    NOT = auto()
    OR = auto()
    OPEN = auto()
    CLOSE = auto()


_KEYWORDS = {"or": Kind.OR, "not": Kind.NOT, "and": None}


@dataclass(frozen=True, slots=True)
class Token:
    """A sign of the language with its text; a FIELD has a place and may be ``spaced`` off."""

    kind: Kind
    text: str
    place: Place | None = None
    spaced: bool = False


def is_word(text: str) -> bool:
    """Say whether folded ``text`` is one word of the language as it stands."""
    return _IS_WORD.fullmatch(text) is not None


def is_keyword(text: str) -> bool:
    """Say whether a word as it was typed is an operator: capitals of any width."""
    return text.isupper() and fold(text) in _KEYWORDS


def fold_fully(text: str) -> str:
    """Return ``text`` folded until folding changes nothing: once, but for a few characters.

    Canonical text is folded again when it is read; OpenCC takes 薴 to 苧 and 苧 to 苎.
    """
    for _ in range(4):
        if (folded := fold(text)) == text:
            break
        text = folded
    return text


def tokenize(text: str, notes: list[Note]) -> list[Token]:
    """Return the tokens of a query, its parentheses in pairs, and note what was odd."""
    text = text.strip()
    source = text[:MAX_LENGTH]
    folded = fold_with_offsets(source)
    kept = fold_fully(folded.text[:MAX_LENGTH])
    if lost := folded.text[MAX_LENGTH:] or text[MAX_LENGTH:]:
        notes.append(Note(NoteCode.TOO_LONG, fold(lost[:20])))
    return _Scanner(FoldedText(kept, folded.offsets), source, notes).tokens()


class _Scanner:
    def __init__(self, folded: FoldedText, source: str, notes: list[Note]) -> None:
        self._folded = folded
        self._text = folded.text
        self._source = source
        self._notes = notes
        self._found: list[Token] = []
        self._place = 0
        self._depth = 0
        # What the last match was, so that a dash is an operator only where a word may begin.
        self._last = ""

    def tokens(self) -> list[Token]:
        while match := _LEXEME.match(self._text, self._place):
            self._place = match.end()
            kind = match.lastgroup or ""
            self._read(kind, match)
            self._last = kind
        if self._depth:
            self._note(NoteCode.UNCLOSED_PARENTHESIS, "(")
        return self._found

    def _read(self, kind: str, match: re.Match[str]) -> None:
        text = match.group()
        match kind:
            case "open":
                self._open()
            case "close":
                self._close()
            case "bar":
                self._add(Kind.OR, "|")
            case "star":
                self._note(NoteCode.WILDCARD, "*")
            case "quote":
                self._literal(text)
            case "stray":
                self._note(NoteCode.STRAY_QUOTE, text)
            case "dashes":
                self._dashes(text)
            case "field":
                self._field(text)
            case "word":
                self._word(match)

    def _add(self, kind: Kind, text: str) -> None:
        self._found.append(Token(kind, text))

    def _note(self, code: NoteCode, text: str) -> None:
        self._notes.append(Note(code, text))

    def _open(self) -> None:
        self._depth += 1
        if self._depth <= MAX_DEPTH:
            self._add(Kind.OPEN, "(")
        else:
            self._note(NoteCode.TOO_DEEP, "(")

    def _close(self) -> None:
        if not self._depth:
            self._note(NoteCode.STRAY_PARENTHESIS, ")")
            return
        if self._depth <= MAX_DEPTH:
            self._add(Kind.CLOSE, ")")
        self._depth -= 1

    def _literal(self, opening: str) -> None:
        start = self._place
        end = self._text.find(QUOTES[opening], start)
        if end < 0 and opening in _DOUBLE:
            found = (self._text.find(mark, start) for mark in _DOUBLE)
            end = min((place for place in found if place >= 0), default=-1)
        if end < 0:
            self._note(NoteCode.UNCLOSED_QUOTE, opening)
            end = len(self._text)
        self._place = end + 1
        self._add(Kind.LITERAL, " ".join(self._text[start:end].split()))

    def _dashes(self, text: str) -> None:
        # Two dashes or more are the Chinese dash, or a rule: punctuation.
        if len(text) > 1 or self._last not in _STARTS:
            return
        following = _LEXEME.match(self._text, self._place)
        if following and following.lastgroup in ("word", "quote", "field", "open"):
            self._add(Kind.NOT, text)
        else:
            self._note(NoteCode.DANGLING_OPERATOR, text)

    def _field(self, text: str) -> None:
        place = NAMES[text[:-1]]
        spaced = self._text[self._place : self._place + 1].isspace()
        self._found.append(Token(Kind.FIELD, text, place, spaced))
        if place is not Filter.DATE:
            return
        start = len(self._text) - len(self._text[self._place :].lstrip())
        if match := SPACED_RANGE.match(self._text, start):
            self._place = match.end()
            self._add(Kind.WORD, "".join(match.group().split()))

    def _word(self, match: re.Match[str]) -> None:
        text = match.group()
        # After an operator without a blank, it is what that operator is put to.
        if text in _KEYWORDS and self._last not in ("dashes", "field"):
            start, end = self._folded.source_span(*match.span())
            if self._source[start:end].isupper():
                if kind := _KEYWORDS[text]:
                    self._add(kind, text.upper())
                return
        self._add(Kind.WORD, text)
