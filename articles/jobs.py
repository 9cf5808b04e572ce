"""Work that takes longer than a request, each in a process of its own, told of by ``Job``.

There is no queue to run: a job is a row, and a process that the web server starts once the
row is committed. Its progress, and the wish to stop it, go through the row, so that any
server process can show them.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from articles.models import Job

Work = Callable[..., dict[str, Any] | None]
# Of each kind, the function that does it: ``work(progress, **params)`` returns its report.
KINDS: dict[str, str] = {
    "find_words": "articles.candidates.find",
    "reindex_words": "articles.vocabulary.reindex",
}
SECONDS_BETWEEN_NOTES = 0.5

logger = logging.getLogger("newsarchive")


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Somebody asked the job to stop."""


class JobError(Exception):
    """A trouble that its user can mend, in one line."""


class Progress:
    """How far a job is. Its row is brought up to date beside the work, whatever it is at.

    The work may be one transaction: what it writes is seen only at its end, and its row is
    therefore written by a thread, over a connection of its own.
    """

    def __init__(self, pk: int) -> None:
        self.done = 0
        self.total = 0
        self.message = ""
        self.started_by_id: int | None = None
        self._pk = pk
        self._stop_asked = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._note, daemon=True)

    def tick(self, number: int = 1) -> None:
        """Count so many more as done. Raise Stopped where somebody asked for it."""
        self.done += number
        if self._stop_asked:
            raise Stopped

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def values(self) -> dict[str, Any]:
        """Return the columns of the row that say how far it is."""
        return {"done": self.done, "total": self.total, "message": self.message}

    def _note(self) -> None:
        row = Job.objects.filter(pk=self._pk)
        try:
            while not self._over.wait(SECONDS_BETWEEN_NOTES):
                row.update(heard_at=timezone.now(), **self.values())
                self._stop_asked = row.filter(stop_asked=True).exists()
        finally:
            connection.close()


def start(kind: str, user: Any = None, **params: Any) -> Job:
    """Store a job and start its process when the transaction commits. Params become JSON."""
    if kind not in KINDS:
        raise ValueError(f"no kind of job: {kind}")
    job = Job.objects.create(kind=kind, started_by=user, params=params)
    transaction.on_commit(lambda: _spawn(job.pk))
    return job


def again(job: Job) -> Job:
    """Start the same work anew, for a job that is over."""
    return start(job.kind, job.started_by, **job.params)


def ask_to_stop(job: Job) -> None:
    """Have a job stop at its next tick."""
    Job.objects.filter(pk=job.pk, ended_at=None).update(stop_asked=True)


def run(pk: int) -> None:
    """Do a waiting job to its end, in this process. What goes wrong is in its row."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=pk, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=now, heard_at=now
    )
    if not claimed:
        return
    job = Job.objects.get(pk=pk)
    work: Work = import_string(KINDS[job.kind])
    progress = Progress(pk)
    progress.started_by_id = job.started_by_id
    ended: dict[str, Any] = {"state": Job.State.DONE}
    try:
        with progress:
            ended["report"] = work(progress, **job.params) or {}
    except Stopped:
        ended = {"state": Job.State.STOPPED}
        progress.message = _("已按要求停止。")
    except JobError as error:
        ended = {"state": Job.State.FAILED}
        progress.message = str(error)
    except Exception as error:
        logger.exception("Job %s (%s) failed", pk, job.kind)
        ended = {"state": Job.State.FAILED}
        progress.message = f"{type(error).__name__}: {error}"
    Job.objects.filter(pk=pk).update(
        ended_at=timezone.now(), **progress.values(), **ended
    )


def _spawn(pk: int) -> None:
    """Start a process for the job that outlives the server process which was asked."""
    environment = {**os.environ, "NEWSARCHIVE_ENV": settings.ENVIRONMENT}
    subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, settings.BASE_DIR / "manage.py", "run_job", str(pk)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
