"""`make run`, from the first line to the last, and each way in which it may be cut short."""

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from newsarchive.preflight import StartError, check_server
from tests.embedded import (
    IS_ROOT,
    PROJECT,
    kill,
    needs_proc,
    needs_root,
    open_workshop,
    query,
    stranger,
    user_id,
    wait_until,
)

FOREIGN = {
    "DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE", "LANGUAGE_CODE",
    "BIND", "DEBUG",
}  # fmt: skip
RECORDS = [
    record["fields"]
    for name in ("xinmin-2020-06-08", "demo")
    for record in json.loads((PROJECT / "fixtures" / f"{name}.json").read_bytes())
    if record["model"] == "articles.article"
]
ARTICLES = len(RECORDS)
PUBLISHED = sum(fields["status"] == "published" for fields in RECORDS)
# A bound for a machine that does much else; an idle one needs a tenth of it.
SECONDS_TO_START = 240


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def heed_every_signal():
    """Undo what nohup and the like do, which the archive respects and the tests inherit."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Archive:
    """A var folder, and the servers that a test runs on it."""

    def __init__(self, workshop):
        self.logs = workshop.folder
        self.var = workshop.folder / "var"
        self.var.mkdir(mode=0o755, exist_ok=True)
        self.server = workshop.server("var/postgres")
        self.processes = workshop.processes
        self.port = free_port()

    def begin(self, **environment):
        """Start what `make run` starts, in a session of its own as on a terminal."""
        inherited = {
            name: value for name, value in os.environ.items() if name not in FOREIGN
        }
        ours = {"NEWSARCHIVE_VAR": str(self.var), "PORT": str(self.port)}
        user = environment.pop("user", {})
        # A file, for a pipe that nobody reads would stop it at the first long traceback.
        log = Path(tempfile.mkstemp(prefix="serve-", dir=self.logs)[1])
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "newsarchive.serve"],
                env={**inherited, **ours, **environment}, cwd=PROJECT, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=heed_every_signal, **user,
            )  # fmt: skip
        process.log = log
        self.processes.append(process)
        return process

    def start(self, **environment):
        """Start it; return the process and what it printed until it served."""
        process = self.begin(**environment)
        self.wait_for(process, "Ctrl-C")
        return process, process.log.read_text()

    def wait_for(self, process, beginning):
        """Wait until it prints a line that begins so."""

        def is_said():
            said = process.log.read_text()
            assert process.poll() is None, said
            return f"\n{beginning}" in f"\n{said}"

        wait_until(is_said, SECONDS_TO_START)

    def refusal(self, **environment):
        """Start it in vain; return the only line that it prints."""
        process = self.begin(**environment)
        assert process.wait(timeout=SECONDS_TO_START) > 0
        output = process.log.read_text()
        assert "Traceback" not in output
        lines = [
            line for line in output.splitlines() if line.startswith("newsarchive: ")
        ]
        assert lines == output.splitlines()[-1:], output
        return lines[0]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def page(self, path):
        with urllib.request.urlopen(self.url(path), timeout=20) as response:
            return response.read().decode()

    def answers(self, path="/"):
        """Say whether a page comes, for use while the archive recovers."""
        try:
            return bool(self.page(path))
        except OSError:
            return False

    def status(self, path="/"):
        """Return the status of an answer, be it a page or an excuse."""
        try:
            with urllib.request.urlopen(self.url(path), timeout=20) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def count(self, table):
        """Return the number of rows, asked of the database itself."""
        return query(self.server, f"SELECT count(*) FROM {table}")[0][0]


@pytest.fixture(scope="module")
def prepared():
    """Give a var folder as the first run leaves it, and what that run printed."""
    with open_workshop() as workshop:
        archive = Archive(workshop)
        process, _said = archive.start()
        assert archive.answers("/search/?q=x")
        end(process)
        yield archive.var, process.log.read_text()


def end(process, number=signal.SIGINT):
    """End it as Ctrl-C does: the terminal signals the whole group."""
    os.killpg(process.pid, number)
    code = process.wait(timeout=30)
    output = process.log.read_text()
    assert code == 0, output
    return output


@pytest.fixture
def archive(prepared):
    """Give an archive that was run before."""
    with open_workshop() as workshop:
        subprocess.run(["cp", "-a", prepared[0], workshop.folder], check=True)
        yield Archive(workshop)


@pytest.fixture
def new_archive():
    """Give an archive that was never run."""
    with open_workshop() as workshop:
        yield Archive(workshop)


def children(pid):
    """Return the pids of the living children of a process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(words[1]) == pid and words[0] != "Z":
                found.append(int(entry.name))
    return found


