"""New articles by COPY: their rows, with those of their parts, tags and search documents."""

import io
import json

from django.db import connection
from django.utils import timezone

from articles.ingest.places import Place
from articles.ingest.prepare import (
    Prepared,
    copy_row,
    prepared_document,
    searched_fields,
)
from articles.ingest.record import Record
from articles.models import Paragraph, Photo, Region
from articles.models.article import TaggedArticle
from articles.search import changes, document
from articles.search.lexicon import current_lexicon
from articles.search.tsvector import quote
from articles.tags import tags_named
from articles.text.people import people
from articles.text.segment import pair_codes

Placed = tuple[Prepared, Place]


def needs_review(record: Record) -> bool:
    """Say whether an editor should look at what the parser made of an article."""
    return record.status == "draft" and bool(record.doubts)


def columns(prepared: Prepared) -> dict[str, object]:
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


def parts(article: int, record: Record) -> tuple[list[Paragraph], list[Photo]]:
    """Return the paragraphs and photos of a record's body, not yet stored."""
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


def regions(article: int, record: Record) -> list[Region]:
    """Return the regions of a record, not yet stored."""
    return [
        Region(
            article_id=article, position=position, x=x, y=y, width=width, height=height
        )
        for position, (x, y, width, height) in enumerate(record.regions, 1)
    ]


def insert(new: list[Placed], entered_by: int | None = None) -> list[int]:
    """COPY articles, parts, tags and search documents, or the texts of drafts.

    Return the articles' keys, in their order. ``entered_by`` is the key of an editor.
    """
    now = timezone.now().isoformat()
    ids = _reserve("articles_article", len(new))
    rows = _Rows()
    named = tags_named({tag for prepared, _ in new for tag in prepared.record.tags})
    for pk, (prepared, place) in zip(ids, new, strict=True):
        said = columns(prepared)
        said["doubts"] = json.dumps(said["doubts"], ensure_ascii=True)
        position = prepared.record.position
        whose = (entered_by, now, now)
        rows.articles.append(copy_row(pk, place.page, position, *said.values(), *whose))
        rows.add_parts(pk, prepared.record)
        tags = tuple(sorted({named[tag] for tag in prepared.record.tags}))
        rows.tags += [copy_row(pk, tag) for tag in tags]
        rows.add_documents(pk, prepared, place, tags)
    _copy("articles_article", _ARTICLE, rows.articles)
    _copy("articles_paragraph", "article_id, position, kind, text", rows.paragraphs)
    _copy("articles_photo", _PHOTO, rows.photos)
    _copy("articles_region", _REGION, rows.regions)
    _copy("articles_searchdocument", _DOCUMENT, rows.documents)
    _copy("articles_drafttext", "article_id, bigrams, text", rows.drafts)
    changes.note(ids)
    _copy(TaggedArticle._meta.db_table, "content_object_id, tag_id", rows.tags)
    return ids


_ARTICLE = (
    'id, page_id, position, "column", kicker, headline, deck, byline, dateline, genre,'
    " status, correction, source_text, needs_review, doubts, import_digest,"
    " entered_by_id, created_at, updated_at"
)
_PHOTO = "article_id, position, caption, credit, alt, image"
_REGION = "article_id, position, x, y, width, height"
_DOCUMENT = (
    "article_id, part, publication_id, page_id, published_on, length, word_count,"
    ' page_name, "column", tag_ids, authors, version, digest, words, bigrams, impacts, text'
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
        self.drafts: list[str] = []

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
            text = document.folded(searched_fields(record))
            self.drafts.append(copy_row(pk, pair_codes(text) or "{}", text))
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
