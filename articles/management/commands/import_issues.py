"""Import issues from files, folders and archives, in any format that is known."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from articles.ingest import pipeline, whole
from articles.ingest.entries import Meter
from articles.ingest.picture_store import StoreError
from articles.ingest.pipeline import Options, Report
from articles.ingest.store import Store, Terms

SOMETHING_SET_ASIDE = 3
_SECONDS_BETWEEN_LINES = 10


class Command(BaseCommand):
    """Import issues; what is there already and the same is left alone."""

    help = (
        "Import issues from files, folders, zip and tar archives: raw page text, JSON Lines,"
        " Django fixtures, ninjs, METS/ALTO. The same input again changes nothing; an import"
        " that was stopped or killed goes on when the same command is run again. What cannot"
        " be read is set aside in a report, and the exit status is then 3."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the paths and the options."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would be done, and do nothing",
        )
        parser.add_argument(
            "--strict", action="store_true", help="refuse publications that are unknown"
        )
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="replace articles that were entered or edited here; history keeps them",
        )
        parser.add_argument(
            "--encoding", default="", help="of page texts that do not say it: gb18030"
        )
        parser.add_argument(
            "--publication", default="", help="slug, for files that do not say it"
        )
        parser.add_argument(
            "--workers",
            type=_processes,
            default=pipeline.default_workers(),
            help="processes that parse and segment (default: %(default)s; 0: none)",
        )
        parser.add_argument(
            "--report",
            type=Path,
            help="file for what is set aside, as JSON Lines (default: in var/imports/)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, say what was done, and exit with 3 if anything was set aside."""
        terms = Terms(
            strict=options["strict"],
            overwrite=options["overwrite"],
            dry_run=options["dry_run"],
        )
        store = Store(terms)
        given = Options(options["workers"], options["encoding"], options["publication"])
        begin = time.monotonic()
        report = Report()
        meter = Meter(options["paths"])
        try:
            with (
                whole.Aside(options["report"] or _report_path()) as aside,
                self._progress(meter) as progress,
            ):
                for report in whole.run(
                    options["paths"], store, given, aside.add, meter
                ):
                    progress.show(report)
        except whole.BusyError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            reason = " ".join(str(error).split()).rstrip(".")
            raise CommandError(
                f"the database stopped the import: {reason}. What was written is whole;"
                " run the same command again, and it goes on"
            ) from error
        except StoreError as error:
            raise CommandError(
                f"a picture cannot be stored: {error}. What was written is whole; run the"
                " same command again, and it goes on"
            ) from error
        except pipeline.WorkersError as error:
            raise CommandError(f"{error}; --workers 0 does without them") from error
        except KeyboardInterrupt:
            self._summarise(report, store, time.monotonic() - begin, options)
            raise CommandError(
                "stopped; run the same command again, and it goes on", returncode=130
            ) from None
        self._summarise(report, store, time.monotonic() - begin, options)
        if report.rejected:
            raise CommandError(
                f"{report.rejected} set aside: see {aside.path}",
                returncode=SOMETHING_SET_ASIDE,
            )

    def _progress(self, meter: Meter) -> "_Bar | _Lines":
        if self.stderr.isatty():
            return _Bar(meter)
        return _Lines(meter, self.stderr)

    def _summarise(
        self, report: Report, store: Store, seconds: float, options: dict[str, Any]
    ) -> None:
        if failed := report.failed_pictures:
            self.stderr.write(
                f"{failed} pictures could not be made; make_pictures says why"
            )
        outcome = report.outcome
        would = "would be " if options["dry_run"] else ""
        files = ", ".join(f"{n} {name}" for name, n in sorted(report.files.items()))
        lines = [
            f"Read {report.read} articles in {seconds:.1f} s; files: {files or 'none'}.",
            f"{outcome.new} {would}new, {outcome.changed} {would}changed,"
            f" {outcome.unchanged} unchanged; {outcome.to_review} for review.",
        ]
        if outcome.pictures:
            lines.append(f"Pictures of pages taken in: {outcome.pictures}.")
        made = sorted(set(store.places.made))
        if made:
            lines.append(f"Publications {would}created: {', '.join(made)}.")
        self.stdout.write("\n".join(lines))


def _processes(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 64:
        raise argparse.ArgumentTypeError("0 to 64 processes")
    return count


def _report_path() -> Path:
    name = time.strftime("set-aside-%Y%m%d-%H%M%S.jsonl")
    path: Path = settings.VAR_DIR / "imports" / name
    return path


class _Bar:
    """Progress on a terminal."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self._begin = time.monotonic()

    def __enter__(self) -> "_Bar":
        self._bar = tqdm(
            total=self.meter.total,
            bar_format="{percentage:3.0f}% {bar} {postfix} {elapsed} (left {remaining})",
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def show(self, report: Report) -> None:
        """Draw the bar anew."""
        seconds = max(time.monotonic() - self._begin, 0.001)
        rate = report.read / seconds
        self._bar.set_postfix_str(
            f"{report.read:,} articles, {rate:,.0f}/s", refresh=False
        )
        self._bar.update(self.meter.done() - self._bar.n)


class _Lines:
    """Progress in a log: a line now and then."""

    def __init__(self, meter: Meter, out: Any) -> None:
        self.meter = meter
        self._out = out
        self._begin = self._last = time.monotonic()

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def show(self, report: Report) -> None:
        """Write a line if the last is old enough."""
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        seconds = now - self._begin
        share = self.meter.done() / max(self.meter.total, 1)
        left = seconds / share - seconds if share else 0
        self._out.write(
            f"{report.read:,} articles read, {report.read / seconds:,.0f}/s,"
            f" {share:.0%} of the files, about {left:.0f} s left"
        )
        sys.stderr.flush()
