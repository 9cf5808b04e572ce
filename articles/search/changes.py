"""Whether search documents changed since something was counted in them."""

from collections.abc import Iterable

from django.db import connection

from articles.models import Bitmap, IndexChange
from articles.search.database import rows

# More than this many rows take longer to count than a page of hits.
_KEPT = 100


def note(article_ids: Iterable[int]) -> None:
    """Record that this transaction changes what readers see, and these search documents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO articles_indexchange (article_ids) VALUES (%s)",
            [sorted(article_ids)],
        )


def token() -> str:
    """Return a text that differs after every transaction that changed search documents.

    The number of rows and not the last of them alone: a transaction that began earlier may
    commit later.
    """
    ((number, last),) = rows("SELECT count(*), max(id) FROM articles_indexchange")
    return f"{number}-{last}"


def prune() -> None:
    """Forget all but the last changes, and those that the bitmaps do not have yet."""
    last = IndexChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    if last is None:
        return
    old = IndexChange.objects.filter(pk__lte=last - _KEPT)
    if Bitmap.objects.exists():
        old = old.filter(article_ids__isnull=True)
    old.delete()
