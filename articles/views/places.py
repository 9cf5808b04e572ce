"""Publications, issues and pages."""

from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from articles import calendar, meta, structured
from articles.forms import YearForm
from articles.models import Article, ArticleQuerySet, Issue, Page, Publication
from articles.models.place import IssueKey


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
        "meta": meta.of_site(request.build_absolute_uri),
        "structured": structured.site(request.build_absolute_uri),
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
        "meta": meta.of_publication(publication, request.build_absolute_uri),
        "structured": structured.publication(publication, request.build_absolute_uri),
    }
    return render(request, "articles/publication.html", context)


def issue(request: HttpRequest, slug: str, key: IssueKey) -> HttpResponse:
    """Show an issue: its pages with their articles, the issues before and after."""
    issue = _issue_or_404(slug, key)
    pages = _readable_pages(issue)
    context = {
        "issue": issue,
        "pages": pages,
        "previous": issue.previous(),
        "next": issue.next(),
        "meta": meta.of_issue(issue, pages, request.build_absolute_uri),
        "structured": structured.issue(issue, request.build_absolute_uri),
    }
    return render(request, "articles/issue.html", context)


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
