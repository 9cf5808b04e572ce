"""METS/ALTO, as libraries keep digitised newspapers: a METS file and its pages in ALTO.

METS says what is an article (the logical structMap) and points into the ALTO files, which hold
blocks, lines and words. Both are read by their local names, so any version and any namespace
will do. Profiles that were looked at: docWorks and ENMAP (blocks below the article), the
British Library's (articles tied to areas of a page by structLink), NDNP (pages without
articles: the page parser finds them).

A bare ALTO file is a page of its own only where the text of a page would stand
(``publication/date/page.xml``) and no METS lies beside it under a usual name. An ALTO file in
another place is passed over if its METS may be above it or is beside it, else rejected.
"""

import codecs
import datetime
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from articles.ingest import page_pictures
from articles.ingest.formats import (
    HEAD,
    LARGEST_RECORD,
    Chunk,
    Entry,
    Origin,
    Rejected,
    alto_regions,
    page_file,
)
from articles.ingest.forms import find_credit
from articles.ingest.page_pictures import PictureError, has_suffix
from articles.ingest.record import Record, RecordError, check, day

NAME = "mets-alto"
LARGEST_ISSUE = 256 * 2**20
ADVERTISEMENT = "广告"
# A word that was recognised with less confidence than this is shown to an editor.
DOUBTFUL_BELOW = 0.5
# The deepest METS that was seen nests 14 elements, the deepest ALTO 8.
_DEEPEST = 200
# An article may share a block with another, but not each with all.
_MOST_SHARED = 4
_LONGEST_MADE_HEADLINE = 100
_RAW = 300


class _UnreadableError(ValueError):
    """A document that is not read; the message says why."""


# ---- What a file is


def sniff(head: bytes, name: str) -> bool:
    """Say whether the root element is METS's or ALTO's."""
    root, tag = _root(head)
    return root == "alto" or (root == "mets" and _METS in tag)


_METS = "http://www.loc.gov/METS"
_SKIPPED = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.S
)
_START_TAG = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)([^>]*)")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?:[\w.-]+:)?([\w.-]+)")


