"""When sizes of pictures are made and removed (articles/models/picture.py says how)."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Max, Model, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save

from articles import originals
from articles.models import Page, Photo
from articles.models.picture import BROKEN, IMPORTED, remove_sizes
from articles.search import changes

PICTURED: tuple[type[Photo] | type[Page], ...] = (Photo, Page)
_CHUNK = 500


def connect() -> None:
    """Make sizes of what is stored by name, remove those of what is replaced or deleted."""
    for model in PICTURED:
        pre_save.connect(_before_saving, sender=model)
        post_save.connect(_after_saving, sender=model)
        post_delete.connect(_after_deleting, sender=model)


# ---- Making


def make(every: bool = False, below: str = "") -> Iterator[tuple[Photo | Page, str]]:
    """Make the missing sizes of pictures; yield each with what went wrong, or "".

    Only pictures without columns of width and height are looked at, or ``every`` one, file
    by file; only those whose names begin with ``below``. What was made is kept if this is
    stopped, and not made again.
    """
    wanted = (
        model._base_manager.exclude(image="") if every else _to_make(model)
        for model in PICTURED
    )
    return _make_all(rows.filter(image__startswith=below) for rows in wanted)


def make_imported(after: int) -> int:
    """Make the sizes of imported pages, and of photos with keys above ``after``.

    Return how many could not be made. For imports, whose rows pass Django's signals by: an
    archive may name a million files that it does not have, and they are not all to be
    looked for again.
    """
    photos = _to_make(Photo).filter(pk__gt=after)
    pages = _to_make(Page).filter(image__contains=f"/{IMPORTED}")
    return sum(bool(trouble) for _row, trouble in _make_all((photos, pages)))


def _make_all(
    wanted: Iterable[QuerySet[Any]],
) -> Iterator[tuple[Photo | Page, str]]:
    found = False
    try:
        for rows in wanted:
            for row in rows.order_by("pk").iterator(_CHUNK):
                found = True
                yield row, _make(row)
    finally:
        # Pages show what was made so far; without any they are as they were.
        if found:
            changes.note(())


def newest_photo() -> int:
    """Return the highest key of a photo, 0 where there is none."""
    newest = Photo._base_manager.aggregate(Max("pk"))["pk__max"]
    return newest or 0


def _to_make(model: type[Photo] | type[Page]) -> QuerySet[Any]:
    return model._base_manager.exclude(image="").filter(image_width=None)


def _make(row: Photo | Page) -> str:
    width, height = row.image_width, row.image_height
    try:
        if not (row.image.files_exist() and (width or _made_for_another(row))):
            row.image.make_ours()
            row.image.save_all()
        row.image.note_size()
    except BROKEN as error:
        row.image_width = row.image_height = None
        return " ".join(str(error).split()) or type(error).__name__
    finally:
        if (width, height) != (row.image_width, row.image_height):
            _store_size(row)
    return ""


def _made_for_another(row: Photo | Page) -> bool:
    # Files alone prove nothing: the last one may have been cut short by a kill.
    rows = type(row)._base_manager.filter(image=row.image.name)
    return rows.exclude(image_width=None).exists()


def _store_size(row: Photo | Page) -> None:
    """Write the columns, unless another picture was put in its place meanwhile."""
    # Not through save: nothing that readers search has changed.
    same = type(row)._base_manager.filter(pk=row.pk, image=row.image.name)
    same.update(image_width=row.image_width, image_height=row.image_height)


# ---- What signals say


def _before_saving(
    sender: type[Model], instance: Any, raw: bool, **_kwargs: Any
) -> None:
    if raw:
        # A fixture, or a former version: its sizes may not be here, or no longer.
        instance.image_width = instance.image_height = None
    if instance.pk is None:
        return
    rows = sender._base_manager.filter(pk=instance.pk)
    stored = rows.values_list("image", flat=True).first()
    image = instance.image
    if stored and not (image._committed and image.name == stored):
        _remove_after_commit(stored, image.storage)


def _after_saving(instance: Any, **_kwargs: Any) -> None:
    if instance.image and instance.image_width is None:
        transaction.on_commit(partial(_make_stored, instance), robust=True)


def _make_stored(instance: Photo | Page) -> None:
    # What cannot be made is left for make_pictures, which says why.
    if not _make(instance):
        changes.note(())


def _after_deleting(instance: Any, **_kwargs: Any) -> None:
    if instance.image:
        _remove_after_commit(instance.image.name, instance.image.storage)


def _remove_after_commit(name: str, storage: Storage) -> None:
    # The picture and its original stay: former versions name them (articles/history).
    transaction.on_commit(partial(_remove_unused, name, storage), robust=True)


def _remove_unused(name: str, storage: Storage) -> None:
    # An import deletes the photos of an article and makes them anew, of the same files.
    if not any(model._base_manager.filter(image=name).exists() for model in PICTURED):
        remove_sizes(name, storage)


def remove_for_good(name: str, storage: Storage) -> bool:
    """Remove a picture, its sizes and its original, unless a row names it; return whether it is gone.

    For what no version names, such as an upload that nobody saved (articles/uploads.py):
    what was once stored with an article may be restored with it.
    """
    if any(model._base_manager.filter(image=name).exists() for model in PICTURED):
        return False
    remove_sizes(name, storage)
    storage.delete(name)
    originals.remove(name)
    return True
