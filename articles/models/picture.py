"""Picture fields: a kept original, and sizes of it that pages show.

django-pictures gives the field, sizes as a browser will turn them (EXIF), and colours in sRGB;
here is what this archive makes of it (docs/decisions/0011-pictures.md). The columns of width
and height are filled once all sizes are made: a picture without them is not shown.
"""

import io
import secrets
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pictures import models as library
from pictures.utils import reconstruct
from PIL import Image, ImageCms

# A phone's column at two densities, a desk's at one and two, and the whole screen.
WIDTHS = (320, 640, 960, 1440, 2160)
# WebP counts the sides of a picture with 14 bits.
LONGEST_SIDE = 16_383
MOST_PIXELS = 100_000_000
# What cameras and scanners write. Pillow reads others by other programs (EPS: Ghostscript).
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "JPEG2000", "GIF", "BMP")
# Measured in docs/decisions/0011-pictures.md.
ENCODING: dict[str, dict[str, int]] = {
    "AVIF": {"quality": 60, "speed": 8},
    "WEBP": {"quality": 75},
}
_SHOWN = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif")
SIZES = "sizes"
# What stands in the name of a picture that an import stored: others are an editor's choice.
IMPORTED = "import-"
BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def photo_name(_instance: Any, filename: str) -> str:
    """Return a name that no other photo has, ever: browsers keep pictures for a year."""
    return f"photos/{_unique(filename)}"


def page_name(_instance: Any, filename: str) -> str:
    """Return a name that no other page's picture has, ever."""
    return f"pages/{_unique(filename)}"


def _unique(filename: str) -> str:
    path = PurePath(filename)
    month = timezone.localdate().strftime("%Y/%m")
    return f"{month}/{path.stem[:32]}-{secrets.token_hex(5)}{path.suffix.lower()}"


def validate_picture(file: Any) -> None:
    """Refuse a new file that is too large or cannot be decoded to its end."""
    if getattr(file, "_committed", False):
        return  # judged when it came; the file may be gone
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check_size(*image.size)
            image.load()
            in_srgb(image)
    except BROKEN as error:
        raise ValidationError(_("这张图片读不出来，可能已损坏。")) from error
    finally:
        file.seek(0)


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        raise ValidationError(
            _("图片太大：最多 %(most)s 百万像素。"), params={"most": most}
        )
    if not widths(width, height) or not widths(height, width):
        raise ValidationError(_("图片太狭长。"))


def widths(width: int, height: int) -> list[int]:
    """Return the widths that a picture of this size is shown in, narrowest first."""
    largest = min(width, WIDTHS[-1])
    wanted = [*(w for w in WIDTHS if w < largest), largest]
    return [w for w in wanted if w * height <= LONGEST_SIDE * width]


def in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture turned as it is to be seen, in sRGB."""
    turn: Callable[[Image.Image], Image.Image] = library.PillowPicture.pre_process
    try:
        return turn(image)
    except ImageCms.PyCMSError:
        # A profile of another kind of picture, such as RGB on a palette: browsers, too,
        # show it as if it had none.
        image.info.pop("icc_profile", None)
        return turn(image)


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
            Image.open(file, formats=FORMATS) as original,
        ):
            if original.width * original.height > MOST_PIXELS:
                raise ValueError(f"more than {MOST_PIXELS} pixels")
            image = in_srgb(original)
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
    """The original, and the addresses of its sizes."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Store an original and make its sizes; raise one of ``BROKEN`` if it is damaged."""
        super().save(name, content, save=False)
        self.note_size()
        if save:
            self.instance.save()

    def note_size(self) -> None:
        """Set the columns of width and height: all sizes are there."""
        width, height = self._get_image_dimensions()
        setattr(self.instance, self.field.width_field, width)
        setattr(self.instance, self.field.height_field, height)

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
        """Return the address of the original where browsers show its format."""
        shown = PurePath(self.name).suffix.lower() in _SHOWN
        return str(self.url) if shown else self.largest


class PictureField(library.PictureField):  # type: ignore[misc]
    """A picture whose sizes are made as it is stored, with columns of its width and height."""

    attr_class = PictureFile
    default_validators = [validate_picture]

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

    @property
    def picture(self) -> PictureFile | None:
        """Return the picture if its sizes are made, else None."""
        return self.image if self.image and self.image_width else None
