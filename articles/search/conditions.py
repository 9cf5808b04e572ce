"""A query as conditions of SQL on search documents.

Whatever words can say is said in one tsquery, which one scan of the GIN index answers;
literals are found by their pairs of characters and then looked for in the text.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from articles.models import Publication
from articles.search.document import EVERY, FIELDS
from articles.search.language import (
    All,
    Any,
    Dates,
    Field,
    InPublication,
    Literal,
    Node,
    Not,
    OnPage,
    Words,
)
from articles.search.tsvector import quote
from articles.text.fold import fold
from articles.text.segment import pair_codes

# The field of the query language as lexemes and the folded text have it.
CODES = {
    Field.HEADLINE: "h", Field.BODY: "d", Field.AUTHOR: "b",
    Field.PHOTO: "c", Field.TAG: "t", Field.COLUMN: "k",
}  # fmt: skip
# A range of more lexemes than this is left to the column of dates.
_MOST_DATES = 60


@dataclass(frozen=True, slots=True)
class Condition:
    """A tsquery that documents must match, and conditions of SQL beside it, all required.

    ``pairs`` are codes of characters (pair_codes) that a document must have; ``texts`` are
    conditions that no index answers: each a condition of SQL with its parameter, for which the
    text of a document must be read. ``since`` and ``until`` are days, both included.
    """

    tsquery: str = ""
    sql: tuple[str, ...] = ()
    parameters: tuple[object, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    pairs: tuple[int, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None

    def __and__(self, other: "Condition") -> "Condition":
        queries = [query for query in (self.tsquery, other.tsquery) if query]
        tsquery = (
            " & ".join(f"({q})" for q in queries)
            if len(queries) > 1
            else "".join(queries)
        )
        return Condition(
            tsquery,
            self.sql + other.sql,
            self.parameters + other.parameters,
            self.texts + other.texts,
            self.pairs + other.pairs,
            max(filter(None, (self.since, other.since)), default=None),
            min(filter(None, (self.until, other.until)), default=None),
        )

    @property
    def is_tsquery(self) -> bool:
        """Whether the tsquery says all."""
        return self == Condition(self.tsquery)

    @property
    def is_of_sets(self) -> bool:
        """Whether sets of articles say all: of lexemes, of codes and of days (bitmaps.py)."""
        return not (self.sql or self.texts)

    @property
    def by_index(self) -> "Condition":
        """What the index answers of it: what matches is among what matches this."""
        return replace(self, texts=())

    def where(self, also: str = "") -> tuple[str, list[object]]:
        """Return the condition as SQL with its parameters, ``also`` being one more tsquery."""
        whole = self & Condition(also) if also else self
        parts = [*whole.sql]
        parameters = [*whole.parameters]
        for sign, day in ((">=", whole.since), ("<=", whole.until)):
            if day:
                parts.append(f"published_on {sign} %s")
                parameters.append(day)
        if whole.pairs:
            parts.append("bigrams @> %s::int[]")
            parameters.append(sorted(set(whole.pairs)))
        parts += [sql for sql, _text in whole.texts]
        parameters += [text for _sql, text in whole.texts]
        if whole.tsquery or not parts:
            parts.append("words @@ %s::tsquery")
            parameters.append(whole.tsquery or quote(EVERY))
        return " AND ".join(parts), parameters


def condition(node: Node | None) -> Condition:
    """Return what documents must fulfil; no node asks for every document."""
    return _compiled(node) if node is not None else Condition(quote(EVERY))


def lexemes(*names: str) -> Condition:
    """Return the condition that a document has one of these lexemes."""
    return Condition(" | ".join(map(quote, names)))


def among(articles: Iterable[int]) -> Condition:
    """Return the condition that a document is of one of these articles."""
    return Condition("", ("article_id = ANY(%s)",), (list(articles),))


def none_of(articles: Collection[int]) -> Condition:
    """Return the condition that a document is of none of these articles."""
    if not articles:
        return Condition()
    return Condition("", ("article_id <> ALL(%s)",), (list(articles),))


def _compiled(node: Node) -> Condition:
    match node:
        case All(nodes):
            whole = Condition()
            for part in nodes:
                whole &= _compiled(part)
            return whole if _has_positive(nodes) else whole & Condition(quote(EVERY))
        case Any(nodes):
            return _any([_positive(part) for part in _needed(nodes)])
        case Not(inner):
            return _not(_compiled(inner))
        case Words():
            return Condition(_words(node))
        case Literal():
            return _literal(node)
        case Dates(since, until):
            return dates(since, until)
        case InPublication(text):
            return lexemes(*(f"=p:{pk}" for pk in _publications(text)))
        case OnPage(text):
            return lexemes(f"=v:{text}", f"=n:{text}")
    raise TypeError(node)


def _has_positive(nodes: Iterable[Node]) -> bool:
    return any(not isinstance(node, Not) for node in nodes)


def _positive(node: Node) -> Condition:
    """Return the condition of a node, which for a negative one begins with every document."""
    found = _compiled(node)
    return found & Condition(quote(EVERY)) if isinstance(node, Not) else found


def _needed(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield alternatives without words of which the literal is one: where they stand, it does."""
    several = list(nodes)
    literals = {node for node in several if isinstance(node, Literal)}
    for node in several:
        if not (isinstance(node, Words) and _is_one_of(node, literals)):
            yield node


