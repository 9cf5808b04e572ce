"""Pictures of pages come in with the text beside them, and what is no picture does not."""

import io
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from articles.ingest.page_pictures import PictureError, ready
from articles.models import Article, IndexChange, Page
from tests.test_import import SOURCE, inbox, put, run  # noqa: F401  (a fixture)
from tests.test_mets_alto import FILES, FIRST, PAGES, PHYSICAL, mets

pytestmark = pytest.mark.django_db

TEXT = "wanbao/2020-06-08/1.txt"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def picture(kind="JPEG", size=(60, 90), mode="RGB", colour=200, **options):
    written = io.BytesIO()
    shade = (
        colour
        if mode in ("L", "1")
        else (colour,) * len(Image.new(mode, (1, 1)).getbands())
    )
    Image.new(mode, size, shade).save(written, kind, **options)
    return written.getvalue()


def huge_png():
    """Return a PNG of 20,000 × 20,000 pixels that says so in a few bytes."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", lines)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [("1.jpg", "JPEG"), ("1.jpeg", "JPEG"), ("1.png", "PNG"), ("1.webp", "WEBP"), ("1.tif", "TIFF"),
     ("1.TIF", "TIFF"), ("1.jp2", "JPEG2000"), ("1.png", "JPEG")],
)  # fmt: skip
def test_the_picture_beside_a_page_is_the_page_s(inbox, name, kind):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, f"wanbao/2020-06-08/{name}", picture(kind))
    said, status, aside = run(inbox)
    assert (status, aside) == (0, [])
    assert "Pictures of pages taken in: 1" in said
    page = Page.objects.get()
    assert (page.image.width, page.image.height) == (60, 90)
    # Told by its content, and written anew.
    assert page.image.name.endswith(".jpg")
    with Image.open(page.image.path) as stored:
        assert stored.format == "JPEG"
    assert Article.objects.count() == 2


def test_the_same_again_changes_nothing_and_another_takes_its_place(inbox, media):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    scan = put(inbox, "wanbao/2020-06-08/1.jpg", picture())
    run(inbox)
    before = Page.objects.get().image.name
    said, _status, _aside = run(inbox)
    assert "0 new, 0 changed, 2 unchanged" in said
    assert "Pictures" not in said
    assert Page.objects.get().image.name == before
    originals = [path for path in (media / "pages").rglob("*") if path.is_file()]
    assert len(originals) == 1
    changes = IndexChange.objects.count()
    scan.write_bytes(picture(colour=90))
    assert "Pictures of pages taken in: 1" in run(inbox)[0]
    assert Page.objects.get().image.name != before
    assert IndexChange.objects.count() > changes


def test_a_picture_that_an_editor_chose_stays(inbox):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    run(inbox)
    Page.objects.update(image="pages/2020/06/better.jpg")
    put(inbox, "wanbao/2020-06-08/1.jpg", picture())
    run(inbox)
    assert Page.objects.get().image.name == "pages/2020/06/better.jpg"
    run(inbox, options=("--workers", "0", "--overwrite"))
    assert "import-" in Page.objects.get().image.name


def test_a_file_that_was_cut_short_by_a_kill_is_written_again(inbox):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, "wanbao/2020-06-08/1.jpg", picture())
    run(inbox)
    page = Page.objects.get()
    whole = Path(page.image.path).read_bytes()
    # As it was after a kill: some of the file, and nothing committed.
    Path(page.image.path).write_bytes(whole[:100])
    Page.objects.update(image="")
    run(inbox)
    assert Page.objects.get().image.name == page.image.name
    assert Path(page.image.path).read_bytes() == whole


def test_files_that_cannot_be_written_stop_the_import_in_words(inbox, media):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, "wanbao/2020-06-08/1.jpg", picture())
    media.write_text("a file where the folder should be")
    said, status, _aside = run(inbox)
    assert status == 1
    assert "a picture cannot be stored" in said
    assert not Article.objects.exists()
    media.unlink()
    assert run(inbox)[1] == 0
    assert Page.objects.get().image


BAD = {
    "text": b"no picture at all",
    "empty": b"",
    "cut short": picture(size=(400, 400))[:700],
    "no pixels": b"\xff\xd8\xff\xe0" + bytes(40),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "gif": picture("GIF", mode="L"),
    "too many pixels": huge_png(),
    "float pixels": picture("TIFF", mode="F", colour=0.5),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_set_aside_and_the_text_goes_in(inbox, name):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, "wanbao/2020-06-08/1.jpg", BAD[name])
    _said, status, aside = run(inbox)
    assert status == 3
    assert "1.jpg, the picture beside it" in aside[-1]["reason"]
    assert Article.objects.count() == 2
    assert not Page.objects.get().image


def test_a_picture_of_no_page_is_set_aside(inbox):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, "wanbao/2020-06-08/7.jpg", picture())
    _said, status, aside = run(inbox)
    assert status == 3
    assert [Path(line["file"]).name for line in aside] == ["7.jpg"]


def test_a_dry_run_leaves_no_picture(inbox, media):  # noqa: F811
    put(inbox, TEXT, SOURCE)
    put(inbox, "wanbao/2020-06-08/1.jpg", picture())
    assert run(inbox, options=("--workers", "0", "--dry-run"))[1] == 0
    assert not media.exists() or not any(media.rglob("*.jpg"))


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_pictures_come_out_of_archives_too(inbox, kind):  # noqa: F811
    files = {TEXT: SOURCE.encode(), "wanbao/2020-06-08/1.png": picture("PNG")}
    archive = inbox / f"issue.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for name, data in files.items():
                packed.writestr(name, data)
    else:
        with tarfile.open(archive, "w") as packed:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                packed.addfile(info, io.BytesIO(data))
    _said, status, aside = run(archive)
    assert (status, aside) == (0, [])
    assert Page.objects.get().image.width == 60


def test_workers_make_pictures_ready(inbox):  # noqa: F811
    chance = random.Random(5)
    for label in range(1, 4):
        put(inbox, f"wanbao/2020-06-08/{label}.txt", SOURCE)
        put(inbox, f"wanbao/2020-06-08/{label}.tif", picture("TIFF", colour=chance.randrange(250)))  # fmt: skip
    _said, status, aside = run(inbox, options=("--workers", "2"))
    assert (status, aside) == (0, [])
    names = Page.objects.values_list("image", flat=True)
    assert len({name for name in names if name.endswith(".jpg")}) == 3


def test_the_pages_of_a_mets_file_have_the_pictures_that_it_names(inbox):  # noqa: F811
    folder = "xinmin-wanbao/2020-06-08"
    files = mets(FIRST, files=FILES, physical=PHYSICAL)
    # The builder's picture of page 2 is an image/jp2 in a group of its own.
    put(inbox, f"{folder}/mets.xml", files)
    for name, data in PAGES.items():
        put(inbox, f"{folder}/{name}", data)
    put(inbox, f"{folder}/2.jp2", picture("JPEG2000"))
    run(inbox)
    assert not Page.objects.get(label="A1").image
    first = files.replace(
        '<mets:fptr FILEID="A1"/>', '<mets:fptr FILEID="A1"/><mets:fptr FILEID="I2"/>'
    )
    put(inbox, f"{folder}/mets.xml", first)
    _said, _status, aside = run(inbox)
    assert aside == []
    page = Page.objects.get(label="A1")
    assert (page.image.width, page.image.height) == (60, 90)


# ---- What a worker does


def test_a_photograph_that_lies_on_its_side_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "1.picture"
    path.write_bytes(picture(exif=exif))
    with Image.open(ready(str(path))) as turned:
        assert turned.size == (90, 60)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK"])
def test_scans_of_every_kind_of_pixels_are_made_fit(tmp_path, mode):
    path = tmp_path / "1.picture"
    path.write_bytes(picture("TIFF", mode=mode, colour=1 if mode == "1" else 100))
    with Image.open(ready(str(path))) as made:
        expected = ("PNG", "1") if mode == "1" else ("JPEG", "L" if mode == "L" else "RGB")  # fmt: skip
        assert (made.format, made.mode, made.size) == (*expected, (60, 90))


def test_random_bytes_are_refused_and_nothing_else_happens(tmp_path):
    chance = random.Random(2)
    path = tmp_path / "1.picture"
    good = picture("TIFF")
    for _ in range(60):
        data = bytearray(good)
        for _ in range(30):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            assert Path(ready(str(path))).stat().st_size
        except PictureError as error:
            assert str(path) not in str(error)
