"""Raw page text to units: lines that a narrow column wrapped, put together again.

A unit is a paragraph, half of one (a column or a page ended in it), a head, a caption: what
stands on lines of its own. Offsets into the source are kept, so nothing can be lost.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from articles.ingest import patterns
from articles.ingest.forms import is_caption, is_set_line
from articles.ingest.parsed import SPACE, Excerpt

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# A narrow column has some ten characters, and a line of ordinary text is not called wrapped
# beyond sixty.
_NARROWEST, _WIDEST = 6, 62
# Lines of a column differ by what may not begin or end a line (避头尾).
_SLACK = 4
_LATIN = re.compile("[A-Za-z]")
# No dateline is longer than some forty characters.
_LONGEST_DATELINE = 60


@dataclass(frozen=True)
class Unit:
    """One or more physical lines that stand together."""

    excerpt: Excerpt
    indented: bool
    lines: int

    @property
    def text(self) -> str:
        """Return what the lines say, joined."""
        return self.excerpt.text

    @cached_property
    def is_complete(self) -> bool:
        """Return whether a sentence ends with it."""
        return bool(patterns.COMPLETE.search(self.text))


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    # With its indent: the number of characters, each as wide as two columns, and of columns.
    characters: int
    columns: int
    indented: bool
    blank_after: bool
    blank_before: bool


Measure = Callable[[_Line], int]
_MEASURES: tuple[Measure, ...] = (attrgetter("characters"), attrgetter("columns"))


def read_units(source: str) -> list[Unit]:
    """Return the units of a page in the order of the source."""
    runs = _runs(source)
    measure, width = _page_width(runs)
    lines = [line for run in runs for line in run]
    # Blanks at the ends of lines: here and there a blank of the text, everywhere a habit.
    padded = 4 * sum(line.blank_after for line in lines) > len(lines)
    indents = _sets_off_paragraphs(runs)
    units: list[Unit] = []
    for run in runs:
        column = _Column(measure, _run_width(run, measure) or width, indents)
        for group in column.groups(run):
            excerpt = Excerpt.joined(_parts(source, group, column, padded))
            units.append(Unit(excerpt, group[0].indented, len(group)))
    return units


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of set text: which of its lines belong together."""

    measure: Measure
    width: int | None
    indents: bool

    def groups(self, run: list[_Line]) -> list[list[_Line]]:
        """Return the lines of a run, each paragraph's together."""
        groups = [[run[0]]]
        for above, line in pairwise(run):
            if self.width is not None and self._goes_on(above, line):
                groups[-1].append(line)
            else:
                groups.append([line])
        return [part for group in groups for part in self._without_heads(group)]

    def cuts(self, line: _Line) -> bool:
        """Say whether the line was cut at the column's width, perhaps within a word."""
        return self.width is not None and self.measure(line) >= self.width

    def _is_full(self, line: _Line) -> bool:
        size = self.measure(line)
        return self.width is not None and abs(size - self.width) <= _SLACK

    def _goes_on(self, above: _Line, line: _Line) -> bool:
        """Say whether a line goes on with what the one above it, filled, began."""
        # Two indented lines are two paragraphs, but where a whole quotation is indented.
        if line.indented or not self._is_full(above):
            return False
        if is_caption(above.text) or is_caption(line.text):
            return False
        if not patterns.COMPLETE.search(above.text):
            return True
        # A sentence ended with the line. What goes on fills its line or ends a sentence.
        rest = self._is_full(line) or patterns.COMPLETE.search(line.text)
        return bool(rest) and not is_set_line(line.text)

    def _without_heads(self, group: list[_Line]) -> list[list[_Line]]:
        """Return the lines one by one where they are heads that happen to fill the column.

        Where paragraphs are indented, what is not, and ends no sentence, is either that or
        the rest of a paragraph that another column goes on with: some full lines.
        """
        rest = len(group) > 2 and all(map(self._is_full, group))
        if (
            self.indents
            and not group[0].indented
            and not patterns.COMPLETE.search(group[-1].text)
            and not rest
        ):
            return [[line] for line in group]
        return [group]


