"""Which records the archive has already: a hint that saves workers segmenting them again.

The first eight bytes of each digest, sorted, in a file that every process maps into its
memory: eight megabytes for a million articles, once for all of them. Whether an
article is really unchanged is for the store to say, which compares the whole digest at
the article's place.
"""

import mmap
import sys
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

_BYTES = 8
_HEX = 2 * _BYTES


def write(path: Path, digests: Iterable[str]) -> None:
    """Write a file of hexadecimal digests, which come in their order."""
    with path.open("wb") as file:
        file.writelines(
            int(digest[:_HEX], 16).to_bytes(_BYTES, sys.byteorder) for digest in digests
        )


class KnownDigests:
    """The digests of a file; none where there is no file."""

    def __init__(self, path: Path | None = None) -> None:
        data = b""
        if path is not None and path.stat().st_size:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[assignment]
        self._digests = memoryview(data).cast("Q")

    def __contains__(self, digest: str) -> bool:
        wanted = int(digest[:_HEX], 16)
        at = bisect_left(self._digests, wanted)
        return at < len(self._digests) and self._digests[at] == wanted
