"""Photos between their upload and the article that is saved with them.

A photo is uploaded at once, while the article is still being written: its sizes are made, its
faults are told beside it, and neither a mistake in the form nor a session that ends loses it.
"""

import datetime
import uuid
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import pictures
from articles.models import Photo, PhotoUpload

MOST_BYTES = 50 * 2**20
# Of one user: more than any article has, and less than a disk.
MOST_WAITING = 200
KEPT = datetime.timedelta(days=2)
# Removed with one upload: the user waits for it.
_TIDIED_AT_ONCE = 20


def receive(user: Any, file: Any) -> PhotoUpload:
    """Keep an uploaded photo for its user; raise ValidationError with what is wrong with it."""
    tidy(_TIDIED_AT_ONCE)
    if file.size > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise ValidationError(_("文件太大：最多 %(most)s MB。") % {"most": most})
    if PhotoUpload.objects.filter(user=user).count() >= MOST_WAITING:
        raise ValidationError(
            _("还没保存的图片已有 %(most)s 张，请先保存文章。") % {"most": MOST_WAITING}
        )
    upload = PhotoUpload(user=user)
    try:
        # Before the row: what is refused here must not break off a transaction.
        upload.image.save("", file, save=False)
    except OSError as error:
        raise ValidationError(_("服务器存不下这个文件。")) from error
    upload.save()
    return upload


def waiting(user: Any, key: str) -> PhotoUpload | None:
    """Return the user's upload of this key, which nobody else takes in this transaction."""
    try:
        pk = uuid.UUID(key)
    except ValueError:
        return None
    mine = PhotoUpload.objects.filter(pk=pk, user=user)
    return mine.select_for_update(of=("self",)).first()


def attach(upload: PhotoUpload, photo: Photo) -> None:
    """Give a photo the picture, which waits no longer. The photo is still to be saved."""
    photo.image = upload.image.name
    photo.image_width = upload.image_width
    photo.image_height = upload.image_height
    PhotoUpload.objects.filter(pk=upload.pk).delete()


def tidy(most: int | None = None) -> int:
    """Remove uploads that nobody saved for two days, the oldest first; return how many."""
    with transaction.atomic():
        old = PhotoUpload.objects.filter(created_at__lt=timezone.now() - KEPT)
        rows = list(
            old.select_for_update(skip_locked=True).order_by("created_at")[:most]
        )
        PhotoUpload.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            remove = partial(
                pictures.remove_for_good, row.image.name, row.image.storage
            )
            transaction.on_commit(remove, robust=True)
    return len(rows)
