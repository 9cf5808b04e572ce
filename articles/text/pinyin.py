"""Pinyin as people type it: without tones and blanks, whole or by initials."""

from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from articles.text.fold import fold

# 长三角 is chang or zhang, san, and jiao; more than this is nobody's name.
_MOST_READINGS = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read a text: ``changsanjiao`` and ``csj``."""

    whole: str
    initials: str


def readings(text: str, most: int = _MOST_READINGS) -> list[Reading]:
    """Return the ways to read a short text, the likeliest first, and no more than ``most``.

    Letters and digits stand for themselves; what has neither is left out. A dictionary of phrases
    says which reading is the likeliest (pypinyin), and each character may be read otherwise.

    >>> [reading.initials for reading in readings("长三角")]
    ['zsj', 'csj']
    """
    # Imported late: its dictionaries take a third of a second, and every command would wait.
    from pypinyin import Style, lazy_pinyin, pinyin

    folded = "".join(char for char in fold(text) if char.isalnum())
    likely = lazy_pinyin(folded, style=Style.NORMAL, errors=_one_by_one)
    each = pinyin(folded, style=Style.NORMAL, heteronym=True, errors=_one_by_one)
    choices = [
        list(dict.fromkeys((first, *others)))
        for first, others in zip(likely, each, strict=True)
    ]
    # The last of a product changes first, and of a name the first is typed first.
    turned = islice(product(*reversed(choices)), most)
    ways = (tuple(reversed(some)) for some in turned)
    found = (
        Reading("".join(way), "".join(syllable[0] for syllable in way)) for way in ways
    )
    return list(dict.fromkeys(found))


def _one_by_one(letters: str) -> Any:
    # The types of pypinyin know only str here, its documentation lists too.
    return list(letters)
