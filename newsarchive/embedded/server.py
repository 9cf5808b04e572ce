"""One cluster of the embedded PostgreSQL: make it, start it, stop it, talk to it.

What may happen at the same time is settled by the caller, embedded_postgres.py, which holds
the lock around each start and stop.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from subprocess import CompletedProcess, Popen

from newsarchive.embedded import place, process, settings
from newsarchive.embedded.process import Account, EmbeddedPostgresError, complaint

NAME = "newsarchive"  # of the role and of its database
PORT = "5432"  # part of the socket's name; nothing listens on the network
SECONDS_BETWEEN_REPORTS = 3
SECONDS_FOR_FAST_STOP = 60
ONE_WAL_FILE = 16 * 1024 * 1024
PSQL_LOST_CONNECTION = 2
Progress = Callable[[str], None]


class Patience:
    """Waits in small steps, and says so every few seconds."""

    def __init__(self, progress: Progress | None) -> None:
        self.tell = progress or (lambda line: None)
        self.began = self.reported = time.monotonic()

    def pause(self, reason: str) -> None:
        """Wait a moment."""
        time.sleep(0.03)
        now = time.monotonic()
        if now - self.reported >= SECONDS_BETWEEN_REPORTS:
            self.reported = now
            self.tell(f"{reason} ({now - self.began:.0f} s)")


class Server:
    """The cluster in the folder root."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    @property
    def home(self) -> Path:
        """The real folder: root may be a link (place.py)."""
        return self.root.resolve()

    @property
    def data(self) -> Path:
        """The data folder."""
        return place.data_folder(self.home)

    @property
    def pid(self) -> int | None:
        """The pid of the living server, ready or not."""
        return process.server_pid(self.data)

    @property
    def _account(self) -> Account:
        return place.server_account(self.home)

    @cached_property
    def version(self) -> str:
        """The version of the programs, such as 18.4."""
        program = place.wheel_programs() / "postgres"
        return process.run_program([program, "--version"]).stdout.split()[-1]

    def open_file(self, name: str, flags: int = 0) -> int:
        """Open a file of ours, which belongs to the folder's owner, also if root makes it."""
        flags |= os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.home / name, flags, 0o600)
        if os.geteuid() == 0:
            owner = self.home.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    # ---- Talk to it

    def connection_params(self) -> dict[str, str]:
        """Return host, port, user and dbname, running or not."""
        written = process.read_pid_file(self.data)
        # The server knows: it may have been started under another XDG_RUNTIME_DIR.
        if written and written.socket_folder:
            folder = Path(written.socket_folder)
        else:
            folder = place.socket_folder(self.home, self._account)
        if folder.exists():
            place.check_private(folder, self._account)
        port = (written and written.port) or PORT
        return {"host": str(folder), "port": port, "user": NAME, "dbname": NAME}

    def is_ready(self) -> bool:
        """Ask the server whether it accepts connections."""
        params = self.connection_params()
        program = place.wheel_programs() / "pg_isready"
        arguments = ["-q", "-t", "3", "-h", params["host"], "-p", params["port"]]
        return process.run_program([program, *arguments]).returncode == 0

    def client(
        self,
        program: str,
        *arguments: str,
        user: str = "postgres",
        dbname: str = "postgres",
        text: str = "",
        lock: int | None = None,
    ) -> CompletedProcess[str]:
        """Run one of PostgreSQL's client programs, connected to the server.

        It holds the lock as well, for it goes on if we are killed.
        """
        params = self.connection_params()
        path = place.wheel_programs() / program
        where = ["-h", params["host"], "-p", params["port"], "-U", user, "-d", dbname]
        held = [] if lock is None else [lock]
        return process.run_program([path, *where, *arguments], text=text, pass_fds=held)

    def sql(
        self, text: str, *, dbname: str = "postgres", lock: int | None = None
    ) -> str:
        """Run statements as the superuser and return the rows, as lines with | between."""
        options = ("-XqAt", "-v", "ON_ERROR_STOP=1")
        done = self.client("psql", *options, dbname=dbname, text=text, lock=lock)
        if done.returncode != 0:
            raise self._failure("PostgreSQL refused", done.stderr)
        return done.stdout

    # ---- Start it

    def start(self, lock: int, patience: Patience) -> None:
        """Return when the server is ready, however long it recovers."""
        if self.is_ready() and self._has_database():
            return
        self._refuse_other_major()
        self._remove_leftovers()
        programs = place.server_programs(self.home, self._account, self.version)
        if not self.data.exists():
            patience.tell(
                f"Creating the database in {self.root} (PostgreSQL {self.version})"
            )
            self._initialise(programs, lock)
        settings.write(self.home, self._account)
        self._bring_up(programs, patience)

    def _refuse_other_major(self) -> None:
        found = sorted(
            path.name.removeprefix("data-") for path in self.home.glob("data-*")
        )
        if self.data.exists():
            found = [(self.data / "PG_VERSION").read_text().strip()]
        if found and str(place.MAJOR) not in found:
            raise EmbeddedPostgresError(
                f"The archive in {self.root} was made by PostgreSQL {found[-1]}, and this"
                f" program brings {place.MAJOR}: back it up with the version of this program"
                " that made it (manage.py db backup), then restore it into an empty folder."
            )

    def _remove_leftovers(self) -> None:
        """Remove what killed starts left; their owners are dead, for we hold the lock."""
        for pattern in ("init-*", "copy-*"):
            for folder in self.home.glob(pattern):
                shutil.rmtree(folder, ignore_errors=True)

    def _initialise(self, programs: Path, lock: int) -> None:
        """Make the cluster under another name, so that a data folder is always complete."""
        unfinished = self.home / f"init-{os.getpid()}"
        try:
            place.make_private(unfinished, self._account)
            # initdb holds the lock as well: if we are killed, the next one waits for its end.
            made = process.run_program(
                [programs / "initdb", "-D", unfinished, *settings.INITDB_OPTIONS],
                account=self._account,
                pass_fds=[lock],
            )
            if made.returncode != 0:
                raise self._failure("initdb failed", made.stdout + made.stderr)
            unfinished.rename(self.data)  # initdb has synced what is inside
            settings.sync(self.home)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _bring_up(self, programs: Path, patience: Patience) -> None:
        ours: Popen[bytes] | None = None
        while not (self.is_ready() and self._has_database()):
            if ours and ours.poll() is not None:
                self._check_failure()
                ours = None
            if ours is None:
                if self.pid and self._has_lost_socket():
                    self.stop()
                if not self.pid:
                    ours = self._launch(programs)
            patience.pause(
                "Waiting for PostgreSQL, which may be recovering after a crash"
            )
        if ours:
            process.adopt(ours)

    def _launch(self, programs: Path) -> Popen[bytes]:
        self._clear_the_dead()
        folder = place.socket_folder(self.home, self._account)
        place.make_private(folder, self._account)
        # The value is a list, in which commas and double quotes are special.
        quoted = '"{}"'.format(str(folder).replace('"', '""'))
        arguments = [
            *(str(programs / "postgres"), "-D", str(self.data)),
            *("-c", f"config_file={self.home / 'postgresql.conf'}"),
            *("-c", f"hba_file={self.home / 'pg_hba.conf'}"),
            *("-c", f"ident_file={self.home / 'pg_ident.conf'}"),
            *("-c", f"unix_socket_directories={quoted}"),
        ]
        with os.fdopen(self.open_file("server.log", os.O_TRUNC), "wb") as log:
            return process.launch(arguments, account=self._account, log=log)

    def _clear_the_dead(self) -> None:
        """Remove what a dead server left.

        PostgreSQL would take a zombie, or whoever has its pid now, for the living server.
        """
        process.end_orphans(self.data)
        params = self.connection_params()
        socket = Path(params["host"]) / f".s.PGSQL.{params['port']}"
        for path in (self.data / "postmaster.pid", socket, Path(f"{socket}.lock")):
            path.unlink(missing_ok=True)

    def _has_lost_socket(self) -> bool:
        """Say whether someone deleted the socket of a living server: nobody can reach it."""
        written = process.read_pid_file(self.data)
        if not (written and written.socket_folder and written.port):
            return False
        return not (Path(written.socket_folder) / f".s.PGSQL.{written.port}").exists()

    def _has_database(self) -> bool:
        """Make role and database if need be; False if the server went away meanwhile."""
        options = ("-X", "-q", "-v", "ON_ERROR_STOP=1")
        made = self.client("psql", *options, text=settings.DATABASE_SQL)
        if made.returncode not in {0, PSQL_LOST_CONNECTION}:
            raise self._failure("Creating the database failed", made.stderr)
        return made.returncode == 0

    def _check_failure(self) -> None:
        """Raise the reason why a server ended at its start, unless another try can help."""
        said = (self.home / "server.log").read_text(errors="replace")
        logs = sorted(
            self.data.glob("log/*.log"), key=lambda path: path.stat().st_mtime
        )
        if "FATAL" not in said and logs:
            said = logs[-1].read_text(errors="replace")[-8000:]
        # Old processes still hold its memory, or another start was quicker.
        if not ("is still in use" in said or "already exists" in said):
            raise self._failure("PostgreSQL does not start", said)

    def _failure(self, what: str, output: str) -> EmbeddedPostgresError:
        # On a full disk the log may be too short to say so.
        if (
            "No space left" in output
            or shutil.disk_usage(self.home).free < ONE_WAL_FILE
        ):
            return EmbeddedPostgresError(place.no_space(self.root))
        return EmbeddedPostgresError(f"{what} in {self.root}: {complaint(output)}")

    # ---- Stop it

    def stop(self) -> None:
        """Return when the server has ended; connections are closed, transactions undone."""
        folder = Path(self.connection_params()["host"])
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        began = time.monotonic()
        while self.pid == pid:
            time.sleep(0.02)
            if time.monotonic() - began > SECONDS_FOR_FAST_STOP:
                # As safe as a crash, from which the next start recovers.
                os.kill(pid, signal.SIGQUIT)
                began = time.monotonic()
        if folder.parent != self.home:
            with suppress(OSError):
                folder.rmdir()
