"""What is a picture, and what readers get of it: files from outside, good, odd and hostile."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from articles import picture_check
from articles.picture_check import NotAPicture, checked

ORIENTATION = 0x0112
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(kind="JPEG", size=(64, 48), mode="RGB", colour=None, **options):
    image = Image.new(mode, size, colour or 0)
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def check(data, **options):
    return checked(io.BytesIO(data), **options)


def opened(data, **options):
    """Return the picture that readers get."""
    ours = Image.open(io.BytesIO(check(data, **options).data))
    ours.load()
    return ours


def refused(data):
    with pytest.raises(NotAPicture) as caught:
        check(data)
    assert str(caught.value)
    return caught.value.code


def near(colour, expected):
    return all(abs(a - b) <= 3 for a, b in zip(colour, expected, strict=True))


# ---- What is refused


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7\n", b"GIF8",
        b"<html><script>alert(1)</script>", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\x00\x00\x01\x00\x01\x00\x10\x10", b"P6 4000 4000 255\n",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(data):
    assert refused(data) == "format"


def test_an_iphone_s_format_is_named():
    assert refused(b"\0\0\0\x18ftypheic" + bytes(100)) == "heic"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP"])
def test_a_truncated_file_is_refused(kind):
    noise = Image.effect_noise((200, 200), 90)
    written = io.BytesIO()
    noise.save(written, kind)
    whole = written.getvalue()
    assert check(whole)
    assert refused(whole[: len(whole) * 2 // 3]) in ("broken", "format")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_what_moves_is_refused(kind):
    frames = [Image.new("RGB", (40, 40), shade) for shade in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:])
    assert refused(written.getvalue()) == "moving"


def test_the_first_page_of_a_tiff_is_taken():
    frames = [Image.new("RGB", (40, 40), shade) for shade in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "TIFF", save_all=True, append_images=frames[1:])
    assert near(opened(written.getvalue()).getpixel((5, 5)), (255, 0, 0))


def png(width, height, lines, *before):
    """Return a PNG of one bit a pixel with these lines, however many its head promises."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    chunks = [chunk(*other) for other in before]
    body = chunk(b"IDAT", zlib.compress(lines))
    return b"".join((b"\x89PNG\r\n\x1a\n", head, *chunks, body, chunk(b"IEND", b"")))


@pytest.mark.parametrize("side", [10_001, 20_000, 100_000])
def test_a_bomb_is_refused_before_it_is_decoded(side, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    assert refused(png(side, side, b"\0" * 1000)) == "size"


def test_a_bomb_in_the_metadata_is_refused():
    text = b"a\0\0" + zlib.compress(b"x" * 80_000_000)
    assert refused(png(8, 8, b"\0\0" * 8, (b"zTXt", text))) == "broken"


def test_too_many_scans_are_refused():
    data = picture(progressive=True)
    place = data.rindex(b"\xff\xda")
    end = data.rindex(b"\xff\xd9")
    scan = data[place:end]
    assert refused(data[:end] + scan * 200 + b"\xff\xd9") == "broken"
    assert check(data)


def test_too_many_bytes_are_refused_unread(monkeypatch):
    monkeypatch.setattr(picture_check, "MOST_BYTES", 1000)
    monkeypatch.setattr(Image, "open", lambda *_a, **_k: pytest.fail("it was opened"))
    assert refused(bytes(1001)) == "bytes"


@pytest.mark.parametrize("size", [(2, 30_000), (30_000, 2)])
def test_strips_are_refused(size):
    assert refused(picture("PNG", size)) == "slender"


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_pixels_that_are_no_colours_are_refused(mode):
    assert refused(picture("TIFF", mode=mode)) == "pixels"


# ---- What readers get


def zipped():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("evil.html", "<script>alert(1)</script>")
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize(
    "tail", [b"<html><script>alert(1)</script>", b"*/=1;alert(1)//", zipped()]
)
def test_what_is_glued_to_a_picture_does_not_come_through(kind, tail):
    ours = check(picture(kind) + tail).data
    assert tail not in ours
    assert not zipfile.is_zipfile(io.BytesIO(ours))


def test_a_script_in_the_metadata_does_not_come_through():
    script = b"<script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x010E] = script.decode()
    for data in (
        picture(comment=script, exif=exif, xmp=script),
        picture("GIF", comment=script),
        picture("WEBP", exif=exif, xmp=script),
        png(8, 8, b"\0\0" * 8, (b"tEXt", b"a\0" + script)),
    ):
        assert script in data
        ours = check(data).data
        assert script not in ours
        with Image.open(io.BytesIO(ours)) as image:
            assert not image.getexif()
            assert not {"comment", "xmp", "icc_profile", "exif"} & image.info.keys()


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_way_of_holding_a_camera_is_turned(kind, turn):
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    image = Image.new("L", (64, 48))
    image.paste(255, (0, 0, 32, 24))
    written = io.BytesIO()
    image.save(written, kind, exif=exif)
    ours = opened(written.getvalue())
    assert ours.size == ((64, 48) if turn < 5 else (48, 64))
    # Where EXIF says that the first row and the first column are.
    corner = {1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "tl", 6: "tr", 7: "br", 8: "bl"}
    right, bottom = ours.width - 9, ours.height - 9
    places = {"tl": (8, 8), "tr": (right, 8), "bl": (8, bottom), "br": (right, bottom)}
    bright = {name for name, place in places.items() if ours.convert("L").getpixel(place) > 128}  # fmt: skip
    assert bright == {corner[turn]}


def test_sixteen_bits_become_eight_without_losing_the_bright_ones():
    image = Image.new("I;16", (64, 64), 32_768)
    for kind in ("PNG", "TIFF"):
        written = io.BytesIO()
        image.save(written, kind)
        ours = opened(written.getvalue())
        assert ours.mode == "L"
        assert 126 <= ours.getpixel((30, 30)) <= 130


def test_colours_of_print_become_those_of_screens():
    for kind in ("JPEG", "TIFF"):
        ours = opened(picture(kind, mode="CMYK", colour=(0, 255, 255, 0)))
        assert ours.mode == "RGB"
        red, green, blue = ours.getpixel((20, 20))
        assert red > 200
        assert max(green, blue) < 60


def test_a_colour_profile_is_applied_and_left_out():
    # Red and blue exchanged.
    odd = (
        SRGB.replace(b"rXYZ", b"-odd")
        .replace(b"bXYZ", b"rXYZ")
        .replace(b"-odd", b"bXYZ")
    )
    plain = opened(picture(colour=(200, 100, 50)))
    same = opened(picture(colour=(200, 100, 50), icc_profile=SRGB))
    other = opened(picture(colour=(200, 100, 50), icc_profile=odd))
    assert near(same.getpixel((9, 9)), plain.getpixel((9, 9)))
    red, _green, blue = other.getpixel((9, 9))
    assert blue > red
    assert "icc_profile" not in same.info


@pytest.mark.parametrize("profile", [b"x", b"", bytes(128), SRGB[:300]])
def test_a_broken_profile_is_as_none(profile):
    ours = opened(picture(colour=(200, 100, 50), icc_profile=profile))
    assert near(ours.getpixel((9, 9)), (200, 100, 50))


def test_a_palette_with_transparency_stays_transparent():
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (20, 0, 40, 40))
    written = io.BytesIO()
    image.save(written, "PNG", transparency=0)
    ours = opened(written.getvalue())
    assert (ours.format, ours.mode) == ("PNG", "RGBA")
    assert ours.getpixel((5, 5))[3] == 0
    assert ours.getpixel((30, 5)) == (0, 255, 0, 255)
    # Where nothing shines through, it is a photograph like others.
    assert opened(picture("PNG", mode="RGBA", colour=(1, 2, 3, 255))).format == "JPEG"


