"""The front page, issues and pages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from articles import calendar
from articles.days import in_other_years
from articles.models import Article, ArticleQuerySet, Issue
from articles.models.place import IssueKey
from articles.printed_issue import PAGES_AT_HOME, PAGES_OF_ISSUE, printed_pages


def home(request: HttpRequest) -> HttpResponse:
    """Show the newest issue by page and by weight, its month, its day, and other papers."""
    newest = Issue.objects.newest_of_publications().select_related("publication")
    issues = list(newest)
    context: dict[str, Any] = {"issue": None, "others": issues[1:]}
    if issues:
        issue = issues[0]
        context |= {
            "issue": issue,
            "pages": printed_pages(issue, PAGES_AT_HOME),
            "previous_issue": issue.previous(),
            "month": _month_of(issue),
            "other_years": in_other_years(issue.published_on),
        }
    return render(request, "articles/home.html", context)


def issue(request: HttpRequest, slug: str, key: IssueKey) -> HttpResponse:
    """Show an issue: its pages with their articles, the issues before and after."""
    issue = _issue_or_404(slug, key)
    context = {
        "issue": issue,
        "pages": printed_pages(issue, PAGES_OF_ISSUE),
        "previous_issue": issue.previous(),
        "next_issue": issue.next(),
        "other_years": in_other_years(issue.published_on),
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


def _month_of(issue: Issue) -> calendar.Month:
    """Return the calendar of the month of an issue."""
    date = issue.published_on
    issues = issue.publication.issues.filter(
        published_on__year=date.year, published_on__month=date.month
    )
    return calendar.month(date, issues.with_readable().order_by("edition"))


def _readable(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Return what a list of articles shows, in print order."""
    return articles.published().for_lists().with_lead().in_print_order()