def gunicorn_of(process):
    """Return the pids of gunicorn's master and of its workers."""
    for pid in children(process.pid):
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid, children(pid)
    raise AssertionError("no gunicorn")


def has_others(process, master, workers):
    """Say whether gunicorn runs with all its workers, and not with those."""
    try:
        now = gunicorn_of(process)
    except (AssertionError, OSError):
        return False
    return now != (master, workers) and len(now[1]) == len(workers)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


# ---- The first run and the second


def test_the_first_run_says_the_address_and_a_login_that_works(prepared, archive):
    said = prepared[1]
    assert re.search(r"^The archive is at http://127\.0\.0\.1:\d+/$", said, re.M)
    user, password = re.search(r"user (\w+), password (\w+)", said).groups()
    archive.start()
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    form = browser.open(archive.url("/admin/login/?next=/admin/")).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    fields = {"username": user, "password": password, "csrfmiddlewaretoken": token}
    data = urllib.parse.urlencode(fields | {"next": "/admin/"}).encode()
    answer = browser.open(archive.url("/admin/login/"), data)
    assert answer.url == archive.url("/admin/")
    assert "编辑管理" in answer.read().decode()


def test_the_second_run_does_nothing_again_and_loses_nothing(archive):
    process, said = archive.start()
    assert said.splitlines() == [
        f"The archive is at {archive.url('/')}",
        "Ctrl-C stops the archive.",
    ]
    assert archive.count("articles_article") == ARTICLES
    assert archive.count("auth_user") == 1
    found = archive.page("/search/?q=" + urllib.parse.quote("黄润秋"))
    assert "<mark>黄润秋</mark>" in found
    end(process)


def test_an_edit_outlives_the_restart_and_no_fixture_comes_over_it(archive):
    process, _said = archive.start()
    query(archive.server, "UPDATE articles_article SET genre = '留着'")
    end(process)
    archive.start()
    rows = query(archive.server, "SELECT DISTINCT genre FROM articles_article")
    assert rows == [("留着",)]


def test_with_database_url_that_server_is_used_and_no_other(archive, new_archive):
    archive.server.start()
    params = archive.server.connection_params()
    host = urllib.parse.quote(params["host"], safe="")
    url = f"postgres://{params['user']}@{host}:{params['port']}/{params['dbname']}"
    process, said = new_archive.start(DATABASE_URL=url)
    assert "password" not in said
    assert "<mark>" in new_archive.page("/search/?q=" + urllib.parse.quote("长三角"))
    assert not (new_archive.var / "postgres").exists()
    end(process)
    assert archive.server.is_ready()


def test_two_runs_share_the_database_and_the_last_one_stops_it(archive):
    first, _said = archive.start()
    other = free_port()
    second, _said = archive.start(PORT=str(other))
    end(first)
    archive.port = other
    assert archive.answers()
    end(second)
    assert not archive.server.is_ready()


# ---- The end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_it(archive, number):
    process, _said = archive.start()
    assert "The archive has stopped." in end(process, number)
    assert not archive.server.is_ready()
    assert is_free(archive.port)


@needs_proc
def test_killed_supervisor_leaves_nothing_that_the_next_run_stumbles_over(archive):
    process, _said = archive.start()
    master, workers = gunicorn_of(process)
    process.kill()
    process.wait()
    again, _said = archive.start()
    for pid in (master, *workers):
        assert pid not in gunicorn_of(again)[1]
    assert archive.count("articles_article") == ARTICLES
    end(again)
    assert is_free(archive.port)


@needs_proc
@pytest.mark.parametrize("part", ["a worker", "the master", "the database"])
def test_a_killed_part_comes_back_by_itself(archive, part):
    process, _said = archive.start()
    master, workers = gunicorn_of(process)
    if part == "the database":
        kill(archive.server)
        assert archive.status() in {200, 503}
    else:
        os.kill(workers[0] if part == "a worker" else master, signal.SIGKILL)
        wait_until(lambda: has_others(process, master, workers), 30)
    wait_until(archive.answers, 30)
    assert archive.count("articles_article") == ARTICLES
    end(process)
    assert is_free(archive.port)


