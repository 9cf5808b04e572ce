"""All publications, and one with its calendar (往期回顾)."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import ListView

from articles import calendar, meta, structured
from articles.forms import CalendarForm
from articles.models import Issue, Publication
from articles.runs import Run, run_of, runs


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication with its run and its newest issue, None where there is none to read."""

    publication: Publication
    run: Run | None
    newest: Issue | None


class PublicationList(ListView):
    """All publications with their runs of issues."""

    template_name = "articles/publication_list.html"
    model = Publication

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with each publication, its run and its newest issue, if any."""
        context = super().get_context_data(**kwargs)
        newest = Issue.objects.newest_of_publications().select_related("publication")
        issues = {issue.publication_id: issue for issue in newest}
        found = runs(context["object_list"])
        context["papers"] = [
            Paper(publication, found.get(publication.pk), issues.get(publication.pk))
            for publication in context["object_list"]
        ]
        return context


def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a publication with the calendar of a year, its latest unless one is asked for.

    ``date`` leads to the issue of that day; where there is none, to its year with the
    issues nearest to it.
    """
    publication = get_object_or_404(Publication, slug=slug)
    form = CalendarForm(request.GET)
    valid = form.is_valid()
    if "year" in form.errors:
        raise Http404(_("没有这一年。"))
    date = form.cleaned_data.get("date")
    if date and (issue := publication.issues.of_day(date)):
        return redirect(issue)
    year = date.year if date else form.cleaned_data["year"]
    absolute = request.build_absolute_uri
    context = _context(publication, year) | {
        "form": form,
        "date": date,
        "meta": meta.of_publication(publication, absolute),
        "structured": structured.publication(publication, absolute),
    }
    if date:
        context["before"], context["after"] = publication.issues.nearest(date)
    return render(
        request, "articles/publication.html", context, status=200 if valid else 400
    )


def _context(publication: Publication, year: int | None) -> dict[str, Any]:
    run = run_of(publication)
    year = year or (run.last if run.years else None)
    context = {"publication": publication, "run": run, "year": year}
    if year is None:
        return context
    issues = publication.issues.filter(published_on__year=year).with_readable()
    earlier, later = run.beside(year)
    return context | {
        "months": calendar.months(year, issues.order_by("published_on", "edition")),
        "earlier": earlier,
        "later": later,
        "today": timezone.localdate(),
    }
