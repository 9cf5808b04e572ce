"""ninjs, the IPTC's news items in JSON: versions 1, 2 and 3 are read, 3.0 is written.

https://iptc.org/std/ninjs/userguide/. The schemas allow no properties but their own, so
``write`` puts what ninjs has no place for into roles, which are free: the printed place into
``altIds``, kicker and column into ``headlines``, the correction into ``descriptions``.
Paragraphs, subheads and photos stand in order in the body of role ``main``, which is HTML.
"""

import datetime
import json
import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from itertools import chain
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote

from articles.ingest.formats import LARGEST_RECORD, Chunk, Entry, Origin, Rejected
from articles.ingest.formats.jsonl import load
from articles.ingest.record import Record, RecordError, from_exchange

NAME = "ninjs"
# The profile of items that write() made: read back to the letter, nothing guessed.
PROFILE = "newsarchive-article"
# A prefix of roles, so that they are taken for nobody else's.
_OURS = "newsarchive:"
_STANDARD = {
    "name": "ninjs",
    "version": "3.0",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json",
}
# One word for all that is not out yet, which is read as a draft: the last with it.
_STATUS = {
    "published": "usable",
    "review": "withheld",
    "draft": "withheld",
    "withdrawn": "canceled",
}
_STATUS_OF = {said: status for status, said in _STATUS.items()}
_RAW = 300
_BLOCK = 1024 * 1024
_LIMIT = f"{LARGEST_RECORD // 2**20} MiB"
_BOM = b"\xef\xbb\xbf"


# ---- Telling the format


_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?|([\[{])|([\]}])', re.DOTALL)
_TEXTS = {
    "headline", "headlines", "body_text", "body_html", "body_xhtml", "bodies",
}  # fmt: skip
_DATES = ("contentcreated", "firstcreated", "versioncreated")
_MARKS = {"uri", "pubstatus", "representationtype", *_DATES}


def sniff(head: bytes, name: str) -> bool:
    """Say whether the first object has the names of a ninjs item."""
    names = _first_names(head)
    if {"publication", "date"} <= names or {"model", "fields"} <= names:
        return False
    if names & {"standard", "$standard"} and re.search(rb'"name"\s*:\s*"ninjs"', head):
        return True
    return bool(names & _MARKS and names & _TEXTS) or {"uri", "type"} <= names


def _first_names(head: bytes) -> set[str]:
    """Return the names of the properties of the first object, in lower case."""
    start = head.removeprefix(_BOM).lstrip()
    outer = 1 if start.startswith(b"[") else 0
    if not start.startswith((b"[", b"{")):
        return set()
    names, depth = set(), 0
    for token in _TOKEN.finditer(start):
        string, colon, opened, _closed = token.groups()
        if string is not None:
            if colon and depth == outer + 1:
                names.add(string.decode("utf-8", "replace").lower())
        else:
            depth += 1 if opened else -1
            if depth <= outer and not opened:
                break
    return names


