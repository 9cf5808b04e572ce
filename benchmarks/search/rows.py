"""The benchmark's articles as the rivals index them: cut into words as ours are."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import segment
from benchmarks.search.corpus import text_of
from benchmarks.search.processes import in_order

_A_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Row:
    """An article: its place in the corpus, its facets, and its words in order."""

    number: int
    day: datetime.date
    publication: str
    page: int
    heads: list[str]
    rest: list[str]


def rows(path: Path) -> Iterator[Row]:
    """Yield the articles of a file of records, cut by several processes."""
    with path.open(encoding="utf-8") as lines:
        numbered = enumerate(lines)
        chunks = iter(lambda: list(islice(numbered, _A_CHUNK)), [])
        for made in in_order(_cut, chunks):
            yield from made


def _cut(chunk: list[tuple[int, str]]) -> list[Row]:
    none = Lexicon()
    made = []
    for number, line in chunk:
        record = json.loads(line)
        heads, rest = text_of(record)
        made.append(
            Row(
                number=number,
                day=datetime.date.fromisoformat(record["date"]),
                publication=record["publication"],
                page=int(record["page"]),
                heads=segment(fold(heads), none),
                rest=segment(fold(rest), none),
            )
        )
    return made
