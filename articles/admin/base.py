"""What all pages of the editors' side share: safe lists, one indexing a request."""

import math
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from articles.admin.history import RecordHistory
from articles.admin.lists import MOST, ArchiveList, BoundedPaginator, bounded_count
from articles.admin.searching import MAX_SEARCH_LENGTH
from articles.models import (
    DraftText,
    EditLock,
    NearDuplicate,
    SearchDocument,
    TextSketch,
)
from articles.models.base import deferred
from articles.search.pending import indexed
from articles.sign_in import RESTORE, give_back

# Ways in which a filter of the sidebar names its field in an address.
FILTER_ENDINGS = ("", "__exact", "__id__exact", "__isnull")
DATE_ENDINGS = ("__year", "__month", "__day")
# Constraints that may be broken while an editor's rows are stored one by one.
POSITION_CONSTRAINTS = (
    "article_position_once_a_page",
    "paragraph_position_once_an_article",
    "photo_position_once_an_article",
)
CHARACTERS_IN_A_LINE = 40
_MADE_OF_ARTICLES = (SearchDocument, DraftText, EditLock, TextSketch, NearDuplicate)


class SafeLists(admin.ModelAdmin):
    """Lists whose addresses take only what the page itself offers.

    Django lets editors put any lookup of the model into the address, and a broken regular
    expression or a year 0 then fails in the database.
    """

    show_full_result_count = False  # a second count of the whole table
    show_facets = admin.ShowFacets.NEVER  # they count all rows for each choice
    list_per_page = 50
    paginator = BoundedPaginator
    lookups: tuple[str, ...] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the class of the list."""
        return ArchiveList

    def lookup_allowed(
        self, lookup: str, value: Any, request: HttpRequest | None = None
    ) -> bool:
        """Return whether a filter, the date bar or a link of ours writes this lookup."""
        allowed = set(self.lookups)
        for offered in self.list_filter:
            if isinstance(offered, str):
                allowed.update(offered + ending for ending in FILTER_ENDINGS)
            elif parameter := str(getattr(offered, "parameter_name", "") or ""):
                allowed.add(parameter)
        if self.date_hierarchy:
            allowed.update(self.date_hierarchy + ending for ending in DATE_ENDINGS)
        return lookup in allowed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search for the beginning of what was asked."""
        term = search_term[:MAX_SEARCH_LENGTH]
        return super().get_search_results(request, queryset, term)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form; one that is given back (``sign_in``) is shown, and is not stored."""
        form: Any = super().get_form(request, *args, **kwargs)
        if RESTORE in request.POST:
            form.clean = _not_stored(form.clean)
        return form

    def response_action(
        self, request: HttpRequest, queryset: QuerySet, *args: Any
    ) -> HttpResponse | None:
        """Run an action, but not on all rows where they are more than anybody looked at."""
        across = request.POST.getlist("select_across")
        every = any(said not in ("", "0") for said in across)
        if every and bounded_count(queryset, MOST) > MOST:
            message = _("全部选中的超过 %(most)d 条，请先筛选或检索，再分批处理。")
            messages.error(request, message % {"most": MOST})
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *args)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list or run an action; refuse selected rows that are not numbers."""
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(pk.isdecimal() for pk in selected):
            raise BadRequest(f"Selected rows are not numbers: {selected}")
        return super().changelist_view(request, extra_context)


def _not_stored(clean: Any) -> Any:
    def cleaned(form: Any) -> Any:
        clean(form)
        raise ValidationError(_("这是您先前填写的内容，还没有保存。请核对后再保存。"))

    return cleaned


class VerbatimField(forms.CharField):
    """A text that is stored as typed; only the line ends of forms become those of texts."""

    def __init__(self, **kwargs: Any) -> None:
        """Keep blanks at both ends: stripping them would change texts nobody edited."""
        super().__init__(**{**kwargs, "strip": False})

    def to_python(self, value: Any) -> str:
        """Return the text with plain line ends."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class SizedTextarea(forms.Textarea):
    """A text area as high as its text; the style sheet lets it grow while one types."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Count the lines that the text needs."""
        lines = str(value or "").splitlines() or [""]
        rows = sum(max(1, math.ceil(len(s) / CHARACTERS_IN_A_LINE)) for s in lines)
        sized = {"cols": 60, "rows": min(rows, 24)}
        return super().get_context(name, value, {**sized, **(attrs or {})})


class RecordSelect(AutocompleteSelect):
    """Django's choice by typing, for which a key that is no number is no record."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen record; Django's own fails where a key is no number."""
        keys = [key for key in value if str(key).isdecimal()]
        return super().optgroups(name, keys, attr)


class Compact(admin.options.BaseModelAdmin):
    """Forms with text areas sized to their texts, and choices loaded in one query each."""

    formfield_overrides = {
        TextField: {"form_class": VerbatimField, "widget": SizedTextarea}
    }

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest | None
    ) -> QuerySet | None:
        """Return what the related model's own list shows, with all that its rows name."""
        model = db_field.remote_field.model
        if request is None or not self.admin_site.is_registered(model):
            return None
        return self.admin_site.get_model_admin(model).get_queryset(request)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Choose records by typing where ``autocomplete_fields`` says so."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RecordSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ArchiveAdmin(RecordHistory, Compact, SafeLists):
    """Pages of the archive's records: all that one request stores is indexed once."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show or store a record with all rows of its form; what is not stored comes back."""
        return _stored(
            request,
            lambda: super(ArchiveAdmin, self).changeform_view(request, *args, **kwargs),
            give_back,
        )

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Delete a record and its search documents."""
        return _stored(
            request,
            lambda: super(ArchiveAdmin, self).delete_view(request, *args, **kwargs),
            _refused,
        )

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the list or run an action on it."""
        return _stored(
            request,
            lambda: super(ArchiveAdmin, self).changelist_view(request, *args, **kwargs),
            _refused,
        )

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """Return what goes with these records, but for what the archive itself makes of them.

        Editors may not delete that by itself, and need not know of it; a pair of articles
        names the other one, which may be a draft of somebody else.
        """
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        for model in _MADE_OF_ARTICLES:
            if model is self.model:
                continue
            name = str(model._meta.verbose_name)
            counts.pop(str(model._meta.verbose_name_plural), None)
            missing.discard(name)
            gone = _without(gone, f"{capfirst(name)}: ")
        return gone, counts, missing, protected


class ReadOnlyAdmin(ArchiveAdmin):
    """Rows that nobody enters, changes or deletes in the admin: other code writes them."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


def _without(nested: list[Any], beginning: str) -> list[Any]:
    """Return nested lists of lines without the lines that begin so, and without empty lists."""
    kept = [
        _without(line, beginning) if isinstance(line, list) else line
        for line in nested
        if isinstance(line, list) or not str(line).startswith(beginning)
    ]
    return [line for line in kept if line != []]


def _stored(
    request: HttpRequest,
    view: Callable[[], HttpResponse],
    refused: Callable[[HttpRequest], HttpResponse],
) -> HttpResponse:
    """Run a view; what it stores is checked and indexed at its end, or nothing is stored.

    ``refused`` answers then: forms find an editor's own mistakes, but something that is in
    the way came from elsewhere meanwhile.
    """
    if request.method != "POST":
        return view()
    try:
        with indexed(), deferred(*POSITION_CONSTRAINTS):
            return view()
    except IntegrityError:
        return refused(request)


def _refused(request: HttpRequest) -> HttpResponse:
    said = _("没有保存：别人刚刚存入了与此冲突的内容，请核对后再试。")
    messages.error(request, said)
    return HttpResponseRedirect(request.get_full_path())
