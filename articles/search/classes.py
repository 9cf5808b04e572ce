"""Matches sorted into classes by what all of their words score, on sets of articles.

What tiers.py says as a tsquery, for archives that have bitmaps: each match is in one class,
and a class has a bound that none of its articles exceeds. Read from the highest bound down, the
best are known as soon as enough articles score more than the bound of the next class.

The classes are made in that order, as they are asked for: a choice of steps for some of the words
is worth what these come to and what the others might, and the most worthy choice is always
carried on first (best-first branch and bound). So what is never reached is never intersected.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from pyroaring import AbstractBitMap, BitMap

from articles.search.steps import Read, Step, steps

# Steps of a word that are nearer to one another than this are one, the words being so many.
_WIDTHS = {1: 0.0, 2: 0.01, 3: 0.02, 4: 0.04}
MOST_WORDS = max(_WIDTHS)


@dataclass(frozen=True, slots=True)
class Class:
    """Articles that score ``bound`` at most, and ``least`` at least."""

    bound: float
    least: float
    articles: AbstractBitMap


class _Word:
    """The steps of a word by its weight, the highest first, made as they are asked for.

    ``having`` are the articles that have it: each is in one of the steps.
    """

    def __init__(
        self, made: Iterator[Step], weight: float, having: AbstractBitMap
    ) -> None:
        self.having = having
        self._made = made
        self._known: list[Step] = []
        self._weight = weight
        first = self.step(0)
        # What it scores at most.
        self.most = first.high if first else 0.0

    def step(self, number: int) -> Step | None:
        """Return a step, None behind the last."""
        while len(self._known) <= number:
            step = next(self._made, None)
            if step is None:
                return None
            low, high = self._weight * step.low, self._weight * step.high
            self._known.append(Step(step.articles, low, high))
        return self._known[number]


def classes(
    matches: AbstractBitMap, idf: dict[str, float], read: Read, required: bool
) -> Iterator[Class]:
    """Yield the classes of matches that are not empty, those of the highest bounds first.

    ``idf`` has ``MOST_WORDS`` at most. ``read`` returns the articles of lexemes. ``required``:
    every match has all of the words.
    """
    heaviest = sorted(idf, key=lambda word: (-idf[word], word))
    width = _WIDTHS[len(heaviest)]
    having = read(idf)
    words = [
        _Word(_merged(steps(word, matches, read), width), idf[word], having[word])
        for word in heaviest
    ]
    return _Choices(words, required).classes(matches)


def _merged(made: Iterable[Step], width: float) -> Iterator[Step]:
    """Yield steps joined where what they score at most is nearly the same."""
    near: list[Step] = []
    for step in made:
        if near and near[0].high - step.high >= width:
            yield _joined(near)
            near = []
        near.append(step)
    if near:
        yield _joined(near)


def _joined(near: list[Step]) -> Step:
    if len(near) == 1:
        return near[0]
    together = BitMap().union(*(step.articles for step in near))
    return Step(together, min(step.low for step in near), near[0].high)


class _Choices:
    """The choices that wait to be carried on, the most worthy first."""

    def __init__(self, words: Sequence[_Word], required: bool) -> None:
        self._words = words
        self._required = required
        # What the words behind each place might come to.
        self._others = [
            sum(word.most for word in words[place + 1 :]) for place in range(len(words))
        ]
        self._numbers = count()
        self._waiting: list[tuple] = []

    def classes(self, matches: AbstractBitMap) -> Iterator[Class]:
        """Yield the classes of matches."""
        yield from self._begin(0, 0.0, 0.0, matches)
        while self._waiting:
            *_order, place, number, before, least, articles, left = heapq.heappop(
                self._waiting
            )
            step = self._words[place].step(number)
            if step is None:
                rest = articles - self._words[place].having
                yield from self._begin(place + 1, before, least, rest)
                continue
            here = articles & step.articles
            yield from self._begin(
                place + 1, before + step.high, least + step.low, here
            )
            # The next step has none of these: they need not be taken out.
            if len(here) < left:
                left -= len(here)
                self._wait(place, number + 1, before, least, articles, left)

    def _begin(
        self, place: int, bound: float, least: float, articles: AbstractBitMap
    ) -> Iterator[Class]:
        """Carry on with a word's first step, or yield the class where there is no other word."""
        if articles and place == len(self._words):
            yield Class(bound, least, articles)
        elif articles:
            self._wait(place, 0, bound, least, articles, len(articles))

    def _wait(
        self,
        place: int,
        number: int,
        before: float,
        least: float,
        articles: AbstractBitMap,
        left: int,
    ) -> None:
        """Keep a choice for when its turn comes: a step of the word at this place is next.

        ``left`` is how many of the articles are in none of the steps before.
        """
        step = self._words[place].step(number)
        if step is None and self._required:
            return
        worth = before + (step.high if step else 0.0) + self._others[place]
        choice = (-worth, next(self._numbers), place, number, before, least)
        heapq.heappush(self._waiting, (*choice, articles, left))
