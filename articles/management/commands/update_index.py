"""Rebuild search documents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.search import index


class Command(BaseCommand):
    """Rebuild the search documents that are missing or out of date."""

    help = (
        "Rebuild the search documents that are missing or out of date, in batches. "
        "Interrupted, run it again without --all: it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --all."""
        parser.add_argument(
            "--all", action="store_true", help="rebuild every search document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how many articles were taken."""
        if options["all"]:
            index.mark_all_stale()
        done = 0
        for done, total in index.rebuild_stale():
            if options["verbosity"] > 1 or done == total:
                self.stdout.write(f"{done} of {total} articles indexed")
        if not done:
            self.stdout.write("The index is up to date.")
