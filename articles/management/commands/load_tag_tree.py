"""Load a controlled vocabulary as a tree of tags."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.ingest import tag_tree


class Command(BaseCommand):
    """Read a file of codes, names and parents; store all of it, or nothing."""

    help = (
        "Load a controlled vocabulary (CSV with the columns code, name, parent, note, or JSON)"
        " as a tree of tags: gbt20093 or a file. Loading it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and how the vocabulary is called."""
        parser.add_argument("file", help=f"a file, or {', '.join(tag_tree.BUILT_IN)}")
        parser.add_argument(
            "--vocabulary", help="what to call it; else as the file is named"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say how many terms it has."""
        path = Path(options["file"])
        name, path = tag_tree.BUILT_IN.get(options["file"], (path.stem, path))
        try:
            terms = tag_tree.read(path.read_bytes())
            loaded = tag_tree.load(terms, options["vocabulary"] or name)
        except (OSError, tag_tree.TreeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{loaded.terms} terms, {loaded.new} of them new tags.")
