"""Writing records: each batch whole, in one transaction, with its search documents.

An article is known by its place (publication, date, edition, page, position). What is there
with the same digest is left alone; what is new goes in by COPY; what has changed is updated,
its former text kept in its history. So the same input twice changes nothing, and an import
that was killed goes on when it is run again.
"""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from articles import history
from articles.ingest import picture_store
from articles.ingest.export import record_of, whole_articles
from articles.ingest.formats import Rejected
from articles.ingest.places import Place, Places
from articles.ingest.prepare import Prepared, copy_row, prepared_document
from articles.ingest.record import Record, RecordError
from articles.models import Article, Paragraph, Photo, Region
from articles.models.article import TaggedArticle
from articles.search import changes, document
from articles.search.lexicon import current_lexicon
from articles.search.pending import indexed, touch
from articles.search.tsvector import quote
from articles.tags import tags_named
from articles.text.people import people

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


Placed = tuple[Prepared, Place]
Spot = tuple[int | None, int]


class Store:
    """Writes batches for one run of an import."""

    def __init__(
        self, *, strict: bool = False, overwrite: bool = False, dry_run: bool = False
    ) -> None:
        self.places = Places(strict=strict, dry_run=dry_run)
        self._overwrite = overwrite
        self._dry_run = dry_run
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

    def write(self, batch: list[Prepared]) -> Outcome:
        """Store a batch and say what became of each record."""
        try:
            with transaction.atomic():
                outcome = self._write(batch)
        except BaseException:
            self.places.forget()
            raise
        picture_store.forget(self._pictures)
        return outcome

    def _write(self, batch: list[Prepared]) -> Outcome:
        outcome = Outcome()
        self.places.expect([prepared.record for prepared in batch])
        placed = list(self._placed(self._first_at_their_place(batch, outcome), outcome))
        known = _known(placed)
        new: list[Placed] = []
        for prepared, place in placed:
            there = known.get((place.page, prepared.record.position))
            if there is None:
                new.append((prepared, place))
            elif there.digest == prepared.digest:
                outcome.unchanged += 1
            else:
                self._change(there, prepared, outcome)
        outcome.new = len(new)
        outcome.to_review += sum(bool(needs_review(p.record)) for p, _place in new)
        if new and not self._dry_run:
            _insert(new)
        outcome.pictures = self._store_pictures(placed)
        return outcome

    def _store_pictures(self, placed: list[Placed]) -> int:
        pictures = {
            place.page: prepared.record.picture
            for prepared, place in placed
            if prepared.record.picture
        }
        self._pictures = list(pictures.values())
        known = [(page, path) for page, path in pictures.items() if page]
        if self._dry_run or not known:
            return 0
        return picture_store.store(known, overwrite=self._overwrite)

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

    def _change(self, there: _Known, prepared: Prepared, outcome: Outcome) -> None:
        article = whole_articles().get(pk=there.pk)
        stored = record_of(article).digest()
        if stored == prepared.digest:
            # Entered or loaded otherwise, and the same: note that.
            outcome.unchanged += 1
            if not self._dry_run:
                Article.objects.filter(pk=there.pk).update(import_digest=stored)
            return
        if stored != there.digest and not self._overwrite:
            reason = (
                f"article {there.pk} at its place was entered or edited here, and says"
                " something else: --overwrite replaces it"
            )
            outcome.rejected.append(_rejected(prepared, reason))
            return
        outcome.changed += 1
        outcome.to_review += bool(needs_review(prepared.record))
        if not self._dry_run:
            _update(article, prepared)


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


def needs_review(record: Record) -> bool:
    """Say whether an editor should look at what the parser made of an article."""
    return record.status == "draft" and bool(record.doubts)


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
            "SELECT page_id, position, id, import_digest FROM articles_article"
            " WHERE (page_id, position) IN"
            " (SELECT * FROM unnest(%s::bigint[], %s::smallint[]))",
            [[page for page, _ in spots], [position for _, position in spots]],
        )
        return {
            (page, position): _Known(pk, digest)
            for page, position, pk, digest in cursor.fetchall()
        }


def _update(article: Article, prepared: Prepared) -> None:
    """Replace the content of an article, and keep what it was in its history."""
    record = prepared.record
    history.keep(article, f"before the import of {prepared.origin}")
    with indexed():
        for name, value in _columns(prepared).items():
            setattr(article, name, value)
        article.save()
        article.paragraphs.all().delete()
        article.photos.all().delete()
        article.regions.all().delete()
        paragraphs, photos = _parts(article.pk, record)
        Paragraph.objects.bulk_create(paragraphs)
        Photo.objects.bulk_create(photos)
        Region.objects.bulk_create(_regions(article.pk, record))
        article.tags.set(record.tags)
        touch([article.pk])


# ---- New articles


def _columns(prepared: Prepared) -> dict[str, object]:
    """Return the columns of an article that a record fills."""
    record = prepared.record
    return {
        "column": record.column,
        "kicker": record.kicker,
        "headline": record.headline,
        "deck": record.deck,
        "byline": record.byline,
        "dateline": record.dateline,
        "genre": record.genre,
        "status": record.status,
        "correction": record.correction,
        "source_text": record.source_text,
        "needs_review": needs_review(record),
        "doubts": record.doubts,
        "import_digest": prepared.digest,
    }


