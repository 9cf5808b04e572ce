"""Sets of articles that this process has read before, so that they need not be read again.

A common word of a million articles has some 250 kB with all of its levels, which take longer to
come from the server than the search that is done with them. What was read holds until the bitmaps
are made anew: articles that were changed since are left out of all of them (bitmaps.py).
"""

from collections.abc import Iterable, Mapping
from threading import Lock

from cachetools import LRUCache
from pyroaring import FrozenBitMap

# Of a process. Those of a million articles have 430 MB in all, of which few are ever asked for.
MOST_BYTES = 128 * 2**20
# Of an entry that has no articles: the key and the objects.
_LEAST_BYTES = 300


def _size(articles: FrozenBitMap) -> int:
    numbers = articles.get_statistics()
    return (
        _LEAST_BYTES
        + numbers["n_bytes_array_containers"]
        + numbers["n_bytes_run_containers"]
        + numbers["n_bytes_bitset_containers"]
    )


class Memory:
    """The sets of one build, the latest that was asked for; those not asked for longest go first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._build = 0
        self._of: LRUCache[str, FrozenBitMap] = LRUCache(MOST_BYTES, _size)

    def read(self, build: int, lexemes: Iterable[str]) -> dict[str, FrozenBitMap]:
        """Return the articles of those lexemes that are remembered of a build."""
        with self._lock:
            if build != self._build:
                return {}
            found = ((lexeme, self._of.get(lexeme)) for lexeme in lexemes)
            return {lexeme: having for lexeme, having in found if having is not None}

    def keep(self, build: int, having: Mapping[str, FrozenBitMap]) -> None:
        """Remember the articles of lexemes, and forget those of another build."""
        with self._lock:
            if build != self._build:
                self._of.clear()
                self._build = build
            for lexeme, articles in having.items():
                if _size(articles) <= MOST_BYTES:
                    self._of[lexeme] = articles
