"""BM25F: how well an article answers a word, and which lexemes hold that in the index.

Zaragoza, Craswell, Taylor, Saria and Robertson, "Microsoft Cambridge at TREC-13" (2004): each
field's frequency is divided by that field's own length before the fields are added, so that a
word of a short headline counts for more than one of a long headline, whatever the body. With the
number of times that a word stands in a field and the field's length, both in words::

    odds  = sum over the fields of WEIGHT * times / (1 - B + B * length / MEAN_LENGTH) / K1
    score = sum over the words of idf * odds / (1 + odds)

Tags, bylines and columns are a few words each, the same in very many articles (本报记者), which by
their own lengths would all come to the same odds: they go by the length of the body.

The odds of a word in an article are known when it is indexed, since the mean lengths are
constants rather than the collection's, which would change with each article. Their level,
four to an octave, is written into the index: an impact-ordered index (Anh and Moffat, SIGIR
2001) in plain GIN. Levels only choose candidates; scores come from impacts, which are
``odds / (1 + odds)`` to the two-millionth.
"""

import math
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

# Fields: heads (kicker, headline, deck), tags, byline, column, captions, body.
WEIGHTS = {"h": 3, "t": 2, "b": 2, "k": 2, "c": 2, "d": 1}
K1 = 1.2
B = 0.75
# The field whose length counts for each, and about what a newspaper article has there, in words.
MEASURED_BY = {"h": "h", "t": "d", "b": "d", "k": "d", "c": "c", "d": "d"}
MEAN_LENGTHS = {"h": 12, "c": 25, "d": 250}
LEVELS_PER_OCTAVE = 4
# Odds below 2 (a word that stands once in all but the shortest articles) have no level: they
# are most of the index, and seldom among the best.
FIRST_LEVEL = LEVELS_PER_OCTAVE
LAST_LEVEL = 12 * LEVELS_PER_OCTAVE
# Impacts are kept in so many parts of 1, in three times seven bits.
IMPACT_PARTS = 2**21


def norm(field: str, lengths: Mapping[str, int]) -> float:
    """Return what the times in a field are divided by, the fields that are there being so long."""
    measured = MEASURED_BY[field]
    return 1 - B + B * lengths.get(measured, 0) / MEAN_LENGTHS[measured]


def odds(times: Mapping[str, int], lengths: Mapping[str, int]) -> float:
    """Return the odds of a word by how often it stands in each field, the fields being so long."""
    weighed = (
        WEIGHTS[field] * number / norm(field, lengths)
        for field, number in times.items()
    )
    return sum(weighed) / K1


def once(length: int) -> float:
    """Return the impact, as it is kept, of a word that stands once, in a body of this length."""
    return kept(impact(odds({"d": 1}, {"d": length})))


def impact(odds: float) -> float:
    """Return what a word of these odds scores before its idf: 0 to 1."""
    return odds / (1 + odds)


def kept(impact: float) -> float:
    """Return the impact as it is kept, which is never more than it is."""
    return math.floor(impact * IMPACT_PARTS) / IMPACT_PARTS


def odds_of(impact: float) -> float:
    """Return the odds that have this impact."""
    return impact / (1 - impact)


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


def lexeme(word: str, level: int) -> str:
    """Return the lexeme that says the level of a word; no word has the sign.

    >>> lexeme("上海", 13)
    '上海^13'
    """
    return f"{word}^{level}"


def levels_of(word: str) -> list[str]:
    """Return the lexemes of all levels that a word may have in an article."""
    return [lexeme(word, n) for n in range(FIRST_LEVEL, LAST_LEVEL + 1)]


# ---- Impacts, kept compactly: a word that is not there stands once, in the body


@lru_cache(maxsize=200_000)
def key(word: str) -> bytes:
    """Return four bytes that stand for a word: 28 bits of its CRC-32, each high bit set.

    Impacts have no high bit, so that no key is found across two records.
    """
    crc = zlib.crc32(word.encode())
    spread = crc & 0x7F | (crc & 0x3F80) << 1 | (crc & 0x1FC000) << 2
    return (spread | (crc & 0xFE00000) << 3 | 0x80808080).to_bytes(4, "big")


def pack(impacts: Iterable[tuple[str, float]]) -> bytes:
    """Return the records of these words: a key and three times seven bits of impact."""
    return b"".join([key(word) + _parts(impact) for word, impact in impacts])


def _parts(impact: float) -> bytes:
    parts = int(impact * IMPACT_PARTS)
    return bytes((parts >> 14, parts >> 7 & 127, parts & 127))


def unpack(packed: bytes, key_of_word: bytes) -> float | None:
    """Return the impact of a word, by its key, and None for one that stands once in the body.

    >>> unpack(pack([("上海", 0.75), ("苏州", 0.5)]), key("上海"))
    0.75
    """
    at = packed.find(key_of_word)
    if at < 0:
        return None
    high, middle, low = packed[at + 4 : at + 7]
    return (high << 14 | middle << 7 | low) / IMPACT_PARTS
