"""Recording what a block changes: the versions before and after, who, when and why."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.history import versions
from articles.history.states import (
    PART_MODELS,
    RECORDS,
    State,
    changed_fields,
    chunks,
    rows_of,
    states,
)
from articles.models import Article, Issue, Page, TagEntry
from articles.models.change import MAX_NAME, Change, ChangedRecord
from articles.models.watched import watched_by

Kind = Change.Kind
Key = tuple[type[Model], int]

# A user that no request names: whoever started the job.
_actor: ContextVar[Any] = ContextVar("actor", default=None)


class Recording:
    """What a block changes, as it is heard of while the block runs."""

    def __init__(self, user: Any, note: str, kind: str) -> None:
        self.user = user
        self.note = note
        self.kind = kind
        self.undoes: Change | None = None
        # Of each record in the order of their changes, the state before: None is a new one.
        self._before: dict[Key, State | None] = {}

    def describe(self, *, note: str = "", kind: str = "", user: Any = None) -> None:
        """Say what is being done, in the words of whoever knows best."""
        self.note = note or self.note
        self.kind = kind or self.kind
        self.user = user or self.user

    # ---- What is heard

    def changing(
        self,
        model: type[Model],
        pks: Iterable[Any],
        article_ids: Iterable[int | None],
        gone: bool,
    ) -> None:
        """Note the state of records that will be changed or deleted."""
        if model in RECORDS:
            self._note(model, pks)
        if model in PART_MODELS:
            self._note(PART_MODELS[model], article_ids)
        elif gone and model is Tag:
            below = TagEntry.objects.filter(parent__in=list(pks))
            self._note(Tag, below.values_list("tag", flat=True))
        elif gone and model in (Issue, Page):
            if model is Issue:
                pages = Page._base_manager.filter(issue__in=list(pks))
                self._note(Page, pages.values_list("pk", flat=True))
            self._note(Article, article_ids)

    def created(self, model: type[Model], pks: Iterable[Any]) -> None:
        """Note that there was no state before."""
        if model in RECORDS:
            for pk in pks:
                self._before.setdefault((model, pk), None)

    def _note(self, model: type[Model], pks: Iterable[int | None]) -> None:
        new = {pk: None for pk in pks if pk is not None}
        for chunk in chunks(pk for pk in new if (model, pk) not in self._before):
            found = states(model, chunk)
            # One that is not there is stored under a key that its maker chose.
            self._before.update({(model, pk): found.get(pk) for pk in chunk})

    # ---- The end

    def finish(self) -> None:
        """Store versions and rows of all that differs from what it was."""
        changed = dict(self._changed())
        if not changed:
            return
        keys = list(changed)
        change = _act(self, changed)
        if self.undoes:
            Change.objects.filter(pk=self.undoes.pk).update(undone_by=change)
        before = self._versions_before(keys)
        after = versions.store(
            [
                versions.Kept(*key, state)
                for key, (_former, state) in changed.items()
                if state
            ],
            self.user,
            self.note,
        )
        ChangedRecord.objects.bulk_create(
            (
                _record(change, key, *changed[key], before.get(key), after.get(key))
                for key in keys
            ),
            batch_size=500,
        )
        _out_of_bin(after)

    def _changed(self) -> Iterator[tuple[Key, tuple[State | None, State | None]]]:
        after: dict[Key, State] = {}
        for model in {model for model, _pk in self._before}:
            pks = [pk for m, pk in self._before if m is model]
            for chunk in chunks(pks):
                found = states(model, chunk)
                after |= {(model, pk): state for pk, state in found.items()}
        for key, former in self._before.items():
            latter = after.get(key)
            if (former and former.data) != (latter and latter.data):
                yield key, (former, latter)

    def _versions_before(self, keys: Iterable[Key]) -> dict[Key, int]:
        """Return the versions of the states before, stored where nobody did yet."""
        known: dict[Key, int] = {}
        missing: list[versions.Kept] = []
        existed = [key for key in keys if self._before[key]]
        for model in {model for model, _pk in existed}:
            for chunk in chunks(pk for m, pk in existed if m is model):
                newest = versions.newest(model, chunk)
                for pk in chunk:
                    state, version = self._before[model, pk], newest.get(pk)
                    if state and version and version.serialized_data == state.data:
                        known[model, pk] = version.pk
                    elif state:
                        missing.append(versions.Kept(model, pk, state))
        # Who made this state is not known: it was not made here.
        return known | versions.store(missing, None, _("记录之前的状态"))


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recorded(user: Any = None, note: str = "", kind: str = "") -> Iterator[Recording]:
    """Run a block in a transaction; all that it changes is one act in the history.

    Within another block this one only says more of what that one does. Changes that pass the
    models by (SQL, ``bulk_update`` of other managers) are recorded if ``keep_all`` was told
    of the records before. The kind is found from the changes where none is given.
    """
    outer = _recording.get()
    if outer is not None:
        outer.describe(note=note, kind=kind)
        yield outer
        return
    recording = Recording(user or _actor.get(), note, kind)
    token = _recording.set(recording)
    try:
        with transaction.atomic():
            with watched_by(recording):
                yield recording
            if not transaction.get_rollback():
                recording.finish()
    finally:
        _recording.reset(token)


@contextmanager
def acting(user: Any) -> Iterator[None]:
    """Let what is recorded within the block be this user's, where nobody else is named."""
    token = _actor.set(user)
    try:
        yield
    finally:
        _actor.reset(token)


