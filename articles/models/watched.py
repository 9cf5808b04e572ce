"""Telling of changes before they are made, to whoever keeps the history (articles/history)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.db import models


class Watcher(Protocol):
    """Who wants to know of changes."""

    def changing(
        self,
        model: type[models.Model],
        pks: Iterable[Any],
        article_ids: Iterable[int | None],
        gone: bool,
    ) -> None:
        """Hear that these rows, which belong to these articles, will be changed or deleted."""

    def created(self, model: type[models.Model], pks: Iterable[Any]) -> None:
        """Hear that these rows are new."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def changing(
    model: type[models.Model],
    pks: Iterable[Any],
    article_ids: Iterable[int | None] = (),
    *,
    gone: bool = False,
) -> None:
    """Say what will be changed; ``gone`` where it will be deleted."""
    if watcher := _watcher.get():
        watcher.changing(model, pks, article_ids, gone)


def created(model: type[models.Model], pks: Iterable[Any]) -> None:
    """Say what was stored for the first time."""
    if watcher := _watcher.get():
        watcher.created(model, pks)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Tell the watcher of what changes within the block."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
