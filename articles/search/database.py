"""How a search asks PostgreSQL: within a time, and never by a plan that was guessed."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg2 import errorcodes

# The planner cannot know how many rows a tsquery matches. Every search has an index, so a
# sequential scan is never right; compiling a plan takes longer than the plan; and a bitmap
# of a common word must not become lossy, since then each row's words are read again.
_PLANNING = (
    "SET LOCAL enable_seqscan = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; "
)


class SearchTimeoutError(Exception):
    """The search took longer than it may. ``partial`` is what was found until then."""

    def __init__(self, partial: Sequence[object] = ()) -> None:
        super().__init__("the search took too long")
        self.partial = partial


class _Search(threading.local):
    """When the time of this thread's search is up, and what its next statement has to set."""

    deadline = 0.0
    setting = ""


_search = _Search()


@contextmanager
def searching(milliseconds: int) -> Iterator[None]:
    """Run a block of ``rows`` in one transaction, all of them within this time.

    Raise SearchTimeoutError also where the time is up at the very end of it.
    """
    _search.deadline = time.monotonic() + milliseconds / 1000
    _search.setting = _PLANNING
    with _timing_out(), transaction.atomic():
        yield
        if within_callers():
            # Within a caller's transaction, which would keep the limit that is left.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")


@contextmanager
def _timing_out() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == errorcodes.QUERY_CANCELED:
            raise SearchTimeoutError from error
        raise


def within_callers() -> bool:
    """Say whether a search runs in a caller's transaction, and may see what is never committed."""
    return bool(connection.savepoint_ids)


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple]:
    """Return the rows of a query; raise SearchTimeoutError where the time is up."""
    left = int((_search.deadline - time.monotonic()) * 1000)
    if left <= 0:
        raise SearchTimeoutError
    # In one message, so that the settings cost no journey of their own.
    setting = f"{_search.setting}SET LOCAL statement_timeout = {left}; "
    with _timing_out(), connection.cursor() as cursor:
        cursor.execute(setting + sql, list(parameters))
        _search.setting = ""
        return list(cursor.fetchall())
