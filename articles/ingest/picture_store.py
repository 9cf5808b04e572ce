"""Pictures of pages into the archive's files, and their names into its pages."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from articles.models import Article, Page
from articles.models.picture import IMPORTED
from articles.search import changes


class StoreError(RuntimeError):
    """The archive's files cannot be written; the message says why."""


def store(pictures: Iterable[tuple[int, str]], *, overwrite: bool) -> int:
    """Give pages their pictures, by their primary keys, and return how many changed.

    Call it in the transaction of the batch. A file is named by its content, so one that was
    written and not committed is used when the import is run again, and the same picture
    twice is one file. A picture that an editor chose stays, unless ``overwrite`` is set.
    Raise StoreError where the files cannot be written.
    """
    # One whose page began in an earlier batch is stored, and gone.
    wanted = {pk: path for pk, path in pictures if Path(path).exists()}
    pages = Page.objects.select_related("issue").in_bulk(list(wanted))
    changed = 0
    for pk, path in wanted.items():
        page = pages[pk]
        name = _name(page, Path(path))
        before = page.image.name or ""
        is_ours = not before or Path(before).name.startswith(IMPORTED)
        if name == before or not (is_ours or overwrite):
            continue
        _write(name, Path(path))
        _set(page, name)
        changed += 1
    return changed


def forget(paths: Iterable[str]) -> None:
    """Delete pictures that waited for the store, once the batch is committed."""
    for path in set(paths):
        for file in (Path(path), Path(path).with_suffix(".picture")):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _name(page: Page, path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
    day = page.issue.published_on
    return f"pages/{day:%Y/%m}/{IMPORTED}{digest.hexdigest()}{path.suffix}"


def _write(name: str, path: Path) -> None:
    if (
        default_storage.exists(name)
        and default_storage.size(name) == path.stat().st_size
    ):
        return
    try:
        default_storage.delete(name)  # cut short when an import was killed
        with path.open("rb") as file:
            default_storage.save(name, File(file))
    except OSError as error:
        raise StoreError(f"{name}: {error.strerror or error}") from error


def _set(page: Page, name: str) -> None:
    # Not through the queryset that indexes all articles of the page: nobody searches it.
    Page._base_manager.filter(pk=page.pk).update(
        image=name, image_width=None, image_height=None
    )
    changes.note(Article.objects.filter(page=page).values_list("pk", flat=True))
