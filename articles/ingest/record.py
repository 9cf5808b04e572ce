"""The exchange record: one article with its place, checked, as every format gives it."""

import datetime
import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

SCHEMA = Path(__file__).with_name("exchange.schema.json")
# As articles/models/place.py has them, which pure code does not import.
_SLUG = re.compile(r"\w[\w-]*")
_LABEL = re.compile(r"[^/\s?#%\\]+")
_LONGEST_LABEL = 20
# As articles/models/region.py has it.
_PLACES = 5
# PostgreSQL cannot store NUL, and UTF-8 cannot say half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EARLIEST, _LATEST = datetime.date(1600, 1, 1), datetime.date(2200, 1, 1)


class RecordError(ValueError):
    """A record that cannot be stored; the message says which part of it and why."""


_OF_THE_PLACE = (
    "publication", "date", "edition", "page", "position", "publication_name",
    "page_name", "issue_number", "date_note",
)  # fmt: skip


@dataclass(slots=True)
class Record:
    """One article. Optional texts are empty, never None; ``position`` is 0 until it is known."""

    publication: str
    date: datetime.date
    headline: str
    body: list[dict[str, str]]
    edition: str = ""
    page: str = "1"
    position: int = 0
    kicker: str = ""
    deck: str = ""
    byline: str = ""
    dateline: str = ""
    column: str = ""
    genre: str = ""
    correction: str = ""
    status: str = "published"
    source_text: str = ""
    tags: list[str] = field(default_factory=list)
    # Where it stands on the page's picture: left, top, width, height as fractions of it.
    regions: list[list[float]] = field(default_factory=list)
    publication_name: str = ""
    page_name: str = ""
    issue_number: int | None = None
    date_note: str = ""
    # Doubts of the parser, for the editor: {"start", "end", "code", "confidence", "reasons"}.
    doubts: list[dict[str, Any]] = field(default_factory=list)
    # The file of its page's picture, while it is imported.
    picture: str = ""
    # Where it stood in its file, for reports.
    line: int | None = None

    @property
    def place(self) -> tuple[str, str, str, str, int]:
        """Return the natural key: publication, date, edition, page, position."""
        date = self.date.isoformat()
        return (self.publication, date, self.edition, self.page, self.position)

    def exchange(self) -> dict[str, Any]:
        """Return the record as it is written in JSON Lines, without empty extras."""
        written: dict[str, Any] = {
            "publication": self.publication,
            "date": self.date.isoformat(),
            "edition": self.edition,
            "page": self.page,
            "position": self.position,
            "kicker": self.kicker,
            "headline": self.headline,
            "deck": self.deck,
            "byline": self.byline,
            "dateline": self.dateline,
            "column": self.column,
            "body": self.body,
            "tags": self.tags,
            "status": self.status,
            "source_text": self.source_text,
        }
        extras = {
            "genre": self.genre,
            "correction": self.correction,
            "regions": self.regions,
            "publication_name": self.publication_name,
            "page_name": self.page_name,
            "issue_number": self.issue_number,
            "date_note": self.date_note,
        }
        return written | {name: value for name, value in extras.items() if value}

    def digest(self) -> str:
        """Return 32 hexadecimal digits that change with the content, not with the place."""
        content = self.exchange()
        for name in _OF_THE_PLACE:
            content.pop(name, None)
        content["tags"] = sorted(tag.casefold() for tag in self.tags)
        said = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


@cache
def _validator() -> Any:
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


def from_exchange(data: Any) -> Record:
    """Return the record that decoded JSON says.

    Raise RecordError for what the schema (exchange.schema.json) refuses, a day that does not
    exist, a text that cannot be stored, or an article that says nothing.
    """
    if not isinstance(data, dict):
        raise RecordError(f"a record is a JSON object, not {type(data).__name__}")
    try:
        _validator()(data)
    except fastjsonschema.JsonSchemaValueException as error:
        raise RecordError(_said(error)) from None
    known = {name: data[name] for name in _FIELDS if data.get(name) not in (None, "")}
    record = Record(
        publication=data["publication"],
        date=day(data["date"]),
        headline=data["headline"],
        body=_body(data),
        page=str(data.get("page", "1")),
        tags=_tags(data.get("tags", [])),
        regions=[rounded_region(region) for region in data.get("regions", [])],
        **known,
    )
    check(record)
    return record


def _tags(names: list[str]) -> list[str]:
    """Return the names once each, whatever their case, in order."""
    once = {name.strip().casefold(): name.strip() for name in reversed(names)}
    return sorted(name for name in once.values() if name)


