"""For scholars: every occurrence in its context, on a page or as a file."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles import refining
from articles.csv_files import csv_lines
from articles.forms import KwicForm
from articles.search import engine, kwic, newest
from articles.search.filters import Filters
from articles.search.language import Query
from articles.search.tag_synonyms import read

COLUMNS = ("date", "publication", "page", "headline", "left", "keyword", "right", "url")


def keyword_in_context(request: HttpRequest) -> HttpResponseBase:
    """Show the occurrences of a query line by line, or send all of them as CSV or JSON Lines."""
    form = KwicForm(request.GET)
    context: dict[str, Any] = {"form": form, "query": request.GET.get("q", "")}
    if not form.is_valid():
        return render(request, "articles/kwic.html", context, status=400)
    query = form.restricted(read(form.cleaned_data["q"]))
    oldest = form.cleaned_data["sort"] == "oldest"
    if form.cleaned_data["format"]:
        return _file(request, form, query, oldest=oldest)
    try:
        page = kwic.page(query, form.filters(), _after(request), oldest=oldest)
    except ValueError:
        raise Http404(_("没有这一页。")) from None
    context |= {
        "page": page,
        "understood": query.understood,
        "after": engine.Cursor(page.after) if page.after else None,
        "first": "after" not in request.GET,
        "files": {
            name: refining.address(request.GET, format=name)
            for name in ("csv", "jsonl")
        },
    }
    return render(request, "articles/kwic.html", context)


def _after(request: HttpRequest) -> newest.Key | None:
    """Return where the page begins; raise ValueError where the address says no such place."""
    text = request.GET.get("after", "")
    key = engine.Cursor.parse(text).key if text else None
    if key is not None and not isinstance(key, newest.Key):
        raise ValueError(text)
    return key


# ---- Files


def _file(
    request: HttpRequest, form: KwicForm, query: Query, *, oldest: bool
) -> HttpResponseBase:
    name = form.cleaned_data["format"]
    rows = _rows(request, query, form.filters(), oldest=oldest)
    kinds = {"csv": (_csv, "text/csv"), "jsonl": (_jsonl, "application/jsonl")}
    written, kind = kinds[name]
    response = StreamingHttpResponse(
        written(rows), content_type=f"{kind}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="kwic.{name}"'
    return response


def _rows(
    request: HttpRequest, query: Query, filters: Filters, *, oldest: bool
) -> Iterator[dict[str, str]]:
    for line in kwic.lines(query, filters, oldest=oldest):
        page = line.article.page
        yield {
            "date": page.issue.published_on.isoformat(),
            "publication": page.issue.publication.name,
            "page": page.label,
            "headline": line.article.headline,
            "left": line.left,
            "keyword": line.keyword,
            "right": line.right,
            "url": request.build_absolute_uri(line.url),
        }


def _csv(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    return csv_lines(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def _jsonl(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"
