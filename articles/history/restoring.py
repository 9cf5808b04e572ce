"""Bringing back what was: a version of a record, what was deleted, all that one act changed."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Model, ProtectedError
from django.utils.translation import gettext as _

from articles.history.recording import Recording, recorded
from articles.history.states import PARTS, RECORDS, chunks, dumped, rows_of, states
from articles.history.versions import data_of
from articles.models import Article, Contributor, Issue, Page, TaggedArticle
from articles.models.change import Change, ChangedRecord
from articles.search.pending import indexed
from articles.tags import tags_named

# What a version has of these is of its time; whoever restores the text does not publish.
_OF_ITS_TIME = {"status", "publish_at", "scheduled_by", "entered_by", "preview_round"}
_CONSTRAINTS = "article_position_once_a_page"


class RestoreError(Exception):
    """A version cannot be restored, for a reason that an editor can understand."""


@dataclass(slots=True)
class Undone:
    """What became of the records of an act that was undone."""

    done: int = 0
    refused: list[tuple[ChangedRecord, str]] = field(default_factory=list)


def restore(version: Any, user: Any = None, note: str = "") -> list[str]:
    """Make a record what a version says, and say what could not be as it was.

    An article that is there keeps its status and owner, and its place if another has the
    former one; what was deleted comes back with all its parts. The restoration is an act of
    its own. RestoreError, and nothing is changed, where the version fits in nowhere.
    """
    model, pk, rows = _read(version)
    remarks: list[str] = []
    with recorded(user, note, Change.Kind.RESTORED), indexed(), transaction.atomic():
        stored = model._base_manager.select_for_update().filter(pk=pk).first()
        if model is Article:
            _find_place(rows[0]["fields"], stored, remarks)
        leave = _OF_ITS_TIME if stored is not None else set()
        _put(model, pk, stored, rows, leave, remarks)
    return remarks


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


def restore_deleted(record: ChangedRecord, user: Any = None) -> list[str]:
    """Bring back what was deleted, and say what could not be as it was; see ``restore``."""
    if record.before is None:
        raise RestoreError(_("以前的版本已清除。"))
    return restore(record.before, user, _("从回收站恢复"))


def place_first(record: ChangedRecord) -> int:
    """Return the order in which deleted records come back: articles after their places."""
    return -RECORDS.index(_model(record))


def work(progress: Any, change: int) -> dict[str, Any]:
    """Undo an act, as a background job; return its report."""
    act = Change.objects.get(pk=change)
    progress.total = act.count
    result = undo(act, tick=progress.tick)
    report: dict[str, Any] = {
        _("已撤销的记录"): result.done,
        _("没有撤销的记录"): len(result.refused),
    }
    for record, why in result.refused[:20]:
        report[record.name] = why
    return report


def left_alone(former: str, now: str) -> list[str]:
    """Return the fields that restoring does not touch, though they differ."""
    old, new = rows_of(former)[0]["fields"], rows_of(now)[0]["fields"]
    return [n for n in old if n in _OF_ITS_TIME and old[n] != new.get(n)]


def as_restored(former: str, now: str) -> str:
    """Return the state that restoring would make of what is there now, if its place is free."""
    rows, current = rows_of(former), rows_of(now)[0]["fields"]
    kept = {
        n: current[n]
        for n in current
        if n in _OF_ITS_TIME or n not in rows[0]["fields"]
    }
    rows[0]["fields"] = {**rows[0]["fields"], **kept}
    return dumped(rows)


# ---- One record


def _read(version: Any) -> tuple[type[Model], int, list[dict[str, Any]]]:
    model = version.content_type.model_class()
    if model not in RECORDS:
        raise RestoreError(_("这种记录已不存在。"))
    return model, int(version.object_id), rows_of(data_of(version))


def _put(
    model: type[Model],
    pk: int,
    stored: Any,
    rows: list[dict[str, Any]],
    leave: Collection[str],
    remarks: list[str],
) -> None:
    former = _built(rows[0])
    instance = stored or former
    for column in model._meta.concrete_fields:
        if column.name in rows[0]["fields"] and column.name not in leave:
            setattr(instance, column.attname, getattr(former, column.attname))
    instance.pk = pk
    _forget_who_is_gone(instance)
    _check(instance)
    try:
        with transaction.atomic():
            instance.save(force_insert=stored is None)
            if model in PARTS:
                _put_parts(model, instance, rows[1:], remarks)
    except (IntegrityError, ValidationError) as error:
        raise RestoreError(_("与现有的记录冲突。")) from error


def _put_parts(
    model: type[Model], whole: Any, rows: list[dict[str, Any]], remarks: list[str]
) -> None:
    # Only kinds of parts that differ: their rows are written anew.
    now = states(model, [whole.pk])[whole.pk].data
    current = rows_of(now)[1:]
    for part, key, _named in PARTS[model]:
        label = part._meta.label_lower
        wanted = [row for row in rows if row["model"] == label]
        if wanted == [row for row in current if row["model"] == label]:
            continue
        part._default_manager.filter(**{key: whole}).delete()
        for row in wanted:
            instance = _part(row, remarks)
            if instance is not None:
                setattr(instance, key, whole)
                instance.save()


def _part(row: dict[str, Any], remarks: list[str]) -> Any:
    """Return a row to store, None where what it names is gone for good."""
    fields = row["fields"]
    if row["model"] == TaggedArticle._meta.label_lower and "tag_name" in fields:
        name = fields["tag_name"]
        fields = {**fields, "tag": tags_named([name])[name]}
    contributor = fields.get("contributor")
    if contributor and not Contributor.objects.filter(pk=contributor).exists():
        same = Contributor.objects.filter(slug=fields.get("contributor_slug")).first()
        if same is None:
            name = fields.get("contributor_name", contributor)
            remarks.append(_("作者“%(name)s”已删除，署名没有恢复。") % {"name": name})
            return None
        fields = {**fields, "contributor": same.pk}
    instance = _built({**row, "fields": fields})
    _forget_who_is_gone(instance)
    return instance


def _built(row: dict[str, Any]) -> Any:
    """Return an instance of a row, of the columns that its model still has."""
    model = apps.get_model(row["model"])
    fields = {f.name: f for f in model._meta.concrete_fields}
    try:
        return model(
            **{
                fields[name].attname: fields[name].to_python(value)
                for name, value in row["fields"].items()
                if name in fields
            }
        )
    except ValidationError as error:
        raise RestoreError(
            _("这个版本读不出来：%(error)s") % {"error": " ".join(error.messages)}
        ) from error


def _forget_who_is_gone(instance: Any) -> None:
    """Empty what names records that are gone, where it may be empty."""
    for relation in instance._meta.concrete_fields:
        key = getattr(instance, relation.attname)
        if relation.is_relation and relation.null and key is not None:
            related = relation.related_model._base_manager
            if not related.filter(pk=key).exists():
                setattr(instance, relation.attname, None)


def _check(instance: Any) -> None:
    """Refuse what names records that are gone, or is in the way of others."""
    for relation in instance._meta.concrete_fields:
        if not relation.is_relation or getattr(instance, relation.attname) is None:
            continue
        related = relation.related_model._base_manager
        if not related.filter(pk=getattr(instance, relation.attname)).exists():
            what = relation.related_model._meta.verbose_name
            raise RestoreError(
                _("它所在的%(what)s已删除，请先从回收站恢复那条记录。") % {"what": what}
            )
    try:
        instance.validate_unique()
        # Of articles' places, which is looked after elsewhere, the database decides.
        instance.validate_constraints(
            exclude={"position"} if isinstance(instance, Article) else None
        )
    except ValidationError as error:
        raise RestoreError(" ".join(error.messages)) from error


# ---- Places


def _find_place(fields: dict[str, Any], stored: Any, remarks: list[str]) -> None:
    """Put a place into the fields that is free: the former one if it is."""
    page = Page.objects.filter(pk=fields["page"]).first()
    if page is None and stored is None:
        raise RestoreError(_("它所在的版面已删除，请先从回收站恢复那个版面。"))
    pk = stored.pk if stored else None
    if page and _is_free(page.pk, fields["position"], {pk}):
        return
    former = f"{page} {fields['position']}" if page else ""
    if stored is not None:
        fields.update(page=stored.page_id, position=stored.position)
        remarks.append(
            _("原来的位置“%(place)s”已有别的文章，位置没有改动。") % {"place": former}
            if page
            else _("原来的版面已删除，位置没有改动。")
        )
        return
    last = Article.objects.filter(page=page).aggregate(last=Max("position"))["last"]
    fields["position"] = (last or 0) + 1
    remarks.append(
        _("原来的位置“%(place)s”已有别的文章，排在本版最后。") % {"place": former}
    )


def _is_free(page: int, position: int, but: Iterable[int | None]) -> bool:
    there = Article.objects.filter(page=page, position=position)
    return not there.exclude(pk__in=[pk for pk in but if pk]).exists()


def _set_constraints(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_CONSTRAINTS} {when}")


# ---- An act


def _rank(record: ChangedRecord) -> int:
    """Return the order: places before articles where records come back, else after them."""
    order = RECORDS.index(_model(record))
    return order if record.before is None else -order


def _model(record: ChangedRecord) -> type[Model]:
    model: type[Model] | None = record.content_type.model_class()
    if model is None:
        raise RestoreError(_("这种记录已不存在。"))
    return model


def _present(
    records: list[ChangedRecord], recording: Recording
) -> dict[tuple[type[Model], int], str]:
    """Return the states of those of the records that are there.

    The recording hears of them here, many at a time, and not again when each is stored.
    """
    found = {}
    for model in {_model(record) for record in records}:
        pks = (record.object_id for record in records if _model(record) is model)
        for chunk in chunks(pks):
            recording.changing(model, chunk, (), False)
            now = states(model, chunk)
            found.update({(model, pk): state.data for pk, state in now.items()})
    return found


def _undo(
    record: ChangedRecord, present: dict[Any, str], mine: set[int], only_row: bool
) -> None:
    model, pk = _model(record), record.object_id
    now = present.get((model, pk))
    if record.after is None and not record.in_bin and now is None:
        raise RestoreError(_("以前的版本已清除。"))
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
    rows = _read(record.before)[2]
    if model is Article:
        place = rows[0]["fields"]
        if not _is_free(place["page"], place["position"], mine):
            raise RestoreError(_("原来的位置已有别的文章。"))
    _put(model, pk, stored, rows[:1] if only_row else rows, (), [])


def same(former: str, latter: str) -> bool:
    """Return whether two states say the same, in the columns that the former knows."""
    old, new = rows_of(former), rows_of(latter)
    return len(old) == len(new) and all(
        a["model"] == b["model"] and a["fields"] == _only(b, a)
        for a, b in zip(old, new, strict=True)
    )


def _only(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in row["fields"].items() if n in like["fields"]}


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
