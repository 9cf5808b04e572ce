"""A plan of a page, drawn from its articles where there is no picture of it.

A treemap: the page is parted again and again, each part as large as its articles are heavy.
After Bruls, Huizing and van Wijk, Squarified Treemaps (2000), who look for parts that are
near to squares, and Bederson, Shneiderman and Wattenberg, Ordered and Quantum Treemaps (2002),
who part a list without changing its order. Here the cuts from top to bottom are those between
the columns of the page. Pure: no Django.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, sqrt
from typing import Any

# A broadsheet of 390 × 550 mm, in half millimetres.
WIDTH, HEIGHT = 780, 1100
COLUMNS = 5
COLUMN = WIDTH // COLUMNS
# The least height of a block: a line of its headline, and a target for a finger.
LEAST = 34
# As much room as a picture takes from text, and the least of a headline, in characters.
_PHOTO, _HEADLINE = 250, 60
# The first article stands across the top, with at least and at most this share of the page.
_LEAD_LEAST, _LEAD_MOST = 0.14, 0.6
# Blocks of a newspaper are rather taller than wide, as columns are.
_IDEAL_RATIO = 0.9
PADDING = 10
_LINE = 1.3
_SIZES = (66, 56, 48, 40, 34, 29, 25, 22)
# The size of a headline for the size of its block.
_SIZE_OF_SIDE = 0.155
# Latin letters and digits are narrower than Chinese characters, in ems of a bold face.
_CAPITAL, _NARROW = 0.8, 0.6


@dataclass(frozen=True, slots=True)
class Story:
    """An article as the plan sees it; ``subject`` is the caller's own."""

    headline: str
    weight: float
    subject: Any = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a headline, with the place of its baseline."""

    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of the page with the article that stands in it."""

    story: Story
    x: int
    y: int
    width: int
    height: int
    size: int
    lines: tuple[Line, ...]

    @property
    def columns(self) -> list["Area"]:
        """Return the places under the headline in which its columns of text stand."""
        top = self.lines[-1].y + self.size // 2
        height = self.y + self.height - PADDING - top
        if height < PADDING:
            return []
        return [
            Area(x + PADDING, top, COLUMN - 2 * PADDING, height)
            for x in range(self.x, self.x + self.width, COLUMN)
        ]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the page."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A page drawn from its articles."""

    width: int
    height: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    """Some whole columns of the page, from a height to another."""

    column: int
    columns: int
    y: int
    height: int

    def rows(self) -> int:
        """Return how many blocks fit under one another."""
        return self.height // LEAST

    def fits(self, count: int) -> bool:
        """Say whether so many blocks fit."""
        return count <= self.columns * self.rows()


def weight(characters: int, photos: int) -> float:
    """Return how much of a page an article takes, in characters of its text."""
    return _HEADLINE + characters + _PHOTO * photos


def plan(stories: Iterable[Story]) -> Plan:
    """Return a page on which all stories stand in their order.

    Of two stories the earlier stands left of the later or above it. A page of more stories
    than fit is longer than others.
    """
    told = list(stories)
    rows = 1 + ceil(max(len(told) - 1, 0) / COLUMNS)
    height = max(HEIGHT, ceil(rows * LEAST / (1 - _LEAD_LEAST)))
    blocks = tuple(_page(told, height)) if told else ()
    return Plan(WIDTH, height, blocks)


def _page(stories: list[Story], height: int) -> Iterator[Block]:
    page = _Box(0, COLUMNS, 0, height)
    if len(stories) == 1:
        yield _block(stories[0], page)
        return
    share = stories[0].weight / sum(story.weight for story in stories)
    share = min(max(share, _LEAD_LEAST), _LEAD_MOST)
    needed = ceil((len(stories) - 1) / COLUMNS) * LEAST
    top = min(int(height * share), height - needed)
    above, below = _stacked(page, top)
    yield _block(stories[0], above)
    yield from _parted(stories[1:], below)


def _parted(stories: Sequence[Story], box: _Box) -> Iterator[Block]:
    """Part a box among stories, the best cut first."""
    if len(stories) == 1:
        yield _block(stories[0], box)
        return
    at, first, second = _best_cut(stories, box)
    yield from _parted(stories[:at], first)
    yield from _parted(stories[at:], second)


Cut = tuple[int, _Box, _Box]


def _best_cut(stories: Sequence[Story], box: _Box) -> Cut:
    """Return how many stories stand in the first part, and both parts."""
    heavy = list(accumulate(story.weight for story in stories))
    best: tuple[float, Cut] | None = None
    for at in range(1, len(stories)):
        share = heavy[at - 1] / heavy[-1]
        rest = len(stories) - at
        for first, second in _cuts(box, at, rest, share):
            cost = _cost(box, first, at, share) + _cost(box, second, rest, 1 - share)
            if best is None or cost < best[0]:
                best = cost, (at, first, second)
    # There is one: the first column alone, full of stories, or the first story alone.
    assert best is not None  # noqa: S101
    return best[1]


