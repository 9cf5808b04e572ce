"""Which of a few matches may be among the best, by what their words score, on sets of articles.

The steps of its words (steps.py) say what an article scores at least and at most. What at most
comes to less than others have at least needs no exact score: of some thousands a few dozen are left.
"""

import heapq
from collections.abc import Mapping

from pyroaring import AbstractBitMap, BitMap

from articles.search.steps import Read, steps
from articles.search.tiers import ROUNDING


def contenders(
    articles: AbstractBitMap,
    idf: Mapping[str, float],
    read: Read,
    want: int,
    below: float,
) -> BitMap:
    """Return the articles that may be among the best ``want`` of those that score up to ``below``."""
    least = dict.fromkeys(articles, 0.0)
    most = dict.fromkeys(articles, 0.0)
    for word, weight in idf.items():
        for step in steps(word, articles, read):
            low, high = weight * step.low, weight * step.high
            for article in step.articles:
                least[article] += low
                most[article] += high
    after = (a for a, bound in most.items() if bound <= below - ROUNDING)
    best = heapq.nlargest(want, (least[article] for article in after))
    enough = best[-1] if len(best) == want else 0.0
    return BitMap(
        article
        for article, bound in most.items()
        if bound >= enough - ROUNDING and least[article] <= below + ROUNDING
    )
