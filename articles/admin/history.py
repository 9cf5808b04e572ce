"""The history of a record: its versions, two of them side by side, and bringing one back."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.history import comparing, restoring
from articles.history.states import RECORDS, same, states
from articles.history.versions import data_of, versions_of
from articles.models import ChangedRecord
from articles.models.base import locked

PER_PAGE = 50
NOW = "now"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version as the list shows it."""

    pk: int
    made_at: Any
    who: str
    kind: str
    note: str
    changed: list[str]
    is_newest: bool
    # The version before it, None of the first.
    former: int | None


class RecordHistory:
    """A mixin of admins: the pages of the history of their records."""

    model: Any
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of comparing and restoring versions."""
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        if self.model not in RECORDS:
            return urls
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        compare: Callable[..., HttpResponse] = self.compare_view
        restore: Callable[..., HttpResponse] = self.restore_view
        return [
            path(
                "<int:pk>/history/compare/",
                self.admin_site.admin_view(compare),
                name=f"{name}_compare",
            ),
            path(
                "<int:pk>/history/<int:version>/restore/",
                self.admin_site.admin_view(restore),
                name=f"{name}_restore",
            ),
            *urls,
        ]

    # ---- Pages

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """List the versions of a record, newest first."""
        if self.model not in RECORDS:
            response: HttpResponse = super().history_view(  # type: ignore[misc]
                request, object_id, extra_context
            )
            return response
        record = self._record(request, object_id)
        every = self.visible_versions(request, record)
        paginator = Paginator(every.select_related("revision__user"), PER_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        versions = list(page.object_list)
        newest = every.first()
        context = {
            "page": page,
            "entries": _entries(self.model, every, versions, newest),
            "unrecorded": bool(newest)
            and not same(data_of(newest), _now(self.model, record.pk)),
        }
        title = _("%(record)s 的历史") % {"record": record}
        return self._page(request, record, "record", {"title": title, **context})

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show two versions side by side, ``a`` and ``b``; one may be what is there now."""
        record = self._record(request, str(pk))
        left, right = (
            self._version(request, record, request.GET.get(side, NOW))
            for side in ("a", "b")
        )
        texts = [data_of(v) if v else _now(self.model, pk) for v in (left, right)]
        context = {
            "title": _("比较 %(record)s 的两个版本") % {"record": record},
            "left": left,
            "right": right,
            "comparison": comparing.compared(*texts),
        }
        return self._page(request, record, "compare", context)

    def restore_view(self, request: HttpRequest, pk: int, version: int) -> HttpResponse:
        """Ask whether to bring a version back, and what that changes; then do it."""
        if request.method == "POST":
            # What is compared with what was shown is what is then changed.
            locked(self.model, [pk])
        record = self._record(request, str(pk))
        if not self.has_change_permission(request, record):  # type: ignore[attr-defined]
            raise PermissionDenied
        former = self._version(request, record, str(version))
        now = _now(self.model, pk)
        shown = blake2s(now.encode()).hexdigest()
        if request.method == "POST":
            if request.POST.get("shown") == shown:
                return self._restore(request, record, former)
            messages.warning(request, _("这条记录刚刚又有改动，请再核对一次。"))
        kept = restoring.left_alone(data_of(former), now)
        context = {
            "title": _("把 %(record)s 恢复成以前的版本？") % {"record": record},
            "right": former,
            "comparison": comparing.compared(
                now, restoring.as_restored(data_of(former), now)
            ),
            "kept": comparing.labels(self.model, kept),
            "shown": shown,
        }
        return self._page(request, record, "restore", context)

    # ---- What they need

    def visible_versions(self, request: HttpRequest, record: Any) -> QuerySet[Any]:
        """Return the versions of a record that the user may see, newest first."""
        return versions_of(self.model, [record.pk])

    def _restore(
        self, request: HttpRequest, record: Any, version: Any
    ) -> HttpResponseRedirect:
        note = _("恢复 %(time)s 的版本") % {"time": time_of(version)}
        try:
            remarks = restoring.restore(version, request.user, note)
        except restoring.RestoreError as error:
            messages.error(request, _("没有恢复：%(why)s") % {"why": error})
            return HttpResponseRedirect(self._address("history", record.pk))
        for remark in remarks:
            messages.warning(request, remark)
        messages.success(request, _("已恢复。恢复前的内容也在历史里。"))
        return HttpResponseRedirect(self._address("change", record.pk))

    def _record(self, request: HttpRequest, object_id: str) -> Any:
        """Return a record that the user may see."""
        record = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if record is None:
            raise Http404(object_id)
        if not self.has_view_or_change_permission(request, record):  # type: ignore[attr-defined]
            raise PermissionDenied
        return record

    def _version(self, request: HttpRequest, record: Any, asked: str) -> Any:
        """Return the version of the record that is asked for, None for what is there now."""
        if asked == NOW:
            return None
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
            raise BadRequest(f"no version: {asked}")
        found = self.visible_versions(request, record).filter(pk=int(asked))
        version = found.select_related("revision__user").first()
        if version is None:
            raise Http404(asked)
        return version

    def _address(self, page: str, pk: int) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[pk])

    def _page(
        self, request: HttpRequest, record: Any, name: str, context: dict[str, Any]
    ) -> TemplateResponse:
        every = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "record": record,
            "may_restore": self.has_change_permission(request, record),  # type: ignore[attr-defined]
            "list_url": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            ),
            "change_url": self._address("change", record.pk),
            "history_url": self._address("history", record.pk),
            "compare_url": self._address("compare", record.pk),
            **context,
        }
        return TemplateResponse(request, f"admin/history/{name}.html", every)


def time_of(version: Any) -> str:
    """Return when a version was made, to the minute."""
    return f"{timezone.localtime(version.revision.date_created):%Y-%m-%d %H:%M}"


def _now(model: Any, pk: int) -> str:
    state = states(model, [pk]).get(pk)
    if state is None:
        raise Http404(str(pk))
    return state.data


def _entries(
    model: Any, every: QuerySet[Any], versions: list[Any], newest: Any
) -> list[Entry]:
    """Return versions with the acts that they came of; ``every`` is what the user may see."""
    keys = [version.pk for version in versions]
    rows = ChangedRecord.objects.filter(after__in=keys).select_related("change")
    acts = {row.after_id: row for row in rows}
    former: list[Any] = [version.pk for version in versions[1:]]
    if versions:
        oldest = every.filter(pk__lt=versions[-1].pk).first()
        former.append(oldest.pk if oldest else None)
    return [
        _entry(model, version, acts.get(version.pk), version.pk == newest.pk, before)
        for version, before in zip(versions, former, strict=True)
    ]


def _entry(model: Any, version: Any, row: Any, is_newest: bool, before: Any) -> Entry:
    revision = version.revision
    user = revision.user
    return Entry(
        pk=version.pk,
        made_at=revision.date_created,
        who=row.change.user_name if row else user.get_username() if user else "",
        kind=row.change.get_kind_display() if row else "",
        note=row.change.note if row else revision.comment,
        changed=comparing.labels(model, row.fields) if row else [],
        is_newest=is_newest,
        former=before,
    )
