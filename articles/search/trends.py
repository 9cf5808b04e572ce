"""How often words occur, month by month, among all words of the archive.

A word of the index is counted by its lexemes (document.more_than_once): exact, and without
reading an article. Any other string, and a word in quotation marks, is counted in
the text to the letter, in the articles that can have it by their pairs of characters.
"""

import datetime
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings

from articles.models import Bitmap
from articles.search.bitmaps import Bitmaps, RebuiltError, current
from articles.search.conditions import Condition, condition, longest
from articles.search.database import SearchTimeoutError, rows, searching
from articles.search.document import MOST_BITS, occurrences
from articles.search.filters import Filters
from articles.search.kept import kept
from articles.search.language import Literal
from articles.search.lexicon import query_lexicon
from articles.search.tsvector import quote
from articles.text.fold import fold
from articles.text.segment import segment

# As many lines as can be told apart.
MOST_TERMS = 8
_BETWEEN = re.compile(r"[,，、;；\n]+")
_QUOTED = re.compile(r"[\"“”「『](?P<text>.+)[\"“”」』]", re.DOTALL)

# First days of months, with a number of each.
Months = dict[datetime.date, int]


@dataclass(frozen=True, slots=True)
class Term:
    """What is counted: ``folded`` as a word of the index, or to the letter."""

    text: str
    folded: str
    is_word: bool

    @property
    def query(self) -> str:
        """Return the search for the articles in which it was counted."""
        return self.folded if self.is_word else f'"{self.folded}"'


@dataclass(frozen=True, slots=True)
class Trend:
    """How often a term occurs in each month, and in how many articles."""

    term: Term
    occurrences: Months
    articles: Months


@dataclass(frozen=True, slots=True)
class Trends:
    """Trends against the number of words of each month.

    ``uncounted`` are the terms for which there was no time.
    """

    words: Months
    trends: list[Trend]
    uncounted: list[Term]


def terms(text: str) -> list[Term]:
    """Return what a text asks for, separated by commas of any kind; ``MOST_TERMS`` at most.

    A term that the archive cuts into several words is meant to the letter.
    """
    found = {term.query: term for part in _BETWEEN.split(text) if (term := _term(part))}
    return list(found.values())[:MOST_TERMS]


def _term(part: str) -> Term | None:
    quoted = _QUOTED.fullmatch(part.strip())
    text = (quoted["text"] if quoted else part).strip()
    folded = fold(text).strip()
    words = segment(folded, query_lexicon())
    if not words:
        return None
    return Term(text, folded, is_word=not quoted and longest(words) == [folded])


def trends(asked: Sequence[Term], filters: Filters) -> Trends:
    """Count the terms in the time of a search: none where not even the words could be."""
    until = time.monotonic() + settings.SEARCH_TIMEOUT_MS / 1000
    within = filters.condition()
    try:
        with searching(settings.SEARCH_TIMEOUT_MS):
            words = kept(("words", within), lambda: _words(within))
    except SearchTimeoutError:
        return Trends({}, [], list(asked))
    found: list[Trend] = []
    uncounted: list[Term] = []
    for term in asked:
        try:
            with searching(max(1, int(1000 * (until - time.monotonic())))):
                found.append(_trend(term, within))
        except SearchTimeoutError:
            uncounted.append(term)
    return Trends(words, found, uncounted)


def _trend(term: Term, within: Condition) -> Trend:
    count = _count_word if term.is_word else _count_string
    counted = kept(
        ("trend", term.folded, term.is_word, within),
        lambda: count(term.folded, within),
    )
    return Trend(
        term,
        {month: number for month, number, _articles in counted},
        {month: articles for month, _number, articles in counted},
    )


_Counted = list[tuple[datetime.date, int, int]]
# Days first: there are few of them, and to find the month of each row takes longer.
_BY_MONTH = (
    "SELECT date_trunc('month', published_on)::date, {sums} FROM ({days}) AS days"
    " GROUP BY 1 ORDER BY 1"
)


def _words(within: Condition) -> Months:
    where, parameters = (condition(None) & within).where()
    days = (
        "SELECT published_on, sum(word_count) AS number FROM articles_searchdocument"
        f" WHERE {where} GROUP BY 1"
    )
    found = rows(_BY_MONTH.format(sums="sum(number)::bigint", days=days), parameters)
    return {month: number for month, number in found if number}


def _count_word(word: str, within: Condition) -> _Counted:
    """Count by bitmaps where there are any; what changed since they were made, without."""
    bitmaps = current()
    if bitmaps is None:
        return _count_in_index(word, within)
    try:
        counted = _count_in_bitmaps(word, within, bitmaps)
    except RebuiltError:
        return _count_in_index(word, within)
    others = bitmaps.others(within)
    if others:
        counted += _count_in_index(word, others)
    sums: dict[datetime.date, tuple[int, int]] = {}
    for month, number, articles in counted:
        before = sums.get(month, (0, 0))
        sums[month] = before[0] + number, before[1] + articles
    return [(month, *sums[month]) for month in sorted(sums)]


def _lexemes_of(word: str) -> list[tuple[Condition, int, int]]:
    """Return what is counted, with the occurrences and the articles that each stands for."""
    bits = [(occurrences(word, bit), 1 << bit, 0) for bit in range(MOST_BITS)]
    return [
        (Condition(quote(lexeme)), times, article)
        for lexeme, times, article in [(word, 1, 1), *bits]
    ]


def _count_in_bitmaps(word: str, within: Condition, bitmaps: Bitmaps) -> _Counted:
    counted: _Counted = []
    for lexeme, times, article in _lexemes_of(word):
        found = bitmaps.matching(lexeme & within)
        months = bitmaps.commonest(Bitmap.Kind.MONTH, found, {}, None) if found else {}
        for month, number in months.items():
            first = datetime.date.fromisoformat(f"{month}-01")
            counted.append((first, times * number, article * number))
    return counted


def _count_in_index(word: str, within: Condition) -> _Counted:
    parts: list[str] = []
    parameters: list[object] = []
    for lexeme, times, article in _lexemes_of(word):
        where, said = (lexeme & within).where()
        parts.append(
            f"SELECT published_on, {times} * count(*) AS number, {article} * count(*)"
            f" AS articles FROM articles_searchdocument WHERE {where} GROUP BY 1"
        )
        parameters += said
    return _by_month(parts, parameters)


def _count_string(folded: str, within: Condition) -> _Counted:
    where, parameters = (condition(Literal(folded)) & within).where()
    days = (
        "SELECT published_on, sum((length(text) - length(replace(text, %s, '')))"
        " / %s) AS number, count(*) AS articles"
        f" FROM articles_searchdocument WHERE {where} GROUP BY 1"
    )
    return _by_month([days], [folded, len(folded), *parameters])


def _by_month(parts: Collection[str], parameters: list[object]) -> _Counted:
    sums = "sum(number)::bigint, sum(articles)::bigint"
    sql = _BY_MONTH.format(sums=sums, days=" UNION ALL ".join(parts))
    return [
        (month, number, articles) for month, number, articles in rows(sql, parameters)
    ]
