"""Folding: the one normal form that index and query share. Display text is never folded.

Unicode compatibility forms, width and case follow NFKC_Casefold (Unicode Standard 3.13);
traditional characters become simplified by OpenCC's phrase-aware ``t2s``.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

# Zero-width and direction marks that a scanner or a word processor leaves behind: they are
# invisible in print, so they must not keep a word from being found.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# One separator of a foreign name, printed in four ways (conventions: "Names' middle dot").
_MIDDLE_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u30fb\u0387\u2219\u22c5"), "\u00b7")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Folded text that knows where each of its characters came from.

    ``offsets[i]`` is the position in the source of the character that ``text[i]`` stands for;
    one more offset at the end is the length of the source, so that ``offsets`` can close a span.
    """

    text: str
    offsets: list[int]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the source that ``text[start:end]`` stands for."""
        return self.offsets[start], self._end_in_source(end)

    def _end_in_source(self, end: int) -> int:
        # Two folded characters may come from one source character (㈱ -> "(株)"): a span
        # that ends between them still covers the whole of it.
        last = self.offsets[end - 1]
        while end < len(self.text) and self.offsets[end] == last:
            end += 1
        return self.offsets[end]


def fold(text: str) -> str:
    """Return the form of ``text`` that is indexed and searched.

    >>> fold("ＡＢＣ　臺灣後來")
    'abc 台湾后来'
    """
    if not text:
        return ""
    if not _PLAIN.issuperset(text) and not _learn(text):
        return _simplify("".join(_fold_cluster(cluster) for cluster in _clusters(text)))
    return _simplify(text.translate(_FOLDS))


# Characters met so far that combine with none before them: nearly all of any text.
_PLAIN: set[str] = set()


def _learn(text: str) -> bool:
    """Say whether no character of a text combines, and remember those that do not."""
    combining = {char for char in text if _combines(char)}
    _PLAIN.update(set(text) - combining)
    return not combining


def fold_with_offsets(text: str) -> FoldedText:
    """Return ``fold(text)`` with the place in ``text`` of every character."""
    pieces: list[str] = []
    offsets: list[int] = []
    start = 0
    for cluster in _clusters(text):
        folded = _FOLDS[ord(cluster)] if len(cluster) == 1 else _fold_cluster(cluster)
        pieces.append(folded)
        offsets.extend([start] * len(folded))
        start += len(cluster)
    offsets.append(len(text))
    return FoldedText(_simplify("".join(pieces)), offsets)


def _fold_cluster(cluster: str) -> str:
    # Until nothing changes: casefolding can leave a form that NFKC would change (U+0345),
    # and a dropped mark can bring together two that compose.
    while (folded := _fold_once(cluster)) != cluster:
        cluster = folded
    return cluster


def _fold_once(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    return _IGNORABLE.sub(
        "", unicodedata.normalize("NFKC", folded).translate(_MIDDLE_DOTS)
    )


def _clusters(text: str) -> list[str]:
    """Split before every character that cannot combine with the one in front of it."""
    clusters: list[str] = []
    for char in text:
        if clusters and _combines(char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


@lru_cache(maxsize=100_000)
def _combines(char: str) -> bool:
    # Conjoining Hangul vowels and finals (U+1160-11FF) compose with combining class 0, as
    # do the half-width voiced marks of kana (U+FF9E, U+FF9F) once NFKC has widened them.
    return (
        unicodedata.combining(char) != 0
        or "\u1160" <= char <= "\u11ff"
        or char in "\uff9e\uff9f"
        or _IGNORABLE.match(char) is not None
    )


class _CharacterFolds(dict[int, str]):
    """The fold of each character by code point, worked out when it is first met.

    A table of all of Unicode takes two seconds to build; an archive uses some ten thousand.
    """

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_cluster(chr(code))
        return folded


_FOLDS = _CharacterFolds()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplify(text: str) -> str:
    """Return simplified characters, as many as came in, so that offsets stay true."""
    if text.isascii():
        return text
    # A lone surrogate is no character and cannot be encoded for OpenCC.
    text = _SURROGATE.sub("\ufffd", text)
    simplified: str = _converter().convert(text)
    if len(simplified) == len(text):
        return simplified
    return "".join(_same_length(char) for char in text)


def _same_length(char: str) -> str:
    simplified: str = _converter().convert(char)
    return simplified if len(simplified) == 1 else char