def _is_one_of(node: Words, literals: Collection[Literal]) -> bool:
    """Say whether the words are a single one, and one of the literals is all of it."""
    return (
        longest(node.words) == [node.text]
        and Literal(node.text, node.field) in literals
    )


def _any(parts: list[Condition]) -> Condition:
    words = [part.tsquery for part in parts if part.is_tsquery]
    together = [Condition(" | ".join(f"({query})" for query in words))] if words else []
    alternatives = together + [part for part in parts if not part.is_tsquery]
    if len(alternatives) == 1:
        return alternatives[0]
    said = [alternative.where() for alternative in alternatives]
    sql = " OR ".join(f"({sql})" for sql, _parameters in said)
    return Condition("", (f"({sql})",), tuple(p for _sql, ps in said for p in ps))


def _not(inner: Condition) -> Condition:
    if inner.is_tsquery:
        return Condition(f"!({inner.tsquery})")
    # Its own scan of the index: asked of each row, it would read the row's text.
    sql, parameters = inner.where()
    found = f"id <> ALL(ARRAY(SELECT id FROM articles_searchdocument WHERE {sql}))"
    return Condition("", (found,), tuple(parameters))


# ---- Words


def _words(node: Words) -> str:
    code = CODES[node.field] if node.field else None
    return " & ".join(_word(word, code) for word in longest(node.words))


def _word(word: str, code: str | None) -> str:
    if code is None:
        return quote(word)
    if code == "d":
        return f"{quote(word)} & !{quote(f'x:{word}')}"
    return quote(f"{code}:{word}")


def required_lexemes(node: Words) -> list[str]:
    """Return lexemes that every match of these words has."""
    code = CODES[node.field] if node.field else None
    prefix = f"{code}:" if code and code != "d" else ""
    return [prefix + word for word in longest(node.words)]


def longest(words: Iterable[str]) -> list[str]:
    """Return the words that stand in no other of them: where a word is, so are its parts."""
    found: list[str] = []
    for word in sorted(set(words), key=len, reverse=True):
        if not any(word in other for other in found):
            found.append(word)
    return sorted(found, key=list(words).index)


# ---- Literals


def _literal(node: Literal) -> Condition:
    codes = pair_codes(node.text)
    pairs = {code for code in codes if not 0 <= code < 1 << 16}
    needed = tuple(sorted(pairs or codes))
    # A code is a string of two UTF-16 units, or of one: those need no second look.
    exact = len(pairs or codes) == 1 and len(node.text.encode("utf-16-le")) <= 4
    if exact and not node.field:
        return Condition(pairs=needed)
    place = "text"
    if node.field:
        place = f"split_part(text, E'\\x1f', {FIELDS.index(CODES[node.field]) + 1})"
    text = (f"{place} LIKE %s", f"%{_escaped(node.text)}%")
    return Condition(texts=(text,), pairs=needed)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


# ---- Places and dates


def _publications(text: str) -> Iterator[int]:
    """Yield the publications of this slug, or whose name holds the text."""
    for pk, slug, name in Publication.objects.values_list("pk", "slug", "name"):
        if text == fold(slug) or text in fold(name):
            yield pk
    # No publication has this number, so that an unknown one finds nothing.
    yield 0


def dates(since: datetime.date | None, until: datetime.date | None) -> Condition:
    """Return the condition that documents are of these days, both included."""
    names = None
    if since and until:
        names = covering(since, until)
    if names is not None:
        return lexemes(*names) if names else Condition(f"!{quote(EVERY)}")
    return Condition(since=since, until=until)


def covering(since: datetime.date, until: datetime.date) -> list[str] | None:
    """Return the years, months and days that make up a range, or None if they are too many.

    >>> covering(datetime.date(2020, 1, 1), datetime.date(2021, 2, 1))
    ['=y:2020', '=m:2021-01', '=d:2021-02-01']
    """
    found: list[str] = []
    day = since
    while day <= until:
        if len(found) == _MOST_DATES:
            return None
        name, following = _largest(day, until)
        found.append(name)
        if following is None:
            break
        day = following
    return found


def _largest(
    day: datetime.date, until: datetime.date
) -> tuple[str, datetime.date | None]:
    """Return the longest unit that begins with a day and ends in time, and the day after it."""
    if day.day == 1:
        month = _next_month(day)
        if day.month == 1:
            year = day.replace(year=day.year + 1) if day.year < 9999 else None
            if year is None or year - datetime.timedelta(1) <= until:
                return f"=y:{day.isoformat()[:4]}", year
        if month and month - datetime.timedelta(1) <= until:
            return f"=m:{day.isoformat()[:7]}", month
    following = day + datetime.timedelta(1) if day < datetime.date.max else None
    return f"=d:{day.isoformat()}", following


def _next_month(day: datetime.date) -> datetime.date | None:
    if (day.year, day.month) == (9999, 12):
        return None
    return (day.replace(day=1) + datetime.timedelta(32)).replace(day=1)
