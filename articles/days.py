"""This day in other years (历史上的今天): what the front pages had, and in which issues."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Window
from django.db.models.functions import ExtractDay, ExtractMonth, RowNumber

from articles.models import Article, ArticleQuerySet, Issue, IssueQuerySet

# A page of this day has so many years, of each year so many leads and issues.
YEARS = 30
LEADS_A_YEAR = 3
ISSUES_A_YEAR = 12
# A box beside an issue has one story of each of so many years.
YEARS_IN_BOX = 4
# A leap year, so that 29 February is a day like others.
_LEAP = 2000


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the year without a year: 06-08."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"

    @classmethod
    def of(cls, date: datetime.date) -> "MonthDay":
        """Return the day of the year of a date."""
        return cls(date.month, date.day)

    @classmethod
    def parse(cls, text: str) -> "MonthDay":
        """Return the day that an address names; raise ValueError where there is none."""
        return cls.of(datetime.date.fromisoformat(f"{_LEAP}-{text}"))

    @property
    def date(self) -> datetime.date:
        """Return the day in a leap year, to be formatted without the year."""
        return datetime.date(_LEAP, self.month, self.day)

    def moved(self, days: int) -> "MonthDay":
        """Return the day so many days later; 29 February is between 28 February and 1 March."""
        return self.of(self.date + datetime.timedelta(days))


@dataclass(slots=True)
class Year:
    """A day in one year: its issues, and the first stories of their front pages."""

    year: int
    issues: list[Issue] = field(default_factory=list)
    leads: list[Article] = field(default_factory=list)


def years_of(day: MonthDay, before: int | None = None) -> tuple[list[Year], int | None]:
    """Return the years that have this day, newest first, and where the next page begins.

    ``before`` leaves out that year and later ones; the second value is None on the last page.
    """
    issues = _on(day).with_articles()
    if before is not None:
        issues = issues.filter(published_on__lt=datetime.date(before, 1, 1))
    dates = issues.order_by("-published_on").values_list("published_on", flat=True)
    some = list(dates.distinct()[: YEARS + 1])
    found = _filled([date.year for date in some[:YEARS]], issues)
    return found, found[-1].year if len(some) > YEARS else None


def in_other_years(date: datetime.date) -> ArticleQuerySet:
    """Return one article that led on this day in each of a few other years, newest first."""
    issues = _on(MonthDay.of(date)).exclude(published_on=date)
    readable = Article.objects.published().filter(page__issue=models.OuterRef("pk"))
    leading = readable.in_print_order().values("pk")[:1]
    latest = (
        issues.annotate(lead=models.Subquery(leading))
        .filter(lead__isnull=False)
        .order_by("-published_on", "publication_id", "edition")
        .distinct("published_on")
        .values_list("lead", flat=True)
    )
    leads = Article.objects.filter(pk__in=latest[:YEARS_IN_BOX])
    return leads.for_lists().newest_first()


def _on(day: MonthDay) -> IssueQuerySet:
    issues: IssueQuerySet = Issue.objects.annotate(
        month=ExtractMonth("published_on"), day=ExtractDay("published_on")
    ).filter(month=day.month, day=day.day)
    return issues


def _filled(years: list[int], issues: IssueQuerySet) -> list[Year]:
    """Return the years with what they have, in two queries for all of them."""
    if not years:
        return []
    found = {year: Year(year) for year in years}
    since = datetime.date(min(years), 1, 1)
    numbered = issues.filter(published_on__gte=since).annotate(
        row=_number("published_on", ["publication_id", "edition"])
    )
    some = numbered.filter(row__lte=ISSUES_A_YEAR).select_related("publication")
    for issue in some.order_by("-published_on", "publication__name", "edition"):
        found[issue.published_on.year].issues.append(issue)
    for year, articles in _leads(found):
        found[year].leads = articles
    return list(found.values())


def _leads(years: dict[int, Year]) -> Iterator[tuple[int, list[Article]]]:
    """Yield for each year the first stories of its front pages, one of each paper in turn."""
    issues = [issue for year in years.values() for issue in year.issues]
    order = ["page__position", "page__label", "position", "pk"]
    numbered = (
        Article.objects.published()
        .filter(page__issue__in=issues)
        .annotate(row=_number("page__issue_id", order))
        .filter(row__lte=LEADS_A_YEAR)
    )
    by_year: dict[int, list[Article]] = defaultdict(list)
    found = numbered.for_lists().with_lead().order_by("row", "page__issue_id", "pk")
    for article in found:
        by_year[article.page.issue.published_on.year].append(article)
    for year, articles in by_year.items():
        yield year, articles[:LEADS_A_YEAR]


def _number(of: str, order: list[str]) -> Window:
    return Window(RowNumber(), partition_by=of, order_by=order)
