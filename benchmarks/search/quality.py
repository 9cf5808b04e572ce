"""Known-item search on the real articles: how well the one that is meant is found.

Ours against exhaustive BM25 on the words that jieba cuts, any of them: an article whose
headline is withheld is looked for by its headline, a headline by the article's first sentence,
a caption by a clause of it, and persons by their names.
"""

import datetime
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jieba

from articles.models import Article
from articles.text.fold import fold
from benchmarks.search import ours
from benchmarks.search.archive import open_archive
from benchmarks.search.corpus import KEPT, SEED, items
from benchmarks.search.queries import TITLED, Asked

FIRST_DAY = datetime.date(2001, 1, 1)
QUERIES = 500
TOP = 20
_SIGNS = re.compile(r"[^\w]+")
_SENTENCE = re.compile(r"[^。！？]{12,60}[。！？]")
# What every item of this programme begins with says nothing of it.
_OPENING = re.compile(r"^(央视网消息)?（新闻联播）：|^央视网消息[^：]{0,12}：")


class Bm25:
    """BM25 (Robertson and Walker 1994; k1 1.2, b 0.75) over jieba's words, reading every match."""

    def __init__(self, texts: list[str]) -> None:
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        counted = [Counter(jieba.lcut(text)) for text in texts]
        mean = sum(words.total() for words in counted) / len(counted)
        for number, words in enumerate(counted):
            norm = 1.2 * (0.25 + 0.75 * words.total() / mean)
            for word, times in words.items():
                self.postings[word].append((number, times * 2.2 / (times + norm)))
        self.total = len(texts)

    def best(self, query: str) -> list[int]:
        """Return the numbers of the best texts that have any of the words."""
        scores: Counter[int] = Counter()
        for word in {word for word in jieba.lcut(query) if word.strip()}:
            found = self.postings.get(word, [])
            idf = math.log1p((self.total - len(found) + 0.5) / (len(found) + 0.5))
            for number, score in found:
                scores[number] += idf * score
        return [number for number, _score in scores.most_common(TOP)]


def measure() -> None:
    """Print MRR and recall at 20 of both for each kind of item."""
    heads = ("queries", "MRR ours", "BM25", "recall@20 ours", "BM25")
    print(f"{'':<28}{''.join(f'{head:>16}' for head in heads)}")
    for kind, said, make in (
        ("bodies", "headline → body", _bodies),
        ("headlines", "first sentence → headline", _headlines),
        ("captions", "clause → caption", _captions),
        ("names", "name → articles", _names),
    ):
        records, queries = make(random.Random(f"{SEED}-{kind}"))
        mine, others = _marks(kind, records, queries)
        figures = (mine[0], others[0], mine[1], others[1])
        marks = "".join(f"{figure:>16.3f}" for figure in figures)
        print(f"{said:<28}{len(queries):>16}{marks}", flush=True)


