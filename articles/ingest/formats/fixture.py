"""Django fixtures with natural keys, as export_issues and dumpdata --natural-primary write them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from articles.ingest.formats import LARGEST_RECORD, Chunk, Entry, Origin, Rejected
from articles.ingest.formats.jsonl import load
from articles.ingest.record import Record, RecordError, from_exchange

NAME = "fixture"
# A fixture is one JSON value and is read whole.
LARGEST_FIXTURE = 8 * LARGEST_RECORD
_RAW = 300
Key = tuple[Any, ...]


def sniff(head: bytes, name: str) -> bool:
    """Say whether it is a JSON array of objects with ``model`` and ``fields``."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000]
    return start.startswith(b"[") and b'"model"' in start


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield the fixture."""
    data = entry.stream.read(LARGEST_FIXTURE + 1)
    if len(data) > LARGEST_FIXTURE:
        limit = LARGEST_FIXTURE // 2**20
        yield Rejected(
            Origin(entry.name), f"a fixture of over {limit} MiB: load it with loaddata"
        )
        return
    yield Chunk(NAME, Origin(entry.name), data, entry.path)


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield the articles of the fixture, each with its parts and tags.

    Objects that are no part of an article (words of the lexicon, users) are rejected: they
    are loaddata's.
    """
    try:
        data = load(chunk.data)
        if not isinstance(data, list):
            raise RecordError("a fixture is a JSON array")
    except RecordError as error:
        raw = chunk.data[:_RAW].decode("utf-8", "replace")
        yield Rejected(chunk.origin, str(error), raw)
        return
    fixture = _Fixture(chunk.origin)
    yield from fixture.read(data)
    yield from fixture.records()


class _Fixture:
    """The objects of a fixture, by what they belong to."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._publications: dict[Key, dict[str, Any]] = {}
        self._issues: dict[Key, dict[str, Any]] = {}
        self._pages: dict[Key, dict[str, Any]] = {}
        self._articles: dict[Key, dict[str, Any]] = {}
        self._parts: dict[Key, list[tuple[int, int, dict[str, str]]]] = {}
        self._tags: dict[Key, list[str]] = {}
        self._regions: dict[Key, list[tuple[int, list[float]]]] = {}
        self._others: Counter[str] = Counter()

    def read(self, objects: list[Any]) -> Iterator[Rejected]:
        for number, item in enumerate(objects, 1):
            try:
                self._take(item)
            except (KeyError, TypeError, ValueError) as error:
                reason = (
                    str(error)
                    if isinstance(error, RecordError)
                    else (f"it lacks or mistakes {error}")
                )
                where = f"object {number} of the fixture"
                yield Rejected(self._origin, f"{where}: {reason}", str(item)[:_RAW])
        for model, count in self._others.items():
            reason = (
                f"{count} of {model} are no part of articles: load them with loaddata"
            )
            yield Rejected(self._origin, reason)

    def _take(self, item: Any) -> None:
        model, fields = item["model"], item["fields"]
        if model == "articles.publication":
            self._publications[(fields["slug"],)] = fields
        elif model == "articles.issue":
            key = (
                *fields["publication"],
                fields["published_on"],
                fields.get("edition", ""),
            )
            self._issues[key] = fields
        elif model == "articles.page":
            self._pages[(*fields["issue"], fields["label"])] = fields
        elif model == "articles.article":
            self._articles[(*fields["page"], fields["position"])] = fields
        elif model in ("articles.paragraph", "articles.photo"):
            self._take_part(model, fields)
        elif model == "articles.region":
            self._take_region(fields)
        elif model == "articles.taggedarticle":
            tag = fields["tag"][0]
            self._tags.setdefault(tuple(fields["content_object"]), []).append(tag)
        elif model not in _WITHOUT_TEXT:
            self._others[str(model)] += 1

    def _take_part(self, model: str, fields: dict[str, Any]) -> None:
        article, position = tuple(fields["article"]), int(fields["position"])
        if model == "articles.paragraph":
            part = {"kind": fields.get("kind", "paragraph"), "text": fields["text"]}
            self._parts.setdefault(article, []).append((position, 0, part))
            return
        texts = {n: fields.get(n, "") for n in ("caption", "credit", "alt", "image")}
        photo = {"kind": "photo", **{n: text for n, text in texts.items() if text}}
        self._parts.setdefault(article, []).append((position, 1, photo))

    def _take_region(self, fields: dict[str, Any]) -> None:
        article, position = tuple(fields["article"]), int(fields["position"])
        box = [float(fields[name]) for name in ("x", "y", "width", "height")]
        self._regions.setdefault(article, []).append((position, box))

    def records(self) -> Iterator[Record | Rejected]:
        for key, fields in self._articles.items():
            try:
                yield self._record(key, fields)
            except (RecordError, TypeError, ValueError) as error:
                yield Rejected(
                    self._origin, f"article {key}: {error}", str(fields)[:_RAW]
                )
        parts = self._parts.keys() | self._tags.keys() | self._regions.keys()
        for key in parts - self._articles.keys():
            yield Rejected(self._origin, f"parts of an article {key} that is not there")

    def _record(self, key: Key, fields: dict[str, Any]) -> Record:
        publication, date, edition, page, position = key
        issue = self._issues.get(key[:3], {})
        extras = {
            "publication_name": self._publications.get(key[:1], {}).get("name"),
            "page_name": self._pages.get(key[:4], {}).get("name"),
            "issue_number": issue.get("number"),
            "date_note": issue.get("date_note"),
        }
        parts = sorted(self._parts.get(key, []), key=lambda part: part[:2])
        said = {name: fields[name] for name in _TEXTS if fields.get(name)}
        return from_exchange(
            {
                "publication": publication, "date": date, "edition": edition,
                "page": page, "position": position,
                "body": [part for _position, _kind, part in parts],
                "tags": sorted(self._tags.get(key, [])),
                "regions": [box for _position, box in sorted(self._regions.get(key, []))],
                **said,
                **{name: value for name, value in extras.items() if value},
            }
        )  # fmt: skip


_TEXTS = (
    "kicker", "headline", "deck", "byline", "dateline", "column", "genre", "correction",
    "status", "source_text",
)  # fmt: skip
# The byline says them again.
_WITHOUT_TEXT = ("articles.contributor", "articles.contribution", "taggit.tag")
