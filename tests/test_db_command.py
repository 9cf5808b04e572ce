"""`manage.py db` and Django's connection to the embedded PostgreSQL, as real processes."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.embedded import (
    PROJECT,
    make_rows,
    open_workshop,
    query,
    row_hash,
    wait_until,
)


@pytest.fixture
def archive(template):
    """Give a project folder for what the archive writes, with a cluster in it."""
    with open_workshop(template) as workshop:
        yield Archive(workshop)


class Archive:
    """The project, with a var folder of its own."""

    def __init__(self, workshop):
        self.var = workshop.folder
        self.server = workshop.cluster()
        self.processes = workshop.processes

    def begin(self, *arguments, **environment):
        """Start manage.py; what it prints is in the process's stdout."""
        foreign = {
            "DATABASE_URL",
            "SECRET_KEY",
            "ALLOWED_HOSTS",
            "DJANGO_SETTINGS_MODULE",
        }
        inherited = {
            name: value for name, value in os.environ.items() if name not in foreign
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            env={**inherited, "NEWSARCHIVE_VAR": str(self.var), **environment},
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def run(self, *arguments, text="", expect=0, **environment):
        """Run manage.py to its end and return what it prints."""
        process = self.begin(*arguments, **environment)
        output = process.communicate(text, timeout=60)[0]
        assert process.returncode == expect, output
        return output

    def hold(self):
        """Return a process that is connected until its input ends."""
        process = self.begin("shell", "--no-imports", "-c", HOLD)
        assert process.stdout.readline() == "connected\n"
        return process


CONNECT = "from django.db import connection; connection.ensure_connection()\n"
HOLD = CONNECT + "print('connected', flush=True); import sys; sys.stdin.read()"
REFUSAL = "CommandError: the embedded server is not in use: DATABASE_URL is set\n"


# ---- manage.py db


def test_start_keeps_the_server_until_stop(archive):
    assert "does not run" in archive.run("db", "status", expect=3)
    assert "until `db stop`" in archive.run("db", "start")
    archive.run("db", "start")
    shown = archive.run("db", "status")
    assert re.search(
        rf"^PostgreSQL 18\.\d+ runs, process {archive.server.status().pid}$",
        shown,
        re.M,
    )
    assert f"data: {archive.var}/postgres/data-18\n" in shown
    assert "kept until `db stop`: yes" in shown
    # Another command comes and goes.
    archive.run("shell", "--no-imports", "-c", CONNECT)
    archive.run("db", "status")
    archive.run("db", "stop")
    archive.run("db", "stop")
    assert "kept until `db stop`: no" in archive.run("db", "status", expect=3)


def test_stop_refuses_while_someone_uses_the_server_unless_forced(archive):
    holder = archive.hold()
    said = archive.run("db", "stop", expect=1)
    assert said.startswith("CommandError: the server is in use by process")
    assert said.count("\n") == 1
    assert f"process {holder.pid} " in said
    assert "in use by process" in archive.run("db", "status")
    archive.run("db", "stop", "--force")
    assert not archive.server.is_ready()


def test_backup_and_restore(archive):
    with archive.server.session():
        make_rows(archive.server)
        before = row_hash(archive.server)
    said = archive.run("db", "backup")
    (backup,) = (archive.var / "backups").iterdir()
    assert re.fullmatch(r"newsarchive-\d{8}T\d{6}Z\.dump", backup.name)
    assert str(backup) in said
    with archive.server.session():
        query(archive.server, "TRUNCATE story")
    archive.run("db", "restore", backup)
    with archive.server.session():
        assert row_hash(archive.server) == before


def test_restore_refuses_while_someone_is_connected_unless_forced(archive):
    with archive.server.session():
        make_rows(archive.server)
    backup = archive.var / "a.dump"
    archive.run("db", "backup", backup)
    holder = archive.hold()
    said = archive.run("db", "restore", backup, expect=1)
    assert "in use by" in said
    assert said.count("\n") == 1
    assert "Restored" in archive.run("db", "restore", "--force", backup)
    holder.communicate("")


def test_mistakes_are_one_line(archive):
    backup = archive.var / "a.dump"
    backup.write_text("no backup")
    for arguments in (
        ["backup", backup],
        ["restore", backup],
        ["restore", "/nowhere.dump"],
    ):
        said = archive.run("db", *arguments, expect=1)
        assert said.startswith("CommandError: ")
        assert said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", ["start", "stop", "status", "backup", "restore x"]
)
def test_every_action_refuses_with_a_server_of_another_kind(archive, arguments):
    url = "postgres://someone@elsewhere/archive"
    assert archive.run("db", *arguments.split(), expect=1, DATABASE_URL=url) == REFUSAL


