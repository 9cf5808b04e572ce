"""From a query to a page of hits.

What was asked comes first. Where that is words, and they are too few to fill a page, more comes
after it, and says so: articles with the same strings to the letter, for the cut of a word
depends on its neighbours while its characters do not; then those with some of the words.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import inf
from typing import Literal as OneOf

from django.conf import settings

from articles.search import best, bm25f, newest, newest_of_sets
from articles.search.conditions import condition
from articles.search.counts import Counts, counts
from articles.search.cursor import Cursor, Key, Stage
from articles.search.database import SearchTimeoutError, searching
from articles.search.estimate import at_most, lexemes_of, together
from articles.search.filters import Filters
from articles.search.hits import Hit, hits
from articles.search.language import Node, Query, either
from articles.search.lexicon import query_lexicon
from articles.search.ranked import (
    are_required,
    literally,
    parts_of_words,
    ranked_words,
)
from articles.search.some import some
from articles.text.lexicon import Lexicon
from articles.text.segment import segment

__all__ = [
    "Cursor",
    "Filters",
    "Hit",
    "Page",
    "Results",
    "SearchTimeoutError",
    "Stage",
    "search",
]

HITS_PER_PAGE = 20
# Of the time of a search; what is left is for the newest, where nothing came of the best.
SHARE_OF_BEST = 0.75
Sort = OneOf["best", "newest", "oldest"]
_Found = tuple[Stage, Key]


@dataclass(frozen=True, slots=True)
class Section:
    """Hits that were found in one way."""

    stage: Stage
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits, in sections.

    ``matched`` is what counts as found, for counts and facets: the query or, where its words
    are few, its words or its strings; ``count`` is the number of those articles where that is
    known without counting. ``partial``: the time was up before all that may be better
    had been seen, or before anything was found; ``newest_instead``: it was up before any of the
    best was, and these are the newest. ``after`` begins the next page; where nothing was found in
    the time, it is where this one begins.
    """

    sections: list[Section]
    matched: Node | None
    count: int | None
    partial: bool
    newest_instead: bool
    after: Cursor | None

    @property
    def hits(self) -> list[Hit]:
        """Return the hits of all sections."""
        return [hit for section in self.sections for hit in section.hits]

    @property
    def known(self) -> list[int] | None:
        """Return the articles that count as found, None where this page does not have all."""
        if self.count is None:
            return None
        found = [s.hits for s in self.sections if s.stage != Stage.SOME]
        return [hit.article.pk for hits in found for hit in hits]


def search(
    query: Query, filters: Filters, sort: Sort = "best", after: Cursor | None = None
) -> Results:
    """Return the page of published articles after a place in the order, in the time it may take.

    Raise ValueError where ``after`` is no place in this order.
    """
    limit = settings.SEARCH_TIMEOUT_MS
    page = Page(query, filters, sort, after)
    partial = page.fill_within(limit * SHARE_OF_BEST if sort == "best" else limit)
    newest_instead = False
    if not page.found and partial and sort == "best" and not after:
        page = Page(query, filters, "newest", None)
        page.fill_within(limit * (1 - SHARE_OF_BEST))
        newest_instead = bool(page.found)
    found = page.found[:HITS_PER_PAGE]
    following = after if partial and not found else None
    # What was found by date is followed by the rest, however much of it was found.
    in_order = partial and sort != "best"
    if found and not newest_instead and (in_order or len(page.found) > HITS_PER_PAGE):
        following = Cursor(found[-1][1], found[-1][0])
    return Results(
        sections=_sections(found, query),
        matched=page.matched,
        count=None if partial else page.count,
        partial=partial,
        newest_instead=newest_instead,
        after=following,
    )


def _sections(found: list[_Found], query: Query) -> list[Section]:
    shown = {hit.article.pk: hit for hit in hits([k.article for _s, k in found], query)}
    sections = []
    for stage, keys in groupby(found, key=lambda pair: pair[0]):
        of_stage = dict.fromkeys(key.article for _stage, key in keys)
        sections.append(Section(stage, [shown[pk] for pk in of_stage if pk in shown]))
    return sections


