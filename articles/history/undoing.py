"""Undoing an act: all records that it changed become what they were before."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, ProtectedError, Q
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.history import undoing_tags
from articles.history.recording import Recording, recorded
from articles.history.restoring import (
    RestoreError,
    is_free,
    model_of,
    put,
    rank,
    read,
)
from articles.history.states import chunks, same, states
from articles.history.versions import data_of
from articles.models import Article, Issue, Page, TagEntry, TaggedArticle
from articles.models.base import deferred, locked
from articles.models.change import Change, ChangedRecord
from articles.models.tag_entry import ancestors, lock_tree
from articles.search.pending import indexed

# Of so many records it is told what became of them.
TOLD = 20
MOST_COUNTED = 5_000


@dataclass(slots=True)
class Undone:
    """What became of the records of an act that was undone."""

    done: int = 0
    refused: list[tuple[ChangedRecord, str]] = field(default_factory=list)
    # What could not be as it was.
    remarks: list[tuple[ChangedRecord, str]] = field(default_factory=list)


class _Whole(Exception):  # noqa: N818 - nothing is wrong
    """An act that is undone as a whole or not at all, and cannot be."""


def undo(
    change: Change, user: Any = None, tick: Callable[[], None] = lambda: None
) -> Undone:
    """Bring the records of an act back to what they were before it.

    What was changed since stays as it is, and is told of. An act that made tags go, such as a
    merge, is undone for all of its tags or not at all: half of them would be neither.
    """
    result = Undone()
    note = _("撤销 %(change)s") % {"change": change}
    try:
        with (
            recorded(user, note, Change.Kind.UNDONE) as recording,
            indexed(),
            transaction.atomic(),
            deferred("article_position_once_a_page"),
        ):
            _Undoing(change, recording, result, tick).run()
            recording.undoes = change
    except _Whole:
        result.done = 0
    return result


def articles_touched(change: Change) -> int:
    """Return how many articles undoing an act indexes beside those that are its records.

    They have a tag that gets its former name; very many are counted up to ``MOST_COUNTED``.
    """
    tags = change.records.filter(
        Q(fields__contains=["name"]) | Q(fields__contains=["slug"]),
        content_type=ContentType.objects.get_for_model(Tag),
    )
    links = TaggedArticle.objects.filter(tag__in=tags.values("object_id"))
    return links.order_by()[:MOST_COUNTED].count()


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
    if result.remarks:
        report[_("没有照旧的")] = listed(result.remarks)
    return report


def listed(said: list[tuple[ChangedRecord, str]]) -> list[str]:
    """Return what is said of records, a line each, as far as anybody reads."""
    lines = [f"{record.name}：{what}" for record, what in said[:TOLD]]
    if more := len(said) - len(lines):
        lines.append(_("以及另外 %(more)d 条") % {"more": more})
    return lines


# ---- Its records


class _Undoing:
    """The records of one act on their way back, in the order in which they can be."""

    def __init__(
        self,
        change: Change,
        recording: Recording,
        result: Undone,
        tick: Callable[[], None],
    ) -> None:
        self.records = list(
            change.records.select_related("before", "after", "content_type")
        )
        self.recording = recording
        self.result = result
        self.tick = tick
        self.mine: dict[type[Model], set[int]] = defaultdict(set)
        for record in self.records:
            try:
                self.mine[model_of(record)].add(record.object_id)
            except RestoreError as error:
                self.result.refused.append((record, str(error)))
                raise _Whole from error

    def run(self) -> None:
        """Bring back what can be, and note in the result what was refused."""
        tagged = undoing_tags.of_articles(self.records)
        only_tags = {record.pk for record in tagged}
        others = [record for record in self.records if record.pk not in only_tags]
        if Tag in self.mine:
            lock_tree()
        self.present = _present(others, self.recording)
        # First the rows that come back, for others to name; then all with their parts, of
        # which those that come back may take some from others: a tag its other names.
        others.sort(key=lambda row: (_rank(row), row.after is None))
        former = [record for record in others if record.before or record.after is None]
        self._all((r for r in former if r.after is None), only_row=True)
        self._all(former)
        self._refuse_half_of_tags()
        self._tags_of_articles(tagged)
        added = [record for record in others if not record.before and record.after]
        self._all(sorted(added, key=_rank_added))
        self._refuse_names_of_two()
        self.result.done = len(self.records) - len(self.result.refused)

    def _all(self, records: Iterable[ChangedRecord], only_row: bool = False) -> None:
        refused = {record.pk for record, _why in self.result.refused}
        for record in records:
            if record.pk in refused:
                continue
            remarks: list[str] = []
            try:
                with transaction.atomic():
                    self._undo(record, only_row, remarks)
            except RestoreError as error:
                self.result.refused.append((record, str(error)))
            if not only_row:
                self.result.remarks += [(record, said) for said in remarks]
                self.tick()

    def _refuse_half_of_tags(self) -> None:
        tags = [record for record in self.records if model_of(record) is Tag]
        refused = [row for row in self.result.refused if model_of(row[0]) is Tag]
        if refused and any(record.after is None for record in tags):
            self.result.refused = refused
            raise _Whole

    def _refuse_names_of_two(self) -> None:
        refused = [row for row in self.result.refused if model_of(row[0]) is Tag]
        added = [record for record, _why in refused if not record.before]
        tags = [record for record in self.records if model_of(record) is Tag]
        if undoing_tags.claim(tags, added):
            self.result.refused = refused
            raise _Whole

    def _tags_of_articles(self, records: list[ChangedRecord]) -> None:
        for chunk in chunks(record.object_id for record in records):
            self.recording.changing(Article, chunk, (), False)
        self.result.refused += undoing_tags.retag(records)
        for _record in records:
            self.tick()

    def _undo(self, record: ChangedRecord, only_row: bool, remarks: list[str]) -> None:
        if record.is_pruned:
            raise RestoreError(_("以前的版本已清除。"))
        model, pk = model_of(record), record.object_id
        rows = read(record.before)[2] if record.before else []
        if model is Tag and rows:
            reason = undoing_tags.in_the_way(pk, rows, self.mine[Tag])
            if reason:
                raise RestoreError(reason)
        now = self.present.get((model, pk))
        if now is None and record.after is not None:
            raise RestoreError(_("后来被删除了。"))
        if now is not None and record.after is None:
            raise RestoreError(_("已经恢复。"))
        if now is not None and not same(data_of(record.after), now):
            raise RestoreError(_("后来又有改动。"))
        stored = model._base_manager.filter(pk=pk).first()
        if not rows:
            _remove(stored)
            return
        if model is Article:
            place = rows[0]["fields"]
            if not is_free(place["page"], place["position"], self.mine[Article]):
                raise RestoreError(_("原来的位置已有别的文章。"))
        if model is Tag and not only_row:
            undoing_tags.free_names(pk, rows, self.mine[Tag])
        put(model, pk, stored, rows[:1] if only_row else rows, (), remarks)


def _rank(record: ChangedRecord) -> int:
    """Return the order: places before articles where records come back, else after them."""
    return rank(record) if record.before is None else -rank(record)


def _rank_added(record: ChangedRecord) -> tuple[int, int]:
    """Return the order of what goes: a narrower tag before the one that it stands below."""
    level = len(ancestors(record.object_id)) if model_of(record) is Tag else 0
    return _rank(record), -level


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
            locked(model, chunk)
            recording.changing(model, chunk, (), False)
            now = states(model, chunk)
            found.update({(model, pk): state.data for pk, state in now.items()})
    return found


def _remove(instance: Any) -> None:
    """Delete what an act had added, if nothing else depends on it by now."""
    if isinstance(instance, Page | Issue):
        rows = instance.articles if isinstance(instance, Page) else instance.pages
        if rows.exists():
            raise RestoreError(_("其中已有别的内容。"))
    if isinstance(instance, Tag):
        if TaggedArticle.objects.filter(tag=instance).exists():
            raise RestoreError(_("已有别的文章用它。"))
        if TagEntry.objects.filter(parent=instance).exists():
            raise RestoreError(_("它下面还有别的标签。"))
    try:
        instance.delete()
    except ProtectedError as error:
        raise RestoreError(_("已有别的记录用它。")) from error
