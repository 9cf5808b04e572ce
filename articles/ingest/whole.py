"""One import from its first file to the last picture, as the command and the browser run it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.db import connection

from articles import pictures
from articles.ingest import known, pipeline
from articles.ingest.entries import Meter
from articles.ingest.formats import Rejected
from articles.ingest.pipeline import Background, Options, Report
from articles.ingest.store import Store, known_digests
from articles.models import LexiconWord
from articles.search import index

# Of two imports at once each would wait for the other's pages.
_LOCK = 0x6E657773
# Bytes. Reading the digests of a million articles takes as long as segmenting 2 MB of text.
_MUCH = 4_000_000


class BusyError(RuntimeError):
    """Another import is running."""


def run(
    paths: list[Path],
    store: Store,
    options: Options,
    reject: Callable[[Rejected], None],
    meter: Meter,
) -> Iterator[Report]:
    """Import the paths; yield the report after each batch, and once at the end.

    Raise BusyError where an import is running already, and what articles/ingest/pipeline.py
    and articles/ingest/picture_store.py raise; what was written by then is whole.
    """
    words = tuple(LexiconWord.objects.values_list("word", flat=True))
    newest = pictures.newest_photo()
    report = Report()
    with _only_import(), _known(meter) as digests:
        background = Background(words, digests)
        for said in pipeline.run(paths, store, background, options, reject, meter):
            report = said
            yield report
        if not store.dry_run:
            index.flush()
            report.failed_pictures = pictures.make_imported(newest)
            yield report


@contextmanager
def _only_import() -> Iterator[None]:
    """Let one import run at a time; the lock ends with the connection, whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BusyError("another import is running; wait for its end")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _known(meter: Meter) -> Iterator[Path | None]:
    """Give a file of the digests that the archive has, where it saves more than it costs."""
    if meter.total < _MUCH:
        yield None
        return
    with TemporaryDirectory(prefix="newsarchive-import-") as folder:
        path = Path(folder) / "known"
        known.write(path, known_digests())
        yield path


class Aside:
    """A file of what was set aside, as JSON Lines; there is none where nothing was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> "Aside":
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, rejected: Rejected) -> None:
        """Write one line: the file, its line, the reason, and how the thing begins."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open(
                "a", encoding="utf-8", errors="backslashreplace"
            )
        origin = rejected.origin
        said = {"file": origin.file, "line": origin.line, "reason": rejected.reason}
        self._file.write(json.dumps({**said, "raw": rejected.raw}, ensure_ascii=False))
        self._file.write("\n")
        # A kill must not take what was found.
        self._file.flush()