def test_a_first_run_killed_at_any_step_is_made_good_by_the_next(new_archive):
    # One after the other in one archive: each goes on from what the killed one left.
    for line in ("Creating", "Preparing", "Loading", "Collecting", "The archive"):
        killed = new_archive.begin()
        new_archive.wait_for(killed, line)
        time.sleep(0.3)
        killed.kill()
        killed.wait()
    process, _said = new_archive.start()
    assert new_archive.count("articles_article") == ARTICLES
    assert new_archive.count("articles_searchdocument") == PUBLISHED
    assert new_archive.count("auth_user") == 1
    end(process)


# ---- What cannot be served is one clear line


def test_a_taken_port(new_archive):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        new_archive.port = other.getsockname()[1]
        line = new_archive.refusal()
    assert f"port {new_archive.port} is taken" in line
    assert "PORT=" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "70000"), ("PORT", "-1"), ("BIND", "8000")],
)
def test_a_port_that_is_none(new_archive, name, value):
    assert f"{name}={value!r}" in new_archive.refusal(**{name: value})


def test_a_folder_that_cannot_be_written_to(new_archive):
    new_archive.var.chmod(0o555)
    try:
        line = new_archive.refusal(user=user_id(stranger()) if IS_ROOT else {})
    except PermissionError:
        pytest.skip("this Python is root's alone")
    assert str(new_archive.var) in line
    assert "Permission denied" in line


@needs_root
def test_a_full_disk(new_archive):
    folder = new_archive.var / "small"
    folder.mkdir()
    size = ["-t", "tmpfs", "-o", "size=16m,mode=0755", "tmpfs", str(folder)]
    if subprocess.run(["mount", *size], capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    try:
        line = new_archive.refusal(NEWSARCHIVE_VAR=str(folder))
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    assert "space left" in line


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "DATABASE_URL is not like"),
        ("mysql://u:hidden@h/n", "DATABASE_URL is not like"),
        ("postgres://u:hidden@127.0.0.1:1/n", "Connection refused"),
        ("postgres://u:hidden@nowhere.invalid/n", "nowhere.invalid"),
    ],
)
def test_a_wrong_database_url(new_archive, url, said):
    line = new_archive.refusal(DATABASE_URL=url)
    assert said in line
    assert "hidden" not in line


def external(server, dbname, user="newsarchive"):
    params = server.connection_params()
    host = urllib.parse.quote(params["host"], safe="")
    return f"postgres://{user}:hidden@{host}:{params['port']}/{dbname}"


def test_a_database_or_role_that_is_not_there(archive, new_archive):
    archive.server.start()
    line = new_archive.refusal(DATABASE_URL=external(archive.server, "absent"))
    assert '"absent" does not exist' in line
    line = new_archive.refusal(
        DATABASE_URL=external(archive.server, "newsarchive", "stranger")
    )
    assert "stranger" in line
    assert "hidden" not in line


def test_a_database_of_another_encoding(archive, new_archive):
    archive.server.start()
    query(
        archive.server,
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
        " LOCALE_PROVIDER libc OWNER newsarchive",
    )
    line = new_archive.refusal(DATABASE_URL=external(archive.server, "latin"))
    assert "LATIN1" in line
    assert "UTF8" in line


@pytest.mark.parametrize(("version", "said"), [(130012, "13.12"), (90624, "9.x")])
def test_too_old_a_server(version, said):
    with pytest.raises(StartError, match=f"PostgreSQL {said}; 14 or newer is needed"):
        check_server(version, "UTF8")
    check_server(140000, "UTF8")


# ---- Bad input, as gunicorn gets it


def test_long_and_garbled_addresses_get_a_page_and_never_an_error(archive):
    archive.start()
    for query_string, status in {
        urllib.parse.quote("黄" * 10_000): 200,
        "a" * 10_000: 200,
        "%00": 200,
        "a&from=%00": 400,
        "%ed%a0%80": 200,
        "%ff%fe": 200,
        "%E3%80%82" * 20: 200,
    }.items():
        try:
            answer = urllib.request.urlopen(archive.url(f"/search/?q={query_string}"))
        except urllib.error.HTTPError as error:
            answer = error
        assert answer.status == status, query_string[:20]
        assert "报纸档案" in answer.read().decode()
