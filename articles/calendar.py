"""A publication's year as months of weeks: the issues of each day, and how full they are."""

import calendar
import datetime
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from articles.models import Issue

Day = datetime.date
STEPS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month with what was published on it.

    ``count`` is the number of readable articles, ``step`` how full the day is against the
    usual of the days given, their median: 1 up to half of it, 2 up to all of it, 3 up to one
    and a half times, 4 above; 0 where there is nothing to read. One day of ten thousand
    articles does not make all others look empty so.
    """

    date: Day
    issues: list[Issue]
    count: int
    step: int


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks of seven cells from Monday; None where a cell belongs to another month."""

    first: Day
    weeks: list[list[Cell | None]]
    count: int

    @property
    def anchor(self) -> str:
        """Return the fragment that leads to the month: m06."""
        return f"m{self.first:%m}"


class _Days:
    """Issues by day; they have ``readable``, the number of their articles."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: dict[Day, list[Issue]] = defaultdict(list)
        self.counts: dict[Day, int] = defaultdict(int)
        for issue in issues:
            counted: Any = issue
            self.issues[issue.published_on].append(issue)
            self.counts[issue.published_on] += counted.readable
        self.usual = statistics.median_high(self.counts.values() or [1])

    def cell(self, date: Day) -> Cell:
        count = self.counts.get(date, 0)
        step = min(STEPS, math.ceil(2 * count / self.usual))
        return Cell(date, self.issues.get(date, []), count, step)


def months(year: int, issues: Iterable[Issue]) -> list[Month]:
    """Return the twelve months of a year with the issues given (IssueQuerySet.with_readable)."""
    days = _Days(issues)
    return [_month(year, number, days) for number in range(1, 13)]


def month(first: Day, issues: Iterable[Issue]) -> Month:
    """Return one month with the issues given, as ``months`` does."""
    return _month(first.year, first.month, _Days(issues))


def _month(year: int, number: int, days: _Days) -> Month:
    # Days as numbers, 0 outside the month: datetime has no day before year 1.
    weeks = [
        [days.cell(Day(year, number, day)) if day else None for day in week]
        for week in calendar.Calendar().monthdayscalendar(year, number)
    ]
    count = sum(len(cell.issues) for week in weeks for cell in week if cell)
    return Month(Day(year, number, 1), weeks, count)
