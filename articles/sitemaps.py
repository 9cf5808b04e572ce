"""The files of the sitemap (https://www.sitemaps.org/protocol.html), by ranges of primary keys.

Django's own framework counts all rows and pages by OFFSET: the fortieth file of a million
articles would read a million. A range of keys reads its own rows only, and an article stays
in its file whatever is added or withdrawn.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from articles.models import Article, Issue, Publication

Entry = tuple[str, datetime.datetime | None]


@dataclass(frozen=True, slots=True)
class Section:
    """Records of one kind: which of them are read, how many keys a file spans."""

    records: Callable[[], QuerySet[Any]]
    entries: Callable[[QuerySet[Any]], Iterator[Entry]]
    span: int

    def files(self) -> Iterator[int]:
        """Yield the numbers of the files that are not empty, from 1: a query for each."""
        last = 0
        while found := self._keys().filter(pk__gt=last).first():
            number = (found - 1) // self.span + 1
            yield number
            last = number * self.span

    def file(self, number: int) -> list[Entry]:
        """Return the addresses in a file with when they last changed; none past the end."""
        begin = (number - 1) * self.span
        within = Q(pk__gt=begin, pk__lte=begin + self.span)
        return list(self.entries(self.records().filter(within).order_by("pk")))

    def _keys(self) -> QuerySet[Any, int]:
        return self.records().order_by("pk").values_list("pk", flat=True)


def _articles(found: QuerySet[Any]) -> Iterator[Entry]:
    # The address without its key once, and not 25,000 times through the table of addresses.
    before, _key, after = reverse("article", args=[0]).rpartition("0")
    for pk, changed in found.values_list("pk", "updated_at"):
        yield f"{before}{pk}{after}", changed


def _issues(found: QuerySet[Any]) -> Iterator[Entry]:
    readable = Q(pages__articles__status=Article.Status.PUBLISHED)
    changed = Max("pages__articles__updated_at", filter=readable)
    for issue in found.select_related("publication").annotate(changed=changed):
        yield issue.get_absolute_url(), issue.changed


def _publications(found: QuerySet[Any]) -> Iterator[Entry]:
    for publication in found:
        yield publication.get_absolute_url(), None


# By the name in the address. The protocol allows 50,000 addresses a file; an issue's date of
# change is that of some fifty articles.
SECTIONS = {
    "publications": Section(Publication.objects.all, _publications, 10_000),
    "issues": Section(Issue.objects.with_articles, _issues, 1_000),
    "articles": Section(Article.objects.published, _articles, 25_000),
}
