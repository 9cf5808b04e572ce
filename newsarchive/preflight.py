"""What `make run` checks before it begins, and how each trouble reads: one clear line."""

import ctypes
import errno
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Say = Callable[[str], None]
# Django 5.2 and GENERATED columns over our functions need it.
OLDEST_POSTGRES = 140000
# A killed server's workers hold the port until they have noticed.
SECONDS_FOR_THE_PORT = 3.0
_PR_SET_PDEATHSIG = 1
_FATAL_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartError(Exception):
    """What the user can mend, in one line."""

    def __init__(self, line: str, exit_code: int = 1) -> None:
        super().__init__(line)
        self.exit_code = exit_code


def explain(error: OSError, where: Path) -> str:
    """Return the line for an error of the operating system."""
    path = error.filename or where
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"no space left on the disk of {path}"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"cannot write to {path}: {error.strerror}"
    return f"cannot use {path}: {error.strerror or error}"


# ---- The address


def listen_address() -> tuple[str, int]:
    """Return host and port, from BIND or PORT."""
    bind = os.environ.get("BIND") or ""
    port = os.environ.get("PORT") or "8000"
    if not bind:
        return "127.0.0.1", _port("PORT", port, port)
    host, _colon, port = bind.rpartition(":")
    if not host:
        raise StartError(f"BIND={bind!r}: write it like 127.0.0.1:8000", 2)
    return host.strip("[]"), _port("BIND", bind, port)


def _port(name: str, value: str, port: str) -> int:
    if port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535:
        return int(port)
    raise StartError(f"{name}={value!r}: a port is a number from 1 to 65535", 2)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that has the port, from now on to the end.

    It is ours and not gunicorn's, so that nobody takes the port while the archive is made
    ready, and a reader who comes while gunicorn is started anew waits instead of failing.
    """
    deadline = time.monotonic() + SECONDS_FOR_THE_PORT
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                if time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise StartError(
                    f"port {port} is taken by another program;"
                    f" choose one: PORT={port % 65535 + 1} make run"
                ) from None
            raise StartError(
                f"cannot listen on {host}:{port}: {error.strerror}"
            ) from None


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # As gunicorn does: connections that linger after a stop do not hold the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


# ---- The folder and the database


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        raise StartError(
            explain(OSError(error.errno, error.strerror), folder)
        ) from None


def check_server(version: int, encoding: str) -> None:
    """Refuse a server, by libpq's number for its version, that the archive cannot use."""
    if version < OLDEST_POSTGRES:
        major = version // 10000
        said = f"{major}.{version % 100}" if major > 9 else f"{major}.x"
        raise StartError(
            f"the server of DATABASE_URL is PostgreSQL {said};"
            f" {OLDEST_POSTGRES // 10000} or newer is needed"
        )
    if encoding != "UTF8":
        raise StartError(
            f"the database of DATABASE_URL has the encoding {encoding}; make one with UTF8"
            " (createdb -T template0 -E UTF8 name)"
        )


def first_line(error: BaseException, password: str = "") -> str:
    """Return the first line of a database error, never with the password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = (lines or [type(error).__name__])[0]
    return line.replace(password, "***") if password else line


# ---- Parents


def leave_with(parent: int) -> None:
    """Have the kernel end this process when its parent, of that pid, dies.

    Linux only. Elsewhere, after kill -9 of `make run`, end gunicorn by hand.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # it died before the kernel knew


class Parent:
    """The process that started us: make, a shell or a service manager."""

    def __init__(self) -> None:
        self._pid = os.getppid()
        self._caught = self._signals_caught()

    def wants_us_no_more(self) -> bool:
        """Say whether it died, or was told to end and now waits for us.

        make, sent SIGINT by another program and not by a terminal, takes its handler off and
        waits for its child, who never hears of it.
        """
        if os.getppid() != self._pid:
            return True
        return bool(self._caught & ~self._signals_caught())

    def _signals_caught(self) -> int:
        try:
            status = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii")
            caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        except (OSError, ValueError, IndexError):
            return 0
        # Another program in its place, after an exec, catches others.
        return caught & sum(1 << (number - 1) for number in _FATAL_SIGNALS)
