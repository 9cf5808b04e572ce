"""Search and articles for programs, by the same code as the pages (articles/openapi.py)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.forms import SearchForm
from articles.ingest.export import record_of, whole_articles
from articles.openapi import description
from articles.search import engine
from articles.search.facets import count
from articles.search.hits import Hit
from articles.views.asked import Asked, ask


@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """Answer a page of hits as JSON; the parameters are those of the search page."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        errors = {name: [str(e) for e in said] for name, said in form.errors.items()}
        return _answer({"error": _("参数有误。"), "parameters": errors}, 400)
    try:
        asked = ask(form, request)
        answer = _results(request, form, asked)
    except ValueError:
        return _answer({"error": _("没有这一页。")}, 404)
    return _answer(answer)


def _results(request: HttpRequest, form: SearchForm, asked: Asked) -> dict[str, Any]:
    results = asked.results
    if results is None:
        return {"count": 0, "query": "", "results": [], "next": None}
    following = None
    if results.after:
        parameters = request.GET.copy()
        parameters["after"] = str(results.after)
        following = request.build_absolute_uri(f"?{parameters.urlencode()}")
    found = [
        _hit(request, hit, section.stage)
        for section in results.sections
        for hit in section.hits
    ]
    answer: dict[str, Any] = {
        "count": _count(form, results),
        "query": asked.query.understood,
        "results": found,
        "next": following,
    }
    if results.partial:
        answer["partial"] = True
    if results.newest_instead:
        answer["newest_instead"] = True
    return answer


def _count(form: SearchForm, results: engine.Results) -> int | None:
    if results.count is not None:
        return results.count
    try:
        return count(results.matched, form.filters())
    except engine.SearchTimeoutError:
        return None


def _hit(request: HttpRequest, hit: Hit, stage: engine.Stage) -> dict[str, Any]:
    page = hit.article.page
    return {
        "id": hit.article.pk,
        "url": request.build_absolute_uri(hit.article.get_absolute_url()),
        "publication": page.issue.publication.slug,
        "date": page.issue.published_on.isoformat(),
        "edition": page.issue.edition,
        "page": page.label,
        "headline": hit.article.headline,
        "byline": hit.article.byline,
        "snippet": _plain(hit.snippets[0].segments) if hit.snippets else "",
        "snippets": [
            {
                "text": _plain(snippet.segments),
                "marks": _marks(snippet.segments),
                "label": snippet.label,
                "url": request.build_absolute_uri(snippet.url),
            }
            for snippet in hit.snippets
        ],
        "occurrences": hit.occurrences,
        "match": stage.name.lower(),
    }


def _plain(segments: list[Any]) -> str:
    return "".join(segment.text for segment in segments)


def _marks(segments: list[Any]) -> list[list[int]]:
    """Return where the marks begin and end, in characters."""
    marks, place = [], 0
    for segment in segments:
        end = place + len(segment.text)
        if segment.marked:
            marks.append([place, end])
        place = end
    return marks


@require_safe
def article(request: HttpRequest, pk: int) -> JsonResponse:
    """Answer an article as an exchange record; 410 where it was withdrawn."""
    found = whole_articles().answered().filter(pk=pk).first()
    if found is None:
        return _answer({"error": _("没有这篇文章。")}, 404)
    if not found.is_published:
        return _answer({"error": _("这篇文章已经撤下。")}, 410)
    url = request.build_absolute_uri(found.get_absolute_url())
    return _answer({"id": found.pk, "url": url, **record_of(found).exchange()})


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Answer the description of this interface in OpenAPI 3.1."""
    root = request.build_absolute_uri(reverse("home"))
    return _answer(description(root.rstrip("/")))


def unknown(_request: HttpRequest, rest: str) -> HttpResponse:
    """Answer 404 as programs expect it."""
    return _answer({"error": _("没有这个地址：%(rest)s") % {"rest": rest}}, 404)


def _answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(
        content, status=status, json_dumps_params={"ensure_ascii": False}
    )
    # Whatever is published may be read by the scripts of any page.
    response["Access-Control-Allow-Origin"] = "*"
    return response
