"""What is a picture, and what readers get of it: every file from outside is judged here.

Uploads, pages' pictures and imports all come this way. A file is told by its content, bounded
before a pixel of it is decoded, decoded to its end, turned upright, brought to sRGB with eight
bits, and written anew: nothing of the file itself reaches a reader. No Django.
"""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from PIL import Image, ImageCms, ImageFile, IptcImagePlugin, UnidentifiedImageError

# An uncompressed page of 67 million pixels, 60 × 45 cm at 400 dots an inch, has 200 MB.
MOST_BYTES = 200 * 2**20
MOST_PIXELS = 100_000_000
# A phone's column at two densities, a desk's at one and two, and the whole screen.
WIDTHS = (320, 640, 960, 1440, 2160)
# WebP counts the sides of a picture with 14 bits.
LONGEST_SIDE = 16_383
# A progressive JPEG may ask for every pixel to be gone over once for each few bytes of it.
MOST_SCANS = 100
# What cameras and scanners write. Pillow reads others by other programs (EPS: Ghostscript).
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "JPEG2000", "GIF", "BMP")
# What moves in these; further pages of a TIFF and further views of a JPEG are left out.
_MOVING = ("GIF", "PNG", "WEBP", "AVIF")
_ENCODING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "subsampling": 0},
    "PNG": {},
    "WEBP": {"quality": 92},
    "AVIF": {"quality": 85, "speed": 8},
}
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
_TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
_OPAQUE = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr")
_ORIENTATION, _DESCRIPTION, _ARTIST = 0x0112, 0x010E, 0x013B
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What cameras write where a caption should be.
_NO_CAPTIONS = ("digital camera", "sony dsc", "default", "screenshot")
# Wherever a file is opened: Pillow warns from here on, and refuses twice as many.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# A picture of 100 million pixels takes up to a gigabyte while it is turned: one at a time.
_decoding = threading.Lock()


class NotAPicture(ValueError):  # noqa: N818 - it says what the file is
    """A file that is refused: ``code`` says why, ``values`` with which numbers."""

    def __init__(self, code: str, said: str, **values: Any) -> None:
        super().__init__(said)
        self.code = code
        self.values = values


@dataclass(slots=True)
class Checked:
    """A picture as readers may get it: our own bytes, and what the file said of itself."""

    data: bytes
    suffix: str
    width: int
    height: int
    caption: str = ""
    credit: str = ""


def checked(
    file: IO[bytes], *, kind: str = "", formats: tuple[str, ...] = FORMATS
) -> Checked:
    """Return the picture in a file, written anew; raise NotAPicture with the reason.

    It becomes a JPEG, or a PNG where one can see through it, or where it has black and white
    only, as microfilms have, and would be many times larger; unless ``kind`` says what.
    """
    _check_bytes(file)
    with decoding(file, formats) as opened:
        caption, credit = _said(opened)
        is_bilevel = opened.mode == "1"
        image = upright(opened)
        kind = kind or ("PNG" if is_bilevel or _is_seen_through(image) else "JPEG")
        if kind == "PNG" and is_bilevel:
            image = image.convert("1", dither=Image.Dither.NONE)
        elif kind == "JPEG" and image.mode == "RGBA":
            image = image.convert("RGB")
        written = io.BytesIO()
        image.info.clear()
        image.save(written, kind, **_ENCODING[kind])
    suffix = {"JPEG": "jpg"}.get(kind, kind.lower())
    return Checked(written.getvalue(), suffix, *image.size, caption, credit)


@contextmanager
def decoding(
    file: IO[bytes], formats: tuple[str, ...] = FORMATS
) -> Iterator[ImageFile.ImageFile]:
    """Open a picture within the bounds, for as long as it is worked on.

    Whatever goes wrong meanwhile, a decoder may raise anything, becomes NotAPicture.
    """
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with _opened(file, formats) as image:
                yield image
        except NotAPicture:
            raise
        except Exception as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise NotAPicture("broken", said) from error
        finally:
            file.seek(0)


