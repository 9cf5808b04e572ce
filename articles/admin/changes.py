"""The audit list of all that was changed, and undoing an act."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import jobs, workflow
from articles.admin.base import ReadOnlyAdmin
from articles.admin.confirm import NAMED
from articles.csv_files import csv_lines
from articles.history import comparing, undoing
from articles.history.states import RECORDS
from articles.models import Article, Change, ChangedRecord

PER_PAGE = 100
# Undoing more than so many records is work for the background.
AT_ONCE = 200
EXPORTED = 50_000
_NOBODY = "0"


class UserFilter(admin.SimpleListFilter):
    """Who did it."""

    title = gettext_lazy("用户")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer those who work here, and what nobody did."""
        staff = User.objects.filter(is_staff=True).order_by("username")
        names = [(str(user.pk), user.get_username()) for user in staff[:200]]
        return [*names, (_NOBODY, _("系统"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return what this user did."""
        value = self.value()
        if value is None:
            return queryset
        if not (value.isascii() and value.isdecimal() and len(value) < 10):
            return queryset.none()
        if value == _NOBODY:  # an account that is gone has left its name
            return queryset.filter(user=None, user_name="")
        return queryset.filter(user=int(value))


class ModelFilter(admin.SimpleListFilter):
    """Which kind of record."""

    title = gettext_lazy("记录种类")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer all kinds of records that have a history."""
        return [
            (str(model._meta.model_name), str(model._meta.verbose_name))
            for model in RECORDS
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return what was done to records of this kind."""
        for model in RECORDS:
            if model._meta.model_name == self.value():
                kind = ContentType.objects.get_for_model(model)
                return queryset.filter(content_type=kind)
        return queryset if self.value() is None else queryset.none()


class Unwritten(ReadOnlyAdmin):
    """Rows that only the history writes."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show a row that the user may see."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return self.show(request, row)

    def show(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Return the page of a row."""
        raise NotImplementedError

    def page(
        self, request: HttpRequest, name: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """Return a page of templates/admin/history/."""
        every = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "list_url": reverse(f"admin:articles_{self.opts.model_name}_changelist"),
            **context,
        }
        return TemplateResponse(request, f"admin/history/{name}.html", every)


@admin.register(Change)
class ChangeAdmin(Unwritten):
    """Acts, newest first: who did what to which record."""

    list_display = ["made", "who", "kind", "record", "count", "note_begins", "undone"]
    list_filter = ["kind", UserFilter, ModelFilter, "made_at"]
    lookups = ("made_at__gte", "made_at__lt")
    list_select_related = ["content_type"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("记录名称的开头（例如文章的主题），或文章的编号。")
    ordering = ["-pk"]

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the table as a file, and of undoing."""
        return [
            path(
                "export/",
                self.admin_site.admin_view(self.export_view),
                name="articles_change_export",
            ),
            path(
                "<int:pk>/undo/",
                self.admin_site.admin_view(self.undo_view),
                name="articles_change_undo",
            ),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search the names of all records of an act, and the numbers of articles."""
        term = search_term.strip()[:60]
        if not term:
            return queryset, False
        records = ChangedRecord.objects.filter(name__startswith=term)
        if term.isascii() and term.isdecimal() and len(term) < 19:
            records |= ChangedRecord.objects.filter(
                content_type=ContentType.objects.get_for_model(Article),
                object_id=int(term),
            )
        return queryset.filter(pk__in=records.values("change")), False

    # ---- Columns

    @admin.display(description=gettext_lazy("时间"))
    def made(self, obj: Change) -> str:
        """Return when it was done, to the second."""
        return f"{timezone.localtime(obj.made_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("用户"))
    def who(self, obj: Change) -> str:
        """Return the name that the user had."""
        return obj.user_name or _("系统")

    @admin.display(description=gettext_lazy("记录"))
    def record(self, obj: Change) -> str:
        """Return the kind and name of the first record."""
        return f"{obj.content_type.name} {obj.name}"

    @admin.display(description=gettext_lazy("说明"))
    def note_begins(self, obj: Change) -> str:
        """Return the beginning of the note."""
        return obj.note if len(obj.note) <= 40 else f"{obj.note[:40]}…"

    @admin.display(description=gettext_lazy("撤销"))
    def undone(self, obj: Change) -> str:
        """Return whether it was undone; nothing where it was not."""
        return _("已撤销") if obj.undone_by_id else ""

    # ---- Pages

    def show(self, request: HttpRequest, row: Change) -> HttpResponse:
        """Show an act with the records that it changed."""
        records = row.records.order_by("pk").select_related("content_type")
        page = Paginator(records, PER_PAGE).get_page(request.GET.get("p"))
        context = {
            "title": str(row),
            "page": page,
            "rows": [(record, *links(record)) for record in page],
            "may_undo": may_undo(request) and bool(page) and not row.undone_by_id,
        }
        return self._page(request, row, "change", context)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to undo an act; then do it."""
        if not (self.has_view_permission(request) and may_undo(request)):
            raise PermissionDenied
        change = get_object_or_404(Change, pk=pk)
        records = change.records.order_by("pk").select_related("content_type")
        named = list(records[:NAMED])
        if change.undone_by_id or not named:
            done = _("这次修改已经撤销过了。")
            none = _("这次修改没有留下以前的版本，不能撤销。")
            messages.warning(request, done if change.undone_by_id else none)
            return HttpResponseRedirect(_change_url(change))
        if request.method == "POST":
            return self._undo(request, change)
        articles = undoing.articles_touched(change)
        context = {
            "title": _("撤销“%(change)s”？") % {"change": change},
            "named": named,
            "more": max(0, change.count - len(named)),
            "articles": articles,
            "at_once": change.count + articles <= AT_ONCE,
        }
        return self._page(request, change, "undo", context)

    def _undo(self, request: HttpRequest, change: Change) -> HttpResponseRedirect:
        if change.count + undoing.articles_touched(change) > AT_ONCE:
            job = jobs.start("undo", request.user, change=change.pk)
            return HttpResponseRedirect(job.get_absolute_url())
        result = undoing.undo(change, request.user)
        if result.done:
            done = _("已撤销 %(count)d 条记录的改动。") % {"count": result.done}
            messages.success(request, done)
        else:
            messages.error(request, _("什么也没有撤销。"))
        for line in undoing.listed(result.refused):
            messages.warning(request, _("没有撤销：%(line)s") % {"line": line})
        for line in undoing.listed(result.remarks):
            messages.warning(request, line)
        return HttpResponseRedirect(_change_url(change))

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return the acts of the list, as it is filtered, as a table for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset[:EXPORTED]
        except IncorrectLookupParameters as error:
            raise BadRequest("no such filter") from error
        columns = [_("时间"), _("用户"), _("种类"), _("记录"), _("记录数"), _("说明")]
        response = StreamingHttpResponse(
            csv_lines(columns, self._exported(rows)), content_type="text/csv"
        )
        response["Content-Disposition"] = 'attachment; filename="changes.csv"'
        return response

    def _exported(self, rows: QuerySet) -> Iterator[list[object]]:
        for row in rows.iterator(2000):
            kind, record = row.get_kind_display(), self.record(row)
            yield [self.made(row), self.who(row), kind, record, row.count, row.note]

    def _page(
        self, request: HttpRequest, change: Change, name: str, context: dict[str, Any]
    ) -> TemplateResponse:
        of_it = {"change": change, "change_url": _change_url(change)}
        return self.page(request, name, {**of_it, **context})


def may_undo(request: HttpRequest) -> bool:
    """Return whether the user may undo acts, and restore what others deleted.

    Either may put articles before readers, or take them away.
    """
    undoes = request.user.has_perm("articles.undo_change")
    return bool(undoes and workflow.may_publish(request.user))


def _change_url(change: Change) -> str:
    return reverse("admin:articles_change_change", args=[change.pk])


def links(row: ChangedRecord) -> tuple[str, str, str, list[str]]:
    """Return a record's name, the addresses of its form and of what changed, and its fields."""
    model = row.content_type.model_class()
    if model is None:
        return row.name, "", "", []
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    fields = comparing.labels(model, row.fields)
    try:
        form = reverse(f"{name}_change", args=[row.object_id])
        compare = reverse(f"{name}_compare", args=[row.object_id])
    except NoReverseMatch:
        return row.name, "", "", fields
    pair = f"{compare}?a={row.before_id}&b={row.after_id}"
    both = row.before_id and row.after_id
    gone = row.after_id is None
    return row.name, "" if gone and row.in_bin else form, pair if both else "", fields
