"""What a worker process makes of a chunk: records, each with its finished search documents.

Nothing here touches Django or the database: segmentation is most of the work of an import,
and this is what several processes do at once.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from articles.ingest import formats
from articles.ingest.formats import Chunk, Origin, Rejected
from articles.ingest.known import KnownDigests
from articles.ingest.record import Record
from articles.search import document
from articles.text.lexicon import Lexicon

_lexicon = Lexicon.empty()
_known = KnownDigests()


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """The search documents' content: its digest, its lengths, and the rest as COPY reads it.

    ``vectors`` are one, or more where one would pass the limit; ``wide`` belongs to the first.
    """

    digest: str
    length: int
    word_count: int
    vectors: tuple[str, ...]
    wide: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record ready to be stored, with the file and line that it came from.

    ``document`` is None for a draft, and where the archive seems to have the record: nothing was segmented.
    """

    record: Record
    origin: Origin
    digest: str
    document: PreparedDocument | None


def begin(words: Iterable[str], known: Path | None = None) -> None:
    """Give this process the archive's lexicon and what it has, before its first chunk."""
    global _lexicon, _known
    _lexicon = Lexicon(words)
    _known = KnownDigests(known)
    if parent := parent_process():
        # A pool's process would wait for ever for a command that was killed.
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(parent: int) -> None:
    wait([parent])
    os._exit(1)


def prepare(chunk: Chunk) -> list[Prepared | Rejected]:
    """Return what the records of a chunk become, in their order."""
    return [
        found if isinstance(found, Rejected) else _prepared(found, chunk)
        for found in _records(chunk)
    ]


def _records(chunk: Chunk) -> Iterator[Record | Rejected]:
    module = next(m for m in formats.modules() if chunk.format == m.NAME)
    try:
        yield from module.records(chunk)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the import
        reason = f"the reader of {chunk.format} failed: {type(error).__name__}: {error}"
        yield Rejected(
            chunk.origin, reason, chunk.data[:300].decode("utf-8", "replace")
        )


def _prepared(record: Record, chunk: Chunk) -> Prepared:
    origin = Origin(chunk.origin.file, record.line)
    digest = record.digest()
    wanted = record.status == "published" and digest not in _known
    found = prepared_document(record, _lexicon) if wanted else None
    return Prepared(record, origin, digest, found)


def prepared_document(record: Record, lexicon: Lexicon) -> PreparedDocument:
    """Return the content of a record's search documents."""
    content = document.content(searched_fields(record), lexicon)
    return PreparedDocument(
        content.digest(),
        content.length,
        content.word_count,
        tuple(_copied(vector) for vector in content.vectors),
        # PostgreSQL reads a set of integers as Python writes it.
        f"{content.bigrams or '{}'}\t\\\\x{content.impacts.hex()}\t{_copied(content.text)}",
    )


def searched_fields(record: Record) -> Iterator[tuple[str, str]]:
    """Yield every text that readers search, as articles/search/index.py does for an article."""
    yield "h", record.kicker
    yield "h", record.headline
    yield "h", record.deck
    yield "k", record.column
    yield "d", record.dateline
    yield "b", record.byline
    for tag in sorted(record.tags):
        yield "t", tag
    for part in record.body:
        if part["kind"] == "photo":
            yield "c", part.get("caption", "")
            yield "c", part.get("credit", "")
        else:
            yield "d", part["text"]


def copy_row(*values: object) -> str:
    r"""Return a row, or some columns of one, as COPY ... FROM reads it; None is NULL.

    >>> copy_row("a\tb", None, 3)
    'a\\tb\t\\N\t3'
    """
    return "\t".join(map(_copied, values))


def _copied(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
