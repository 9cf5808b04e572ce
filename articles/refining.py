"""Facets as a search page shows them: values to choose, bars to click, filters to remove."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from taggit.models import Tag

from articles.forms import SearchForm
from articles.models import Publication
from articles.periods import Period, number_of_months, periods
from articles.search.facets import Facets

# A bar for each month up to this many, then for each year.
_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with its number of articles and the address that chooses, or removes, it."""

    label: str
    count: int
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A facet: the values worth showing at once, and those behind a click."""

    label: str
    choices: list[Choice]
    more: list[Choice]


@dataclass(frozen=True, slots=True)
class Bar:
    """A month or year of the histogram. ``height`` is in hundredths of the highest bar."""

    label: str
    since: str
    until: str
    count: int
    height: int
    url: str

    @property
    def top(self) -> int:
        """Return how far below the highest bar it begins, in hundredths."""
        return 100 - self.height


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, with the address without it."""

    label: str
    value: str
    url: str


_SHOWN = 6


def address(parameters: QueryDict, **changes: str | None) -> str:
    """Return the address of a search with some parameters changed, from its first page.

    To count exactly is asked of one page only: the narrower search may need no estimate.
    """
    # A copy of a QueryDict is a deep one, and a page has more than a hundred addresses.
    changed = dict(parameters.lists())
    for name, value in {"after": None, "exact": None, **changes}.items():
        name = name.rstrip("_")
        if value:
            changed[name] = [value]
        else:
            changed.pop(name, None)
    return f"?{urlencode(changed, doseq=True)}"


def groups(found: Facets, parameters: QueryDict) -> list[Group]:
    """Return the facets that tell something, or of which a value is chosen."""
    publications = Publication.objects.in_bulk(list(found.publications))
    tags = Tag.objects.in_bulk(list(found.tags))
    kinds = [
        (name, str(label), found.kinds[SearchForm.KINDS[name]])
        for name, label in SearchForm.KIND_LABELS
        if found.kinds.get(SearchForm.KINDS[name])
    ]
    named = [
        ("in", _("出现在"), kinds),
        (
            "publication",
            pgettext("label", "报纸"),
            [
                (publications[pk].slug, publications[pk].name, number)
                for pk, number in found.publications.items()
                if pk in publications
            ],
        ),
        ("page", _("版"), _as_named(found.page_names)),
        ("column", _("栏目"), _as_named(found.columns)),
        ("author", _("作者"), _as_named(found.authors)),
        (
            "tag",
            _("标签"),
            [
                (tags[k].slug, tags[k].name, n)
                for k, n in found.tags.items()
                if k in tags
            ],
        ),
    ]
    made = [
        _group(name, label, values, parameters)
        for name, label, values in named
        # A value that all have tells them not apart.
        if name in parameters or any(number < found.count for _v, _t, number in values)
    ]
    return [group for group in made if group.choices]


_Values = list[tuple[str, str, int]]


def _as_named(numbers: dict[str, int]) -> _Values:
    return [(value, value, number) for value, number in numbers.items()]


def _group(name: str, label: str, values: _Values, parameters: QueryDict) -> Group:
    chosen = parameters.get(name, "")
    choices = [
        Choice(
            text,
            number,
            address(parameters, **{f"{name}_": None if value == chosen else value}),
            value == chosen,
        )
        for value, text, number in values
    ]
    return Group(label, choices[:_SHOWN], choices[_SHOWN:])


# ---- The histogram


def bars(found: Facets, parameters: QueryDict) -> list[Bar]:
    """Return the bars of the histogram, empty months or years between them included."""
    numbers = found.months
    if not numbers:
        return []
    first, last = min(numbers), max(numbers)
    monthly = number_of_months(first, last) <= _MOST_MONTHS
    shown = periods(first, last, monthly=monthly)
    highest = max(period.total(numbers) for period in shown)
    return [
        _bar(period, period.total(numbers), highest, parameters) for period in shown
    ]


def _bar(period: Period, number: int, highest: int, parameters: QueryDict) -> Bar:
    # What is there is seen, be it one of thousands.
    height = max(2, round(100 * number / highest)) if number else 0
    days = period.since.isoformat(), period.until.isoformat()
    url = address(parameters, from_=days[0], to_=days[1])
    return Bar(period.label, *days, number, height, url)


# ---- Filters that are set


def chips(form: SearchForm, parameters: QueryDict) -> list[Chip]:
    """Return the filters that are set, each with the address without it."""
    asked: dict[str, Any] = form.cleaned_data
    kinds = dict(SearchForm.KIND_LABELS)
    author = asked["author"]
    values = [
        ("in", _("出现在"), str(kinds.get(asked.get("in", ""), ""))),
        ("publication", pgettext("label", "报纸"), asked["publication"]),
        ("from", _("起始日期"), asked["from"]),
        ("to", _("截止日期"), asked["to"]),
        ("page", _("版"), asked["page"]),
        ("column", _("栏目"), asked["column"]),
        ("author", _("作者"), getattr(author, "name", author)),
        ("tag", _("标签"), asked["tag"]),
    ]
    return [
        Chip(label, str(value), address(parameters, **{f"{name}_": None}))
        for name, label, value in values
        if value
    ]
