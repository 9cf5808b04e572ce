"""Facets: how many of all matches belong to each publication, month, page, author and so on.

Exact counts read every match, though only the narrow columns of its document. What took long
is kept until the index changes.
"""

import datetime
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings

from articles.search.conditions import condition
from articles.search.database import rows, searching
from articles.search.filters import Filters
from articles.search.kept import kept
from articles.search.language import Field, Node, Query, within

_Value = TypeVar("_Value", bound=Hashable)
KINDS = (Field.HEADLINE, Field.BODY, Field.PHOTO)
# So many values of each are worth showing; there may be thousands of authors.
MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Facets:
    """The number of articles found, in all and by what they belong to.

    ``months`` are first days of months, in order. Publications and tags are primary keys.
    ``kinds`` says in how many articles all of the query stands in the headline, the body or
    the captions; it is empty where nothing was asked that could stand there.
    """

    count: int
    publications: dict[int, int]
    months: dict[datetime.date, int]
    page_names: dict[str, int]
    columns: dict[str, int]
    authors: dict[str, int]
    tags: dict[int, int]
    kinds: dict[Field, int]


def facets(node: Node | None, filters: Filters) -> Facets:
    """Count the matches; raise SearchTimeoutError where that takes longer than a search may."""
    with searching(settings.SEARCH_TIMEOUT_MS):
        where, parameters = _where(node, filters)
        return kept(
            ("facets", where, parameters),
            lambda: _counted(where, parameters, _kinds(node, filters)),
        )


def count(node: Node | None, filters: Filters) -> int:
    """Return the number of matches; raise SearchTimeoutError as ``facets`` does."""
    with searching(settings.SEARCH_TIMEOUT_MS):
        return _count(node, filters)


def _count(node: Node | None, filters: Filters) -> int:
    where, parameters = _where(node, filters)
    sql = f"SELECT count(*) FROM articles_searchdocument AS found WHERE {where}"
    ((number,),) = rows(sql, parameters)
    return int(number)


def _where(node: Node | None, filters: Filters) -> tuple[str, list[object]]:
    """Return the condition on documents, of which each article has one, hardly ever more.

    A further part of an article counts only where no part before it matches.
    """
    where, parameters = (condition(node) & filters.condition()).where()
    first = (
        "NOT EXISTS (SELECT FROM articles_searchdocument AS earlier WHERE"
        " earlier.article_id = found.article_id AND earlier.part < found.part"
        f" AND ({where}))"
    )
    return f"{where} AND (part = 0 OR {first})", parameters * 2


# One scan of the documents for all. Values are written as text, to come in one list.
_GROUPS = """
SELECT 'publications', publication_id::text, n
  FROM (SELECT publication_id, count(*) n FROM found GROUP BY 1) p
UNION ALL SELECT 'days', published_on::text, n
  FROM (SELECT published_on, count(*) n FROM found GROUP BY 1) d
UNION ALL SELECT 'page_names', page_name, count(*) FROM found WHERE page_name <> '' GROUP BY 2
UNION ALL SELECT 'columns', "column", count(*) FROM found WHERE "column" <> '' GROUP BY 2
UNION ALL (SELECT 'authors', author, count(*) n FROM found, unnest(authors) AS author
  WHERE authors IS NOT NULL GROUP BY 2 ORDER BY n DESC, 2 LIMIT %s)
UNION ALL (SELECT 'tags', tag::text, n FROM (SELECT unnest(tag_ids) tag, count(*) n FROM found
  WHERE tag_ids IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT %s) t)
"""


def _counted(where: str, parameters: list[object], kinds: dict[Field, int]) -> Facets:
    sql = (
        "WITH found AS MATERIALIZED (SELECT publication_id, published_on, page_name,"
        ' "column", authors, tag_ids FROM articles_searchdocument AS found'
        f" WHERE {where}) {_GROUPS}"
    )
    groups: dict[str, dict[str, int]] = {}
    for name, value, number in rows(sql, [*parameters, MOST_VALUES, MOST_VALUES]):
        groups.setdefault(name, {})[value] = number
    publications = {int(k): n for k, n in groups.get("publications", {}).items()}
    months: Counter[datetime.date] = Counter()
    for day, number in groups.get("days", {}).items():
        months[datetime.date.fromisoformat(day).replace(day=1)] += number
    return Facets(
        count=sum(publications.values()),
        publications=_commonest(publications),
        months=dict(sorted(months.items())),
        page_names=_commonest(groups.get("page_names", {})),
        columns=_commonest(groups.get("columns", {})),
        authors=_commonest(groups.get("authors", {})),
        tags=_commonest({int(k): n for k, n in groups.get("tags", {}).items()}),
        kinds=kinds,
    )


def _commonest(numbers: dict[_Value, int]) -> dict[_Value, int]:
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], str(item[0])))
    return dict(ordered[:MOST_VALUES])


def _kinds(node: Node | None, filters: Filters) -> dict[Field, int]:
    asked = list(Query(node).positive())
    if not any(leaf.field is None for leaf in asked):
        return {}
    return {kind: _count(within(node, kind), filters) for kind in KINDS}
