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
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.history import acting
from articles.models import Job

Work = Callable[..., dict[str, Any] | None]
# Of each kind, the function that does it: ``work(progress, **params)`` returns its report,
# whose keys and values are read by its user, in the language of who started it, unless
# templates/admin/articles/job/reports/ has a page of the kind's name.
KINDS: dict[str, str] = {
    "duplicates": "articles.ingest.duplicates.work",
    "undo": "articles.history.undoing.work",
    "import": "articles.ingest.import_jobs.run",
    "import_check": "articles.ingest.import_jobs.check",
    "find_words": "articles.candidates.find",
    "reindex_words": "articles.vocabulary.reindex",
    "merge_tags": "articles.tag_work.merge_as_job",
    "rename_tag": "articles.tag_work.rename_as_job",
    "retag": "articles.tag_work.retag_as_job",
    "delete_tags": "articles.tag_work.delete_as_job",
}
# What each kind is called.
TITLES: dict[str, Any] = {
    "duplicates": gettext_lazy("查找近似文章"),
    "undo": gettext_lazy("撤销修改"),
    "import": gettext_lazy("导入文章"),
    "import_check": gettext_lazy("导入之前的检查"),
    "find_words": gettext_lazy("查找新词"),
    "reindex_words": gettext_lazy("为词库重新索引"),
    "merge_tags": gettext_lazy("合并标签"),
    "rename_tag": gettext_lazy("标签改名"),
    "retag": gettext_lazy("给文章加、去标签"),
    "delete_tags": gettext_lazy("删除标签"),
}
# The right to start each kind, and to see those that others started.
RIGHTS: dict[str, str] = {
    "duplicates": "articles.change_nearduplicate",
    "undo": "articles.undo_change",
    "import": "articles.import_article",
    "import_check": "articles.import_article",
    "find_words": "articles.change_wordcandidate",
    "reindex_words": "articles.change_lexiconword",
    "merge_tags": "taggit.change_tag",
    "rename_tag": "taggit.change_tag",
    "retag": "articles.change_article",
    "delete_tags": "taggit.delete_tag",
}
# Kinds that use up what they were given, so that they are not run again once they are done.
ONCE = {"import"}
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

    def __init__(self, job: Job) -> None:
        self.done = 0
        self.total = 0
        self.message = ""
        # Its row as it began: ``job.started_by`` is whose work it is.
        self.job = job
        # What a job that is stopped, or fails, can say of what it did by then.
        self.report: dict[str, Any] = {}
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
        said = storable(self.message)
        return {"done": self.done, "total": self.total, "message": said}

    def _note(self) -> None:
        try:
            while not self._over.wait(SECONDS_BETWEEN_NOTES):
                try:
                    self._write()
                except (OperationalError, InterfaceError):
                    # The database starts again, perhaps; the work itself will know.
                    connection.close()
        finally:
            connection.close()

    def _write(self) -> None:
        row = Job.objects.filter(pk=self.job.pk)
        row.filter(ended_at=None).update(heard_at=timezone.now(), **self.values())
        # Also where it was silent for so long that somebody gave it up.
        asked = Q(stop_asked=True) | Q(ended_at__isnull=False)
        self._stop_asked = row.filter(asked).exists()


def title(kind: str) -> str:
    """Return what a kind of job is called."""
    return str(TITLES.get(kind, kind))


def may_start(user: Any, kind: str) -> bool:
    """Return whether the user may start jobs of the kind."""
    return kind in RIGHTS and bool(user.has_perm(RIGHTS[kind]))


def may_repeat(user: Any, job: Job) -> bool:
    """Return whether the user may run the same again, now that it is over."""
    return may_start(user, job.kind) and job.is_over and not _is_used_up(job)


def _is_used_up(job: Job) -> bool:
    return job.kind in ONCE and job.state == Job.State.DONE


