"""What the rules look at: features of each unit, and of the text around it."""

import re
from collections import Counter
from functools import cached_property

import rjieba

from articles.ingest import patterns
from articles.ingest.lines import Unit

# Units of body text on either side that say what a stretch is about.
_WINDOW = 3
_LONGEST_BYLINE = 90
_WORD = re.compile(rf"[{patterns.HAN}]{{2,}}|[A-Za-z]{{2,}}\d*")
_PAIR = re.compile(rf"(?=([{patterns.HAN}]{{2}}))")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Words of any news story: they say nothing of its subject.
_COMMON = frozenset(
    word
    for words in (
        "我们 他们 表示 进行 工作 今天 目前 已经 通过 以及 其中 一个 这个 没有 可以 发展 推动 加强 实现 提升 提高",
        " 问题 方面 重要 持续 不断 积极 相关 有关 要求 会议 记者 本报讯 本报 新华社 同时 此外 据了解 介绍 指出",
        " 强调 认为 成为 开展 建设 全国 我国 中国 国家 公司 部门 人员 活动 情况 时间 近日 日前",
    )
    for word in words.split()
)


class Context:
    """The units of one page with what was found out about each."""

    def __init__(self, units: list[Unit]) -> None:
        self.units = units
        self.texts = [unit.text for unit in units]
        self.commas = [len(patterns.COMMA.findall(text)) for text in self.texts]
        self.phrases = [len(text.split()) for text in self.texts]
        self.complete = self._found(patterns.COMPLETE)
        self.full_stop = self._found(patterns.FULL_STOP)
        self.open_end = self._found(patterns.OPEN_END)
        self.colon_end = self._found(patterns.COLON_END)
        self.stop_inside = self._found(patterns.STOP_INSIDE)
        self.cannot_begin = self._found(patterns.CANNOT_BEGIN)
        self.dateline = [bool(patterns.DATELINE.match(text)) for text in self.texts]
        self.leads_on = [leads_on(text) for text in self.texts]
        self.follows = [follows(text) for text in self.texts]
        self.sentence = [
            leads_on or looks_like_sentence(text)
            for leads_on, text in zip(self.leads_on, self.texts, strict=True)
        ]
        self.byline = [byline_strength(text) for text in self.texts]
        self.is_body = [self._looks_like_body(i) for i in range(len(units))]
        self.indents = self._sets_off_paragraphs()
        self._across: dict[tuple[int, int], bool] = {}
        self._continuity: dict[int, float] = {}

    def _found(self, pattern: re.Pattern[str]) -> list[bool]:
        return [bool(pattern.search(text)) for text in self.texts]

    def _sets_off_paragraphs(self) -> bool:
        """Say whether an indent marks a paragraph here, and not every line."""
        body = [u.indented for u, b in zip(self.units, self.is_body, strict=True) if b]
        other = [
            u.indented for u, b in zip(self.units, self.is_body, strict=True) if not b
        ]
        return 2 * sum(body) > len(body) and 2 * sum(other) <= len(other)

    def _looks_like_body(self, i: int) -> bool:
        text = self.texts[i]
        return (
            self.dateline[i]
            or len(text) > 60
            or self.stop_inside[i]
            or (len(text) > 20 and self.full_stop[i])
        )

    @cached_property
    def _words(self) -> list[Counter[str]]:
        return [
            Counter(words(text)) if body else Counter()
            for text, body in zip(self.texts, self.is_body, strict=True)
        ]

    @cached_property
    def cohesion(self) -> list[float]:
        """Return, for each unit, the share of its words that the body after it says."""
        return [
            0.0 if self.is_body[i] else self._cohesion(i)
            for i in range(len(self.units))
        ]

    def _cohesion(self, i: int) -> float:
        after = "".join(self.texts[j] for j in self._after(i))
        # Words are surer, pairs of characters see the names that no dictionary has.
        return (
            _share_said(words(self.texts[i]), after)
            + _share_said(pairs(self.texts[i]), after)
        ) / 2

    def continuity(self, i: int) -> float:
        """Say whether the text before and after unit ``i`` has one subject.

        From -1.5 (another) to 1.5 (the same), by the cosine of their words. Of 600 pairs of
        halves of a news item and 600 of two items, the middle ones have 0.20 and 0.04, and
        the quarters that overlap meet at 0.09 (AUC 0.905).
        """
        if i not in self._continuity:
            self._continuity[i] = self._compare(self._before(i), self._after(i))
        return self._continuity[i]

    def _compare(self, before: list[int], after: list[int]) -> float:
        if not before or not after:
            return 0.0
        return max(-1.5, min(1.5, (self._cosine(before, after) - 0.09) / 0.07))

    def _before(self, i: int) -> list[int]:
        found = [j for j in range(max(0, i - 8), i) if self.is_body[j]]
        return found[-_WINDOW:]

    def _after(self, i: int) -> list[int]:
        found = []
        for j in range(i + 1, min(len(self.units), i + 9)):
            if self.is_body[j]:
                found.append(j)
            elif found and self.byline[j]:
                break  # the article ends here
        return found[:_WINDOW]

    def _cosine(self, left: list[int], right: list[int]) -> float:
        a = sum((self._words[j] for j in left), Counter())
        b = sum((self._words[j] for j in right), Counter())
        shared = sum((a[word] * b[word]) ** 0.5 for word in a.keys() & b.keys())
        size = (sum(a.values()) * sum(b.values())) ** 0.5
        return shared / size if size else 0.0

    def word_across(self, left: int, right: int) -> bool:
        """Say whether a word of the dictionary stands across the break of two units."""
        key = (left, right)
        if key not in self._across:
            self._across[key] = word_across(self.texts[left], self.texts[right])
        return self._across[key]


