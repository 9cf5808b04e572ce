"""Best first among the documents that have some of the words of a query, though not all.

A document's score is less than the sum of the idf of the words that it has, so what lacks much
of that weight cannot be among the best. The documents are asked for in tiers, first those that
have most of the weight; when enough of them score above what the rest could reach, the rest
is not read. That is the pruning of MaxScore (Turtle and Flood 1995), said as one tsquery:
the GIN index itself then walks only the postings of the words that a match cannot do without.
"""

from collections.abc import Iterable, Sequence

from articles.search import best
from articles.search.conditions import Condition
from articles.search.database import SearchTimeoutError
from articles.search.tsvector import quote

# The share of the weight that documents of each tier have at least.
_SHARES = (0.8, 0.65, 0.5, 0.38, 0.27, 0.18)
# A quorum of more words makes a tsquery of thousands of parts.
_MOST_WORDS = 8
# Sums in another order differ in their last digits.
_ROUNDING = 1e-9


def some(
    matching: Condition, idf: dict[str, float], want: int, after: best.Key | None = None
) -> list[best.Key]:
    """Return the next ``want`` documents that match and have some of the words, best first.

    ``matching`` is what else they must fulfil. Raise SearchTimeoutError with the best so far
    where the time is up.
    """
    words = best.Words(idf, required=False)
    rarest = sorted(idf, key=lambda word: (-idf[word], word))
    deciding = [(word, idf[word]) for word in rarest[:_MOST_WORDS]]
    beside = sum(idf[word] for word in rarest[_MOST_WORDS:])
    total = sum(weight for _word, weight in deciding)
    found: dict[int, best.Key] = {}
    try:
        for share in _SHARES:
            tier = matching & Condition(quorum(deciding, share * total))
            keys = best.best(tier, words, want, after)
            found |= {key.article: key for key in keys}
            bound = share * total + beside
            if sum(key.score > bound for key in found.values()) >= want:
                break
    except SearchTimeoutError as error:
        partial: list[best.Key] = [*found.values(), *error.partial]  # type: ignore[list-item]
        raise SearchTimeoutError(_top(partial, want)) from error
    return _top(found.values(), want)


def _top(keys: Iterable[best.Key], want: int) -> list[best.Key]:
    unique = {key.article: key for key in keys}
    return sorted(unique.values(), key=lambda key: key.order)[:want]


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
