"""Which documents may score so much at all: said by the levels of their words, as one tsquery.

A word of level n scores less than a word of the least odds of level n + 1. So documents whose
words stand on too low levels cannot reach a score, and the index leaves them out before any is
read: the pruning of an impact-ordered index (Anh and Moffat, SIGIR 2006), for several
words together rather than for one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from articles.search import bm25f
from articles.search.conditions import Condition
from articles.search.scores import Key
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
# Of so many words beside those it matters only whether they stand in a document.
_MOST_PRESENT = 4
# What sums of scores may differ by, being made in another order.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Step:
    """Lexemes of a word, one of which a document must have to score up to ``bound`` by it.

    Without lexemes: every document may score so much.
    """

    lexemes: tuple[str, ...]
    bound: float


_Steps = Sequence[_Step]


class Reaching:
    """Which documents may reach a score, for some words with their idf.

    ``required``: every document in question has all of the words.
    """

    def __init__(self, idf: dict[str, float], *, required: bool = True) -> None:
        heaviest = sorted(idf.items(), key=lambda item: (-item[1], item[0]))
        divided, others = heaviest[: len(_DIVISIONS)], heaviest[len(_DIVISIONS) :]
        divisions = _DIVISIONS[len(divided)]
        self._steps = [
            _upper(word, weight, divisions, required) for word, weight in divided
        ]
        if not required:
            present, others = others[:_MOST_PRESENT], others[_MOST_PRESENT:]
            self._steps += [_present(word, weight) for word, weight in present]
        # The rest is taken to score what it can: the tree doubles with each word.
        self._given = sum(weight for _word, weight in others)
        # What any of the documents may score.
        self.anyway = self._given + sum(steps[0].bound for steps in self._steps)
        levels = range(HIGHEST, bm25f.LAST_LEVEL + 1)
        self._highest = tsquery_any(
            bm25f.lexeme(word, level) for word in idf for level in levels
        )

    def tsquery(self, least: float) -> str:
        """Return the tsquery of the documents that may score ``least`` and ROUNDING or more.

        Every document that does matches, some that do not match as well. EVERYTHING where
        no document can be left out.
        """
        # Bounds are not reached, so what only comes up to ``least`` by them stays below it.
        found = _tree(self._steps, least - self._given + ROUNDING)
        if found == EVERYTHING:
            return EVERYTHING
        return f"{found} | {self._highest}" if found else self._highest


def surely_above(idf: dict[str, float], score: float) -> str | None:
    """Return the tsquery of documents that score more than this, by their levels alone.

    Not all that do match. None where the levels can say it of no document.
    """
    heaviest = sorted(idf.items(), key=lambda item: (-item[1], item[0]))
    divided = heaviest[: len(_DIVISIONS)]
    divisions = (*_DIVISIONS[len(divided)], bm25f.LAST_LEVEL + 1)
    steps = [_lower(word, weight, divisions) for word, weight in divided]
    return _tree(steps, score + ROUNDING) or None


def not_above(idf: dict[str, float], after: Key | None) -> Condition:
    """Return the condition that leaves out what surely comes before a place in the order."""
    above = surely_above(idf, after.score) if after else None
    return Condition(f"!{above}" if above else "")


def _upper(
    word: str, weight: float, divisions: tuple[int, ...], required: bool
) -> list[_Step]:
    """Return what a word may score at most, by the levels that documents have."""
    low = weight * bm25f.least_score(bm25f.FIRST_LEVEL)
    steps = [_Step((), low)] if required else [_Step((), 0.0), _Step((word,), low)]
    return steps + [
        _Step(_levels(word, first, end), weight * bm25f.least_score(end))
        for first, end in pairwise(divisions)
    ]


def _present(word: str, weight: float) -> list[_Step]:
    return [_Step((), 0.0), _Step((word,), weight)]


def _lower(word: str, weight: float, divisions: tuple[int, ...]) -> list[_Step]:
    """Return what a word scores at least, by the levels that documents have."""
    return [_Step((), 0.0)] + [
        _Step(_levels(word, first, end), weight * bm25f.least_score(first))
        for first, end in pairwise(divisions)
    ]


def _levels(word: str, first: int, end: int) -> tuple[str, ...]:
    return tuple(bm25f.lexeme(word, level) for level in range(first, end))


def _tree(words: Sequence[_Steps], need: float) -> str | None:
    """Return the tsquery of documents in which these words come to what is needed.

    EVERYTHING where any document may, None where none can.
    """
    if need <= 0:
        return EVERYTHING
    if sum(steps[-1].bound for steps in words) < need:
        return None
    (lowest, *higher), rest = words[0], words[1:]
    before = without = _tree(rest, need - lowest.bound)
    if without == EVERYTHING:
        return EVERYTHING
    parts = [without] if without else []
    together: list[str] = []
    for step in higher:
        beside = _tree(rest, need - step.bound)
        if beside != before:
            parts += _beside(together, before)
            together = []
        before = beside
        together += step.lexemes
    parts += _beside(together, before)
    return f"({' | '.join(parts)})" if parts else None


def _beside(lexemes: list[str], rest: str | None) -> list[str]:
    """Return the alternative that a document has one of these lexemes, and the rest beside it."""
    if not lexemes or rest is None:
        return []
    mine = " | ".join(map(quote, lexemes))
    return [f"(({mine}) & {rest})" if rest else f"({mine})"]
