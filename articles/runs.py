"""How many issues publications have by year: counted once, and kept while nothing changes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count
from django.db.models.functions import ExtractYear

from articles.models import Issue, Publication
from articles.search.kept import counted_once

# In units of the drawing; the fullest year is as high as this.
HEIGHT = 24
_LEAST_WIDTH = 12


@dataclass(frozen=True, slots=True)
class Year:
    """A year with the number of its issues, and the height of its bar."""

    year: int
    count: int
    height: int

    @property
    def digit(self) -> int:
        """Return the year's place in its decade."""
        return self.year % 10

    @property
    def top(self) -> int:
        """Return where the bar begins, from above."""
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Decade:
    """The years of a decade that have issues."""

    first: int
    years: list[Year]


@dataclass(frozen=True, slots=True)
class Run:
    """The years in which a publication has issues to read, the earliest first."""

    years: list[Year]

    @property
    def first(self) -> int:
        """Return the first year."""
        return self.years[0].year

    @property
    def last(self) -> int:
        """Return the last year."""
        return self.years[-1].year

    @property
    def issues(self) -> int:
        """Return the number of issues."""
        return sum(year.count for year in self.years)

    @property
    def width(self) -> int:
        """Return the width of the drawing: its years, and room for some more if they are few."""
        return max(self.last - self.first + 1, _LEAST_WIDTH)

    @property
    def bars(self) -> str:
        """Return the bars of all years as one path of SVG, a unit to a year."""
        return "".join(
            f"M{y.year - self.first} {HEIGHT}V{y.top}h.8V{HEIGHT}z" for y in self.years
        )

    def decades(self) -> list[Decade]:
        """Return the years by decade, the latest decade first."""
        grouped = groupby(self.years, lambda year: year.year // 10 * 10)
        return [Decade(first, list(years)) for first, years in grouped][::-1]

    def beside(self, year: int) -> tuple[int | None, int | None]:
        """Return the nearest years with issues before and after a year."""
        before = [y.year for y in self.years if y.year < year]
        after = [y.year for y in self.years if y.year > year]
        return (before[-1] if before else None), (after[0] if after else None)


def run_of(publication: Publication) -> Run:
    """Return the run of a publication, without years where there is nothing to read."""
    return runs([publication]).get(publication.pk, Run([]))


def runs(publications: Iterable[Publication]) -> dict[int, Run]:
    """Return the runs of the publications that have any, by primary key.

    To see of each of 36,000 issues whether it can be read takes a tenth of a second: what is
    counted is kept until the index, which has what can be read, changes.
    """
    keys = sorted(publication.pk for publication in publications)
    counted = counted_once(("runs", keys), lambda: _count(keys))
    years: dict[int, dict[int, int]] = defaultdict(dict)
    for publication, year, count in counted:
        years[publication][year] = count
    return {publication: _run(counts) for publication, counts in years.items()}


def _count(publications: list[int]) -> list[tuple[int, int, int]]:
    issues = Issue.objects.filter(publication__in=publications).with_articles()
    by_year = issues.order_by().annotate(year=ExtractYear("published_on"))
    counted = by_year.values("publication", "year").annotate(count=Count("pk"))
    return list(counted.values_list("publication", "year", "count"))


def _run(counts: dict[int, int]) -> Run:
    most = max(counts.values())
    return Run(
        [
            Year(year, count, max(1, HEIGHT * count // most))
            for year, count in sorted(counts.items())
        ]
    )
