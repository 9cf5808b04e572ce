"""Matches in the order of what many words may score, on sets of articles.

Of many words too many choices of steps are possible to go through them (classes.py). So what each
word scores at least and at most (steps.py) is taken as a whole number, and the numbers of all
articles are added up bit by bit, a set of articles for each bit: bit-sliced arithmetic (Rinfret,
O'Neil and O'Neil, SIGMOD 2001). A word takes some dozens of operations on sets, however many
articles have it, and no article is looked at by itself.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyroaring import AbstractBitMap, BitMap

from articles.search.classes import Class
from articles.search.steps import Read, steps

# A score is told to so many parts of what all of the words score at most, in 2^n.
_BITS = 12

# For each bit, from the lowest, the articles whose number has it.
_Numbers = Sequence[AbstractBitMap]


def sliced(
    matches: AbstractBitMap, idf: Mapping[str, float], read: Read
) -> Iterator[Class]:
    """Yield the classes of matches that are not empty, those of the highest bounds first.

    What scores the same at most, to a part in 4,096, is one class. ``read`` returns the articles of
    lexemes.
    """
    unit = sum(idf.values()) / 2**_BITS
    most: _Numbers = []
    least: _Numbers = []
    for word, weight in idf.items():
        made = list(steps(word, matches, read))
        highs = ((math.ceil(weight * step.high / unit), step.articles) for step in made)
        lows = ((math.floor(weight * step.low / unit), step.articles) for step in made)
        most = _sum(most, _numbers(highs))
        least = _sum(least, _numbers(lows))
    for number, articles in _descending(matches, most):
        yield Class(number * unit, _lowest(articles, least) * unit, articles)


def _numbers(given: Iterable[tuple[int, AbstractBitMap]]) -> _Numbers:
    """Return the numbers that are given to articles, each of which is given one at most."""
    having: list[list[AbstractBitMap]] = []
    for number, articles in given:
        having += [[] for _bit in range(len(having), number.bit_length())]
        for bit in range(number.bit_length()):
            if number >> bit & 1:
                having[bit].append(articles)
    return [BitMap.union(*several) if several else BitMap() for several in having]


def _sum(numbers: _Numbers, others: _Numbers) -> _Numbers:
    found: list[AbstractBitMap] = []
    carried: AbstractBitMap = BitMap()
    for bit in range(max(len(numbers), len(others))):
        first = numbers[bit] if bit < len(numbers) else BitMap()
        second = others[bit] if bit < len(others) else BitMap()
        either = first ^ second
        found.append(either ^ carried)
        carried = (first & second) | (either & carried)
    return [*found, carried] if carried else found


def _descending(
    articles: AbstractBitMap, numbers: _Numbers
) -> Iterator[tuple[int, AbstractBitMap]]:
    """Yield the articles of each number, the highest first, as they are asked for."""
    if not articles:
        return
    if not numbers:
        yield 0, articles
        return
    *lower, highest = numbers
    having = articles & highest
    for number, found in _descending(having, lower):
        yield number | 1 << len(lower), found
    if len(having) < len(articles):
        yield from _descending(articles - having, lower)


def _lowest(articles: AbstractBitMap, numbers: _Numbers) -> int:
    """Return the lowest number of any of the articles."""
    found = 0
    for bit in reversed(range(len(numbers))):
        without = articles - numbers[bit]
        if without:
            articles = without
        else:
            found |= 1 << bit
    return found
