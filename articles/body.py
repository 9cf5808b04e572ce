"""The body of an article as a page is set from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from articles.models import Paragraph, Photo

# With fewer subheads the reader sees all of them on the way.
LEAST_CONTENTS = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """A subhead as the table of contents names it."""

    anchor: str
    text: str


def contents(parts: Iterable[Paragraph | Photo]) -> list[Heading]:
    """Return the table of contents of a body; none where there are too few subheads."""
    headings = [
        Heading(part.anchor, part.text)
        for part in parts
        if isinstance(part, Paragraph) and part.kind == Paragraph.Kind.SUBHEAD
    ]
    return headings if len(headings) >= LEAST_CONTENTS else []
