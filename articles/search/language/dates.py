"""Days and ranges of days, as they are typed and as they are written in canonical text."""

import calendar
import datetime
import re
from dataclasses import dataclass

_DAY = (
    "(?:[0-9]{4}(?:年?|(?:年|[-/.])[0-9]{1,2}(?:月?|(?:月|[-/.])[0-9]{1,2}[日号]?))"
    "|[0-9]{6}|[0-9]{8})"
)
# Dots may be many: an ellipsis folds to three. A dash parts two dates only if both are there.
_OPEN = r"\.{2,}|[~〜∼]|至|到"
_DASH = "[-‐–—−]+"
_PERIOD = re.compile("([0-9]{4})[^0-9]?([0-9]{1,2})?[^0-9]?([0-9]{1,2})?[^0-9]?")
_RANGE = re.compile(
    rf"(?P<since>{_DAY})(?:{_OPEN}|{_DASH})(?P<until>{_DAY})"
    rf"|(?P<first>{_DAY})(?:{_OPEN})|(?:{_OPEN})(?P<last>{_DAY})|(?P<only>{_DAY})"
)
# What stands in the middle says nothing as a word, so the blanks cannot mean anything else.
SPACED_RANGE = re.compile(rf"{_DAY}\s+(?:\.{{2,}}|[~〜∼]|[-‐–—−])\s+{_DAY}(?![^\s()|])")


@dataclass(frozen=True, slots=True)
class Range:
    """Days from ``since`` to ``until``, either of them open, put in order if ``reversed``."""

    since: datetime.date | None
    until: datetime.date | None
    reversed: bool = False


def read_range(text: str) -> Range | None:
    """Return the days that folded ``text`` names, None if it is no date or an impossible one.

    >>> read_range("2020年6月..2020.8").until
    datetime.date(2020, 8, 31)
    """
    match = _RANGE.fullmatch(text)
    if not match:
        return None
    sides = [match["since"] or match["first"], match["until"] or match["last"]]
    if match["only"]:
        sides = [match["only"], match["only"]]
    first, last = (_period(side) if side else (None, None) for side in sides)
    if first is None or last is None:
        return None
    (since, end), (start, until) = first, last
    if since and until and since > until:
        return Range(start, end, reversed=True)
    return Range(since, until)


def _period(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and last day of a year, a month or a day."""
    match = _PERIOD.fullmatch(text)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        first = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return first, first
    return first, _month_end(first if month else first.replace(month=12))


def written(since: datetime.date | None, until: datetime.date | None) -> str:
    """Return the shortest text that ``read_range`` reads as these days."""
    for length, end in ((4, _year_end), (7, _month_end), (10, lambda day: day)):
        starts = since is None or since.isoformat().endswith("-01-01"[length - 4 :])
        if starts and (until is None or until == end(until)):
            break
    sides = [day.isoformat()[:length] if day else "" for day in (since, until)]
    return sides[0] if sides[0] == sides[1] else "..".join(sides)


def _month_end(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _year_end(day: datetime.date) -> datetime.date:
    return day.replace(month=12, day=31)
