"""What an editor pasted, read by the parser of page files: where it was printed, its articles."""

import re
from dataclasses import dataclass, field
from typing import Any

from articles.body_text import Part, plain_ends
from articles.ingest.formats import page_file
from articles.ingest.page_text import parse_page
from articles.ingest.parsed import ParsedArticle, ParsedPage

# Ten full pages of a newspaper; the parser takes a millisecond for a line.
MOST = 200_000
MOST_LINES = 4_000
HEADS = ("column", "kicker", "headline", "deck", "byline", "dateline", "genre")
# As articles/ingest/record.py has them, and the mark that files may begin with.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Found:
    """An article in what was pasted; ``body`` names its photos by number."""

    heads: dict[str, str]
    body: list[Part]
    photos: list[dict[str, str]]
    source_text: str
    doubts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text as it is kept, without ``removed`` characters that cannot be stored."""

    text: str
    removed: int
    # What the lines above a page say of its place: publication, date, page and so on.
    header: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


def read(text: str) -> Pasted:
    """Return the articles of a text. It never raises for any string.

    The source of one article alone is the whole text, headers and page numbers too; of
    several each has its own lines.
    """
    plain = plain_ends(text)
    kept = _UNSTORABLE.sub("", plain)
    header, rest = page_file.split_header(kept)
    page = parse_page(rest)
    found = [_found(page, article) for article in page.articles]
    if len(found) == 1:
        start = len(kept) - len(rest) + page.articles[0].span[0]
        found = [_with_source(found[0], kept, start)]
    return Pasted(kept, len(plain) - len(kept), header, found)


def _found(page: ParsedPage, article: ParsedArticle) -> Found:
    fields = page_file.fields_of(page, article)
    body: list[Part] = []
    photos: list[dict[str, str]] = []
    for part in fields["body"]:
        if part["kind"] == "photo":
            photos.append({name: part.get(name, "") for name in ("caption", "credit")})
            body.append(Part("photo", number=len(photos)))
        else:
            body.append(Part(part["kind"], part["text"]))
    # An editor gives a headline that is missing; "untitled" is for imports.
    heads = {name: fields[name] for name in HEADS} | {"headline": article.headline}
    return Found(heads, body, photos, fields["source_text"], fields["doubts"])


def _with_source(found: Found, text: str, start: int) -> Found:
    doubts = [
        {**doubt, "start": doubt["start"] + start, "end": doubt["end"] + start}
        for doubt in found.doubts
    ]
    return Found(found.heads, found.body, found.photos, text, doubts)
