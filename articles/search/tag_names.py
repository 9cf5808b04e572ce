"""Tags while an editor types: by characters, pinyin, initials or synonyms, by use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import Count, Func, IntegerField, OuterRef, QuerySet
from taggit.models import Tag

from articles.models import Completion, TaggedArticle, TagSynonym
from articles.search import completions
from articles.search.database import SearchTimeoutError, searching
from articles.text.fold import fold

MOST = 20
# Uses are counted up to here, for the tags that match; the commonest are known by number.
MOST_COUNTED = 1_000
_TIME_MS = 1_000
# Of a single letter there are thousands of tags: the commonest are looked at in any case.
_COMMONEST = 1_000
_KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Match:
    """A tag that fits what was typed, the synonym by which it does, and how often it is used."""

    name: str
    uses: int
    synonym: str = ""


def find(typed: str, most: int = MOST) -> list[Match]:
    """Return existing tags that fit what was typed: the one so named, then those used most."""
    folded = fold(typed).strip()[:60]
    common = dict(_commonest())
    if not folded:
        return [Match(name, uses) for name, uses in list(common.items())[:most]]
    return _ranked(_fitting(folded, list(common)), folded, common)[:most]


def sounding(typed: str, common: Sequence[str] = ()) -> list[str]:
    """Return names of tags and synonyms that begin so, by sight or by sound.

    Where there are too many of them, some; those of ``common`` in any case. None where looking
    would take too long: one can always type the name.
    """
    kind, folded = Completion.Kind.TAG, fold(typed).strip()[:60]
    try:
        with searching(_TIME_MS):
            found = completions.beginning(kind, folded)
            if common and len(found) >= completions.MOST_CANDIDATES:
                found += completions.beginning(kind, folded, list(common))
            return found
    except SearchTimeoutError:
        return []


def counted(tags: QuerySet) -> QuerySet:
    """Return tags with ``uses``, the articles that have each, at most MOST_COUNTED."""
    links = TaggedArticle.objects.filter(tag=OuterRef("pk")).order_by()
    some = ArraySubquery(links.values("pk")[:MOST_COUNTED])
    uses = Func(some, function="CARDINALITY", output_field=IntegerField())
    annotated: QuerySet = tags.annotate(uses=uses)
    return annotated


def _fitting(folded: str, common: list[str]) -> list[str]:
    """Return names of tags and synonyms that begin with, sound like, or contain it."""
    texts = sounding(folded, common)
    tags: Any = Tag.objects.filter(name__icontains=folded)
    for named in (tags, TagSynonym.objects.filter(name__icontains=folded)):
        some = named.order_by().values_list("name", flat=True)
        texts += some[: completions.MOST_CANDIDATES]
    return list(dict.fromkeys(texts))


def _ranked(texts: list[str], folded: str, common: dict[str, int]) -> list[Match]:
    others = TagSynonym.objects.filter(name__in=texts)
    synonyms = dict(others.values_list("tag__name", "name"))
    own = set(texts)
    found = [
        Match(
            tag.name,
            max(tag.uses, common.get(tag.name, 0)),
            "" if tag.name in own else synonyms[tag.name],
        )
        for tag in counted(Tag.objects.filter(name__in=[*texts, *synonyms]))
    ]
    return sorted(found, key=lambda match: _order(match, folded))


def _order(match: Match, folded: str) -> tuple[Any, ...]:
    names = [fold(match.name), fold(match.synonym)]
    begins = any(name.startswith(folded) for name in names)
    return folded not in names, -match.uses, not begins, len(match.name), match.name


def _commonest() -> list[tuple[str, int]]:
    """Return the tags used most, with their uses; of a million articles this takes long."""
    return cache.get_or_set("commonest-tags", _count, _KEPT_SECONDS) or []


def _count() -> list[tuple[str, int]]:
    links = TaggedArticle.objects.order_by().values_list("tag")
    counts = dict(links.annotate(n=Count("pk")).order_by("-n", "tag")[:_COMMONEST])
    names: Iterable[Tag] = Tag.objects.in_bulk(list(counts)).values()
    return sorted(
        ((tag.name, counts[tag.pk]) for tag in names), key=lambda p: (-p[1], p[0])
    )