def _parts(article: int, record: Record) -> tuple[list[Paragraph], list[Photo]]:
    paragraphs, photos = [], []
    for position, part in enumerate(record.body, 1):
        texts = {name: text for name, text in part.items() if name != "kind"}
        if part["kind"] == "photo":
            photos.append(Photo(article_id=article, position=position, **texts))
        else:
            paragraphs.append(
                Paragraph(
                    article_id=article, position=position, kind=part["kind"], **texts
                )
            )
    return paragraphs, photos


def _regions(article: int, record: Record) -> list[Region]:
    return [
        Region(
            article_id=article, position=position, x=x, y=y, width=width, height=height
        )
        for position, (x, y, width, height) in enumerate(record.regions, 1)
    ]


def _insert(new: list[Placed]) -> None:
    """COPY articles, parts, tags and search documents."""
    now = timezone.now().isoformat()
    ids = _reserve("articles_article", len(new))
    rows = _Rows()
    named = tags_named({tag for prepared, _ in new for tag in prepared.record.tags})
    for pk, (prepared, place) in zip(ids, new, strict=True):
        columns = _columns(prepared)
        columns["doubts"] = json.dumps(columns["doubts"], ensure_ascii=True)
        rows.articles.append(
            copy_row(
                pk, place.page, prepared.record.position, *columns.values(), now, now
            )
        )
        rows.add_parts(pk, prepared.record)
        tags = tuple(sorted({named[tag] for tag in prepared.record.tags}))
        rows.tags += [copy_row(pk, tag) for tag in tags]
        rows.add_documents(pk, prepared, place, tags)
    _copy("articles_article", _ARTICLE, rows.articles)
    _copy("articles_paragraph", "article_id, position, kind, text", rows.paragraphs)
    _copy("articles_photo", _PHOTO, rows.photos)
    _copy("articles_region", _REGION, rows.regions)
    _copy("articles_searchdocument", _DOCUMENT, rows.documents)
    changes.note(ids)
    _copy(TaggedArticle._meta.db_table, "content_object_id, tag_id", rows.tags)


_ARTICLE = (
    'id, page_id, position, "column", kicker, headline, deck, byline, dateline, genre,'
    " status, correction, source_text, needs_review, doubts, import_digest, created_at,"
    " updated_at"
)
_PHOTO = "article_id, position, caption, credit, alt, image"
_REGION = "article_id, position, x, y, width, height"
_DOCUMENT = (
    "article_id, part, publication_id, page_id, published_on, length, word_count,"
    ' page_name, "column", tag_ids, authors, version, digest, words, bigrams, frequencies, text'
)


class _Rows:
    """Rows for COPY, by table."""

    def __init__(self) -> None:
        self.articles: list[str] = []
        self.paragraphs: list[str] = []
        self.photos: list[str] = []
        self.regions: list[str] = []
        self.tags: list[str] = []
        self.documents: list[str] = []

    def add_parts(self, pk: int, record: Record) -> None:
        for position, part in enumerate(record.body, 1):
            if part["kind"] == "photo":
                texts = (part.get(n, "") for n in ("caption", "credit", "alt", "image"))
                self.photos.append(copy_row(pk, position, *texts))
            else:
                self.paragraphs.append(
                    copy_row(pk, position, part["kind"], part["text"])
                )

        for position, region in enumerate(record.regions, 1):
            self.regions.append(copy_row(pk, position, *region))

    def add_documents(
        self, pk: int, prepared: Prepared, place: Place, tags: tuple[int, ...]
    ) -> None:
        record = prepared.record
        if record.status != "published":
            return
        # Where the archive has this record elsewhere, no worker segmented it.
        made = prepared.document or prepared_document(record, current_lexicon())
        facets = _facets(record, place, tags)
        digest = facets.digest(made.digest)
        first = "".join(f"{quote(lexeme)} " for lexeme in facets.lexemes())
        for number, vector in enumerate(made.vectors):
            narrow = copy_row(
                pk,
                number,
                facets.publication,
                facets.page,
                record.date,
                made.length,
                made.word_count if number == 0 else 0,
                facets.page_name,
                facets.column,
                _array(facets.tags),
                _array(facets.authors),
                document.VERSION,
                digest,
                first if number == 0 else "",
            )
            wide = made.wide if number == 0 else "{}\t\t"
            self.documents.append(f"{narrow}{vector}\t{wide}")


def _array(values: tuple[object, ...]) -> str | None:
    """Return the text of an array, NULL where it is empty; a name holds no sign of arrays."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}" if values else None


def _facets(record: Record, place: Place, tags: tuple[int, ...]) -> document.Facets:
    return document.Facets(
        publication=int(place.publication or 0),
        page=int(place.page or 0),
        label=record.page,
        page_name=place.page_name,
        published_on=record.date,
        column=record.column,
        tags=tags,
        authors=tuple(people(record.byline))[: document.MAX_AUTHORS],
    )


def _reserve(table: str, count: int) -> list[int]:
    """Return so many new primary keys of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(table: str, columns: str, rows: list[str]) -> None:
    if rows:
        data = io.StringIO("\n".join(rows) + "\n")
        # Django passes this method on as it is: a full disk would be psycopg2's error.
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", data)
