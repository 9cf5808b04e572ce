"""What others would search the same articles with, each filled once and kept.

All of them are given the words that ours is given, for none of them cuts Chinese. PGroonga and
pg_textsearch are extensions of the server that Debian and the embedded server do not have.
"""

import io
import json
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import tantivy
from django.db import OperationalError, connection

from benchmarks.search.corpus import KEPT
from benchmarks.search.queries import Asked
from benchmarks.search.rows import Row, rows

PAGE = 20
_A_BATCH = 2_000
PLAIN_TIMEOUT_MS = 30_000


class Rival(ABC):
    """An index of all articles of a corpus."""

    name: str

    def __init__(self, count: int) -> None:
        self.place = KEPT / f"{self.name}-{count}"
        self.measured: dict[str, float] = {}

    @property
    def notes(self) -> Path:
        """Return the file that says that it is filled, how long it took and how large it is."""
        return self.place.with_name(f"{self.place.name}.json")

    @abstractmethod
    def create(self) -> None:
        """Make the index, empty."""

    @abstractmethod
    def add(self, batch: list[Row]) -> None:
        """Take some articles in."""

    @abstractmethod
    def finish(self) -> None:
        """Make them ready to be searched."""

    @abstractmethod
    def size(self) -> int:
        """Return the bytes of the index."""

    @abstractmethod
    def best(self, asked: Asked) -> list[int]:
        """Return the numbers of the best articles, the best first."""

    @abstractmethod
    def newest(self, asked: Asked) -> list[int]:
        """Return the numbers of the newest articles that match."""


def fill(rivals: list[Rival], path: Path) -> None:
    """Fill those of them that are not yet filled, from one reading of the articles."""
    empty = [rival for rival in rivals if not rival.notes.exists()]
    spent = dict.fromkeys(empty, 0.0)

    def timed(rival: Rival, work: str, *arguments: object) -> None:
        begun = time.perf_counter()
        getattr(rival, work)(*arguments)
        spent[rival] += time.perf_counter() - begun

    for rival in empty:
        timed(rival, "create")
    articles: Iterable[Row] = rows(path) if empty else ()
    articles = iter(articles)
    while batch := list(islice(articles, _A_BATCH)):
        for rival in empty:
            timed(rival, "add", batch)
    for rival in empty:
        timed(rival, "finish")
        rival.notes.write_text(
            json.dumps({"seconds": spent[rival], "size": rival.size()})
        )
    for rival in rivals:
        rival.measured = json.loads(rival.notes.read_text())


class Tantivy(Rival):
    """Tantivy 0.27: Lucene's design in Rust, with block-max WAND; the limit.

    One field for all of the text and one for the heads, both of ready words.
    """

    name = "tantivy"

    def _index(self) -> tantivy.Index:
        builder = tantivy.SchemaBuilder()
        for field in ("text", "heads"):
            builder.add_text_field(field, tokenizer_name="whitespace")
        builder.add_integer_field("number", stored=True)
        for field in ("day", "month", "publication", "page"):
            builder.add_integer_field(field, fast=True, indexed=True)
        self.place.mkdir(exist_ok=True)
        self.schema = builder.build()
        return tantivy.Index(self.schema, path=str(self.place))

    def create(self) -> None:
        """Make the index, empty."""
        self.writer = self._index().writer(512 << 20, num_threads=2)

    def add(self, batch: list[Row]) -> None:
        """Take some articles in."""
        for row in batch:
            self.writer.add_document(
                tantivy.Document(
                    text=" ".join(row.heads + row.rest),
                    heads=" ".join(row.heads),
                    number=row.number,
                    day=row.day.toordinal(),
                    month=row.day.year * 12 + row.day.month,
                    publication=sum(row.publication.encode()),
                    page=row.page,
                )
            )

    def finish(self) -> None:
        """Make them ready to be searched."""
        self.writer.commit()
        self.writer.wait_merging_threads()

    def size(self) -> int:
        """Return the bytes of the index."""
        return sum(path.stat().st_size for path in self.place.iterdir())

    def _searcher(self) -> tantivy.Searcher:
        if not hasattr(self, "searcher"):
            self.searcher = self._index().searcher()
        return self.searcher

    def _query(self, asked: Asked) -> tantivy.Query:
        self._searcher()
        field = "heads" if asked.heads else "text"
        query = tantivy.Query
        if asked.phrase and len(asked.words) > 1:
            return query.phrase_query(self.schema, field, list(asked.words))
        parts = [query.term_query(self.schema, field, word) for word in asked.words]
        if asked.since and asked.until:
            days = (asked.since.toordinal(), asked.until.toordinal())
            kind = tantivy.FieldType.Integer
            within = query.range_query(self.schema, "day", kind, *days)
            parts.append(query.const_score_query(within, 0.0))
        if len(parts) == 1:
            return parts[0]
        return query.boolean_query([(tantivy.Occur.Must, part) for part in parts])

    def _numbers(self, found: tantivy.SearchResult) -> list[int]:
        return [self.searcher.doc(place)["number"][0] for _key, place in found.hits]

    def best(self, asked: Asked) -> list[int]:
        """Return the numbers of the best articles, by BM25."""
        query = self._query(asked)
        return self._numbers(self._searcher().search(query, PAGE, count=False))

    def newest(self, asked: Asked) -> list[int]:
        """Return the numbers of the newest articles that match."""
        query = self._query(asked)
        return self._numbers(
            self._searcher().search(query, PAGE, count=False, order_by_field="day")
        )

    def facets(self, asked: Asked) -> str:
        """Return three of our facets, counted: publications, months and pages."""
        counted = {
            field: {"terms": {"field": field, "size": 1000}}
            for field in ("publication", "month", "page")
        }
        query = self._query(asked)
        return str(self._searcher().aggregate(query, counted))


