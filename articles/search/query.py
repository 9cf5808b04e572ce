"""What was asked, as words. The one place that reads a reader's query."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.search.tsvector import tsquery_all, tsquery_any
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import segment

MAX_LENGTH = 100
# Folding may lengthen a text eighteen times (U+FDFA); nobody asks for that much.
MAX_FOLDED_LENGTH = 4 * MAX_LENGTH


@dataclass(frozen=True, slots=True)
class Term:
    """A string between two blanks of the query, folded, with the words in it."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, all of which are required. It is false when it has nothing to look for."""

    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)

    def tsquery(self) -> str:
        """Return the tsquery that requires every word."""
        return tsquery_all(self._words())

    def ranking(self) -> str:
        """Return the tsquery by which ts_rank scores what ``tsquery`` matched.

        For words joined by & it scores pairs that stand close together, a sum that a few
        pairs fill: a tag of 长三角 in a short article (长三角 and 三角 are such a pair)
        outranked a headline and twenty more occurrences in a long one.
        """
        return tsquery_any(self._words())

    def _words(self) -> Iterator[str]:
        return (word for term in self.terms for word in term.words)


def parse(text: str, lexicon: Lexicon) -> Query:
    """Return the query that ``text`` asks; strings without a letter or digit ask nothing."""
    strings = fold(text)[:MAX_FOLDED_LENGTH].split()
    terms = (Term(string, tuple(segment(string, lexicon))) for string in strings)
    return Query(tuple(term for term in dict.fromkeys(terms) if term.words))
