"""Picture fields: our own copy of what came, sizes of it that pages show, and the original.

django-pictures gives the field; here is what this archive makes of it
(docs/decisions/0011-pictures.md). Files are judged and written anew by articles/picture_check.py,
and what came is kept by articles/originals.py (docs/decisions/0016-photos.md). The columns of
width and height are filled once all sizes are made: a picture without them is not shown.
"""

import io
import secrets
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pictures import models as library
from pictures.utils import reconstruct
from PIL import Image

from articles import originals
from articles.picture_check import (
    FORMATS,
    WIDTHS,
    Checked,
    NotAPicture,
    checked,
    decoding,
    upright,
    widths,
)

# Measured in docs/decisions/0011-pictures.md.
ENCODING: dict[str, dict[str, int]] = {
    "AVIF": {"quality": 60, "speed": 8},
    "WEBP": {"quality": 75},
}
# What browsers show, by the suffix of a name, and as what it is written anew.
_SHOWN = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".avif": "AVIF",
}
SIZES = "sizes"
# Named one by one: an iPhone then makes a JPEG of its HEIC.
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/tiff,image/jp2,image/gif,image/bmp,.jp2"
# What stands in the name of a picture that an import stored: others are an editor's choice.
IMPORTED = "import-"
BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_REFUSALS = {
    "bytes": _("文件太大：最多 %(most)s MB。"),
    "size": _("图片太大：最多 %(most)s 百万像素。"),
    "slender": _("图片太狭长。"),
    "moving": _("动图不能用，请存成静止的图片。"),
    "heic": _("HEIC 图片不能用，请先转存为 JPEG。"),
    "format": _("图片读不出来：不是 JPEG、PNG、WebP、AVIF、TIFF、GIF 等图片格式。"),
    "pixels": _("图片读不出来：这种像素格式不能用，请转存为 RGB。"),
    "broken": _("这张图片读不出来，可能已损坏。"),
}


def photo_name(_instance: Any, filename: str) -> str:
    """Return a name that no other photo has, ever: browsers keep pictures for a year."""
    return f"photos/{_unique(filename)}"


def page_name(_instance: Any, filename: str) -> str:
    """Return a name that no other page's picture has, ever."""
    return f"pages/{_unique(filename)}"


def _unique(filename: str) -> str:
    # Nothing of the name that a file came with, and nothing that can be guessed: pictures of
    # drafts lie where readers' do.
    month = timezone.localdate().strftime("%Y/%m")
    return f"{month}/{secrets.token_hex(10)}{PurePath(filename).suffix.lower()}"


def taken(file: Any) -> Checked:
    """Return what readers may get of an uploaded file; raise ValidationError with the reason."""
    try:
        return checked(file)
    except NotAPicture as error:
        raise refusal(error) from error


def refusal(error: NotAPicture) -> ValidationError:
    """Return what an editor is told of a file that is refused."""
    return ValidationError(_REFUSALS[error.code], code=error.code, params=error.values)


def validate_picture(file: Any) -> None:
    """Refuse a new file that is no picture, is too large, or cannot be decoded to its end."""
    if not getattr(file, "_committed", False):  # judged when it came, and may be gone
        taken(file)


def process(
    *,
    storage: tuple[str, list[Any], dict[str, Any]],
    file_name: str,
    sender: Any = None,
    new: Iterable[Any] = (),
    old: Iterable[Any] = (),
) -> None:
    """Make and remove sizes: settings.PICTURES["PROCESSOR"].

    Raise one of ``BROKEN`` where the original is missing, damaged or too large.
    """
    making = [reconstruct(*picture) for picture in new]
    if making:
        with (
            reconstruct(*storage).open(file_name) as file,
            decoding(file, FORMATS) as original,
        ):
            # A JPEG is decoded no larger than twice what is needed of it.
            original.draft(original.mode, (WIDTHS[-1], WIDTHS[-1]))
            image = upright(original)
        for picture in making:
            picture.save(image)
    for picture in old:
        reconstruct(*picture).delete()


def remove_sizes(name: str, storage: Storage) -> None:
    """Remove all sizes of an original, those of former ``WIDTHS`` as well."""
    folder = f"{SIZES}/{name}"
    try:
        files = storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for file in files:
        storage.delete(f"{folder}/{file}")
    storage.delete(folder)


class Picture(library.PillowPicture):  # type: ignore[misc]  # django-pictures is untyped
    """One size of a picture: settings.PICTURES["PICTURE_CLASS"]."""

    @property
    def name(self) -> str:
        """Return the path in the storage; a.jpg and a.png have folders of their own."""
        return f"{SIZES}/{self.parent_name}/{self.width}.{self.file_type.lower()}"

    def save(self, image: Image.Image) -> None:
        """Write this size, with nothing of what the original says besides its pixels."""
        height = max(1, round(self.width * image.height / image.width))
        resized = image.resize(
            (self.width, height), Image.Resampling.LANCZOS, reducing_gap=3
        )
        resized.info.clear()
        written = io.BytesIO()
        resized.save(written, self.file_type, **ENCODING[self.file_type])
        self.storage.delete(self.name)
        self.storage.save(self.name, ContentFile(written.getvalue()))


