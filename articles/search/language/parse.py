"""Reading a query. Everything has a meaning; what was forgiven is noted.

See docs/search-language.md for the grammar.
"""

import re
from bisect import bisect_left

from articles.search.language.dates import read_range
from articles.search.language.nodes import (
    Dates,
    Field,
    InPublication,
    Leaf,
    Literal,
    Node,
    OnPage,
    Words,
    either,
    every,
    first_leaves,
    leaves,
    negated,
)
from articles.search.language.notes import Note, NoteCode
from articles.search.language.query import Query
from articles.search.language.render import render
from articles.search.language.tokens import (
    MAX_LENGTH,
    Filter,
    Kind,
    Place,
    Token,
    fold_fully,
    tokenize,
)
from articles.text.lexicon import Lexicon
from articles.text.segment import segment

MAX_TERMS = 32
# With a minus, a field, a colon and quotation marks, a leaf must not be longer than a query.
_MAX_LEAF_LENGTH = MAX_LENGTH - 8
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def parse(text: str, lexicon: Lexicon) -> Query:
    """Return the query that ``text`` asks."""
    notes: list[Note] = []
    root = _Reader(tokenize(text, notes), lexicon, notes).read()
    root = _fitting(root, notes)
    return Query(root, tuple(dict.fromkeys(notes)))


def _fitting(root: Node | None, notes: list[Note]) -> Node | None:
    """Return as many of the first leaves as have a canonical text that is read to its end."""
    if len(render(root)) <= MAX_LENGTH:
        return root
    counts = range(1, sum(1 for _leaf in leaves(root)))
    fitting = bisect_left(counts, True, key=lambda count: _is_too_long(root, count))
    kept = first_leaves(root, fitting)
    notes.append(Note(NoteCode.TOO_LONG, render(root)[len(render(kept)) :][:20]))
    return kept


def _is_too_long(root: Node | None, count: int) -> bool:
    return len(render(first_leaves(root, count))) > MAX_LENGTH


class _Reader:
    """Descends into the parentheses, which tokenizing has put in pairs and bounded."""

    def __init__(
        self, tokens: list[Token], lexicon: Lexicon, notes: list[Note]
    ) -> None:
        self._tokens = tokens
        self._lexicon = lexicon
        self._notes = notes
        self._place = 0
        self._terms = 0

    def read(self) -> Node | None:
        return self._group(None)

    def _next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _note(self, code: NoteCode, text: str) -> None:
        self._notes.append(Note(code, text))

    def _group(self, place: Place | None) -> Node | None:
        """Read up to the closing parenthesis or the end. OR binds closer than a blank."""
        required: list[list[Node]] = []
        joining: Token | None = None
        while (token := self._next()) and token.kind is not Kind.CLOSE:
            if token.kind is Kind.OR:
                self._place += 1
                if joining or not required:
                    self._note(NoteCode.DANGLING_OPERATOR, token.text)
                else:
                    joining = token
            elif node := self._operand(place):
                if joining:
                    required[-1].append(node)
                else:
                    required.append([node])
                joining = None
        if joining:
            self._note(NoteCode.DANGLING_OPERATOR, joining.text)
        self._place += 1
        return every(node for nodes in required if (node := either(nodes)))

    def _operand(self, place: Place | None) -> Node | None:
        """Read what an OR or a blank can stand beside; None if it asks nothing."""
        negative = False
        prefix: Token | None = None
        while (token := self._next()) and token.kind in (Kind.NOT, Kind.FIELD):
            if prefix and prefix.kind is token.kind is Kind.FIELD:
                self._note(NoteCode.EMPTY_FIELD, prefix.text)
            negative ^= token.kind is Kind.NOT
            place = token.place or place
            prefix = token
            self._place += 1
        node: Node | None
        match token:
            case Token(Kind.OPEN):
                self._note_blank(prefix)
                self._place += 1
                node = self._group(place)
            case Token(Kind.WORD | Kind.LITERAL):
                self._note_blank(prefix)
                self._place += 1
                node = self._leaf(token, place)
            case _:
                # Only prefixes bring us here: without one, there is something to read.
                if prefix:
                    self._note_missing(prefix)
                return None
        return negated(node) if node and negative else node

    def _note_blank(self, prefix: Token | None) -> None:
        if prefix and prefix.spaced:
            self._note(NoteCode.BLANK_AFTER_FIELD, prefix.text)

    def _note_missing(self, prefix: Token) -> None:
        is_field = prefix.kind is Kind.FIELD
        code = NoteCode.EMPTY_FIELD if is_field else NoteCode.DANGLING_OPERATOR
        self._note(code, prefix.text)

    def _leaf(self, token: Token, place: Place | None) -> Leaf | None:
        text = token.text
        if len(text) > _MAX_LEAF_LENGTH:
            self._note(NoteCode.TOO_LONG, text[_MAX_LEAF_LENGTH:][:20])
            text = fold_fully(text[:_MAX_LEAF_LENGTH]).strip()
        leaf = self._valued(token.kind, text, place)
        if leaf and self._terms == MAX_TERMS:
            self._note(NoteCode.TOO_MANY_TERMS, text)
            return None
        self._terms += leaf is not None
        return leaf

    def _valued(self, kind: Kind, text: str, place: Place | None) -> Leaf | None:
        if not isinstance(place, Filter):
            return self._text(kind, text, place)
        if place is Filter.DATE:
            return self._dates(kind, text)
        if not _LETTER_OR_DIGIT.search(text):
            return None
        return InPublication(text) if place is Filter.PUBLICATION else OnPage(text)

    def _text(self, kind: Kind, text: str, field: Field | None) -> Leaf | None:
        if kind is Kind.LITERAL:
            return Literal(text, field) if text else None
        words = tuple(segment(text, self._lexicon))
        return Words(text, words, field) if words else None

    def _dates(self, kind: Kind, text: str) -> Leaf | None:
        days = read_range(text)
        if days is None:
            self._note(NoteCode.IMPOSSIBLE_DATE, text)
            return self._text(kind, text, None)
        if days.reversed:
            self._note(NoteCode.REVERSED_RANGE, text)
        return Dates(days.since, days.until)