def test_black_and_white_stays_small():
    ours = opened(picture("TIFF", mode="1", colour=1))
    assert (ours.format, ours.mode, ours.getpixel((5, 5))) == ("PNG", "1", 255)


def test_fifty_million_pixels_of_five_million_bytes_are_taken():
    # Noise in a corner, for the bytes.
    image = Image.new("RGB", (8660, 5774), (120, 140, 90))
    noise = Image.effect_noise((2200, 1800), 80).convert("RGB")
    image.paste(noise, (0, 0))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=97)
    assert written.tell() > 2_000_000
    ours = check(written.getvalue())
    assert (ours.width, ours.height) == (8660, 5774)


# ---- What it says of itself


def iptc(*fields):
    """Return a JPEG with fields of IPTC-IIM."""
    data = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
        for number, value in fields
    )
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data
    marker = b"Photoshop 3.0\0" + resource + b"\0" * (len(data) % 2)
    jpeg = picture()
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(marker) + 2) + marker + jpeg[2:]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_caption_and_credit_are_suggested(encoding):
    fields = ((120, "七宝古镇\0\n非遗市集"), (80, "王凯"))
    found = check(iptc(*((n, text.encode(encoding)) for n, text in fields)))
    assert (found.caption, found.credit) == ("七宝古镇 非遗市集", "王凯")


def test_exif_is_asked_where_iptc_says_nothing():
    exif = Image.Exif()
    exif[0x010E] = "OLYMPUS DIGITAL CAMERA         "
    exif[0x013B] = "王凯".encode()
    found = check(picture(exif=exif))
    assert (found.caption, found.credit) == ("", "王凯")


@pytest.mark.parametrize("value", [b"\xff\xfe\xfd", b"", b"\0" * 50, b"a" * 20_000])
def test_nonsense_in_the_metadata_is_no_trouble(value):
    found = check(iptc((120, value), (80, value), (80, value)))
    assert len(found.caption) <= 1000
    assert len(found.credit) <= 200
    assert (found.caption + found.credit).isprintable()


# ---- Anything at all

SOURCES = [
    picture(kind, mode=mode)
    for kind, mode in [
        ("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"), ("WEBP", "RGB"), ("AVIF", "RGB"),
        ("TIFF", "RGB"), ("TIFF", "1"), ("GIF", "P"), ("BMP", "RGB"), ("JPEG2000", "RGB"),
    ]
]  # fmt: skip


@given(st.sampled_from(SOURCES), st.integers(0, 2**32), st.integers(1, 40))
def test_damaged_bytes_are_a_picture_or_refused(source, seed, count):
    chance = random.Random(seed)
    data = bytearray(source)
    for _ in range(count):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    try:
        ours = check(bytes(data))
    except NotAPicture as error:
        assert str(error)
    else:
        with Image.open(io.BytesIO(ours.data)) as image:
            image.load()
            assert image.size == (ours.width, ours.height)


@given(st.binary(max_size=300))
def test_any_bytes_after_a_known_beginning_are_refused_or_read(tail):
    for source in SOURCES:
        try:
            check(source[:16] + tail)
        except NotAPicture as error:
            assert error.code in ("broken", "format", "size", "slender", "pixels", "moving")  # fmt: skip
