"""What the tests of the embedded PostgreSQL share: folders, clusters, processes, faults."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from newsarchive.embedded import place
from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

PROJECT = Path(__file__).resolve().parent.parent
VERSION = sys.version_info[:2]  # psycopg2 is built for one
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(
    not IS_ROOT, reason="needs root, to be several OS users"
)
needs_proc = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs /proc")


class Workshop:
    """A folder for clusters, which are stopped and removed at the end."""

    def __init__(self, folder, template=None):
        self.folder = folder
        self.template = template
        self.servers = []
        self.processes = []

    def server(self, path="postgres"):
        """Return the server of an empty place."""
        server = EmbeddedPostgres(self.folder / path)
        self.servers.append(server)
        return server

    def cluster(self, path="postgres"):
        """Return the server of a copy of the template, which spares an initdb."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", self.template, self.folder / path], check=True)
        return self.server(path)

    def python(self, code, *arguments, environment=(), **options):
        """Start a process that runs the code, with `server` for the first argument's folder."""
        code = (
            "import sys, time\nfrom pathlib import Path\n"
            "from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError\n"
            f"server = EmbeddedPostgres(Path(sys.argv[1]))\n{code}"
        )
        site_packages = place.wheel_programs().parents[2]
        path = {"PYTHONPATH": f"{PROJECT}:{site_packages}"}
        process = subprocess.Popen(
            [_python_for(options.get("user")), "-c", code, *map(str, arguments)],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            | options,
            env={**os.environ, **path, **dict(environment)},
            cwd="/",
        )
        self.processes.append(process)
        return process

    def close(self):
        """Stop and remove everything."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            if process.stdin:
                process.stdin.close()
                process.stdin = None
            process.communicate()
        for server in self.servers:
            self._remove(server)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove(self, server):
        home = server.root.resolve()
        if not home.exists():
            return
        for pid in processes_of(server):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        # A killed server leaves shared memory behind, for the next start to remove.
        with contextlib.suppress(EmbeddedPostgresError):
            server.stop()
        kill(server)
        socket_folder = place.socket_folder(home, place.server_account(home))
        shutil.rmtree(socket_folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def open_workshop(template=None):
    """Give a folder for clusters, and leave nothing of it."""
    # pytest's tmp_path is root's alone, which is a case of its own. Memory is faster than
    # a disk, and a killed process cannot tell.
    memory, disk = Path("/dev/shm"), Path("/tmp")  # noqa: S108 - mkdtemp makes it private
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(
        tempfile.mkdtemp(prefix="newsarchive-test-", dir=memory if roomy else disk)
    )
    folder.chmod(0o755)
    workshop = Workshop(folder, template)
    try:
        yield workshop
    finally:
        workshop.close()


def _python_for(user):
    """Return a Python that the user can run: root's own may lie below /root."""
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            command = [
                python,
                "-c",
                f"import sys; assert sys.version_info[:2] == {VERSION}",
            ]
            done = subprocess.run(command, user=user, cwd="/", capture_output=True)
            if done.returncode == 0:
                return python
    pytest.skip("needs a Python that other users can run")


def wait_until(condition, seconds=10):
    """Wait for what another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def output_of(process, timeout=60):
    """Wait for the process; return its output, which ends although the server runs on."""
    output = process.communicate(timeout=timeout)[0]
    assert process.returncode == 0, output
    return output


def connect(server, **changes):
    """Return a connection that commits each statement."""
    connection = psycopg2.connect(**{**server.connection_params(), **changes})
    connection.autocommit = True
    return connection


def query(server, statement, **changes):
    """Return the rows of one statement."""
    with contextlib.closing(connect(server, **changes)) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def make_rows(server, count=2000):
    """Make a table with Chinese text and every awkward character."""
    query(
        server,
        "CREATE TABLE story AS SELECT id, '人民日报 \\ '' \" \t\n' || md5(id::text) AS body"
        f" FROM generate_series(1, {count}) AS id",
    )


def row_hash(server):
    """Return a value that any change of any row changes."""
    return query(
        server, "SELECT md5(string_agg(story::text, '|' ORDER BY id)) FROM story"
    )[0][0]


def user_id(name):
    """Return what subprocess needs to run as that OS user."""
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def stranger():
    """Return an OS user who has nothing to do with the server."""
    server_user = place.server_account(Path("/nowhere")).name
    return "daemon" if server_user == "nobody" else "nobody"


# ---- Faults


def processes_of(server):
    """Return the pids of the server and all its children."""
    data = place.data_folder(server.root.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").samefile(data):
                found.append(int(entry.name))
    return found


def child_of(server, title):
    """Wait for a child of the server, such as "startup", and return its pid.

    Its title begins with cluster_name, as in "postgres: newsarchive: startup".
    """
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for pid in processes_of(server):
            with contextlib.suppress(OSError):
                if (
                    Path(f"/proc/{pid}/cmdline")
                    .read_text()
                    .startswith(f"postgres: newsarchive: {title}")
                ):
                    return pid
    raise AssertionError(f"no process {title}")


def kill(server):
    """Kill the server and all its processes, as the kernel does when memory ends."""
    for pid in processes_of(server):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while processes_of(server):
        time.sleep(0.01)


class CommitLoad:
    """Three clients that commit row after row, and remember what was acknowledged."""

    def __init__(self, server):
        self.server = server
        self.acknowledged = []
        query(server, "CREATE TABLE IF NOT EXISTS load (id text PRIMARY KEY)")
        self.threads = [
            threading.Thread(target=self._write, args=(n,)) for n in range(3)
        ]

    def _write(self, number):
        with (
            contextlib.suppress(psycopg2.Error),
            contextlib.closing(connect(self.server)) as c,
        ):
            cursor = c.cursor()
            while True:
                row = f"{number}-{len(self.acknowledged)}"
                cursor.execute("INSERT INTO load VALUES (%s)", [row])
                self.acknowledged.append(row)

    def run_until(self, fault):
        """Write for a moment, let the fault happen, and wait until every client has seen it."""
        for thread in self.threads:
            thread.start()
        while len(self.acknowledged) < 200:
            time.sleep(0.01)
        fault()
        for thread in self.threads:
            thread.join(timeout=20)
            assert not thread.is_alive()

    def lost(self):
        """Return the acknowledged rows that are missing."""
        return set(self.acknowledged) - {
            row for (row,) in query(self.server, "TABLE load")
        }
