"""Find words for the lexicon in the archive itself."""

from typing import Any

from django.core.management.base import BaseCommand

from articles import candidates


class _Said:
    """Progress on a terminal: each stage once."""

    def __init__(self, command: BaseCommand) -> None:
        self.total = 0
        self._command = command

    @property
    def message(self) -> str:
        """Return nothing: what was said is written."""
        return ""

    @message.setter
    def message(self, said: str) -> None:
        if said:
            self._command.stdout.write(said)

    def tick(self, number: int = 1) -> None:
        """Go on."""


class Command(BaseCommand):
    """Find candidates; editors accept or reject them."""

    help = (
        "Find words for the lexicon in the archive: names in bylines and after titles, and new"
        " words by how their characters hold together. Editors judge them; run it again any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Find them, and say how many there are."""
        for name, value in candidates.find(_Said(self)).items():
            self.stdout.write(f"{name}: {value}")