# ---- Items of a file


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield the items of the file: of an array, one a line, or the one that it is."""
    number, line = 0, b"\n"
    while line and not line.removeprefix(_BOM).strip():
        number, line = number + 1, entry.stream.readline(LARGEST_RECORD + 1)
    if line.removeprefix(_BOM).lstrip().startswith(b"["):
        yield from _array(entry, line, number)
        return
    ahead = _ahead(entry.stream, line)
    if len(line) > LARGEST_RECORD or any(map(_is_item, ahead)):
        yield from _lines(entry, ahead, number)
        return
    data = b"".join(ahead)
    data += entry.stream.read(max(0, LARGEST_RECORD + 1 - len(data)))
    if data.strip():
        yield _piece(entry, number, data)


def _piece(entry: Entry, line: int, data: bytes) -> Chunk | Rejected:
    """Return the item that begins on the line, or a rejection if it is too long."""
    if len(data) <= LARGEST_RECORD:
        return Chunk(NAME, Origin(entry.name, line), data, entry.path)
    return _rejected(entry, line, f"the item is longer than {_LIMIT}", data)


def _rejected(entry: Entry, line: int, reason: str, data: bytes) -> Rejected:
    return Rejected(Origin(entry.name, line), reason, _raw(data))


def _raw(data: bytes) -> str:
    return data[:_RAW].decode("utf-8", "replace")


def _ahead(stream: BinaryIO, line: bytes) -> list[bytes]:
    """Return the line and some after it, which tell one item a line from one item."""
    lines, size = [line], len(line)
    while len(lines) < 20 and size < _BLOCK and len(line) <= LARGEST_RECORD:
        line = stream.readline(LARGEST_RECORD + 1)
        lines.append(line)
        size += len(line)
    return [line for line in lines if line]


def _is_item(line: bytes) -> bool:
    # Objects within an item that is written over lines are indented.
    if not line.removeprefix(_BOM).startswith(b"{"):
        return False
    try:
        return isinstance(load(line), dict)
    except RecordError:
        return False


def _lines(entry: Entry, ahead: list[bytes], number: int) -> Iterator[Chunk | Rejected]:
    waiting = iter(ahead)
    while line := next(waiting, b"") or entry.stream.readline(LARGEST_RECORD + 1):
        if line.strip():
            yield _piece(entry, number, line)
        if len(line) > LARGEST_RECORD:
            while not line.endswith(b"\n") and (line := entry.stream.readline(_BLOCK)):
                pass
        number += 1


def _array(entry: Entry, first: bytes, number: int) -> Iterator[Chunk | Rejected]:
    array, data = _Array(number), first
    while data and not array.ended:
        for line, item in array.feed(data):
            yield _piece(entry, line, item)
        data = entry.stream.read(_BLOCK)
    for line, item in array.last():
        yield _piece(entry, line, item)
    line, rest = array.rest()
    if not array.ended:
        yield _rejected(entry, line, "the array of items is cut short", rest)
        return
    while not rest.strip() and data:
        rest, data = data, entry.stream.read(_BLOCK)
    if rest.strip():
        yield _rejected(entry, line, "something follows the array of items", rest)


class _Array:
    """Cuts the bytes of a JSON array into its elements, as they come.

    Of an element that is too long only the beginning is kept, one byte over the limit.
    """

    _IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
    _MARK = re.compile(rb'["{}\[\],]')

    def __init__(self, line: int) -> None:
        self.ended = False
        self._line, self._newlines = line, 0
        self._depth, self._quoted = 0, False
        self._element, self._rest = bytearray(), b""

    def feed(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield each element that ends in the block, with the line that it begins on."""
        data = self._rest + block
        begin = 0
        for position in self._marks(data):
            mark = data[position : position + 1]
            self._depth += (mark in b"[{") - (mark in b"]}")
            if self._depth == 1 and mark == b"[":
                begin = position + 1
            elif self._depth == 0 or (self._depth == 1 and mark == b","):
                self._take(data[begin:position])
                # A brace that ends the array is told of as what follows it.
                begin = position + (mark != b"}")
                yield from self._taken()
            if self._depth == 0:
                self.ended, self._rest = True, data[begin:]
                return
        self._take(data[begin : len(data) - len(self._rest)])

    def _marks(self, data: bytes) -> Iterator[int]:
        """Yield the places of brackets and commas, but those in strings.

        What is left to read with the next block is then in ``_rest``.
        """
        position = 0
        while True:
            if self._quoted:
                string = self._IN_STRING.match(data, position)
                position = string.end() if string else position
                if data[position : position + 1] != b'"':
                    break
                self._quoted, position = False, position + 1
            mark = self._MARK.search(data, position)
            position = mark.end() if mark else len(data)
            if mark is None:
                break
            if mark[0] == b'"':
                self._quoted = True
            else:
                yield mark.start()
        self._rest = data[position:]

    def _take(self, data: bytes) -> None:
        self._newlines += data.count(b"\n")
        self._element += data[: LARGEST_RECORD + 1 - len(self._element)]

    def _taken(self) -> Iterator[tuple[int, bytes]]:
        item = self._element.lstrip()
        before = self._element[: len(self._element) - len(item)].count(b"\n")
        if item:
            yield self._line + before, bytes(item)
        self._line += self._newlines
        self._element, self._newlines = bytearray(), 0

    def last(self) -> Iterator[tuple[int, bytes]]:
        """Yield the last element if it is whole, though the array does not end."""
        if self._depth == 1 and self._element.rstrip().endswith(b"}"):
            yield from self._taken()

    def rest(self) -> tuple[int, bytes]:
        """Return what is left at the end of the file, and the line that it begins on."""
        return self._line, bytes(self._element) + self._rest


