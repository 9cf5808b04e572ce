"""Matches sorted into classes by the levels of all of their words, on sets of articles.

What tiers.py says as a tsquery, for archives that have bitmaps: each match is in one class,
and a class has a bound that none of its articles scores. Read from the highest bound down, the
best are known as soon as enough articles score more than the bound of the next class.

The classes are made in that order, as they are asked for: a partial choice of levels
is worth what its words come to and the others might, and the most worthy choice is always
carried on first (best-first branch and bound). So what is never reached is never intersected.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

from pyroaring import AbstractBitMap, BitMap

from articles.search import bm25f

# The levels of each word are divided here, the words being so many at most. Of more words the
# lightest are taken to score what they can.
_DIVISIONS = {
    2: tuple(range(bm25f.FIRST_LEVEL, 26)),
    3: (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 25),
    4: (4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25),
}
_MOST_WORDS = max(_DIVISIONS)


@dataclass(frozen=True, slots=True)
class Class:
    """Articles that score less than ``bound``, and ``least`` at least."""

    bound: float
    least: float
    articles: AbstractBitMap


@dataclass(frozen=True, slots=True)
class _Step:
    """The articles in which a word scores within these bounds."""

    articles: AbstractBitMap
    bound: float
    least: float


@dataclass(frozen=True, slots=True)
class _Word:
    """The steps of a word, the highest first, and what the articles without any of them score."""

    steps: list[_Step]
    without: float

    @property
    def most(self) -> float:
        """Return what the word scores at most."""
        return self.steps[0].bound


def heaviest(idf: dict[str, float]) -> list[str]:
    """Return the words whose levels are looked at."""
    return sorted(idf, key=lambda word: (-idf[word], word))[:_MOST_WORDS]


def classes(
    matches: AbstractBitMap,
    idf: dict[str, float],
    having: Mapping[str, AbstractBitMap],
    *,
    required: bool,
) -> Iterator[Class]:
    """Yield the classes of matches that are not empty, those of the highest bounds first.

    ``having`` has the articles of the ``heaviest`` words and of all their levels, but for those
    that have several documents or were changed. ``required``: every match has all of the words.
    """
    divided = heaviest(idf)
    divisions = _DIVISIONS[max(2, len(divided))]
    words = [_word(word, idf[word], divisions, having, required) for word in divided]
    given = sum(weight for word, weight in idf.items() if word not in divided)
    if matches:
        yield from _in_order(matches, words, given)


def _in_order(
    matches: AbstractBitMap, words: Sequence[_Word], given: float
) -> Iterator[Class]:
    numbers = count()
    bound = given + sum(word.most for word in words)
    # The highest bound first; of equal ones the choice that was made first.
    choices = [(-bound, next(numbers), 0, 0.0, matches)]
    while choices:
        negative, _number, place, least, articles = heapq.heappop(choices)
        if place == len(words):
            yield Class(-negative, least, articles)
            continue
        word = words[place]
        for step in _divided(articles, word):
            bound = step.bound - negative - word.most
            chosen = (-bound, next(numbers), place + 1, least + step.least)
            heapq.heappush(choices, (*chosen, step.articles))


def _divided(articles: AbstractBitMap, word: _Word) -> Iterator[_Step]:
    """Yield the articles of each step of a word, where there are any."""
    for step in word.steps:
        here = articles & step.articles
        if here:
            yield _Step(here, step.bound, step.least)
            articles = articles - here
            if not articles:
                return
    yield _Step(articles, word.without, 0.0)


def _word(
    word: str,
    weight: float,
    divisions: tuple[int, ...],
    having: Mapping[str, AbstractBitMap],
    required: bool,
) -> _Word:
    edges = (*divisions, bm25f.LAST_LEVEL + 1)
    steps = []
    for first, end in reversed(list(pairwise(edges))):
        levels = [having[bm25f.lexeme(word, level)] for level in range(first, end)]
        there = [articles for articles in levels if articles]
        bound = bm25f.least_score(end) if end <= divisions[-1] else 1.0
        if there:
            articles = there[0] if len(there) == 1 else BitMap.union(*there)
            least = bm25f.least_score(first)
            steps.append(_Step(articles, weight * bound, weight * least))
    low = weight * bm25f.least_score(bm25f.FIRST_LEVEL)
    if required:
        return _Word(steps or [_Step(BitMap(), low, 0.0)], low)
    return _Word([*steps, _Step(having[word], low, 0.0)], 0.0)
