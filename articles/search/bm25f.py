"""BM25F: how well an article answers a word, and which lexemes hold that in the index.

The simple form of Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted
fields" (CIKM 2004): an article counts as if each field were said as often as its weight, and
then BM25 is taken of the whole. With ``frequency`` and ``length`` so weighted::

    odds  = frequency / (K1 * (1 - B + B * length / PIVOT))
    score = sum over the words of idf * odds / (1 + odds)

The odds of a word in an article are known when it is indexed, since PIVOT is a constant
rather than the collection's average, which would change with each article. Their level,
four to an octave, is written into the index: an impact-ordered index (Anh and Moffat, SIGIR
2001) in plain GIN. Levels only choose candidates; scores are exact.
"""

import math
import zlib
from collections.abc import Iterable
from functools import lru_cache

# Fields: heads (kicker, headline, deck), tags, byline, column, captions, body.
WEIGHTS = {"h": 5, "t": 3, "b": 2, "k": 2, "c": 2, "d": 1}
K1 = 1.2
B = 0.6
# About the weighted length of a newspaper article in words.
PIVOT = 350
LEVELS_PER_OCTAVE = 4
# Odds below 2 (a word that stands once in all but the shortest articles) have no level: they
# are most of the index, and seldom among the best.
FIRST_LEVEL = LEVELS_PER_OCTAVE
LAST_LEVEL = 12 * LEVELS_PER_OCTAVE
MAX_FREQUENCY = 2**14 - 1


def norm(length: int) -> float:
    """Return what frequencies are divided by in an article of this weighted length."""
    return K1 * (1 - B + B * length / PIVOT)


def level(odds: float) -> int:
    """Return the level of odds: level n holds odds from 2 ** (n / 4) up.

    >>> level(1.0), level(2.0), level(1e9)
    (0, 4, 48)
    """
    found = math.floor(LEVELS_PER_OCTAVE * math.log2(odds) + 1e-9)
    return min(found, LAST_LEVEL)


def least_odds(level: int) -> float:
    """Return the lowest odds of a level."""
    return float(2 ** (level / LEVELS_PER_OCTAVE))


def least_score(level: int) -> float:
    """Return what a word scores at least on a level, and stays below under it, before its idf."""
    odds = least_odds(level)
    return odds / (1 + odds)


def idf(documents: int, containing: int) -> float:
    """Return the inverse document frequency, never negative (Lucene's form of Robertson's)."""
    return math.log1p((documents - containing + 0.5) / (containing + 0.5))


def score(frequency: int, length: int) -> float:
    """Return the score of one word, before idf: 0 to 1."""
    odds = frequency / norm(length)
    return odds / (1 + odds)


def lexeme(word: str, level: int) -> str:
    """Return the lexeme that says the level of a word; no word has the sign.

    >>> lexeme("上海", 13)
    '上海^13'
    """
    return f"{word}^{level}"


def levels_of(word: str) -> list[str]:
    """Return the lexemes of all levels that a word may have in an article."""
    return [lexeme(word, n) for n in range(FIRST_LEVEL, LAST_LEVEL + 1)]


# ---- Frequencies, kept compactly: a word that is not there stands once with weight 1


@lru_cache(maxsize=200_000)
def key(word: str) -> bytes:
    """Return four bytes that stand for a word: 28 bits of its CRC-32, each high bit set.

    Counts have no high bit, so that no key is found across two records.
    """
    crc = zlib.crc32(word.encode())
    spread = crc & 0x7F | (crc & 0x3F80) << 1 | (crc & 0x1FC000) << 2
    return (spread | (crc & 0xFE00000) << 3 | 0x80808080).to_bytes(4, "big")


def pack(frequencies: Iterable[tuple[str, int]]) -> bytes:
    """Return the records of these words: a key and two times seven bits of frequency."""
    return b"".join([key(word) + _counted(n) for word, n in frequencies])


@lru_cache(maxsize=MAX_FREQUENCY)
def _counted(frequency: int) -> bytes:
    return bytes(divmod(min(frequency, MAX_FREQUENCY), 128))


def unpack(packed: bytes, key_of_word: bytes) -> int:
    """Return the weighted frequency of a word, by its key.

    >>> unpack(pack([("上海", 300), ("苏州", 2)]), key("上海")), unpack(b"", key("上海"))
    (300, 1)
    """
    at = packed.find(key_of_word)
    return 1 if at < 0 else packed[at + 4] << 7 | packed[at + 5]
