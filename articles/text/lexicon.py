"""The archive's own words, found in a text wherever they stand."""

from collections.abc import Iterable, Iterator
from typing import Self

from articles.text.fold import fold


class Lexicon:
    """An immutable set of words that segmentation must keep whole.

    jieba's ``add_word`` only makes a word likelier: in another sentence it may still be cut.
    Here a word is found by its characters alone, so index and query always agree on it.
    """

    __slots__ = ("_by_start", "words")

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Take words in any form; they are folded, and one-character words are dropped."""
        folded = (fold(word).strip() for word in words)
        self.words = frozenset(word for word in folded if len(word) > 1)
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(self.words, key=lambda word: (len(word), word)):
            self._by_start.setdefault(word[:2], []).append(word)

    @classmethod
    def empty(cls) -> Self:
        """Return a lexicon without words."""
        return cls()

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the span of every occurrence of a word in folded ``text``, in order.

        Words that overlap, or stand within another, are all there: which of them a reader
        will ask for is not known here.
        """
        if not self._by_start:
            return
        for start in range(len(text) - 1):
            for word in self._by_start.get(text[start : start + 2], ()):
                if text.startswith(word, start):
                    yield start, start + len(word)
