"""Make the sizes of pictures that have none, and remove uploads that nobody saved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from articles import pictures, uploads


class Command(BaseCommand):
    """Make what is missing; say what cannot be made, and go on."""

    help = "Make the sizes of pictures; stopped, it goes on when it is run again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --all."""
        parser.add_argument("--all", action="store_true", help="look for each file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and fail at the end if some could not be made."""
        uploads.tidy()
        failed = 0
        for row, trouble in tqdm(pictures.make(options["all"]), disable=None):
            if trouble:
                failed += 1
                self.stderr.write(f"{row.image.name} ({row.pk}): {trouble}")
        if failed:
            raise CommandError(f"{failed} pictures could not be made")
