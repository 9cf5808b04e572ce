"""What took long to count is kept until the index changes."""

import hashlib
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from articles.search import changes
from articles.search.database import searching

_Found = TypeVar("_Found")
_SLOW_SECONDS = 0.05
_KEPT_SECONDS = 24 * 60 * 60


def kept(what: object, count: Callable[[], _Found], better: object = None) -> _Found:
    """Return what ``count`` returned for this on the index as it is, or returns now.

    ``what`` says by its repr everything that the answer depends on. Where something is kept for
    ``better``, that is the answer. Within ``searching``.
    """
    token = changes.token()
    key = _key(what, token)
    keys = [key] if better is None else [_key(better, token), key]
    found: dict[str, _Found] = cache.get_many(keys)
    for known in keys:
        if known in found:
            return found[known]
    begun = time.monotonic()
    counted = count()
    if time.monotonic() - begun > _SLOW_SECONDS:
        cache.set(key, counted, _KEPT_SECONDS)
    return counted


def _key(what: object, token: object) -> str:
    said = repr((what, token)).encode()
    return f"kept-{hashlib.blake2b(said, digest_size=16).hexdigest()}"


def counted_once(what: object, count: Callable[[], _Found]) -> _Found:
    """Return what ``kept`` does, for pages that are no search.

    What is counted once for all readers, until the index changes, may take longer than a search.
    """
    with searching(settings.SEARCH_TIMEOUT_MS):
        return kept(what, lambda: _without_limit(count))


def _without_limit(count: Callable[[], _Found]) -> _Found:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    return count()
