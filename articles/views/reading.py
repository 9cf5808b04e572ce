"""One article."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles import meta, structured
from articles.blocks import blocks, contents
from articles.models import Article, ArticleQuerySet
from articles.neighbours import neighbours
from articles.preferences import Preferences
from articles.search.related import related
from articles.views.citing import panel


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an article; 410 with its notice where it was withdrawn, 404 for a draft."""
    article = get_object_or_404(with_parts(Article.objects.answered()), pk=pk)
    if article.is_published:
        return page_of(request, article)
    context = {"article": article, **_place(article)}
    return render(request, "articles/withdrawn.html", context, status=410)


def with_parts(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Return articles with all that their pages show."""
    parts = ("paragraphs", "photos", "tags", "contributions__contributor")
    return articles.with_place().defer("source_text").prefetch_related(*parts)


def page_of(
    request: HttpRequest, article: Article, *, is_preview: bool = False
) -> HttpResponse:
    """Return the page of an article ``with_parts``, as readers see it once it is published.

    A preview says that it is one, and is for no search engine.
    """
    beside = neighbours(article)
    body = article.body()
    absolute = request.build_absolute_uri
    context = {
        "article": article,
        **_place(article),
        "robots": "noindex, nofollow" if is_preview else "",
        "is_preview": is_preview,
        "blocks": blocks(body),
        "contents": contents(body),
        "writing": Preferences.of(request).writing,
        "tags": article.tags.all(),
        "contributions": article.contributions.all(),
        "previous": beside.previous,
        "next": beside.next,
        "siblings": beside.siblings,
        "related": related(article),
        "cite": panel(request, article),
        "meta": meta.of_article(article, body, absolute),
        "structured": structured.article(article, body, absolute),
    }
    return render(request, "articles/article.html", context)


def _place(article: Article) -> dict[str, Any]:
    issue = article.page.issue
    return {"page": article.page, "issue": issue, "lang": issue.publication.lang}
