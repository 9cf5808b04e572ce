"""Best first among the documents that have some of the words of a query, though not all.

What lacks most of the words' weight is on something else. The rest is ranked like documents
that have all of the words: from tiers of those that may score most (best.py), which is here
the pruning of MaxScore (Turtle and Flood 1995) as well, for a document scores less than the
sum of the idf of the words that it has.
"""

from collections.abc import Iterator, Mapping, Sequence

from articles.search import best
from articles.search.conditions import Condition
from articles.search.tsvector import quote, tsquery_any

# The share of the weight that documents have at least.
_SHARE = 0.18
# Of the weight of a word that is only a part of a longer one (交通 in 交通事故).
SHARE_OF_PARTS = 0.3
# Documents of rare words, of which all are scored.
MOST_LOOKED_AT = 3_000
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
) -> list[best.Key]:
    """Return the next ``want`` documents that match and have some of the words, best first.

    ``matching`` is what else they must fulfil. Of many words the rarest decide what is enough,
    and the documents of those that few have (``having`` says how many) are looked at in any
    case. ``parts`` are the words within the longer ones, with their idf: they count too, for
    less, where no more documents are in question than can be scored at once. Raise
    SearchTimeoutError with the best so far where the time is up.
    """
    if parts:
        weighed = {word: SHARE_OF_PARTS * weight for word, weight in parts.items()}
        with_parts = {**idf, **weighed}
        enough, few = _looked_at(with_parts, having)
        asked = matching & Condition(f"{enough} | {few}" if few else enough)
        words = best.Words(with_parts, required=False)
        found = best.at_once(asked, words, want, after, MOST_LOOKED_AT)
        if found is not None:
            return found
    enough, few = _looked_at(idf, having)
    words = best.Words(idf, required=False)
    keys = best.best(matching & Condition(enough), words, want, after)
    if few:
        keys += best.best(matching & Condition(few), words, want, after, at_most=0)
    return sorted(set(keys), key=lambda key: key.order)[:want]


def _looked_at(
    idf: Mapping[str, float], having: Mapping[str, int] | None
) -> tuple[str, str]:
    """Return the tsqueries of documents with enough of the words, and of those of rare words."""
    rarest = sorted(idf, key=lambda word: (-idf[word], word))
    deciding = [(word, idf[word]) for word in rarest[:_MOST_WORDS]]
    least = _SHARE * sum(weight for _word, weight in deciding)
    many = having and len(rarest) > _MOST_WORDS
    few = tsquery_any(_of_few(rarest, having)) if having and many else ""
    return quorum(deciding, least), few


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
