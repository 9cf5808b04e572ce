"""Every GET parameter of the readers' pages is read and checked here."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.models import Tag

from articles.models import Contributor, Publication
from articles.search.filters import Filters
from articles.search.language import MAX_LENGTH

MAX_PAGE = 10_000
MIN_YEAR, MAX_YEAR = 1, 9999


class PageNumberForm(forms.Form):
    """The number of a page of a list."""

    page = forms.IntegerField(
        label=_("页"),
        min_value=1,
        max_value=MAX_PAGE,
        required=False,
        widget=forms.HiddenInput,
    )

    def number(self) -> int | None:
        """Return the page asked for, 1 by default, or None where it is no page number."""
        if not self.is_valid():
            return None
        return self.cleaned_data["page"] or 1


class YearForm(forms.Form):
    """The year of a calendar."""

    year = forms.IntegerField(min_value=MIN_YEAR, max_value=MAX_YEAR, required=False)


class _ChoiceBySlug(forms.ModelChoiceField):
    """A record named by its slug in the address; an unknown one is an error, never a 500."""

    def __init__(self, model: Any, label: Any, unknown: Any, **kwargs: Any) -> None:
        super().__init__(
            model.objects.all(),
            label=label,
            required=False,
            to_field_name="slug",
            error_messages={"invalid_choice": unknown},
            **kwargs,
        )


class SearchForm(forms.Form):
    """A search and its filters."""

    SORTS = [("best", _("最相关")), ("newest", _("最新")), ("oldest", _("最早"))]

    q = forms.CharField(
        label=_("检索词"),
        max_length=MAX_LENGTH,
        required=False,
        error_messages={"max_length": _("检索词太长，最多 %(limit_value)d 个字。")},
    )
    sort = forms.ChoiceField(
        label=_("排序"),
        choices=SORTS,
        required=False,
        error_messages={"invalid_choice": _("没有这种排序。")},
    )
    publication = _ChoiceBySlug(
        Publication,
        pgettext_lazy("label", "报纸"),
        _("没有这份报纸。"),
        empty_label=_("全部报纸"),
    )
    page = forms.CharField(
        label=_("版"), max_length=100, required=False, widget=forms.HiddenInput
    )
    tag = _ChoiceBySlug(Tag, _("标签"), _("没有这个标签。"), widget=forms.HiddenInput)
    author = _ChoiceBySlug(
        Contributor, _("作者"), _("没有这位作者。"), widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the dates, whose names in the address are words of Python."""
        super().__init__(*args, **kwargs)
        for name, label in (("from", _("起始日期")), ("to", _("截止日期"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": _("没有这一天，请写成 2020-06-08 的样子。")},
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("from"), cleaned.get("to")
        if since and until and since > until:
            self.add_error("to", _("截止日期早于起始日期。"))
        return cleaned

    def filters(self) -> Filters:
        """Return what the hits must belong to."""
        asked = self.cleaned_data
        return Filters(
            publication=asked["publication"],
            since=asked["from"],
            until=asked["to"],
            tag=asked["tag"],
            author=asked["author"],
            page=asked["page"],
        )
