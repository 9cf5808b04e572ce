"""The raw text of one page, with a header block or in a folder publication/date/page.txt.

The header says what the folders do not, one thing a line, above a blank line or a line of
hyphens::

    报纸: 新民晚报
    日期: 2020-06-08
    版: 1
"""

import re
from collections.abc import Iterator
from typing import Any

from articles.ingest import page_pictures
from articles.ingest.encoding import EncodingError, decode
from articles.ingest.formats import LARGEST_RECORD, Chunk, Entry, Origin, Rejected
from articles.ingest.page_pictures import PictureError
from articles.ingest.page_text import parse_page
from articles.ingest.parsed import Note, ParsedArticle, ParsedPage
from articles.ingest.record import Record, RecordError, check, day

NAME = "page"
# An article of which any decision is less sure comes in as a draft, for review.
REVIEW_BELOW = 0.8
# Decisions and doubts that an editor is shown.
DOUBTFUL_BELOW = 0.9
UNTITLED = "无题"
_RAW = 300
# A page that is nothing but small print has some 30,000 characters in 3,000 lines. What is far
# beyond would take the parser minutes, and is a whole volume or no page.
MOST_CHARACTERS = 1_000_000
MOST_LINES = 50_000
_KEYS = {
    "publication": ("publication", "报纸", "报名", "報紙", "報名"),
    "date": ("date", "日期", "出版日期"),
    "page": ("page", "版", "版号", "版次", "版號"),
    "page_name": ("page_name", "page name", "版名"),
    "edition": ("edition", "版本"),
    "issue_number": (
        "issue_number",
        "issue number",
        "总期号",
        "期号",
        "總期號",
        "期號",
    ),
    "publication_name": ("publication_name", "publication name"),
    "date_note": ("date_note", "date note", "日期说明", "日期說明"),
}
_NAMES = {key: name for name, keys in _KEYS.items() for key in keys}
_HEADER_LINE = re.compile(r"\s*([^:：]{1,20}?)\s*[:：]\s*(.*?)\s*")
_DATE = re.compile(
    r"(?P<y>\d{4})(?:-|/|\.|年|)(?P<m>\d{1,2})(?:-|/|\.|月|)(?P<d>\d{1,2})日?"
    r"(?:-(?P<edition>.+))?"
)
# 1.txt, A02.txt, 第3版.txt, 02-要闻.txt: the label, without what tells it in words.
_LABEL_IN_NAME = re.compile(
    r"第?(?P<label>[A-Za-z]?\d{1,4}[A-Za-z]?|[^\s/?#%\\._-]{1,20}?)版?(?:[\s._-].*)?"
)

# Of a file in no folder of a date, a word is no page.
_NUMBER_IN_NAME = re.compile(
    r"第?(?P<label>[A-Za-z]?\d{1,3}[A-Za-z]?)版?(?:[\s._-].*)?"
)
# Options that are not what a page says of itself.
_NO_FIELDS = {"encoding", "default_date", "default_page"}


def sniff(head: bytes, name: str) -> bool:
    """Say whether it is text of any kind: what no other format is."""
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    # UTF-16 has a zero byte for each Latin letter or digit, and few others below 32.
    return control <= len(head) / 4


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield the page."""
    data = entry.stream.read(LARGEST_RECORD + 1)
    origin = Origin(entry.name)
    if len(data) > LARGEST_RECORD:
        limit = LARGEST_RECORD // 2**20
        raw = data[:_RAW].decode("utf-8", "replace")
        yield Rejected(origin, f"no page is longer than {limit} MiB", raw)
    elif not data.strip():
        yield Rejected(origin, "the file is empty")
    else:
        pictures: dict[str, str] = {}
        yield from keep_picture(entry, pictures)
        yield Chunk(NAME, origin, data, entry.path, pictures=pictures)


def keep_picture(entry: Entry, pictures: dict[str, str]) -> Iterator[Rejected]:
    """Keep the picture beside a page's file; yield one that is too large."""
    if entry.spool is None or not entry.path:
        return
    try:
        name, path = entry.spool.keep_beside(entry.sibling, entry.path[-1])
    except PictureError as error:
        yield Rejected(Origin(entry.name), f"the picture beside it: {error}")
        return
    if path:
        pictures[name] = path


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield the articles of the page, which say where its picture is."""
    yield from with_picture(chunk, _records(chunk))


def with_picture(
    chunk: Chunk, found: Iterator[Record | Rejected]
) -> Iterator[Record | Rejected]:
    """Yield the records of a page with its one picture, and a picture that is none."""
    picture = ""
    for name, path in chunk.pictures.items():
        try:
            picture = page_pictures.ready(path)
        except PictureError as error:
            yield Rejected(chunk.origin, f"{name}, the picture beside it: {error}")
    for item in found:
        if isinstance(item, Record):
            item.picture = picture
        yield item


def _records(chunk: Chunk) -> Iterator[Record | Rejected]:
    raw = chunk.data[:_RAW].decode("utf-8", "replace")
    try:
        decoded = decode(chunk.data, chunk.options.get("encoding"))
        header, text = split_header(decoded.text)
        place = _place(header, chunk)
        check_size(text)
    except (EncodingError, RecordError) as error:
        yield Rejected(chunk.origin, str(error), raw)
        return
    parsed = parse_page(text)
    if not parsed.articles:
        yield Rejected(chunk.origin, "there is no article on the page", raw)
    header_lines = decoded.text.count("\n") - text.count("\n")
    lines = _LineNumbers(text, header_lines + 1)
    for position, article in enumerate(parsed.articles, 1):
        try:
            yield _record(parsed, article, place, position)
        except RecordError as error:
            origin = Origin(chunk.origin.file, lines.of(article.span[0]))
            said = text[slice(*article.span)]
            yield Rejected(origin, str(error), said)


def check_size(text: str) -> None:
    """Raise RecordError for a text that is larger than any page."""
    if len(text) > MOST_CHARACTERS:
        raise RecordError(
            f"no page is longer than {MOST_CHARACTERS} characters: it has {len(text)}"
        )
    # As str.splitlines() has them, like the parser; blank ones cost nothing.
    lines = sum(bool(line.strip()) for line in text.splitlines())
    if lines > MOST_LINES:
        raise RecordError(f"no page has more than {MOST_LINES} lines: it has {lines}")


class _LineNumbers:
    """The line in which each of some places stands, asked for in order."""

    def __init__(self, text: str, first: int) -> None:
        self._text, self._line, self._at = text, first, 0

    def of(self, place: int) -> int:
        """Return the line of a place, of one before the place asked for last that one's."""
        self._line += self._text.count("\n", self._at, place)
        self._at = max(self._at, place)
        return self._line


