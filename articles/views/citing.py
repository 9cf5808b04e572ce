"""Citations to download, of one article or of many, and the reading list."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.citation import FORMATS, Cited, cited, gb7714
from articles.forms import CitationsForm
from articles.models import Article

# Says which of the articles asked for are not in the answer: they may not be read.
LEFT_OUT = "X-Left-Out"
# What programs for references read.
_SOFTWARE = [("bib", "BibTeX"), ("ris", "RIS"), ("json", "CSL-JSON")]


@require_safe
def citation(request: HttpRequest, pk: int, extension: str) -> HttpResponse:
    """Answer the citation of an article; 404 for a draft, 410 where it was withdrawn."""
    articles = Article.objects.answered().for_citations()
    article = get_object_or_404(articles, pk=pk)
    if not article.is_published:
        return _plain(_("这篇文章已经撤下。"), 410)
    found = _cited(request, article)
    return _file([found], extension, found.key)


@require_safe
def citations(request: HttpRequest, extension: str) -> HttpResponse:
    """Answer the citations of many articles in the order asked, as far as they are published.

    The header X-Left-Out has the keys of the others. 400 for no key, over 500 of them or
    what is none; 404 where nothing is left.
    """
    form = CitationsForm(request.GET)
    if not form.is_valid():
        return _plain(" ".join(map(str, form.errors["id"])), 400)
    keys = form.cleaned_data["id"]
    published = Article.objects.published().for_citations().in_bulk(keys)
    items = [_cited(request, published[pk]) for pk in keys if pk in published]
    if not items:
        raise Http404(_("没有这篇文章。"))
    response = _file(items, extension, f"citations-{timezone.localdate()}")
    if left_out := [str(pk) for pk in keys if pk not in published]:
        response[LEFT_OUT] = ", ".join(left_out)
    return response


@require_safe
def reading_list(request: HttpRequest) -> HttpResponse:
    """Show the page of the reading list, which the browser alone knows."""
    formats = [*_SOFTWARE, ("txt", "GB/T 7714")]
    return render(request, "articles/reading_list.html", {"formats": formats})


def panel(request: HttpRequest, article: Article) -> dict[str, Any]:
    """Return what templates/articles/_cite.html shows of an article with its contributors."""
    today = timezone.localdate()
    item = _cited(request, article)
    return {
        "online": gb7714(item, today),
        "printed": gb7714(item),
        "accessed": today.isoformat(),
        "zone": timezone.get_current_timezone_name(),
        "formats": _SOFTWARE,
    }


def _cited(request: HttpRequest, article: Article) -> Cited:
    return cited(article, request.build_absolute_uri(article.get_absolute_url()))


def _file(items: Sequence[Cited], extension: str, name: str) -> HttpResponse:
    """Answer a file; the day on which it was read is today's in the archive's time zone."""
    if extension not in FORMATS:
        raise Http404(_("没有这种格式。"))
    found = FORMATS[extension]
    content = found.write(items, timezone.localdate())
    response = HttpResponse(content, content_type=found.content_type)
    disposition = content_disposition_header(
        as_attachment=True, filename=f"{name}.{extension}"
    )
    response["Content-Disposition"] = str(disposition)
    return response


def _plain(reason: str, status: int) -> HttpResponse:
    return HttpResponse(
        f"{reason}\n", status=status, content_type="text/plain; charset=utf-8"
    )
