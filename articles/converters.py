"""Parts of addresses that are more than a string."""

import datetime

from articles.days import MonthDay
from articles.models.place import IssueKey


class IssueKeyConverter:
    """A date, and the edition where there is one: 2020-06-08 or 2020-06-08-晚间."""

    regex = r"\d{4}-\d{2}-\d{2}(?:-[^/]+)?"

    def to_python(self, value: str) -> IssueKey:
        """Return date and edition; ValueError (so a 404) for a day that does not exist."""
        return datetime.date.fromisoformat(value[:10]), value[11:]

    def to_url(self, value: IssueKey) -> str:
        """Return the part of the address."""
        date, edition = value
        return f"{date:%Y-%m-%d}-{edition}" if edition else f"{date:%Y-%m-%d}"


class MonthDayConverter:
    """A day of any year: 06-08."""

    regex = r"\d{2}-\d{2}"

    def to_python(self, value: str) -> MonthDay:
        """Return the day; ValueError (so a 404) where no year has it."""
        return MonthDay.parse(value)

    def to_url(self, value: MonthDay) -> str:
        """Return the part of the address."""
        return str(value)
