"""Export issues to formats that others, and import_issues, read."""

import datetime
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core import serializers
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.ingest import export
from articles.ingest.formats import ninjs
from articles.models import Article, ArticleQuerySet, Publication


class Command(BaseCommand):
    """Write articles as JSON Lines, ninjs or a Django fixture."""

    help = (
        "Export issues: jsonl (exchange records, one a line), ninjs (IPTC ninjs 3.0, one a"
        " line) or fixture (for loaddata). import_issues reads all three."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add format, output and what to take."""
        parser.add_argument(
            "--format", choices=["jsonl", "ninjs", "fixture"], default="jsonl"
        )
        parser.add_argument("--output", default="-", help="a file, or - (the default)")
        parser.add_argument("--publication", help="slug of the only one to take")
        parser.add_argument("--from", dest="since", type=_day, help="YYYY-MM-DD")
        parser.add_argument("--to", dest="until", type=_day, help="YYYY-MM-DD")
        parser.add_argument(
            "--published", action="store_true", help="only what readers may see"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file whole, or not at all."""
        articles = _chosen(options)
        write = {"jsonl": _jsonl, "ninjs": _ninjs, "fixture": _fixture}
        with _opened(options["output"], self.stdout) as file:
            count = write[options["format"]](articles, file)
        if options["output"] != "-":
            self.stdout.write(f"{count} articles exported to {options['output']}")


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _chosen(options: dict[str, Any]) -> ArticleQuerySet:
    articles = Article.objects.all()
    if slug := options["publication"]:
        if not Publication.objects.filter(slug=slug).exists():
            raise CommandError(f"there is no publication {slug!r}")
        articles = articles.filter(page__issue__publication__slug=slug)
    if options["since"]:
        articles = articles.filter(page__issue__published_on__gte=options["since"])
    if options["until"]:
        articles = articles.filter(page__issue__published_on__lte=options["until"])
    return articles.published() if options["published"] else articles


@contextmanager
def _opened(output: str, stdout: Any) -> Iterator[IO[str]]:
    """Give a file that takes its name only when it is whole."""
    if output == "-":
        yield stdout
        return
    path = Path(output)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        raise CommandError(f"cannot write to {path.parent}: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _jsonl(articles: ArticleQuerySet, file: IO[str]) -> int:
    count = 0
    for record in export.records(articles):
        file.write(json.dumps(record.exchange(), ensure_ascii=False) + "\n")
        count += 1
    return count


def _ninjs(articles: ArticleQuerySet, file: IO[str]) -> int:
    count = 0
    for record in export.records(articles):
        file.write(json.dumps(ninjs.write(record), ensure_ascii=False) + "\n")
        count += 1
    return count


def _fixture(articles: ArticleQuerySet, file: IO[str]) -> int:
    serializers.serialize(
        "json",
        export.rows(articles),
        stream=file,
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
        ensure_ascii=False,
        indent=1,
    )
    return articles.count()