def _root(head: bytes) -> tuple[str, str]:
    """Return the local name of the root element, and the rest of its tag."""
    wide = _wide(head)
    text = head[: len(head) // 2 * 2].decode(wide or "latin-1", "replace")
    text = text.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
    at = 0
    while found := _SKIPPED.match(text, at):
        at = found.end()
    if doctype := _DOCTYPE.match(text, at):
        # It goes on beyond the head.
        return doctype[1], _METS
    tag = _START_TAG.match(text, at)
    return (tag[1], tag[2]) if tag else ("", "")


# ---- XML


def _wide(data: bytes) -> str:
    """Return the encoding of a document in two bytes a character, or nothing."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(b"<\0"):
        return "utf-16-le"
    return "utf-16-be" if data.startswith(b"\0<") else ""


_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>", re.S)
_DECLARED = re.compile(
    rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z][\w.-]{0,30})[\"']"
)
# Some of Python's others take quadratic time, or are not of text.
_ENCODINGS = ("utf-8", "ascii", "gb", "big5", "iso8859", "cp", "shift_jis", "euc_")


def _utf8(data: bytes) -> bytes:
    """Return a document in UTF-8 without its declaration.

    Expat knows neither GB18030 nor Big5. Raise _UnreadableError for bytes that are not in the
    encoding that the document declares.
    """
    encoding = _wide(data) or _declared(data)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode(encoding)
    except UnicodeDecodeError as error:
        raise _UnreadableError(
            f"it is not {encoding}, or cut short: byte {error.start}"
        ) from None
    text = text.removeprefix("\ufeff")
    declaration = _DECLARATION.match(text)
    if declaration:
        text = text[declaration.end() :]
    return text.encode("utf-8")


def _declared(data: bytes) -> str:
    found = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8)[:400])
    if not found:
        return "utf-8"
    said = found[1].decode("ascii")
    try:
        name = codecs.lookup(said).name
    except LookupError:
        name = ""
    if name.startswith("utf-16"):
        # What says so in single bytes is not.
        return "utf-8"
    if not name.startswith(_ENCODINGS):
        raise _UnreadableError(f"its encoding {said!r} is unknown")
    # Files that declare a part of GB18030 use all of it.
    return "gb18030" if name in ("gb2312", "gbk") else name


class _Target:
    """What the XML parser calls, element by element, down to a depth."""

    def __init__(self) -> None:
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _UnreadableError(f"its elements nest deeper than {_DEEPEST}")
        self.begin(
            _local(tag), {_local(name): text for name, text in attributes.items()}
        )

    def end(self, _tag: str) -> None:
        self.depth -= 1
        self.finish()

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        raise NotImplementedError


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _parse(data: bytes, target: _Target) -> None:
    """Tell the target what the document says; raise _UnreadableError where it cannot be read."""
    parser = DefusedXMLParser(target=target)
    try:
        # In one piece: in many, expat takes quadratic time for a long attribute.
        parser.feed(_utf8(data))
        parser.close()
    except DefusedXmlException as error:
        raise _UnreadableError(
            f"it declares entities or refers to others ({type(error).__name__}):"
            " they are not read"
        ) from None
    except ParseError as error:
        raise _UnreadableError(f"its XML is broken or cut short: {error}") from None


# ---- METS as a tree


@dataclass(slots=True)
class _Node:
    """An element of METS, by its local name."""

    tag: str
    attributes: dict[str, str]
    children: list["_Node"] = field(default_factory=list)
    text: str = ""

    def get(self, name: str) -> str:
        """Return an attribute, without blanks around it, or nothing."""
        return self.attributes.get(name, "").strip()

    @property
    def label(self) -> str:
        """Return what a LABEL says, no longer than a headline may be."""
        return _one_line(self.get("LABEL")[:_LONGEST_TEXT])

    def named(self, tag: str) -> Iterator["_Node"]:
        """Yield the children of a name."""
        return (child for child in self.children if child.tag == tag)

    def below(self, *tags: str) -> Iterator["_Node"]:
        """Yield the elements of these names below this one, in order."""
        for child in self.children:
            if child.tag in tags:
                yield child
            yield from child.below(*tags)

    @property
    def kind(self) -> str:
        """Return the TYPE of a div as profiles vary it: np:page, Sub-Headline."""
        return _kind(self.get("TYPE"))

    @property
    def divs(self) -> list["_Node"]:
        """Return the divs in this one, in their ORDER where all have one."""
        divs = list(self.named("div"))
        orders = [div.get("ORDER") for div in divs]
        if all(order.isascii() and order.isdigit() for order in orders):
            divs.sort(key=lambda div: int(div.get("ORDER")[:9]))
        return divs


def _kind(said: str) -> str:
    return re.sub(r"[\s-]+", "_", said.rpartition(":")[2].strip()).upper()


class _Tree(_Target):
    """Builds the tree of a METS file, without the parts that are not asked for."""

    def __init__(self, dropped: frozenset[str]) -> None:
        super().__init__()
        self.root = _Node("", {})
        self._path = [self.root]
        self._dropped = dropped
        self._dropping = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if self._dropping or tag in self._dropped:
            self._dropping += 1
            return
        node = _Node(tag, attributes)
        self._path[-1].children.append(node)
        self._path.append(node)

    def finish(self) -> None:
        if self._dropping:
            self._dropping -= 1
        else:
            self._path.pop()

    def data(self, text: str) -> None:
        # Between the elements there are blanks, which are not kept.
        if not self._dropping and not text.isspace():
            node = self._path[-1]
            node.text += text[: _LONGEST_TEXT - len(node.text)]


# Titles, dates and numbers are the only texts: what patterns search is kept short.
_LONGEST_TEXT = 500
# Technical metadata are most of a METS file.
_TECHNICAL = frozenset({"amdSec", "metsHdr", "behaviorSec"})
_NOT_FILES = _TECHNICAL | {"dmdSec", "structMap", "structLink"}


def _tree(data: bytes, dropped: frozenset[str]) -> _Node:
    tree = _Tree(dropped)
    _parse(data, tree)
    root = tree.root.children[0]
    if root.tag != "mets":
        raise _UnreadableError(f"its root element is {root.tag[:40]!r}, not mets")
    return root


# ---- The files that a METS refers to


def _xml_files(mets: _Node) -> Iterator[tuple[_Node, str]]:
    """Yield the file elements that may be ALTO, each with its href."""
    for section in mets.below("fileSec"):
        for file in section.below("file"):
            for place in file.named("FLocat"):
                href = place.get("href") or place.get("LOCREF")
                if href.lower().endswith(".xml") or "xml" in file.get("MIMETYPE"):
                    yield file, href


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _file_name(href: str) -> str:
    """Return the name of a file, relative to the METS file.

    Raise _UnreadableError for one elsewhere: an address, an absolute path, one that climbs
    out of the folder.
    """
    path = unquote(href.strip()).replace("\\", "/")
    path = re.sub(r"^file:(//)?", "", path, flags=re.I)
    if path.startswith("/") or _SCHEME.match(path) or _CONTROL.search(path):
        raise _UnreadableError(f"{href[:200]!r} is not a file below the METS file")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and not parts:
            raise _UnreadableError(
                f"{href[:200]!r} climbs out of the METS file's folder"
            )
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if not parts:
        raise _UnreadableError(f"{href[:200]!r} names no file")
    return "/".join(parts)


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield the issue, its pages attached, and what of it cannot be had."""
    origin = Origin(entry.name)
    data = entry.stream.read(LARGEST_RECORD + 1)
    if len(data) > LARGEST_RECORD:
        reason = f"no METS or ALTO file is longer than {LARGEST_RECORD // 2**20} MiB"
        yield Rejected(origin, reason, _beginning(data))
        return
    if _root(data[:HEAD])[0] == "alto":
        yield from _alone(entry, data)
        return
    try:
        mets = _tree(data, _NOT_FILES)
    except _UnreadableError as error:
        yield Rejected(origin, str(error), _beginning(data))
        return
    attached: dict[str, bytes] = {}
    yield from _attach(entry, mets, attached)
    if attached:
        pictures: dict[str, str] = {}
        yield from _keep_pictures(entry, mets, pictures)
        yield Chunk(
            NAME, origin, data, entry.path, attached=attached, pictures=pictures
        )
    elif not any(_xml_files(mets)):
        yield Rejected(origin, "it refers to no ALTO files", _beginning(data))


def _attach(
    entry: Entry, mets: _Node, attached: dict[str, bytes]
) -> Iterator[Rejected]:
    """Read the ALTO files; yield those that cannot be had."""
    seen: set[str] = set()
    size = 0
    for file, href in _xml_files(mets):
        if href in seen:
            continue
        seen.add(href)
        try:
            name = _file_name(href)
            if name in attached:
                continue
            data = _page(entry, name, href)
            size += len(data)
            if size > LARGEST_ISSUE:
                limit = LARGEST_ISSUE // 2**20
                raise _UnreadableError(f"the issue's pages are over {limit} MiB")
        except _UnreadableError as error:
            yield Rejected(Origin(entry.name), f"page {href[:200]}: {error}")
            continue
        if _root(data[:HEAD])[0] == "alto":
            attached[name] = data
        elif _says_alto(file, href):
            reason = f"page {name}: it is not ALTO"
            yield Rejected(Origin(entry.name), reason, _beginning(data))


def _keep_pictures(
    entry: Entry, mets: _Node, pictures: dict[str, str]
) -> Iterator[Rejected]:
    """Keep the pictures of the pages, by the IDs of their files; yield those too large.

    Of several groups (masters, copies for readers) the first that browsers show is taken, and
    any other only where there is none. Pictures that are missing are no loss of text.
    """
    if entry.spool is None:
        return
    for group in sorted(_picture_groups(mets), key=_is_for_masters):
        for file_id, href in group:
            try:
                path = entry.spool.keep(entry.sibling, _file_name(href))
            except _UnreadableError:
                continue
            except PictureError as error:
                yield Rejected(Origin(entry.name), f"picture {href[:200]}: {error}")
                continue
            if path:
                pictures[file_id] = path
        if pictures:
            return


def _picture_groups(mets: _Node) -> Iterator[list[tuple[str, str]]]:
    """Yield the picture files of each group: their IDs and hrefs, without small copies."""
    for group in mets.below("fileGrp"):
        if "thumb" in group.get("USE").lower():
            continue
        files = [
            (file.get("ID"), href)
            for file in group.named("file")
            for place in file.named("FLocat")
            if has_suffix(href := place.get("href") or place.get("LOCREF"))
        ]
        if files:
            yield files


def _is_for_masters(group: list[tuple[str, str]]) -> bool:
    return group[0][1].lower().endswith((".tif", ".tiff", ".jp2"))


def _page(entry: Entry, name: str, href: str) -> bytes:
    # What looks encoded may be the file's very name.
    for known in dict.fromkeys((name, href)):
        try:
            data = entry.sibling(known) if known == name or "%" in known else None
        except (OSError, ValueError):
            data = None
        if data is not None:
            if len(data) > LARGEST_RECORD:
                limit = LARGEST_RECORD // 2**20
                raise _UnreadableError(f"no page is longer than {limit} MiB")
            return data
    raise _UnreadableError("the file is missing")


def _says_alto(file: _Node, href: str) -> bool:
    said = (file.get("ID"), file.get("USE"), file.get("MIMETYPE"), href)
    return "alto" in " ".join(said).lower()


def _beginning(data: bytes) -> str:
    return data[:_RAW].decode("utf-8", "replace")


# ---- ALTO


@dataclass(slots=True, eq=False)
class _Line:
    """A line of print, of a block of print."""

    file: str
    block: int
    is_chinese: bool = False
    # The recogniser set its words apart with blanks that are not printed.
    is_spaced: bool = False
    is_indented: bool = False
    # Its words stand side by side, without the SP between them.
    is_run_on: bool = False
    box: alto_regions.Box | None = None


@dataclass(slots=True, eq=False)
class _Word:
    """A String of ALTO."""

    text: str
    line: _Line
    blank_before: bool
    confidence: float | None
    # 1 or 2: the half of a word that a line's end broke, and the word.
    half: int = 0
    whole: str = ""
    hyphen: str = ""


_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# A headline may have a blank or two; what has more has them between all its words.
_MOST_BLANKS = 2


class _Layout(_Target):
    """Reads an ALTO file: its words in order, and which of them an ID stands for."""

    def __init__(self, file: str = "") -> None:
        super().__init__()
        self.words: list[_Word] = []
        self.spans: dict[str, tuple[int, int]] = {}
        self.root = ""
        self.sheet = alto_regions.Sheet()
        self._file = file
        self._open: list[tuple[str, str, int]] = []
        self._block = 0
        self._line = _Line(file, 0)
        self._first = 0
        self._blank = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        self._open.append((tag, attributes.get("ID", ""), len(self.words)))
        if tag == "TextBlock":
            self._block += 1
            self.sheet.blocks[self._block] = alto_regions.box(attributes)
        elif tag == "TextLine":
            box = alto_regions.box(attributes)
            self._line = _Line(self._file, self._block, box=box)
            self.sheet.lines[self._block] += 1
            self._first = len(self.words)
            self._blank = False
        elif tag == "SP":
            self._blank = True
        elif tag == "String":
            self._take(attributes)
        elif tag == "Page":
            self.sheet.begin(attributes)
        elif tag == "HYP" and len(self.words) > self._first:
            self.words[-1].hyphen = attributes.get("CONTENT", "") or "-"

    def _take(self, attributes: dict[str, str]) -> None:
        text = attributes.get("CONTENT", "")
        if text.startswith("\u3000") and len(self.words) == self._first:
            self._line.is_indented = True
        if not text.strip():
            self._blank = self._blank or bool(text)
            return
        half = _HALVES.get(attributes.get("SUBS_TYPE", ""), 0)
        word = _Word(
            text.strip(), self._line, self._blank, _confidence(attributes), half
        )
        word.whole = attributes.get("SUBS_CONTENT", "").strip() if half else ""
        self.words.append(word)
        self._blank = False

    def finish(self) -> None:
        tag, name, start = self._open.pop()
        if name:
            self.spans.setdefault(name, (start, len(self.words)))
        if tag == "TextLine":
            self._judge(self.words[start:])

    def _judge(self, words: list[_Word]) -> None:
        self._line.is_chinese = any(_CHINESE.search(word.text) for word in words)
        blanks = sum(
            word.blank_before and _both_chinese(above.text, word.text)
            for above, word in pairwise(words)
        )
        self._line.is_spaced = blanks > _MOST_BLANKS
        self._line.is_run_on = (
            not self._line.is_chinese
            and not any(word.blank_before for word in words)
            and any(len(word.text) > 1 for word in words)
        )


_HALVES = {"HypPart1": 1, "HypPart2": 2}


def _confidence(attributes: dict[str, str]) -> float | None:
    """Return how sure the recogniser is, from 0 to 1, if it says so.

    WC is the word's confidence. CC has a digit for each character, 9 where it is unsure.
    """
    try:
        said = float(attributes.get("WC", ""))
    except ValueError:
        said = -1.0
    if 0 <= said <= 1:
        return said
    if 1 < said <= 100:
        return said / 100
    digits = [int(c) for c in attributes.get("CC", "") if c in "0123456789"]
    return 1 - sum(digits) / len(digits) / 9 if digits else None


def _regions(words: list[_Word], layout: _Layout) -> list[list[float]]:
    """Return where words stand on their page."""
    lines = {id(word.line): word.line for word in words}
    return layout.sheet.regions((line.block, line.box) for line in lines.values())


def _layout(data: bytes, file: str) -> _Layout:
    layout = _Layout(file)
    _parse(data, layout)
    if layout.root != "alto":
        raise _UnreadableError(f"its root element is {layout.root[:40]!r}, not alto")
    return layout


# ---- Words to text


def _both_chinese(left: str, right: str) -> bool:
    return bool(_CHINESE.match(left[-1:]) and _CHINESE.match(right))


_CLOSING, _OPENING = frozenset(",.;:!?)]}’'»”"), frozenset("([{«“‘'’")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


def _both_latin(left: str, right: str) -> bool:
    return bool(_LATIN.match(left[-1:]) and _LATIN.match(right))


def _between(above: _Word, left: str, word: _Word, right: str) -> str:
    """Return what stands between two texts: a blank between Latin words, else nothing."""
    if above.line is not word.line:
        # The rule of lines.join, and for lines without Chinese what they end with.
        latin = not above.line.is_chinese and not word.line.is_chinese
        return " " if latin or _both_latin(left, right) else ""
    if word.blank_before:
        spaced = word.line.is_spaced and _both_chinese(left, right)
        return "" if spaced else " "
    if word.line.is_run_on:
        return "" if right[0] in _CLOSING or left[-1:] in _OPENING else " "
    # Some leave SP out between words, others make a String of each character.
    return " " if _both_latin(left, right) and len(left) + len(right) > 2 else ""


_HYPHENS = "-\u00ad\u2010\u2011\u00ac\u2e17"


@dataclass(slots=True)
class _Printed:
    """The words of an article in order: as printed, and as said."""

    words: list[_Word]
    # What each word says: "" for the second half of one that was broken.
    texts: list[str] = field(default_factory=list)
    _glued: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        broken = -1
        for at, word in enumerate(self.words):
            begun = broken >= 0 and self.words[broken].whole == word.whole
            if word.half == 2 and begun:
                self._end_broken(broken, at)
            elif word.half == 1 and word.whole:
                self.texts.append(_prefix(word) + word.whole)
                broken = at
            else:
                self.texts.append(self._as_it_is(at))

    def _end_broken(self, first: int, at: int) -> None:
        """Leave out the second half of a word, but for the punctuation after it."""
        self.texts.append("")
        tail = re.search(r"[\W_]*$", self.words[at].text[-9:].rstrip(_HYPHENS))
        if tail and not self.texts[first].endswith(tail[0]):
            self.texts[first] += tail[0]

    def _as_it_is(self, at: int) -> str:
        word = self.words[at]
        after = self.words[at + 1] if at + 1 < len(self.words) else None
        goes_on = after is not None and (
            (word.half == 1 and after.half == 2)
            or (bool(word.hyphen) and _both_latin(word.text, after.text))
        )
        if not goes_on:
            return word.text + word.hyphen
        self._glued.add(at + 1)
        return word.text.rstrip(_HYPHENS) or word.text

    def said(self, start: int, end: int) -> str:
        """Return what some words say, lines joined and broken words whole."""
        parts: list[str] = []
        above: _Word | None = None
        for at in range(start, end):
            word, text = self.words[at], self.texts[at]
            if text and above and at not in self._glued:
                parts.append(_between(above, parts[-1] if parts else "", word, text))
            if text:
                parts.append(text)
            # The second half of a broken word moves on to its line.
            above = word if parts else None
        return "".join(parts)

    def source(self) -> tuple[str, list[tuple[int, int]]]:
        """Return the lines as printed, blocks apart by a blank line; the place of each word."""
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        size = 0
        above: _Word | None = None
        for word in self.words:
            gap = _printed_between(above, word) if above else ""
            start = size + len(gap)
            size = start + len(word.text) + len(word.hyphen)
            parts += (gap, word.text, word.hyphen)
            places.append((start, start + len(word.text)))
            above = word
        return "".join(parts), places


def _prefix(word: _Word) -> str:
    """Return the punctuation before a broken word, which the whole word may lack."""
    found = re.match(r"[\W_]+", word.text)
    return found[0] if found and not word.whole.startswith(found[0]) else ""


def _printed_between(above: _Word, word: _Word) -> str:
    if above.line is word.line:
        return _between(above, above.text, word, word.text)
    same = (above.line.file, above.line.block) == (word.line.file, word.line.block)
    return "\n" if same else "\n\n"


def _ocr_doubts(
    words: list[_Word], places: list[tuple[int, int]]
) -> list[dict[str, Any]]:
    """Return where the recogniser was unsure: words next to one another as one doubt."""
    doubts: list[dict[str, Any]] = []
    run: list[int] = []
    for at, word in enumerate(words):
        low = word.confidence is not None and word.confidence < DOUBTFUL_BELOW
        apart = run and word.line.block != words[run[-1]].line.block
        if run and (apart or not low):
            doubts.append(_ocr_doubt(run, words, places))
            run = []
        if low:
            run.append(at)
    return [*doubts, _ocr_doubt(run, words, places)] if run else doubts


def _ocr_doubt(
    run: list[int], words: list[_Word], places: list[tuple[int, int]]
) -> dict[str, Any]:
    mean = sum(words[at].confidence or 0 for at in run) / len(run)
    start, end = places[run[0]][0], places[run[-1]][1]
    return _doubt(start, end, "ocr", mean, "low-confidence")


def _doubt(
    start: int, end: int, code: str, confidence: float, *reasons: str
) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "code": code,
        "confidence": round(confidence, 4),
        "reasons": list(reasons),
    }


