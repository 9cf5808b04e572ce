"""Pictures that somebody has uploaded, and no article has yet."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.picture import Pictured, PictureField, photo_name


class PhotoUpload(Pictured, models.Model):
    """A picture with its sizes, which waits until a form is saved with it (articles/uploads.py).

    Its key is told only to who uploaded it, and is all that a form sends of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    image = PictureField(_("图片"), upload_to=photo_name)
    # After the image: to assign that empties these.
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("待用图片")
        verbose_name_plural = pgettext_lazy("plural", "待用图片")
        # Nobody sees them in lists: they are part of an article's form.
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.image)
