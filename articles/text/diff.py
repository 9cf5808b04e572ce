"""Two states of a text, side by side: paragraphs that belong together, and words that differ.

Chinese has no blanks: its words come from segmentation, and a difference of one character is
shown as the word that it is in.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import rjieba

# What stands at the end of a paragraph where several are shown as one.
MARK = "¶\n"
# jieba is quadratic in the length of a stretch, and no sentence is as long.
_PIECE = re.compile(r"[^。！？；\n]{1,500}[。！？；\n]*|[。！？；\n]{1,500}")
# More comparisons than these take longer than anybody waits: all is called different.
_MOST_WORDS = 4_000_000
_MOST_PARAGRAPHS = 2_500
# Words in common from which on two paragraphs are thought to be the same one.
_ALIKE = 0.4
_MOVED = 0.8
# One paragraph became two or three, or the other way round.
_SHAPES = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1))
_PENALTY = 0.3


@dataclass(frozen=True, slots=True)
class Span:
    """Words in a row that are the same on both sides, or on this side only."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side: numbers of paragraphs, and their words."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    left_spans: list[Span] = field(default_factory=list)
    right_spans: list[Span] = field(default_factory=list)
    # The text is also on the other side, elsewhere.
    moved: bool = False

    @property
    def is_same(self) -> bool:
        """Return whether nothing differs."""
        return not any(s.differs for s in (*self.left_spans, *self.right_spans))


def words(text: str) -> list[str]:
    """Return the words and marks of a text; together they are the text.

    >>> words("沪上今起入梅。")
    ['沪', '上', '今起', '入梅', '。']
    """
    found: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        cut = rjieba.cut(piece)
        found += cut if "".join(cut) == piece else list(piece)
    return found


def compare(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """Return the words of two texts, each told whether the other has it at this place."""
    a, b = words(left), words(right)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    first, second = _differences(middle_a, middle_b)
    head, tail = (a[:start], False), (a[len(a) - end :], False)
    return _spans([head, *first, tail]), _spans([head, *second, tail])


def rows(left: Sequence[str], right: Sequence[str]) -> list[Row]:
    """Return the paragraphs of two texts side by side, in the order of both."""
    aligned = align(left, right)
    moved = _moved(left, right, aligned)
    found = []
    for lefts, rights in aligned:
        twin = moved.get((lefts, rights))
        if twin is not None:
            one, other = (lefts[0], twin) if lefts else (twin, rights[0])
            first, second = compare(left[one], right[other])
            found.append(
                Row(
                    lefts,
                    rights,
                    first if lefts else [],
                    second if rights else [],
                    True,
                )
            )
            continue
        spans = compare(
            MARK.join(left[n] for n in lefts), MARK.join(right[n] for n in rights)
        )
        found.append(Row(lefts, rights, *spans))
    return found


Pair = tuple[tuple[int, ...], tuple[int, ...]]


def align(left: Sequence[str], right: Sequence[str]) -> list[Pair]:
    """Return which paragraphs belong together, by number; every one is in one pair."""
    pairs: list[Pair] = []
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs += [
                ((i,), (j,)) for i, j in zip(range(a, b), range(c, d), strict=True)
            ]
        elif (b - a) * (d - c) > _MOST_PARAGRAPHS:
            pairs += [((i,), ()) for i in range(a, b)]
            pairs += [((), (j,)) for j in range(c, d)]
        else:
            pairs += _aligned(left, right, (a, b), (c, d))
    return pairs


# ---- Words


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many words both begin with."""
    number = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        number += 1
    return number


Runs = list[tuple[list[str], bool]]


def _differences(a: list[str], b: list[str]) -> tuple[Runs, Runs]:
    if len(a) * len(b) > _MOST_WORDS:
        return [(a, True)], [(b, True)]
    first: Runs = []
    second: Runs = []
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        first.append((a[i:j], kind != "equal"))
        second.append((b[k:m], kind != "equal"))
    return first, second


def _spans(runs: Runs) -> list[Span]:
    """Return runs of words as spans, those of one kind that touch as one."""
    spans: list[Span] = []
    for run, differs in runs:
        text = "".join(run)
        if spans and text and spans[-1].differs == differs:
            spans[-1] = Span(spans[-1].text + text, differs)
        elif text:
            spans.append(Span(text, differs))
    return spans


# ---- Paragraphs


def _aligned(
    left: Sequence[str],
    right: Sequence[str],
    lefts: tuple[int, int],
    rights: tuple[int, int],
) -> list[Pair]:
    """Return the alignment of paragraphs that has the most words in common."""
    bags_a = {n: Counter(words(left[n])) for n in range(*lefts)}
    bags_b = {n: Counter(words(right[n])) for n in range(*rights)}
    (a, b), (c, d) = lefts, rights
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for i in range(b, a - 1, -1):
        for j in range(d, c - 1, -1):
            ways = [(0.0, 0, 0)] if (i, j) == (b, d) else []
            if i < b:
                ways.append((best[i + 1, j][0], 1, 0))
            if j < d:
                ways.append((best[i, j + 1][0], 0, 1))
            for m, n in _SHAPES:
                if i + m <= b and j + n <= d:
                    gain = _gain(
                        [bags_a[x] for x in range(i, i + m)],
                        [bags_b[x] for x in range(j, j + n)],
                    )
                    if gain > 0:
                        ways.append((gain + best[i + m, j + n][0], m, n))
            best[i, j] = max(ways)
    return list(_path(best, (a, c), (b, d)))


def _path(
    best: dict[tuple[int, int], tuple[float, int, int]],
    start: tuple[int, int],
    end: tuple[int, int],
) -> list[Pair]:
    pairs: list[Pair] = []
    i, j = start
    while (i, j) != end:
        m, n = best[i, j][1:]
        pairs.append((tuple(range(i, i + m)), tuple(range(j, j + n))))
        i, j = i + m, j + n
    return pairs


def _gain(lefts: list[Counter[str]], rights: list[Counter[str]]) -> float:
    """Return how much these paragraphs say the same; nothing where they hardly do."""
    one, other = sum(lefts, Counter()), sum(rights, Counter())
    alike = _alike(one, other)
    if alike < _ALIKE:
        return 0.0
    number = len(lefts) + len(rights)
    if number > 2:
        whole, parts = (one, rights) if len(lefts) == 1 else (other, lefts)
        if any((part & whole).total() * 2 < part.total() for part in parts):
            return 0.0
    return alike * number / 2 - _PENALTY * (number - 2)


def _alike(one: Counter[str], other: Counter[str]) -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 1.0


def _moved(
    left: Sequence[str], right: Sequence[str], pairs: list[Pair]
) -> dict[Pair, int]:
    """Return of each paragraph that stands alone where it is on the other side."""
    gone = [a[0] for a, b in pairs if a and not b]
    new = [b[0] for a, b in pairs if b and not a]
    found: dict[Pair, int] = {}
    if len(gone) * len(new) > _MOST_PARAGRAPHS:
        return found
    bags = {n: Counter(words(right[n])) for n in new}
    for n in gone:
        bag = Counter(words(left[n]))
        twins = [(_alike(bag, bags[m]), -m) for m in new]
        alike, twin = max(twins, default=(0.0, 0))
        if alike >= _MOVED:
            found[(n,), ()] = -twin
            found[(), (-twin,)] = n
            new.remove(-twin)
    return found
