"""Whether search documents changed since something was counted in them."""

from django.db import connection

from articles.models import IndexChange
from articles.search.database import rows

# More than this many rows take longer to count than a page of hits.
_KEPT = 100


def note() -> None:
    """Record that this transaction changes search documents."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO articles_indexchange DEFAULT VALUES")


def token() -> str:
    """Return a text that differs after every transaction that changed search documents.

    The number of rows and not the last of them alone: a transaction that began earlier may
    commit later.
    """
    ((number, last),) = rows("SELECT count(*), max(id) FROM articles_indexchange")
    return f"{number}-{last}"


def prune() -> None:
    """Forget all but the last changes."""
    last = IndexChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    if last is not None:
        IndexChange.objects.filter(pk__lte=last - _KEPT).delete()
