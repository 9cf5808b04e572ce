"""Segmentation: folded text to the words that are indexed and searched.

jieba's search mode (a long word is followed or preceded by the shorter dictionary words in
it), done by rjieba, which carries jieba's dictionary. See docs/decisions/0003.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import rjieba

from articles.text.lexicon import Lexicon

# A stretch that jieba cuts: at least one character of its dictionary's range (U+4E00-9FD5),
# with the Latin letters and digits that touch it (A股, 5G连线). All joiners (. - _ + # & %)
# end a stretch here, because jieba and rjieba disagree on them.
_STRETCH = re.compile(
    r"(?P<chinese>[a-z0-9]*[\u4e00-\u9fd5][a-z0-9\u4e00-\u9fd5]*)"
    r"|(?P<single>[\u3007\u3400-\u4dbf\u9fd6-\u9fff\U00020000-\U000323af])"
    r"|(?P<word>[^\W_\u3007\u3400-\u9fff\U00020000-\U000323af]+)"
)
# No word in print is longer; a tsvector's lexeme ends at 2,046 bytes.
MAX_WORD_LENGTH = 128
# jieba is quadratic on long runs of single characters, so it gets no more at a time; both
# are given the same pieces, since a cut depends on its neighbours.
MAX_STRETCH_LENGTH = 500

Cutter = Callable[[str], list[str]]


def segment(text: str, lexicon: Lexicon | None = None) -> list[str]:
    """Return the words of folded ``text`` in reading order, shorter parts included.

    A word of ``lexicon`` is always kept whole, with its parts before it.

    >>> segment("长三角区域")
    ['长三', '三角', '长三角', '区域']
    """
    return segment_with(rjieba.cut_for_search, text, lexicon)


def segment_with(cut: Cutter, text: str, lexicon: Lexicon | None = None) -> list[str]:
    """Do what ``segment`` does with another cutter of the same kind (jieba, in a test)."""
    words: list[str] = []
    done = 0
    for start, end in lexicon.occurrences(text) if lexicon else ():
        # What stands between the lexicon's words is cut by itself, so that a query made of
        # the same words is cut the same way.
        words.extend(_words(cut, text[done:start]))
        word = text[start:end]
        words.extend(part for part in _words(cut, word) if part != word)
        words.append(word[:MAX_WORD_LENGTH])
        done = max(done, end)
    words.extend(_words(cut, text[done:]))
    return words


def _words(cut: Cutter, text: str) -> Iterator[str]:
    for match in _STRETCH.finditer(text):
        stretch = match.group()
        if match.lastgroup != "chinese":
            yield stretch[:MAX_WORD_LENGTH]
            continue
        for start in range(0, len(stretch), MAX_STRETCH_LENGTH):
            for word in cut(stretch[start : start + MAX_STRETCH_LENGTH]):
                yield word[:MAX_WORD_LENGTH]


def bigrams(text: str) -> set[str]:
    """Return every sequence of two characters of folded ``text``, white space left out.

    The index of a literal search: every occurrence of a string is among the texts that hold
    all of its bigrams, however the words were cut.
    """
    joined = "".join(text.split())
    return set(map("".join, pairwise(joined)))