# ---- Descriptions: MODS, and what else says its parts so


def _described(section: _Node) -> Iterator[_Node]:
    """Yield what describes the thing itself or its host, not its original or a reprint."""
    for child in section.children:
        if child.tag != "relatedItem" or child.get("type") == "host":
            yield child
            yield from _described(child)


def _titles(section: _Node, host: bool) -> Iterator[str]:
    """Yield the titles of a description, or of its host."""
    for item in section.below("relatedItem") if host else [section]:
        if host and item.get("type") != "host":
            continue
        for info in item.below("titleInfo") if host else _own(section, "titleInfo"):
            names = [*info.named("nonSort"), *info.named("title")]
            yield _one_line(" ".join(name.text for name in names))
    if not host:
        # Dublin Core.
        yield from (_one_line(node.text) for node in _own(section, "title"))


def _own(section: _Node, tag: str) -> Iterator[_Node]:
    """Yield elements of a description itself, not of its related items or their parts."""
    for child in section.children:
        if child.tag == tag:
            yield child
        elif child.tag not in ("relatedItem", "titleInfo"):
            yield from _own(child, tag)


def _details(section: _Node, kind: str) -> Iterator[str]:
    for detail in _described(section):
        if detail.tag == "detail" and detail.get("type").lower() == kind:
            for tag in ("number", "caption", "title"):
                yield from (_one_line(node.text) for node in detail.named(tag))


