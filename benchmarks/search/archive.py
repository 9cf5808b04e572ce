"""Our archive of the benchmark's articles: a database that import_issues fills once and is kept."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from articles.search import bitmap_build
from benchmarks.search.corpus import KEPT, ROOT

WORKERS = "1"


def open_archive(name: str, source: Path) -> dict[str, float]:
    """Connect to the database of this name, filled from a file of records where it is not.

    Return what was measured when it was filled: seconds, and sizes in bytes.
    """
    notes = KEPT / f"{name}.json"
    if not (notes.exists() and _exists(name)):
        _create(name)
        begun = time.perf_counter()
        _import(name, source)
        imported = time.perf_counter() - begun
        _tidy()
        measured = {
            "import": imported,
            "tidy": time.perf_counter() - begun - imported,
            "bitmaps": _bitmaps(),
            "source": float(source.stat().st_size),
            **_sizes(),
        }
        notes.write_text(json.dumps(measured), encoding="utf-8")
    _connect(name)
    return dict(json.loads(notes.read_text(encoding="utf-8")))


def has(extension: str) -> bool:
    """Say whether the server could be given an extension."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_available_extensions WHERE name = %s", [extension]
        )
        return cursor.fetchone() is not None


def _connect(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _create(name: str) -> None:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    _connect(name)
    call_command("migrate", verbosity=0)


def _import(name: str, source: Path) -> None:
    code = (
        "import django, sys; django.setup();"
        "from django.core.management import call_command;"
        "from django.db import connection;"
        "connection.settings_dict['NAME'] = sys.argv[1];"
        "call_command('import_issues', *sys.argv[2:])"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code, name, source, "--workers", WORKERS,
         "--report", f"{source}.aside"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"the import into {name} failed")


def _tidy() -> None:
    """Do what docs/decisions/0009 advises after a large import."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("REINDEX INDEX search_document_terms")
        cursor.execute("VACUUM ANALYZE")


def _bitmaps() -> float:
    """Return the seconds that making the bitmaps anew takes, which the import did as well."""
    begun = time.perf_counter()
    bitmap_build.build()
    return time.perf_counter() - begun


def _sizes() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size('search_document_terms'),"
            " pg_relation_size('articles_searchdocument'),"
            " pg_total_relation_size('articles_searchdocument'),"
            " pg_total_relation_size('articles_bitmap'),"
            " pg_database_size(current_database())"
        )
        sizes = map(float, cursor.fetchone())
    return dict(
        zip(("terms", "heap", "documents", "maps", "database"), sizes, strict=True)
    )
