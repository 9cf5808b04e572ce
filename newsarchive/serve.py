"""`make run`: make everything ready, then run gunicorn and watch it and the database.

Whatever is killed is started again, here or by the next run. Ctrl-C ends all of it.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from newsarchive import preflight
from newsarchive.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from newsarchive.preflight import Parent, StartError
from newsarchive.web import Web

SECONDS_WITHOUT_DATABASE = 3
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Serve until told to stop; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show Chinese must not end us over the name of a folder.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parent = Parent()
    _listen_to_signals()
    try:
        serve(parent)
    except KeyboardInterrupt:
        say("The archive has stopped.")
    except StartError as trouble:
        return _fail(str(trouble), trouble.exit_code)
    except EmbeddedPostgresError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(preflight.explain(error, Path.cwd()))
    return 0


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201


def _fail(line: str, exit_code: int = 1) -> int:
    print(f"newsarchive: {line.rstrip('.')}", file=sys.stderr, flush=True)  # noqa: T201
    return exit_code


def _listen_to_signals() -> None:
    """Let the first signal end us as Ctrl-C does; a second one must not disturb the end."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            raise KeyboardInterrupt

    for number in SIGNALS:
        # nohup means it; but a shell also ignores SIGINT for whatever runs behind a script.
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


# ---- From the first check to the last moment


def serve(parent: Parent) -> None:
    """Prepare the archive and serve it until a signal comes or the parent goes."""
    with ExitStack() as stack:
        listener = stack.enter_context(preflight.listen(*preflight.listen_address()))
        database = _configure()
        if database:
            stack.enter_context(database.session(say))
        with _clear_django_errors():
            _prepare(embedded=bool(database))
        web = Web(listener, say)
        stack.callback(web.stop)
        web.start()
        _announce(web, listener)
        _watch(parent, web, database)


def _configure() -> EmbeddedPostgres | None:
    """Read the settings; return the embedded server if it is the one to use."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "newsarchive.settings"
    os.environ["NEWSARCHIVE_ENV"] = "local"
    # This process holds the embedded server; neither Django here nor the workers need to.
    os.environ["NEWSARCHIVE_SUPERVISED"] = "1"
    from django.core.exceptions import ImproperlyConfigured

    try:
        from newsarchive import settings
    except ImproperlyConfigured as error:
        raise StartError(str(error)) from None
    preflight.check_folder(settings.VAR_DIR)
    if os.environ.get("DATABASE_URL"):
        return None
    return EmbeddedPostgres(settings.EMBEDDED_POSTGRES_ROOT)


@contextmanager
def _clear_django_errors() -> Iterator[None]:
    """Turn what Django says of a database or a fixture into one line."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import Error

    try:
        yield
    except Error as error:
        line = preflight.first_line(error)
        if getattr(error.__cause__, "pgcode", None) == "53100":  # disk_full
            raise StartError(f"no space left on the database's disk: {line}") from None
        raise StartError(f"the database refuses: {line}") from None
    except (CommandError, ImproperlyConfigured) as error:
        raise StartError(preflight.first_line(error)) from None


def _prepare(*, embedded: bool) -> None:
    import django

    django.setup()
    from django.db import connections

    from newsarchive import prepare

    if not embedded:
        prepare.check_database()
    prepare.prepare_database(say)
    prepare.collect_static(say)
    connections.close_all()


def _announce(web: Web, listener: socket.socket) -> None:
    from django.conf import settings
    from django.db import connections

    from newsarchive import prepare

    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    status = web.first_answer((names or ["localhost"])[0])
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    say(f"The archive is at {address}")
    if status >= 500:
        _fail(f"its first page answers with an error ({status}); the log is above")
    with _clear_django_errors():
        prepare.create_editor(say, address)
    connections.close_all()
    say("Ctrl-C stops the archive.")


# ---- While it runs


def _watch(parent: Parent, web: Web, database: EmbeddedPostgres | None) -> None:
    watch = DatabaseWatch(database) if database else None
    while not parent.wants_us_no_more():
        time.sleep(1)
        web.watch()
        if watch:
            watch.look()
    raise KeyboardInterrupt


class DatabaseWatch:
    """Starts the embedded server again when it has been killed, or when its disk was full."""

    def __init__(self, database: EmbeddedPostgres) -> None:
        self._database = database
        self._seen = time.monotonic()
        self._said = ""

    def look(self) -> None:
        """Ask whether it is ready; start it if it has not been for a while.

        A while, because it restarts by itself when only one of its processes was killed.
        """
        try:
            if self._database.is_ready():
                self._seen, self._said = time.monotonic(), ""
            elif time.monotonic() - self._seen > SECONDS_WITHOUT_DATABASE:
                if not self._said:
                    say("PostgreSQL does not answer: starting it again.")
                self._database.start(say)
        except EmbeddedPostgresError as error:
            # Such as a full disk, which somebody may clear: say it once, and go on trying.
            self._seen = time.monotonic()
            if str(error) != self._said:
                self._said = str(error)
                _fail(self._said)


if __name__ == "__main__":
    sys.exit(main())
