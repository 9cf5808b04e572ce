"""How many documents a query can match at most, from the numbers of its lexemes."""

from collections.abc import Collection, Iterator
from math import prod

from articles.search.conditions import required_lexemes
from articles.search.counts import Counts
from articles.search.language import All, Any, Node, Words


def lexemes_of(node: Node | None) -> Iterator[str]:
    """Yield the lexemes whose numbers bound those of the matches."""
    match node:
        case All(nodes) | Any(nodes):
            for part in nodes:
                yield from lexemes_of(part)
        case Words():
            yield from required_lexemes(node)


def at_most(node: Node | None, counts: Counts) -> int | None:
    """Return a number that the matches do not exceed, None where lexemes do not say it."""
    match node:
        case Words():
            return min(counts.of[lexeme] for lexeme in required_lexemes(node))
        case All(nodes):
            known = [n for part in nodes if (n := at_most(part, counts)) is not None]
            return min(known) if known else None
        case Any(nodes):
            parts = [at_most(part, counts) for part in nodes]
            known = [n for n in parts if n is not None]
            return min(counts.total, sum(known)) if known == parts else None
    return None


def together(words: Collection[str], counts: Counts) -> float:
    """Return how many documents would have all of the words if words did not keep company."""
    shares = (counts.of[word] / max(1, counts.total) for word in words)
    return counts.total * prod(shares)
