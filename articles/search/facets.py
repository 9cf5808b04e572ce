"""Facets: how many of all matches belong to each publication, month, page, author and so on.

A large archive has bitmaps for that (bitmaps.py). Without them exact counts read every match,
though only the narrow columns of its document. What took long is kept until the index changes.
"""

import datetime
from collections.abc import Collection, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from pyroaring import AbstractBitMap

from articles.search.bitmaps import Bitmaps, Kind, RebuiltError, current
from articles.search.conditions import Condition, among, condition
from articles.search.counts import counts
from articles.search.database import SearchTimeoutError, rows, searching
from articles.search.estimate import at_most, lexemes_of
from articles.search.filters import Filters
from articles.search.kept import kept
from articles.search.language import Field, Literal, Node, Query, within
from articles.search.sample import Sample, sample

_Value = TypeVar("_Value", bound=Hashable)
KINDS = (Field.HEADLINE, Field.BODY, Field.PHOTO)
# So many matches are counted in milliseconds without bitmaps.
FEW = 5_000
# In which field a literal stands is looked for in the texts: in more of them only to be exact.
MOST_TEXTS = 3_000
# So many values of each are worth showing; there may be thousands of authors.
MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Facets:
    """The number of articles found, in all and by what they belong to.

    ``months`` are first days of months, in order. Publications and tags are primary keys.
    ``kinds`` says in how many articles all of the query stands in the headline, the body or
    the captions; it is empty where nothing was asked that could stand there. ``uncounted``: it is
    empty as thousands of texts would have to be read to say it. ``estimated``: the numbers are
    what some of the articles say of all, rounded (sample.py).
    """

    count: int
    publications: dict[int, int]
    months: dict[datetime.date, int]
    page_names: dict[str, int]
    columns: dict[str, int]
    authors: dict[str, int]
    tags: dict[int, int]
    kinds: dict[Field, int]
    estimated: bool = False
    uncounted: bool = False


def facets(
    node: Node | None,
    filters: Filters,
    *,
    exact: bool = True,
    known: Collection[int] | None = None,
) -> Facets:
    """Count the matches; raise SearchTimeoutError where that takes longer than a search may.

    Unless they must be ``exact``, the numbers of literals are estimated, and those of kinds left
    out, where thousands of texts would have to be read. ``known`` are the articles that match,
    where all of them were found.
    """
    with searching(settings.SEARCH_TIMEOUT_MS):
        if known is not None:
            return _facets_of(known, node)
        asked = condition(node) & filters.condition()
        exactly = ("facets", asked)
        what = exactly if exact else ("facets, about", asked)
        return kept(what, lambda: _facets(node, asked, filters, exact), better=exactly)


def count(node: Node | None, filters: Filters) -> int:
    """Return the number of matches; raise SearchTimeoutError as ``facets`` does."""
    with searching(settings.SEARCH_TIMEOUT_MS):
        return _count(condition(node) & filters.condition(), _bitmaps_for(node))


def _bitmaps_for(node: Node | None) -> Bitmaps | None:
    """Return the bitmaps, None where there are none or matches are soon counted without."""
    most = at_most(node, counts(set(lexemes_of(node))))
    return None if most is not None and most <= FEW else current()


def _count(asked: Condition, bitmaps: Bitmaps | None) -> int:
    found = _by_bitmaps(asked, bitmaps)
    if found is None:
        return _counted(asked)
    return len(found.articles) + _counted(found.rest)


def _counted(asked: Condition | None) -> int:
    if asked is None:
        return 0
    where, parameters = _where(asked)
    sql = f"SELECT count(*) FROM articles_searchdocument AS found WHERE {where}"
    ((number,),) = rows(sql, parameters)
    return int(number)


@dataclass(frozen=True, slots=True)
class _Found:
    """Matches by bitmaps, and the condition of what else matches, None where nothing can."""

    articles: AbstractBitMap
    rest: Condition | None


def _by_bitmaps(
    asked: Condition, bitmaps: Bitmaps | None, matching: AbstractBitMap | None = None
) -> _Found | None:
    if bitmaps is None:
        return None
    try:
        articles = bitmaps.matching(asked) if matching is None else matching
    except RebuiltError:
        return None
    return _Found(articles, bitmaps.others(asked))


def _where(asked: Condition) -> tuple[str, list[object]]:
    """Return the condition on documents, of which each article has one, hardly ever more.

    A further part of an article counts only where no part before it matches.
    """
    where, parameters = asked.where()
    first = (
        "NOT EXISTS (SELECT FROM articles_searchdocument AS earlier WHERE"
        " earlier.article_id = found.article_id AND earlier.part < found.part"
        f" AND ({where}))"
    )
    return f"{where} AND (part = 0 OR {first})", parameters * 2


# One scan of the documents for all. Values are written as text, to come in one list.
_GROUPS = """
SELECT 1, publication_id::text, n
  FROM (SELECT publication_id, count(*) n FROM found GROUP BY 1) p
UNION ALL SELECT 2, to_char(published_on, 'YYYY-MM'), sum(n)
  FROM (SELECT published_on, count(*) n FROM found GROUP BY 1) d GROUP BY 2
UNION ALL SELECT 3, page_name, count(*) FROM found WHERE page_name <> '' GROUP BY 2
UNION ALL SELECT 4, "column", count(*) FROM found WHERE "column" <> '' GROUP BY 2
UNION ALL (SELECT 5, author, count(*) n FROM found, unnest(authors) AS author
  WHERE authors IS NOT NULL GROUP BY 2 ORDER BY n DESC, 2 LIMIT %s)
UNION ALL (SELECT 6, tag::text, n FROM (SELECT unnest(tag_ids) tag, count(*) n FROM found
  WHERE tag_ids IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT %s) t)
"""
_KINDS = (
    Kind.PUBLICATION,
    Kind.MONTH,
    Kind.PAGE_NAME,
    Kind.COLUMN,
    Kind.AUTHOR,
    Kind.TAG,
)
_Groups = dict[Kind, dict[str, int]]


