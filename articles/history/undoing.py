"""Undoing an act: all records that it changed become what they were before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from articles.history.recording import Recording, recorded
from articles.history.restoring import RestoreError, is_free, model_of, put, read
from articles.history.states import RECORDS, chunks, same, states
from articles.history.versions import data_of
from articles.models import Article, Issue, Page, TaggedArticle
from articles.models.change import Change, ChangedRecord
from articles.search.pending import indexed

# Of so many records it is told what became of them.
TOLD = 20
_CONSTRAINTS = "article_position_once_a_page"


@dataclass(slots=True)
class Undone:
    """What became of the records of an act that was undone."""

    done: int = 0
    refused: list[tuple[ChangedRecord, str]] = field(default_factory=list)


def undo(
    change: Change, user: Any = None, tick: Callable[[], None] = lambda: None
) -> Undone:
    """Bring the records of an act back to what they were before it.

    What was changed since stays as it is, and is told of.
    """
    result = Undone()
    records = sorted(
        change.records.select_related("before", "after", "content_type"),
        key=lambda row: (row.before is None, _rank(row), row.after is None),
    )
    note = _("撤销 %(change)s") % {"change": change}
    with recorded(user, note, Change.Kind.UNDONE) as recording, indexed():
        recording.undoes = change
        _set_constraints("DEFERRED")
        present = _present(records, recording)
        mine = {r.object_id for r in records if r.content_type.model == "article"}
        # First the rows that come back, for others to name; then all with their parts, of
        # which those that come back may take some from others: a tag its other names.
        refused: set[int] = set()
        for record, only_row in [
            *((record, True) for record in records if record.after is None),
            *((record, False) for record in records),
        ]:
            if record.pk in refused:
                continue
            try:
                with transaction.atomic():
                    _undo(record, present, mine, only_row)
            except RestoreError as error:
                refused.add(record.pk)
                result.refused.append((record, str(error)))
            if not only_row:
                tick()
        result.done = len(records) - len(refused)
        _set_constraints("IMMEDIATE")
    return result


def work(progress: Any, change: int) -> dict[str, Any]:
    """Undo an act, as a background job; return its report."""
    act = Change.objects.get(pk=change)
    progress.total = act.count
    result = undo(act, tick=progress.tick)
    report: dict[str, Any] = {
        _("已撤销的记录"): result.done,
        _("没有撤销的记录"): len(result.refused),
    }
    if result.refused:
        report[_("没有撤销的原因")] = listed(result.refused)
    return report


def listed(said: list[tuple[ChangedRecord, str]]) -> list[str]:
    """Return what is said of records, a line each, as far as anybody reads."""
    lines = [f"{record.name}：{what}" for record, what in said[:TOLD]]
    if more := len(said) - len(lines):
        lines.append(_("以及另外 %(more)d 条") % {"more": more})
    return lines


# ---- Its records


def _rank(record: ChangedRecord) -> int:
    """Return the order: places before articles where records come back, else after them."""
    order = RECORDS.index(model_of(record))
    return order if record.before is None else -order


def _present(
    records: list[ChangedRecord], recording: Recording
) -> dict[tuple[type[Model], int], str]:
    """Return the states of those of the records that are there, which nobody changes now.

    The recording hears of them here, many at a time, and not again when each is stored.
    """
    found = {}
    for model in {model_of(record) for record in records}:
        pks = (record.object_id for record in records if model_of(record) is model)
        for chunk in chunks(pks):
            locked = model._base_manager.select_for_update(no_key=True).order_by("pk")
            list(locked.filter(pk__in=chunk).values_list("pk"))
            recording.changing(model, chunk, (), False)
            now = states(model, chunk)
            found.update({(model, pk): state.data for pk, state in now.items()})
    return found


def _undo(
    record: ChangedRecord, present: dict[Any, str], mine: set[int], only_row: bool
) -> None:
    pruned = record.before is None or record.after is None
    if pruned and (record.fields or record.before is record.after):
        # ``deleterevisions`` took it: this is neither a new record nor a deleted one.
        raise RestoreError(_("以前的版本已清除。"))
    model, pk = model_of(record), record.object_id
    now = present.get((model, pk))
    if now is None and record.after is not None:
        raise RestoreError(_("后来被删除了。"))
    if now is not None and record.after is None:
        raise RestoreError(_("已经恢复。"))
    if now is not None and not same(data_of(record.after), now):
        raise RestoreError(_("后来又有改动。"))
    stored = model._base_manager.select_for_update().filter(pk=pk).first()
    if record.before is None:
        _remove(stored)
        return
    rows = read(record.before)[2]
    if model is Article:
        place = rows[0]["fields"]
        if not is_free(place["page"], place["position"], mine):
            raise RestoreError(_("原来的位置已有别的文章。"))
    put(model, pk, stored, rows[:1] if only_row else rows, (), [])


def _remove(instance: Any) -> None:
    """Delete what an act had added, if nothing else depends on it by now."""
    if isinstance(instance, Page | Issue):
        rows = instance.articles if isinstance(instance, Page) else instance.pages
        if rows.exists():
            raise RestoreError(_("其中已有别的内容。"))
    tagged = TaggedArticle.objects.filter(tag=instance.pk)
    if instance._meta.label_lower == "taggit.tag" and tagged.exists():
        raise RestoreError(_("已有别的文章用它。"))
    try:
        instance.delete()
    except ProtectedError as error:
        raise RestoreError(_("已有别的记录用它。")) from error


def _set_constraints(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_CONSTRAINTS} {when}")
