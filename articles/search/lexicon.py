"""The archive's lexicon as segmentation needs it, kept between requests."""

import threading

from django.db import connection

from articles.search.conditions import condition
from articles.search.database import rows, searching
from articles.search.language import Literal
from articles.text.fold import fold
from articles.text.lexicon import Lexicon

# A word that stands in most of a million articles takes some seconds.
_COUNT_MS = 60_000

Signature = tuple[int, int | None]


class _Cache(threading.local):
    signature: Signature | None = None
    lexicon = Lexicon()


_of_index, _of_queries = _Cache(), _Cache()


def current_lexicon() -> Lexicon:
    """Return the lexicon that articles are indexed by, as this transaction sees it.

    One query, two when it has changed.
    """
    return _kept(_of_index, "true")


def query_lexicon() -> Lexicon:
    """Return the lexicon that queries are cut by: a word that is still being indexed is not in it.

    So a query finds an article before it has the word as well as after, since an article with
    the word has its parts too (articles/text/segment.py).
    """
    return _kept(_of_queries, "is_in_use")


def _kept(cache: _Cache, where: str) -> Lexicon:
    # Not by a QuerySet, which takes longer to write the statement of every search than
    # PostgreSQL to answer it.
    ((number, hashes),) = _words("count(*), sum(hashtext(word))", where)
    if cache.signature != (number, hashes):
        cache.lexicon = Lexicon(word for (word,) in _words("word", where))
        cache.signature = number, hashes
    return cache.lexicon


def _words(columns: str, where: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM articles_lexiconword WHERE {where}")
        return list(cursor.fetchall())


def articles_with(word: str) -> int:
    """Return how many published articles contain a word, to the letter."""
    where, parameters = condition(Literal(fold(word).strip())).where()
    sql = (
        f"SELECT count(DISTINCT article_id) FROM articles_searchdocument WHERE {where}"
    )
    with searching(_COUNT_MS):
        ((number,),) = rows(sql, parameters)
    return int(number)
