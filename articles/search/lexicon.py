"""The archive's lexicon as segmentation needs it, kept between requests."""

import threading

from django.db.models import BigIntegerField, Count, Func, Sum

from articles.models import LexiconWord
from articles.text.lexicon import Lexicon

Signature = tuple[int, int | None]


class _Cache(threading.local):
    signature: Signature | None = None
    lexicon = Lexicon()


_cache = _Cache()


def current_lexicon() -> Lexicon:
    """Return the lexicon as this transaction sees it: one query, two when it has changed."""
    signature = _signature()
    if _cache.signature != signature:
        _cache.lexicon = Lexicon(LexiconWord.objects.values_list("word", flat=True))
        _cache.signature = signature
    return _cache.lexicon


def _signature() -> Signature:
    hashed = Func("word", function="hashtext", output_field=BigIntegerField())
    found = LexiconWord.objects.order_by().aggregate(words=Count("pk"), sum=Sum(hashed))
    return found["words"], found["sum"]