# ---- newsarchive.embedded, the database backend


def shell(archive, code, **options):
    """Run code in a process of the project."""
    return archive.run("shell", "--no-imports", "-c", code, **options)


def test_server_runs_while_a_process_is_connected(archive):
    holder = archive.hold()
    assert archive.server.is_ready()
    assert [user.split(" (")[0] for user in archive.server.users()] == [
        f"process {holder.pid}"
    ]
    holder.communicate("")
    assert holder.returncode == 0
    assert not archive.server.is_ready()


def test_settings_alone_start_nothing(archive):
    shell(archive, "from django.db import connection; connection.vendor")
    assert not (archive.server.root / "server.log").read_text().count("FATAL")
    assert archive.server.status().pid is None


THREADS = """
import threading
from django.db import connection
threads = [threading.Thread(target=lambda: connection.ensure_connection()) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_that_connect_at_once_hold_one_session(archive):
    shell(archive, THREADS)
    assert not archive.server.is_ready()


RESTART = """
import os, signal
from django.conf import settings
from django.db import connection
from newsarchive.embedded_postgres import EmbeddedPostgres
connection.ensure_connection()
os.kill(EmbeddedPostgres(settings.EMBEDDED_POSTGRES_ROOT).status().pid, signal.SIGKILL)
connection.close()
connection.ensure_connection()
print(connection.is_usable())
"""


def test_next_connection_starts_a_server_that_died(archive):
    assert shell(archive, RESTART).endswith("True\n")


FORK = """
import os, sys, time
from django.db import connection
connection.ensure_connection()
if os.fork():
    os._exit(0)
connection.connection = None  # the parent's
connection.ensure_connection()
time.sleep(0.5)
print(connection.is_usable())
"""


def test_forked_child_holds_the_server_itself(archive):
    assert shell(archive, FORK).endswith("True\n")
    wait_until(lambda: not archive.server.is_ready())


FAIL = """
from django.db import OperationalError, connection
try:
    connection.ensure_connection()
except OperationalError as error:
    print(type(error).__module__, error)
"""


def test_supervised_process_never_starts_the_server(archive):
    said = shell(archive, FAIL, NEWSARCHIVE_SUPERVISED="1")
    assert said.startswith("django.db.utils ")
    assert archive.server.status().pid is None


def test_supervised_process_uses_the_server_and_does_not_hold_it(archive):
    with archive.server.session():
        code = CONNECT + "import sys, os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        shell(archive, code, expect=-signal.SIGKILL, NEWSARCHIVE_SUPERVISED="1")
        shell(archive, CONNECT, NEWSARCHIVE_SUPERVISED="1")
        assert archive.server.is_ready()


def test_server_that_cannot_start_is_an_operational_error(archive):
    shutil.rmtree(archive.server.root)
    archive.server.root.symlink_to("/nowhere/at/all")
    said = shell(archive, FAIL)
    assert said.startswith("django.db.utils ")
    assert "points to /nowhere/at/all, which is missing" in said


def test_dbshell_brings_its_own_psql(archive):
    said = archive.run(
        "dbshell", text="SELECT current_user, current_database();\n", PATH=""
    )
    assert "newsarchive  | newsarchive" in said
