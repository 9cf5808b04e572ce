"""Imports that a browser asks for: the work of two jobs, and the report that they leave.

``check`` does everything but write, ``run`` writes; both are the import of the command.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils.translation import gettext as _

from articles.ingest import duplicates, pipeline, uploads, whole
from articles.ingest.entries import Meter
from articles.ingest.formats import Origin, Rejected
from articles.ingest.picture_store import StoreError
from articles.ingest.pipeline import Options, Report
from articles.ingest.places import Place
from articles.ingest.prepare import Prepared
from articles.ingest.record import Record
from articles.ingest.store import Store, Terms
from articles.ingest.uploads import UploadError
from articles.jobs import JobError, Progress, storable
from articles.models import NearDuplicate

# Rows of each list that a report holds; numbers count all.
LISTED = 200
# Issues and files are counted one by one up to so many.
_COUNTED = 5_000
# Bodies of new articles that a check compares with the archive: a second for some hundred.
_COMPARED = 2_000
# Characters of them that are kept until then.
_KEPT = 20_000_000
_PERCENT = 100
# Bytes. Less is read here: processes take a second to start.
_LITTLE = 1_000_000
_HEADLINE = re.compile(r'"headline": ?"([^"\\]{1,120})"')


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form said: where the files are, and what they do not say themselves."""

    upload: str
    drafts: bool = True
    overwrite: bool = False
    publication: str = ""
    date: str = ""
    page: str = ""
    encoding: str = ""

    def inbox(self) -> Path:
        """Return the folder of the files. Raise JobError where they were removed."""
        try:
            return uploads.inbox(self.upload)
        except UploadError:
            raise JobError(_("上传的文件已经清除，请重新上传。")) from None

    def options(self, size: int) -> Options:
        """Return what the readers of so many bytes are told."""
        workers = pipeline.default_workers() if size > _LITTLE else 0
        return Options(workers, self.encoding, self.publication, self.date, self.page)


def check(progress: Progress, **params: Any) -> dict[str, Any]:
    """Say what an import would do, and do nothing."""
    return _import(progress, Asked(**params), dry_run=True)


def run(progress: Progress, **params: Any) -> dict[str, Any]:
    """Import; the files are removed once all of them are read."""
    asked = Asked(**params)
    report = _import(progress, asked, dry_run=False)
    uploads.forget(asked.upload)
    return report


def _import(progress: Progress, asked: Asked, *, dry_run: bool) -> dict[str, Any]:
    inbox = asked.inbox()
    terms = _terms(progress.job.started_by, asked, f"{inbox}/", dry_run=dry_run)
    tally = Tally(terms)
    progress.total = _PERCENT
    try:
        with _said(), whole.Aside(_aside_path(progress, asked)) as aside:
            meter = Meter([inbox])

            def reject(rejected: Rejected) -> None:
                aside.add(tally.reject(rejected))

            store = Store(terms, tally.note)
            options = asked.options(meter.total)
            for report in whole.run([inbox], store, options, reject, meter):
                tally.total = report
                tally.made = sorted(set(store.places.made))
                _tell(progress, meter, report)
        _compare(progress, tally)
    finally:
        # Also of an import that was stopped: what it wrote is whole.
        progress.report = tally.report()
    progress.message = ""
    return progress.report


def _terms(user: Any, asked: Asked, folder: str, *, dry_run: bool) -> Terms:
    """Return on which terms this user imports. Raise JobError where they may not."""
    if user is None or not user.has_perm("articles.import_article"):
        raise JobError(_("发起人没有导入的权限。"))
    return Terms(
        strict=not user.has_perm("articles.add_publication"),
        overwrite=asked.overwrite,
        dry_run=dry_run,
        drafts=asked.drafts or not user.has_perm("articles.publish_article"),
        user=user,
        folder=folder,
    )


def _aside_path(progress: Progress, asked: Asked) -> Path:
    return uploads.aside_path(asked.upload, progress.job.pk)


@contextmanager
def _said() -> Iterator[None]:
    """Say what stops an import in words of its user."""
    try:
        yield
    except whole.BusyError:
        raise JobError(_("另一次导入正在进行，请等它结束之后再来一次。")) from None
    except (OperationalError, InterfaceError) as error:
        said = _("数据库中断了导入：%(reason)s。已写入的是完整的，再来一次会接着做。")
        reason = " ".join(str(error).split()).rstrip(".")
        raise JobError(said % {"reason": reason}) from error
    except StoreError as error:
        said = _("图片存不下：%(reason)s。已写入的是完整的，再来一次会接着做。")
        raise JobError(said % {"reason": error}) from error
    except pipeline.WorkersError as error:
        raise JobError(_("工作进程无法启动：%(reason)s") % {"reason": error}) from error


def _tell(progress: Progress, meter: Meter, report: Report) -> None:
    done = int(_PERCENT * meter.done() / max(meter.total, 1))
    progress.message = _("已读 %(count)d 篇") % {"count": report.read}
    progress.tick(min(done, _PERCENT) - progress.done)


def _compare(progress: Progress, tally: "Tally") -> None:
    """Find what the archive has nearly the same of, once all else is done."""
    keys, bodies = tally.new_keys, tally.bodies
    total = len(keys) + len(bodies)
    for start in range(0, len(keys), duplicates.BATCH):
        _tell_compared(progress, start, total)
        duplicates.compare(keys[start : start + duplicates.BATCH])
    if keys:
        tally.take_pairs()
    for number, (row, body) in enumerate(bodies):
        _tell_compared(progress, number, total)
        for pk, agreement in duplicates.alike(body):
            tally.add_pair(row, pk, agreement)


