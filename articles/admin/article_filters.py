"""What the list of articles is filtered by, each from an index."""

from itertools import islice
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, Issue

FREQUENT_VALUES = 30
# To count them takes half a second of a million articles.
FREQUENT_SECONDS = 600


class MineFilter(admin.SimpleListFilter):
    """What the user entered: all of it, or what is still to be done."""

    title = gettext_lazy("录入者")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the two choices besides all."""
        return [("1", _("我录入的")), ("open", _("我录入的，草稿和审稿中"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles that the user entered."""
        own = queryset.filter(entered_by=request.user.pk)
        if self.value() == "open":
            return own.filter(status__in=(Article.Status.DRAFT, Article.Status.REVIEW))
        return own if self.value() == "1" else queryset


class ScheduledFilter(admin.SimpleListFilter):
    """What waits for its time."""

    title = gettext_lazy("定时发布")
    parameter_name = "scheduled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice besides all."""
        return [("1", _("等候发布"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the articles that will be published by themselves."""
        if self.value() != "1":
            return queryset
        return queryset.unpublished().filter(publish_at__isnull=False)


class YearFilter(admin.SimpleListFilter):
    """Years, read from the issues: there are far fewer of them than articles."""

    title = gettext_lazy("年份")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the years in which something was printed, newest first."""
        years = Issue.objects.dates("published_on", "year", order="DESC")
        return [(str(day.year), str(day.year)) for day in years]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles of the year."""
        year = self.value()
        if year is None:
            return queryset
        if year not in dict(self.lookup_choices):
            return queryset.none()
        return queryset.filter(page__issue__published_on__year=int(year))


class FrequentValues(admin.SimpleListFilter):
    """The most frequent values of a field; all of them would be a very long list.

    Of what readers see: a value may be all that there is of a draft, and the list is everybody's.
    """

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the values, most frequent first."""
        name = str(self.parameter_name)
        values = cache.get_or_set(
            f"frequent-{name}", lambda: _frequent(name), FREQUENT_SECONDS
        )
        return [(value, value) for value in values or ()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles with the value."""
        value = self.value()
        return (
            queryset
            if value is None
            else queryset.filter(**{str(self.parameter_name): value})
        )


def _frequent(name: str) -> list[str]:
    given = Article.objects.exclude(**{name: ""}).values_list(name)
    frequent = given.annotate(articles=Count("pk")).order_by("-articles", name)
    # They are counted in an index that does not know what is published.
    some = (value for value, _count in frequent[: 2 * FREQUENT_VALUES])
    seen = (v for v in some if Article.objects.published().filter(**{name: v}).exists())
    return list(islice(seen, FREQUENT_VALUES))


class ColumnFilter(FrequentValues):
    """By column."""

    title = gettext_lazy("栏目")
    parameter_name = "column"


class GenreFilter(FrequentValues):
    """By genre."""

    title = gettext_lazy("体裁")
    parameter_name = "genre"
