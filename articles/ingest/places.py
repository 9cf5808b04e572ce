"""Publications, issues and pages of an import: found by their natural keys, or made."""

import re
from dataclasses import dataclass, field

from articles.ingest.record import Record, RecordError
from articles.models import Issue, Page, Publication
from articles.models.place import RESERVED_SLUGS

# So many issues and pages are remembered; an archive has more, and comes in order.
_REMEMBERED = 20_000
_NUMBER = re.compile(r"(?P<section>[A-Za-z]?)0*(?P<number>\d+)")
_LAST_POSITION = 32_767


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article goes; the ids are None while a dry run would still make them."""

    publication: int | None
    issue: int | None
    page: int | None


@dataclass(slots=True)
class Places:
    """Finds and makes places. ``made`` holds the names of the publications made."""

    strict: bool = False
    dry_run: bool = False
    made: list[str] = field(default_factory=list)
    _publications: dict[str, int | None] = field(default_factory=dict)
    _issues: dict[tuple[object, ...], int | None] = field(default_factory=dict)
    _pages: dict[tuple[object, ...], int | None] = field(default_factory=dict)

    def find(self, record: Record) -> Place:
        """Return the place of a record, made if it was not there.

        Raise RecordError for a publication that cannot be made: its name is that of an
        address of the archive, or ``strict`` allows known ones only.
        """
        if len(self._pages) > _REMEMBERED:
            self.forget()
        publication = self._publication(record)
        issue = self._issue(record, publication)
        return Place(publication, issue, self._page(record, issue))

    def forget(self) -> None:
        """Ask the database again: what was made in a transaction that failed is not there."""
        self._publications.clear()
        self._issues.clear()
        self._pages.clear()

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

    def _issue(self, record: Record, publication: int | None) -> int | None:
        key = (publication, record.date, record.edition)
        if publication is None or key in self._issues:
            return self._issues.get(key)
        wanted = {
            "publication_id": publication,
            "published_on": record.date,
            "edition": record.edition,
        }
        defaults = {"number": record.issue_number, "date_note": record.date_note}
        if self.dry_run:
            issue = Issue.objects.filter(**wanted).first()
        else:
            issue, _made = Issue.objects.get_or_create(**wanted, defaults=defaults)
        self._issues[key] = issue.pk if issue else None
        return self._issues[key]

    def _page(self, record: Record, issue: int | None) -> int | None:
        key = (issue, record.page)
        if issue is None or key in self._pages:
            return self._pages.get(key)
        wanted = {"issue_id": issue, "label": record.page}
        defaults = {"name": record.page_name, "position": page_position(record.page)}
        if self.dry_run:
            page = Page.objects.filter(**wanted).first()
        else:
            page, _made = Page.objects.get_or_create(**wanted, defaults=defaults)
        self._pages[key] = page.pk if page else None
        return self._pages[key]


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
