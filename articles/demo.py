"""A made-up archive to look at, recombined from the sentences of a fixture.

Pure: a fixture's objects in, a fixture's objects out. Every headline begins with ``MARK``, and
no sentence that names or quotes a person is used.
"""

import datetime
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from opencc import OpenCC

from articles import demo_page

MARK = "〔示例〕"
NOTE = "本报及其文章均为示例：由真实报道的句子重新拼合而成，并非真实新闻。"
STORED_AT = "2026-11-23T00:00:00Z"
# The days of the demo end before the real issue, which is then the newest of the archive.
FIRST_DAY, LAST_DAY = datetime.date(2015, 1, 5), datetime.date(2020, 6, 5)
ARTICLES_A_PAGE, PAGES_AN_ISSUE = (1, 2, 2, 3), (1, 2, 2, 3)
TRADITIONAL_EVERY = 75

_SENTENCE = re.compile(r"[^。！？?]+[。！？?]")
_CLAUSE = re.compile(r"[,，、;；。！？?]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Words of a sentence that reports what somebody said or did.
_PERSONAL = re.compile(
    r"指出|强调|他说|讲话|总书记|习近平|主持|致辞|同志|书记|省长|市长|部长|我|李佳琦|“[^”]*。”"
)

Record = dict[str, Any]
FOLDER = "demo"
# What is to be seen in the drawings of demo_pictures.py, in the order of its scenes.
DRAWINGS = {
    "river": "黄昏的江边楼群和倒影",
    "mountains": "晨雾里的层层山岭",
    "street": "挂着红灯笼的老街",
    "bridge": "静水上的三孔石桥",
    "fields": "注满水的梯田",
    "rain": "雨夜里的一排伞",
    "market": "支着条纹棚的水果摊",
    "harbour": "码头吊机下的集装箱船",
}
# So many of the photos have their caption only, as in an archive that was typed in.
PHOTOS_WITHOUT_FILE = 4
# An article with a gallery, by its number.
GALLERY = 14
# The page that has a picture of itself (demo_page.py).
SCANNED = ["shili-ribao", "2018-10-08", "", "A01"]


@dataclass(frozen=True, slots=True)
class _Title:
    slug: str
    name: str
    labels: tuple[str, ...]
    names: tuple[str, ...]


TITLES = (
    _Title(
        "shili-wanbao",
        "示例晚报",
        ("1", "2", "3", "4"),
        ("要闻", "上海", "财经", "夜读"),
    ),
    _Title(
        "shili-ribao",
        "示例日报",
        ("A01", "A02", "A03", "B01"),
        ("要闻", "长三角", "经济", "文体"),
    ),
)
COLUMNS = ("", "", "", "", "示例专栏", "示例时评", "示例观察")
GENRES = ("消息", "消息", "通讯", "评论")
DATELINES = ("本报讯", "本报讯", "", "", "本报上海今日讯")
AUTHORS = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊")
TAGS = (
    "生态环境",
    "污染防治",
    "长三角",
    "在线新经济",
    "新基建",
    "直播",
    "城市更新",
    "人工智能",
)


@dataclass(slots=True)
class _Source:
    """What the demo is made of."""

    sentences: list[str] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    subheads: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def demo(records: Iterable[Record], articles: int, seed: int) -> list[Record]:
    """Return the fixture of a demo archive; the same arguments give the same fixture.

    Raise ValueError where the records hold too few sentences to recombine.
    """
    source = _source(records)
    if len(source.sentences) < 20 or len(source.clauses) < 20:
        raise ValueError("too few sentences that name nobody")
    return list(_Demo(source, random.Random(seed)).records(articles))  # noqa: S311 - not a secret


def _source(records: Iterable[Record]) -> _Source:
    source = _Source()
    for record in records:
        text = record["fields"].get("text", "")
        if record["model"] == "articles.photo":
            source.captions.append(record["fields"]["caption"])
        elif record["fields"].get("kind") == "subhead":
            source.subheads.append(text)
        for sentence in _SENTENCE.findall(text):
            if not _PERSONAL.search(sentence) and sentence.count("“") == sentence.count(
                "”"
            ):
                source.sentences.append(sentence)
    clauses = (
        clause for sentence in source.sentences for clause in _CLAUSE.split(sentence)
    )
    source.clauses = sorted(
        {c for c in clauses if 8 <= len(c) <= 18 and _HAN.fullmatch(c)}
    )
    return source


@dataclass(slots=True)
class _Demo:
    source: _Source
    random: random.Random
    photos: int = 0

    def records(self, articles: int) -> Iterator[Record]:
        yield from self._shared()
        made = 0
        days = self._days()
        while made < articles:
            title = TITLES[made % 2] if made < 40 else self.random.choice(TITLES)
            for record in self._issue(title, next(days), made, articles):
                made += record["model"] == "articles.article"
                yield record

    def _shared(self) -> Iterator[Record]:
        for title in TITLES:
            yield _record(
                "publication",
                slug=title.slug,
                name=title.name,
                place="示例市",
                description=NOTE,
            )
        for name in AUTHORS:
            yield _record("contributor", name=name, slug=name)
        for name in TAGS:
            yield {"model": "taggit.tag", "fields": {"name": name, "slug": name}}

    def _days(self) -> Iterator[datetime.date]:
        span = (LAST_DAY - FIRST_DAY).days
        # Every day once, in no order: no publication can have two issues of one day.
        for offset in self.random.sample(range(span + 1), span + 1):
            yield FIRST_DAY + datetime.timedelta(offset)

    def _issue(
        self, title: _Title, day: datetime.date, made: int, most: int
    ) -> Iterator[Record]:
        edition = "晚间" if made == 0 else ""
        issue = [title.slug, day.isoformat(), edition]
        number = 10_000 + (day - FIRST_DAY).days
        yield _record(
            "issue",
            publication=[title.slug],
            published_on=issue[1],
            edition=edition,
            number=number,
        )
        for place in range(self.random.choice(PAGES_AN_ISSUE)):
            label = title.labels[place]
            yield _record(
                "page",
                issue=issue,
                label=label,
                position=place + 1,
                name=title.names[place],
                **_scan([*issue, label]),
            )
            for position in range(1, self.random.choice(ARTICLES_A_PAGE) + 1):
                if made < most:
                    yield from self._article([*issue, label], position, made)
                made += 1

    def _article(self, page: list[Any], position: int, number: int) -> Iterator[Record]:
        records = list(self._parts([*page, position]))
        if number == GALLERY:
            records += _gallery([*page, position], len(records) + 1)
        author = self.random.choice(AUTHORS)
        heads = self._heads(number)
        article = _record(
            "article",
            page=page,
            position=position,
            **heads,
            byline=f"本报记者 {author}" if self.random.random() < 0.8 else "",
            dateline=self.random.choice(DATELINES),
            column=self.random.choice(COLUMNS),
            genre=self.random.choice(GENRES),
            created_at=STORED_AT,
            updated_at=STORED_AT,
        )
        yield from map(
            _traditional if number % TRADITIONAL_EVERY == 30 else _same,
            [article, *records],
        )
        key = [*page, position]
        if article["fields"]["byline"]:
            yield _record(
                "contribution", article=key, contributor=[author], role="reporter"
            )
        yield from _region(key)
        for tag in self.random.sample(TAGS, self.random.randint(1, 3)):
            yield _record("taggedarticle", tag=[tag], content_object=key)

    def _heads(self, number: int) -> Record:
        kicker, headline, first, second = self.random.sample(self.source.clauses, 4)
        state = {10: "draft", 11: "withdrawn"}.get(number, "published")
        correction = {
            11: "这篇示例文章演示撤回：地址仍在，正文不再提供。",
            12: "这篇示例文章演示更正：第一段的数字应为“三年”。",
        }
        return {
            "kicker": kicker if self.random.random() < 0.35 else "",
            "headline": MARK + headline,
            "deck": f"{first} {second}" if self.random.random() < 0.3 else "",
            "status": state,
            "correction": correction.get(number, ""),
        }

    def _parts(self, article: list[Any]) -> Iterator[Record]:
        texts = [
            self._paragraph() for _ in range(self.random.choice((1, 2, 3, 3, 4, 6, 9)))
        ]
        position = 0
        for place, text in enumerate(texts):
            if place and place % 3 == 0:
                position += 1
                subhead = self.random.choice(self.source.subheads)
                yield _record(
                    "paragraph",
                    article=article,
                    position=position,
                    kind="subhead",
                    text=subhead,
                )
            position += 1
            yield _record(
                "paragraph",
                article=article,
                position=position,
                kind="paragraph",
                text=text,
            )
        if self.random.random() < 0.25:
            caption = self.random.choice([*self.source.captions, *self.source.clauses])
            credit = f"本报记者 {self.random.choice(AUTHORS)} 摄"
            yield _record(
                "photo",
                article=article,
                position=position + 1,
                caption=caption,
                credit=credit,
                **self._drawing(),
            )

    def _drawing(self) -> Record:
        # Not at random: what comes after would be another archive.
        self.photos += 1
        if self.photos % PHOTOS_WITHOUT_FILE == 0:
            return {}
        return _drawn(self.photos % len(DRAWINGS))

    def _paragraph(self) -> str:
        return "".join(
            self.random.sample(self.source.sentences, self.random.randint(1, 4))
        )


def _drawn(number: int) -> Record:
    name = list(DRAWINGS)[number]
    return {"image": f"{FOLDER}/{name}.webp", "alt": f"示例图画：{DRAWINGS[name]}"}


def _gallery(article: list[Any], position: int) -> Iterator[Record]:
    for number, seen in enumerate(DRAWINGS.values()):
        yield _record(
            "photo",
            article=article,
            position=position + number,
            caption=f"示例组图之{number + 1}：{seen}",
            credit="示例甲 绘",
            **_drawn(number),
        )


def _scan(page: list[Any]) -> Record:
    return {"image": f"{FOLDER}/page.webp"} if page == SCANNED else {}


def _region(article: list[Any]) -> Iterator[Record]:
    """Yield where an article stands on the picture of its page, if that has one."""
    *page, position = article
    if page != SCANNED:
        return
    names = ("x", "y", "width", "height")
    box = zip(names, demo_page.regions()[position], strict=True)
    # As Django writes decimals.
    lengths = {name: f"{length:.5f}" for name, length in box}
    yield _record("region", article=article, position=1, **lengths)


def _record(model: str, **fields: Any) -> Record:
    return {"model": f"articles.{model}", "fields": fields}


def _same(record: Record) -> Record:
    return record


def _traditional(record: Record) -> Record:
    """Return the record with its texts in traditional characters."""
    convert = OpenCC("s2t").convert
    shown = {"kicker", "headline", "deck", "text", "caption", "alt"}
    fields = {k: convert(v) if k in shown else v for k, v in record["fields"].items()}
    return {**record, "fields": fields}