def visible(user: Any, jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return those of the jobs that the user may see and stop.

    They are their own, and with the desk's right all of the kinds that they may start.
    """
    own = Q(started_by=user.pk)
    if not workflow.sees_all(user):
        return jobs.filter(own)
    kinds = [kind for kind in RIGHTS if may_start(user, kind)]
    return jobs.filter(own | Q(kind__in=kinds))


def start(kind: str, user: Any = None, **params: Any) -> Job:
    """Store a job and start its process when the transaction commits. Params become JSON."""
    if kind not in KINDS:
        raise ValueError(f"no kind of job: {kind}")
    job = Job.objects.create(
        kind=kind,
        started_by=user,
        params=params,
        language=translation.get_language() or "",
    )
    transaction.on_commit(lambda: _spawn(job.pk))
    return job


def start_once(kind: str, user: Any) -> Job:
    """Return the job of the kind that goes on, or start one."""
    going_on = Job.objects.filter(kind=kind, ended_at=None).order_by("-pk")
    job = next((job for job in going_on[:1] if not job.is_over), None)
    return job or start(kind, user)


def again(job: Job, user: Any) -> Job:
    """Start the same work anew, as this user's, for a job that is over.

    Raise JobError where it is not, or has used up what it was given.
    """
    if not job.is_over:
        raise JobError(_("任务还没有结束。"))
    if _is_used_up(job):
        raise JobError(_("这个任务已经完成，不能再来一次。"))
    # A process that was given up must not begin, or go on, when it is heard again.
    Job.objects.filter(pk=job.pk, ended_at=None).update(
        state=Job.State.FAILED, ended_at=timezone.now(), message=_("进程已中断。")
    )
    return start(job.kind, user, **job.params)


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
    job = Job.objects.select_related("started_by").get(pk=pk)
    progress = Progress(job)
    with translation.override(job.language or settings.LANGUAGE_CODE):
        ended = _done(job, progress)
    if not connection.in_atomic_block:
        # After a failure of the database the connection may be none.
        connection.close_if_unusable_or_obsolete()
    Job.objects.filter(pk=pk, ended_at=None).update(
        ended_at=timezone.now(), **progress.values(), **ended
    )


def storable(text: str) -> str:
    """Return a text that PostgreSQL can keep, of names that are no UTF-8 or have NUL in them."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _done(job: Job, progress: Progress) -> dict[str, Any]:
    """Do the work; return the columns of its row that say how it ended."""
    try:
        if job.stop_asked:
            raise Stopped
        work: Work = import_string(KINDS[job.kind])
        with progress, acting(job.started_by):
            report = work(progress, **job.params) or {}
    except Stopped:
        progress.message = _("已按要求停止。")
        return {"state": Job.State.STOPPED, "report": progress.report}
    except JobError as error:
        progress.message = str(error)
    except Exception as error:
        logger.exception("Job %s (%s) failed", job.pk, job.kind)
        progress.message = f"{type(error).__name__}: {error}"
    else:
        return {"state": Job.State.DONE, "report": report}
    return {"state": Job.State.FAILED, "report": progress.report}


def _spawn(pk: int) -> None:
    """Start a process for the job that outlives the server process which was asked.

    It gets the server's environment, so no secret is on its command line; but it holds the
    embedded database itself, which is to stay until its end.
    """
    environment = {
        **os.environ,
        "NEWSARCHIVE_ENV": settings.ENVIRONMENT,
        "NEWSARCHIVE_VAR": str(settings.VAR_DIR),
    }
    environment.pop("NEWSARCHIVE_SUPERVISED", None)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, settings.BASE_DIR / "manage.py", "run_job", str(pk)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        logger.error("Job %s cannot be started: %s", pk, error)
        Job.objects.filter(pk=pk).update(
            state=Job.State.FAILED,
            ended_at=timezone.now(),
            message=_("进程无法启动：%(error)s") % {"error": error},
        )
        return
    # Nobody else would take its exit status, and it would stay as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
