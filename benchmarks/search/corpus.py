"""Articles made of the real news of ../shared, recombined by a seed: the same for anyone.

An article takes the headline and half of the paragraphs of one real item and the rest of
others, so that words stand together as they do in print and no two articles are the same.
People of bylines and credits are made up, and every one is of no real newspaper.
"""

import datetime
import json
import lzma
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
KEPT = ROOT / "var" / "benchmarks"
SEED = 20261124
LAST_DAY = datetime.date(2025, 6, 30)
PUBLICATIONS = ("bench-ribao", "bench-wanbao", "bench-chenbao", "bench-shangbao")
PAGE_NAMES = ("要闻", "时政", "国内", "国际", "经济", "科教", "文化", "体育")
ARTICLES_A_PAGE = 4
ARTICLES_AN_ISSUE = ARTICLES_A_PAGE * len(PAGE_NAMES)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建文利清飞玲红春梅"
_COLUMN = re.compile(r"^【([^】]{2,20})】")


@cache
def items() -> list[dict[str, Any]]:
    """Return the real news items, in the order of their files."""
    found = []
    for path in sorted(CORPORA.glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return [item for item in found if item["headline"] != "undefined"]


@cache
def _paragraphs() -> list[str]:
    return [text for item in items() for text in item["paragraphs"] if len(text) > 30]


def record(number: int) -> dict[str, Any]:
    """Return the article of this number as an exchange record."""
    chance = random.Random(f"{SEED}-{number}")
    item = chance.choice(items())
    issue, place = divmod(number, ARTICLES_AN_ISSUE)
    days, publication = divmod(issue, len(PUBLICATIONS))
    page, position = divmod(place, ARTICLES_A_PAGE)
    column = _COLUMN.match(item["headline"])
    return {
        "publication": PUBLICATIONS[publication],
        "date": str(LAST_DAY - datetime.timedelta(days=days)),
        "page": str(page + 1),
        "page_name": PAGE_NAMES[page],
        "position": position + 1,
        "headline": item["headline"],
        "deck": chance.choice(items())["headline"] if chance.random() < 0.2 else "",
        "column": column[1] if column else "",
        "byline": f"本报记者 {_person(chance)}" if chance.random() < 0.6 else "",
        "body": list(_body(item, chance)),
        "tags": sorted({_tag(chance) for _ in range(chance.choice((0, 1, 2)))}),
        "status": "published",
    }


def _person(chance: random.Random) -> str:
    # The product of two chances: a few write much and many write little.
    given = [_GIVEN[int(len(_GIVEN) * chance.random() ** 2)] for _ in range(2)]
    return chance.choice(_SURNAMES) + "".join(given[: chance.choice((1, 2))])


def _tag(chance: random.Random) -> str:
    item = items()[int(300 * chance.random() ** 2)]
    return str(item["headline"])[-6:].replace(" ", "").strip("，、；") or "新闻"


def _body(item: dict[str, Any], chance: random.Random) -> Iterator[dict[str, str]]:
    own = item["paragraphs"]
    chosen = [text for text in own if chance.random() < 0.5] or own[:1]
    others = max(1, len(own) - len(chosen))
    chosen += [chance.choice(_paragraphs()) for _ in range(others)]
    for text in chosen:
        yield {"kind": "paragraph", "text": text}
    if chance.random() < 0.25:
        caption = chance.choice(_paragraphs()).split("。")[0][:60]
        yield {"kind": "photo", "caption": caption, "credit": f"{_person(chance)} 摄"}


def written(count: int) -> Path:
    """Return the file of so many records, one a line, made where it is not there yet."""
    path = KEPT / f"corpus-{count}.jsonl"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8") as file:
            for number in range(count):
                file.write(json.dumps(record(number), ensure_ascii=False) + "\n")
        unfinished.replace(path)
    return path


def text_of(made: dict[str, Any]) -> tuple[str, str]:
    """Return the heads and the rest of a record, as readers search them."""
    heads = "\n".join(filter(None, (made["headline"], made["deck"])))
    parts = [
        part.get("text") or f"{part['caption']}\n{part['credit']}"
        for part in made["body"]
    ]
    return heads, "\n".join([made["column"], made["byline"], *made["tags"], *parts])