def join(parts: list[Excerpt]) -> Excerpt:
    """Return parts of a text as one: without spaces, but between Latin words."""
    spaced = parts[:1]
    for left, right in pairwise(parts):
        if _are_two_words(left.text, right.text):
            spaced.append(SPACE)
        spaced.append(right)
    return Excerpt.joined(spaced)


def _are_two_words(left: str, right: str) -> bool:
    return bool(_LATIN.match(left[-1:]) and _LATIN.match(right))


def columns(text: str) -> int:
    """Return the width of a text as it is set: a full-width character counts two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _runs(source: str) -> list[list[_Line]]:
    """Return the lines in groups between blank lines."""
    matches = [match for match in _LINE.finditer(source) if match.group().strip()]
    # An indent that every line has is the page's margin.
    margin = min((columns(_indent(match.group())) for match in matches), default=0)
    runs: list[list[_Line]] = []
    last_end = None
    for match in matches:
        if last_end is None or _has_blank_line(source[last_end : match.start()]):
            runs.append([])
        runs[-1].append(_line(match, margin))
        last_end = match.end()
    return runs


def _line(match: re.Match[str], margin: int) -> _Line:
    printed = match.group().rstrip()
    indent = _indent(printed)
    text = printed[len(indent) :]
    start = match.start() + len(indent)
    set_in = columns(indent) - margin
    return _Line(
        start, start + len(text), text, 2 * len(printed), columns(printed),
        indented=set_in >= 2,
        blank_after=len(match.group()) > len(printed),
        blank_before=set_in == 1,
    )  # fmt: skip


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _has_blank_line(between: str) -> bool:
    return len(_LINE_END.findall(between)) > 1


def _sets_off_paragraphs(runs: list[list[_Line]]) -> bool:
    """Say whether the page indents the first line of a paragraph."""
    first = [
        line.indented
        for run in runs
        for above, line in pairwise(run)
        if patterns.COMPLETE.search(above.text) and len(line.text) > _NARROWEST
    ]
    first += [run[0].indented for run in runs if len(run) > 1]
    return 2 * sum(first) > len(first)


def _page_width(runs: list[list[_Line]]) -> tuple[Measure, int | None]:
    """Return how the page's column is measured, and its width if it has one."""
    candidates: list[tuple[float, Measure, int]] = []
    for measure in _MEASURES:
        sizes = [measure(line) for run in runs if len(run) > 2 for line in run[:-1]]
        width, share = _commonest(sizes)
        candidates.append((share, measure, width))
    share, measure, width = max(candidates, key=lambda candidate: candidate[0])
    return measure, width if share >= 0.4 else None


def _run_width(run: list[_Line], measure: Measure) -> int | None:
    if len(run) < 4:
        return None
    width, share = _commonest([measure(line) for line in run[:-1]])
    return width if share >= 0.6 else None


def _commonest(sizes: list[int]) -> tuple[int, float]:
    """Return the width that most lines have, give or take, and their share."""
    counted = Counter(size for size in sizes if 2 * _NARROWEST <= size <= 2 * _WIDEST)
    if not counted:
        return 0, 0.0
    width = max(counted, key=lambda size: (counted[size], size))
    near = sum(n for size, n in counted.items() if abs(size - width) <= _SLACK)
    return width, near / len(sizes)


def _parts(
    source: str, group: list[_Line], column: _Column, padded: bool
) -> list[Excerpt]:
    """Return the lines of a unit, and the blanks that fell to the ends of lines."""
    parts = [Excerpt.of(source, group[0].start, group[0].end)]
    for above, line in pairwise(group):
        blank = line.blank_before or (above.blank_after and not padded)
        if not column.cuts(above):
            blank = blank or _are_two_words(above.text, line.text)
        if blank or _is_dateline(parts):
            parts.append(SPACE)
        parts.append(Excerpt.of(source, line.start, line.end))
    return parts


def _is_dateline(parts: list[Excerpt]) -> bool:
    # Asked after each line of a unit: what is too long for one is not put together for it.
    if sum(len(part.text) for part in parts[:_LONGEST_DATELINE]) >= _LONGEST_DATELINE:
        return False
    return bool(patterns.DATELINE.fullmatch("".join(part.text for part in parts)))
