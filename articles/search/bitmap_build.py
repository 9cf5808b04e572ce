"""Making the bitmaps of articles/search/bitmaps.py from the search documents."""

import secrets
from collections.abc import Iterator

from django.db import connection, transaction
from pyroaring import BitMap

from articles.models import Bitmap, IndexChange
from articles.search import changes
from articles.search.bitmaps import (
    ARTICLES,
    MOST_CHANGED,
    code_of,
    lookups,
    pair_lexeme,
    unpacked,
)
from articles.search.bm25f import levels_of
from articles.search.document import EVERY
from articles.search.steps import by_length

Kind = Bitmap.Kind
# An archive of fewer articles is counted in milliseconds without bitmaps.
LEAST_ARTICLES = 20_000
# Lexemes that such a share of the articles have get a bitmap.
COMMON = 0.03
# Pairs of characters are looked for less often than words, and are many more.
COMMON_PAIRS = 0.1
# From so many articles it is told which lexemes may be common. A lexeme is missed where chance
# takes a sixth of its articles from the sample; then it is only counted as a rare one is.
_SAMPLE = 5_000
_MAYBE_COMMON = 0.025
# Each of which may be of all articles: four megabytes for a million, and twice that as text.
_A_JOURNEY = 4
# Of lexemes that are no words (articles/search/document.py). Every common word must have its
# levels here: one that is missing is taken to be in no article (bitmaps.py).
_SIGNS = frozenset('^#:="')
# An advisory lock of ours: two builds at once would be one too many.
_LOCK = 0x6E657773
# Made anew when so many articles were changed since.
_OUTDATED = MOST_CHANGED // 5

_VALUES = {
    Kind.PUBLICATION: "SELECT publication_id::text AS value, article_id FROM {documents}",
    Kind.MONTH: "SELECT to_char(published_on, 'YYYY-MM') AS value, article_id FROM {documents}",
    Kind.PAGE_NAME: "SELECT page_name AS value, article_id FROM {documents}"
    " WHERE page_name <> ''",
    Kind.COLUMN: "SELECT \"column\" AS value, article_id FROM {documents} WHERE \"column\" <> ''",
    Kind.AUTHOR: "SELECT unnest(authors) AS value, article_id FROM {documents}",
    Kind.TAG: "SELECT unnest(tag_ids)::text AS value, article_id FROM {documents}",
    Kind.SPLIT: "SELECT '' AS value, article_id FROM {documents} WHERE part > 0",
}  # fmt: skip


def refresh() -> None:
    """Make the bitmaps anew where that is worth it, and forget what changed before."""
    if _is_worth_it():
        build()
    with transaction.atomic():
        # A build that goes on needs the changes since it began.
        if _locked():
            changes.prune()


def _is_worth_it() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM articles_searchdocument"
            f" LIMIT {LEAST_ARTICLES}) AS documents),"
            " EXISTS (SELECT FROM articles_bitmap),"
            " (SELECT sum(cardinality(article_ids)) FROM articles_indexchange)"
        )
        number, there, changed = cursor.fetchone()
    return number >= LEAST_ARTICLES and (not there or (changed or 0) > _OUTDATED)


def build() -> bool:
    """Make all bitmaps anew, in one transaction; say whether another process is not at it.

    The changes that are seen before the documents are read are in the bitmaps. Whatever is
    committed later has a change that is not taken for done.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not _locked():
            return False
        # A bitmap of a common lexeme must not become lossy.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        pending = IndexChange.objects.filter(article_ids__isnull=False)
        seen = list(pending.values_list("pk", flat=True))
        number = secrets.randbits(62)
        Bitmap.objects.all().delete()
        split = _store_values(number)
        total, maybe = _maybe_common()
        pairs = [lexeme for lexeme in maybe if code_of(lexeme) is not None]
        _store(number, split, pairs, least=COMMON_PAIRS * total)
        others = sorted(set(maybe) - set(pairs))
        common = _store(number, split, others, least=COMMON * total)
        words = [lexeme for lexeme in common if not _SIGNS.intersection(lexeme)]
        kept = {name for word in words for name in _kept_of(word)} - set(common)
        _store(number, split, sorted(kept))
        _store_lengths(number, split)
        IndexChange.objects.filter(pk__in=seen).update(article_ids=None)
    return True


def _locked() -> bool:
    """Say whether no other build goes on, and let none begin before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _store_values(build: int) -> BitMap:
    """Store the values of all facets; return the articles that have several documents."""
    split = BitMap()
    with connection.cursor() as cursor:
        # Last in the order of kinds and first here: the others are without them.
        for kind in sorted(_VALUES, reverse=True):
            documents = _VALUES[kind].format(documents="articles_searchdocument")
            cursor.execute(
                f"SELECT value, {ARTICLES} FROM ({documents}) AS documents GROUP BY value"
            )
            found = {value: unpacked(packed) for value, packed in cursor.fetchall()}
            if kind == Kind.SPLIT:
                split = found.get("", split)
            Bitmap.objects.bulk_create(
                _row(kind, value, build, articles if kind == Kind.SPLIT else articles - split)
                for value, articles in found.items()
            )  # fmt: skip
    return split


