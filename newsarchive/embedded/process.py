"""Programs and processes of the embedded PostgreSQL: run them, and know them again."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

PROC = Path("/proc")


class EmbeddedPostgresError(Exception):
    """One English line for a terminal: what is wrong with the embedded server, and where."""


class Account(NamedTuple):
    """An OS user."""

    uid: int
    gid: int
    name: str


# ---- Programs


def _environment() -> dict[str, str]:
    """Return what PostgreSQL needs and no more.

    LC_* may name a locale that the machine has not, PG* would change what the programs do,
    and our secrets are not the server's business.
    """
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return {**kept, "LANG": "C", "PGCLIENTENCODING": "UTF8"}


def _identity(account: Account | None) -> dict[str, Any]:
    if account is None or account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def run_program(
    arguments: Sequence[str | Path],
    *,
    account: Account | None = None,
    text: str = "",
    pass_fds: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as the account, and return its code and its output."""
    return subprocess.run(  # noqa: S603 - our programs, as a list: no shell reads the paths
        [os.fspath(argument) for argument in arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(),
        cwd="/",
        pass_fds=pass_fds,
        check=False,
        **_identity(account),
    )


def launch(
    arguments: Sequence[str | Path], *, account: Account, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program that stays when we go.

    It has its own session, so that Ctrl-C does not reach it, and none of our pipes, so that
    whoever reads our output sees its end.
    """
    return subprocess.Popen(  # noqa: S603 - as above
        [os.fspath(argument) for argument in arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=_environment(),
        cwd="/",
        umask=0o077,
        start_new_session=True,
        **_identity(account),
    )


def complaint(output: str) -> str:
    """Return the line of a program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [
        line
        for line in lines
        if any(word in line for word in ("error:", "ERROR:", "FATAL:", "PANIC:"))
    ]
    return (telling or lines or ["no reason given"])[-1][:300]


# ---- Children: a server that we started and that dies stays a zombie until we ask for it

_children: set[int] = set()


def adopt(process: subprocess.Popen[bytes]) -> None:
    """Let the process live on without its Popen, which would warn when it is forgotten."""
    _children.add(process.pid)
    process.returncode = 0


def reap() -> None:
    """Let go of those of our servers that have died."""
    for pid in list(_children):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                _children.discard(pid)
        except ChildProcessError:
            _children.discard(pid)


os.register_at_fork(after_in_child=_children.clear)


# ---- Processes


class PidFile(NamedTuple):
    """What postmaster.pid says; the server may be long dead."""

    pid: int
    port: str
    socket_folder: str


def read_pid_file(data: Path) -> PidFile | None:
    """Return what the server wrote at its start, with pid 0 if it could not write it."""
    try:
        lines = os.fsdecode((data / "postmaster.pid").read_bytes()).splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * 5
    pid = lines[0].strip().lstrip("-")
    return PidFile(int(pid) if pid.isdigit() else 0, lines[3].strip(), lines[4].strip())


def server_pid(data: Path) -> int | None:
    """Return the pid of the living server of this data folder."""
    reap()
    written = read_pid_file(data)
    return written.pid if written and is_server(written.pid, data) else None


def is_server(pid: int, data: Path) -> bool:
    """Say whether the process lives and is the server of this data folder.

    A pid alone proves nothing: it may be a zombie's, or belong to another program by now.
    """
    if pid <= 0:
        return False
    if (PROC / "self" / "stat").exists():
        return _is_server_in_proc(pid, data)
    listed = run_program(["ps", "-o", "stat=,command=", "-p", str(pid)]).stdout.strip()
    return (
        bool(listed) and not listed.startswith("Z") and f"postgres -D {data}" in listed
    )


def _is_server_in_proc(pid: int, data: Path) -> bool:
    if not is_alive(pid):
        return False
    command = _command(pid)
    if Path(command[0]).name != "postgres":  # its children are called "postgres: …"
        return False
    return _works_in(pid, data) or str(data) in command


def is_alive(pid: int) -> bool:
    """Say whether /proc shows the process as more than a zombie."""
    try:
        state = (
            (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2]
        )
    except OSError:
        return False
    return state.split()[0] not in {"Z", "X"}


def _command(pid: int) -> list[str]:
    try:
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    except OSError:
        return [""]


def describe(pid: int) -> str:
    """Return the pid and, where it can be read, the command line."""
    command = " ".join(" ".join(_command(pid)).split())
    return f"process {pid} ({command[:100]})" if command else f"process {pid}"


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").samefile(folder)
    except OSError:
        return False


def end_orphans(data: Path) -> None:
    """Kill what a dead server left behind: it holds the memory that the next one needs.

    Most end by themselves, a busy backend only when its query does. Without /proc the next
    server waits for them.
    """
    if not PROC.is_dir():
        return
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    orphans = [
        pid
        for pid in pids
        if _command(pid)[0].startswith("postgres: ") and _works_in(pid, data)
    ]
    for pid in orphans:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    while any(is_alive(pid) for pid in orphans):
        time.sleep(0.01)


# ---- Locks


def try_lock(descriptor: int) -> bool:
    """Lock the open file for its owner alone, or say that another has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_holders(path: Path) -> list[int]:
    """Return who holds a flock on the file, as far as the kernel tells (Linux)."""
    if not (PROC / "locks").exists() or not path.exists():
        return []
    inode = str(path.stat().st_ino)
    rows = [line.split() for line in (PROC / "locks").read_text().splitlines()]
    return [
        int(row[4])
        for row in rows
        if row[1] == "FLOCK" and row[5].rpartition(":")[2] == inode and int(row[4]) > 0
    ]
