"""Two at once, without luck: what another does commits only when somebody waits for it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

_WAITED_FOR = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@contextmanager
def meanwhile(change):
    """Run ``change`` in a transaction of another connection, open until the block waits for it.

    For tests with ``transaction=True``.
    """
    is_changed = threading.Event()

    def work():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                change()
                is_changed.set()
                for _look in range(1000):
                    cursor.execute(_WAITED_FOR)
                    if cursor.fetchone()[0]:
                        return
                    cursor.execute("SELECT pg_sleep(0.01)")
            raise AssertionError("nobody waited for the other")
        finally:
            is_changed.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(work)
        is_changed.wait()
        yield
        other.result()
