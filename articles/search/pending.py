"""Which articles were changed in this transaction and must be indexed before it commits.

Every write that readers can search for runs in ``indexed()``; the outermost block brings the
search documents up to date and only then lets the transaction commit. So an article and
what finds it are stored together or not at all, and an article of twenty paragraphs is
indexed once, not twenty times.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction


class _Pending(threading.local):
    depth = 0

    def __init__(self) -> None:
        self.article_ids: set[int] = set()
        self.words: set[str] = set()


_pending = _Pending()


@contextmanager
def indexed() -> Iterator[None]:
    """Run a block in a transaction whose changes are findable as soon as it commits."""
    # Within another block no savepoint of its own, as in Model.save(): half of the queries.
    with transaction.atomic(savepoint=_pending.depth == 0):
        _pending.depth += 1
        try:
            yield
            if _pending.depth == 1:
                _index_touched()
        finally:
            _pending.depth -= 1
            if _pending.depth == 0:
                _pending.article_ids.clear()
                _pending.words.clear()


def touch(article_ids: Iterable[int | None]) -> None:
    """Note that these articles changed. Call it within ``indexed()``."""
    _pending.article_ids.update(pk for pk in article_ids if pk is not None)


def touch_words(words: Iterable[str]) -> None:
    """Note that these words came into the lexicon, or left it. Call it within ``indexed()``."""
    _pending.words.update(words)


def take_words() -> list[str]:
    """Return the words noted so far, for whoever looks after their articles now."""
    words = sorted(_pending.words)
    _pending.words.clear()
    return words


def _index_touched() -> None:
    # Imported late: the index reads the models, and the models call this module.
    from articles.search.index import rebuild

    if _pending.words:
        from articles.vocabulary import settle

        settle()
    if _pending.article_ids:
        rebuild(_pending.article_ids)
