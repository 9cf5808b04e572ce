"""Best first among the documents that have some of the words of a query, though not all.

What lacks most of the words' weight is on something else. The rest is ranked like documents
that have all of the words: from tiers of those that may score most (best.py), which is here
the pruning of MaxScore (Turtle and Flood 1995) as well, for a document scores less than the
sum of the idf of the words that it has.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from articles.search import best
from articles.search.conditions import Condition
from articles.search.tsvector import quote, tsquery_any

# The share of the weight that documents have at least.
_SHARE = 0.18
# Of the weight of a word that is only a part of a longer one (交通 in 交通事故).
SHARE_OF_PARTS = 0.3
# Documents of rare words, of which all are scored.
MOST_LOOKED_AT = 700
# A quorum of more words makes a tsquery of thousands of parts.
_MOST_WORDS = 8
# Sums in another order differ in their last digits.
_ROUNDING = 1e-9


def some(
    matching: Condition,
    idf: dict[str, float],
    want: int,
    after: best.Key | None = None,
    having: Mapping[str, int] | None = None,
    parts: Mapping[str, float] | None = None,
    without: Collection[int] = (),
) -> list[best.Key]:
    """Return the next ``want`` documents that match and have some of the words, best first.

    ``matching`` is what else they must fulfil, ``without`` are articles that are not wanted. Of
    many words the rarest decide what is enough, and the documents of those that few have
    (``having`` says how many) are looked at in any case. ``parts`` are the words within the longer
    ones, with their idf: they count too, for less, where no more documents are in question than
    can be looked at one by one. Raise SearchTimeoutError with the best so far where the time is up.
    """
    if parts:
        weighed = {word: SHARE_OF_PARTS * weight for word, weight in parts.items()}
        words = best.Words({**idf, **weighed}, required=False)
        asked = matching & _looked_at(words.idf, having)
        found = best.best_of_few(asked, words, want, after, without, MOST_LOOKED_AT)
        if found is not None:
            return found
    words = best.Words(idf, required=False)
    asked = matching & _looked_at(idf, having)
    return best.best(asked, words, want, after, without=without)


def _looked_at(idf: Mapping[str, float], having: Mapping[str, int] | None) -> Condition:
    """Return the condition that documents have enough of the words, or a rare one of many."""
    rarest = sorted(idf, key=lambda word: (-idf[word], word))
    deciding = [(word, idf[word]) for word in rarest[:_MOST_WORDS]]
    enough = quorum(deciding, _SHARE * sum(weight for _word, weight in deciding))
    many = having and len(rarest) > _MOST_WORDS
    few = tsquery_any(_of_few(rarest, having)) if having and many else ""
    return Condition(f"{enough} | {few}" if few else enough)


def _of_few(rarest: Sequence[str], having: Mapping[str, int]) -> Iterator[str]:
    """Yield the words whose documents together are few enough to be looked at."""
    together = 0
    for word in rarest:
        together += having[word]
        if together > MOST_LOOKED_AT:
            return
        yield word


def quorum(weighed: Sequence[tuple[str, float]], need: float) -> str:
    """Return the tsquery of documents whose words weigh ``need`` together, or more.

    >>> quorum([("a", 3.0), ("b", 2.0), ("c", 1.0)], 3.0)
    "('a' | ('b' & 'c'))"
    """
    (word, weight), rest = weighed[0], weighed[1:]
    left = sum(other for _word, other in rest)
    without = quorum(rest, need) if rest and left >= need - _ROUNDING else ""
    if not rest or weight >= need - _ROUNDING:
        return f"({quote(word)} | {without})" if without else quote(word)
    with_it = f"({quote(word)} & {quorum(rest, need - weight)})"
    return f"({with_it} | {without})" if without else with_it
