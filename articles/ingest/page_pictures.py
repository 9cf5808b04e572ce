"""Pictures of pages on their way into the archive: kept aside, looked at, made fit for browsers.

The command's process keeps a picture in a folder of its own for as long as the import runs; a
worker has it written anew (articles/picture_check.py); the store gives it to the page. Pictures
are told by their content. No Django.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from articles.picture_check import MOST_BYTES, NotAPicture, checked

SUFFIXES = ("jpg", "jpeg", "png", "webp", "tif", "tiff", "jp2")
_READ = ("JPEG", "PNG", "WEBP", "TIFF", "JPEG2000")
_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+",
    b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51",
)  # fmt: skip


class PictureError(ValueError):
    """A file that is no picture of a page; the message says why."""


def is_picture(head: bytes) -> bool:
    """Say whether a file that begins so may be a picture."""
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return is_webp or head.startswith(_MAGIC)


def has_suffix(name: str) -> bool:
    """Say whether a file is called as pictures are."""
    return name.lower().endswith(tuple(f".{suffix}" for suffix in SUFFIXES))


@dataclass(slots=True)
class Spool:
    """A folder in which pictures wait until they are stored."""

    folder: Path
    _count: int = 0

    def keep(self, sibling: Callable[[str], bytes | None], name: str) -> str:
        """Write a file of an entry into the folder; return its path, or nothing without one.

        Raise PictureError for one that is too large, also for the disk.
        """
        try:
            data = sibling(name)
        except (OSError, ValueError):
            data = None
        if data is None:
            return ""
        if len(data) > MOST_BYTES:
            raise PictureError(f"no picture is larger than {MOST_BYTES // 2**20} MiB")
        self._count += 1
        path = self.folder / f"{self._count}.picture"
        try:
            path.write_bytes(data)
        except OSError as error:
            raise PictureError(f"it cannot be kept aside: {error.strerror}") from None
        return str(path)

    def keep_beside(
        self, sibling: Callable[[str], bytes | None], file: str
    ) -> tuple[str, str]:
        """Keep the picture that stands beside a page's file: its name, and its path."""
        stem = file.rpartition(".")[0] or file
        for suffix in SUFFIXES:
            for name in (f"{stem}.{suffix}", f"{stem}.{suffix.upper()}"):
                if path := self.keep(sibling, name):
                    return name, path
        return "", ""


def ready(path: str) -> str:
    """Return the path of what readers get of a picture, made of the one at ``path``.

    Raise PictureError for what is no picture, is damaged, or is too large.
    """
    try:
        with Path(path).open("rb") as file:
            ours = checked(file, formats=_READ)
        made = Path(path).with_suffix(f".{ours.suffix}")
        made.write_bytes(ours.data)
    except (NotAPicture, OSError) as error:
        raise PictureError(str(error).replace(path, "it")) from None
    return str(made)
