"""One article."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles import meta, structured
from articles.blocks import blocks, contents
from articles.models import Article
from articles.neighbours import neighbours
from articles.preferences import Preferences
from articles.search.related import related
from articles.views.citing import panel


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an article; 410 with its notice where it was withdrawn, 404 for a draft."""
    parts = ("paragraphs", "photos", "tags", "contributions__contributor")
    answered = Article.objects.answered()
    articles = answered.with_place().defer("source_text").prefetch_related(*parts)
    article = get_object_or_404(articles, pk=pk)
    context = {
        "article": article,
        "page": article.page,
        "issue": article.page.issue,
        "lang": article.page.issue.publication.lang,
    }
    if not article.is_published:
        return render(request, "articles/withdrawn.html", context, status=410)
    beside = neighbours(article)
    body = article.body()
    absolute = request.build_absolute_uri
    context |= {
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
