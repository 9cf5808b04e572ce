"""How the embedded PostgreSQL is made and set up: initdb, settings, who may log in."""

import os
import pwd
from pathlib import Path

from newsarchive.embedded.process import Account

# The locale of the machine has no say: order and letters are those of PostgreSQL's own
# C.UTF-8, the same on every machine.
INITDB_OPTIONS = [
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=peer",
    "--auth-host=reject",
    "--no-instructions",
]

POSTGRESQL_CONF = """\
# Written at every start: put settings of your own into conf.d/90-local.conf.
include_dir 'conf.d'
"""

# Of a container; on a machine of its own the file is not there, or says "max".
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

OUR_CONF = """\
# Written at every start: put settings of your own into 90-local.conf, next to this file.
cluster_name = 'newsarchive'
listen_addresses = ''
unix_socket_permissions = 0700

# One file for each day of the week, the next week over it.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
lc_messages = 'C'
log_timezone = 'UTC'
timezone = 'UTC'

# A runaway sort must not fill the disk, nor a forgotten transaction hold its locks.
temp_file_limit = 4GB
idle_in_transaction_session_timeout = 10min
# The wheel is built without LLVM.
jit = off
"""

PG_HBA = """\
# Written at every start. Only the OS users of pg_ident.conf, only on this machine.
local  all          all       peer  map=newsarchive
local  replication  postgres  peer  map=newsarchive
"""

# Repeatable, since a start may be killed between any two lines.
DATABASE_SQL = r"""
SELECT 'CREATE ROLE newsarchive LOGIN CREATEDB'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'newsarchive') \gexec
SELECT $$CREATE DATABASE newsarchive OWNER newsarchive TEMPLATE template0 ENCODING 'UTF8'$$
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'newsarchive') \gexec
"""


def write(home: Path, account: Account) -> None:
    """Write the files that the server reads at its start, where they differ."""
    settings = home / "conf.d"
    settings.mkdir(mode=0o755, exist_ok=True)
    _write(home / "postgresql.conf", POSTGRESQL_CONF)
    _write(settings / "10-newsarchive.conf", OUR_CONF + _memory())
    _write(home / "pg_hba.conf", PG_HBA)
    _write(home / "pg_ident.conf", _ident(account))


def _memory() -> str:
    """Return the server's share of the memory that this machine, or this container, has.

    An eighth, from PostgreSQL's own 128 MB up to 2 GB. Searches of a large archive read rows from all over
    it: of a million articles the slowest twentieth took half of the time.
    """
    megabytes = _memory_of_machine() >> 20
    return f"\nshared_buffers = {min(2048, max(128, megabytes // 8))}MB\n"


def _memory_of_machine() -> int:
    """Return the bytes of memory that may be used, as far as that is known."""
    found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = CGROUP_LIMIT.read_text().strip()
    except OSError:
        return found
    return min(found, int(limit)) if limit.isdecimal() else found


def _ident(account: Account) -> str:
    """Return which OS user may be which role: root and the server's own, either of ours."""
    users = dict.fromkeys([pwd.getpwuid(0).pw_name, account.name])
    lines = [
        f'newsarchive  "{user}"  {role}\n'
        for user in users
        for role in ("newsarchive", "postgres")
    ]
    return "# Written at every start.\n" + "".join(lines)


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole; leave one that is right, so that a full disk does not hurt."""
    if path.exists() and path.read_text() == text:
        return
    new = path.with_name(f".{path.name}.new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        # The server may run as another OS user; nothing here is secret.
        os.fchmod(file.fileno(), 0o644)
    new.rename(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
