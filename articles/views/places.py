"""The front page, issues and pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles import calendar, meta, structured
from articles.days import in_other_years
from articles.models import Issue
from articles.models.place import IssueKey
from articles.printed_issue import (
    PAGES_AT_HOME,
    PAGES_OF_ISSUE,
    largest_of,
    printed_pages,
)


def home(request: HttpRequest) -> HttpResponse:
    """Show the newest issue by page and by weight, its month, its day, and other papers."""
    newest = Issue.objects.newest_of_publications().select_related("publication")
    issues = list(newest)
    absolute = request.build_absolute_uri
    context: dict[str, Any] = {
        "issue": None,
        "others": issues[1:],
        "meta": meta.of_site(absolute),
        "structured": structured.site(absolute),
    }
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
    pages = printed_pages(issue, PAGES_OF_ISSUE)
    absolute = request.build_absolute_uri
    context = {
        "issue": issue,
        "pages": pages,
        "meta": meta.of_issue(issue, largest_of(pages), absolute),
        "structured": structured.issue(issue, absolute),
        "previous_issue": issue.previous(),
        "next_issue": issue.next(),
        "other_years": in_other_years(issue.published_on),
    }
    return render(request, "articles/issue.html", context)


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
