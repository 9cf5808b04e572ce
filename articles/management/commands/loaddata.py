"""Django's loaddata, with the index written in its transaction."""

from typing import Any

from django.core.management.commands.loaddata import Command as DjangoCommand

from articles.models import natural_key
from articles.search.pending import indexed


class Command(DjangoCommand):
    """Load fixtures; their articles are found by search when the command ends."""

    def loaddata(self, fixture_labels: Any) -> None:
        """Load within one block, so that each article is indexed once, when it is whole."""
        with indexed(), natural_key.kept():
            super().loaddata(fixture_labels)
