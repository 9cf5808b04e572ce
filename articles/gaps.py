"""Issues that a publication should have and does not: days and numbers that are missing.

Nothing says on which days a paper came out, but its other issues: a day is missed where the
same weekday has an issue in most of the weeks around it (four before, four after). So dailies,
weeklies and changes between them need no setting, and a collection of single issues has no
gaps. A day without a paper, such as the New Year's, looks like one missed: an editor judges.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.core.cache import cache
from django.db.models import Count, Max

from articles.models import Issue, Publication

_WEEK = datetime.timedelta(days=7)
_AROUND = [weeks * _WEEK for weeks in range(-4, 5) if weeks]
# Of the eight weekdays around; in the first and last weeks of a run there are fewer.
_MOST_OF = 5
_KEPT_SECONDS = 600

Day = datetime.date
# Date and number of an issue.
Printed = tuple[Day, int | None]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing between two issues: days on which one was to be expected, numbers."""

    after: Day
    before: Day
    days: tuple[Day, ...]
    numbers: range

    @property
    def first(self) -> Day:
        """Return the first day that is missing, or may be."""
        return self.days[0] if self.days else self.after

    @property
    def size(self) -> int:
        """Return how many issues are missing, as far as days or numbers tell."""
        return max(len(self.days), len(self.numbers))


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a publication's run, and how many issues they miss in all."""

    publication: Publication
    issues: int
    gaps: list[Gap]

    @property
    def size(self) -> int:
        """Return how many issues are missing."""
        return sum(gap.size for gap in self.gaps)


def find(printed: Iterable[Printed]) -> list[Gap]:
    """Return the gaps between issues, the earliest first.

    >>> day = datetime.date(2020, 6, 1)
    >>> weekly = [day + n * _WEEK for n in range(12) if n != 6]
    >>> [str(missed) for gap in find((d, None) for d in weekly) for missed in gap.days]
    ['2020-07-13']
    """
    issues = sorted(printed, key=lambda issue: (issue[0], issue[1] or 0))
    days = {day for day, _number in issues}
    found = []
    for (after, low), (before, high) in pairwise(issues):
        missed = tuple(_expected(after, before, days))
        # A number that starts anew, or one that was misread, tells nothing.
        numbers = range(low + 1, high) if low and high else range(0)
        if len(numbers) > max(2 * (before - after).days, 1):
            numbers = range(0)
        if missed or numbers:
            found.append(Gap(after, before, missed, numbers))
    return found


def _expected(after: Day, before: Day, days: set[Day]) -> Iterable[Day]:
    """Yield the days between two issues on whose weekday there is one in most weeks."""
    for number in range(1, (before - after).days):
        day = after + datetime.timedelta(days=number)
        around = (day + weeks for weeks in _AROUND if _exists(day, weeks))
        if sum(other in days for other in around) >= _MOST_OF:
            yield day


def _exists(day: Day, weeks: datetime.timedelta) -> bool:
    return Day.min - day <= weeks <= Day.max - day


def of(publication: Publication) -> Gaps:
    """Return the gaps of a publication, looked for again after ten minutes or new issues."""
    return _of([publication])[0]


def of_all() -> list[Gaps]:
    """Return the gaps of the publications that have any, most missing first."""
    found = [gaps for gaps in _of(Publication.objects.all()) if gaps.gaps]
    return sorted(found, key=lambda gaps: (-gaps.size, gaps.publication.name))


def _of(publications: Iterable[Publication]) -> list[Gaps]:
    wanted = list(publications)
    # One query for all: the desk asks on every visit.
    issues = Issue.objects.filter(publication__in=wanted).order_by()
    counted = issues.values("publication").annotate(count=Count("pk"), last=Max("pk"))
    states = {row["publication"]: (row["count"], row["last"]) for row in counted}
    return [_kept(each, *states.get(each.pk, (0, 0))) for each in wanted]


def _kept(publication: Publication, count: int, last: int) -> Gaps:
    key = f"gaps-{publication.pk}-{count}-{last}"
    found: list[Gap] | None = cache.get(key)
    if found is None:
        issues = Issue.objects.filter(publication=publication).order_by()
        found = find(issues.values_list("published_on", "number"))
        cache.set(key, found, _KEPT_SECONDS)
    return Gaps(publication, count, found)
