"""In which order classes of matches are read, and how the articles of each are put in order.

The first are scored; far from the best they come as they are, by date within each (decision 22). What
follows a place in the order begins in the class that the place is in: the same on every page.
"""

import heapq
import math
from collections.abc import Iterator
from enum import Enum, auto

from articles.search.classes import Class
from articles.search.scores import Key
from articles.search.tiers import ROUNDING

# To read more articles than these by their numbers takes longer than by the index.
_MOST_BY_NUMBER = 3_000
# After the best so many, articles are not scored but come class by class, so many or more at a
# time, and by date within these. To score all that might come next would take a second a page.
EXACT = 1_000
ROUGH = 200
# Not before so many articles surely score more than any that is not scored.
SURE = 200


class How(Enum):
    """How the articles of a class are put in order."""

    SCORED = auto()
    # The class is so large that all that remains might as well be read by the index.
    ALL_AT_ONCE = auto()
    BY_DATE = auto()


_Planned = tuple[Class, How]


def planned(
    in_order: Iterator[Class], number: int, *, required: bool, exact: bool
) -> Iterator[_Planned]:
    """Yield the classes of so many articles with how to order each: the same on every page.

    Those that come by date are joined where they are small. ``exact``: none comes by date.
    """
    before = 0
    sure = _Sure()
    joined: Class | None = None
    for found in in_order:
        size = len(found.articles)
        far = before >= EXACT and sure.above(found.bound) >= SURE
        sure.add(found)
        before += size
        if far and found.bound and not exact:
            joined = _together(joined, found) if joined else found
            if len(joined.articles) >= ROUGH:
                yield joined, How.BY_DATE
                joined = None
            continue
        if joined:
            yield joined, How.BY_DATE
        joined = None
        mostly = size > _MOST_BY_NUMBER and 2 * size > number - before + size
        # What follows it is scored with it, and so on every page.
        exact |= required and mostly
        yield found, How.ALL_AT_ONCE if required and mostly else How.SCORED
    if joined:
        yield joined, How.BY_DATE


class _Sure:
    """How many articles of the classes until now score more than a bound, which only sinks."""

    def __init__(self) -> None:
        self._number = 0
        self._others: list[tuple[float, int]] = []

    def add(self, found: Class) -> None:
        heapq.heappush(self._others, (-found.least, len(found.articles)))

    def above(self, bound: float) -> int:
        while self._others and -self._others[0][0] >= bound:
            self._number += heapq.heappop(self._others)[1]
        return self._number


class Remaining:
    """The classes that were not read yet, without those that surely come before a place."""

    def __init__(self, plan: Iterator[_Planned], after: Key | None) -> None:
        self._plan = plan
        self._after = after.score if after else math.inf
        self._next()

    def _next(self) -> None:
        self.first: Class | None = None
        self.how = How.SCORED
        for found, how in self._plan:
            # An article that is not scored counts as its class may score at most.
            highest = found.bound if how == How.BY_DATE else found.least - ROUNDING
            if highest <= self._after:
                self.first, self.how = found, how
                return

    def take(self, most: int) -> Class:
        """Return the first class, and scored ones after it up to so many articles, as one."""
        taken = self._taken()
        while (
            self.first
            and self.how == How.SCORED
            and self.first.bound
            and len(taken.articles) + len(self.first.articles) <= most
        ):
            taken = _together(taken, self._taken())
        return taken

    def _taken(self) -> Class:
        taken = self.first
        if taken is None:
            raise LookupError
        self._next()
        return taken


def _together(first: Class, following: Class) -> Class:
    least = min(first.least, following.least)
    return Class(first.bound, least, first.articles | following.articles)