# ---- From an item to a record


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield the record of the item."""
    try:
        yield from_exchange(_exchange(_item(chunk), chunk))
    except RecordError as error:
        yield Rejected(chunk.origin, str(error), _raw(chunk.data))


def _item(chunk: Chunk) -> Any:
    """Return what the JSON of an item says; raise RecordError where it is none."""
    try:
        return load(chunk.data)
    except RecordError as error:
        if isinstance(error.__context__, json.JSONDecodeError):
            raise RecordError(_where(error.__context__, chunk.origin)) from None
        raise


# What is left of a word or of \u5fd7 where a file ends within it.
_CUT = re.compile(r"[\\\w-]{0,6}")


def _where(error: json.JSONDecodeError, origin: Origin) -> str:
    cut = _CUT.fullmatch(error.doc[error.pos :].rstrip()[:10])
    if cut or error.msg.startswith("Unterminated string"):
        return "it is not JSON: it is cut short"
    line = (origin.line or 1) + error.lineno - 1
    return f"it is not JSON: {error.msg} (line {line}, column {error.colno})"


def _exchange(data: Any, chunk: Chunk) -> dict[str, Any]:
    """Return the exchange record of an item; raise RecordError where it makes none."""
    if not isinstance(data, dict):
        raise RecordError("an item is a JSON object")
    item = _named(data)
    kind = _text(item, "type")
    if kind not in ("", "text", "composite"):
        raise RecordError(f"the item is no article: its type is {kind[:40]!r}")
    roles = {f"{_OURS}{name}": name for name in _PLACE}
    ids = {roles[v.role]: v.value for v in _variants(item, "altid") if v.role in roles}
    place: dict[str, Any] = {**ids}
    for name in _NUMBERS & ids.keys():
        place[name] = _number(name, ids[name])
    own = _text(item, "profile") == PROFILE
    said = _own(item) if own else _foreign(item)
    return {**({} if own else _origin(item, ids, chunk)), **said, **place}


_PLACE = ("publication", "edition", "page", "page_name", "position", "issue_number")
_NUMBERS = {"position", "issue_number"}


def _number(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    raise RecordError(f"{name} is not a number: {text[:40]!r}")


def _own(item: dict[str, Any]) -> dict[str, Any]:
    """Return all but the place of an item that write() made."""
    bodies = {v.role: v.value for v in _variants(item, "body", "bodies")}
    heads = {v.role: v.value for v in _variants(item, "headline")}
    notes = {v.role: v.value for v in _variants(item, "description")}
    sources = _objects(item, "infosources")
    genres = _objects(item, "genres")
    return {
        "publication_name": _text(sources[0], "name") if sources else "",
        "date": _text(item, "contentcreated")[:10],
        "date_note": notes.get(f"{_OURS}date_note", ""),
        "kicker": heads.get("kicker", ""),
        "headline": heads.get("main", ""),
        "deck": heads.get("subhead", ""),
        "column": heads.get(f"{_OURS}column", ""),
        "byline": _text(item, "by"),
        "dateline": _text(item, "located"),
        "genre": _text(genres[0], "name") if genres else "",
        "correction": notes.get("correction", ""),
        "status": _status(item),
        "body": _Markup(exact=True).parts_of(bodies.get("main", "")),
        "source_text": bodies.get(f"{_OURS}source", ""),
        "tags": [_text(subject, "name") for subject in _objects(item, "subjects")],
        "regions": _regions(notes.get(f"{_OURS}regions", "")),
    }


def _regions(text: str) -> Any:
    """Return what the note of regions says, which the schema checks."""
    try:
        return json.loads(text or "[]")
    except ValueError:
        raise RecordError(f"its regions are no JSON: {text[:40]!r}") from None


def _status(item: dict[str, Any]) -> str:
    said = _text(item, "pubstatus") or "usable"
    if said not in _STATUS_OF:
        raise RecordError(f"pubStatus {said[:40]!r} is none of ninjs")
    return _STATUS_OF[said]


# ---- Items of others


def _foreign(item: dict[str, Any]) -> dict[str, Any]:
    """Return what an item of anybody says, but for its place: stripped, and guessed."""
    heads = _variants(item, "headline")
    decks = _variants(item, "subheadline")
    deck = _best(heads, _DECK) or next((d.plain for d in _chinese(decks)), "")
    headline = _best(heads, _MAIN) or _best(heads, None)
    if not headline:
        raise RecordError("the item has no headline")
    body = _body(item, headline)
    if not body:
        raise RecordError("the item has neither text nor pictures")
    return {
        "kicker": _best(heads, _KICKER),
        "headline": headline,
        "deck": deck,
        "byline": _byline(item),
        "dateline": _squeezed(_text(item, "dateline") or _text(item, "located")),
        "genre": next(iter(_names(item, "genres", "genre")), ""),
        "status": _status(item),
        "body": body,
        "tags": _names(item, "subjects", "subject", "keywords"),
    }


_KICKER = {"kicker", "overline", "supertitle", "引题", "肩题", "眉题", "引題", "肩題"}
_DECK = {
    "deck", "sub", "subhead", "subheadline", "subheading", "subtitle", "副题", "副標題",
    "副标题", "副題",
}  # fmt: skip
_MAIN = {"", "main", "headline", "text", "xhtml", "html", "主题", "主標題", "标题"}
_CHINESE = re.compile(r"(zh|zho|chi|cmn|yue)\b")


class _Variant(NamedTuple):
    """One of several texts for a thing: headlines, bodies, descriptions, other names."""

    role: str
    value: str
    content_type: str = ""
    language: str = ""

    @property
    def words(self) -> set[str]:
        """Return the words of the role: ``headline_main_text`` of version 1 has two."""
        words = re.split(r"\W|_", self.role.casefold())
        return {word for word in words if not _CHINESE.match(word)} or {""}

    @property
    def is_chinese(self) -> bool:
        """Say whether the language, or the role, says Chinese."""
        said = (self.language, *re.split(r"\W|_", self.role))
        return any(_CHINESE.match(word.casefold()) for word in said)

    @property
    def is_markup(self) -> bool:
        """Say whether it is HTML, by its type, its role, or what it looks like."""
        if self.content_type:
            return "html" in self.content_type.casefold()
        named = any("html" in word for word in self.words)
        return named or re.search(r"<(p|div|br|h\d)\b", self.value) is not None

    @property
    def plain(self) -> str:
        """Return the text in one line, without markup."""
        if not self.is_markup:
            return _squeezed(self.value)
        return " ".join(p.get("text", "") for p in _Markup().parts_of(self.value))


def _variants(
    item: dict[str, Any], name: str, plural: str | None = None
) -> list[_Variant]:
    """Return the texts that versions 2 and 3 have in a list, version 1 under ``name_role``."""
    plural = plural or f"{name}s"
    found = [_Variant("", text)] if (text := _text(item, name)) else []
    found += [
        _Variant(key.removeprefix(f"{name}_"), text)
        for key in item
        if key.startswith(f"{name}_") and (text := _text(item, key))
    ]
    for entry in _entries(item, plural):
        if isinstance(entry, dict):
            thing = _named(entry)
            language = _text(thing, "language") or _text(thing, "lang")
            role, value = _text(thing, "role"), _text(thing, "value")
            found.append(_Variant(role, value, _text(thing, "contenttype"), language))
        else:
            found.append(_Variant("", _string(entry, plural)))
    return found


def _chinese(variants: list[_Variant]) -> list[_Variant]:
    """Return those in Chinese, or all where none is said to be."""
    return [v for v in variants if v.is_chinese] or variants


def _best(variants: list[_Variant], words: set[str] | None) -> str:
    """Return the text whose role is one of the words, or any that is no kicker or deck."""
    other = _KICKER | _DECK
    fit = [v for v in variants if (v.words & words if words else not v.words & other)]
    return next((text for v in _chinese(fit) if (text := v.plain)), "")


def _byline(item: dict[str, Any]) -> str:
    said = _text(item, "byline") or _text(item, "by")
    return _squeezed(said or "，".join(_names(item, "bylines", "authors")))


def _names(item: dict[str, Any], *lists: str) -> list[str]:
    """Return the names in lists of texts and of objects with a name."""
    found = []
    for name in lists:
        for entry in _entries(item, name):
            if isinstance(entry, dict):
                thing = _named(entry)
                said = (_text(thing, key) for key in ("name", "byline", "by", "value"))
                found.append(next(filter(None, said), ""))
            else:
                found.append(_string(entry, name))
    return [text for text in map(_squeezed, found) if text]


def _body(item: dict[str, Any], headline: str) -> list[dict[str, str]]:
    """Return the parts of the best body, and the pictures that it does not show."""
    bodies = _chinese(_variants(item, "body", "bodies"))
    marked = (_Markup().parts_of(v.value) for v in bodies if v.is_markup)
    plain = (
        [{"kind": "paragraph", "text": text} for text in _split(v.value)]
        for v in bodies
        if not v.is_markup and v.content_type in ("", "text/plain")
    )
    body: list[dict[str, str]] = next(filter(None, chain(marked, plain)), [])
    # Many providers begin the body with the headline.
    if body and body[0].get("text") == headline:
        del body[0]
    shown = {part[name] for part in body for name in ("caption", "alt") if name in part}
    return body + [p for p in _pictures(item) if p.get("caption", "") not in shown]


def _split(text: str) -> list[str]:
    return [line for line in map(_squeezed, text.splitlines()) if line]


def _pictures(item: dict[str, Any]) -> Iterator[dict[str, str]]:
    found = item.get("associations")
    things = (
        found.values() if isinstance(found, dict) else _objects(item, "associations")
    )
    for thing in filter(lambda thing: isinstance(thing, dict), things):
        picture = _named(thing)
        kind = _text(picture, "type") or ("renditions" in picture and "picture")
        if kind not in ("picture", "graphic"):
            continue
        said = _variants(picture, "description")
        credits_ = [v for v in said if v.words & {"creditline", "credit"}]
        said = [v for v in said if v not in credits_] + _variants(picture, "headline")
        caption = next((text for v in _chinese(said) if (text := v.plain)), "")
        credit = _text(picture, "creditline") or _byline(picture)
        credit = _squeezed(credit) or next((v.plain for v in credits_), "")
        if caption or credit:
            part = {"kind": "photo", "caption": caption, "credit": credit}
            yield {name: text for name, text in part.items() if text}


# ---- The place of an item of others

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _origin(item: dict[str, Any], ids: dict[str, str], chunk: Chunk) -> dict[str, Any]:
    """Return publication and date: the folders', the option's, else the item's own."""
    place: dict[str, Any] = {}
    if len(chunk.path) > 2 and _DAY.fullmatch(chunk.path[-2]):
        place = {"publication": chunk.path[-3], "date": chunk.path[-2]}
    if given := chunk.options.get("publication"):
        place["publication"] = given
    if "publication" not in place | ids:
        place |= _provider(item)
    if "date" not in place:
        place["date"] = _first_day(item)
    return place


