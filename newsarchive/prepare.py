"""What must be ready before the archive is served: tables, articles, index, static files.

Every step is skipped when it is done, and may be killed anywhere: the next run does it again.
"""

import fcntl
import hashlib
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg2
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from articles import pictures
from articles.demo import FOLDER
from articles.models import Publication
from articles.search import index
from newsarchive.preflight import Say, StartError, check_server, first_line

FIXTURE_MEDIA = settings.BASE_DIR / "fixtures" / "media"
FIXTURES = ("xinmin-2020-06-08", "demo")
# Of the PostgreSQL advisory lock: two who prepare one database take turns.
LOCK = 0x6E657773
SECONDS_BEFORE_SAYING_SO = 2
EDITOR = "editor"
# Without those that look alike.
PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105
PASSWORD_LENGTH = 16


def check_database() -> None:
    """Refuse a server that cannot be reached or used."""
    params = connection.get_connection_params()
    try:
        connected = psycopg2.connect(**params)
    except psycopg2.Error as error:
        said = first_line(error, params.get("password", ""))
        raise StartError(
            f"cannot connect to the database of DATABASE_URL: {said}"
        ) from None
    try:
        check_server(
            connected.server_version, connected.get_parameter_status("server_encoding")
        )
    finally:
        connected.close()


def prepare_database(say: Say) -> None:
    """Bring tables, articles and index up to date."""
    with _lock(say):
        _migrate(say)
        if not Publication.objects.exists():
            _load_fixtures(say)
        _make_pictures()
        _update_index(say)


@contextmanager
def _lock(say: Say) -> Iterator[None]:
    began = time.monotonic()
    # Asked again and again, for Ctrl-C does not interrupt a query that waits.
    while not _query("SELECT pg_try_advisory_lock(%s)"):
        if time.monotonic() - began > SECONDS_BEFORE_SAYING_SO:
            say("Waiting for another process that prepares this database …")
            began = float("inf")
        time.sleep(0.2)
    yield
    # After an error the connection is closed, and the lock with it.
    _query("SELECT pg_advisory_unlock(%s)")


def _query(query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, [LOCK])
        (answer,) = cursor.fetchone() or (False,)
    return bool(answer)


def _migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    # Permissions are written after the last migration: a kill in between leaves none.
    if plan or Permission.objects.count() < _permissions():
        say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)


def _permissions() -> int:
    return sum(
        len(model._meta.default_permissions) + len(model._meta.permissions)
        for model in apps.get_models()
    )


def _load_fixtures(say: Say) -> None:
    say("Loading the articles …")
    _copy_media()
    # One transaction for all, so that a publication is there only if everything is.
    call_command("loaddata", *FIXTURES, verbosity=0)


def _copy_media() -> None:
    """Copy the fixtures' pictures to where uploads are; one cut short by a kill again."""
    for source in FIXTURE_MEDIA.rglob("*.*"):
        target = Path(settings.MEDIA_ROOT) / source.relative_to(FIXTURE_MEDIA)
        if not target.exists() or target.stat().st_size != source.stat().st_size:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _make_pictures() -> None:
    """Make what a kill left unmade between the articles and the sizes of their pictures."""
    for _row, _trouble in pictures.make(below=f"{FOLDER}/"):
        pass


def _update_index(say: Say) -> None:
    if stale := len(index.stale_ids()):
        say(f"Indexing {stale} articles …")
        for _done, _total in index.rebuild_stale():
            pass


def create_editor(say: Say, address: str) -> None:
    """Create the editor's account if there is none at all, and say its password, once."""
    with _lock(say), transaction.atomic():
        users = get_user_model()._default_manager
        if users.exists():
            return
        password = "".join(
            secrets.choice(PASSWORD_CHARACTERS) for _ in range(PASSWORD_LENGTH)
        )
        get_user_model().objects.create_superuser(EDITOR, password=password)
        # Said before it is committed: killed in between, the next run makes a new one. The
        # other way round an account would stay whose password nobody knows.
        say(f"Editor's login at {address}admin/ (shown only this once):")
        say(f"  user {EDITOR}, password {password}")


# ---- Static files


def collect_static(say: Say) -> None:
    """Collect static files if their sources changed since."""
    stamp = settings.VAR_DIR / "static.stamp"
    wanted = _static_sources()
    with (settings.VAR_DIR / "static.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _read(stamp) == wanted and Path(settings.STATIC_ROOT).is_dir():
            return
        say("Collecting static files …")
        stamp.unlink(missing_ok=True)
        # Cleared, for a file that a kill cut short looks newer than its source.
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(wanted, encoding="ascii")


def _static_sources() -> str:
    """Return what changes with any source of static files, by name, size and time."""
    digest = hashlib.sha256(f"{django.VERSION} {settings.STORAGES}".encode())
    for finder in get_finders():
        for path, storage in finder.list(ignore_patterns=[]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
