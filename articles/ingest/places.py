"""Publications, issues and pages of an import: found by their natural keys, or made."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from articles.ingest.record import Record, RecordError
from articles.models import Issue, Page, Publication
from articles.models.place import RESERVED_SLUGS

# So many issues and pages are remembered; an archive has more, and comes in order.
_REMEMBERED = 20_000
_NUMBER = re.compile(r"(?P<section>[A-Za-z]?)0*(?P<number>\d+)")
_LAST_POSITION = 32_767

Key = tuple[Any, ...]
_ISSUE = ("publication", "published_on", "edition")
_PAGE = ("issue", "label")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article goes; the ids are None while a dry run would still make them."""

    publication: int | None
    issue: int | None
    page: int | None
    page_name: str = ""


@dataclass(slots=True)
class Places:
    """Finds and makes places. ``made`` holds the names of the publications made."""

    strict: bool = False
    dry_run: bool = False
    made: list[str] = field(default_factory=list)
    _publications: dict[str, int | None] = field(default_factory=dict)
    _issues: dict[Key, int | None] = field(default_factory=dict)
    _pages: dict[Key, int | None] = field(default_factory=dict)
    _page_names: dict[int | None, str] = field(default_factory=dict)

    def expect(self, records: list[Record]) -> None:
        """Find or make the places of a whole batch, in a few queries for all of them."""
        if len(self._pages) > _REMEMBERED:
            self.forget()
        for record in records:
            with suppress(RecordError):  # find() raises it again, for its record
                self._publication(record)
        issues = {
            (publication, record.date, record.edition): record
            for record in records
            if (publication := self._publications.get(record.publication))
        }
        self._fill(Issue, _ISSUE, self._issues, issues, _new_issue)
        pages = {
            (issue, record.page): record
            for key, record in _issues_of(records, self._publications)
            if (issue := self._issues.get(key))
        }
        self._fill(Page, _PAGE, self._pages, pages, _new_page)
        unnamed = [
            page
            for key in pages
            if (page := self._pages.get(key)) and page not in self._page_names
        ]
        named = Page.objects.filter(pk__in=unnamed) if unnamed else Page.objects.none()
        self._page_names.update(named.values_list("pk", "name"))

    def _fill(
        self,
        model: type[Issue] | type[Page],
        names: tuple[str, ...],
        known: dict[Key, int | None],
        wanted: dict[Key, Record],
        make: Callable[[Key, Record], Issue | Page],
    ) -> None:
        """Add the primary keys of what is wanted and not known, made if need be."""
        missing = {key: record for key, record in wanted.items() if key not in known}
        known.update(_stored(model, names, missing))
        new = [make(key, record) for key, record in missing.items() if key not in known]
        if new and not self.dry_run:
            # Somebody may make one at this very moment: then theirs it is.
            model.objects.bulk_create(new, ignore_conflicts=True)
            known.update(_stored(model, names, missing))

    def find(self, record: Record) -> Place:
        """Return the place of a record of the batch that was expected.

        Raise RecordError for a publication that cannot be made: its name is that of an
        address of the archive, or ``strict`` allows known ones only.
        """
        publication = self._publication(record)
        issue = self._issues.get((publication, record.date, record.edition))
        page = self._pages.get((issue, record.page))
        return Place(publication, issue, page, self._page_names.get(page, ""))

    def forget(self) -> None:
        """Ask the database again: what was made in a transaction that failed is not there."""
        self._publications.clear()
        self._issues.clear()
        self._pages.clear()
        self._page_names.clear()

    def _publication(self, record: Record) -> int | None:
        slug = record.publication
        if slug not in self._publications:
            found = Publication.objects.filter(slug=slug).first()
            # A folder or header may give the title instead: 新民晚报.
            found = found or Publication.objects.filter(name=slug).first()
            self._publications[slug] = found.pk if found else self._new(record)
        return self._publications[slug]

    def _new(self, record: Record) -> int | None:
        if record.publication in RESERVED_SLUGS:
            raise RecordError(
                f"publication {record.publication!r}: that is another page's address"
            )
        if self.strict:
            raise RecordError(f"publication {record.publication!r} is unknown")
        self.made.append(record.publication)
        if self.dry_run:
            return None
        name = record.publication_name or record.publication
        return Publication.objects.create(slug=record.publication, name=name).pk


def _issues_of(
    records: list[Record], publications: dict[str, int | None]
) -> Iterator[tuple[Key, Record]]:
    """Yield the key of each record's issue with the record."""
    for record in records:
        publication = publications.get(record.publication)
        yield (publication, record.date, record.edition), record


def _stored(
    model: type[Issue] | type[Page], names: tuple[str, ...], keys: Collection[Key]
) -> dict[Key, int | None]:
    """Return the primary keys of the rows with these keys."""
    if not keys:
        return {}
    values = {f"{name}__in": {key[at] for key in keys} for at, name in enumerate(names)}
    # Of all combinations of those values some are no key that was asked for.
    rows = model.objects.filter(**values).values_list(*names, "pk")
    return {tuple(key): pk for *key, pk in rows if tuple(key) in keys}


def _new_issue(key: Key, record: Record) -> Issue:
    publication, date, edition = key
    return Issue(
        publication_id=publication, published_on=date, edition=edition,
        number=record.issue_number, date_note=record.date_note,
    )  # fmt: skip


def _new_page(key: Key, record: Record) -> Page:
    issue, label = key
    position = page_position(record.page)
    return Page(issue_id=issue, label=label, name=record.page_name, position=position)


def page_position(label: str) -> int:
    """Return where a page stands in its issue: its number, the sections A, B … in order.

    >>> page_position("2"), page_position("A02"), page_position("B1")
    (2, 1002, 2001)
    """
    found = _NUMBER.match(label)
    if not found:
        return _LAST_POSITION
    section = ord(found["section"].upper()) - ord("A") + 1 if found["section"] else 0
    return min(1000 * section + int(found["number"][:6]), _LAST_POSITION)
