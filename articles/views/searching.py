"""The search page."""

from collections.abc import Iterator
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import refining, understood
from articles.forms import (
    AdvancedSearchForm,
    CompletionForm,
    SearchForm,
    SearchPageForm,
)
from articles.meta import of_search
from articles.search import completions, engine
from articles.search.did_you_mean import did_you_mean
from articles.search.facets import Facets, facets
from articles.search.language import Literal, Query
from articles.search.tag_synonyms import tag_called
from articles.views.asked import ask

# Where the facets are put into the page; no text of a page can hold it, for < is escaped.
_PLACE_OF_FACETS = "<!-- facets -->"


def search(request: HttpRequest) -> HttpResponseBase:
    """Show what was found; 400 with the reason where the form was filled in wrongly.

    Where the matches are many, the hits are sent first and the facets as they are counted.
    """
    form = SearchPageForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "query": request.GET.get("q", ""),
        "results": None,
    }
    if not form.is_valid():
        return render(request, "articles/search.html", context, status=400)
    try:
        asked = ask(form, request)
    except ValueError:
        raise Http404(_("没有这一页。")) from None
    results = asked.results
    nothing = results is not None and results.count == 0
    if results is not None and not nothing and set(request.GET) == {"q"}:
        # Filters and sorts of it are without number, and nothing that crawlers need.
        context["meta"] = of_search(context["query"], request.build_absolute_uri)
    context |= {
        "results": results,
        "meant": did_you_mean(asked.query) if nothing else None,
        "understood": asked.query.understood,
        "notes": understood.notes(asked.query),
        "synonym": tag_called(asked.query) if results else None,
        "first": asked.after is None,
        "by_date": asked.sort != "best",
        "sorts": _sorts(request, asked.sort),
        "chips": refining.chips(form, request.GET),
        "kwic": f"{reverse('kwic')}{refining.address(request.GET, sort=None)}",
        "trends": _trends(request, asked.query),
        "feed": f"{reverse('search_feed')}{refining.address(request.GET)}",
    }
    page = render(request, "articles/search.html", context)
    if results is not None and (results.partial or results.newest_instead):
        page["Cache-Control"] = "no-store"
    if results is None or not results.hits or results.count == 0:
        return page
    if results.count is None:
        answer = StreamingHttpResponse(headers=page.headers)
        answer.streaming_content = _with_facets(request, form, results, page, answer)
        return answer
    page.content = "".join(_with_facets(request, form, results, page, page))
    return page


def _with_facets(
    request: HttpRequest,
    form: SearchPageForm,
    results: engine.Results,
    page: HttpResponse,
    answer: HttpResponseBase,
) -> Iterator[str]:
    """Yield the page up to its facets, then these, then the rest; say if it is not to be kept."""
    before, _place, rest = page.text.partition(_PLACE_OF_FACETS)
    yield before
    found = _facets(form, results)
    if found is None:
        # There may be time when it is asked again.
        answer["Cache-Control"] = "no-store"
        context: dict[str, Any] = {"count": None}
    else:
        context = {
            "count": found.count,
            "estimated": found.estimated,
            "uncounted": found.uncounted,
            # Where it was asked for already there was no time for more.
            "exact": ""
            if form.cleaned_data["exact"]
            else refining.address(request.GET, exact="on"),
            "groups": refining.groups(found, request.GET),
            "bars": refining.bars(found, request.GET),
        }
    yield render_to_string("articles/_facets.html", context, request)
    yield rest


def _facets(form: SearchPageForm, results: engine.Results) -> Facets | None:
    """Return the facets, exact where that is asked for and does not take too long."""
    for exact in (True, False) if form.cleaned_data["exact"] else (False,):
        try:
            return facets(
                results.matched, form.filters(), exact=exact, known=results.known
            )
        except engine.SearchTimeoutError:
            continue
    return None


def advanced_search(request: HttpRequest) -> HttpResponseBase:
    """Show a form for those who do not type operators; filled in, lead to its search."""
    form = AdvancedSearchForm(request.GET or None)
    if form.is_bound and form.is_valid():
        query = form.query()
        if query:
            return redirect(f"{reverse('search')}?{urlencode({'q': query})}")
    status = 400 if form.errors else 200
    return render(request, "articles/advanced.html", {"form": form}, status=status)


@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """Answer what the search box offers for its last word; nothing where nothing fits."""
    form = CompletionForm(request.GET)
    before, word = form.last_word() if form.is_valid() else ("", "")
    try:
        found = completions.complete(word)
    except engine.SearchTimeoutError:
        found = []
    offered = [
        {"text": before + item.text, "kind": str(item.kind.label)} for item in found
    ]
    response = JsonResponse(
        {"completions": offered}, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


def _trends(request: HttpRequest, query: Query) -> str:
    """Return the address of the trends of what a query looks for, "" where that is nothing."""
    terms = [
        f'"{leaf.text}"' if isinstance(leaf, Literal) else leaf.text
        for leaf in query.positive()
    ]
    said = refining.address(request.GET, q=",".join(terms), sort=None, in_=None)
    return f"{reverse('trends')}{said}" if terms else ""


def _sorts(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """Return the ways to sort, each with the address of the same search sorted so."""
    sorts = []
    for value, label in SearchForm.SORTS:
        url = refining.address(request.GET, sort=value)
        sorts.append(
            {"value": value, "label": label, "current": value == current, "url": url}
        )
    return sorts
