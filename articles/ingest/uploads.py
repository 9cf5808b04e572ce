"""Files that an editor sent to be imported, in a private folder of their own.

No address leads there, and nothing is unpacked there: archives are read in place.
"""

import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

# Names of folders are made here, and come back from parameters of jobs.
_NAME = re.compile(r"\d{8}-[0-9a-f]{16}")
_DAY = 24 * 3600
_LONGEST_NAME = 120
# What no file of ours needs, and some file system or page would mistake.
_UNWANTED = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')  # fmt: skip
# That much is left to the database.
_SPARE = 512 * 2**20


class UploadError(ValueError):
    """Files that cannot be kept; the message says why."""


def keep(files: Iterable[Any]) -> str:
    """Keep uploaded files in a new folder; return its name.

    Raise OSError where they cannot be written; nothing is left then.
    """
    remove_old()
    name = f"{time.strftime('%Y%m%d')}-{secrets.token_hex(8)}"
    home = _home(name)
    try:
        home.mkdir(mode=0o700, parents=True)
        inbox = home / "files"
        inbox.mkdir(mode=0o700)
        for wanted, file in _named(files):
            with (inbox / wanted).open("xb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
    except OSError:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return name


def inbox(name: str) -> Path:
    """Return the folder of the files. Raise UploadError where they were removed."""
    folder = _home(name) / "files"
    if not folder.is_dir():
        raise UploadError(name)
    return folder


def aside_path(name: str, job: int) -> Path:
    """Return where the report of what a job set aside is, if it set anything aside."""
    return _home(name) / f"set-aside-{job}.jsonl"


def forget(name: str) -> None:
    """Remove the files, which are in the archive now; what was set aside stays for a while."""
    shutil.rmtree(_home(name) / "files", ignore_errors=True)


def remove_old() -> None:
    """Remove what was sent more than ``IMPORT_KEEP_DAYS`` ago."""
    limit = time.time() - settings.IMPORT_KEEP_DAYS * _DAY
    root: Path = settings.IMPORTS_ROOT
    for home in root.iterdir() if root.is_dir() else ():
        if _NAME.fullmatch(home.name) and home.stat().st_mtime < limit:
            shutil.rmtree(home, ignore_errors=True)


def has_room(size: int) -> bool:
    """Return whether the disk has room for so many bytes, with enough left for the rest."""
    root: Path = settings.IMPORTS_ROOT
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(root).free > size + _SPARE


def safe_name(name: str) -> str:
    r"""Return a name that is only a name, without signs that deceive or do harm.

    >>> safe_name("../../etc/pass\x00wd"), safe_name(".hidden"), safe_name("第1版.txt")
    ('etc_pass_wd', 'hidden', '第1版.txt')
    """
    plain = _UNWANTED.sub("_", name).strip("._ ")
    if len(plain) > _LONGEST_NAME:
        stem, dot, suffix = plain.rpartition(".")
        short = len(suffix) < 10
        plain = (
            f"{stem[:_LONGEST_NAME]}{dot}{suffix}" if short else plain[:_LONGEST_NAME]
        )
    while len(plain.encode()) > 240:
        plain = plain[1:]
    return plain or "file"


def _named(files: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield files with names of which no two are alike, also where case makes no difference."""
    taken: set[str] = set()
    for file in files:
        name = wanted = safe_name(file.name or "")
        number = 1
        while name.casefold() in taken:
            number += 1
            stem, dot, suffix = wanted.rpartition(".")
            name = f"{stem or suffix}-{number}{dot}{suffix if stem else ''}"
        taken.add(name.casefold())
        yield name, file


def _home(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UploadError(name)
    root: Path = settings.IMPORTS_ROOT
    return root / name
