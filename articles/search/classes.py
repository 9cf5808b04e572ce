"""Matches sorted into classes by the levels of all of their words, on sets of articles.

What tiers.py says as a tsquery, for archives that have bitmaps: each match is in one class,
and a class has a bound that none of its articles scores. Read from the highest bound down, the
best are known as soon as enough articles score more than the bound of the next class.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyroaring import BitMap

from articles.search import bm25f

# Where the levels of each word are divided, the words being so many. Of more words the
# lightest are taken to score what they can.
_DIVISIONS = {
    1: tuple(range(4, 26)),
    2: (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 25),
    3: (4, 5, 6, 7, 8, 10, 13, 17, 25),
    4: (4, 6, 9, 13, 25),
}


@dataclass(frozen=True, slots=True)
class Class:
    """Articles that score less than ``bound``, and ``least`` at least."""

    bound: float
    least: float
    articles: BitMap


@dataclass(frozen=True, slots=True)
class _Step:
    """The articles in which a word scores within these bounds; None for all that are left."""

    articles: BitMap | None
    bound: float
    least: float


def heaviest(idf: dict[str, float]) -> list[str]:
    """Return the words whose levels are looked at."""
    return sorted(idf, key=lambda word: (-idf[word], word))[: len(_DIVISIONS)]


def classes(
    matches: BitMap,
    idf: dict[str, float],
    having: Mapping[str, BitMap],
    *,
    required: bool,
) -> list[Class]:
    """Return the classes of matches that are not empty, those of the highest bounds first.

    ``having`` has the articles of the ``heaviest`` words and of all their levels. ``required``: every match
    has all of the words.
    """
    divided = heaviest(idf)
    steps = [
        _steps(word, idf[word], _DIVISIONS[len(divided)], having, required)
        for word in divided
    ]
    given = sum(weight for word, weight in idf.items() if word not in divided)
    found = _sorted_into(matches, steps, given, 0.0)
    return sorted(found, key=lambda each: -each.bound)


def _steps(
    word: str,
    weight: float,
    divisions: tuple[int, ...],
    having: Mapping[str, BitMap],
    required: bool,
) -> list[_Step]:
    """Return the steps of a word, the highest first."""
    edges = (*divisions, bm25f.LAST_LEVEL + 1)
    steps = []
    for first, end in reversed(list(pairwise(edges))):
        levels = (having[bm25f.lexeme(word, level)] for level in range(first, end))
        bound = bm25f.least_score(end) if end <= divisions[-1] else 1.0
        least = bm25f.least_score(first)
        steps.append(_Step(BitMap.union(*levels), weight * bound, weight * least))
    low = weight * bm25f.least_score(bm25f.FIRST_LEVEL)
    if required:
        return [*steps, _Step(None, low, 0.0)]
    return [*steps, _Step(having[word], low, 0.0), _Step(None, 0.0, 0.0)]


def _sorted_into(
    articles: BitMap, words: Sequence[list[_Step]], bound: float, least: float
) -> Iterator[Class]:
    if not articles:
        return
    if not words:
        yield Class(bound, least, articles)
        return
    steps, rest = words[0], words[1:]
    for step in steps:
        here = articles if step.articles is None else articles & step.articles
        yield from _sorted_into(here, rest, bound + step.bound, least + step.least)
        articles = articles - here
