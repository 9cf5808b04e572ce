"""Find near-duplicates among the articles that were not compared yet."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.ingest import duplicates


class Command(BaseCommand):
    """Compare what is new with all that is there; editors judge what is found."""

    help = (
        "Find articles with nearly the same text: re-runs, one wire story on two pages,"
        " imports with other misreadings. Interrupted, it goes on where it stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and say how many pairs were found."""
        compared = pairs = 0
        for compared, pairs in duplicates.find():
            if options["verbosity"] > 1:
                self.stdout.write(f"{compared} articles compared, {pairs} pairs found")
        self.stdout.write(f"{compared} articles compared, {pairs} pairs found.")
