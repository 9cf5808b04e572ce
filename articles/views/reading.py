"""One article."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles.blocks import blocks
from articles.models import Article
from articles.search.related import related


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an article; 410 with its notice where it was withdrawn, 404 for a draft."""
    readable = Article.objects.exclude(status=Article.Status.DRAFT)
    parts = ("paragraphs", "photos", "tags", "contributions__contributor")
    articles = readable.with_place().defer("source_text").prefetch_related(*parts)
    article = get_object_or_404(articles, pk=pk)
    context = {
        "article": article,
        "page": article.page,
        "issue": article.page.issue,
        "lang": article.page.issue.publication.lang,
    }
    if not article.is_published:
        return render(request, "articles/withdrawn.html", context, status=410)
    previous, following = _neighbours(article)
    context |= {
        "blocks": blocks(article.body()),
        "tags": article.tags.all(),
        "contributions": article.contributions.all(),
        "previous": previous,
        "next": following,
        "related": related(article),
    }
    return render(request, "articles/article.html", context)


def _neighbours(article: Article) -> tuple[Article | None, Article | None]:
    """Return the articles before and after in the issue, as printed."""
    of_issue = Article.objects.published().filter(page__issue=article.page.issue)
    articles = list(of_issue.in_print_order().only("headline"))
    number = articles.index(article)
    previous = articles[number - 1] if number else None
    return previous, articles[number + 1] if number + 1 < len(articles) else None
