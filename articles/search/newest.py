"""By date: the newest or oldest matches without sorting all of them.

The archive's days are read in stretches, from one end, each at least twice as long as the one
before: a common word is found twenty times within a few days, a rare one is looked for in
all the years at once. The planner, left alone, walks the index of dates row by row.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.search.conditions import Condition, dates
from articles.search.database import SearchTimeoutError, rows
from articles.search.language import All, Dates, Node

# So many matches are sorted at once.
ALL_AT_ONCE = 2_000
# So many are looked for before it is known that they are more.
FEW = 1_000
_DAY = datetime.timedelta(days=1)
# From one day to another, both included; None leaves an end open.
Days = tuple[datetime.date | None, datetime.date | None]
EVER: Days = (None, None)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a document stands in the order: by date, then as stored."""

    published_on: datetime.date
    article: int


def by_date(
    matching: Condition,
    want: int,
    after: Key | None = None,
    *,
    oldest: bool = False,
    at_most: int | None = None,
    within: Days = EVER,
) -> list[Key]:
    """Return the next ``want`` documents after a place in the order.

    ``at_most`` is a number that the matches are known not to exceed; ``within`` holds the
    days of all of them.
    """
    if at_most is not None and at_most <= ALL_AT_ONCE:
        return all_at_once(matching, want, after, oldest)
    found: list[Key] = []
    if at_most is None:
        few = _few(matching, after, oldest)
        if few is not None:
            return few[:want]
    run = _run(after, oldest, within)
    if run is None:
        return []
    try:
        for stretch in _stretches(run, want, at_most, oldest):
            part = matching & dates(*stretch)
            found += all_at_once(part, want - len(found), after, oldest)
            if len(found) >= want:
                break
    except SearchTimeoutError as error:
        raise SearchTimeoutError(found) from error
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """The first and last day that are still to be read, and the number of all days."""

    first: datetime.date
    last: datetime.date
    days: int


def _run(after: Key | None, oldest: bool, within: Days) -> _Run | None:
    """Return what is still to be read, None where that is nothing."""
    ((first, last),) = rows(
        "SELECT min(published_on), max(published_on) FROM articles_searchdocument"
    )
    if first is None:
        return None
    days = (last - first).days + 1
    since, until = within
    first, last = max(first, since or first), min(last, until or last)
    if after is not None and oldest:
        first = max(first, after.published_on)
    elif after is not None:
        last = min(last, after.published_on)
    return _Run(first, last, days)


def days_of(node: Node | None) -> Days:
    """Return the days that all matches of a node are of."""
    parts = node.nodes if isinstance(node, All) else (node,)
    return common([(p.since, p.until) for p in parts if isinstance(p, Dates)])


def common(several: Iterable[Days]) -> Days:
    """Return the days that are within all of these."""
    pairs = list(several)
    since = [since for since, _until in pairs if since]
    until = [until for _since, until in pairs if until]
    return max(since, default=None), min(until, default=None)


def _stretches(
    run: _Run,
    want: int,
    at_most: int | None,
    oldest: bool,
) -> Iterator[tuple[datetime.date, datetime.date]]:
    """Yield the days in stretches, from the end that is asked for."""
    first, last = run.first, run.last
    # Twice what is wanted, if matches were spread evenly.
    length = max(1, round(2 * want * run.days / at_most)) if at_most else 30
    while first <= last:
        span = min(length, (last - first).days + 1) * _DAY
        if oldest:
            yield first, first + span - _DAY
            first += span
        else:
            yield last - span + _DAY, last
            last -= span
        length *= 3


def _beyond(
    matching: Condition, after: Key | None, oldest: bool
) -> tuple[str, list[object]]:
    """Return the condition that documents match and come after a place in the order."""
    sql, parameters = matching.where()
    if after is None:
        return sql, parameters
    day, sign = after.published_on, ">" if oldest else "<"
    sql += f" AND (published_on {sign} %s OR (published_on = %s AND article_id > %s))"
    return sql, [*parameters, day, day, after.article]


def _few(matching: Condition, after: Key | None, oldest: bool) -> list[Key] | None:
    """Return all that follow in their order, None where they are many."""
    sql, parameters = _beyond(matching, after, oldest)
    found = rows(
        "SELECT published_on, article_id FROM articles_searchdocument"
        f" WHERE {sql} LIMIT {FEW + 1}",
        parameters,
    )
    if len(found) > FEW:
        return None
    return in_order({Key(day, article) for day, article in found}, oldest)


def in_order(keys: Iterable[Key], oldest: bool) -> list[Key]:
    """Return keys by date, those of a day as stored."""
    sign = 1 if oldest else -1
    return sorted(keys, key=lambda k: (sign * k.published_on.toordinal(), k.article))


def all_at_once(
    matching: Condition, want: int, after: Key | None, oldest: bool
) -> list[Key]:
    """Return the next ``want`` after a place, all matches being read and sorted."""
    sql, parameters = _beyond(matching, after, oldest)
    direction = "" if oldest else "DESC"
    # Materialised, so that no plan can walk the dates instead of the words.
    found = rows(
        "WITH found AS MATERIALIZED (SELECT DISTINCT published_on, article_id"
        f" FROM articles_searchdocument WHERE {sql})"
        " SELECT published_on, article_id FROM found"
        f" ORDER BY published_on {direction}, article_id LIMIT %s",
        [*parameters, want],
    )
    return [Key(day, article) for day, article in found]
