"""What the search page, the API and the feeds have in common: from parameters to results."""

from dataclasses import dataclass

from django.http import HttpRequest

from articles.forms import SearchForm
from articles.search import engine
from articles.search.language import Query
from articles.search.tag_synonyms import read


@dataclass(frozen=True, slots=True)
class Asked:
    """A search with its results, None where nothing was asked."""

    query: Query
    sort: engine.Sort
    after: engine.Cursor | None
    results: engine.Results | None


def ask(
    form: SearchForm, request: HttpRequest, sort: engine.Sort | None = None
) -> Asked:
    """Search as a valid form says, ordered as it says unless ``sort`` does.

    Raise ValueError where the address names no place in the order.
    """
    query = form.restricted(read(form.cleaned_data["q"]))
    sort = sort or form.cleaned_data["sort"] or "best"
    text = request.GET.get("after", "")
    after = engine.Cursor.parse(text) if text else None
    results = engine.search(query, form.filters(), sort, after) if query else None
    return Asked(query, sort, after, results)
