"""Articles a second from files to searchable, against COPY of the same finished rows.

The corpora of ../shared, repeated to N articles with other dates, are imported by import_issues
into an empty database. The limit: the rows that this gave, copied out and in again into
the same tables without their GIN indexes, which are then built. Both run on one server, in
one run: DATABASE_URL's, or the embedded one.

    make bench-ingest N=200000
"""

import argparse
import datetime
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("NEWSARCHIVE_ENV", "local")
os.environ["DJANGO_SETTINGS_MODULE"] = "newsarchive.settings"

CORPORA = ROOT.parent / "shared" / "corpora"
DATABASE = "newsarchive_bench_ingest"
TABLES = (
    "articles_publication", "articles_issue", "articles_page", "articles_article",
    "articles_paragraph", "articles_photo", "taggit_tag", "articles_taggedarticle",
    "articles_searchdocument",
)  # fmt: skip
GIN = ("search_document_terms",)


def corpus(count: int) -> Iterator[dict[str, Any]]:
    """Yield so many records: the corpora again and again, each round three years earlier."""
    done = 0
    for round_ in range(1_000):
        for path in sorted(CORPORA.glob("*.jsonl.xz")):
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    if done == count:
                        return
                    record = json.loads(line)
                    date = datetime.date.fromisoformat(record["date"])
                    # More days than the corpora span, so that no two rounds share a day of a publication.
                    record["date"] = str(date - datetime.timedelta(days=1_100 * round_))
                    yield record
                    done += 1


def main() -> None:
    """Import, copy, and print both with their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=int(os.environ.get("N", "20000")))
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    if not CORPORA.is_dir():
        print(f"there are no corpora in {CORPORA}: nothing to measure")
        return
    with tempfile.TemporaryDirectory() as name, fresh_database():
        folder = Path(name)
        source = folder / "corpus.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for record in corpus(options.n):
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        size = source.stat().st_size / 2**20
        print(f"{options.n:,} articles, {size:,.0f} MiB, {options.workers} worker(s)")
        seconds, memory = imported(source, options.workers)
        limit = copied(folder)
        again, _memory = imported(source, options.workers, again=True)
        rate = options.n / seconds
        print(
            f"import        {rate:8,.0f} articles/s  {seconds:7.1f} s  {memory} MiB a process"
        )
        print(f"COPY and GIN  {options.n / limit:8,.0f} articles/s  {limit:7.1f} s")
        print(f"again, unchanged {options.n / again:5,.0f} articles/s  {again:7.1f} s")
        print(f"import / limit: {seconds / limit:.1f}× the time")


class fresh_database:  # noqa: N801 - used as a function
    """An empty database with the tables, on the server of the settings, removed at the end."""

    def __enter__(self) -> None:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            cursor.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
            )
        connection.close()
        connection.settings_dict["NAME"] = DATABASE
        call_command("migrate", verbosity=0)

    def __exit__(self, *error: object) -> None:
        from django.db import connection

        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")


RUN = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
call_command("import_issues", sys.argv[2], "--workers", sys.argv[3], "--report", sys.argv[4])
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print("PEAK", max(own, workers) // 1024)
"""


def imported(source: Path, workers: int, again: bool = False) -> tuple[float, int]:
    """Return the seconds of an import, and the peak memory of its largest process in MiB."""
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", RUN, DATABASE, source, str(workers), f"{source}.aside"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    expected = "0 new" if again else f"{sum(1 for _ in source.open('rb'))} new"
    if expected not in done.stdout:
        sys.exit(f"not what was expected ({expected}): {done.stdout}")
    peak = re.search(r"PEAK (\d+)", done.stdout)
    return seconds, int(peak[1]) if peak else 0


def copied(folder: Path) -> float:
    """Return the seconds that the same rows take by COPY and a GIN build."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(GIN)],
        )
        indexes = dict(cursor.fetchall())
        for table in TABLES:
            with (folder / table).open("w", encoding="utf-8") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)
        cursor.execute("CREATE SCHEMA limits")
        for table in TABLES:
            cursor.execute(
                f"CREATE TABLE limits.{table} (LIKE public.{table} INCLUDING ALL)"
            )
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'limits' AND indexdef LIKE '%USING gin%'"
        )
        for (index,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX limits.{index}")
        start = time.perf_counter()
        for table in TABLES:
            with (folder / table).open(encoding="utf-8") as file:
                cursor.copy_expert(f"COPY limits.{table} FROM STDIN", file)
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for definition in indexes.values():
            cursor.execute(definition.replace(" ON public.", " ON limits."))
        seconds = time.perf_counter() - start
        cursor.execute("DROP SCHEMA limits CASCADE")
    return seconds


if __name__ == "__main__":
    main()
