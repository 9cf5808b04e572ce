"""Raw page text to units: lines that a narrow column wrapped, put together again.

A unit is a paragraph, half of one (a column or a page ended in it), a head, a caption: what
stands on lines of its own. Offsets into the source are kept, so nothing can be lost.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from articles.ingest import patterns
from articles.ingest.forms import is_caption, is_set_line
from articles.ingest.parsed import Excerpt

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# A narrow column has some ten characters, and a line of ordinary text is not called wrapped
# beyond sixty.
_NARROWEST, _WIDEST = 6, 62
# Lines of a column differ by what may not begin or end a line (避头尾).
_SLACK = 4
_LATIN_END = re.compile("[A-Za-z]$")
_LATIN_START = re.compile("[A-Za-z]")

Measure = Callable[[str], int]


@dataclass(slots=True)
class Unit:
    """One or more physical lines that stand together."""

    excerpt: Excerpt
    indented: bool
    lines: int = 1

    @property
    def text(self) -> str:
        """Return what the lines say, joined."""
        return self.excerpt.text


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    printed: str
    indented: bool
    blank_after: bool
    blank_before: bool


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
            units.append(_unit(source, group[0]))
            for above, line in pairwise(group):
                blank = line.blank_before or (above.blank_after and not padded)
                _lengthen(units[-1], source, line, column.cuts(above), blank)
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
        return self.width is not None and self.measure(line.printed) >= self.width

    def _is_full(self, line: _Line) -> bool:
        size = self.measure(line.printed)
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


def join(left: Excerpt, right: Excerpt) -> Excerpt:
    """Return two halves of a text as one: without a space, but between Latin words."""
    between = _LATIN_END.search(left.text) and _LATIN_START.match(right.text)
    return left.spaced(right) if between else left + right


def columns(text: str) -> int:
    """Return the width of a text as it is set: a full-width character counts two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _characters(text: str) -> int:
    return 2 * len(text)


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
        start, start + len(text), text, printed,
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
    candidates = []
    for measure in (_characters, columns):
        sizes = [
            measure(line.printed) for run in runs if len(run) > 2 for line in run[:-1]
        ]
        width, share = _commonest(sizes)
        candidates.append((share, measure, width))
    share, measure, width = max(candidates, key=lambda candidate: candidate[0])
    return measure, width if share >= 0.4 else None


def _run_width(run: list[_Line], measure: Measure) -> int | None:
    if len(run) < 4:
        return None
    width, share = _commonest([measure(line.printed) for line in run[:-1]])
    return width if share >= 0.6 else None


def _commonest(sizes: list[int]) -> tuple[int, float]:
    """Return the width that most lines have, give or take, and their share."""
    counted = Counter(size for size in sizes if 2 * _NARROWEST <= size <= 2 * _WIDEST)
    if not counted:
        return 0, 0.0
    width = max(counted, key=lambda size: (counted[size], size))
    near = sum(n for size, n in counted.items() if abs(size - width) <= _SLACK)
    return width, near / len(sizes)


def _lengthen(unit: Unit, source: str, line: _Line, cut: bool, blank: bool) -> None:
    """Add a line to a unit, with the blank that fell to the end of the one above."""
    more = Excerpt.of(source, line.start, line.end)
    if blank or patterns.DATELINE.fullmatch(unit.text):
        unit.excerpt = unit.excerpt.spaced(more)
    else:
        unit.excerpt = unit.excerpt + more if cut else join(unit.excerpt, more)
    unit.lines += 1


def _unit(source: str, line: _Line) -> Unit:
    return Unit(Excerpt.of(source, line.start, line.end), line.indented)