def _cuts(box: _Box, at: int, rest: int, share: float) -> Iterator[tuple[_Box, _Box]]:
    """Yield the cuts of a box in which both parts have room for their stories."""
    least, most = _least(at, box), box.height - _least(rest, box)
    if least <= most:
        yield _stacked(box, min(max(round(box.height * share), least), most))
    for columns in range(1, box.columns):
        left, right = _beside(box, columns)
        if left.fits(at) and right.fits(rest):
            yield left, right


def _least(count: int, box: _Box) -> int:
    return ceil(count / box.columns) * LEAST


def _stacked(box: _Box, top: int) -> tuple[_Box, _Box]:
    above = _Box(box.column, box.columns, box.y, top)
    return above, _Box(box.column, box.columns, box.y + top, box.height - top)


def _beside(box: _Box, columns: int) -> tuple[_Box, _Box]:
    left = _Box(box.column, columns, box.y, box.height)
    rest = box.columns - columns
    return left, _Box(box.column + columns, rest, box.y, box.height)


def _cost(box: _Box, part: _Box, count: int, share: float) -> float:
    """Return how far a part is from what its stories weigh, and from a good shape."""
    area = part.columns * part.height / (box.columns * box.height)
    wrong = abs(area - share) / share
    # So many blocks of one shape have the ratio of the whole, on average.
    ratio = part.columns * COLUMN / part.height / _IDEAL_RATIO
    shape = max(ratio, 1 / ratio) - 1
    return wrong + shape / (4 * sqrt(count)) + 0.3 * abs(share - 0.5)


# ---- Headlines


def _block(story: Story, box: _Box) -> Block:
    x, width = box.column * COLUMN, box.columns * COLUMN
    size, texts = _set(story.headline, width - 2 * PADDING, box.height)
    first = box.y + min(PADDING, (box.height - size) // 2) + round(0.88 * size)
    step = round(_LINE * size)
    lines = tuple(
        Line(text, x + PADDING, first + number * step)
        for number, text in enumerate(texts)
    )
    return Block(story, x, box.y, width, box.height, size, lines)


def _set(headline: str, width: int, height: int) -> tuple[int, list[str]]:
    """Return the largest size in which a headline fits, and its lines, cut if none does."""
    largest = _SIZE_OF_SIDE * sqrt(width * height)
    lines: list[str] = []
    for size in _SIZES:
        if size > max(largest, _SIZES[-1]):
            continue
        lines = wrap(headline, width / size)
        room = max(int((height - PADDING) / (_LINE * size)), 1)
        if len(lines) <= room:
            return size, _balanced(headline, lines, width / size)
    return size, [*lines[: room - 1], _cut_short(lines[room - 1], width / size)]


def _balanced(headline: str, lines: list[str], ems: float) -> list[str]:
    """Return as many lines in the least width, so that no character ends alone."""
    while ems > 2:
        ems -= 0.5
        narrower = wrap(headline, ems)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _cut_short(line: str, ems: float) -> str:
    while line and length(line + "…") > ems:
        line = line[:-1]
    return line.rstrip() + "…"


# What may not end a line, what may not begin one, and Latin words, which are kept whole.
_PIECE = re.compile(
    r"\s+|[“‘（《「『【〈(\[]*(?:[A-Za-z0-9][A-Za-z0-9.'’-]*|[^\s])"
    r"[，。、；：？！”’）》」』】〉…—·,.;:?!)\]%]*"
)


def length(text: str) -> float:
    """Return the length of a text in ems, Chinese characters being one each."""
    return sum(_ems(char) for char in text)


def _ems(char: str) -> float:
    if char >= "\u2000":
        return 1.0
    return _CAPITAL if char.isupper() else _NARROW


def wrap(text: str, ems: float) -> list[str]:
    """Return a text in lines of so many ems, after the rules for a line's beginning and end.

    >>> wrap("坚决打赢长三角（沪苏浙皖）污染防治攻坚战", 8)
    ['坚决打赢长三角', '（沪苏浙皖）污染', '防治攻坚战']
    """
    lines = [""]
    for piece in _pieces(text, ems):
        if length((lines[-1] + piece).rstrip()) > ems and lines[-1].strip():
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()] or [text]


def _pieces(text: str, ems: float) -> Iterator[str]:
    for found in _PIECE.finditer(text):
        piece = found[0]
        # A word that is longer than a line is broken anywhere.
        yield from [piece] if length(piece) <= ems else piece
