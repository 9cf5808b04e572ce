"""Where a query stands in a text: marked segments and the best passage.

Texts are matched in their folded form and marked in their own; the result is plain strings
that the template escapes, never markup.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from articles.search.conditions import CODES, longest
from articles.search.language import Literal, Query, Words
from articles.text.fold import fold, fold_with_offsets

# A passage in characters: three lines on a telephone.
PASSAGE_LENGTH = 110
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*[”’』」)）]*|[。！？!?]+[”’』」)）]*")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that is marked or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with the spans (start, end, what was found there) of a query in it."""

    text: str
    spans: tuple[tuple[int, int, str], ...]

    @property
    def found(self) -> set[str]:
        """Return the different strings that were found."""
        return {found for _start, _end, found in self.spans}

    @property
    def weight(self) -> tuple[int, int]:
        """Return how much was found: different strings first, then occurrences."""
        return len(self.found), len(self.spans)

    def segments(self) -> list[Segment]:
        """Return the text cut where marks begin and end; the parts joined are the text."""
        edges = [0]
        for start, end, _found in self.spans:
            edges += [start, end]
        edges.append(len(self.text))
        parts = enumerate(pairwise(edges))
        return [
            Segment(self.text[start:end], marked=number % 2 == 1)
            for number, (start, end) in parts
            if end > start
        ]

    def slice(self, start: int, end: int) -> "MarkedText":
        """Return a part of the text with the marks that lie within it."""
        spans = (
            (max(a, start) - start, min(b, end) - start, found)
            for a, b, found in self.spans
            if a < end and b > start
        )
        return MarkedText(self.text[start:end], tuple(spans))


class Marker:
    """Marks one query in the texts of one article: what is sought in a field, only there."""

    def __init__(self, query: Query, texts: Mapping[str, str]) -> None:
        """Take the folded text of each field (CODES): what stands there whole is not cut."""
        anywhere = "\n".join(texts.values())
        self._strings: defaultdict[str, set[str]] = defaultdict(set)
        for leaf in query.positive():
            field = CODES[leaf.field] if leaf.field else ""
            text = texts.get(field, "") if field else anywhere
            self._strings[field].update(_shown(leaf, text))
        self._patterns = {field: self._pattern(field) for field in self._strings}
        self._general = self._pattern("")

    def _pattern(self, field: str) -> re.Pattern[str]:
        strings = self._strings.get("", set()) | self._strings.get(field, set())
        longest_first = sorted(strings, key=lambda string: (-len(string), string))
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def mark(self, text: str, field: str) -> MarkedText:
        """Return ``text`` of a field with every occurrence marked."""
        pattern = self._patterns.get(field, self._general)
        # Most texts have none, and folding without offsets takes a third of the time.
        if not pattern.search(fold(text)):
            return MarkedText(text, ())
        folded = fold_with_offsets(text)
        spans: list[tuple[int, int, str]] = []
        for match in pattern.finditer(folded.text):
            start, end = folded.source_span(match.start(), match.end())
            if not spans or start >= spans[-1][1]:
                spans.append((start, end, match.group()))
        return MarkedText(text, tuple(spans))


def _shown(leaf: Words | Literal, article_text: str) -> Iterable[str]:
    """Return the strings that stand for a leaf: itself where the article has it, else words."""
    if isinstance(leaf, Literal) or leaf.text in article_text:
        return (leaf.text,)
    # A single character would be marked all over the text unless it is all there is.
    return [word for word in leaf.words if len(word) > 1] or longest(leaf.words)


def passage(text: MarkedText, length: int = PASSAGE_LENGTH) -> MarkedText:
    """Return the sentences of ``text`` in which most was found, about ``length`` long."""
    sentences = [text.slice(*match.span()) for match in _SENTENCE.finditer(text.text)]
    starts = [match.start() for match in _SENTENCE.finditer(text.text)]
    if not sentences:
        return text.slice(0, length)
    best = max(range(len(sentences)), key=lambda i: (sentences[i].weight, -i))
    start = end = starts[best]
    for sentence in sentences[best:]:
        if end > start and end - start + len(sentence.text) > length:
            break
        end += len(sentence.text)
    return _clipped(text, start, end, length)


def _clipped(text: MarkedText, start: int, end: int, length: int) -> MarkedText:
    """Return the span, cut around its first mark if a sentence is too long, with ellipses."""
    if end - start > length:
        first = next((a for a, _b, _f in text.spans if start <= a < end), start)
        start = max(start, min(first - length // 3, end - length))
        end = min(end, start + length)
    cut = text.slice(start, end)
    before = ELLIPSIS if start > 0 else ""
    after = ELLIPSIS if end < len(text.text) else ""
    spans = tuple(
        (a + len(before), b + len(before), found) for a, b, found in cut.spans
    )
    return MarkedText(before + cut.text + after, spans)
