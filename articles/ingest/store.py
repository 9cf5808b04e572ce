"""Writing records: each batch whole, in one transaction, with its search documents.

An article is known by its place (publication, date, edition, page, position). What is there
with the same digest is left alone; what is new goes in by COPY; what has changed is updated,
its former text kept in its history. So the same input twice changes nothing, and an import
that was killed goes on when it is run again.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from django.db import connection, transaction

from articles import history, workflow
from articles.ingest import picture_store
from articles.ingest.export import record_of, whole_articles
from articles.ingest.formats import Rejected
from articles.ingest.new_articles import (
    Placed,
    columns,
    insert,
    needs_review,
    parts,
    regions,
)
from articles.ingest.places import Place, Places
from articles.ingest.prepare import Prepared
from articles.ingest.record import RecordError
from articles.models import Article, Change, Paragraph, Photo, Region
from articles.models.base import locked
from articles.search.pending import indexed, touch

_DRAFT = Article.Status.DRAFT.value
# GIN merges what is new into its trees when its list of pending entries is full: the longer
# the list, the less work in all (measured: COPY in two fifths of the time), but searches read
# the list. So it is longer than usual while an import runs, and is emptied at its end.
_BULK = (
    "gin_pending_list_limit = '32MB'",
    "work_mem = '64MB'",
    "maintenance_work_mem = '128MB'",
)


@dataclass(slots=True)
class Outcome:
    """What became of the records of a batch."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    to_review: int = 0
    pictures: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count another batch in; what it rejected is the caller's to report."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.to_review += other.to_review
        self.pictures += other.pictures


@dataclass(frozen=True, slots=True)
class _Known:
    """An article that is at a place already."""

    pk: int
    digest: str
    status: str


Spot = tuple[int | None, int]
# What became of a record: "new", "changed" or "unchanged", and the article's key, if any.
Note = Callable[[str, Prepared, Place, int | None], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms records come in."""

    strict: bool = False
    overwrite: bool = False
    dry_run: bool = False
    # What is new is a draft whatever its file says, and what is there keeps its state.
    drafts: bool = False
    # Whose import it is; without one it is the operator's, who may change everything.
    user: Any = None
    # The folder that holds the files, which editors need not know.
    folder: str = ""

    def shown(self, file: str) -> str:
        """Return the name of a file for editors."""
        return file.removeprefix(self.folder)


def _unnoted(*_what: object) -> None:
    """Note nothing."""


class Store:
    """Writes batches for one run of an import."""

    def __init__(self, terms: Terms, note: Note = _unnoted) -> None:
        self.places = Places(strict=terms.strict, dry_run=terms.dry_run)
        self._terms = terms
        self._note = note
        # Of this batch, until it is whole.
        self._noted: list[tuple[str, Prepared, Place, int | None]] = []
        # Those of the pages of this batch.
        self._pictures: list[str] = []
        with connection.cursor() as cursor:
            # In the database, so that memory stays flat: which places this run has filled.
            cursor.execute(
                "CREATE TEMP TABLE IF NOT EXISTS import_places (place text PRIMARY KEY)"
            )
            cursor.execute("TRUNCATE import_places")
            for setting in _BULK:
                cursor.execute(f"SET {setting}")

    @property
    def dry_run(self) -> bool:
        """Return whether nothing is to be written."""
        return self._terms.dry_run

    def write(self, batch: list[Prepared]) -> Outcome:
        """Store a batch and say what became of each record."""
        self._noted.clear()
        try:
            with transaction.atomic():
                outcome = self._write(batch)
        except BaseException:
            self.places.forget()
            raise
        for said in self._noted:
            self._note(*said)
        picture_store.forget(self._pictures)
        return outcome

    def _write(self, batch: list[Prepared]) -> Outcome:
        outcome = Outcome()
        self.places.expect([prepared.record for prepared in batch])
        placed = list(self._placed(self._first_at_their_place(batch, outcome), outcome))
        known = _known(placed)
        new: list[Placed] = []
        # What is new has no former state: only what changes goes into the history.
        with history.recorded(self._terms.user, kind=Change.Kind.IMPORTED):
            for prepared, place in placed:
                there = known.get((place.page, prepared.record.position))
                if self._terms.drafts:
                    status = there.status if there else _DRAFT
                    prepared = _with_status(prepared, status)
                if there is None:
                    new.append((prepared, place))
                elif there.digest == prepared.digest:
                    outcome.unchanged += 1
                    self._noted.append(("unchanged", prepared, place, there.pk))
                else:
                    self._change(there, prepared, place, outcome)
        outcome.new = len(new)
        outcome.to_review += sum(bool(needs_review(p.record)) for p, _place in new)
        self._insert(new)
        outcome.pictures = self._store_pictures(placed)
        return outcome

    def _insert(self, new: list[Placed]) -> None:
        keys: list[int] = []
        if new and not self.dry_run:
            user = self._terms.user
            keys = insert(new, user.pk if user else None)
            first = new[0][0]
            note = self._terms.shown(first.origin.file)
            history.imported(user, note, first.record.headline, len(new))
        for (prepared, place), pk in zip_longest(new, keys):
            self._noted.append(("new", prepared, place, pk))

    def _store_pictures(self, placed: list[Placed]) -> int:
        pictures = {
            place.page: prepared.record.picture
            for prepared, place in placed
            if prepared.record.picture
        }
        self._pictures = list(pictures.values())
        known = [(page, path) for page, path in pictures.items() if page]
        if self.dry_run or not known:
            return 0
        return picture_store.store(known, overwrite=self._terms.overwrite)

    # ---- Places

    def _first_at_their_place(
        self, batch: list[Prepared], outcome: Outcome
    ) -> Iterator[Prepared]:
        """Yield what claims a place that nothing else of this run has claimed."""
        names = ["\x1f".join(map(str, prepared.record.place)) for prepared in batch]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO import_places SELECT DISTINCT unnest(%s)"
                " ON CONFLICT DO NOTHING RETURNING place",
                [names],
            )
            free = {name for (name,) in cursor.fetchall()}
        for name, prepared in zip(names, batch, strict=True):
            if name in free:
                free.remove(name)
                yield prepared
            else:
                outcome.rejected.append(
                    _rejected(prepared, "another article of this import has its place")
                )

    def _placed(self, batch: Iterable[Prepared], outcome: Outcome) -> Iterator[Placed]:
        for prepared in batch:
            try:
                yield prepared, self.places.find(prepared.record)
            except RecordError as error:
                outcome.rejected.append(_rejected(prepared, str(error)))

    # ---- Changed articles

    def _change(
        self, there: _Known, prepared: Prepared, place: Place, outcome: Outcome
    ) -> None:
        # Whoever is saving it now does so first: their text is compared, not the one before.
        if not self.dry_run and not locked(Article, [there.pk]):
            reason = "the article at its place was deleted at this moment"
            outcome.rejected.append(_rejected(prepared, reason))
            return
        article = whole_articles().get(pk=there.pk)
        stored = record_of(article).digest()
        if stored == prepared.digest:
            # Entered or loaded otherwise, and the same: note that.
            outcome.unchanged += 1
            self._noted.append(("unchanged", prepared, place, there.pk))
            if not self.dry_run:
                _note_digest(there.pk, stored)
            return
        if reason := self._refusal(article, is_edited=stored != there.digest):
            outcome.rejected.append(_rejected(prepared, reason))
            return
        outcome.changed += 1
        outcome.to_review += bool(needs_review(prepared.record))
        self._noted.append(("changed", prepared, place, there.pk))
        if not self.dry_run:
            _update(article, prepared, self._terms.shown(prepared.origin.file))

    def _refusal(self, article: Article, *, is_edited: bool) -> str:
        """Return why an article stays as it is, "" where it does not."""
        user = self._terms.user
        if user and not workflow.may_change(user, article):
            return (
                f"whose import it is may not change article {article.pk} at its place"
            )
        if is_edited and not self._terms.overwrite:
            return (
                f"article {article.pk} at its place was entered or edited here, and says"
                " something else: --overwrite replaces it"
            )
        return ""


def _with_status(prepared: Prepared, status: str) -> Prepared:
    """Return the record in another state, which its digest knows of."""
    record = prepared.record
    if record.status == status:
        return prepared
    record.status = status
    is_out = status == Article.Status.PUBLISHED
    document = prepared.document if is_out else None
    return replace(prepared, digest=record.digest(), document=document)


def _note_digest(article: int, digest: str) -> None:
    """Note what an article is the same as. It stays as it reads: no act of the history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET import_digest = %s WHERE id = %s",
            [digest, article],
        )


