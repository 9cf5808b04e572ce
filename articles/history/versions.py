"""States in the tables of django-reversion: stored once, found again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.utils import timezone
from reversion.models import Revision, Version

from articles.history.states import PART_MODELS, State, dumped, rows_of

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """A state to store of a record."""

    model: type[Model]
    pk: int
    state: State


def versions_of(model: type[Model], pks: Collection[int]) -> QuerySet[Any]:
    """Return the versions of records, newest first."""
    versions: QuerySet[Any] = Version.objects.filter(
        db=DEFAULT_DB_ALIAS,
        content_type=ContentType.objects.get_for_model(model),
        object_id__in=[str(pk) for pk in pks],
    )
    return versions.order_by("-pk")


def newest(model: type[Model], pks: Collection[int]) -> dict[int, Any]:
    """Return the newest version of each record that has one."""
    rows = versions_of(model, pks).order_by("object_id", "-pk").distinct("object_id")
    return {int(version.object_id): version for version in rows}


def store(kept: Iterable[Kept], user: Any, comment: str) -> dict[tuple[Any, int], int]:
    """Store states in one revision; return the keys of their versions, by record."""
    items = list(kept)
    if not items:
        return {}
    revision = Revision.objects.create(
        user=user, comment=comment, date_created=timezone.now()
    )
    versions = [
        Version(
            revision=revision,
            content_type=ContentType.objects.get_for_model(item.model),
            object_id=str(item.pk),
            db=DEFAULT_DB_ALIAS,
            format="json",
            serialized_data=item.state.data,
            object_repr=item.state.name,
        )
        for item in items
    ]
    Version.objects.bulk_create(versions, batch_size=_CHUNK)
    return {
        (item.model, item.pk): version.pk
        for item, version in zip(items, versions, strict=True)
    }


def data_of(version: Any) -> str:
    """Return the state that a version keeps.

    Versions that reversion itself made have each part in a version of its own.
    """
    data: str = version.serialized_data
    rows = rows_of(data)
    if len(rows) > 1 or rows[0]["model"] != "articles.article":
        return data
    types = ContentType.objects.get_for_models(*PART_MODELS).values()
    beside = Version.objects.filter(
        revision=version.revision_id, content_type__in=types
    )
    for (text,) in beside.order_by("pk").values_list("serialized_data"):
        (row,) = rows_of(text)
        fields = row["fields"]
        whole = fields.pop("article", None) or fields.pop("content_object", None)
        if str(whole) == version.object_id:
            rows.append({**row, "pk": None})
    return dumped(rows)
