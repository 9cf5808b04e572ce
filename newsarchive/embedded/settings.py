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
    _write(settings / "10-newsarchive.conf", OUR_CONF)
    _write(home / "pg_hba.conf", PG_HBA)
    _write(home / "pg_ident.conf", _ident(account))


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
