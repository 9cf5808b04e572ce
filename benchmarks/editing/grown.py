"""An archive of a million articles in minutes: imported ones, copied within the database.

Lists and forms take their time from the number of rows and from what an index can spare, not
from whether each text is another's copy; an import of a million would take an hour. What is
measured of the search itself (benchmarks/search) is imported in full.
"""

from typing import Any

from django.db import connection

IMPORTED = 20_000
# Tables in the order of their references, each with what a copy's columns are: a key of
# another table moves as far as that table's own.
TABLES: dict[str, dict[str, str]] = {
    "articles_issue": {},
    "articles_page": {"issue_id": "articles_issue"},
    "articles_article": {"page_id": "articles_page"},
    "articles_paragraph": {"article_id": "articles_article"},
    "articles_photo": {"article_id": "articles_article"},
    "articles_contribution": {"article_id": "articles_article"},
    "articles_taggedarticle": {"content_object_id": "articles_article"},
    "articles_searchdocument": {
        "article_id": "articles_article",
        "page_id": "articles_page",
    },
}
CHANGES = """
INSERT INTO articles_change (made_at, user_name, kind, note, content_type_id, name, count)
    SELECT now() - id * interval '1 minute', 'import',
           (ARRAY['edited', 'published', 'imported', 'bulk'])[id % 4 + 1], '',
           (SELECT id FROM django_content_type WHERE app_label = 'articles' AND model = 'article'),
           left(headline, 200), 1
    FROM articles_article
"""
# One record in ten lies in the bin.
CHANGED_RECORDS = """
INSERT INTO articles_changedrecord (change_id, content_type_id, object_id, name, fields, in_bin)
    SELECT id, content_type_id, id, name, '[]', id % 10 = 0 FROM articles_change
"""


def grow(times: int) -> None:
    """Copy all articles until there are so many times as many, each with its issue and parts."""
    with connection.cursor() as cursor:
        definitions = _drop_gin(cursor, "articles_searchdocument")
        spans = {table: _last_key(cursor, table) for table in TABLES}
        for number in range(1, times):
            for table in TABLES:
                cursor.execute(_copy(cursor, table, spans, number))
        for table in TABLES:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
                f" (SELECT max(id) FROM {table}))",
                [table],
            )
        cursor.execute("SET maintenance_work_mem = '2GB'")
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute(CHANGES)
        cursor.execute(CHANGED_RECORDS)
        cursor.execute("VACUUM ANALYZE")


def _drop_gin(cursor: Any, table: str) -> list[str]:
    """Drop the GIN indexes of a table, which are quicker made at once; return how."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = %s AND indexdef LIKE %s",
        [table, "% USING gin %"],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _last_key(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
    return int(cursor.fetchone()[0])


def _copy(cursor: Any, table: str, spans: dict[str, int], number: int) -> str:
    """Return the statement that copies the first rows of a table once more."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    moved = {"id": table, **TABLES[table]}
    copied = {name: f'"{name}"' for (name,) in cursor.fetchall()}
    copied |= {name: f"{name} + {spans[of] * number}" for name, of in moved.items()}
    if table == "articles_issue":
        copied["edition"] = f"edition || 'c{number}'"
    names = ", ".join(f'"{name}"' for name in copied)
    values = ", ".join(copied.values())
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}"
        f" WHERE id <= {spans[table]}"
    )
