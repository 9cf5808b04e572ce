"""What editors search: every article, drafts too, by what stands in it to the letter."""

import datetime
import re
from dataclasses import dataclass

from django.conf import settings

from articles.models import DraftText
from articles.search import newest
from articles.search.conditions import condition, dates
from articles.search.database import SearchTimeoutError, searching
from articles.search.language import Literal, every
from articles.text.fold import fold

# The newest so many of the published, and of the others.
MOST = 500
# As many as there are in the longest query of readers.
_MOST_TERMS = 20
_DATE = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|年)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: strings of which each must stand in the article, and days."""

    terms: tuple[str, ...] = ()
    days: newest.Days = newest.EVER

    def __bool__(self) -> bool:
        return bool(self.terms)


@dataclass(frozen=True, slots=True)
class Found:
    """Primary keys of articles; ``more`` says that there are others."""

    ids: list[int]
    more: bool


def read(typed: str) -> Asked:
    """Return what is asked for: words between blanks, and a date or its beginning.

    >>> read("梅雨 2020-06").days
    (datetime.date(2020, 6, 1), datetime.date(2020, 6, 30))
    """
    terms: list[str] = []
    days = newest.EVER
    for word in typed.split():
        if days == newest.EVER and (found := _days(word)):
            days = found
        elif folded := fold(word).strip():
            terms.append(folded)
    return Asked(tuple(dict.fromkeys(terms))[:_MOST_TERMS], days)


def _days(word: str) -> newest.Days | None:
    """Return the days of a year, a month or a day, None for any other word."""
    match = _DATE.fullmatch(word)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = datetime.date(year or 0, month or 1, day or 1)
        if day:
            return first, first
        if not month:
            return first, first.replace(month=12, day=31)
    except ValueError:
        return None
    last = first.replace(day=28) + datetime.timedelta(days=4)
    return first, last - datetime.timedelta(days=last.day)


def find(asked: Asked) -> Found:
    """Return the articles in which all terms stand: the newest published, and the last drafts.

    The days are asked for as well: the newest of all days may leave out those of the days.
    """
    drafts = DraftText.objects.all()
    for term in asked.terms:
        drafts = drafts.containing(term)
    if any(asked.days):
        drafts = drafts.filter(article__page__issue__published_on__range=asked.days)
    last = list(drafts.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    published, stopped = _published(asked)
    more = stopped or len(last) > MOST or len(published) > MOST
    return Found([*last[:MOST], *published[:MOST]], more)


def _published(asked: Asked) -> tuple[list[int], bool]:
    """Return the newest that match, and whether the time was up before all were seen."""
    matching = condition(every(Literal(term) for term in asked.terms))
    matching &= dates(*asked.days)
    try:
        with searching(settings.SEARCH_TIMEOUT_MS):
            keys = newest.by_date(matching, MOST + 1, within=asked.days)
    except SearchTimeoutError as error:
        return [key.article for key in error.partial], True  # type: ignore[attr-defined]
    return [key.article for key in keys], False
