"""What a word scores in which articles, as far as sets of articles say it.

Its level says it where it has one. Below the first level is what stands a time or two in an
article of usual length: there the number of times (document.py) and the length of the body say it, where
the word is in no other field. Lengths are kept as sets too, eight to an octave of what BM25 makes of them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyroaring import AbstractBitMap, BitMap

from articles.search import bm25f
from articles.search.document import BODY, FIELDS, occurrences

_PER_OCTAVE = 8
_LONGEST = 4_000
# A word without level in a body of so many words stands 29 times at most: five bits.
_BITS = 5
_MOST_TIMES = 8

Read = Callable[[Iterable[str]], Mapping[str, AbstractBitMap]]


@dataclass(frozen=True, slots=True)
class Step:
    """Articles in which a word scores from ``low`` to ``high``, before its idf."""

    articles: AbstractBitMap
    low: float
    high: float


def steps(word: str, articles: AbstractBitMap, read: Read) -> Iterator[Step]:
    """Yield those of the articles that have a word, by what it scores in them, the highest first.

    ``read`` returns the articles that have each of some lexemes.
    """
    having = read([word, *bm25f.levels_of(word)])
    left = articles & having[word]
    high = 1.0
    for level in range(bm25f.LAST_LEVEL, bm25f.FIRST_LEVEL - 1, -1):
        if not left:
            return
        low = bm25f.least_score(level)
        here = left & having[bm25f.lexeme(word, level)]
        if here:
            yield Step(here, low, high)
            left = left - here
        high = low
    if left:
        found = _without_level(word, left, read)
        yield from sorted(found, key=lambda step: -step.high)


def _without_level(word: str, left: AbstractBitMap, read: Read) -> Iterator[Step]:
    high = bm25f.least_score(bm25f.FIRST_LEVEL)
    fields = [f"{name}:{word}" for name in FIELDS if name != BODY]
    bits = [occurrences(word, bit) for bit in range(_BITS)]
    having = read([*fields, *bits, *map(length_lexeme, LENGTHS)])
    inside = left
    for field in fields:
        inside = inside - having[field]
    for times in range(1, _MOST_TIMES + 1):
        same = inside
        for bit, name in enumerate(bits):
            there = (times - 1) >> bit & 1
            same = same & having[name] if there else same - having[name]
        for length in LENGTHS if same else ():
            here = same & having[length_lexeme(length)]
            if here:
                yield _step(here, times, length, high)
                left = left - here
    if left:
        yield Step(left, 0.0, high)


def _step(articles: AbstractBitMap, times: int, length: int, high: float) -> Step:
    shortest, longest = (2 ** (n / _PER_OCTAVE) for n in (length, length + 1))
    low = bm25f.impact(times / longest / bm25f.K1)
    # Impacts are kept to so many parts, rounded down.
    low -= 1 / bm25f.IMPACT_PARTS
    return Step(articles, low, min(high, bm25f.impact(times / shortest / bm25f.K1)))


# ---- Lengths of bodies as lexemes that only sets have


def length_of(words: int) -> int | None:
    """Return which length a body of so many words has, None for one that is longer than any."""
    if words > _LONGEST:
        return None
    norm = bm25f.norm(BODY, {BODY: words})
    return math.floor(_PER_OCTAVE * math.log2(norm) + 1e-9)


LENGTHS = range(length_of(0) or 0, (length_of(_LONGEST) or 0) + 1)


def length_lexeme(length: int) -> str:
    """Return the lexeme that stands for a length.

    >>> length_lexeme(-3)
    '=l:-3'
    """
    return f"=l:{length}"


def by_length(articles_of: Mapping[int, AbstractBitMap]) -> dict[str, BitMap]:
    """Return the articles of each length, from those of each number of words."""
    found = {length_lexeme(length): BitMap() for length in LENGTHS}
    for words, articles in articles_of.items():
        length = length_of(words)
        if length is not None:
            found[length_lexeme(length)] |= articles
    return found
