"""Pictures of pages on their way into the archive: kept aside, looked at, made fit for browsers.

The command's process keeps a picture in a folder of its own for as long as the import runs; a
worker looks at it, and makes a JPEG of what browsers do not show; the store gives it to the
page. Pictures are told by their content. No Django.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

# A page of 60 × 45 cm at 400 dots an inch has 67 million pixels.
MOST_PIXELS = 100_000_000
_LARGEST = 200 * 2**20
SUFFIXES = ("jpg", "jpeg", "png", "webp", "tif", "tiff", "jp2")
# What browsers show stays as it is; of other formats a JPEG is made.
_KEPT = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_READ = (*_KEPT, "TIFF", "JPEG2000")
_MODES = {"1": "L", "L": "L", "LA": "L"}
_COLOURS = ("P", "RGB", "RGBA", "CMYK", "YCbCr")
_QUALITY = 88
_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+",
    b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51",
)  # fmt: skip
# The orientation of a photograph, in Exif.
_ORIENTATION = 0x0112


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
        if len(data) > _LARGEST:
            raise PictureError(f"no picture is larger than {_LARGEST // 2**20} MiB")
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
    """Return the path of a picture as browsers show it, made of the one at ``path``.

    Raise PictureError for what is no picture, is damaged, or is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _ready(Path(path))
    except PictureError:
        raise
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything
        said = str(error).replace(path, "it") or type(error).__name__
        raise PictureError(f"it is no picture that can be read: {said[:200]}") from None


def _ready(path: Path) -> str:
    with Image.open(path, formats=_READ) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            raise PictureError(f"{width} × {height} pixels are over {most} million")
        picture.verify()
    with Image.open(path, formats=_READ) as picture:
        # verify() does not see where a JPEG is cut short.
        picture.load()
        is_upright = picture.getexif().get(_ORIENTATION, 1) == 1
        if picture.format in _KEPT and is_upright:
            made = path.with_suffix(f".{_KEPT[picture.format]}")
            made.write_bytes(path.read_bytes())
            return str(made)
        return _as_jpeg(picture, path)


def _as_jpeg(picture: Any, path: Path) -> str:
    if picture.mode not in (*_MODES, *_COLOURS):
        raise PictureError(f"its pixels are of a kind that is not read: {picture.mode}")
    made = path.with_suffix(".jpg")
    upright = ImageOps.exif_transpose(picture)
    upright.convert(_MODES.get(picture.mode, "RGB")).save(made, quality=_QUALITY)
    return str(made)
