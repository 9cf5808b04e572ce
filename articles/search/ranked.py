"""Which words of a query count for the order of what is found."""

from collections.abc import Callable

from articles.search.conditions import longest
from articles.search.language import All, Literal, Node, Query, Words, every

Cut = Callable[[str], list[str]]


def _parts(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.nodes if isinstance(node, All) else (node,)


def literally(node: Node | None) -> Node | None:
    """Return a node of words with every string of them as a literal."""
    words = [part for part in _parts(node) if isinstance(part, Words)]
    return every(Literal(part.text) for part in words)


def ranked_words(node: Node | None, cut: Cut) -> list[str]:
    """Return the words that count for the order; ``cut`` cuts the text of a literal."""
    words: list[str] = []
    for leaf in Query(node).positive():
        if isinstance(leaf, Words):
            words += longest(leaf.words)
        else:
            words += _words_of_literal(leaf.text, cut)
    return list(dict.fromkeys(words))


def parts_of_words(node: Node | None, cut: Cut) -> list[str]:
    """Return the words within longer words of a query, and nowhere in it by themselves."""
    leaves = (leaf for leaf in Query(node).positive() if isinstance(leaf, Words))
    words = dict.fromkeys(word for leaf in leaves for word in leaf.words)
    whole = set(ranked_words(node, cut))
    return [word for word in words if word not in whole]


def _words_of_literal(text: str, cut: Cut) -> list[str]:
    """Return the words of a literal as it is cut alone.

    A single character at its edge is more often a part of a longer word than one.
    """
    words = longest(cut(text))
    return words if words == [text] else [word for word in words if len(word) > 1]


def are_required(node: Node | None, words: list[str]) -> bool:
    """Say whether every match of the query has all of these words."""
    plain = {w for part in _parts(node) if isinstance(part, Words) for w in part.words}
    return plain.issuperset(words)
