"""The formats that issues arrive in, one module each, told apart by content.

A format is a module with

- ``NAME``: what reports call it;
- ``sniff(head, name)``: say whether a file that begins with these bytes (some 64 KiB) is one;
- ``chunks(entry)``: yield ``Chunk``s of an open file, each small enough to hold in memory, and
  ``Rejected`` for what cannot be read. It runs in the command's process and does little;
- ``records(chunk)``: yield the ``Record``s of a chunk, and ``Rejected`` for what is none. It
  runs in a worker process, so both must be picklable.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import BinaryIO, Protocol

from articles.ingest.page_pictures import Spool
from articles.ingest.record import Record

# A record, a page or a METS file longer than this is none that a newspaper printed.
LARGEST_RECORD = 32 * 1024 * 1024
HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something came from: the file, also within an archive, and the line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was set aside, where it stood, and why; ``raw`` is its beginning."""

    origin: Origin
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file for a worker: its bytes, and its place."""

    format: str
    origin: Origin
    data: bytes
    # Parts of the path below the folder or archive that was named.
    path: tuple[str, ...] = ()
    # Other files that belong to it, by name (METS has its pages in ALTO files).
    attached: dict[str, bytes] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    # Where the pictures of its pages are kept, by what the format calls them.
    pictures: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Entry:
    """A file that was found: open for reading, with what its place says."""

    name: str
    path: tuple[str, ...]
    stream: BinaryIO
    # Return the bytes of a file beside this one, or None: ``sibling("alto/0001.xml")``.
    sibling: Callable[[str], bytes | None]
    size: int | None = None
    # Where pictures of pages wait; without one they are left where they are.
    spool: Spool | None = None


class Format(Protocol):
    """What a module of this package offers."""

    NAME: str

    def sniff(self, head: bytes, name: str) -> bool: ...

    def chunks(self, entry: Entry) -> Iterator[Chunk | Rejected]: ...

    def records(self, chunk: Chunk) -> Iterator[Record | Rejected]: ...


def modules() -> list[ModuleType]:
    """Return the formats, in the order in which they are tried."""
    from articles.ingest.formats import (
        fixture,
        jsonl,
        mets_alto,
        ninjs,
        page_file,
        picture,
    )

    return [picture, mets_alto, fixture, ninjs, jsonl, page_file]