def _one_line(text: str) -> str:
    return " ".join(text.split())


_DAYS = [
    re.compile(rf"(?<!\d){form}(?!\d)", re.ASCII)
    for form in (
        r"(?P<y>\d{4}) ?[-/.年] ?(?P<m>\d{1,2}) ?[-/.月] ?(?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    )
]


def _date(text: str) -> datetime.date | None:
    """Return the first day that a text names, or nothing.

    >>> [str(_date(text)) for text in ("1918-12-17T00:00:00Z", "17.12.1918", "20200608", "2020-06")]
    ['1918-12-17', '1918-12-17', '2020-06-08', 'None']
    """
    for pattern in _DAYS:
        if found := pattern.search(text[:500]):
            try:
                return day(f"{found['y']}-{found['m']:0>2}-{found['d']:0>2}")
            except RecordError:
                continue
    return None


def _dates(section: _Node) -> Iterator[str]:
    for tags in (("dateIssued",), ("date", "issued")):
        yield from (node.text for node in _described(section) if node.tag in tags)


def _issue_number(sections: list[_Node]) -> int | None:
    for section in sections:
        said = [*_details(section, "issue")]
        said += [node.text for node in _described(section) if node.tag == "partNumber"]
        for text in said:
            marked = _NUMBER.search(text)
            numbers = [marked[1]] if marked else re.findall(r"[0-9]+", text)
            if len(numbers) == 1 and len(numbers[0]) < 10:
                return int(numbers[0])
    return None


def _edition(sections: list[_Node]) -> str:
    """Return the edition, or nothing for the first one, which NDNP counts as 1."""
    for section in sections:
        for text in _details(section, "edition"):
            if text.lstrip("0") != "1":
                return _label(text)
    return ""


_NOT_OF_A_SLUG = re.compile(r"[^\w]+")
_NUMBER = re.compile(r"(?:\bn[or]?[.°º]*|№|第|总期?号?)\s*(\d{1,9})(?!\d)", re.I | re.A)
_PAGE_NUMBER = re.compile(
    r"第?([A-Za-z]?\d{1,4}[A-Za-z]?)版?|([^\s/?#%\\]{1,20})", re.ASCII
)
_PAGE_NAME = re.compile(r"(?:第?\s*[A-Za-z]?\d+\s*版|Page\s*\d+)?[\s:：]*(.*)", re.S)


def _slug(title: str) -> str:
    """Return a title as it stands in an address.

    >>> _slug("新民晚报"), _slug("The Times (London)")
    ('新民晚报', 'the-times-london')
    """
    return _NOT_OF_A_SLUG.sub("-", title.lower()).strip("-_")[:80].strip("-_")


_AFTER_TITLE = re.compile(
    r"[\s,，:：(（]*(?:\bn[or]\.|第\s*\d|\d{4}[-/.年]|\d{8}|\d{1,2}\.\d{1,2}\.\d{4})",
    re.I,
)
# What stands in LABEL where nobody wrote one.
_NO_LABEL = re.compile(
    r"unknown|untitled|.*placeholder.*|no title|article|advertisement|[\W\d_]*", re.I
)


def _title_in(labels: Iterable[str]) -> str:
    """Return the title of the newspaper that a LABEL says, before number and date.

    >>> _title_in(["", "Ouest Eclair no. 7077 17.12.1918"])
    'Ouest Eclair'
    """
    for label in labels:
        title = _AFTER_TITLE.split(label, maxsplit=1)[0].strip()
        if not _NO_LABEL.fullmatch(title):
            return title
    return ""


def _label(text: str) -> str:
    """Return the label of a page or an edition, or nothing where it cannot be one.

    >>> _label("第03版"), _label("A2"), _label("Page 4"), _label("")
    ('03', 'A2', 'Page-4', '')
    """
    found = _PAGE_NUMBER.fullmatch(text)
    if found:
        return found[1] or found[2]
    return re.sub(r"[\s/?#%\\]+", "-", text)[:20].strip("-")


# ---- The logical structure


# What TYPE calls the parts of an article, in the profiles that were looked at.
_ROLES = {
    **dict.fromkeys(("HEADING", "TITLE", "HEADLINE", "MAIN_TITLE", "HEAD"), "headline"),
    **dict.fromkeys(("OVERLINE", "KICKER", "OVERTITLE", "PRETITLE"), "kicker"),
    **dict.fromkeys(
        ("SUBHEADLINE", "SUB_HEADLINE", "SUBTITLE", "SUB_TITLE", "DECK"), "deck"
    ),
    **dict.fromkeys(("AUTHOR", "BYLINE"), "byline"),
    "DATELINE": "dateline",
    **dict.fromkeys(
        ("CROSSHEADING", "CROSSHEAD", "SUBHEADING", "SUBHEAD", "INTERTITLE"), "subhead"
    ),
    **dict.fromkeys(("CAPTION", "LEGEND"), "caption"),
    **dict.fromkeys(("BODY", "BODY_CONTENT"), "paragraph"),
}
_HEADS = ("headline", "kicker", "deck")
_ARTICLES = {
    "ARTICLE", "NEWS", "EDITORIAL", "INTERVIEW", "REVIEW", "LETTER", "OBITUARY",
    "DEATH_NOTICE", "WEATHER", "SERIAL",
}  # fmt: skip
_ADVERTISEMENTS = {"ADVERTISEMENT", "ADVERT", "AD"}
_ALIKE = _ARTICLES | _ADVERTISEMENTS
_PICTURES = {
    "ILLUSTRATION", "PICTURE", "PHOTO", "PHOTOGRAPH", "IMAGE", "DRAWING", "CARTOON",
    "GRAPH", "CHART", "MAP", "TABLE",
}  # fmt: skip
_MASTHEAD = {"TITLE_SECTION", "PUBLISHING_STMT", "MASTHEAD"}
_OF_THE_ISSUE = {"ISSUE", "VOLUME", "NEWSPAPER", "PHYSSEQUENCE"}
_MOST_ISSUES, _MOST_DESCRIPTIONS = 400, 20
# An arc may tie each of some divs to each of others.
_MOST_LINKS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Area:
    """What a pointer points at: a file, or what stands from one of its IDs to another."""

    file: str
    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class _Context:
    """What the divs above a div make of it."""

    role: str = "paragraph"
    # The picture that it belongs to, by its number in the article.
    picture: int = 0
    is_table: bool = False
    in_body: bool = False

    def of(self, div: _Node, number: int) -> "_Context":
        """Return what a div in it is: ``number`` is a picture's, if it is one."""
        kind = div.kind
        if self.picture:
            return self._in_picture(kind)
        if kind in _PICTURES:
            is_table = kind == "TABLE"
            role = "paragraph" if is_table else "caption"
            return _Context(role, number, is_table, self.in_body)
        role = _ROLES.get(kind, self.role)
        if self.role == "headline" and role == "subhead":
            role = "deck"
        in_body = self.in_body or kind == "BODY"
        return _Context(role, 0, False, in_body)

    def _in_picture(self, kind: str) -> "_Context":
        role = _ROLES.get(kind, self.role)
        if kind == "CREDIT" or role == "byline":
            role = "credit"
        elif role != "paragraph" and self.role != "credit":
            role = "caption"
        return _Context(role, self.picture, self.is_table, self.in_body)


@dataclass(slots=True)
class _Unit:
    """A part of an article: where its text is."""

    context: _Context
    areas: list[_Area]
    # It is one paragraph, though the end of a column or a page broke it.
    is_whole: bool = False


def _own_areas(div: _Node) -> Iterator[_Area]:
    for pointer in div.named("fptr"):
        areas = list(pointer.below("area"))
        for area in areas or [pointer]:
            if area.get("BETYPE") in ("", "IDREF"):
                begin, end = area.get("BEGIN"), area.get("END")
                yield _Area(area.get("FILEID"), begin, end)


def _areas(div: _Node) -> Iterator[_Area]:
    yield from _own_areas(div)
    for below in div.below("div"):
        yield from _own_areas(below)


def _holds_articles(div: _Node) -> bool:
    return any(below.kind in _ALIKE for below in div.below("div"))


def _links(mets: _Node) -> dict[str, list[str]]:
    """Return the IDs of the divs that structLink ties to a div, by its ID."""
    links: dict[str, list[str]] = {}
    for link in mets.below("smLink"):
        start, end = link.get("from"), link.get("to")
        links.setdefault(start.lstrip("#"), []).append(end.lstrip("#"))
    count = 0
    for group in mets.below("smLinkGrp"):
        places: dict[str, list[str]] = {}
        for place in group.named("smLocatorLink"):
            href = place.get("href").lstrip("#")
            places.setdefault(place.get("label"), []).append(href)
        for arc in group.named("smArcLink"):
            starts = places.get(arc.get("from"), [])
            ends = places.get(arc.get("to"), [])
            count += len(starts) * len(ends)
            if count > _MOST_LINKS:
                raise _UnreadableError(f"it has over {_MOST_LINKS} links")
            for start in starts:
                links.setdefault(start, []).extend(ends)
    return links


class _Structure:
    """The divs of a METS file, and what they point at."""

    def __init__(self, mets: _Node) -> None:
        self._links = _links(mets)
        self._by_id = {div.get("ID"): div for div in mets.below("div")}
        self._pointing: dict[int, bool] = {}

    def units(self, div: _Node) -> list[_Unit]:
        """Return the parts of an article, without the articles in it."""
        units: list[_Unit] = []
        with_pictures = div.kind != "SECTION" or not _holds_articles(div)
        self._gather(div, _Context().of(div, 1), with_pictures, units)
        return units

    def _gather(
        self, div: _Node, context: _Context, with_pictures: bool, units: list[_Unit]
    ) -> None:
        parts = [
            child
            for child in div.divs
            if child.kind not in _ALIKE
            and (with_pictures or child.kind not in _PICTURES)
        ]
        if not any(self._points(part) for part in parts):
            units += self._leaf(div, context)
        elif div.kind == "PARAGRAPH" and _is_plain(parts):
            # A container's own pointer repeats those of its parts.
            areas = [area for part in parts for area in _areas(part)]
            units.append(_Unit(context, areas, is_whole=True))
        else:
            for part in parts:
                inner = context.of(part, len(units) + 1)
                self._gather(part, inner, with_pictures, units)

    def _points(self, div: _Node) -> bool:
        """Say whether a div, or one in it that is no article, points at anything."""
        known = self._pointing.get(id(div))
        if known is None:
            known = (
                any(_own_areas(div))
                or div.get("ID") in self._links
                or any(
                    self._points(c) for c in div.named("div") if c.kind not in _ALIKE
                )
            )
            self._pointing[id(div)] = known
        return known

    def _leaf(self, div: _Node, context: _Context) -> Iterator[_Unit]:
        if areas := list(_own_areas(div)):
            yield _Unit(context, areas, is_whole=div.kind == "PARAGRAPH")
            return
        for name in self._links.get(div.get("ID"), []):
            place = self._by_id.get(name)
            if place is not None and not place.kind.endswith("PAGE"):
                # An area of a page says what it is: Headline, Textblock.
                role = _ROLES.get(_kind(place.label), context.role)
                said = _Context(role, context.picture, context.is_table)
                yield _Unit(said, list(_areas(place)))


def _is_plain(parts: list[_Node]) -> bool:
    return all(part.kind not in _PICTURES and part.kind not in _ROLES for part in parts)


# ---- An article put together


@dataclass(slots=True)
class _Piece:
    """Words that are one text: a paragraph, a line of a head."""

    context: _Context
    start: int
    end: int


@dataclass(slots=True)
class _Draft:
    """The words of an article, and what they are."""

    words: list[_Word] = field(default_factory=list)
    pieces: list[_Piece] = field(default_factory=list)
    # A page or a block that it points at is not there.
    is_incomplete: bool = False
    _taken: set[int] = field(default_factory=set)

    def add(self, unit: _Unit, areas: list[list[_Word]]) -> None:
        """Add the words of a unit, but those that the article has already."""
        is_first = True
        for words in areas:
            new = [word for word in words if id(word) not in self._taken]
            self._taken.update(map(id, new))
            for paragraph in _paragraphs(new):
                start = len(self.words)
                self.words += paragraph
                if unit.is_whole and not is_first and paragraph[0] is new[0]:
                    self.pieces[-1].end = len(self.words)
                else:
                    self.pieces.append(_Piece(unit.context, start, len(self.words)))
                is_first = False

    def has(self, role: str) -> bool:
        return any(piece.context.role == role for piece in self.pieces)


def _paragraphs(words: list[_Word]) -> list[list[_Word]]:
    """Return words by blocks, and by lines that blanks indent."""
    groups: list[list[_Word]] = []
    line: _Line | None = None
    for word in words:
        new = word.line is not line
        same_block = line is not None and (
            (line.file, line.block) == (word.line.file, word.line.block)
        )
        if not same_block or (new and word.line.is_indented):
            groups.append([])
        groups[-1].append(word)
        line = word.line
    return groups


_LONGEST = {
    "headline": 500,
    "kicker": 500,
    "deck": 1000,
    "byline": 300,
    "dateline": 200,
}


class _Assembly:
    """The fields of a record, made of a draft."""

    def __init__(self, draft: _Draft) -> None:
        self.draft = draft
        self.printed = _Printed(draft.words)
        self.source, self.places = self.printed.source()
        self.doubts = _ocr_doubts(draft.words, self.places)
        self.heads: dict[str, list[str]] = {}
        self.body: list[dict[str, str]] = []
        self._pictures: dict[tuple[int, str], list[str]] = {}
        self._has_paragraph = False
        for piece in draft.pieces:
            if text := self.printed.said(piece.start, piece.end):
                self._take(piece.context, text)
        if draft.is_incomplete:
            doubt = _doubt(
                0, len(self.source), "incomplete", 0, "missing-page-or-block"
            )
            self.doubts.append(doubt)
        for part in self.body:
            if part["kind"] == "photo":
                self._finish_photo(part)
        for role, longest in _LONGEST.items():
            if len(self.head(role)) > longest:
                # No head is so long: its type is wrong.
                texts = self.heads.pop(role)
                self.body[:0] = [{"kind": "paragraph", "text": t} for t in texts]

    def _take(self, context: _Context, text: str) -> None:
        role = context.role
        if role in ("caption", "credit"):
            self._take_caption(context, text)
        elif role in _HEADS and self._is_late(context):
            self.body.append({"kind": "subhead", "text": text})
        elif role in ("paragraph", "subhead"):
            self.body.append({"kind": role, "text": text})
            self._has_paragraph |= role == "paragraph"
        else:
            self.heads.setdefault(role, []).append(text)

    def _is_late(self, context: _Context) -> bool:
        """Say whether a head stands where the body has begun: it is of a part of it."""
        return self._has_paragraph or (context.in_body and "headline" in self.heads)

    def _take_caption(self, context: _Context, text: str) -> None:
        # A caption that belongs to no picture is of one that is not marked.
        number = context.picture or -len(self.body) - 1
        if not any((number, role) in self._pictures for role in ("caption", "credit")):
            self.body.append({"kind": "photo", "number": str(number)})
        self._pictures.setdefault((number, context.role), []).append(text)

    def _finish_photo(self, photo: dict[str, str]) -> None:
        """Give a photo its caption, and the credit that ends it apart from it."""
        number = int(photo.pop("number"))
        caption = " ".join(self._pictures.get((number, "caption"), []))
        credit = " ".join(self._pictures.get((number, "credit"), []))
        at = find_credit(caption) if 0 < len(caption) < _LONGEST_CAPTION else None
        if at and not credit and len(caption) - at <= _LONGEST_CREDIT:
            caption, credit = caption[:at].rstrip(), caption[at:]
        said = {"caption": caption, "credit": credit}
        photo.update({name: text for name, text in said.items() if text})

    def head(self, role: str) -> str:
        """Return the lines of a head as one."""
        return " ".join(self.heads.get(role, []))

    def headline(self, title: str) -> str:
        """Return the printed headline, else the title that METS gives, else the first line."""
        for role in _HEADS:
            if text := self.head(role):
                del self.heads[role]
                return text
        if not title:
            return self._first_line()
        first = self.body[0] if self.body else {}
        if _bare(first.get("text", "")) == _bare(title):
            del self.body[0]
        return title

    def _first_line(self) -> str:
        pieces = self.draft.pieces
        texts = [piece for piece in pieces if piece.context.role == "paragraph"]
        piece = (texts or pieces)[0]
        line = self.draft.words[piece.start].line
        end = piece.start
        while end < piece.end and self.draft.words[end].line is line:
            end += 1
        text = self.printed.said(piece.start, end)
        start, stop = self.places[piece.start][0], self.places[end - 1][1]
        self.doubts.append(_doubt(start, stop, "headline", 0.5, "no-heading"))
        paragraph = next((part for part in self.body if "text" in part), {})
        if paragraph.get("text") == text and len(self.body) > 1:
            self.body.remove(paragraph)
        return text[:_LONGEST_MADE_HEADLINE]


def _bare(text: str) -> str:
    return "".join(text.split())


_LONGEST_CREDIT, _LONGEST_CAPTION = 200, 2000


# ---- The issue


@dataclass(slots=True)
class _Page:
    label: str
    name: str = ""
    picture: str = ""


@dataclass(slots=True)
class _Found:
    """A div that is an article, and the heading of the section that it stands in."""

    div: _Node
    draft: _Draft
    column: str


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield the articles of the issue, or of a page of its own."""
    try:
        if _root(chunk.data[:HEAD])[0] == "alto":
            yield from page_file.with_picture(chunk, _lone_page(chunk))
        else:
            yield from _Issue(chunk).records()
    except (_UnreadableError, RecordError) as error:
        yield Rejected(chunk.origin, str(error), _beginning(chunk.data))


class _Issue:
    """A METS file with the ALTO files that were found."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._mets = _tree(chunk.data, _TECHNICAL)
        self._structure = _Structure(self._mets)
        self._sections = {
            section.get("ID"): section
            for section in self._mets.below("dmdSec", "mdSec")
        }
        maps = [m for m in self._mets.below("structMap") if m.kind == "LOGICAL"]
        self._logical = _Node("structMap", {}, maps)
        self._whole_files = Counter(
            area.file for area in _areas(self._logical) if not area.begin
        )
        self._layouts: dict[str, _Layout] = {}
        self._pages: dict[str, _Page] = {}
        # Files of other kinds, such as pictures: what points at them is no text.
        self._others = {file.get("ID") for file in self._mets.below("file")}
        self._positions: Counter[tuple[datetime.date, str]] = Counter()
        self._words_left = 0
        self._of_issues: list[str] = []
        self._of_all: list[str] = []
        self._find_descriptions()

    def records(self) -> Iterator[Record | Rejected]:
        """Yield the articles; where METS names none, what the page parser finds."""
        yield from self._read_layouts()
        self._read_pages()
        yield from self._read_pictures()
        issues = [div for div in self._logical.below("div") if div.kind == "ISSUE"]
        if len(issues) > _MOST_ISSUES:
            raise _UnreadableError(f"it has {len(issues)} issues: no volume has")
        count = 0
        for issue in issues or [self._logical]:
            place = self._place(issue, is_one_of_many=len(issues) > 1)
            advertisements = 0
            for found in self._articles(issue, "", with_pictures=True):
                count += bool(found.draft.words)
                if found.div.kind in _ADVERTISEMENTS and not self._is_headed(found):
                    advertisements += 1
                else:
                    yield from self._article(found, place)
            if advertisements:
                reason = f"advertisements without a heading, left out: {advertisements}"
                yield Rejected(self._chunk.origin, reason)
        if not count:
            yield from self._parsed_pages()

    # -- Pages

    def _read_layouts(self) -> Iterator[Rejected]:
        for file, href in _xml_files(self._mets):
            file_id = file.get("ID")
            try:
                name = _file_name(href)
            except _UnreadableError:
                name = ""
            data = self._chunk.attached.get(name)
            if data is None:
                self._others.discard(file_id)
                continue
            try:
                self._layouts[file_id] = _layout(data, file_id)
            except _UnreadableError as error:
                self._others.discard(file_id)
                reason = f"page {name}: {error}"
                yield Rejected(self._chunk.origin, reason, _beginning(data))
        words = sum(len(layout.words) for layout in self._layouts.values())
        self._words_left = _MOST_SHARED * words

    def _read_pages(self) -> None:
        """Find out which page a file is, by the physical structure or by their order."""
        order = 0
        for structure in self._mets.below("structMap"):
            pages = () if structure.kind == "LOGICAL" else structure.below("div")
            for div in pages:
                if div.kind.endswith("PAGE"):
                    order += 1
                    page = self._page(div, order)
                    for area in _areas(div):
                        self._pages.setdefault(area.file, page)
        for order, file_id in enumerate(self._layouts, 1):
            self._pages.setdefault(file_id, _Page(str(order)))

    def _read_pictures(self) -> Iterator[Rejected]:
        """Give each page its picture; yield those that are none."""
        for file_id, path in self._chunk.pictures.items():
            page = self._pages.get(file_id)
            if page is None or page.picture:
                continue
            try:
                page.picture = page_pictures.ready(path)
            except PictureError as error:
                reason = f"the picture of page {page.label}: {error}"
                yield Rejected(self._chunk.origin, reason)

    def _page(self, div: _Node, order: int) -> _Page:
        # What has five digits the recogniser made of a head of the page.
        said = [label for label in [div.get("ORDERLABEL")] if not label[4:].isdigit()]
        for name in div.get("DMDID").split():
            if section := self._sections.get(name):
                said += _details(section, "page number")
                said += [_one_line(node.text) for node in section.below("start")]
        said += [div.get("ORDER"), str(order)]
        label = next(filter(None, map(_label, said)))
        found = _PAGE_NAME.fullmatch(div.label)
        name = found[1].strip() if found else ""
        # What is not Chinese says no more than a number does: Seite 1, [1r].
        return _Page(label, name if _CHINESE.search(name) and len(name) <= 100 else "")

    def _parsed_pages(self) -> Iterator[Record | Rejected]:
        place = self._place(self._logical, is_one_of_many=False)
        for file_id, layout in self._layouts.items():
            page = self._pages[file_id]
            said = {**place, "page": page.label, "page_name": page.name}
            if not layout.words:
                continue
            for item in _parsed(layout, said, self._chunk.origin):
                if isinstance(item, Record):
                    item.picture = page.picture
                yield item

    # -- The place of the issue

    def _place(self, issue: _Node, is_one_of_many: bool) -> dict[str, Any]:
        """Return what the records say of the issue; raise RecordError for one without a date."""
        sections = self._descriptions(issue, is_one_of_many)
        labels = [issue.label, self._mets.label]
        labels += [div.label for div in issue.named("div")]
        dates = [text for section in sections for text in _dates(section)]
        dates += [*labels, self._chunk.options.get("date", "")]
        dates += reversed(self._chunk.path)
        date = next(filter(None, map(_date, dates)), None)
        if date is None:
            raise RecordError("neither MODS nor a LABEL nor the folders say the date")
        titles = [
            t for host in (True, False) for s in sections for t in _titles(s, host)
        ]
        title = _title_in([*titles, *labels])
        return {
            "publication": self._publication(title),
            "publication_name": title[:200],
            "date": date,
            "edition": _edition(sections),
            "issue_number": _issue_number(sections),
        }

    def _descriptions(self, issue: _Node, is_one_of_many: bool) -> list[_Node]:
        """Return what describes the issue, then what describes no article or page."""
        others = self._of_all if is_one_of_many else self._of_issues + self._of_all
        names = dict.fromkeys(issue.get("DMDID").split() + others)
        known = [self._sections[name] for name in names if name in self._sections]
        return known[:_MOST_DESCRIPTIONS]

    def _find_descriptions(self) -> None:
        used: set[str] = set()
        for div in self._mets.below("div"):
            names = div.get("DMDID").split()
            used.update(names)
            if div.kind == "ISSUE":
                self._of_issues += names
            elif div.kind in _OF_THE_ISSUE:
                self._of_all += names
        self._of_all += [name for name in self._sections if name not in used]

    def _publication(self, title: str) -> str:
        """Return the slug that the command gives, else the folders, else the title's."""
        path = self._chunk.path
        slugs = [above for above, name in pairwise(path[:-1]) if _date(name)]
        slugs = [*reversed(slugs), *path[: len(path) > 1]]
        given = self._chunk.options.get("publication")
        slug = given or next(filter(_SLUG.fullmatch, slugs), "") or _slug(title)
        if not slug:
            raise RecordError("neither MODS nor the folders say the publication")
        return slug

    # -- Articles

    def _articles(
        self, div: _Node, column: str, with_pictures: bool
    ) -> Iterator[_Found]:
        """Yield the articles below a div in order, and pictures that belong to none."""
        for child in div.divs:
            kind = child.kind
            if kind in _MASTHEAD or kind == "ISSUE":
                continue
            is_section = kind == "SECTION"
            if not is_section and kind not in _ALIKE | _PICTURES:
                yield from self._articles(child, column, with_pictures)
            elif kind in _PICTURES and not with_pictures:
                continue
            else:
                draft = self._draft(child)
                has_more = kind not in _PICTURES and _holds_articles(child)
                if not has_more or draft.has("paragraph") or draft.has("caption"):
                    yield _Found(child, draft, column)
                if has_more:
                    inner = self._column(child, draft) if is_section else ""
                    more = with_pictures and is_section
                    yield from self._articles(child, inner or column, more)

    def _column(self, section: _Node, draft: _Draft) -> str:
        title = _Assembly(draft).head("headline") or self._title(section)
        return title if len(title) <= _LONGEST_COLUMN else ""

    def _draft(self, div: _Node) -> _Draft:
        draft = _Draft()
        for unit in self._structure.units(div):
            areas = [self._words(area) for area in unit.areas]
            draft.add(unit, [words for words in areas if words])
            draft.is_incomplete |= any(words is None for words in areas)
        return draft

    def _words(self, area: _Area) -> list[_Word] | None:
        """Return the words of an area, or None for one that is not there.

        Raise _UnreadableError where the areas hold far more words than the pages.
        """
        layout = self._layouts.get(area.file)
        if layout is None:
            return [] if area.file in self._others else None
        if not area.begin:
            # A page that several articles point at says where they are, not what they say.
            is_own = self._whole_files[area.file] == 1
            start, end = 0, len(layout.words) * is_own
        elif area.begin not in layout.spans:
            return None
        else:
            start, end = layout.spans[area.begin]
            last = layout.spans.get(area.end or area.begin, (start, end))
            end = max(end, last[1])
        self._words_left -= end - start
        if self._words_left < 0:
            raise _UnreadableError("its articles share most of their text with others")
        return layout.words[start:end]

    def _title(self, div: _Node) -> str:
        """Return the title that METS gives a div in its LABEL or in MODS."""
        titles = [div.label]
        for name in div.get("DMDID").split():
            if section := self._sections.get(name):
                titles += _titles(section, host=False)
        return next((t for t in titles if not _NO_LABEL.fullmatch(t)), "")[:500]

    def _is_headed(self, found: _Found) -> bool:
        return found.draft.has("headline") or bool(self._title(found.div))

    def _article(
        self, found: _Found, place: dict[str, Any]
    ) -> Iterator[Record | Rejected]:
        div, draft = found.div, found.draft
        where = f"{div.get('TYPE')} {div.get('ID') or div.label[:60]}".strip()
        if not draft.words:
            if draft.is_incomplete or div.kind in _ARTICLES:
                missing = (
                    "its page or block is missing" if draft.is_incomplete else "no text"
                )
                reason = f"{where}: {missing}"
                yield Rejected(self._chunk.origin, reason, div.label[:_RAW])
            return
        record = self._record(found, place)
        try:
            check(record)
        except RecordError as error:
            raw = record.source_text[:_RAW]
            yield Rejected(self._chunk.origin, f"{where}: {error}", raw)
            return
        yield record

    def _record(self, found: _Found, place: dict[str, Any]) -> Record:
        made = _Assembly(found.draft)
        file = found.draft.words[0].line.file
        page = self._pages[file]
        here = [word for word in found.draft.words if word.line.file == file]
        key = (place["date"], page.label)
        self._positions[key] += 1
        return Record(
            headline=made.headline(self._title(found.div)),
            kicker=made.head("kicker"),
            deck=made.head("deck"),
            byline=made.head("byline"),
            dateline=made.head("dateline"),
            column=found.column,
            genre=ADVERTISEMENT if found.div.kind in _ADVERTISEMENTS else "",
            body=made.body,
            page=page.label,
            page_name=page.name,
            position=self._positions[key],
            source_text=made.source,
            doubts=sorted(made.doubts, key=lambda doubt: doubt["start"]),
            regions=_regions(here, self._layouts[file]),
            picture=page.picture,
            **place,
        )


# A folder that is called by a number says nothing of the publication.
_SLUG = re.compile(r"(?=.*[^\W\d_])\w[\w-]{0,79}")
_LONGEST_COLUMN = 100


# ---- Pages whose articles nobody marked


def _parsed(
    layout: _Layout, place: dict[str, Any], origin: Origin
) -> Iterator[Record | Rejected]:
    """Yield what the page parser finds, with the doubts of the recogniser too."""
    text, places = _Printed(layout.words).source()
    doubts = _ocr_doubts(layout.words, places)
    starts = [doubt["start"] for doubt in doubts]
    begins = [start for start, _end in places]
    said = {name: str(value) for name, value in place.items() if value}
    said["encoding"] = "utf-8"
    # A first line that is blank ends the header: all of it is text.
    page = Chunk(NAME, origin, f"\n{text}".encode(), options=said)
    after = 0
    for item in page_file.records(page):
        if isinstance(item, Rejected):
            reason = f"page {place['page']}: {item.reason}"
            yield Rejected(origin, reason, item.raw)
            continue
        at = text.find(item.source_text, after)
        if at >= 0:
            after = at + len(item.source_text)
            these = doubts[bisect_left(starts, at) : bisect_left(starts, after)]
            item.doubts += [_moved(doubt, -at) for doubt in these]
            first, last = bisect_left(begins, at), bisect_left(begins, after)
            item.regions = _regions(layout.words[first:last], layout)
        yield item


def _moved(doubt: dict[str, Any], by: int) -> dict[str, Any]:
    return {**doubt, "start": doubt["start"] + by, "end": doubt["end"] + by}


# What folders of ALTO files are called; the METS file is then above.
_ALTO_FOLDER = re.compile(r"alto|ocr|text|fulltext|xml|pages?", re.I)
# A number, or a letter of its own with one: 0003, page3, A03.
_PAGE_IN_NAME = re.compile(r"(?:(?<![A-Za-z])([A-Za-z]0*)|0*)(\d{1,19})\D*", re.ASCII)


def _alone(entry: Entry, data: bytes) -> Iterator[Chunk | Rejected]:
    """Yield an ALTO file unless a METS file has it, as far as one can know."""
    folder = entry.path[-2] if len(entry.path) > 1 else ""
    is_placed = _place_in(entry.path) is not None
    if any(_is_mets(entry, name) for name in _mets_names(entry.path[-1:], folder)):
        return
    if is_placed or not _ALTO_FOLDER.fullmatch(folder):
        pictures: dict[str, str] = {}
        yield from page_file.keep_picture(entry, pictures)
        yield Chunk(NAME, Origin(entry.name), data, entry.path, pictures=pictures)


def _mets_names(file: tuple[str, ...], folder: str) -> Iterator[str]:
    stem = file[0].rpartition(".")[0] if file else ""
    stems = (folder, stem, re.sub(r"[_-]?[A-Za-z]*\d+\Z", "", stem))
    for name in dict.fromkeys(filter(None, stems)):
        yield from (f"{name}{end}.xml" for end in ("-mets", "_mets", "-METS", "_METS"))
    yield from ("mets.xml", "METS.xml", "Mets.xml")
    if folder and folder != stem:
        yield from (f"{folder}.xml", f"{folder}_1.xml")


def _is_mets(entry: Entry, name: str) -> bool:
    try:
        data = entry.sibling(name)
    except (OSError, ValueError):
        return False
    return data is not None and _root(data[:HEAD])[0] == "mets"


def _place_in(path: tuple[str, ...]) -> dict[str, str] | None:
    """Return what publication/date/page.xml says, or None for other paths."""
    date = _date(path[-2]) if len(path) > 2 else None
    if date is None:
        return None
    return {"publication": path[-3], "date": date.isoformat()}


def _lone_page(chunk: Chunk) -> Iterator[Record | Rejected]:
    said = {**(_place_in(chunk.path) or {}), **chunk.options}
    if not said.get("publication") or not said.get("date"):
        raise RecordError(
            "an ALTO file needs its METS file, or folders that say where the page belongs"
            " (publication/date/page.xml)"
        )
    layout = _layout(chunk.data, "")
    if not layout.words:
        raise RecordError("there is no text on the page")
    stem = chunk.path[-1].rpartition(".")[0] if chunk.path else ""
    found = _PAGE_IN_NAME.search(stem)
    said.setdefault("page", f"{found[1] or ''}{found[2]}"[:20] if found else "1")
    yield from _parsed(layout, said, chunk.origin)
