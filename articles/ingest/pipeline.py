"""An import from the paths to the database, by several processes, in a memory that stays flat.

This process reads files, in pieces, and writes batches; workers parse and segment between.
Pieces are written in the order in which they were read, whichever worker ends first, so that
the same input always gives the same archive.
"""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from articles.ingest import entries, formats
from articles.ingest.formats import HEAD, Chunk, Entry, Origin, Rejected, page_file
from articles.ingest.page_pictures import Spool
from articles.ingest.prepare import Prepared, begin, prepare
from articles.ingest.store import Outcome, Store

BATCH = 500
# Pieces that wait for a worker or for the writer, each: enough that none stands idle.
_WAITING = 3
# A piece that ends so many workers is the reason of it.
_FATAL = 2


class WorkersError(RuntimeError):
    """Worker processes cannot be had."""


@dataclass(slots=True)
class Report:
    """What an import did so far."""

    outcome: Outcome = field(default_factory=Outcome)
    files: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    read: int = 0
    failed_pictures: int = 0


@dataclass(frozen=True, slots=True)
class Background:
    """What workers know of the archive: its lexicon, and a file of the digests it has."""

    words: tuple[str, ...]
    known: Path | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the command, or an editor, said."""

    workers: int = 1
    encoding: str = ""
    publication: str = ""
    # Of page texts of which neither a header nor a folder says it.
    default_date: str = ""
    default_page: str = ""

    def for_formats(self) -> dict[str, str]:
        """Return what was said for files of every format."""
        return _said(encoding=self.encoding, publication=self.publication)

    def for_pages(self) -> dict[str, str]:
        """Return what was said for page texts."""
        return _said(default_date=self.default_date, default_page=self.default_page)


def _said(**options: str) -> dict[str, str]:
    return {name: value for name, value in options.items() if value}


def run(
    paths: Iterable[Path],
    store: Store,
    background: Background,
    options: Options,
    reject: Callable[[Rejected], None],
    meter: entries.Meter,
) -> Iterator[Report]:
    """Import the paths and yield the report after each batch, and once at the end.

    ``reject`` is called with what is set aside, ``meter`` says how much of the files was read.
    """
    report = Report()
    positions = _Positions()
    batch: list[Prepared] = []
    workers = _Workers(options.workers, background)
    spool = TemporaryDirectory(prefix="newsarchive-pictures-")
    reading = _Reading(paths, options, report, meter, Spool(Path(spool.name)))
    try:
        for found in workers.map(_chunks(reading)):
            if isinstance(found, Rejected):
                report.rejected += 1
                reject(found)
                continue
            report.read += 1
            positions.give(found)
            batch.append(found)
            if len(batch) >= BATCH:
                _write(store, batch, report, reject)
                batch = []
                yield report
        if batch:
            _write(store, batch, report, reject)
        yield report
    finally:
        workers.end()
        spool.cleanup()


def _write(
    store: Store,
    batch: list[Prepared],
    report: Report,
    reject: Callable[[Rejected], None],
) -> None:
    outcome = store.write(batch)
    report.outcome.add(outcome)
    for rejected in outcome.rejected:
        report.rejected += 1
        reject(rejected)


# ---- Reading


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read, how, and where it is counted and kept."""

    paths: Iterable[Path]
    options: Options
    report: Report
    meter: entries.Meter
    spool: Spool


def _chunks(reading: _Reading) -> Iterator[Chunk | Rejected]:
    options = reading.options.for_formats()
    of_pages = {**options, **reading.options.for_pages()}
    for path in reading.paths:
        for entry in entries.find(path, reading.meter):
            if isinstance(entry, Rejected):
                yield entry
                continue
            entry.spool = reading.spool
            for chunk in _read(entry, reading.report):
                if isinstance(chunk, Chunk):
                    is_page = chunk.format == page_file.NAME
                    chunk = replace(chunk, options=of_pages if is_page else options)
                yield chunk


