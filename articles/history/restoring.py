"""Bringing back what was: a version of a record, and what was deleted."""

from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.history.recording import recorded
from articles.history.states import PARTS, RECORDS, dumped, rows_of, states
from articles.history.versions import data_of
from articles.models import Article, Contributor, Page, TaggedArticle
from articles.models.change import Change, ChangedRecord
from articles.search.pending import indexed
from articles.tags import tags_named

# What a version has of these is of its time; whoever restores the text does not publish.
_OF_ITS_TIME = {"status", "publish_at", "scheduled_by", "entered_by", "preview_round"}


class RestoreError(Exception):
    """A version cannot be restored, for a reason that an editor can understand."""


def restore(version: Any, user: Any = None, note: str = "") -> list[str]:
    """Make a record what a version says, and say what could not be as it was.

    An article that is there keeps its status and owner, and its place if another has the
    former one; what was deleted comes back with all its parts. The restoration is an act of
    its own. RestoreError, and nothing is changed, where the version fits in nowhere.
    """
    model, pk, rows = read(version)
    remarks: list[str] = []
    # The savepoint outside of ``indexed``: where this one is refused, others still come back.
    with recorded(user, note, Change.Kind.RESTORED), transaction.atomic(), indexed():
        stored = model._base_manager.select_for_update().filter(pk=pk).first()
        if model is Article:
            _find_place(rows[0]["fields"], stored, remarks)
        leave = _OF_ITS_TIME if stored is not None else set()
        put(model, pk, stored, rows, leave, remarks)
    return remarks


def restore_deleted(record: ChangedRecord, user: Any = None) -> list[str]:
    """Bring back what was deleted, and say what could not be as it was; see ``restore``."""
    if record.before is None:
        raise RestoreError(_("以前的版本已清除。"))
    return restore(record.before, user, _("从回收站恢复"))


def rank(record: ChangedRecord) -> int:
    """Return the place of a record's kind in ``RECORDS``; one that is no more comes last."""
    model = ContentType.objects.get_for_id(record.content_type_id).model_class()
    return RECORDS.index(model) if model in RECORDS else len(RECORDS)


def as_it_was(record: ChangedRecord) -> Any:
    """Return a record before it was deleted, an instance that is not stored."""
    if record.before is None:
        raise RestoreError(_("以前的版本已清除。"))
    return _built(read(record.before)[2][0])


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


def read(version: Any) -> tuple[type[Model], int, list[dict[str, Any]]]:
    """Return whose version it is, and its rows."""
    return model_of(version), int(version.object_id), rows_of(data_of(version))


def put(
    model: type[Model],
    pk: int,
    stored: Any,
    rows: list[dict[str, Any]],
    leave: Collection[str],
    remarks: list[str],
) -> None:
    """Make a record, or its ``stored`` row, what rows say, but for the columns to leave."""
    former = _built(rows[0])
    instance = stored or former
    preview_round = getattr(stored, "preview_round", 0)
    # All articles of a tag are indexed with its row: not where only its parts differ.
    to_store = stored is None or model is not Tag
    for column in model._meta.concrete_fields:
        if column.name in rows[0]["fields"] and column.name not in leave:
            value = getattr(former, column.attname)
            to_store |= value != getattr(instance, column.attname)
            setattr(instance, column.attname, value)
    instance.pk = pk
    if isinstance(instance, Article):
        # Links that were ended do not hold again.
        instance.preview_round = max(preview_round, instance.preview_round)
        _forget_missed_time(instance, remarks)
    _forget_who_is_gone(instance)
    _check(instance)
    try:
        with transaction.atomic():
            if to_store:
                instance.save(force_insert=stored is None)
            if model in PARTS:
                _put_parts(model, instance, rows[1:], remarks)
    except ValidationError as error:
        raise RestoreError(" ".join(error.messages)) from error
    except IntegrityError as error:
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


def _forget_missed_time(article: Article, remarks: list[str]) -> None:
    """Empty a time of publishing that is over: to be brought back is not to be published."""
    if article.is_published or article.publish_at is None:
        return
    if article.publish_at <= timezone.now():
        article.publish_at = article.scheduled_by_id = None
        remarks.append(_("定时发布的时间已过，没有发布。"))


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
    if page and is_free(page.pk, fields["position"], {pk}):
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


def is_free(page: int, position: int, but: Iterable[int | None]) -> bool:
    """Return whether no article but these stands at the place."""
    there = Article.objects.filter(page=page, position=position)
    return not there.exclude(pk__in=[pk for pk in but if pk]).exists()


def model_of(row: Any) -> type[Model]:
    """Return which kind of record a row is of. Raise RestoreError where there is none any more."""
    kind = ContentType.objects.get_for_id(row.content_type_id)
    model: type[Model] | None = kind.model_class()
    if model is None or model not in RECORDS:
        raise RestoreError(_("这种记录已不存在。"))
    return model