_FIELDS = (
    "edition", "position", "kicker", "deck", "byline", "dateline", "column", "genre",
    "correction", "status", "source_text", "publication_name", "page_name",
    "issue_number", "date_note",
)  # fmt: skip


def _said(error: fastjsonschema.JsonSchemaValueException) -> str:
    """Return the validator's message without the record that it repeats."""
    data = error.name or "data"
    name = data.removeprefix("data").lstrip(".") or "the record"
    rule = str(error.message).removeprefix(data).strip()
    return f"{name} {rule}"[:200]


def day(text: str) -> datetime.date:
    """Return the date that YYYY-MM-DD says; raise RecordError where there is no such day."""
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        raise RecordError(f"date {text!r} is not a day (YYYY-MM-DD)") from None
    if not _EARLIEST <= date <= _LATEST:
        raise RecordError(f"date {text} is not a newspaper's")
    return date


def _body(data: dict[str, Any]) -> list[dict[str, str]]:
    if "body" not in data:
        texts = (text.strip() for text in data["paragraphs"])
        return [{"kind": "paragraph", "text": text} for text in texts if text]
    names = ("kind", "text", "caption", "credit", "alt", "image")
    return [
        {name: part[name] for name in names if part.get(name)} for part in data["body"]
    ]


def check(record: Record) -> None:
    """Raise RecordError if the database would refuse the record."""
    if not _SLUG.fullmatch(record.publication):
        raise RecordError(
            f"publication {record.publication!r} is not a slug: letters, digits, - and _"
        )
    for name, label in (("page", record.page), ("edition", record.edition or "-")):
        if not _LABEL.fullmatch(label) or len(label) > _LONGEST_LABEL:
            raise RecordError(f"{name} {label[:40]!r} cannot stand in an address")
    if not record.headline.strip():
        raise RecordError("headline is blank")
    _check_limits(record)
    _check_regions(record)
    for part in record.body:
        if part["kind"] != "photo" and not part["text"].strip():
            raise RecordError("a paragraph is blank")
        if part["kind"] == "photo" and len(part) == 1:
            raise RecordError("a photo has neither caption, credit nor image")
    for name, text in _texts(record):
        if found := _UNSTORABLE.search(text):
            raise RecordError(f"{name} holds U+{ord(found.group()):04X}")


_LIMITS = {
    "publication": 80, "kicker": 500, "headline": 500, "deck": 1000, "byline": 300,
    "dateline": 200, "column": 100, "genre": 40, "page_name": 100,
    "publication_name": 200,
}  # fmt: skip


def _check_limits(record: Record) -> None:
    for name, limit in _LIMITS.items():
        if len(getattr(record, name)) > limit:
            raise RecordError(f"{name} is longer than {limit} characters")
    for part in record.body:
        if len(part.get("credit", "")) > 200:
            raise RecordError("credit is longer than 200 characters")


def rounded_region(region: Sequence[float]) -> list[float]:
    """Return a region as the database keeps it: to five places, and no further than the edge.

    >>> rounded_region([0.123456, 0, 0.876554, 1])
    [0.12346, 0.0, 0.87654, 1.0]
    """
    x, y, width, height = (round(float(length), _PLACES) for length in region)
    return [x, y, _to_the_edge(x, width), _to_the_edge(y, height)]


def _to_the_edge(start: float, length: float) -> float:
    left = round(1 - start, _PLACES)
    return left if left < length < left + 1.5 * 10**-_PLACES else length


def _check_regions(record: Record) -> None:
    for number, (x, y, width, height) in enumerate(record.regions, 1):
        if not all(map(math.isfinite, (x, y, width, height))):
            raise RecordError(f"region {number} is not of numbers")
        if width <= 0 or height <= 0:
            raise RecordError(f"region {number} is empty")
        # As it is rounded: 0.7 + 0.3 may be more than 1 to a computer.
        if min(x, y) < 0 or round(max(x + width, y + height), _PLACES) > 1:
            raise RecordError(f"region {number} is not inside the page")


def _texts(record: Record) -> list[tuple[str, str]]:
    names = (*_LIMITS, "source_text", "correction", "date_note", "edition", "page")
    texts = [(name, getattr(record, name)) for name in names]
    texts += [("a tag", tag) for tag in record.tags]
    texts += [
        (f"{name} of a {part['kind']}", text)
        for part in record.body
        for name, text in part.items()
    ]
    return texts
