"""What all tests share: static files as served, and a new cluster of the embedded PostgreSQL."""

import fcntl

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import sync_playwright
from psycopg2.errors import DeadlockDetected

from tests.browser import ARGUMENTS, CHROMIUM
from tests.embedded import open_workshop, wait_until


def pytest_configure(config):
    """Refuse a second run in this folder: both would use one database, and spoil each other."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    lock = (settings.VAR_DIR / "tests.lock").open("a")
    config.add_cleanup(lock.close)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise pytest.UsageError(
            "other tests are running in this folder, with the same database: wait for their end"
        ) from None


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Collect static files, so that pages name them as they are served."""
    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def no_kept_pages():
    """Forget what was kept for other tests: a rolled back archive looks like one never changed."""
    for kept in caches.all(initialized_only=True):
        kept.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Have the processes of background jobs use the database and the files of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        name = connection.settings_dict["NAME"]
        patch.setenv("NEWSARCHIVE_TEST_DATABASE", str(name))
        patch.setenv("NEWSARCHIVE_TEST_FILES", str(settings.MEDIA_ROOT.parent))
        yield


@pytest.fixture(scope="session")
def template():
    """Give the folder of a stopped cluster, to copy."""
    with open_workshop() as workshop:
        server = workshop.server()
        server.start()
        server.stop()
        yield server.root


@pytest.fixture(scope="session")
def chromium():
    """Give a browser; tests open contexts of their own in it."""
    # Playwright runs an event loop in this thread, in which Django refuses its ORM by default.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def plain_static_files(request, settings):
    """Name static files as Django's test server finds them, which knows no hashes."""
    if request.node.get_closest_marker("browser"):
        storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


@pytest.fixture(autouse=True)
def requests_end_first(request):
    """Let what a closed browser had asked for end before the tables are emptied under it."""
    if not request.node.get_closest_marker("browser"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    wait_until(_others_are_idle, seconds=30)


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_again():
    """Empty the tables once more where a request was in the way that a page sent as it was left."""
    empty = TransactionTestCase._fixture_teardown

    def emptied(self):
        for _attempt in range(3):
            try:
                return empty(self)
            except CommandError as error:
                # Of the two that wait for one another PostgreSQL ends either.
                if not isinstance(
                    getattr(error.__cause__, "__cause__", None), DeadlockDetected
                ):
                    raise
        return empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


def _others_are_idle():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid() AND state <> 'idle')"
        )
        return cursor.fetchone()[0]
