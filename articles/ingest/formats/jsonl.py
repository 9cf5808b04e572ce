"""JSON Lines: one exchange record a line (exchange.schema.json)."""

import json
from collections.abc import Iterator
from typing import Any

from articles.ingest.formats import LARGEST_RECORD, Chunk, Entry, Origin, Rejected
from articles.ingest.record import Record, RecordError, from_exchange

NAME = "jsonl"
_CHUNK = 512 * 1024
_RAW = 300


def sniff(head: bytes, name: str) -> bool:
    """Say whether the first line is an object with the names of an exchange record."""
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return False
    return b'"publication"' in line or b'"headline"' in line or b"\n" in head


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield some hundred lines at a time, never more than fit in memory."""
    number, first, size = 0, 1, 0
    lines: list[bytes] = []
    while line := entry.stream.readline(LARGEST_RECORD + 1):
        number += 1
        if len(line) > LARGEST_RECORD:
            _skip_line(entry)
            limit = LARGEST_RECORD // 2**20
            yield Rejected(
                Origin(entry.name, number),
                f"the line is longer than {limit} MiB",
                line[:_RAW].decode("utf-8", "replace"),
            )
            line = b"\n"
        lines.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield _chunk(entry, first, lines)
            first, size, lines = number + 1, 0, []
    if lines:
        yield _chunk(entry, first, lines)


def _skip_line(entry: Entry) -> None:
    while more := entry.stream.readline(2**20):
        if more.endswith(b"\n"):
            return


def _chunk(entry: Entry, first: int, lines: list[bytes]) -> Chunk:
    return Chunk(NAME, Origin(entry.name, first), b"".join(lines), entry.path)


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield the record of each line; blank lines are passed over."""
    for number, line in enumerate(chunk.data.split(b"\n"), chunk.origin.line or 1):
        if not line.strip():
            continue
        try:
            record = from_exchange(load(line))
            record.line = number
            yield record
        except RecordError as error:
            origin = Origin(chunk.origin.file, number)
            yield Rejected(origin, str(error), line[:_RAW].decode("utf-8", "replace"))


def load(data: bytes) -> Any:
    """Return what JSON says; raise RecordError where it is not UTF-8 or not JSON."""
    try:
        return json.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RecordError(f"it is not UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise RecordError(
            f"it is not JSON: {error.msg} (column {error.colno})"
        ) from None
    except RecursionError:
        raise RecordError("it is not JSON that can be read: nested too deep") from None
    except ValueError as error:  # a number of more than 4,300 digits
        raise RecordError(f"it is not JSON that can be read: {error}") from None
