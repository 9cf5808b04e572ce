"""Which of a few matches may be among the best, by the levels of their words, on sets of articles.

A level says what a word scores at least and at most (bm25f.py). What at most comes to less than
others have at least needs no exact score: of some thousands a hundred or two are left.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping

from pyroaring import AbstractBitMap, BitMap

from articles.search import bm25f
from articles.search.tiers import ROUNDING


def contenders(
    articles: AbstractBitMap,
    idf: Mapping[str, float],
    having: Mapping[str, AbstractBitMap],
    want: int,
    below: float,
) -> BitMap:
    """Return the articles that may be among the best ``want`` of those that score up to ``below``.

    ``having`` has the articles of each word and of each of its levels.
    """
    least = dict.fromkeys(articles, 0.0)
    most = dict.fromkeys(articles, 0.0)
    for word, weight in idf.items():
        for here, low, high in _levels(word, articles, having):
            for article in here:
                least[article] += weight * low
                most[article] += weight * high
    after = (a for a, bound in most.items() if bound <= below - ROUNDING)
    best = heapq.nlargest(want, (least[article] for article in after))
    enough = best[-1] if len(best) == want else 0.0
    return BitMap(
        article
        for article, bound in most.items()
        if bound >= enough - ROUNDING and least[article] <= below + ROUNDING
    )


def _levels(
    word: str, articles: AbstractBitMap, having: Mapping[str, AbstractBitMap]
) -> Iterator[tuple[Iterable[int], float, float]]:
    """Yield the articles on each level with what the word scores at least and at most."""
    left = articles & having[word]
    bound = 1.0
    for level in range(bm25f.LAST_LEVEL, bm25f.FIRST_LEVEL - 1, -1):
        if not left:
            return
        low = bm25f.least_score(level)
        here = left & having[bm25f.lexeme(word, level)]
        if here:
            yield here, low, bound
            left = left - here
        bound = low
    yield left, 0.0, bound
