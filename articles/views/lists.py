"""Tags and authors, and the articles of one of them."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.forms import LetterForm, TagPageForm
from articles.meta import Meta, of_list
from articles.models import Article, Contributor, TagSynonym
from articles.models.tag_entry import descendants
from articles.name_index import AUTHORS, LETTERS, TAGS, NameKind, beginning, commonest
from articles.search import facets
from articles.search.cursor import Cursor
from articles.search.database import SearchTimeoutError, searching
from articles.search.filters import Filters
from articles.search.newest import Key, by_date

ARTICLES_PER_PAGE = 20
# Of a broad tag: those that its page names, and those whose articles it shows with its own.
MOST_NARROWER, MOST_BELOW = 200, 300


def tags(request: HttpRequest) -> HttpResponse:
    """Show the commonest tags of published articles, or those that begin with a letter."""
    return _names(request, TAGS, "articles/tag_list.html")


def authors(request: HttpRequest) -> HttpResponse:
    """Show those who contributed most, or whose names begin with a letter."""
    return _names(request, AUTHORS, "articles/author_list.html")


def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the articles with a tag, newest first; a synonym's address leads to its tag's."""
    tag = Tag.objects.filter(slug=slug).select_related("entry__parent").first()
    if tag is None:
        synonym = get_object_or_404(TagSynonym.objects.select_related("tag"), slug=slug)
        return redirect("tag", synonym.tag.slug, permanent=True)
    narrower = Tag.objects.filter(entry__parent=tag).order_by("entry__code", "name")
    wide = TagPageForm(request.GET).wide()
    below = descendants([tag.pk], MOST_BELOW) if wide else ()
    context = {
        "tag": tag,
        "entry": getattr(tag, "entry", None),
        "narrower": narrower[:MOST_NARROWER],
        "wide": wide,
        "meta": _meta(request, "tag", tag),
    }
    filters = Filters(tag=tag, narrower=tuple(below))
    return _articles(request, filters, "articles/tag.html", context)


def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the articles of a contributor, newest first."""
    author = get_object_or_404(Contributor, slug=slug)
    context = {"author": author, "meta": _meta(request, "author", author)}
    return _articles(request, Filters(author=author), "articles/author.html", context)


def _meta(request: HttpRequest, kind: str, record: Tag | Contributor) -> Meta:
    address = reverse(kind, args=[record.slug])
    after = request.GET.get("after", "")
    return of_list(record.name, address, after, request.build_absolute_uri)


def _names(request: HttpRequest, kind: NameKind, template: str) -> HttpResponse:
    form = LetterForm(request.GET)
    if not form.is_valid():
        raise Http404(_("没有这一页。"))
    letter = form.cleaned_data["letter"]
    after = form.cleaned_data["after"]
    found = beginning(kind, letter, after) if letter else commonest(kind)
    context = {
        "names": found.names,
        "after": found.after,
        "letter": letter,
        "letters": LETTERS,
    }
    return render(request, template, context)


@dataclass(frozen=True, slots=True)
class _Some:
    """Articles in their order, and where the next page begins."""

    articles: list[Article]
    after: Cursor | None


def _articles(
    request: HttpRequest, filters: Filters, template: str, context: dict[str, Any]
) -> HttpResponse:
    text = request.GET.get("after", "")
    try:
        found = _after(filters, _key(text))
    except SearchTimeoutError:
        response = render(request, "articles/search_timeout.html", status=503)
        response["Retry-After"] = "60"
        return response
    if text and not found.articles:
        raise Http404(_("没有这一页。"))
    context |= {
        "articles": found.articles,
        "after": found.after,
        "first": not text,
        "count": None if text else _count(filters),
    }
    return render(request, template, context)


def _key(text: str) -> Key | None:
    """Return the place in the order that an address names, the beginning where it names none."""
    if not text:
        return None
    try:
        key = Cursor.parse(text).key
    except ValueError:
        key = None
    if not isinstance(key, Key):
        raise Http404(_("没有这一页。"))
    return key


def _after(filters: Filters, after: Key | None) -> _Some:
    """Return the articles after a place, by the index of search: no OFFSET, and no sorting."""
    with searching(settings.SEARCH_TIMEOUT_MS):
        keys = by_date(filters.condition(), ARTICLES_PER_PAGE + 1, after)
    shown = keys[:ARTICLES_PER_PAGE]
    published = Article.objects.published().for_lists().with_lead()
    known = published.in_bulk([key.article for key in shown])
    articles = [known[key.article] for key in shown if key.article in known]
    return _Some(articles, Cursor(shown[-1]) if len(keys) > len(shown) else None)


def _count(filters: Filters) -> int | None:
    """Return the number of all, None where there is no time to count them."""
    try:
        return facets.count(None, filters)
    except SearchTimeoutError:
        return None
