"""An article's body in blocks, as the page sets it: photos that follow each other together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from articles.models import Paragraph, Photo

Kind = Literal["paragraph", "subhead", "photo", "gallery"]
# A picture after so many blocks is seldom on the first screen.
FIRST_SCREEN = 3
# With fewer subheads the reader sees all of them on the way.
LEAST_CONTENTS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a subhead, a photo, or a gallery of at least two photos."""

    kind: Kind
    parts: tuple[Any, ...]
    # Whether the first photo is to be fetched before anything scrolls.
    eager: bool = False

    @property
    def part(self) -> Any:
        """Return the paragraph, the subhead or the first photo."""
        return self.parts[0]

    @property
    def is_photos(self) -> bool:
        """Return whether templates/articles/_photos.html shows this block."""
        return self.kind in ("photo", "gallery")


def blocks(body: Iterable[Paragraph | Photo]) -> list[Block]:
    """Return ``Article.body()`` in blocks; one without a picture is in no gallery."""
    return list(_with_eager(_grouped(body)))


def _grouped(body: Iterable[Paragraph | Photo]) -> Iterator[Block]:
    for pictured, run in groupby(body, key=_is_pictured):
        parts = tuple(run)
        if pictured and len(parts) > 1:
            yield Block("gallery", parts)
        else:
            yield from (Block(_kind(part), (part,)) for part in parts)


def _is_pictured(part: Paragraph | Photo) -> bool:
    return isinstance(part, Photo) and part.picture is not None


def _kind(part: Paragraph | Photo) -> Kind:
    if isinstance(part, Photo):
        return "photo"
    return "subhead" if part.kind == Paragraph.Kind.SUBHEAD else "paragraph"


def _with_eager(found: Iterable[Block]) -> Iterator[Block]:
    """Mark the article's first picture, if it stands near the beginning."""
    waiting = True
    for number, block in enumerate(found):
        if waiting and _is_pictured(block.part):
            waiting = False
            yield Block(block.kind, block.parts, eager=number < FIRST_SCREEN)
        else:
            yield block


# ---- Contents


def contents(parts: Iterable[Paragraph | Photo]) -> list[Paragraph]:
    """Return the subheads, for a table of contents; none where they are too few for one."""
    subheads = [
        part
        for part in parts
        if isinstance(part, Paragraph) and part.kind == Paragraph.Kind.SUBHEAD
    ]
    return subheads if len(subheads) >= LEAST_CONTENTS else []
