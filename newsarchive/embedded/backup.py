"""Backup and restore of the embedded PostgreSQL, each all or nothing."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

from newsarchive.embedded.place import wheel_programs
from newsarchive.embedded.process import (
    EmbeddedPostgresError,
    complaint,
    run_program,
    try_lock,
)
from newsarchive.embedded.server import Server
from newsarchive.embedded.settings import sync

# pg_restore does not notice every altered byte, so the file ends with its own checksum,
# which pg_restore does not read.
SEAL = re.compile(rb"\nsha256 ([0-9a-f]{64})\n\Z")
SEAL_LENGTH = 73
SWAP_ATTEMPTS = 3

# The names are fixed, so that each restore also clears up after one that was killed.
CLEAR_SQL = """
DROP DATABASE IF EXISTS newsarchive_restoring WITH (FORCE);
DROP DATABASE IF EXISTS newsarchive_replaced WITH (FORCE);
"""
PREPARE_SQL = f"""{CLEAR_SQL}
CREATE DATABASE newsarchive_restoring OWNER newsarchive TEMPLATE template0 ENCODING 'UTF8';
"""
# Both renames or none. The first waits five seconds for those who are being cut off.
SWAP_SQL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'newsarchive';
BEGIN;
ALTER DATABASE newsarchive RENAME TO newsarchive_replaced;
ALTER DATABASE newsarchive_restoring RENAME TO newsarchive;
COMMIT;
"""


# ---- Backup


def backup(server: Server, target: Path) -> Path:
    """Write the archive to a file that appears under its name only when it is complete."""
    _refuse_existing(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(target.parent) as part:
        options = ("--format=custom", "--file", str(part))
        made = server.client("pg_dump", *options, dbname="newsarchive")
        if made.returncode == 0:
            made = _list(part)
        if made.returncode != 0:
            raise EmbeddedPostgresError(f"The backup failed: {complaint(made.stderr)}")
        _seal(part)
        _refuse_existing(target)
        part.rename(target)
    sync(target.parent)
    return target


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise EmbeddedPostgresError(
            f"{target} exists already: no backup is overwritten."
        )


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Give a locked file; remove it at the end, and those of killed backups at once."""
    for old in folder.glob(".newsarchive-*.part"):
        with old.open("rb") as file:
            if try_lock(file.fileno()):
                old.unlink(missing_ok=True)
    part = folder / f".newsarchive-{os.getpid()}.part"
    descriptor = os.open(part, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        try_lock(descriptor)
        yield part
    finally:
        os.close(descriptor)
        part.unlink(missing_ok=True)


def _list(path: Path) -> CompletedProcess[str]:
    return run_program([wheel_programs() / "pg_restore", "--list", path])


def _seal(path: Path) -> None:
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(b"\nsha256 %s\n" % digest.encode())
        file.flush()
        os.fsync(file.fileno())


# ---- Restore


def check_file(source: Path) -> None:
    """Refuse a file that is no backup, or no longer the one that it was."""
    with source.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - SEAL_LENGTH))
        seal = SEAL.search(file.read())
    # A file of pg_dump's own has no seal, and is as good as pg_restore finds it.
    if seal and _digest(source, size - SEAL_LENGTH) != seal[1].decode():
        raise EmbeddedPostgresError(
            f"{source} is damaged: its checksum does not fit. The archive is unchanged."
        )
    listed = _list(source)
    if listed.returncode != 0:
        raise EmbeddedPostgresError(
            f"{source} is no backup that pg_restore can read: {complaint(listed.stderr)}."
            " The archive is unchanged."
        )


def _digest(path: Path, length: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while length and (block := file.read(min(length, 1 << 20))):
            digest.update(block)
            length -= len(block)
    return digest.hexdigest()


def restore(server: Server, source: Path, lock: int) -> None:
    """Load the file into a new database, and let it take the place of the old one."""
    server.sql(PREPARE_SQL, lock=lock)
    try:
        _load(server, source, lock)
        _swap(server, lock)
    finally:
        server.sql(CLEAR_SQL, lock=lock)


def _load(server: Server, source: Path, lock: int) -> None:
    loaded = server.client(
        *("pg_restore", "--exit-on-error", "--single-transaction"),
        *("--no-owner", "--no-privileges", str(source)),
        user="newsarchive",
        dbname="newsarchive_restoring",
        lock=lock,
    )
    if loaded.returncode != 0:
        raise EmbeddedPostgresError(
            f"{source} could not be loaded: {complaint(loaded.stderr)}."
            " The archive is unchanged."
        )
    # A dump has no statistics, without which the first searches would be slow.
    server.sql("ANALYZE;", dbname="newsarchive_restoring", lock=lock)


def _swap(server: Server, lock: int) -> None:
    for attempt in range(1, SWAP_ATTEMPTS + 1):
        try:
            server.sql(SWAP_SQL, lock=lock)
        except EmbeddedPostgresError:
            # Someone connected between the first line and the second.
            if attempt == SWAP_ATTEMPTS:
                raise
        else:
            return
