"""Our search, asked as the page asks it, and taken apart: keys, hits, facets."""

import time
from dataclasses import replace

from django.conf import settings
from django.core.cache import caches
from django.test import Client

from articles.search import engine
from articles.search.best import Key
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from benchmarks.search.queries import Asked

_NO_FILTERS = engine.Filters()


def keys(asked: Asked, sort: engine.Sort) -> list[int]:
    """Return the articles of the first page, which is what the rivals return.

    Where the time was up, return what was found until then.
    """
    query = parse(asked.text, current_lexicon())
    page = engine.Page(query, _NO_FILTERS, sort, None)
    page.fill_within(settings.SEARCH_TIMEOUT_MS)
    return [key.article for _stage, key in page.found[: engine.HITS_PER_PAGE]]


def far(asked: Asked) -> float | None:
    """Return the seconds that the page takes which follows half of the best score.

    None where nothing has a score: nothing was found, or without words to count.
    """
    query = parse(asked.text, current_lexicon())
    first = engine.Page(query, _NO_FILTERS, "best", None)
    first.fill_within(settings.SEARCH_TIMEOUT_MS)
    if not first.found:
        return None
    stage, best = first.found[0]
    if not isinstance(best, Key):
        return None
    after = engine.Cursor(replace(best, score=best.score / 2), stage)
    begun = time.perf_counter()
    page = engine.Page(query, _NO_FILTERS, "best", after)
    page.fill_within(settings.SEARCH_TIMEOUT_MS)
    return time.perf_counter() - begun


def page(client: Client, asked: Asked, sort: engine.Sort) -> tuple[float, float]:
    """Return the seconds until the hits of the page are sent, and its facets after them.

    Everything is made anew: what was kept of an earlier search, or of the page, is forgotten.
    """
    for cache in caches.all():
        cache.clear()
    begun = time.perf_counter()
    response = client.get("/search/", {"q": asked.text, "sort": sort})
    if response.status_code != 200:
        raise RuntimeError(f"{asked.text}: {response.status_code}")
    parts = iter(response)
    next(parts)
    hits = time.perf_counter() - begun
    for _part in parts:
        pass
    return hits, time.perf_counter() - begun - hits


def browser() -> Client:
    """Return who asks for pages."""
    # The test's own host name is none of the archive's.
    return Client(headers={"host": "127.0.0.1"})
