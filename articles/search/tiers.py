"""Which documents may score so much at all: said by the levels of their words, as one tsquery.

A word of level n scores less than a word of the least odds of level n + 1. So documents whose
words stand on too low levels cannot reach a score, and the index leaves them out before any is
read: the pruning of an impact-ordered index (Anh and Moffat, SIGIR 2006), for several
words together rather than for one at a time.
"""

from collections.abc import Sequence
from itertools import pairwise

from articles.search import bm25f
from articles.search.tsvector import quote, tsquery_any

EVERYTHING = ""
# Where the levels of each word are divided, the words being so many: a tree of finer divisions
# would take longer to evaluate than the documents that it spares.
_DIVISIONS = {
    1: tuple(range(4, 26)),
    2: (4, 6, 8, 10, 12, 14, 17, 20, 25),
    3: (4, 6, 9, 13, 25),
    4: (4, 8, 13, 25),
}
# Hardly any word has a higher level, so these are asked for in one place only.
HIGHEST = 25
_Weighed = Sequence[tuple[str, float]]


def reaching(idf: dict[str, float], least: float) -> str:
    """Return the tsquery of the documents that may score ``least`` or more.

    Every document that does matches, some that do not match as well. EVERYTHING where no
    document can be left out.
    """
    heaviest = sorted(idf.items(), key=lambda item: (-item[1], item[0]))
    divided, others = heaviest[: len(_DIVISIONS)], heaviest[len(_DIVISIONS) :]
    found = _tree(
        divided,
        least - sum(weight for _word, weight in others),
        _DIVISIONS[len(divided)],
    )
    if found == EVERYTHING:
        return EVERYTHING
    highest = tsquery_any(
        bm25f.lexeme(word, level)
        for word in idf
        for level in range(HIGHEST, bm25f.LAST_LEVEL + 1)
    )
    return f"{found} | {highest}" if found else highest


def _tree(words: _Weighed, need: float, divisions: tuple[int, ...]) -> str | None:
    """Return the tsquery of documents in which these words may score what is needed.

    EVERYTHING where any document may, None where none can but by the highest levels.
    """
    if not words:
        return EVERYTHING if need <= 0 else None
    (word, weight), rest = words[0], words[1:]
    without = _tree(
        rest, need - weight * bm25f.least_score(bm25f.FIRST_LEVEL), divisions
    )
    if without == EVERYTHING:
        return EVERYTHING
    parts = [without] if without else []
    levels: list[int] = []
    before = without
    for first, end in pairwise(divisions):
        beside = _tree(rest, need - weight * bm25f.least_score(end), divisions)
        if beside != before and levels:
            parts += _together(word, levels, before)
            levels = []
        before = beside
        levels += range(first, end)
    parts += _together(word, levels, before)
    return f"({' | '.join(parts)})" if parts else None


def _together(word: str, levels: list[int], beside: str | None) -> list[str]:
    """Return the alternative that the word has one of these levels and the rest is beside it."""
    if beside is None:
        return []
    mine = " | ".join(quote(bm25f.lexeme(word, level)) for level in levels)
    return [f"(({mine}) & {beside})" if beside else f"({mine})"]
