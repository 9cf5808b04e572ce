"""A publication's year as months of weeks, with the issues of each day."""

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from articles.models import Issue

Day = datetime.date


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month with what was published on it."""

    date: Day
    issues: list[Issue]


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks of seven cells from Monday; None where a cell belongs to another month."""

    first: Day
    weeks: list[list[Cell | None]]
    count: int


def months(year: int, issues: Iterable[Issue]) -> list[Month]:
    """Return the twelve months of a year with the issues given."""
    by_day: dict[Day, list[Issue]] = defaultdict(list)
    for issue in issues:
        by_day[issue.published_on].append(issue)
    return [_month(year, number, by_day) for number in range(1, 13)]


def _month(year: int, number: int, by_day: dict[Day, list[Issue]]) -> Month:
    # Days as numbers, 0 outside the month: datetime has no day before year 1.
    weeks = [
        [_cell(Day(year, number, day), by_day) if day else None for day in week]
        for week in calendar.Calendar().monthdayscalendar(year, number)
    ]
    count = sum(len(cell.issues) for week in weeks for cell in week if cell)
    return Month(Day(year, number, 1), weeks, count)


def _cell(date: Day, by_day: dict[Day, list[Issue]]) -> Cell:
    return Cell(date, by_day.get(date, []))
