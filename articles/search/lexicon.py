"""The archive's lexicon as segmentation needs it, kept between requests."""

import threading

from django.db import connection
from django.db.models import QuerySet

from articles.models import LexiconWord
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
    return _kept(_of_index, LexiconWord.objects.all(), "true")


def query_lexicon() -> Lexicon:
    """Return the lexicon that queries are cut by: a word that is still being indexed is not in it.

    So a query finds an article before it has the word as well as after, since an article with
    the word has its parts too (articles/text/segment.py).
    """
    return _kept(_of_queries, LexiconWord.objects.in_use(), "is_in_use")


def _kept(cache: _Cache, words: QuerySet, where: str) -> Lexicon:
    signature = _signature(where)
    if cache.signature != signature:
        cache.lexicon = Lexicon(words.values_list("word", flat=True))
        cache.signature = signature
    return cache.lexicon


def _signature(where: str) -> Signature:
    # Every search asks this, and Django takes longer to write it than PostgreSQL to answer.
    sql = (
        f"SELECT count(*), sum(hashtext(word)) FROM articles_lexiconword WHERE {where}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        words, hashes = cursor.fetchone()
    return words, hashes


def articles_with(word: str) -> int:
    """Return how many published articles contain a word, to the letter."""
    where, parameters = condition(Literal(fold(word).strip())).where()
    sql = (
        f"SELECT count(DISTINCT article_id) FROM articles_searchdocument WHERE {where}"
    )
    with searching(_COUNT_MS):
        ((number,),) = rows(sql, parameters)
    return int(number)