def split_header(text: str) -> tuple[dict[str, str], str]:
    """Return what the header block says, by field, and the text under it.

    A line whose key is unknown ends the header: it is text.
    """
    header: dict[str, str] = {}
    rest = text
    while rest:
        line, _end, after = rest.partition("\n")
        found = _HEADER_LINE.fullmatch(line.rstrip("\r"))
        name = _NAMES.get(found[1].lower()) if found else None
        if name is None or name in header:
            break
        header[name] = found[2] if found else ""
        rest = after
    if header and rest:
        line, _end, after = rest.partition("\n")
        if not line.strip().strip("-—="):
            rest = after
    return header, rest


def _place(header: dict[str, str], chunk: Chunk) -> dict[str, Any]:
    """Return the fields of the page's place: the header's, else the folders'."""
    given = {k: v for k, v in chunk.options.items() if k not in _NO_FIELDS}
    said = {**_by_default(chunk), **_from_path(chunk.path), **given, **header}
    missing = [name for name in ("publication", "date") if not said.get(name)]
    if missing:
        raise RecordError(
            f"neither a header nor the folders (publication/date/page.txt) say the"
            f" {' and the '.join(missing)}"
        )
    return place_of(said)


def place_of(header: dict[str, str]) -> dict[str, Any]:
    """Return the fields of a record's place that a header says, its date among them.

    Raise RecordError for what is no day and no number.
    """
    said = dict(header)
    found = _DATE.fullmatch(said.pop("date"))
    if not found:
        raise RecordError("the date of the page is not a day (YYYY-MM-DD)")
    date = day(f"{found['y']}-{found['m'].zfill(2)}-{found['d'].zfill(2)}")
    number = said.pop("issue_number", "")
    place: dict[str, Any] = {"page": "1", **said, "date": date}
    if found["edition"]:
        place.setdefault("edition", found["edition"])
    if number:
        if not number.isascii() or not number.isdigit():
            raise RecordError(f"the number of the issue is {number!r}")
        place["issue_number"] = int(number)
    return place


def _by_default(chunk: Chunk) -> dict[str, str]:
    """Return what was said of all files; one that is called as a page is, is that page."""
    options = chunk.options
    date, page = options.get("default_date"), options.get("default_page")
    if not date:
        return {"page": page} if page else {}
    stem = chunk.path[-1].rsplit(".", 1)[0] if chunk.path else ""
    if numbered := _NUMBER_IN_NAME.fullmatch(stem):
        page = numbered["label"]
    return {"date": date, **({"page": page} if page else {})}


def _from_path(path: tuple[str, ...]) -> dict[str, str]:
    if len(path) < 3 or not _DATE.fullmatch(path[-2]):
        return {}
    label = _LABEL_IN_NAME.fullmatch(path[-1].rsplit(".", 1)[0])
    place = {"publication": path[-3], "date": path[-2]}
    return {**place, "page": label["label"]} if label else place


def _record(
    page: ParsedPage, article: ParsedArticle, place: dict[str, Any], position: int
) -> Record:
    record = Record(position=position, **fields_of(page, article), **place)
    check(record)
    return record


def fields_of(page: ParsedPage, article: ParsedArticle) -> dict[str, Any]:
    """Return the fields of an article's record, those of its place aside."""
    start, end = article.span
    parts = article.record()
    sure = article.confidence >= REVIEW_BELOW and bool(parts["headline"])
    return {
        **parts,
        "headline": parts["headline"] or UNTITLED,
        "body": [
            {name: text for name, text in part.items() if text}
            for part in parts["body"]
        ],
        "genre": article.genre,
        "status": "published" if sure else "draft",
        "source_text": page.source[start:end],
        "doubts": [_doubt(note, start) for note in article.notes if _is_doubt(note)],
    }


def _is_doubt(note: Note) -> bool:
    return note.code == "misprint" or note.confidence < DOUBTFUL_BELOW


def _doubt(note: Note, start: int) -> dict[str, Any]:
    return {
        "start": note.start - start,
        "end": note.end - start,
        "code": note.code,
        "confidence": note.confidence,
        "reasons": list(note.reasons),
    }
