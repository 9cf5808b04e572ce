"""Publish what is due, where no web server runs or for cron."""

from typing import Any

from django.core.management.base import BaseCommand

from articles import scheduling


class Command(BaseCommand):
    """Publish the articles whose time has come."""

    help = (
        "Publish the articles whose time has come. A running web server does so by itself"
        " every half minute; this is for cron. Safe to run at any time, several at once too."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, and say how many."""
        self.stdout.write(f"{scheduling.publish_due()} articles published.")
