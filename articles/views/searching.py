"""The search page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles import understood
from articles.forms import SearchForm
from articles.search import engine
from articles.search.language import parse
from articles.search.lexicon import current_lexicon


def search(request: HttpRequest) -> HttpResponse:
    """Show what was found; 400 with the reason where the form was filled in wrongly."""
    form = SearchForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "query": request.GET.get("q", ""),
        "results": None,
    }
    if not form.is_valid():
        return render(request, "articles/search.html", context, status=400)
    sort: engine.Sort = form.cleaned_data["sort"] or "best"
    query = parse(form.cleaned_data["q"], current_lexicon())
    try:
        after = _cursor(request)
        results = engine.search(query, form.filters(), sort, after) if query else None
    except ValueError:
        raise Http404(_("没有这一页。")) from None
    except engine.SearchTimeoutError:
        response = render(request, "articles/search_timeout.html", status=503)
        response["Retry-After"] = "60"
        return response
    context |= {
        "results": results,
        "understood": query.understood,
        "notes": understood.notes(query),
        "first": after is None,
        "sorts": _sorts(request, sort),
    }
    return render(request, "articles/search.html", context)


def _cursor(request: HttpRequest) -> engine.Cursor | None:
    """Return where the page begins; raise ValueError where the address says no such place."""
    after = request.GET.get("after", "")
    return engine.Cursor.parse(after) if after else None


def _sorts(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """Return the ways to sort, each with the address of the same search sorted so."""
    sorts = []
    for value, label in SearchForm.SORTS:
        parameters = request.GET.copy()
        parameters["sort"] = value
        parameters.pop("after", None)
        url = f"?{parameters.urlencode()}"
        sorts.append(
            {"value": value, "label": label, "current": value == current, "url": url}
        )
    return sorts
