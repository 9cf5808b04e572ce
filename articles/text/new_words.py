"""New words of a collection, found without a dictionary: strings that hold together and stand freely.

A word holds together: its characters meet far more often than chance would have it, wherever it
is cut in two (``cohesion``, the least pointwise mutual information over all cuts, in bits). And it
stands freely: many different characters come before and after it (``freedom``, the lesser of the
two branching entropies, in bits). The measures together are those of Matrix67 (顾森), "互联网时代的
社会语言学：基于 SNS 的文本数据挖掘" (2012); branching entropy is from Jin and Tanaka-Ishii,
"Unsupervised segmentation of Chinese text by use of branching entropy" (2006), mutual information
with both from Sornlertlamvanich and Tanaka, "The automatic extraction of open compounds from
text corpora" (1996). See docs/decisions/0017.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

LONGEST = 6
# So many different strings of one length are counted at once: some 300 MB. What was seen only
# once is forgotten where there would be more (lossy counting, Manku and Motwani, 2002).
MOST_STRINGS = 2_000_000
# Bits; chosen by what they leave of real words (docs/decisions/0017).
LEAST_COHESION = 5.0
LEAST_FREEDOM = 1.6
PLACES = 10
_BETWEEN_NEWS = 2_000

# A run of Chinese characters, with the numbers and Latin words that touch them.
_RUN = re.compile(r"[0-9a-z%.\u3400-\u9fff〇\U00020000-\U000323af]+")
# What stands for each of those: a neighbour, but part of no word.
_OTHER = re.compile(r"[0-9a-z%.]+")
_ELSE = "0"
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两几第")
# With these a word does not begin, or end; what it does with them is a phrase.
_NOT_FIRST = frozenset(
    "的了着过地得们是在和与及或等对将已被把从向于为以也都就而但并之其这那此该各每"
    "我你他她它很更最还又再不没要会能可让使给由至到因所如若则即仍却曾正据遭"
)
_NOT_LAST = frozenset(
    "的了着过得们是在和与及或等对将已被把从向于为以也都就而但并之其这那此该各每"
    "我你他她它很更最还又再不没要让使给由至到因所如若则即仍却曾又上下里内称说据时后前中同驻"
)


@dataclass(slots=True)
class NewWord:
    """A string that may be a word: how often it stands, what speaks for it, and where."""

    word: str
    occurrences: int
    cohesion: float
    freedom: float = 0.0
    # Numbers of some sentences that have it.
    places: list[int] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Return one number to sort by: all three speak for a word, the number least."""
        return self.cohesion * self.freedom * math.log10(self.occurrences)


def sentences(text: str) -> list[str]:
    """Return the runs of characters of a folded text: no word reaches over what is between.

    >>> sentences("今年1月，a股上涨3.5%")
    ['今年0月', '0股上涨0']
    """
    runs = (_OTHER.sub(_ELSE, run) for run in _RUN.findall(text))
    return [run for run in runs if len(run) > 1]


def find(
    runs: Sequence[str],
    known: Callable[[str], bool],
    least: int = 5,
    tick: Callable[[int], None] = lambda _number: None,
) -> list[NewWord]:
    """Return the words of these runs of characters that are not ``known``, the best first.

    Each run should be there once: what is printed anew every day is not said anew. ``least`` is
    how often a word must stand; ``tick`` is told of every run that was read, ``passes`` times.
    """
    counts = _counts(runs, least, tick)
    likely = {
        word: found for word, found in _cohesive(counts, least) if not known(word)
    }
    _add_neighbours(runs, likely, tick)
    free = (word for word in likely.values() if word.freedom >= LEAST_FREEDOM)
    return sorted(free, key=lambda word: (-word.score, word.word))


def passes() -> int:
    """Return how often ``find`` reads every run."""
    return LONGEST + 1


def _counts(
    runs: Sequence[str], least: int, tick: Callable[[int], None]
) -> list[dict[str, int]]:
    """Return how often each string stands, by length; those seen too seldom are left out.

    A string is counted only if what it begins and ends with, one character shorter, is
    frequent (Agrawal and Srikant, 1994), so there is never more than one length's rare ones.
    """
    found: list[dict[str, int]] = [{}]
    for length in range(1, LONGEST + 1):
        before = found[-1]
        counter: Counter[str] = Counter()
        for run in _told(runs, tick):
            grams = _grams(run, length)
            if length > 1:
                grams = [g for g in grams if g[1:] in before and g[:-1] in before]
            counter.update(grams)
            if len(counter) > MOST_STRINGS:
                counter = _without_single(counter)
        counter.pop(_ELSE, 0)
        found.append({gram: n for gram, n in counter.items() if n >= least})
    return found


def _grams(run: str, length: int) -> list[str]:
    return [run[start : start + length] for start in range(len(run) - length + 1)]


def _without_single(counter: Counter[str]) -> Counter[str]:
    return Counter({gram: number for gram, number in counter.items() if number > 1})


def _told(runs: Sequence[str], tick: Callable[[int], None]) -> Iterator[str]:
    """Yield the runs and say now and then how many it were."""
    for start in range(0, len(runs), _BETWEEN_NEWS):
        some = runs[start : start + _BETWEEN_NEWS]
        yield from some
        tick(len(some))


def _cohesive(
    counts: list[dict[str, int]], least: int
) -> Iterator[tuple[str, NewWord]]:
    total = sum(counts[1].values())
    for grams in counts[2:]:
        for gram, number in grams.items():
            if is_word_like(gram):
                cohesion = _cohesion(gram, number, counts, total)
                if cohesion >= LEAST_COHESION:
                    yield gram, NewWord(gram, number, cohesion)


def _cohesion(
    gram: str, number: int, counts: list[dict[str, int]], total: int
) -> float:
    """Return the mutual information of the two parts where it is least."""
    return min(
        math.log2(
            number
            * total
            / (counts[cut][gram[:cut]] * counts[-cut + len(gram)][gram[cut:]])
        )
        for cut in range(1, len(gram))
    )


def is_word_like(gram: str) -> bool:
    """Return whether a string does not begin or end as only phrases, numbers and dates do."""
    if gram[0] in _NOT_FIRST or gram[-1] in _NOT_LAST:
        return False
    return not (
        _NUMERALS.issuperset(gram[:-1]) or gram[-1] in _NUMERALS or gram[0] in _NUMERALS
    )


def _add_neighbours(
    runs: Sequence[str], words: dict[str, NewWord], tick: Callable[[int], None]
) -> None:
    """Say of each word how freely it stands, and in which runs."""
    lengths = sorted({len(word) for word in words})
    before: dict[str, Counter[str]] = {word: Counter() for word in words}
    after: dict[str, Counter[str]] = {word: Counter() for word in words}
    for number, run in enumerate(_told(runs, tick)):
        for length in lengths:
            for start, gram in enumerate(_grams(run, length)):
                if gram in words:
                    end = start + length
                    before[gram][run[start - 1] if start else ""] += 1
                    after[gram][run[end] if end < len(run) else ""] += 1
                    places = words[gram].places
                    if len(places) < PLACES and number not in places:
                        places.append(number)
    for gram, word in words.items():
        word.freedom = min(_entropy(before[gram]), _entropy(after[gram]))


def _entropy(neighbours: Counter[str]) -> float:
    """Return the entropy of what stands beside a word; each end of a run is one of its own."""
    total = neighbours.total()
    ends = neighbours.get("", 0)
    bits = ends / total * math.log2(total)
    for neighbour, number in neighbours.items():
        if neighbour:
            bits += number / total * math.log2(total / number)
    return bits
