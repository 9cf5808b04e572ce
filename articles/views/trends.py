"""How often words occur over time: a chart, a table, a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse

from articles import refining
from articles.charts import Chart, Point, line_chart
from articles.csv_files import csv_lines
from articles.forms import TrendsForm
from articles.periods import Period, number_of_months, periods
from articles.search import trends as search

COLUMNS = ("period", "term", "occurrences", "per_million_words", "articles", "words")
# More months than this are shown by year, unless months are asked for.
_MOST_MONTHS = 60
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A term in a period; ``per_million`` is None where the period has no words at all."""

    occurrences: int
    articles: int
    per_million: float | None
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A period with its number of words and a cell for each term."""

    period: Period
    words: int
    cells: list[Cell]


def trends(request: HttpRequest) -> HttpResponseBase:
    """Show the trends of some terms, or send them as CSV; 400 where the form is wrong."""
    form = TrendsForm(request.GET)
    context: dict[str, Any] = {"form": form, "query": request.GET.get("q", "")}
    if not form.is_valid():
        return render(request, "articles/trends.html", context, status=400)
    terms = search.terms(form.cleaned_data["q"])
    context["most"] = search.MOST_TERMS
    if not terms:
        return render(request, "articles/trends.html", context)
    found = search.trends(terms, form.filters())
    rows = _rows(found, form, request)
    if form.cleaned_data["format"]:
        return _file(found, rows)
    relative = form.cleaned_data["measure"] != "occurrences"
    chart = _chart(found, rows, relative=relative) if rows else None
    context |= {
        "found": found,
        "rows": rows,
        "chart": chart,
        "relative": relative,
        "legend": _legend(found, request),
        "marks": _marks(chart, rows),
        "chips": refining.chips(form, request.GET),
        "measures": [
            {
                "label": label,
                "url": refining.address(request.GET, measure=value),
                "current": relative == (value == "per_million"),
            }
            for value, label in TrendsForm.MEASURES
        ],
        "file": refining.address(request.GET, format="csv"),
    }
    return render(request, "articles/trends.html", context)


def _rows(found: search.Trends, form: TrendsForm, request: HttpRequest) -> list[Row]:
    if not found.words:
        return []
    first, last = min(found.words), max(found.words)
    by = form.cleaned_data["by"]
    monthly = by == "month" or (
        not by and number_of_months(first, last) <= _MOST_MONTHS
    )
    return [
        _row(period, found, form, request)
        for period in periods(first, last, monthly=monthly)
    ]


def _row(
    period: Period, found: search.Trends, form: TrendsForm, request: HttpRequest
) -> Row:
    words = period.total(found.words)
    since, until = form.cleaned_data["from"], form.cleaned_data["to"]
    days = {
        "from": max(period.since, since or period.since).isoformat(),
        "to": min(period.until, until or period.until).isoformat(),
    }
    cells = [_cell(trend, period, words, days, request) for trend in found.trends]
    return Row(period, words, cells)


def _cell(
    trend: search.Trend,
    period: Period,
    words: int,
    days: dict[str, str],
    request: HttpRequest,
) -> Cell:
    number = period.total(trend.occurrences)
    return Cell(
        number,
        period.total(trend.articles),
        _MILLION * number / words if words else None,
        _search(trend.term, request, **days),
    )


def _search(term: search.Term, request: HttpRequest, **days: str) -> str:
    """Return the address of the search for a term, with the filters that are set."""
    days = {f"{name}_": day for name, day in days.items()}
    other = {"by": None, "measure": None, "format": None}
    said = refining.address(request.GET, q=term.query, **other, **days)
    return f"{reverse('search')}{said}"


def _legend(found: search.Trends, request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "term": trend.term,
            "occurrences": sum(trend.occurrences.values()),
            "articles": sum(trend.articles.values()),
            "url": _search(trend.term, request),
        }
        for number, trend in enumerate(found.trends, 1)
    ]


def _chart(found: search.Trends, rows: list[Row], *, relative: bool) -> Chart:
    series = [
        (
            trend.term.text,
            [
                row.cells[n].per_million if relative
                # No articles at all is no silence of theirs.
                else row.cells[n].occurrences if row.words else None
                for row in rows
            ],
        )
        for n, trend in enumerate(found.trends)
    ]  # fmt: skip
    return line_chart([row.period.name for row in rows], series)


def _marks(chart: Chart | None, rows: list[Row]) -> list[dict[str, Any]]:
    """Return the marks of the chart, each with what it says and where it leads."""
    if chart is None:
        return []
    marked: Iterator[tuple[int, str, Point]] = (
        (line.number, line.name, point) for line in chart.lines for point in line.marks
    )
    return [
        {
            "number": number,
            "point": point,
            "name": name,
            "row": rows[point.period],
            "cell": rows[point.period].cells[number - 1],
        }
        for number, name, point in marked
    ]


def _file(
    found: search.Trends, rows: list[Row]
) -> HttpResponse | StreamingHttpResponse:
    lines = csv_lines(COLUMNS, _table(found, rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="trends.csv"'
    return response


def _table(found: search.Trends, rows: list[Row]) -> Iterator[list[object]]:
    """Yield a line for each period and term: what programs of statistics read.

    A term for which there was no time has one line without a period, and without numbers.
    """
    for term in found.uncounted:
        yield ["", term.text, *[""] * (len(COLUMNS) - 2)]
    for row in rows:
        for trend, cell in zip(found.trends, row.cells, strict=True):
            share = "" if cell.per_million is None else f"{cell.per_million:.3f}"
            yield [
                row.period.name,
                trend.term.text,
                cell.occurrences,
                share,
                cell.articles,
                row.words,
            ]