class PictureFile(library.PictureFieldFile):  # type: ignore[misc]
    """Our copy, and the addresses of its sizes."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Store our copy of a picture, its sizes and the original.

        Raise ValidationError for what is no picture; nothing of the name is kept.
        """
        ours = taken(content)
        super().save(f"_.{ours.suffix}", ContentFile(ours.data), save=False)
        originals.keep(self.name, content)
        self.instance.said = ours.caption, ours.credit
        self.note_size()
        if save:
            self.instance.save()

    def note_size(self) -> None:
        """Set the columns of width and height: all sizes are there."""
        width, height = self._get_image_dimensions()
        setattr(self.instance, self.field.width_field, width)
        setattr(self.instance, self.field.height_field, height)

    def make_ours(self) -> None:
        """Put our copy in the place of a file that was stored by name, and keep the original.

        Raise one of ``BROKEN`` for what is no picture.
        """
        if PurePath(self.name).name.startswith(IMPORTED):
            return  # the import wrote it anew
        if not originals.exists(self.name):
            with self.storage.open(self.name) as file:
                checked(file)
                originals.keep(self.name, file)
        kind = _SHOWN.get(PurePath(self.name).suffix.lower(), "JPEG")
        with originals.opened(self.name) as file:
            ours = checked(file, kind=kind)
        self.storage.delete(self.name)
        self.storage.save(self.name, ContentFile(ours.data))

    def delete_all(self) -> None:
        """Remove the sizes."""
        if self:
            remove_sizes(self.name, self.storage)

    def files_exist(self) -> bool:
        """Return whether every size is in the storage; raise OSError without an original."""
        pictures = self.get_picture_files_list()
        return all(self.storage.exists(picture.name) for picture in pictures)

    @staticmethod
    def get_picture_files(
        *, file_name: str, img_width: int, img_height: int, storage: Storage, field: Any
    ) -> dict[None, dict[str, dict[int, Picture]]]:
        """Return the sizes by type and width: small pictures have one, too."""
        return {
            None: {
                kind: {
                    width: Picture(file_name, kind, None, storage, width)
                    for width in widths(img_width, img_height)
                }
                for kind in field.file_types
            }
        }

    @property
    def avif(self) -> str:
        """Return the addresses of all widths in AVIF, for ``srcset``."""
        return self._srcset("AVIF")

    @property
    def webp(self) -> str:
        """Return the addresses of all widths in WebP, for ``srcset``."""
        return self._srcset("WEBP")

    def _srcset(self, kind: str) -> str:
        sizes = self.aspect_ratios[None][kind].items()
        return ", ".join(f"{picture.url} {width}w" for width, picture in sizes)

    @property
    def smallest(self) -> str:
        """Return the address of the narrowest size."""
        sizes = self.aspect_ratios[None]["WEBP"]
        return str(sizes[min(sizes)].url)

    @property
    def middle(self) -> str:
        """Return the address for programs that know no ``srcset``: 960 wide at most."""
        sizes = self.aspect_ratios[None]["WEBP"]
        fitting = [width for width in sizes if width <= WIDTHS[2]]
        return str(sizes[max(fitting, default=min(sizes))].url)

    @property
    def largest(self) -> str:
        """Return the address of the largest size."""
        sizes = self.aspect_ratios[None]["WEBP"]
        return str(sizes[max(sizes)].url)

    @property
    def finest(self) -> str:
        """Return the address of our copy in full size where browsers show its format."""
        shown = PurePath(self.name).suffix.lower() in _SHOWN
        return str(self.url) if shown else self.largest


class PictureFormField(forms.FileField):
    """A file that may be a picture: what browsers offer to choose is no more than a hint."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Say which files to offer."""
        attrs = super().widget_attrs(widget)
        return {**attrs, "accept": ACCEPTED} if isinstance(widget, forms.FileInput) else attrs  # fmt: skip


class PictureField(library.PictureField):  # type: ignore[misc]
    """A picture whose sizes are made as it is stored, with columns of its width and height."""

    attr_class = PictureFile
    default_validators = [validate_picture]

    def formfield(self, **kwargs: Any) -> Any:
        """Return a form field that leaves it to the validator what is a picture.

        Django's for images judges by name, and opens files without bounds.
        """
        kwargs = {"form_class": PictureFormField, **kwargs}
        return super().formfield(**kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the columns image_width and image_height unless told otherwise."""
        kwargs.setdefault("width_field", "image_width")
        kwargs.setdefault("height_field", "image_height")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave the library's own settings out of migrations: nothing here depends on them."""
        name, path, args, kwargs = super().deconstruct()
        unused = {"aspect_ratios", "container_width", "file_types", "pixel_densities"}
        unused |= {"grid_columns", "breakpoints"}
        kept = {key: value for key, value in kwargs.items() if key not in unused}
        return name, path, args, kept

    def update_dimension_fields(
        self, instance: Any, force: bool = False, *args: Any, **kwargs: Any
    ) -> None:
        """Empty the columns when something else is assigned: no size is made of it yet.

        Django would open the file of each row that is read without them, in a reader's
        request, and fail where it is missing.
        """
        if force:
            setattr(instance, self.width_field, None)
            setattr(instance, self.height_field, None)


class Pictured:
    """What a photo and a page have in common."""

    image: Any
    image_width: int | None
    # Caption and credit that a file just stored had in it.
    said: tuple[str, str] = ("", "")

    @property
    def picture(self) -> PictureFile | None:
        """Return the picture if its sizes are made, else None."""
        return self.image if self.image and self.image_width else None