def actor() -> Any:
    """Return whose act is recorded, None where nobody's is."""
    recording = _recording.get()
    return recording.user if recording else _actor.get()


def describe(note: str = "", kind: str = "") -> None:
    """Say what the running act is, in the history; nothing where none is recorded."""
    if recording := _recording.get():
        recording.describe(note=note, kind=kind)


def keep_all(records: QuerySet, comment: str) -> None:
    """Keep records as they are. Call it before they change, in the same transaction.

    Within ``recorded`` they become part of its act; elsewhere one revision keeps them all.
    """
    model = records.model
    pks = list(records.order_by().values_list("pk", flat=True))
    if recording := _recording.get():
        recording.describe(note=recording.note or comment)
        recording.changing(model, pks, (), False)
        return
    for chunk in chunks(pks):
        kept = states(model, chunk)
        versions.store(
            [versions.Kept(model, pk, state) for pk, state in kept.items()],
            _actor.get(),
            comment,
        )


def keep(record: Any, comment: str) -> None:
    """Keep one record as it is. Call it before a change, in the same transaction."""
    keep_all(type(record)._base_manager.filter(pk=record.pk), comment)


def imported(user: Any, note: str, name: str, count: int) -> None:
    """Write down that so many new articles came in, the first of this name.

    They have no versions until somebody changes them: a million would take as long again.
    """
    user = user or _actor.get()
    Change.objects.create(
        user=user,
        user_name=user.get_username() if user else "",
        kind=Kind.IMPORTED,
        note=note,
        content_type=ContentType.objects.get_for_model(Article),
        name=name[:MAX_NAME],
        count=count,
    )


# ---- Rows


def _act(
    recording: Recording, changed: dict[Key, tuple[State | None, State | None]]
) -> Change:
    (model, _first), (before, after) = next(iter(changed.items()))
    user = recording.user
    return Change.objects.create(
        user=user,
        user_name=user.get_username() if user else "",
        kind=recording.kind
        or _kind(before, after, sum(m is model for m, _pk in changed)),
        note=recording.note,
        content_type=ContentType.objects.get_for_model(model),
        name=(after or before or State("", "")).name[:MAX_NAME],
        count=len(changed),
    )


def _kind(before: State | None, after: State | None, count: int) -> Change.Kind:
    if before is None or after is None:
        return Kind.ADDED if before is None else Kind.DELETED
    fields = changed_fields(before.data, after.data)
    if "status" in fields:
        status = rows_of(after.data)[0]["fields"]["status"]
        known = {
            Article.Status.PUBLISHED.value: Kind.PUBLISHED,
            Article.Status.WITHDRAWN.value: Kind.WITHDRAWN,
        }
        return known.get(status, Kind.EDITED)
    return Kind.EDITED if count == 1 else Kind.BULK


def _record(
    change: Change,
    key: Key,
    former: State | None,
    latter: State | None,
    before: int | None,
    after: int | None,
) -> ChangedRecord:
    model, pk = key
    return ChangedRecord(
        change=change,
        content_type=ContentType.objects.get_for_model(model),
        object_id=pk,
        name=(latter or former or State("", "")).name,
        fields=changed_fields(former.data, latter.data) if former and latter else [],
        before_id=before,
        after_id=after,
        in_bin=latter is None,
    )


def _out_of_bin(stored: Iterable[Key]) -> None:
    """Note of records that are there what is in the bin no longer."""
    for model in {model for model, _pk in stored}:
        binned = ChangedRecord.objects.filter(
            in_bin=True,
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[pk for m, pk in stored if m is model],
        )
        binned.update(in_bin=False)
