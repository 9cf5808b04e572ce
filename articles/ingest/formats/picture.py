"""Pictures, which belong to the pages that they stand beside and are no format of their own.

Those of a page are taken in with it (page_file, mets_alto). This module keeps them from being
read as text, and sets aside those that belong to no page.
"""

import re
from collections.abc import Iterator

from articles.ingest.formats import Chunk, Entry, Origin, Rejected
from articles.ingest.page_pictures import has_suffix, is_picture
from articles.ingest.record import Record

NAME = "picture"
_TEXTS = ("txt", "xml", "TXT", "XML")
# What libraries call the folders of an issue's scans; its METS file is then above.
_FOLDER = re.compile(
    r"(?:\w+[_-])?(?:images?|img|jpe?g|png|tiff?|jp2|webp|masters?|access|scans?|thumb\w*)",
    re.I,
)


def sniff(head: bytes, name: str) -> bool:
    """Say whether it is a picture, or is called as pictures are."""
    return is_picture(head) or has_suffix(name)


def chunks(entry: Entry) -> Iterator[Chunk | Rejected]:
    """Yield nothing for a picture that is some page's, else what is set aside."""
    if not _is_of_a_page(entry):
        reason = (
            "its format is none that can be imported: a picture goes in with the page of"
            " text beside it (1.jpg and 1.txt)"
        )
        yield Rejected(Origin(entry.name), reason)


def _is_of_a_page(entry: Entry) -> bool:
    own = entry.path[-1] if entry.path else ""
    stem = own.rpartition(".")[0]
    if len(entry.path) > 1 and _FOLDER.fullmatch(entry.path[-2]):
        return True
    beside = [f"{stem}.{suffix}" for suffix in _TEXTS] + ["mets.xml", "METS.xml"]
    return any(name != own and _is_there(entry, name) for name in beside)


def _is_there(entry: Entry, name: str) -> bool:
    try:
        return entry.sibling(name) is not None
    except (OSError, ValueError):
        return False


def records(chunk: Chunk) -> Iterator[Record | Rejected]:
    """Yield nothing: there are no chunks."""
    yield from ()
