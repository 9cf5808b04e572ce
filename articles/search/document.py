"""What a search document holds of an article's texts. Pure: importing runs it in workers.

``words`` is a tsvector of lexemes without positions:

    上海        the word stands somewhere in the article
    h:上海      in the heads; t: tags, b: byline and contributors, k: column, c: captions
    x:上海      anywhere but in the body (so the body's words are those without it)
    上海^13     with odds of level 13 (articles/search/bm25f.py)
    上海#1 上海#4  so many times more than once, as a sum of powers of two: six times in all
    =*         every article; =p:7 and the like: what it belongs to (``Facets``)

Words hold letters and digits only, so none of the other kinds can be taken for one.
"""

import datetime
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.search import bm25f
from articles.search.tsvector import quote_all
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import pair_codes, segment

# Raise it with every change to what documents hold: ``update_index`` then rebuilds them.
VERSION = 5
# A tsvector ends at 1 MB of lexemes; what counts is their bytes and a little for each.
MAX_VECTOR_BYTES = 900_000
BODY = "d"
# Between fields in ``text``, in the order of FIELDS, which is so a literal is looked for in one.
FIELD_SEPARATOR = "\x1f"
FIELDS = tuple(bm25f.WEIGHTS)
EVERY = "=*"
# A word stands 2 ** 20 times at most: there is no room for more in an article.
MOST_BITS = 20
# Names in a byline beyond these are a list of all who helped.
MAX_AUTHORS = 20


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a search document.

    ``vectors`` has one text of a tsvector, or more where one would pass PostgreSQL's limit;
    ``impacts`` are packed (bm25f.pack); ``length`` is that of the body and ``word_count`` that of
    all fields, in words.
    """

    vectors: list[str]
    bigrams: set[int]
    impacts: bytes
    length: int
    word_count: int
    text: str

    def digest(self) -> str:
        """Return 32 hexadecimal digits that change with the content."""
        hashed = hashlib.blake2b(digest_size=16)
        for vector in self.vectors:
            hashed.update(vector.encode())
        hashed.update(b"\0" + self.text.encode())
        return hashed.hexdigest()


def content(fields: Iterable[tuple[str, str]], lexicon: Lexicon) -> Content:
    """Return what is stored of an article's texts, each given with its field."""
    joined = _joined(fields)
    words = {
        name: Counter(segment(text, lexicon)) for name, text in joined.items() if text
    }
    impacts = _impacts(words)
    lexemes = _lexemes(words, impacts)
    times = sum(words.values(), Counter())
    lexemes += [name for word, n in times.items() for name in more_than_once(word, n)]
    elsewhere = times - words.get(BODY, Counter())
    text = FIELD_SEPARATOR.join(joined.values())
    return Content(
        vectors=[quote_all(part) for part in _portions(lexemes)],
        bigrams=pair_codes(text),
        impacts=bm25f.pack(
            (word, impact)
            for word, impact in impacts.items()
            if times[word] > 1 or word in elsewhere
        ),
        length=words.get(BODY, Counter()).total(),
        word_count=times.total(),
        text=text,
    )  # fmt: skip


def folded(fields: Iterable[tuple[str, str]]) -> str:
    """Return the texts alone, folded, as ``Content.text`` has them."""
    return FIELD_SEPARATOR.join(_joined(fields).values())


def _joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    texts: dict[str, list[str]] = {name: [] for name in FIELDS}
    for name, text in fields:
        if text:
            # Cut by lines, because no word and no literal reaches from one to the next.
            texts[name].append(fold(text).replace(FIELD_SEPARATOR, " "))
    return {name: "\n".join(lines) for name, lines in texts.items()}


def _impacts(words: dict[str, Counter[str]]) -> dict[str, float]:
    """Return the impact of each word, as it is kept."""
    lengths = {name: counts.total() for name, counts in words.items()}
    odds: dict[str, float] = defaultdict(float)
    for name, counts in words.items():
        unit = bm25f.odds({name: 1}, lengths)
        for word, count in counts.items():
            odds[word] += unit * count
    return {word: bm25f.kept(bm25f.impact(each)) for word, each in odds.items()}


def _lexemes(words: dict[str, Counter[str]], impacts: dict[str, float]) -> list[str]:
    found = list(impacts)
    body = words.get(BODY, Counter())
    for name, counts in words.items():
        if name != BODY:
            found += [f"{name}:{word}" for word in counts]
    found += [f"x:{word}" for word in impacts if word not in body]
    least = bm25f.least_score(bm25f.FIRST_LEVEL)
    found += [
        bm25f.lexeme(word, bm25f.level(bm25f.odds_of(impact)))
        for word, impact in impacts.items()
        if impact >= least
    ]
    return found


def more_than_once(word: str, times: int) -> Iterator[str]:
    """Yield the lexemes that say how often a word stands in an article, beyond once.

    In binary, so that few lexemes say any number: occurrences in the archive are the
    articles that have the word, and for each power of two so many times those that
    have its lexeme, which the index counts without reading an article.

    >>> list(more_than_once("上海", 6))
    ['上海#1', '上海#4']
    """
    for bit in range((times - 1).bit_length()):
        if (times - 1) >> bit & 1:
            yield occurrences(word, bit)


def marks(word: str) -> list[str]:
    """Return the lexemes one of which an article has unless a word stands there once, in the body.

    >>> marks("上海")[:3]
    ['h:上海', 't:上海', 'b:上海']
    """
    fields = [f"{name}:{word}" for name in FIELDS if name != BODY]
    return fields + [occurrences(word, bit) for bit in range(MOST_BITS)]


def occurrences(word: str, bit: int) -> str:
    """Return the lexeme of articles in which a word stands ``2 ** bit`` times more."""
    return f"{word}#{1 << bit}"


def _portions(lexemes: list[str]) -> Iterator[list[str]]:
    """Yield the lexemes in portions that each fit one tsvector."""
    # Four bytes are the most that a character has.
    if 4 * sum(map(len, lexemes)) < MAX_VECTOR_BYTES:
        yield lexemes
        return
    portion: list[str] = []
    size = 0
    for lexeme in lexemes:
        weight = len(lexeme.encode())
        if size + weight > MAX_VECTOR_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(lexeme)
        size += weight
    yield portion


@dataclass(frozen=True, slots=True)
class Facets:
    """What an article belongs to: what hits are filtered and counted by."""

    publication: int
    page: int
    label: str
    page_name: str
    published_on: datetime.date
    column: str
    # Primary keys, in order.
    tags: tuple[int, ...]
    authors: tuple[str, ...]
    # Primary keys of the contributors, whose names are among the authors.
    contributors: tuple[int, ...] = ()

    def lexemes(self) -> list[str]:
        """Return the lexemes that filters ask for."""
        day = self.published_on.isoformat()
        found = [EVERY, f"=p:{self.publication}", f"=v:{fold(self.label)}"]
        found += [f"=y:{day[:4]}", f"=m:{day[:7]}", f"=d:{day}"]
        found += [f"=t:{tag}" for tag in self.tags]
        found += [f"=a:{fold(author)}" for author in self.authors]
        found += [f"=c:{contributor}" for contributor in self.contributors]
        found += [f"=n:{fold(self.page_name)}"] if self.page_name else []
        found += [f"=k:{fold(self.column)}"] if self.column else []
        return found

    def digest(self, content: str) -> str:
        """Return what changes with the content's digest or with the facets."""
        said = repr((self, content))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
