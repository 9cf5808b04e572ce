"""Where an article stands on its page, from the coordinates of ALTO's blocks and lines.

HPOS, VPOS, WIDTH and HEIGHT are in the unit of the Page's own WIDTH and HEIGHT (tenths of a
millimetre, pixels or 1/1200 inch: MeasurementUnit), so a fraction of the page needs no unit.
Pure geometry; ``mets_alto`` reads the file.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from articles.ingest.record import rounded_region

# Left, top, right, bottom.
Box = tuple[float, float, float, float]

# Parts of the page: blocks of one column have nearly the same sides, and stand so near.
_SAME_SIDE, _NEAR = 0.02, 0.03
# Two boxes are one if that adds no more than this to what they cover.
_ADDED = 0.15
# What stands further outside of the page is measured in another unit than the page.
_OUTSIDE = 0.05
# No article that was seen has more blocks; the boxes of one that has are not compared.
_MOST = 300
# No page that was seen has more blocks than some hundreds.
_MOST_OF_A_PAGE = 3000
# What is less high or wide, in parts of the page, is no print.
_LEAST = 0.0001


def box(attributes: dict[str, str]) -> Box | None:
    """Return the box of an element, or None where it says none, or nonsense."""
    said = [_length(attributes, name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    left, top, width, height = said
    if not all(map(math.isfinite, said)) or width <= 0 or height <= 0:
        return None
    return left, top, left + width, top + height


def _length(attributes: dict[str, str], name: str) -> float:
    try:
        return float(attributes.get(name, ""))
    except ValueError:
        return math.nan


@dataclass(slots=True)
class Sheet:
    """A page of ALTO: its size, its blocks by number, and how many lines each has."""

    width: float = 0
    height: float = 0
    pages: int = 0
    blocks: dict[int, Box | None] = field(default_factory=dict)
    lines: Counter[int] = field(default_factory=Counter)
    _known: list[tuple[int, Box]] = field(default_factory=list)

    def begin(self, attributes: dict[str, str]) -> None:
        """Take the size of a Page; a file of several has no one size."""
        self.pages += 1
        self.width = _length(attributes, "WIDTH")
        self.height = _length(attributes, "HEIGHT")

    def regions(self, lines: Iterable[tuple[int, Box | None]]) -> list[list[float]]:
        """Return what the lines of an article cover, as regions of an exchange record.

        A line is the number of its block and its own box. There are none where the page or
        a block does not say its size, or says it in another unit.
        """
        if not self._is_measured():
            return []
        own: dict[int, list[Box | None]] = {}
        for block, line in lines:
            own.setdefault(block, []).append(line)
        covered = [self._covered(block, boxes) for block, boxes in own.items()]
        parts = [self._part(found) for found in covered if found]
        if not parts or len(parts) < len(covered) or any(map(_is_outside, parts)):
            return []
        others = [part for number, part in self._parts() if number not in own]
        return [_region(part) for part in merged(parts, others)]

    def _is_measured(self) -> bool:
        is_one = self.pages == 1 and len(self.blocks) <= _MOST_OF_A_PAGE
        return is_one and 0 < self.width < math.inf and 0 < self.height < math.inf

    def _parts(self) -> list[tuple[int, Box]]:
        if not self._known:
            known = self.blocks.items()
            self._known = [(n, self._part(found)) for n, found in known if found]
        return self._known

    def _covered(self, block: int, lines: list[Box | None]) -> Box | None:
        """Return the box of a block, or of the lines of it that are the article's."""
        known = [line for line in lines if line]
        if len(known) == len(lines) < self.lines[block]:
            return _union(known)
        return self.blocks.get(block) or (known and _union(known)) or None

    def _part(self, found: Box) -> Box:
        left, top, right, bottom = found
        return (
            left / self.width,
            top / self.height,
            right / self.width,
            bottom / self.height,
        )


def merged(parts: list[Box], others: list[Box]) -> list[Box]:
    """Return boxes that cover the parts, as few as stand for them well.

    What is of one column and touches is one box, and so are boxes that fill a larger one;
    but no box takes in the middle of what belongs to others.
    """
    if len(parts) > _MOST:
        return [_union(parts)]
    boxes = parts
    while True:
        fewer: list[Box] = []
        for part in boxes:
            _add(part, fewer, others)
        if len(fewer) == len(boxes):
            return fewer
        boxes = fewer


def _add(part: Box, boxes: list[Box], others: list[Box]) -> None:
    for at, known in enumerate(boxes):
        whole = _union([known, part])
        if _belong(known, part, whole) and not any(_holds(whole, o) for o in others):
            boxes[at] = whole
            return
    boxes.append(part)


def _belong(one: Box, other: Box, whole: Box) -> bool:
    shared = _area(
        (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    )  # fmt: skip
    covered = _area(one) + _area(other) - shared
    if _area(whole) <= (1 + _ADDED) * covered:
        return True
    is_column = all(abs(one[side] - other[side]) <= _SAME_SIDE for side in (0, 2))
    gap = max(one[1], other[1]) - min(one[3], other[3])
    return is_column and gap <= _NEAR


def _holds(whole: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return whole[0] < x < whole[2] and whole[1] < y < whole[3]


def _area(found: Box) -> float:
    return max(found[2] - found[0], 0) * max(found[3] - found[1], 0)


def _union(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_outside(part: Box) -> bool:
    inside = min(part) >= -_OUTSIDE and max(part) <= 1 + _OUTSIDE
    left, top, right, bottom = _clipped(part)
    return not inside or min(right - left, bottom - top) < _LEAST


def _clipped(part: Box) -> Box:
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in part)
    return left, top, right, bottom


def _region(part: Box) -> list[float]:
    left, top, right, bottom = _clipped(part)
    return rounded_region((left, top, right - left, bottom - top))