def _tell_compared(progress: Progress, number: int, total: int) -> None:
    said = _("正在查找近似文章：%(number)d / %(total)d")
    progress.message = said % {"number": number, "total": total}
    progress.tick(0)


class Tally:
    """What became of each record, counted by file and by issue: the report of an import."""

    def __init__(self, terms: Terms) -> None:
        self.total = Report()
        self.made: list[str] = []
        self.new_keys: list[int] = []
        # Of a check: the articles that would be new, with their bodies.
        self.bodies: list[tuple[dict[str, Any], str]] = []
        self._terms = terms
        self._kept = 0
        self._files: dict[str, Counter[str]] = {}
        self._issues: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._pages: set[int] = set()
        self._aside: list[dict[str, Any]] = []
        self._doubtful: list[dict[str, Any]] = []
        self._pairs: list[dict[str, Any]] = []
        self._pair_count = 0

    def note(self, fate: str, prepared: Prepared, place: Place, pk: int | None) -> None:
        """Count a record that is new, changed or unchanged."""
        record = prepared.record
        self._in_file(prepared.origin.file)[fate] += 1
        issue = self._issue(prepared, place)
        if issue is not None:
            issue[fate] += 1
        if len(self._pages) < 20 * _COUNTED:
            self._pages.add(hash(record.place[:-1]))
        if fate == "unchanged":
            return
        row = {
            "headline": storable(record.headline),
            "place": _place(prepared),
            "pk": pk,
        }
        if record.doubts and record.status == "draft":
            self._in_file(prepared.origin.file)["doubtful"] += 1
            if len(self._doubtful) < LISTED:
                self._doubtful.append({**row, "doubts": len(record.doubts)})
        if fate == "new" and pk is not None:
            self.new_keys.append(pk)
        elif fate == "new":
            self._keep_body(row, record)

    def _keep_body(self, row: dict[str, Any], record: Record) -> None:
        texts = [part["text"] for part in record.body if part["kind"] != "photo"]
        self._kept += sum(map(len, texts))
        if len(self.bodies) < _COMPARED and self._kept < _KEPT:
            self.bodies.append((row, "\n".join(texts)))

    def reject(self, rejected: Rejected) -> Rejected:
        """Count what is set aside; return it as it may be shown, without our folder."""
        reason = rejected.reason.replace(self._terms.folder, "")
        origin = Origin(self._shown(rejected.origin.file), rejected.origin.line)
        self._in_file(rejected.origin.file)["aside"] += 1
        if len(self._aside) < LISTED:
            self._aside.append(
                {
                    "file": origin.file,
                    "line": origin.line,
                    "reason": storable(reason)[:500],
                    "raw": storable(_beginning(rejected.raw))[:120],
                }
            )
        return Rejected(origin, reason, rejected.raw)

    def add_pair(self, row: dict[str, Any], pk: int, agreement: float) -> None:
        """Count an article that would be new, and one that the archive has."""
        self._pair_count += 1
        if len(self._pairs) < LISTED:
            self._pairs.append({**row, "other": pk, "agreement": round(agreement, 2)})

    def take_pairs(self) -> None:
        """Take in the pairs that were found among the new articles."""
        new = (self.new_keys[0], self.new_keys[-1])
        among = Q(first__pk__range=new) | Q(second__pk__range=new)
        found = NearDuplicate.objects.filter(among, verdict=NearDuplicate.Verdict.OPEN)
        self._pair_count = found.count()
        self._pairs = [
            {
                "headline": pair.second.headline,
                "other_headline": pair.first.headline,
                "pair": pair.pk,
                "agreement": round(pair.agreement, 2),
            }
            for pair in found.select_related("first", "second").order_by("pk")[:LISTED]
        ]

    def report(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        outcome = self.total.outcome
        return {
            "dry_run": self._terms.dry_run,
            "read": self.total.read,
            "new": outcome.new,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
            "to_review": outcome.to_review,
            "pictures": outcome.pictures,
            "failed_pictures": self.total.failed_pictures,
            "aside_count": sum(counts["aside"] for counts in self._files.values()),
            "issue_count": len(self._issues),
            "page_count": len(self._pages),
            "made": [storable(name) for name in self.made[:LISTED]],
            "issues": list(self._issues.values())[:LISTED],
            "files": [
                {"name": self._shown(name), **counts}
                for name, counts in list(self._files.items())[:LISTED]
            ],
            "file_count": len(self._files),
            "aside": self._aside,
            "doubtful": self._doubtful,
            "pairs": self._pairs,
            "pair_count": self._pair_count,
        }

    def _in_file(self, file: str) -> Counter[str]:
        # The rest of very many files is counted together.
        if file not in self._files and len(self._files) >= _COUNTED:
            file = "…"
        return self._files.setdefault(file, Counter())

    def _issue(self, prepared: Prepared, place: Place) -> dict[str, Any] | None:
        key = prepared.record.place[:3]
        if key not in self._issues and len(self._issues) >= _COUNTED:
            return None
        return self._issues.setdefault(
            key,
            {
                "name": " ".join(filter(None, map(storable, key))),
                "pk": place.issue,
                "new": 0,
                "changed": 0,
                "unchanged": 0,
            },
        )

    def _shown(self, file: str) -> str:
        return storable(self._terms.shown(file))[:300]


def _place(prepared: Prepared) -> str:
    publication, date, edition, page, position = prepared.record.place
    parts = [publication, date, edition, f"{page}#{position}"]
    return " ".join(storable(part) for part in parts if part)


def _beginning(raw: str) -> str:
    """Return how the thing begins: of a record in JSON its headline, if it is there."""
    found = _HEADLINE.search(raw) if raw.startswith("{") else None
    return found[1] if found else " ".join(raw.split())
