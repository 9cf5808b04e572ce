"""The archive's own words: found in a text wherever they stand, longest first."""

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
        for word in sorted(self.words, key=len, reverse=True):
            self._by_start.setdefault(word[:2], []).append(word)

    @classmethod
    def empty(cls) -> Self:
        """Return a lexicon without words."""
        return cls()

    def split(self, text: str) -> Iterator[tuple[str, bool]]:
        """Yield the pieces of ``text`` in order, each with whether it is a word of ours.

        Leftmost longest match; the pieces joined are ``text``.
        """
        done = position = 0
        while self._by_start and position < len(text) - 1:
            word = self._word_at(text, position)
            if word is None:
                position += 1
                continue
            if position > done:
                yield text[done:position], False
            yield word, True
            done = position = position + len(word)
        if done < len(text):
            yield text[done:], False

    def _word_at(self, text: str, position: int) -> str | None:
        candidates = self._by_start.get(text[position : position + 2], ())
        return next(
            (word for word in candidates if text.startswith(word, position)), None
        )