def _provider(item: dict[str, Any]) -> dict[str, str]:
    """Return the publication that the item says, or a slug made of its provider's name."""
    if slug := _text(item, "publication"):
        return {"publication": slug}
    names = _names(item, "infosources", "infosource")
    for name in ("copyrightholder", "source", "provider"):
        said = item.get(name)
        said = _named(said).get("name") if isinstance(said, dict) else said
        names.append(_squeezed(_string(said, name)))
    for name in names:
        if slug := re.sub(r"\W+", "-", name.casefold())[:80].strip("-"):
            return {"publication": slug, "publication_name": name[:200]}
    raise RecordError("nothing says the publication: name it with --publication")


def _first_day(item: dict[str, Any]) -> str:
    """Return the day on which the content was made, or the item, or its version."""
    for name in _DATES:
        if text := _text(item, name):
            return _day_in_china(text) if _UTC.search(text) else text[:10]
    raise RecordError(
        "nothing says the date: it has none of contentCreated,"
        " firstCreated and versionCreated"
    )


# Said as UTC: elsewhere the day as written is that of the place.
_UTC = re.compile(r"T.*(Z|[+-]00:?00)$")


def _day_in_china(text: str) -> str:
    try:
        time = datetime.datetime.fromisoformat(text)
        return (time + datetime.timedelta(hours=8)).date().isoformat()
    except (ValueError, OverflowError):
        raise RecordError(f"date {text[:40]!r} is not a time") from None