def _read(entry: Entry, report: Report) -> Iterator[Chunk | Rejected]:
    try:
        head = entry.stream.peek(HEAD)[:HEAD]  # type: ignore[attr-defined]
    except entries.DAMAGED as error:
        yield entries.unreadable(entry.name, error)
        return
    if not head:
        yield Rejected(Origin(entry.name), "the file is empty")
        return
    for module in formats.modules():
        if module.sniff(head, entry.name):
            report.files[module.NAME] += 1
            try:
                yield from module.chunks(entry)
            except entries.DAMAGED as error:
                yield entries.unreadable(entry.name, error)
            return
    yield Rejected(Origin(entry.name), "its format is none that can be imported")


class _Positions:
    """The order in the file, for records that do not say their position on the page."""

    def __init__(self) -> None:
        self._last: Counter[int] = Counter()

    def give(self, prepared: Prepared) -> None:
        record = prepared.record
        if record.position:
            return
        page = hash((prepared.origin.file, *record.place[:-1]))
        self._last[page] += 1
        record.position = self._last[page]


# ---- Working


Results = list[Prepared | Rejected]


@dataclass(slots=True)
class _Task:
    """A chunk with the answer that is awaited for it, and the pool that owes the answer."""

    chunk: Chunk | Rejected
    pool: ProcessPoolExecutor | None = None
    future: Future[Results] | None = None


class _Workers:
    """Processes that prepare chunks; with none, this process does it."""

    def __init__(self, count: int, background: Background) -> None:
        self._count, self._background = count, background
        self._pool: ProcessPoolExecutor | None = None

    def map(self, chunks: Iterable[Chunk | Rejected]) -> Iterator[Prepared | Rejected]:
        """Yield what the chunks become, in their order."""
        if self._count == 0:
            begin(self._background.words, self._background.known)
            for chunk in chunks:
                yield from [chunk] if isinstance(chunk, Rejected) else prepare(chunk)
            return
        waiting: deque[_Task] = deque()
        for chunk in chunks:
            waiting.append(_Task(chunk))
            self._submit(waiting[-1])
            if len(waiting) > _WAITING * self._count:
                yield from self._results(waiting.popleft())
        while waiting:
            yield from self._results(waiting.popleft())

    def end(self) -> None:
        """End the processes, whatever they are at."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _submit(self, task: _Task) -> None:
        if isinstance(task.chunk, Rejected):
            return
        for _attempt in range(_FATAL):
            task.pool = self._living_pool()
            try:
                task.future = task.pool.submit(prepare, task.chunk)
            except BrokenProcessPool:
                self._replace(task.pool)
            else:
                return

    def _living_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._count,
                # A forked child would share the connection to the database.
                mp_context=get_context("spawn"),
                initializer=begin,
                initargs=(self._background.words, self._background.known),
            )
        return self._pool

    def _replace(self, broken: ProcessPoolExecutor | None) -> None:
        if broken is self._pool:
            self.end()

    def _check(self) -> None:
        """Raise WorkersError if processes do not even read nothing: no chunk is at fault."""
        nothing = Chunk("jsonl", Origin(""), b"")
        try:
            self._living_pool().submit(prepare, nothing).result()
        except BrokenProcessPool as error:
            self.end()
            raise WorkersError("the worker processes end as they start") from error

    def _results(self, task: _Task) -> Results:
        if isinstance(task.chunk, Rejected):
            return [task.chunk]
        for _attempt in range(_FATAL + 1):
            try:
                if task.future is not None:
                    return task.future.result()
            except BrokenProcessPool:
                # A worker was killed, and all that its pool had in hand is lost with it.
                self._replace(task.pool)
            self._submit(task)
        self._check()
        reason = "the processes that read it were ended each time (out of memory?)"
        return [Rejected(task.chunk.origin, reason)]


def default_workers() -> int:
    """Return how many processes parse and segment: one for each core but the writer's."""
    return max(1, len(os.sched_getaffinity(0)) - 1)