# ---- What is looked for


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query with the numbers of the records that it is after."""

    text: str
    meant: frozenset[int]


_Made = tuple[list[dict[str, Any]], list[Wanted]]


def _record(number: int, headline: str, body: list[dict[str, str]]) -> dict[str, Any]:
    """Return a record whose place says its number."""
    issue, place = divmod(number, 400)
    page, position = divmod(place, 20)
    return {
        "publication": "bench-quality",
        "date": str(FIRST_DAY + datetime.timedelta(days=issue)),
        "page": str(page + 1),
        "position": position + 1,
        "headline": headline or "无题",
        "body": body or [{"kind": "paragraph", "text": "略。"}],
        "status": "published",
    }


def _paragraphs(texts: Iterable[str]) -> list[dict[str, str]]:
    return [{"kind": "paragraph", "text": text} for text in texts]


def _words(text: str) -> str:
    """Return a text without its signs, some of which are operators."""
    return " ".join(_SIGNS.sub(" ", text).split())


def _bodies(chance: random.Random) -> _Made:
    records = [
        _record(n, "", _paragraphs(item["paragraphs"]))
        for n, item in enumerate(items())
    ]
    chosen = chance.sample(range(len(records)), QUERIES)
    return records, [
        Wanted(_words(items()[n]["headline"]), frozenset([n])) for n in chosen
    ]


def _headlines(chance: random.Random) -> _Made:
    records = [_record(n, item["headline"], []) for n, item in enumerate(items())]
    first = [_first_sentence(item["paragraphs"]) for item in items()]
    chosen = chance.sample([n for n, text in enumerate(first) if text], QUERIES)
    return records, [Wanted(_words(first[n]), frozenset([n])) for n in chosen]


def _first_sentence(paragraphs: list[str]) -> str:
    found = _SENTENCE.match(_OPENING.sub("", paragraphs[0]))
    return found[0] if found else ""


def _captions(chance: random.Random) -> _Made:
    records, clauses = [], {}
    for n, item in enumerate(items()):
        text = "\n".join(item["paragraphs"])
        sentences = _SENTENCE.findall(_OPENING.sub("", text))
        caption = chance.choice(sentences) if sentences else ""
        rest = [
            part.replace(caption, "") if caption else part
            for part in item["paragraphs"]
        ]
        body = _paragraphs(part for part in rest if part.strip())
        if caption:
            body.append({"kind": "photo", "caption": caption, "credit": ""})
            parts = [
                part for part in re.split("[，；：]", caption) if 5 <= len(part) <= 14
            ]
            if parts:
                clauses[n] = chance.choice(parts)
        records.append(_record(n, item["headline"], body))
    chosen = chance.sample(sorted(clauses), QUERIES)
    return records, [Wanted(_words(clauses[n]), frozenset([n])) for n in chosen]


def _names(chance: random.Random) -> _Made:
    records = [
        _record(n, item["headline"], _paragraphs(item["paragraphs"]))
        for n, item in enumerate(items())
    ]
    texts = [fold(_text(record)) for record in records]
    names = sorted({name for text in texts for name in TITLED.findall(text)})
    wanted = []
    for name in chance.sample(names, len(names)):
        having = frozenset(n for n, text in enumerate(texts) if name in text)
        # More than a page of articles, and any twenty of them would do.
        if len(having) <= TOP:
            wanted.append(Wanted(name, having))
        if len(wanted) == QUERIES:
            break
    return records, wanted


# ---- How well it is found


def _marks(
    kind: str, records: list[dict[str, Any]], queries: list[Wanted]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return MRR and recall of ours and of BM25."""
    path = KEPT / f"quality-{kind}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")
    open_archive(f"newsarchive_bench_quality_{kind}", path)
    places = Article.objects.values_list(
        "pk", "page__issue__published_on", "page__label", "position"
    )
    numbers = {
        pk: (day - FIRST_DAY).days * 400 + (int(page) - 1) * 20 + position - 1
        for pk, day, page, position in places
    }
    rival = Bm25([fold(_text(record)) for record in records])
    mine = [
        [numbers[pk] for pk in ours.keys(Asked(kind, each.text, ()), "best")]
        for each in queries
    ]
    others = [rival.best(fold(each.text)) for each in queries]
    return _mean(mine, queries), _mean(others, queries)


def _text(record: dict[str, Any]) -> str:
    parts = [part.get("text") or part["caption"] for part in record["body"]]
    return "\n".join([record["headline"], *parts])


def _mean(answers: list[list[int]], queries: list[Wanted]) -> tuple[float, float]:
    """Return the mean reciprocal rank and the mean recall of these answers."""
    ranks = recalls = 0.0
    for answer, each in zip(answers, queries, strict=True):
        hits = [n for n, number in enumerate(answer, start=1) if number in each.meant]
        ranks += 1 / hits[0] if hits else 0
        recalls += len(hits) / len(each.meant)
    return ranks / len(queries), recalls / len(queries)
