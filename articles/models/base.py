"""What the searchable records share: a change to one of them is indexed as it is stored."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, ClassVar, TypeVar

from django.db import connection, models

from articles.models import watched
from articles.search.pending import indexed, touch

M = TypeVar("M", bound="Indexed")


class IndexedQuerySet(models.QuerySet[M]):
    """A queryset whose bulk writes reach the search documents in the same transaction."""

    def update(self, **kwargs: Any) -> int:
        """Update the rows and index the articles that they belonged or now belong to."""
        with indexed():
            pks = list(self.order_by().values_list("pk", flat=True).distinct())
            self._change(pks)
            updated = super().update(**kwargs)
            touch(self._article_ids(pks))
        return updated

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows and index the articles that they belonged to."""
        with indexed():
            self._change(list(self.values_list("pk", flat=True)), gone=True)
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Insert the rows and index their articles."""
        rows = list(objs)
        with indexed():
            whole = [row.indexed_article_ids() for row in rows if row.is_part()]
            watched.changing(self.model, (), chain.from_iterable(whole))
            created = super().bulk_create(rows, *args, **kwargs)
            watched.created(self.model, [instance.pk for instance in created])
            for instance in created:
                touch(instance.indexed_article_ids())
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def _change(self, pks: list[Any], *, gone: bool = False) -> None:
        """Say that these rows change, to the index and to the history."""
        article_ids = self._article_ids(pks)
        touch(article_ids)
        watched.changing(self.model, pks, article_ids, gone=gone)

    def _article_ids(self, pks: list[Any]) -> list[int | None]:
        rows = self.model._base_manager.using(self.db).filter(pk__in=pks)
        return list(rows.values_list(self.model.articles_path, flat=True))


@contextmanager
def deferred(*constraints: str) -> Iterator[None]:
    """Let a block break these constraints while it stores row after row, but not at its end."""
    names = ", ".join(constraints)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


def locked(model: type[models.Model], pks: Iterable[int]) -> list[int]:
    """Keep others from changing rows until the transaction ends; return which are there."""
    rows = model._base_manager.select_for_update(no_key=True).filter(pk__in=list(pks))
    return list(rows.order_by("pk").values_list("pk", flat=True))


class Indexed(models.Model):
    """A record whose content, or place, is part of what readers search."""

    # The lookup from this model to the primary keys of the articles it belongs to.
    articles_path: ClassVar[str]

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Store the row and index its articles in one transaction.

        Fixtures pass this by: articles/search/signals.py follows them.
        """
        with indexed():
            adding = self._state.adding
            whole = set(self.indexed_article_ids()) if self.is_part() else set()
            if self.pk is not None:
                stored = set(self.stored_article_ids())
                touch(stored)
                whole |= stored
            pks = [] if self.pk is None else [self.pk]
            watched.changing(type(self), pks, whole)
            super().save_base(*args, **kwargs)
            if adding:
                watched.created(type(self), [self.pk])
            touch(self.indexed_article_ids())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row and index what it belonged to."""
        with indexed():
            article_ids = list(self.indexed_article_ids())
            touch(article_ids)
            watched.changing(type(self), [self.pk], article_ids, gone=True)
            return super().delete(*args, **kwargs)

    @classmethod
    def is_part(cls) -> bool:
        """Return whether a row is a part of one article, whose key it holds."""
        path = getattr(cls, "articles_path", "pk")
        return path != "pk" and "__" not in path

    def indexed_article_ids(self) -> Iterable[int | None]:
        """Return the primary keys of the articles whose search documents hold this row."""
        if "__" in self.articles_path:
            return self.stored_article_ids()
        return [getattr(self, self.articles_path)]

    def stored_article_ids(self) -> Iterable[int | None]:
        """Return the same as the database still has it: a paragraph may move."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        return list(rows.values_list(self.articles_path, flat=True))


class JudgedQuerySet(models.QuerySet[Any]):
    """Rows that editors judge, so that the history knows of it."""

    def judge(self, verdict: str) -> int:
        """Store a verdict on these rows and return how many had another."""
        others = self.exclude(verdict=verdict).order_by()
        pks = list(others.values_list("pk", flat=True))
        watched.changing(self.model, pks)
        return int(self.model._base_manager.filter(pk__in=pks).update(verdict=verdict))
