"""Segmentation: folded text to the words that are indexed and searched.

jieba's search mode (a long word is followed or preceded by the shorter dictionary words in
it), done by rjieba, which carries jieba's dictionary. See docs/decisions/0003.
"""

import re
from collections.abc import Callable

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


def _words(cut: Cutter, text: str) -> list[str]:
    words: list[str] = []
    for match in _STRETCH.finditer(text):
        stretch = match.group()
        if match.lastgroup != "chinese":
            words.append(stretch[:MAX_WORD_LENGTH])
        elif len(stretch) <= MAX_WORD_LENGTH:
            words += cut(stretch)
        else:
            for start in range(0, len(stretch), MAX_STRETCH_LENGTH):
                found = cut(stretch[start : start + MAX_STRETCH_LENGTH])
                words += [word[:MAX_WORD_LENGTH] for word in found]
    return words


def pair_codes(text: str) -> set[int]:
    """Return a code for every character of ``text``, and for every two that stand together.

    The index of a literal search: every occurrence of a string is among the texts that hold
    all of its codes, however the words were cut. White space is no character and parts
    what stands around it. A code has 32 bits, signed as PostgreSQL's integers are: two UTF-16
    units, or one and zero. So a string of one or two characters is known by its code alone.
    """
    # The ends are marked by zeros, with which the last character is a code by itself.
    units = memoryview("\0".join(text.split()).encode(_UTF16) + b"\0\0")
    codes = set(units.cast("H"))
    codes.update(_pairs(units), _pairs(units[2:]))
    # A stretch's first character after a zero says nothing that the character does not.
    return {code for code in codes if code & 0xFFFF}


# As memoryview reads it: the first unit is in the low half. No other order of bytes is
# supported, since an index would not survive its server's move to one.
_UTF16 = "utf-16-le"


def _pairs(units: memoryview) -> memoryview:
    return units[: len(units) // 4 * 4].cast("i")