# ---- Values of an item


def _named(thing: dict[str, Any]) -> dict[str, Any]:
    # Version 3 writes versionCreated, versions 1 and 2 versioncreated.
    return {name.lower(): value for name, value in thing.items()}


def _text(item: dict[str, Any], name: str) -> str:
    return _string(item.get(name), name)


def _string(value: Any, name: str) -> str:
    """Return a text, empty for null; raise RecordError for any other value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise RecordError(f"{name} is not a text but {type(value).__name__}")


def _entries(item: dict[str, Any], name: str) -> list[Any]:
    """Return the entries of a list, or the one that stands without its list."""
    value = item.get(name)
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, str | dict):
        return [value]
    raise RecordError(f"{name} is not a list but {type(value).__name__}")


def _objects(item: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [_named(e) for e in _entries(item, name) if isinstance(e, dict)]


def _squeezed(text: str) -> str:
    return " ".join(text.split())


# ---- Bodies in HTML

_HEADS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADS | {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div",
    "dl", "dt", "figcaption", "figure", "footer", "header", "hr", "html", "li", "main",
    "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_HIDDEN = {"head", "noscript", "script", "style", "template", "title"}
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]*>)")


def _with_whole_tags(text: str) -> str:
    """Return HTML without comments and declarations, and with no tag that does not end.

    Over 100 KB of tags that do not end html.parser would sit for minutes.
    """
    shown, *rest = text.split("<!--")
    shown += "".join(piece.partition("-->")[2] for piece in rest)
    return _NO_TAG.sub("&lt;", _DECLARATION.sub("", shown))


class _Markup(HTMLParser):
    """Reads HTML into paragraphs, subheads and photos; ``exact`` keeps white space."""

    def __init__(self, *, exact: bool = False) -> None:
        super().__init__()
        self._exact = exact
        self._parts: list[dict[str, str]] = []
        self._data: list[str] = []
        self._kind, self._hidden = "paragraph", 0
        self._photo: dict[str, str] | None = None
        # What holds the credit within a figure: its tag.
        self._credit = ""

    def parts_of(self, text: str) -> list[dict[str, str]]:
        """Return the parts of a body, in order."""
        self.feed(_with_whole_tags(text))
        self.close()
        self._end_block()
        self._end_photo()
        return self._parts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a paragraph, a subhead or a photo."""
        said = {name: value or "" for name, value in attrs}
        if tag == "body":
            # Nobody has to end the head.
            self._hidden = 0
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "img":
            self._take_image(said)
        elif self._photo is not None and "credit" in said.get("class", ""):
            self._end_block()
            self._credit = tag
        elif tag in _BLOCKS:
            self._end_block()
            if tag != "br":
                self._kind = "subhead" if tag in _HEADS else "paragraph"
            if tag == "figure":
                self._end_photo()
                self._photo = {}

    def handle_endtag(self, tag: str) -> None:
        """End what the tag began."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == self._credit or tag in _BLOCKS:
            self._end_block()
            self._kind, self._credit = "paragraph", ""
            if tag == "figure":
                self._end_photo()

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._hidden:
            self._data.append(data)

    def _take_image(self, said: dict[str, str]) -> None:
        alone = self._photo is None
        if self._photo is None:
            self._end_block()
            self._photo = {}
        # Another's picture is not in this archive's store, whatever its address.
        for name, source in (("alt", "alt"), ("image", "src" if self._exact else "")):
            if text := said.get(source):
                self._photo[name] = text if self._exact else _squeezed(text)
        if alone:
            self._end_photo()

    def _end_block(self) -> None:
        text = "".join(self._data)
        self._data.clear()
        text = text if self._exact else _squeezed(text)
        if not text:
            return
        if self._photo is None:
            self._parts.append({"kind": self._kind, "text": text})
            return
        name = "credit" if self._credit else "caption"
        before = self._photo.get(name)
        self._photo[name] = f"{before} {text}" if before else text

    def _end_photo(self) -> None:
        if self._photo:
            self._parts.append({"kind": "photo", **self._photo})
        self._photo = None


# ---- From a record to an item


def write(record: Record) -> dict[str, Any]:
    """Return the record as an item of ninjs 3.0, of which ``records`` makes it again.

    Doubts of the parser are left out, as in all that is exported.
    """
    uri = _uri(record)
    item: dict[str, Any] = {
        "uri": uri,
        "standard": dict(_STANDARD),
        "type": "text",
        "profile": PROFILE,
        "representationType": "full",
        "language": "zh",
        # The day of issue began in China.
        "contentCreated": f"{record.date.isoformat()}T00:00:00+08:00",
        "pubStatus": _STATUS[record.status],
        "by": record.byline,
        "located": record.dateline,
        "headlines": _heads(record),
        "bodies": _bodies(record),
        "descriptions": _in_roles(
            ("correction", record.correction),
            (f"{_OURS}date_note", record.date_note),
            (f"{_OURS}regions", json.dumps(record.regions) if record.regions else ""),
        ),
        "genres": [{"name": record.genre}] if record.genre else [],
        "subjects": [{"name": tag} for tag in record.tags],
        "infoSources": [_publisher(record)],
        "altIds": _alternative_ids(record),
        "associations": list(_associations(record, uri)),
    }
    return {name: value for name, value in item.items() if value}


def _uri(record: Record) -> str:
    """Return a tag URI (RFC 4151) of the place: no address, and the same in each export."""
    place = (text or "-" for text in map(str, record.place))
    path = "/".join(quote(text, safe="") for text in place)
    return f"tag:newsarchive.example,2026:{path}"


def _in_roles(*texts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "value": text} for role, text in texts if text]


def _heads(record: Record) -> list[dict[str, str]]:
    return _in_roles(
        ("main", record.headline),
        ("kicker", record.kicker),
        ("subhead", record.deck),
        (f"{_OURS}column", record.column),
    )


def _publisher(record: Record) -> dict[str, str]:
    named = {"name": record.publication_name} if record.publication_name else {}
    return {"role": "publisher", "literal": record.publication, **named}


def _alternative_ids(record: Record) -> list[dict[str, str]]:
    values = ((name, getattr(record, name)) for name in _PLACE)
    # An issue may have the number 0; a position of 0 is none.
    said = [(n, v) for n, v in values if v or (v == 0 and n == "issue_number")]
    return _in_roles(*((f"{_OURS}{name}", str(value)) for name, value in said))


def _bodies(record: Record) -> list[dict[str, str]]:
    texts = [part["text"] for part in record.body if part["kind"] != "photo"]
    plain, html = "text/plain", "text/html"
    bodies = [
        ("main", html, "".join(map(_marked_up, record.body))),
        ("text", plain, "\n\n".join(texts)),
        (f"{_OURS}source", plain, record.source_text),
    ]
    return [
        {"role": role, "contentType": kind, "value": value}
        for role, kind, value in bodies
        if value
    ]


def _marked_up(part: dict[str, str]) -> str:
    if part["kind"] != "photo":
        tag = "h2" if part["kind"] == "subhead" else "p"
        return f"<{tag}>{escape(part['text'])}</{tag}>"
    names = (("src", "image"), ("alt", "alt"))
    said = [f' {a}="{escape(part[name])}"' for a, name in names if part.get(name)]
    image = f"<img{''.join(said)}>" if said else ""
    caption = escape(part.get("caption", ""))
    credit = escape(part.get("credit", ""))
    credit = f'<span class="credit">{credit}</span>' if credit else ""
    return f"<figure>{image}<figcaption>{caption}{credit}</figcaption></figure>"


def _associations(record: Record, uri: str) -> Iterator[dict[str, Any]]:
    """Yield the photos for readers that take no pictures from HTML."""
    photos = (part for part in record.body if part["kind"] == "photo")
    for number, photo in enumerate(photos, 1):
        said = _in_roles(("caption", photo.get("caption", "")))
        thing = {"descriptions": said, "by": photo.get("credit", "")}
        yield {
            "name": f"photo {number}",
            "uri": f"{uri}/photo/{number}",
            "type": "picture",
            **{name: value for name, value in thing.items() if value},
        }