def known_digests() -> Iterator[str]:
    """Yield the digests of what was imported before, in their order."""
    with connection.connection.cursor("known_digests", withhold=True) as cursor:
        cursor.itersize = 50_000
        cursor.execute(
            "SELECT import_digest FROM articles_article WHERE import_digest <> ''"
            ' ORDER BY import_digest COLLATE "C"'
        )
        for (digest,) in cursor:
            yield digest


def _rejected(prepared: Prepared, reason: str) -> Rejected:
    publication, date, edition, page, position = prepared.record.place
    where = f"{publication} {date} {edition}".strip()
    return Rejected(
        prepared.origin,
        f"{where} page {page}, {position}: {reason}",
        json.dumps(prepared.record.exchange(), ensure_ascii=False),
    )


def _known(placed: list[Placed]) -> dict[Spot, _Known]:
    """Return the articles that are at these places."""
    spots = [
        (place.page, prepared.record.position)
        for prepared, place in placed
        if place.page is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT page_id, position, id, import_digest, status FROM articles_article"
            " WHERE (page_id, position) IN"
            " (SELECT * FROM unnest(%s::bigint[], %s::smallint[]))",
            [[page for page, _ in spots], [position for _, position in spots]],
        )
        return {
            (page, position): _Known(pk, digest, status)
            for page, position, pk, digest, status in cursor.fetchall()
        }


def _update(article: Article, prepared: Prepared, note: str) -> None:
    """Replace the content of an article; what it was is in its history."""
    record = prepared.record
    history.describe(note=note)
    with indexed():
        for name, value in columns(prepared).items():
            setattr(article, name, value)
        article.save()
        article.paragraphs.all().delete()
        article.photos.all().delete()
        article.regions.all().delete()
        paragraphs, photos = parts(article.pk, record)
        Paragraph.objects.bulk_create(paragraphs)
        Photo.objects.bulk_create(photos)
        Region.objects.bulk_create(regions(article.pk, record))
        article.tags.set(record.tags)
        touch([article.pk])
