"""The queries, taken from the articles: their words by how many have them, names, strings."""

import datetime
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from articles.search.conditions import longest
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import segment
from benchmarks.search.corpus import LAST_DAY, SEED, record, text_of

SAMPLE = 20_000
TITLED = re.compile(
    r"(?:主席|总理|总统|书记|部长|首相|局长|主任|院士|教授|大使|市长)"
    r"([\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,4}·[\u4e00-\u9fff]{1,4})(?=[，、。在和说表今])"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: as it is typed, and what it asks of an index of words.

    ``words`` are all required, in the heads where ``heads``, in this order where
    ``phrase``; ``rivals`` says whether the others have such a query at all.
    """

    band: str
    text: str
    words: tuple[str, ...]
    heads: bool = False
    phrase: bool = False
    since: datetime.date | None = None
    until: datetime.date | None = None
    rivals: bool = True


@dataclass(frozen=True, slots=True)
class _Sample:
    """Articles of the corpus: their records, and how many have each word."""

    records: list[dict]
    shares: dict[str, float]

    def words(self, least: float, most: float) -> list[str]:
        """Return the Chinese words of two and more characters that such a share has."""
        return sorted(
            word
            for word, share in self.shares.items()
            if least <= share <= most and _CHINESE.fullmatch(word)
        )


def queries(count: int) -> list[Asked]:
    """Return 450 queries for the first ``count`` articles, the same for anyone."""
    chance = random.Random(f"{SEED}-queries")
    numbers = chance.sample(range(count), min(SAMPLE, count))
    sample = _sample([record(number) for number in numbers])
    made = []
    for band, number, make in (
        ("rare", 50, _rare),
        ("middling", 50, _middling),
        ("common", 50, _common),
        ("pairs", 60, lambda s, c: _together(s, c, 2)),
        ("triples", 40, lambda s, c: _together(s, c, 3)),
        ("names", 40, _names),
        ("literals", 40, _literals),
        ("fields", 40, _fields),
        ("dates", 40, lambda s, c: _dates(s, c, count)),
        ("others", 40, lambda s, c: _others(s, c, count)),
    ):
        made += _distinct(band, number, make, sample, chance)
    return made


def _sample(records: list[dict]) -> _Sample:
    having: Counter[str] = Counter()
    for each in records:
        having.update(set(segment(fold("\n".join(text_of(each))), Lexicon())))
    return _Sample(
        records, {word: number / len(records) for word, number in having.items()}
    )


def _distinct(
    band: str,
    number: int,
    make: Callable[[_Sample, random.Random], Iterator[Asked]],
    sample: _Sample,
    chance: random.Random,
) -> list[Asked]:
    found: dict[str, Asked] = {}
    for asked in make(sample, chance):
        found.setdefault(asked.text, asked)
        if len(found) == number:
            return list(found.values())
    raise ValueError(f"the articles have only {len(found)} {band} queries")


def _words(band: str, text: str, **more: object) -> Asked:
    words = longest(segment(fold(text), Lexicon()))
    return Asked(band, text, tuple(words), **more)  # type: ignore[arg-type]


def _rare(sample: _Sample, chance: random.Random) -> Iterator[Asked]:
    words = sample.words(3 / len(sample.records), 10 / len(sample.records))
    return (_words("rare", word) for word in chance.sample(words, len(words)))


def _middling(sample: _Sample, chance: random.Random) -> Iterator[Asked]:
    words = sample.words(0.01, 0.05)
    return (_words("middling", word) for word in chance.sample(words, len(words)))


def _common(sample: _Sample, _chance: random.Random) -> Iterator[Asked]:
    words = sorted(sample.shares, key=lambda word: (-sample.shares[word], word))
    return (_words("common", word) for word in words)


def _together(sample: _Sample, chance: random.Random, number: int) -> Iterator[Asked]:
    band = "pairs" if number == 2 else "triples"
    while True:
        headline = chance.choice(sample.records)["headline"]
        words = longest(_CHINESE.findall(" ".join(segment(fold(headline), Lexicon()))))
        if len(words) >= number:
            # In the order in which they stand.
            chosen = sorted(chance.sample(words, number), key=words.index)
            yield _words(band, " ".join(chosen))


def _names(sample: _Sample, chance: random.Random) -> Iterator[Asked]:
    while True:
        made = chance.choice(sample.records)
        text = "\n".join(part.get("text", "") for part in made["body"])
        for name in TITLED.findall(text)[:1]:
            yield _words("names", name)


def _literals(sample: _Sample, chance: random.Random) -> Iterator[Asked]:
    while True:
        part = chance.choice(chance.choice(sample.records)["body"])
        text = part.get("text") or part["caption"]
        length = chance.randint(2, 6)
        at = chance.randrange(max(1, len(text) - length))
        string = text[at : at + length]
        if _CHINESE.fullmatch(string):
            words = tuple(segment(fold(string), Lexicon()))
            yield Asked("literals", f'"{string}"', words, phrase=True)


def _fields(sample: _Sample, chance: random.Random) -> Iterator[Asked]:
    while True:
        made = chance.choice(sample.records)
        words = _CHINESE.findall(
            " ".join(segment(fold(made["headline"]), Lexicon()))
        ) or ["新闻"]
        word = chance.choice(words)
        yield Asked("fields", f"标题:{word}", (word,), heads=True)
        if made["byline"]:
            name = made["byline"].split()[-1]
            yield Asked("fields", f"作者:{name}", (), rivals=False)
        for photo in made["body"]:
            if "caption" in photo:
                found = _CHINESE.findall(
                    " ".join(segment(fold(photo["caption"]), Lexicon()))
                )
                if found:
                    yield Asked(
                        "fields", f"图片:{chance.choice(found)}", (), rivals=False
                    )


def _dates(sample: _Sample, chance: random.Random, count: int) -> Iterator[Asked]:
    first = datetime.date.fromisoformat(record(count - 1)["date"])
    days = (LAST_DAY - first).days + 1
    words = sample.words(0.005, 0.5)
    while True:
        since = first + datetime.timedelta(chance.randrange(days))
        until = min(LAST_DAY, since + datetime.timedelta(chance.randint(0, 400)))
        word = chance.choice(words)
        text = f"{word} 日期:{since}..{until}"
        yield Asked("dates", text, (word,), since=since, until=until)


def _others(sample: _Sample, chance: random.Random, count: int) -> Iterator[Asked]:
    """Yield alternatives, words without another, and days with one end, in turn."""
    first = datetime.date.fromisoformat(record(count - 1)["date"])
    days = (LAST_DAY - first).days + 1
    words = sample.words(0.005, 0.5)
    while True:
        several = chance.sample(words, chance.randint(2, 8))
        yield Asked("others", " OR ".join(several), (), rivals=False)
        yield Asked("others", f"{several[0]} -{several[1]}", (), rivals=False)
        day = first + datetime.timedelta(chance.randrange(days))
        since, until = chance.choice([(day, ""), ("", day)])
        text = f"{several[0]} {several[1]} 日期:{since}..{until}"
        yield Asked("others", text, (), rivals=False)