def _facets(
    node: Node | None, asked: Condition, filters: Filters, exact: bool
) -> Facets:
    bitmaps = _bitmaps_for(node)
    some = sample(asked, bitmaps) if bitmaps and not exact else None
    if bitmaps and some and some.each > 1:
        return _estimated(some, bitmaps)
    groups = _all_groups(asked, bitmaps, some.articles if some else None)
    literal = any(isinstance(leaf, Literal) for leaf in Query(node).positive())
    number = sum(groups[Kind.PUBLICATION].values())
    others = filters.condition()
    if not literal or number <= MOST_TEXTS:
        return _made(groups, _kinds(node, others, bitmaps))
    if exact:
        # All texts are read again; where that takes too long the numbers are there without it.
        with suppress(SearchTimeoutError), transaction.atomic():
            return _made(groups, _kinds(node, others, bitmaps))
    return replace(_made(groups, {}), uncounted=_may_stand_anywhere(node))


def _facets_of(articles: Collection[int], node: Node | None) -> Facets:
    groups = _groups(among(articles), MOST_VALUES)
    return _made(groups, _kinds(node, among(articles), None))


def _estimated(some: Sample, bitmaps: Bitmaps) -> Facets:
    groups = {
        kind: {
            value: rounded(number * some.each)
            for value, number in _values(kind, some.articles, {}, bitmaps).items()
        }
        for kind in _KINDS
    }
    number = rounded(len(some.articles) * some.each)
    return replace(_made(groups, {}), count=number, estimated=True, uncounted=True)


def rounded(number: float) -> int:
    """Return a number to two digits.

    >>> rounded(31_415.9), rounded(7.2), rounded(996)
    (31000, 7, 1000)
    """
    return int(float(f"{number:.2g}"))


def _all_groups(
    asked: Condition, bitmaps: Bitmaps | None, matching: AbstractBitMap | None
) -> _Groups:
    found = _by_bitmaps(asked, bitmaps, matching)
    if found is None or bitmaps is None:
        return _groups(asked, MOST_VALUES)
    groups = _groups(found.rest)
    return {
        kind: _values(kind, found.articles, beside, bitmaps)
        for kind, beside in groups.items()
    }


def _values(
    kind: Kind, articles: AbstractBitMap, beside: dict[str, int], bitmaps: Bitmaps
) -> dict[str, int]:
    # Of months every one is shown.
    most = None if kind == Kind.MONTH else MOST_VALUES
    return bitmaps.commonest(kind, articles, beside, most)


def _groups(asked: Condition | None, most: int | None = None) -> _Groups:
    """Return the numbers of each value, of authors and tags those of so many only."""
    groups: _Groups = {kind: {} for kind in _KINDS}
    if asked is None:
        return groups
    where, parameters = _where(asked)
    sql = (
        "WITH found AS MATERIALIZED (SELECT publication_id, published_on, page_name,"
        ' "column", authors, tag_ids FROM articles_searchdocument AS found'
        f" WHERE {where}) {_GROUPS}"
    )
    for kind, value, number in rows(sql, [*parameters, most, most]):
        groups[Kind(kind)][value] = int(number)
    return groups


def _made(groups: _Groups, kinds: dict[Field, int]) -> Facets:
    months = {
        datetime.date.fromisoformat(f"{month}-01"): number
        for month, number in groups[Kind.MONTH].items()
    }
    publications = {int(k): n for k, n in groups[Kind.PUBLICATION].items()}
    return Facets(
        count=sum(publications.values()),
        publications=_commonest(publications),
        months=dict(sorted(months.items())),
        page_names=_commonest(groups[Kind.PAGE_NAME]),
        columns=_commonest(groups[Kind.COLUMN]),
        authors=_commonest(groups[Kind.AUTHOR]),
        tags=_commonest({int(k): n for k, n in groups[Kind.TAG].items()}),
        kinds=kinds,
    )


def _commonest(numbers: dict[_Value, int]) -> dict[_Value, int]:
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], str(item[0])))
    return dict(ordered[:MOST_VALUES])


def _kinds(
    node: Node | None, others: Condition, bitmaps: Bitmaps | None
) -> dict[Field, int]:
    if not _may_stand_anywhere(node):
        return {}
    each = [condition(within(node, kind)) & others for kind in KINDS]
    together = all(of_kind.by_index == each[0].by_index for of_kind in each)
    numbers = _read_once(each) if together else [_count(c, bitmaps) for c in each]
    return dict(zip(KINDS, numbers, strict=True))


def _may_stand_anywhere(node: Node | None) -> bool:
    return any(leaf.field is None for leaf in Query(node).positive())


def _read_once(several: list[Condition]) -> list[int]:
    """Return the number of matches of conditions that differ in what must stand in the text.

    Most of the time is the text's way out of its compressed place, which it makes once for all.
    """
    numbers, parameters = [], []
    for asked in several:
        wanted = " AND ".join(sql for sql, _text in asked.texts) or "true"
        numbers.append(f"count(DISTINCT article_id) FILTER (WHERE {wanted})")
        parameters += [text for _sql, text in asked.texts]
    where, of_index = several[0].by_index.where()
    # OFFSET 0 keeps the text from being taken out for each of them after all.
    sql = (
        f"SELECT {', '.join(numbers)} FROM (SELECT article_id, text || '' AS text"
        f" FROM articles_searchdocument WHERE {where} OFFSET 0) AS found"
    )
    (found,) = rows(sql, [*parameters, *of_index])
    return list(found)
