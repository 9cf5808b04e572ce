"""Readers' pages. A view reads: what was asked, the query, the template."""

from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.generic import ListView
from taggit.models import Tag

from articles import calendar, understood
from articles.forms import PageNumberForm, SearchForm, YearForm
from articles.models import (
    Article,
    ArticleQuerySet,
    Contributor,
    Issue,
    Page,
    Publication,
)
from articles.models.place import IssueKey
from articles.search import engine
from articles.search.language import parse
from articles.search.lexicon import current_lexicon

ARTICLES_PER_PAGE = 20


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer operators: 200 while the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse(
            "database unreachable\n", status=503, content_type="text/plain"
        )
    return HttpResponse("ok\n", content_type="text/plain")


# ---- Publications, issues, pages


def home(request: HttpRequest) -> HttpResponse:
    """Show the newest issue, page by page, and those of the other publications."""
    newest = (
        Issue.objects.with_articles()
        .select_related("publication")
        .order_by("publication_id", "-published_on", "edition", "-pk")
        .distinct("publication_id")
    )
    issues = sorted(
        newest, key=lambda issue: (issue.published_on, issue.pk), reverse=True
    )
    issue = issues[0] if issues else None
    context = {
        "issue": issue,
        "pages": _readable_pages(issue) if issue else [],
        "others": issues[1:],
    }
    return render(request, "articles/home.html", context)


class PublicationList(ListView):
    """All publications with their runs of issues."""

    template_name = "articles/publication_list.html"
    context_object_name = "publications"

    def get_queryset(self) -> QuerySet:
        """Return the publications with the number, first and last of their issues."""
        return Publication.objects.annotate(
            issue_count=Count("issues"),
            first_on=Min("issues__published_on"),
            last_on=Max("issues__published_on"),
        )


def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a publication with the calendar of a year, its latest unless one is asked for."""
    publication = get_object_or_404(Publication, slug=slug)
    form = YearForm(request.GET)
    if not form.is_valid():
        raise Http404(_("没有这一年。"))
    issues = publication.issues.with_articles()
    years = list(
        issues.order_by()
        .values(year=ExtractYear("published_on"))
        .annotate(count=Count("pk"))
        .order_by("-year")
    )
    year = form.cleaned_data["year"] or (years[0]["year"] if years else None)
    of_year = issues.filter(published_on__year=year).select_related("publication")
    context = {
        "publication": publication,
        "years": years,
        "year": year,
        "months": calendar.months(year, of_year) if year else [],
    }
    return render(request, "articles/publication.html", context)


def issue(request: HttpRequest, slug: str, key: IssueKey) -> HttpResponse:
    """Show an issue: its pages with their articles, the issues before and after."""
    issue = _issue_or_404(slug, key)
    context = {
        "issue": issue,
        "pages": _readable_pages(issue),
        "previous": issue.previous(),
        "next": issue.next(),
    }
    return render(request, "articles/issue.html", context)


def page(request: HttpRequest, slug: str, key: IssueKey, label: str) -> HttpResponse:
    """Show a page with its articles, among the pages of its issue."""
    issue = _issue_or_404(slug, key)
    pages = list(issue.pages.all())
    number = next((n for n, page in enumerate(pages) if page.label == label), None)
    if number is None:
        raise Http404(_("这一期没有这个版。"))
    context = {
        "issue": issue,
        "page": pages[number],
        "pages": pages,
        "articles": _readable(Article.objects.filter(page=pages[number])),
        "previous": pages[number - 1] if number else None,
        "next": pages[number + 1] if number + 1 < len(pages) else None,
    }
    return render(request, "articles/page.html", context)


def _issue_or_404(slug: str, key: IssueKey) -> Issue:
    date, edition = key
    issues = Issue.objects.select_related("publication")
    return get_object_or_404(
        issues, publication__slug=slug, published_on=date, edition=edition
    )


def _readable_pages(issue: Issue) -> list[Page]:
    """Return the pages of an issue, each with what readers find there as ``readable``."""
    readable = Prefetch(
        "articles", _readable(Article.objects.all()), to_attr="readable"
    )
    return list(issue.pages.prefetch_related(readable))


def _readable(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Return what a list of articles shows, in print order."""
    return articles.published().for_lists().with_lead().in_print_order()


# ---- Articles


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
        "body": article.body(),
        "tags": article.tags.all(),
        "contributions": article.contributions.all(),
        "previous": previous,
        "next": following,
    }
    return render(request, "articles/article.html", context)


def _neighbours(article: Article) -> tuple[Article | None, Article | None]:
    """Return the articles before and after in the issue, as printed."""
    of_issue = Article.objects.published().filter(page__issue=article.page.issue)
    articles = list(of_issue.in_print_order().only("headline"))
    number = articles.index(article)
    previous = articles[number - 1] if number else None
    return previous, articles[number + 1] if number + 1 < len(articles) else None


# ---- Search


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


# ---- Tags and authors


class TagList(ListView):
    """All tags that published articles have, with how many."""

    template_name = "articles/tag_list.html"
    context_object_name = "tags"

    def get_queryset(self) -> QuerySet:
        """Return the tags with ``count``, the commonest first."""
        published = Q(articles_taggedarticle_items__content_object__status="published")
        counted: QuerySet = Tag.objects.annotate(
            count=Count("articles_taggedarticle_items", filter=published)
        )
        return counted.filter(count__gt=0).order_by("-count", "name")


class AuthorList(ListView):
    """All contributors to published articles, with how many."""

    template_name = "articles/author_list.html"
    context_object_name = "authors"

    def get_queryset(self) -> QuerySet:
        """Return the contributors with ``count``, by name."""
        published = Q(contributions__article__status="published")
        counted = Contributor.objects.annotate(
            count=Count("contributions__article", filter=published, distinct=True)
        )
        return counted.filter(count__gt=0).order_by("name", "slug")


class _ArticlesOf(ListView):
    """The articles of one record, newest first, page by page."""

    paginate_by = ARTICLES_PER_PAGE
    context_object_name = "articles"
    model_of: Any
    name_of: str
    lookup: str

    def get_queryset(self) -> QuerySet:
        """Return the published articles of the record that the address names."""
        self.record = get_object_or_404(self.model_of, slug=self.kwargs["slug"])
        articles = Article.objects.published().filter(**{self.lookup: self.record})
        return articles.for_lists().with_lead().newest_first().distinct()

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Answer 404 for what is no page number, Django's own "last" included."""
        number = PageNumberForm(self.request.GET).number()
        if number is None:
            raise Http404(_("没有这一页。"))
        return super().paginate_queryset(queryset, page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the record under its own name."""
        return super().get_context_data(**kwargs, **{self.name_of: self.record})


class TagArticles(_ArticlesOf):
    """The articles with a tag."""

    template_name = "articles/tag.html"
    model_of, name_of, lookup = Tag, "tag", "tags"


class AuthorArticles(_ArticlesOf):
    """The articles of a contributor."""

    template_name = "articles/author.html"
    model_of, name_of, lookup = Contributor, "author", "contributors"
