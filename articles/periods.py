"""Months and years of a stretch of time, as histograms and trends have them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year, from its first day to its last."""

    since: datetime.date
    until: datetime.date
    monthly: bool

    @property
    def label(self) -> str:
        """Return it as readers say it."""
        return date_format(self.since, _("Y年n月") if self.monthly else _("Y年"))

    @property
    def name(self) -> str:
        """Return it as files say it: 2020-06 or 2020."""
        return self.since.isoformat()[: 7 if self.monthly else 4]

    def total(self, months: dict[datetime.date, int]) -> int:
        """Return the sum of what is known of first days of months."""
        return sum(
            n for month, n in months.items() if self.since <= month <= self.until
        )


def number_of_months(first: datetime.date, last: datetime.date) -> int:
    """Return how many months there are from one day's to another's, both included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def periods(
    first: datetime.date, last: datetime.date, *, monthly: bool
) -> list[Period]:
    """Return every month or year from one day's to another's."""
    return list(_months(first, last) if monthly else _years(first, last))


def _months(first: datetime.date, last: datetime.date) -> Iterator[Period]:
    month = first.replace(day=1)
    while month <= last:
        following = (month + 31 * _DAY).replace(day=1)
        yield Period(month, following - _DAY, monthly=True)
        month = following


def _years(first: datetime.date, last: datetime.date) -> Iterator[Period]:
    for year in range(first.year, last.year + 1):
        yield Period(
            datetime.date(year, 1, 1), datetime.date(year, 12, 31), monthly=False
        )
