"""Natural keys while a fixture is loaded: each place and article is looked up once.

Django resolves a paragraph's key by ten queries (its article by key, twice, then article,
page, issue and publication by number to say the key again). The rows that keys lead to are
kept here for the length of one ``loaddata``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.db import models

# An issue's pages and articles at a time; a fixture is usually in the order of print.
MAX_KEPT = 10_000

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Keep what natural keys lead to until the block ends."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def forget_if_renamed(instance: models.Model) -> None:
    """Drop what was kept if a row that is about to be stored takes another natural key.

    A fixture with numbers may rename what others are named by; one without never does.
    """
    rows = _kept.get()
    if not rows:
        return
    known = rows.get((type(instance), instance.pk))
    if known is None or known.natural_key() != instance.natural_key():  # type: ignore[attr-defined]
        rows.clear()


def keeping(lookup: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a ``get_by_natural_key`` so that it asks once for each key."""

    @wraps(lookup)
    def lookup_once(queryset: models.QuerySet, *key: Any) -> Any:
        rows = _kept.get()
        if rows is None:
            return lookup(queryset, *key)
        name = (queryset.model, tuple(map(str, key)))
        if name not in rows:
            if len(rows) > MAX_KEPT:
                rows.clear()
            found = lookup(queryset, *key)
            rows[name] = rows[queryset.model, found.pk] = found
        return rows[name]

    return lookup_once


def key_of(instance: models.Model, relation: str) -> tuple[Any, ...]:
    """Return the natural key of the row that ``instance.relation`` refers to."""
    field = instance._meta.get_field(relation)
    rows = _kept.get() or {}
    known = rows.get((field.related_model, getattr(instance, f"{relation}_id")))
    key: tuple[Any, ...] = (known or getattr(instance, relation)).natural_key()
    return key


def found_by(model: type[models.Model], relation: str, key: Iterable[Any]) -> Any:
    """Return the row of this natural key that ``model.relation`` may refer to."""
    related: Any = model._meta.get_field(relation).related_model
    return related.objects.get_by_natural_key(*key)
