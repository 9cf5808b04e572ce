"""The words that say what a text is about: TF-IDF and TextRank, as jieba.analyse has them.

The words and their parts of speech are those of rjieba, which is loaded anyway, with the words
of the lexicon kept whole; the idf are jieba's file. jieba.analyse itself loads its dictionary a
second time in Python, which takes a second or two and 120 MB (docs/decisions/0018); in tests it is the
reference.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import rjieba

from articles.text.fold import FoldedText, fold_with_offsets
from articles.text.lexicon import Lexicon

# So many characters of an article say what it is about.
MAX_LENGTH = 8_000
# jieba's own: the median of its file, for words that are not in it.
MEDIAN_IDF = 11.9547675029
_COMMON_IDF = 6.0
LEXICON = "lexicon"
_SPAN, _DAMPING, _ROUNDS = 5, 0.85, 10
_SURROGATE = re.compile("[\ud800-\udfff]")
# Parts of speech that name something: nouns, nouns of verbs, short forms, foreign words.
_NAMING = re.compile(r"n\w*|vn|an|j|l|eng|lexicon")
# Of these, names: of persons, places, organisations, and what the lexicon has.
_PROPER = re.compile(r"n[rstz]\w*|lexicon")
# What newspapers say of themselves and of everything.
_EMPTY = frozenset(
    [
        "记者",
        "本报",
        "本报讯",
        "通讯员",
        "新华社",
        "中新社",
        "编辑",
        "摄影",
        "图片",
        "照片",
        "供图",
        "资料",
        "报道",
        "消息",
        "今天",
        "昨天",
        "昨日",
        "今日",
        "目前",
        "情况",
        "问题",
        "方面",
        "工作",
        "时候",
        "时间",
        "地方",
        "方式",
        "人员",
        "人们",
        "大家",
        "有关",
        "部门",
        "单位",
        "相关",
        "负责人",
        "活动",
        "同志",
        "our",
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "from",
        "are",
        "was",
        "has",
        "have",
        "will",
    ]
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: as folded, its part of speech, and as it is printed."""

    word: str
    flag: str
    printed: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word with its weights, each 1 for the weightiest of a text."""

    word: str
    printed: str
    tfidf: float
    textrank: float
    # A word that stands everywhere, such as 发展: no name, and of a low idf.
    common: bool


@dataclass(frozen=True, slots=True)
class _Text:
    source: str
    form: FoldedText

    def cut(self, start: int, end: int) -> list[Token]:
        found: list[Token] = []
        place = start
        for word, flag in rjieba.tag(self.form.text[start:end]):
            if not word.isspace():
                found.append(self.token(place, place + len(word), flag))
            place += len(word)
        return found

    def token(self, start: int, end: int, flag: str) -> Token:
        first, last = self.form.source_span(start, end)
        return Token(self.form.text[start:end], flag, self.source[first:last])


def tokens(text: str, lexicon: Lexicon | None = None) -> list[Token]:
    """Return the words of the beginning of a text in reading order, white space left out."""
    source = _SURROGATE.sub("\ufffd", text[:MAX_LENGTH])
    folded = _Text(source, fold_with_offsets(source))
    found: list[Token] = []
    done = 0
    for start, end in _longest(
        lexicon.occurrences(folded.form.text) if lexicon else ()
    ):
        found += folded.cut(done, start)
        found.append(folded.token(start, end, LEXICON))
        done = end
    return found + folded.cut(done, len(folded.form.text))


def keywords(words: Sequence[Token]) -> list[Keyword]:
    """Return the words that name something, the most telling first.

    >>> [key.word for key in keywords(tokens("量子计算机用量子比特计算。"))][:1]
    ['量子']
    """
    naming = [token for token in words if names_something(token)]
    printed = {token.word: token.printed for token in reversed(naming)}
    flags = {token.word: token.flag for token in naming}
    idf = _idf(printed)
    tfidf = _share(tf_idf([token.word for token in naming], idf))
    ranks = _share(text_rank(words))
    found = (
        Keyword(
            word,
            printed[word],
            tfidf[word],
            ranks.get(word, 0.0),
            idf.get(word, MEDIAN_IDF) < _COMMON_IDF
            and not _PROPER.fullmatch(flags[word]),
        )
        for word in tfidf
    )
    return sorted(found, key=lambda key: (-key.tfidf - key.textrank, key.word))


def names_something(token: Token) -> bool:
    """Return whether a word may be a tag: a noun of more than one character."""
    named = _NAMING.fullmatch(token.flag) and len(token.word) > 1
    return bool(named) and token.word not in _EMPTY and not token.word.isnumeric()


def tf_idf(words: Sequence[str], idf: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each word by how often it stands here, and how seldom elsewhere."""
    counts = Counter(words)
    return {
        word: n * idf.get(word, MEDIAN_IDF) / len(words) for word, n in counts.items()
    }


def text_rank(words: Sequence[Token]) -> dict[str, float]:
    """Return the weight of each naming word by its company within a few words."""
    company: Counter[tuple[str, str]] = Counter()
    naming = [names_something(token) for token in words]
    for number, token in enumerate(words):
        for other in range(number + 1, min(number + _SPAN, len(words))):
            if naming[number] and naming[other]:
                company[token.word, words[other].word] += 1
    return _ranked(company)


def _ranked(company: Counter[tuple[str, str]]) -> dict[str, float]:
    edges: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (first, second), weight in company.items():
        edges[first].append((second, weight))
        edges[second].append((first, weight))
    out = {word: sum(weight for _other, weight in edges[word]) for word in edges}
    ranks = dict.fromkeys(edges, 1 / (len(edges) or 1))
    for _round in range(_ROUNDS):
        for word in sorted(edges):
            given = sum(w / out[other] * ranks[other] for other, w in edges[word])
            ranks[word] = 1 - _DAMPING + _DAMPING * given
    return ranks


def _share(weights: dict[str, float]) -> dict[str, float]:
    most = max(weights.values(), default=1.0) or 1.0
    return {word: weight / most for word, weight in weights.items()}


def _longest(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans that do not overlap one before, of those that begin together the longest."""
    chosen = (0, 0)
    for start, end in spans:
        if start >= chosen[1]:
            if chosen[1]:
                yield chosen
            chosen = (start, end)
        elif start == chosen[0] and end > chosen[1]:
            chosen = (start, end)
    if chosen[1]:
        yield chosen


def _idf(words: Collection[str]) -> dict[str, float]:
    """Return the idf of these words, of those that jieba's file has."""
    hashes, values = _table()
    found: dict[str, float] = {}
    for word in words:
        place = bisect_left(hashes, hash(word))
        if place < len(hashes) and hashes[place] == hash(word):
            found[word] = values[place]
    return found


@cache
def _table() -> tuple["array[int]", "array[float]"]:
    """Return the hashes of the words in jieba's file, in their order, and the idf of each.

    They take 4 MB. Its 270,000 words would take 37 MB of each process, and to read the file
    for each text took a tenth of a second.
    """
    spec = find_spec("jieba")
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders or ()))) / "analyse" / "idf.txt"
    with path.open(encoding="utf-8") as lines:
        parts = (line.partition(" ") for line in lines)
        rows = sorted((hash(word), float(value)) for word, _blank, value in parts)
    return array("q", [row[0] for row in rows]), array("d", [row[1] for row in rows])
