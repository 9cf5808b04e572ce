"""Pictures as they came, which only editors with the right to get to see.

They lie in ``settings.ORIGINALS_ROOT``, which no server publishes, by the name of the picture
that readers get instead. They stay while any row or former version may name that.
"""

import os
import shutil
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils._os import safe_join

# The end of their names: what they are, their content says.
_SUFFIX = ".original"


def keep(name: str, file: IO[bytes]) -> None:
    """Keep a file as the original of the picture of this name: all of it, or nothing."""
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    file.seek(0)
    with unfinished.open("wb") as kept:
        shutil.copyfileobj(file, kept, 2**20)
        kept.flush()
        os.fsync(kept.fileno())
    unfinished.replace(path)


def exists(name: str) -> bool:
    """Return whether the original of a picture is kept."""
    return _path(name).is_file()


def opened(name: str) -> IO[bytes]:
    """Open the original of a picture; raise FileNotFoundError without one."""
    return _path(name).open("rb")


def remove(name: str) -> None:
    """Remove the original of a picture, if there is one."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(safe_join(settings.ORIGINALS_ROOT, name + _SUFFIX))