class Fts5(Rival):
    """SQLite FTS5. Its row numbers follow the dates, which no archive can promise."""

    name = "fts5"

    def _connect(self) -> sqlite3.Connection:
        if not hasattr(self, "connection"):
            self.connection = sqlite3.connect(self.place)
            self.connection.execute("PRAGMA synchronous = OFF")
            self.connection.execute("PRAGMA cache_size = -500000")
        return self.connection

    def create(self) -> None:
        """Make the index, empty."""
        self.place.unlink(missing_ok=True)
        self._connect().execute(
            "CREATE VIRTUAL TABLE fts USING fts5(heads, rest, content='',"
            " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* S* Co'\")"
        )

    def add(self, batch: list[Row]) -> None:
        """Take some articles in."""
        self._connect().executemany(
            "INSERT INTO fts (rowid, heads, rest) VALUES (?, ?, ?)",
            [(r.number + 1, " ".join(r.heads), " ".join(r.rest)) for r in batch],
        )

    def finish(self) -> None:
        """Make them ready to be searched."""
        self.connection.commit()
        self.connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")
        self.connection.commit()
        days = self.connection.execute("SELECT max(rowid) FROM fts_docsize").fetchone()
        assert days[0]  # noqa: S101

    def size(self) -> int:
        """Return the bytes of the index."""
        return self.place.stat().st_size

    def _ask(self, asked: Asked, order: str) -> list[int]:
        words = [f'"{word}"' for word in asked.words]
        said = f'"{" ".join(asked.words)}"' if asked.phrase else " AND ".join(words)
        if asked.heads:
            said = f"heads : ({said})"
        within, days = "", []
        if asked.since and asked.until:
            within = " AND rowid BETWEEN ? AND ?"
            days = [_first_row(asked.until), _first_row(asked.since, after=1) - 1]
        found = self._connect().execute(
            f"SELECT rowid FROM fts WHERE fts MATCH ?{within} ORDER BY {order} LIMIT ?",
            [said, *days, PAGE],
        )
        return [number - 1 for (number,) in found]

    def best(self, asked: Asked) -> list[int]:
        """Return the numbers of the best articles, by its bm25()."""
        return self._ask(asked, "rank")

    def newest(self, asked: Asked) -> list[int]:
        """Return the numbers of the newest articles that match."""
        return self._ask(asked, "rowid")


def _first_row(day, after: int = 0) -> int:
    from benchmarks.search.corpus import ARTICLES_AN_ISSUE, LAST_DAY, PUBLICATIONS

    return ((LAST_DAY - day).days + after) * ARTICLES_AN_ISSUE * len(PUBLICATIONS) + 1


class Plain(Rival):
    """What people build on PostgreSQL: a tsvector with weights, GIN, ts_rank, ORDER BY date."""

    name = "plain"

    def create(self) -> None:
        """Make the table, empty."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS rival_plain")
            cursor.execute(
                "CREATE UNLOGGED TABLE rival_plain (id int PRIMARY KEY, day date, words tsvector)"
            )

    def add(self, batch: list[Row]) -> None:
        """Take some articles in."""
        lines = "".join(f"{row.number}\t{row.day}\t{_vector(row)}\n" for row in batch)
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY rival_plain FROM STDIN", io.StringIO(lines))

    def finish(self) -> None:
        """Make them ready to be searched."""
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute(
                "CREATE INDEX rival_plain_words ON rival_plain USING gin (words)"
            )
            cursor.execute("CREATE INDEX rival_plain_day ON rival_plain (day)")
            cursor.execute("VACUUM ANALYZE rival_plain")

    def size(self) -> int:
        """Return the bytes of the index."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_size('rival_plain_words')")
            return int(cursor.fetchone()[0])

    def _ask(self, asked: Asked, order: str) -> list[int]:
        mark = ":A" if asked.heads else ""
        between = " <-> " if asked.phrase else " & "
        said = between.join(f"'{word}'{mark}" for word in asked.words)
        within = "AND day BETWEEN %(since)s AND %(until)s" if asked.since else ""
        values = {"q": said, "since": asked.since, "until": asked.until}
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {PLAIN_TIMEOUT_MS}")
            try:
                cursor.execute(
                    "SELECT id FROM rival_plain, CAST(%(q)s AS tsquery) AS q"
                    f" WHERE words @@ q {within} ORDER BY {order} LIMIT {PAGE}",
                    values,
                )
                return [number for (number,) in cursor.fetchall()]
            except OperationalError:
                return []  # the time that was measured says it
            finally:
                cursor.execute("SET statement_timeout = 0")

    def best(self, asked: Asked) -> list[int]:
        """Return the numbers of the best articles, by ts_rank."""
        return self._ask(asked, "ts_rank(words, q) DESC")

    def newest(self, asked: Asked) -> list[int]:
        """Return the numbers of the newest articles that match."""
        return self._ask(asked, "day DESC")


def _vector(row: Row) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(row.heads + row.rest, start=1):
        found = places.setdefault(word, [])
        # A tsvector keeps 255 places of a word, the last being 16,383.
        if len(found) < 255:
            mark = "A" if place <= len(row.heads) else ""
            found.append(f"{min(place, 16_383)}{mark}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())