def _store_lengths(build: int, split: BitMap) -> None:
    """Store the articles by the lengths of their bodies."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT length, {ARTICLES} FROM articles_searchdocument GROUP BY length"
        )
        having = {length: unpacked(packed) for length, packed in cursor.fetchall()}
    Bitmap.objects.bulk_create(
        _row(Kind.LEXEME, lexeme, build, articles - split)
        for lexeme, articles in by_length(having).items()
    )


def _kept_of(word: str) -> list[str]:
    """Return the lexemes of a common word that are kept however few articles have them.

    Its levels rank, and where it stands is counted with every search.
    """
    return [*levels_of(word), f"h:{word}", f"x:{word}", f"c:{word}"]


def _store(
    build: int, split: BitMap, lexemes: list[str], least: float = 1
) -> list[str]:
    """Store the bitmaps of lexemes that so many articles have, and return those."""
    stored = []
    for portion in _in_portions(lexemes):
        rows = [
            _row(Kind.LEXEME, lexeme, build, articles - split)
            for lexeme, articles in _articles_of(portion).items()
            if len(articles) >= least or lexeme == EVERY
        ]
        Bitmap.objects.bulk_create(rows)
        stored += [row.value for row in rows]
    return stored


def _maybe_common() -> tuple[int, list[str]]:
    """Return the number of documents, and the lexemes and codes that are common in a sample of them.

    But for levels, which are stored of every common word.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM articles_searchdocument")
        (number,) = cursor.fetchone()
        share = min(100.0, 100 * _SAMPLE / max(1, number))
        cursor.execute(
            "WITH sample AS MATERIALIZED (SELECT words, bigrams FROM articles_searchdocument"
            " TABLESAMPLE BERNOULLI (%s) REPEATABLE (0)), least AS"
            " (SELECT %s * count(*) AS words, %s * count(*) AS codes FROM sample)"
            " SELECT lexeme, NULL FROM sample, unnest(tsvector_to_array(words)) AS lexeme"
            " WHERE strpos(lexeme, '^') = 0 GROUP BY lexeme"
            " HAVING count(*) >= (SELECT words FROM least)"
            " UNION ALL SELECT NULL, code FROM sample, unnest(bigrams) AS code GROUP BY code"
            " HAVING count(*) >= (SELECT codes FROM least)",
            [share, _MAYBE_COMMON, COMMON_PAIRS * _MAYBE_COMMON / COMMON],
        )
        found = {lexeme or pair_lexeme(code) for lexeme, code in cursor.fetchall()}
        return number, sorted({EVERY, *found})


def _in_portions(lexemes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(lexemes), _A_JOURNEY):
        yield lexemes[start : start + _A_JOURNEY]


def _articles_of(lexemes: list[str]) -> dict[str, BitMap]:
    found: dict[str, BitMap] = {}
    with connection.cursor() as cursor:
        for sql, parameters in lookups(lexemes):
            cursor.execute(sql, parameters)
            found |= {lexeme: unpacked(packed) for lexeme, packed in cursor.fetchall()}
    return found


def _row(kind: Kind, value: str, build: int, articles: BitMap) -> Bitmap:
    articles.run_optimize()
    return Bitmap(kind=kind, value=value, build=build, articles=articles.serialize())