class Page:
    """One page in the making: the keys of its hits and of the one after them.

    ``fill_within`` a time, or ``fill`` it within ``searching``.
    """

    def __init__(
        self, query: Query, filters: Filters, sort: Sort, after: Cursor | None
    ) -> None:
        self.found: list[_Found] = []
        self.matched = query.root
        self.count: int | None = None
        self._query = query
        self._filters = filters.condition()
        self._days: newest.Days = (filters.since, filters.until)
        self._sort = sort
        self._after = after
        self._stage = Stage.WORDS
        self._known = Counts(0, {})

    def fill_within(self, milliseconds: float) -> bool:
        """Find the hits; return whether the time was up before, with those that were found."""
        try:
            with searching(int(milliseconds)):
                self.fill()
        except SearchTimeoutError as error:
            self.found += [(self._stage, key) for key in error.partial]  # type: ignore[misc]
            return True
        return False

    def fill(self) -> None:
        """Find the hits: of the first page stage by stage, of a later one those of its stage."""
        stages = self._stages()
        if self._after is None:
            self._fill_first(stages)
            return
        # Only what does not fill a page is followed by a stage, so this one is the last.
        self._stage = self._after.stage
        if self._stage not in stages:
            raise ValueError(self._after)
        earlier: list[Key] = []
        for stage in stages[: stages.index(self._stage)]:
            earlier += self._ask(stage, earlier, None)
        keys = self._ask(self._stage, earlier, self._after.key)
        self.found = [(self._stage, key) for key in keys]

    def _fill_first(self, stages: list[Stage]) -> None:
        for self._stage in stages:
            earlier = [key for _stage, key in self.found]
            keys = self._ask(self._stage, earlier, None)
            self.found += [(self._stage, key) for key in keys]
            if self._stage == Stage.SOME:
                return
            full = len(self.found) > HITS_PER_PAGE
            self.count = None if full else len({k.article for _s, k in self.found})
            if full:
                return

    def _cut(self, text: str) -> list[str]:
        return segment(text, self._lexicon)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return query_lexicon()

    def _stages(self) -> list[Stage]:
        if not self._query.only_words:
            return [Stage.WORDS]
        several = len(ranked_words(self._query.root, self._cut)) > 1
        ranked = self._sort == "best"
        return [Stage.WORDS, Stage.LITERAL] + [Stage.SOME] * (several and ranked)

    def _ask(self, stage: Stage, earlier: list[Key], after: Key | None) -> list[Key]:
        """Return the keys of a stage after a place, without those of the stages before."""
        if stage == Stage.WORDS:
            return self._ordered(self._query.root, [], after)
        without = [key.article for key in earlier]
        literal = literally(self._query.root)
        if stage == Stage.LITERAL:
            self.matched = either([n for n in (self._query.root, literal) if n])
            return self._ordered(literal, without, after)
        if isinstance(after, newest.Key):
            raise ValueError(after)
        words = ranked_words(self._query.root, self._cut)
        parts = parts_of_words(self._query.root, self._cut)
        idf = self._idf([*words, *parts])
        if not idf:
            return []
        # Where no article has any of the words themselves, their parts are all there is.
        whole = {word: idf[word] for word in words if word in idf} or idf
        within = {part: idf[part] for part in parts if part in idf}
        found = some(
            self._filters,
            whole,
            HITS_PER_PAGE + 1,
            after,
            self._known.of,
            within,
            without,
        )
        return list(found)

    def _idf(self, words: list[str]) -> dict[str, float]:
        """Return the idf of the words; one that no article has cannot be missed in any."""
        known = self._counts(words)
        return {
            word: bm25f.idf(known.total, known.of[word])
            for word in words
            if known.of[word]
        }

    def _counts(self, lexemes: list[str]) -> Counts:
        """Return the numbers of documents, those of earlier stages from then."""
        new = set(lexemes) - self._known.of.keys()
        if new:
            found = counts(new)
            self._known = Counts(found.total, self._known.of | found.of)
        return self._known

    def _ordered(
        self, node: Node | None, without: list[int], after: Key | None
    ) -> list[Key]:
        """Return one more than a page of keys, so that it shows whether there is a next."""
        matching = condition(node) & self._filters
        want = HITS_PER_PAGE + 1
        ranked = ranked_words(node, self._cut)
        known = self._counts([*ranked, *lexemes_of(node)])
        most = at_most(node, known)
        idf = {word: bm25f.idf(known.total, known.of[word]) for word in ranked}
        if self._sort == "best" and idf:
            if isinstance(after, newest.Key):
                raise ValueError(after)
            required = are_required(node, ranked)
            likely = together(ranked, known) if required and len(ranked) > 1 else inf
            words = best.Words(idf, required, likely)
            return list(best.best(matching, words, want, after, most, without))
        if isinstance(after, best.Key):
            raise ValueError(after)
        days = newest.common([self._days, newest.days_of(node)])
        found = newest_of_sets.by_date(
            matching,
            want,
            after,
            oldest=self._sort == "oldest",
            at_most=most,
            words=len(ranked),
            within=days,
            without=without,
        )
        return list(found)
