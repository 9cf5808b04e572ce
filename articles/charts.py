"""Line charts as numbers that a template draws: plain SVG, without a script."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 380
LEFT, RIGHT, TOP, BOTTOM = 76, 20, 16, 40
# More labels than this on the axis of time run into each other.
_MOST_LABELS = 12
# More points than this are a line without marks.
_MOST_MARKS = 130


@dataclass(frozen=True, slots=True)
class Point:
    """A value in its place. ``period`` is its index on the axis of time."""

    x: float
    y: float
    period: int
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """A series: the points of its stretches without gaps, and which are marked."""

    name: str
    number: int
    stretches: list[str]
    marks: list[Point]


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, in its place; ``minor`` ones may be left out where it is narrow."""

    at: float
    label: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on axes, in units of the drawing."""

    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def line_chart(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]
) -> Chart:
    """Return the chart of series, each with a value, or None for a gap, for every label."""
    highest = max((v for _n, values in series for v in values if v), default=1)
    step = _step(highest)
    top = step * math.ceil(highest / step)
    return Chart(
        lines=[
            _line(name, number, values, top)
            for number, (name, values) in enumerate(series, 1)
        ],
        x_ticks=list(_x_ticks(labels)),
        y_ticks=[
            Tick(_y(step * n, top), _number(step * n))
            for n in range(round(top / step) + 1)
        ],
    )


def _step(highest: float) -> float:
    """Return the distance of four to eight lines up to a value: 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(highest / 4))
    return float(next(n * power for n in (1, 2, 5, 10) if highest / (n * power) <= 8))


def _x(period: int, periods: int) -> float:
    if periods == 1:
        return (LEFT + WIDTH - RIGHT) / 2
    return round(LEFT + (WIDTH - RIGHT - LEFT) * period / (periods - 1), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _line(name: str, number: int, values: Sequence[float | None], top: float) -> Line:
    stretches: list[list[Point]] = [[]]
    for period, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        place = _x(period, len(values)), _y(value, top)
        stretches[-1].append(Point(*place, period, value))
    points = [point for stretch in stretches for point in stretch]
    # A point between two gaps is no line, and would not be seen.
    alone = [stretch[0] for stretch in stretches if len(stretch) == 1]
    return Line(
        name,
        number,
        [" ".join(f"{p.x},{p.y}" for p in s) for s in stretches if len(s) > 1],
        points if len(points) <= _MOST_MARKS else alone,
    )


def _x_ticks(labels: Sequence[str]) -> Iterator[Tick]:
    every = math.ceil(len(labels) / _MOST_LABELS)
    for n, period in enumerate(range(0, len(labels), every)):
        yield Tick(_x(period, len(labels)), labels[period], minor=n % 3 != 0)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"