def cut(text: str) -> list[str]:
    """Return the words of the dictionary, and single characters between them."""
    # Without the model of new words: it would join characters of two sentences.
    return rjieba.cut(_SURROGATE.sub("\ufffd", text), False)


def words(text: str) -> list[str]:
    """Return the words of two characters and more that may tell a subject."""
    return [word for word in cut(text) if word not in _COMMON and _WORD.fullmatch(word)]


def pairs(text: str) -> list[str]:
    """Return each two Chinese characters that stand side by side."""
    return [match[1] for match in _PAIR.finditer(text)]


def _share_said(strings: list[str], text: str) -> float:
    """Return which share of these strings, by their length, the text holds."""
    total = sum(len(string) for string in strings)
    return sum(len(s) for s in strings if s in text) / total if total else 0.0


def word_across(left: str, right: str) -> bool:
    """Say whether the last characters of one text and the first of another make a word.

    >>> word_across("一个化", "妆品柜台")
    True
    >>> word_across("在北京", "今天举行")
    False
    """
    before, after = left[-6:], right[:6]
    position = 0
    for token in cut(before + after):
        position += len(token)
        if position > len(before):
            return position - len(token) < len(before)
    return False


def leads_on(text: str) -> bool:
    """Say whether the last word of a text asks for another: 在, 的, 进行."""
    tokens = cut(text[-8:])
    return bool(tokens) and tokens[-1] in patterns.LEADING_WORDS


def follows(text: str) -> bool:
    """Say whether the first word of a text asks for one before it: 和, 的, 等."""
    tokens = cut(text[:8])
    return bool(tokens) and tokens[0] in patterns.FOLLOWING_WORDS


def looks_like_sentence(text: str) -> bool:
    """Say whether a text has a sign of a sentence: a stop, a comma, half a sentence's end."""
    return bool(
        patterns.COMPLETE.search(text)
        or patterns.OPEN_END.search(text)
        or patterns.STOP_INSIDE.search(text)
        or patterns.COMMA.search(text)
        or patterns.DATELINE.match(text)
    )


def byline_strength(text: str) -> float:
    """Say how surely a unit is a byline, from 0 to 1."""
    if len(text) > _LONGEST_BYLINE:
        return 0.0
    if patterns.BYLINE.fullmatch(text):
        return 0.3 if patterns.UNSEPARATED.search(text) else 1.0
    if patterns.MARKED_BYLINE.fullmatch(text):
        return 0.9
    if patterns.NAMELESS_BYLINE.fullmatch(text) or patterns.AUTHOR_NOTE.fullmatch(text):
        return 0.9
    if len(text) <= 12 and patterns.BARE_NAMES.fullmatch(text):
        names = text.split()
        if all(name[0] in patterns.SURNAMES for name in names) and len(text) <= 4:
            return 0.3
    return 0.0
