"""Do one background job; the server starts this by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles import jobs


class Command(BaseCommand):
    """Run a waiting job to its end."""

    help = "Do one waiting background job to its end; the server starts this by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the job's key."""
        parser.add_argument("job", type=int, help="the key of the job")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; its row says how it ended."""
        jobs.run(options["job"])
