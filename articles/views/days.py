"""This day in other years."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.days import MonthDay, years_of
from articles.forms import BeforeYearForm, MonthDayForm


def today(request: HttpRequest) -> HttpResponse:
    """Show today in the archive's time zone, or lead to the day that the form asks for."""
    if "month" not in request.GET and "day" not in request.GET:
        return on_this_day(request, MonthDay.of(timezone.localdate()))
    chosen = MonthDayForm(request.GET).chosen()
    if chosen is None:
        raise Http404(_("没有这一天。"))
    return redirect("on_this_day_of", chosen)


def on_this_day(request: HttpRequest, day: MonthDay) -> HttpResponse:
    """Show what was printed on a day of the year, by year, the newest first."""
    form = BeforeYearForm(request.GET)
    if not form.is_valid():
        raise Http404(_("没有这一年。"))
    years, older = years_of(day, form.cleaned_data["before"])
    context = {
        "day": day,
        "years": years,
        "older": older,
        "previous": day.moved(-1),
        "next": day.moved(1),
        "months": range(1, 13),
        "days": range(1, 32),
    }
    return render(request, "articles/on_this_day.html", context)
