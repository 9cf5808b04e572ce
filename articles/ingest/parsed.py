"""What the page parser gives: pieces of the source, the parts that they make, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Span = tuple[int, int]


class Role(StrEnum):
    """What a piece of the source is."""

    COLUMN = "column"
    KICKER = "kicker"
    HEADLINE = "headline"
    DECK = "deck"
    BYLINE = "byline"
    DATELINE = "dateline"
    PARAGRAPH = "paragraph"
    SUBHEAD = "subhead"
    CAPTION = "caption"
    CREDIT = "credit"
    JUMP = "jump"
    EDITORS = "editors"
    FOLIO = "folio"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source, from offset ``start`` to before ``end``, and its role."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text taken from the source, with the stretches of the source that it is made of.

    A space that the parser put between two Latin words is a stretch before the source.
    """

    text: str = ""
    stretches: tuple[Span, ...] = ()

    @classmethod
    def of(cls, source: str, start: int, end: int) -> "Excerpt":
        """Return a stretch of the source."""
        return cls(source[start:end], ((start, end),))

    @classmethod
    def joined(cls, parts: Iterable["Excerpt"]) -> "Excerpt":
        """Return all as one text, in one go however many there are."""
        parts = list(parts)
        stretches = tuple(span for part in parts for span in part.stretches)
        return cls("".join(part.text for part in parts), stretches)

    def __bool__(self) -> bool:
        return bool(self.text)

    def cut(self, start: int, end: int | None = None) -> "Excerpt":
        """Return a part of the text without the white space around it."""
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        return Excerpt(text, tuple(self._within(start, start + len(text))))

    def _within(self, start: int, end: int) -> Iterator[Span]:
        """Yield the stretches that make the text from ``start`` to before ``end``."""
        at = 0
        for first, last in self.stretches:
            low, high = max(first, first + start - at), min(last, first + end - at)
            if low < high:
                yield low, high
            at += last - first

    @property
    def start(self) -> int:
        """Return the offset of the first character."""
        return self.stretches[0][0]

    @property
    def end(self) -> int:
        """Return the offset after the last character."""
        return self.stretches[-1][1]

    def offsets(self) -> list[int]:
        """Return the place of each character in the source, -1 of a space that is not there."""
        return [offset for span in self.stretches for offset in range(*span)]

    def spans(self) -> list[Span]:
        """Return the stretches of the source that make the text, in the text's order."""
        spans: list[Span] = []
        for start, end in self.stretches:
            if start < 0:
                continue
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        return spans


# What the parser puts between two words of an alphabet that stood on two lines.
SPACE = Excerpt(" ", ((-1, 0),))


@dataclass(frozen=True, slots=True)
class Note:
    """A decision or a doubt: its place, how sure it is (0 to 1), and why.

    ``code`` says what was decided, ``reasons`` are the rules that spoke for it.
    """

    start: int
    end: int
    code: str
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Part:
    """A paragraph, subhead or photo of the body."""

    role: Role
    excerpt: Excerpt
    credit: Excerpt = Excerpt()

    def record(self) -> dict[str, str]:
        """Return the part as the exchange record writes it."""
        if self.role is Role.CAPTION:
            return {
                "kind": "photo",
                "caption": self.excerpt.text,
                "credit": self.credit.text,
            }
        return {"kind": str(self.role), "text": self.excerpt.text}


@dataclass(frozen=True, slots=True)
class Jump:
    """A line that leads to the article's other part: 下转第2版."""

    printed: str
    page: str
    forward: bool


@dataclass(slots=True)
class ParsedArticle:
    """One article of a page. Texts are as printed; only broken lines were joined."""

    kicker: str = ""
    headline: str = ""
    deck: str = ""
    byline: str = ""
    dateline: str = ""
    column: str = ""
    genre: str = ""
    body: list[Part] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    span: Span = (0, 0)

    @property
    def confidence(self) -> float:
        """Return how sure the least sure decision is, from 0 to 1."""
        return min((note.confidence for note in self.notes), default=1.0)

    def record(self) -> dict[str, Any]:
        """Return the article as an exchange record, without its place."""
        return {
            "kicker": self.kicker,
            "headline": self.headline,
            "deck": self.deck,
            "byline": self.byline,
            "dateline": self.dateline,
            "column": self.column,
            "body": [part.record() for part in self.body],
        }


@dataclass(slots=True)
class ParsedPage:
    """A page: its articles, what belongs to no article, and where every character went."""

    source: str
    articles: list[ParsedArticle] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    folio: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def text_of(self, pieces: Iterable[Piece]) -> str:
        """Return what these pieces of the source say, joined."""
        return "".join(self.source[piece.start : piece.end] for piece in pieces)

    def lost(self) -> Iterator[tuple[int, str]]:
        """Yield each character, white space aside, that is in no piece, with its offset.

        There is none, whatever the source: a test holds it.
        """
        done = 0
        for piece in [
            *self.pieces,
            Piece(len(self.source), len(self.source), Role.MARK),
        ]:
            for offset in range(done, piece.start):
                if not self.source[offset].isspace():
                    yield offset, self.source[offset]
            done = max(done, piece.end)
