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
# By these it is told how often: up to eight times.
_KNOWN_BITS = 3

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
    standing = articles & having[word]
    number, seen = len(standing), []
    high = 1.0
    for level in range(bm25f.LAST_LEVEL, bm25f.FIRST_LEVEL - 1, -1):
        if not number:
            return
        low = bm25f.least_score(level)
        here = standing & having[bm25f.lexeme(word, level)]
        if here:
            yield Step(here, low, high)
            # An article has one level, so that none needs to be taken out for the next.
            number -= len(here)
            seen.append(here)
        high = low
    if number:
        yield from _without_level(word, standing - BitMap().union(*seen), read)


def _without_level(word: str, left: AbstractBitMap, read: Read) -> Iterator[Step]:
    fields = [f"{name}:{word}" for name in FIELDS if name != BODY]
    bits = [occurrences(word, bit) for bit in range(_BITS)]
    having = read([*fields, *bits, SHORT, *map(length_lexeme, LENGTHS)])
    known = left & having[SHORT]
    for lexeme in [*fields, *bits[_KNOWN_BITS:]]:
        known = known - having[lexeme]
    if len(known) < len(left):
        yield Step(left - known, 0.0, _HIGHEST)
    number = len(known)
    if not number:
        return
    standing = _by_times(known, bits, having)
    here = _highest(standing, having)
    if here:
        yield Step(here, _LEAST_OF_HIGHEST, _HIGHEST)
        number -= len(here)
    for low, high, times, length in _BELOW:
        if not number:
            return
        here = standing[times] & having[length_lexeme(length)]
        if here:
            yield Step(here, low, high)
            number -= len(here)


def _by_times(
    articles: AbstractBitMap, bits: list[str], having: Mapping[str, AbstractBitMap]
) -> dict[int, AbstractBitMap]:
    """Return in which of the articles a word stands how many times: once, twice, and so on."""
    found = {1: articles}
    for bit, lexeme in enumerate(bits[:_KNOWN_BITS]):
        there = {times + 2**bit: some & having[lexeme] for times, some in found.items()}
        found = {
            times: some - there[times + 2**bit] for times, some in found.items()
        } | there
    return found


def _highest(
    standing: Mapping[int, AbstractBitMap], having: Mapping[str, AbstractBitMap]
) -> AbstractBitMap:
    """Return the articles in which a word may score as much as without a level it can.

    There are two hundred ways to do so, times and lengths: it must stand the more often the
    longer an article is, so that one intersection for each length says it.
    """
    at_least, so_far = {}, BitMap()
    for times in sorted(standing, reverse=True):
        so_far = at_least[times] = so_far | standing[times]
    parts = (
        at_least[times] & having[length_lexeme(length)]
        for length, times in _LEAST_TIMES.items()
    )
    return BitMap().union(*parts)


# ---- Lengths of bodies as lexemes that only sets have


def length_of(words: int) -> int | None:
    """Return which length a body of so many words has, None for one that is longer than any."""
    if words > _LONGEST:
        return None
    norm = bm25f.norm(BODY, {BODY: words})
    return math.floor(_PER_OCTAVE * math.log2(norm) + 1e-9)


# Articles that have a length.
SHORT = "=l:*"
LENGTHS = range(length_of(0) or 0, (length_of(_LONGEST) or 0) + 1)


def length_lexeme(length: int) -> str:
    """Return the lexeme that stands for a length.

    >>> length_lexeme(-3)
    '=l:-3'
    """
    return f"=l:{length}"


def by_length(articles_of: Mapping[int, AbstractBitMap]) -> dict[str, BitMap]:
    """Return the articles of each length, from those of each number of words."""
    found = {lexeme: BitMap() for lexeme in (SHORT, *map(length_lexeme, LENGTHS))}
    for words, articles in articles_of.items():
        length = length_of(words)
        if length is not None:
            found[length_lexeme(length)] |= articles
            found[SHORT] |= articles
    return found


def _in_order() -> Iterator[tuple[float, float, int, int]]:
    """Yield what a word scores at least and at most that stands so often in such a body."""
    for times in range(1, 2**_KNOWN_BITS + 1):
        for length in LENGTHS:
            shortest, longest = (2 ** (n / _PER_OCTAVE) for n in (length, length + 1))
            # Impacts are kept to so many parts, rounded down.
            low = bm25f.impact(times / longest / bm25f.K1) - 1 / bm25f.IMPACT_PARTS
            yield low, bm25f.impact(times / shortest / bm25f.K1), times, length


_IN_ORDER = sorted(_in_order(), key=lambda step: (-step[1], step))
# What a word scores at most that has no level.
_HIGHEST = bm25f.least_score(bm25f.FIRST_LEVEL)
_AT_HIGHEST = [step for step in _IN_ORDER if step[1] >= _HIGHEST]
_BELOW = _IN_ORDER[len(_AT_HIGHEST) :]
_LEAST_OF_HIGHEST = min(low for low, *_rest in _AT_HIGHEST)
# How often it must stand for that in a body of each length.
_LEAST_TIMES = {
    length: min(times for _l, _t, times, n in _AT_HIGHEST if n == length)
    for length in sorted({length for *_scores, length in _AT_HIGHEST})
}
