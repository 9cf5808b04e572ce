"""The bin: what was deleted, to look at and to restore."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.admin.changes import ModelFilter, Unwritten, links, may_undo
from articles.admin.confirm import asked
from articles.history import comparing, restoring
from articles.history.versions import data_of
from articles.models import Article, ChangedRecord


@admin.register(ChangedRecord)
class BinAdmin(Unwritten):
    """What was deleted, and can be restored."""

    list_display = ["name", "what", "deleted", "who"]
    list_display_links = ["name"]
    list_filter = [ModelFilter]
    list_select_related = ["content_type", "change"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("记录名称的开头。")
    ordering = ["-pk"]
    actions = ["restore"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return all that was deleted; to whoever may not undo, what they deleted themselves."""
        rows = super().get_queryset(request).filter(in_bin=True)
        return rows if may_undo(request) else rows.filter(change__user=request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search the beginnings of names."""
        term = search_term.strip()[:60]
        return queryset.filter(name__startswith=term) if term else queryset, False

    @admin.display(description=gettext_lazy("记录种类"))
    def what(self, obj: ChangedRecord) -> str:
        """Return the kind of the record."""
        return str(obj.content_type.name)

    @admin.display(description=gettext_lazy("删除时间"))
    def deleted(self, obj: ChangedRecord) -> str:
        """Return when it was deleted."""
        return f"{timezone.localtime(obj.change.made_at):%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("删除者"))
    def who(self, obj: ChangedRecord) -> str:
        """Return who deleted it."""
        return obj.change.user_name or _("系统")

    @admin.action(description=gettext_lazy("恢复"), permissions=["view"])
    def restore(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Bring the selected records back with all their parts."""
        title = _("恢复这些已删除的记录？")
        effects = [_("文章恢复后状态与删除时相同：删除时已发布的，读者又会看到。")]
        if page := asked(self, request, queryset, title=title, effects=effects):
            return page
        rows = queryset.select_related("before", "content_type", "change")
        for row in sorted(rows, key=restoring.rank, reverse=True):
            self._bring_back(request, row)
        return None

    def _bring_back(self, request: HttpRequest, row: ChangedRecord) -> None:
        try:
            _check_right(request, row)
            remarks = restoring.restore_deleted(row, request.user)
        except restoring.RestoreError as error:
            said = _("没有恢复“%(name)s”：%(why)s") % {"name": row.name, "why": error}
            messages.error(request, said)
            return
        for remark in remarks:
            messages.warning(request, f"{row.name}：{remark}")
        record, link = links(row)[:2]
        messages.success(
            request, format_html('{} <a href="{}">{}</a>', _("已恢复"), link, record)
        )

    def show(self, request: HttpRequest, row: ChangedRecord) -> HttpResponse:
        """Show what a deleted record said."""
        contents = comparing.contents(data_of(row.before)) if row.before else []
        context = {"title": row.name, "row": row, "contents": contents}
        return self.page(request, "deleted", context)


def _check_right(request: HttpRequest, row: ChangedRecord) -> None:
    """Refuse who may neither undo acts nor, any more, delete such a record."""
    if may_undo(request):
        return
    was = restoring.as_it_was(row)
    if isinstance(was, Article):
        allowed = workflow.may_delete(request.user, was)
    else:
        right = get_permission_codename("delete", was._meta)
        allowed = request.user.has_perm(f"{was._meta.app_label}.{right}")
    if not allowed:
        raise restoring.RestoreError(_("您没有这项权限。"))