def _opened(file: IO[bytes], formats: tuple[str, ...]) -> ImageFile.ImageFile:
    file.seek(0)
    try:
        image = Image.open(file, formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        file.seek(0)
        if file.read(12)[4:] in _HEIC:
            raise NotAPicture("heic", "HEIC is not read: make a JPEG of it") from None
        raise NotAPicture("format", "it is no picture that can be read") from None
    _check_image(image, file)
    return image


def _check_bytes(file: IO[bytes]) -> None:
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise NotAPicture("bytes", f"no picture is larger than {most} MiB", most=most)


def _check_image(image: ImageFile.ImageFile, file: IO[bytes]) -> None:
    """Refuse what is known from the head of a file, before it is decoded."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if not widths(width, height) or not widths(height, width):
        raise NotAPicture("slender", f"{width} × {height} pixels are too slender")
    if image.format in _MOVING and getattr(image, "is_animated", False):
        raise NotAPicture("moving", "it is animated")
    if not image.mode.startswith("I;16") and image.mode not in (
        *_OPAQUE,
        *_TRANSPARENT,
    ):
        raise NotAPicture(
            "pixels", f"its pixels are of a kind that is not read: {image.mode}"
        )
    if image.format in ("JPEG", "MPO") and _scans(file) > MOST_SCANS:
        raise NotAPicture("broken", "it has too many scans")


def _too_many_pixels() -> NotAPicture:
    most = MOST_PIXELS // 1_000_000
    return NotAPicture("size", f"its pixels are over {most} million", most=most)


def _scans(file: IO[bytes]) -> int:
    """Return how often a JPEG begins a scan, or something that looks like it."""
    place = file.tell()
    file.seek(0)
    count, last = 0, b""
    while piece := file.read(2**20):
        # A marker may stand across two pieces.
        count += (last + piece).count(b"\xff\xda")
        last = piece[-1:] if piece[-1:] == b"\xff" else b""
    file.seek(place)
    return count


def widths(width: int, height: int) -> list[int]:
    """Return the widths that a picture of this size is shown in, narrowest first."""
    largest = min(width, WIDTHS[-1])
    wanted = [*(w for w in WIDTHS if w < largest), largest]
    return [w for w in wanted if w * height <= LONGEST_SIDE * width]


# ---- As it is to be seen


def upright(image: Image.Image) -> Image.Image:
    """Return a picture turned as it is to be seen, in sRGB with eight bits: L, RGB or RGBA."""
    image.load()
    turn = _TURNS.get(_exif(image).get(_ORIENTATION, 1))
    profile = image.info.get("icc_profile")
    image = _with_plain_pixels(image)
    if profile:
        image = _in_srgb(image, profile)
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return image if turn is None else image.transpose(turn)


def _exif(image: Image.Image) -> Any:
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001 - browsers show a picture whose metadata are broken
        return {}


def _with_plain_pixels(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I;16"):
        # convert() alone cuts off all that is brighter than 255 of 65,535.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    is_transparent = image.mode in _TRANSPARENT or "transparency" in image.info
    mode = "RGBA" if is_transparent else "L" if image.mode in ("1", "L") else "RGB"
    # To convert to the same is a copy, which matters where a picture has 400 MB.
    is_plain = image.mode == mode or (image.mode == "CMYK" and not is_transparent)
    return image if is_plain else image.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        # A profile of another kind of picture: browsers, too, show it as if it had none.
        return image
    return made or image


def _is_seen_through(image: Image.Image) -> bool:
    if image.mode != "RGBA":
        return False
    return image.getchannel("A").getextrema() != (255, 255)


# ---- What it says of itself


def _said(image: ImageFile.ImageFile) -> tuple[str, str]:
    """Return caption and credit of the file's metadata: of IPTC, else of EXIF."""
    try:
        iptc = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:  # noqa: BLE001 - a suggestion is not worth a refusal
        iptc = {}
    exif = _exif(image)
    caption = _text(iptc.get((2, 120))) or _text(exif.get(_DESCRIPTION))
    credit = _text(iptc.get((2, 80))) or _text(exif.get(_ARTIST))
    if caption.lower().endswith(_NO_CAPTIONS):
        caption = ""
    return caption[:1000], credit[:200]


def _text(value: Any) -> str:
    """Return a text of the metadata on one line, whatever wrote it."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, str):
        # Pillow reads the bytes of EXIF as Latin-1.
        try:
            value = value.encode("latin-1")
        except UnicodeEncodeError:
            return _plain(value)
    if not isinstance(value, bytes):
        return ""
    for encoding in ("utf-8", "gb18030"):
        try:
            return _plain(value.decode(encoding))
        except UnicodeDecodeError:
            continue
    return ""


def _plain(text: str) -> str:
    printable = (char if char.isprintable() else " " for char in text)
    return " ".join("".join(printable).split())
