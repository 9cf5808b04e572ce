"""Tags and authors by the letters they begin with in pinyin, and the commonest of them.

The letters are those that the search box completes by (models/completion.py): 长三角 stands
under C and under Z, for it is read both ways.
"""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Func, IntegerField, OuterRef, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from taggit.models import Tag

from articles.models import (
    Article,
    Completion,
    Contribution,
    Contributor,
    TaggedArticle,
)
from articles.search.kept import counted_once

# Letters of the alphabet, and what begins with none.
LETTERS = (*string.ascii_lowercase, "0")
COMMONEST = 100
NAMES_ON_A_PAGE = 200
# Articles are counted up to here: of a name that 200,000 have, nobody reads the number.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class NameKind:
    """Names of one kind: who has them, and which rows link them to articles."""

    model: Any
    completion: Completion.Kind
    links: Any
    link: str
    article: str


TAGS = NameKind(Tag, Completion.Kind.TAG, TaggedArticle, "tag", "content_object")
AUTHORS = NameKind(
    Contributor, Completion.Kind.AUTHOR, Contribution, "contributor", "article"
)


@dataclass(frozen=True, slots=True)
class Names:
    """Some names, each with ``count``, and the place after which more follow, "" where none do."""

    names: list[Any]
    after: str = ""


def commonest(kind: NameKind) -> Names:
    """Return the names of most articles, the commonest first."""
    keys = counted_once(("commonest", kind.link), lambda: _commonest(kind))
    known = {name.pk: name for name in _counted(kind, pk__in=keys)}
    names = [known[pk] for pk in keys if pk in known]
    return Names(sorted(names, key=lambda name: -name.count))


def beginning(kind: NameKind, letter: str, after: str = "") -> Names:
    """Return the names that begin with a letter, in the order of pinyin, after a place in it."""
    rows = Completion.objects.filter(kind=kind.completion)
    if letter == "0":
        rows = rows.exclude(initials__regex="^[a-z]")
    else:
        rows = rows.filter(initials__startswith=letter)
    rows = rows.filter(text__in=kind.model.objects.values("name"))
    if after:
        place = tuple(after.partition(",")[::2])
        rows = rows.filter(TupleGreaterThan(Tuple("pinyin", "text"), place))
    found = list(
        rows.order_by("pinyin", "text").values_list("pinyin", "text")[
            : NAMES_ON_A_PAGE + 1
        ]
    )
    shown = found[:NAMES_ON_A_PAGE]
    last = ",".join(shown[-1]) if len(found) > NAMES_ON_A_PAGE else ""
    return Names(_named(kind, [text for _pinyin, text in shown]), last)


def _commonest(kind: NameKind) -> list[int]:
    links = kind.links.objects.order_by().values_list(kind.link)
    counted = links.annotate(count=Count("pk")).order_by("-count", kind.link)
    return [pk for pk, _count in counted[:COMMONEST]]


def _named(kind: NameKind, texts: Iterable[str]) -> list[Any]:
    """Return the names in the order of these texts; two authors may have one."""
    order = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    found = _counted(kind, name__in=list(order))
    return sorted(found, key=lambda name: (order[name.name], name.slug))


def _counted(kind: NameKind, **which: Any) -> QuerySet:
    """Return names that published articles have, with ``count``, at most MOST_COUNTED."""
    links = kind.links.objects.filter(
        **{
            kind.link: OuterRef("pk"),
            f"{kind.article}__status": Article.Status.PUBLISHED,
        }
    )
    some = ArraySubquery(links.order_by().values(kind.article)[:MOST_COUNTED])
    count = Func(some, function="CARDINALITY", output_field=IntegerField())
    counted: QuerySet = kind.model.objects.filter(**which).annotate(count=count)
    return counted.filter(count__gt=0).order_by(F("name"))
