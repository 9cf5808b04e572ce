"""Pictures: their sizes, when these are made and removed, and how pages show them."""

import io
import re
from pathlib import Path

import pytest
import reversion
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.urls import reverse
from PIL import Image, ImageCms, ImageDraw

from articles import originals, pictures
from articles.blocks import blocks
from articles.models import Article, Page, Photo
from articles.models.picture import validate_picture, widths
from newsarchive.prepare import prepare_database
from newsarchive.urls import urlpatterns
from tests.factories import make_article, make_page

pytestmark = pytest.mark.django_db

ORIENTATION, GPS = 0x0112, 0x8825


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Give an empty folder for pictures."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    return settings.MEDIA_ROOT


def original_of(photo):
    with originals.opened(photo.image.name) as file:
        return file.read()


def picture_bytes(size=(800, 600), kind="JPEG", mode="RGB", **options):
    image = Image.new(mode, size, "navy" if mode != "L" else 40)
    ImageDraw.Draw(image).rectangle(
        (0, 0, size[0] // 2, size[1] // 2), fill="white" if mode != "L" else 255
    )
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def upload(name="七宝.jpg", **options):
    return SimpleUploadedFile(name, picture_bytes(**options))


def photo_of(article, position=9, **fields):
    return Photo.objects.create(article=article, position=position, **fields)


def sizes_of(media, photo):
    folder = Path(media) / "sizes" / photo.image.name
    return sorted(path.name for path in folder.glob("*")) if folder.exists() else []


def jpeg_with_gps():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (31.0, 9.0, 30.0)
    exif[GPS] = {1: "N", 2: (31.0, 9.0, 30.0)}
    return SimpleUploadedFile(
        "gps.jpg", picture_bytes((1000, 600), exif=exif, comment=b"secret place")
    )


# ---- Sizes


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), [320, 640, 960, 1440, 2160]),
        ((960, 500), [320, 640, 960]),
        ((100, 80), [100]),
        ((1000, 20_000), [320, 640]),
        ((10, 20_000), []),
    ],
)
def test_a_picture_is_made_no_wider_than_it_is_nor_too_high_for_webp(size, expected):
    assert widths(*size) == expected


def test_sizes_are_made_as_a_photo_is_stored_and_the_original_is_kept(media):
    photo = photo_of(make_article(), image=upload(size=(1000, 750)))
    photo.refresh_from_db()
    assert (photo.image_width, photo.image_height) == (1000, 750)
    expected = {f"{w}.{kind}" for w in (320, 640, 960, 1000) for kind in ("avif", "webp")}  # fmt: skip
    assert set(sizes_of(media, photo)) == expected
    assert original_of(photo) == picture_bytes((1000, 750))
    for name in sizes_of(media, photo):
        with Image.open(Path(media) / "sizes" / photo.image.name / name) as image:
            width = int(name.partition(".")[0])
            assert image.size == (width, round(width * 0.75))
            assert image.format in ("AVIF", "WEBP")


def test_a_picture_is_turned_as_the_camera_was_held_and_says_nothing_of_the_place(
    media,
):
    photo = photo_of(make_article(), image=jpeg_with_gps())
    assert (photo.image_width, photo.image_height) == (600, 1000)
    with Image.open(io.BytesIO(original_of(photo))) as original:
        assert original.getexif().get_ifd(GPS)
    with Image.open(photo.image.path) as ours:
        assert ours.size == (600, 1000)
        assert not ours.getexif()
    assert b"secret" not in Path(photo.image.path).read_bytes()
    for name in sizes_of(media, photo):
        with Image.open(Path(media) / "sizes" / photo.image.name / name) as image:
            assert image.width < image.height
            assert not image.getexif()
            assert "xmp" not in image.info
            # White was at the top left: turned clockwise, it is at the top right.
            bright = image.convert("L")
            assert bright.getpixel((image.width - 5, 5)) > 200
            assert bright.getpixel((5, 5)) < 100
        assert b"secret" not in (Path(media) / "sizes" / photo.image.name / name).read_bytes()  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "mode", "suffix"),
    [
        ("PNG", "P", "png"), ("PNG", "RGBA", "png"), ("JPEG", "L", "jpg"), ("JPEG", "CMYK", "jpg"),
        ("GIF", "P", "gif"), ("TIFF", "RGB", "tif"), ("WEBP", "RGB", "webp"), ("AVIF", "RGB", "avif"),
        ("PNG", "1", "png"), ("PNG", "I;16", "png"), ("PNG", "LA", "png"),
    ],
)  # fmt: skip
def test_whatever_cameras_and_scanners_write_is_shown(media, kind, mode, suffix):
    written = io.BytesIO()
    Image.new(mode, (400, 300)).save(written, kind)
    file = SimpleUploadedFile(f"a.{suffix}", written.getvalue())
    validate_picture(file)
    photo = photo_of(make_article(), image=file)
    assert sizes_of(media, photo) == ["320.avif", "320.webp", "400.avif", "400.webp"]


def test_a_colour_profile_that_does_not_fit_the_picture_is_ignored(media):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = upload("a.png", kind="PNG", mode="L", icc_profile=profile)
    validate_picture(file)
    assert sizes_of(media, photo_of(make_article(), image=file))


def test_nothing_of_a_file_s_name_is_in_ours():
    article = make_article()
    photo = photo_of(article, image=upload("../../秘密.php.jpg"))
    assert re.fullmatch(r"photos/\d{4}/\d{2}/[0-9a-f]{20}\.jpg", photo.image.name)


def test_names_are_never_used_twice(media):
    article = make_article()
    first, second = (photo_of(article, n, image=upload("a.jpg")) for n in (8, 9))
    third = photo_of(article, 10, image=upload("a.png", kind="PNG", mode="RGBA"))
    assert third.image.name.endswith(".jpg")  # nothing shines through
    names = {photo.image.name for photo in (first, second, third)}
    assert len(names) == 3
    assert all(name.startswith("photos/") for name in names)
    page = make_page("2", image=upload())
    assert page.image.name.startswith("pages/")
    assert page.picture


# ---- What is refused


def refusal(file):
    with pytest.raises(ValidationError) as caught:
        validate_picture(file)
    return caught.value.messages[0]


def test_damaged_files_are_refused():
    whole = picture_bytes((800, 600))
    assert "读不出来" in refusal(SimpleUploadedFile("a.jpg", whole[: len(whole) // 2]))
    assert "读不出来" in refusal(SimpleUploadedFile("a.jpg", b"<html>"))


def test_formats_that_pillow_reads_by_other_programs_are_refused():
    written = io.BytesIO()
    Image.new("RGB", (50, 50)).save(written, "EPS")
    assert "读不出来" in refusal(SimpleUploadedFile("a.eps", written.getvalue()))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bombs_are_refused_before_they_are_decoded(monkeypatch):
    written = io.BytesIO()
    Image.new("1", (10_001, 10_000)).save(written, "PNG")
    monkeypatch.setattr(
        Image.Image, "load", lambda _: pytest.fail("it was decoded")
    )  # fmt: skip
    assert "最多 100 百万像素" in refusal(
        SimpleUploadedFile("a.png", written.getvalue())
    )


def test_strips_are_refused():
    assert "狭长" in refusal(upload(size=(2, 30_000), kind="PNG"))


def test_editors_are_told_about_a_damaged_file(admin_client):
    page = make_page()
    data = {
        "issue": page.issue_id,
        "label": "1",
        "position": "1",
        "name": "",
        "image": SimpleUploadedFile("a.jpg", picture_bytes((800, 600))[:2000]),
    }
    answer = admin_client.post(
        reverse("admin:articles_page_change", args=[page.pk]), data
    )
    assert answer.status_code == 200
    assert "读不出来" in answer.content.decode()
    data["image"] = upload()
    answer = admin_client.post(
        reverse("admin:articles_page_change", args=[page.pk]), data
    )
    assert answer.status_code == 302
    page.refresh_from_db()
    assert (page.image_width, page.image_height) == (800, 600)


# ---- Replaced, deleted, restored


def test_sizes_go_with_their_photo_once_that_is_committed(
    media, django_capture_on_commit_callbacks
):
    photo = photo_of(make_article(), image=upload())
    with django_capture_on_commit_callbacks() as callbacks:
        photo.delete()
    assert sizes_of(media, photo)
    for callback in callbacks:
        callback()
    assert not sizes_of(media, photo)
    assert not (Path(media) / "sizes" / photo.image.name).exists()
    assert Path(photo.image.path).exists()


def test_sizes_go_with_the_article_too(media, django_capture_on_commit_callbacks):
    photo = photo_of(make_article(), image=upload())
    with django_capture_on_commit_callbacks(execute=True):
        Article.objects.all().delete()
    assert not sizes_of(media, photo)


def test_a_replaced_picture_loses_its_sizes(media, django_capture_on_commit_callbacks):
    photo = photo_of(make_article(), image=upload())
    old = Photo.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        photo.image = upload(size=(500, 900))
        photo.save()
    assert (photo.image_width, photo.image_height) == (500, 900)
    assert not sizes_of(media, old)
    assert sizes_of(media, photo)
    with django_capture_on_commit_callbacks(execute=True):
        photo.image, photo.caption = "", "说明"
        photo.save()
    assert not list((Path(media) / "sizes").rglob("*.webp"))
    photo.refresh_from_db()
    assert photo.image_width is None


def test_sizes_stay_while_another_row_names_the_file(
    media, django_capture_on_commit_callbacks
):
    photo = photo_of(make_article(), image=upload())
    with django_capture_on_commit_callbacks(execute=True):
        again = photo_of(make_article(), image=photo.image.name)
        photo.delete()
    assert sizes_of(media, again)
    again.refresh_from_db()
    assert again.image_width == 800


def test_a_former_version_has_its_sizes_again(
    media, django_capture_on_commit_callbacks
):
    article = make_article()
    photo = photo_of(article, image=upload())
    with reversion.create_revision():
        reversion.add_to_revision(article)
    version = reversion.models.Version.objects.get_for_object(photo).get()
    with django_capture_on_commit_callbacks(execute=True):
        Photo.objects.all().delete()
    assert not sizes_of(media, photo)
    with django_capture_on_commit_callbacks(execute=True):
        version.revert()
    assert sizes_of(media, photo)
    assert Photo.objects.get().picture


# ---- make_pictures, import


def stored_by_name(media, name="photos/1.jpg", position=9, content=None):
    path = Path(media) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content != b"":
        path.write_bytes(content or picture_bytes())
    article = make_article()
    photo = Photo(article=article, position=position, image=name, caption="说明")
    return Photo.objects.bulk_create([photo])[0]


def test_make_pictures_makes_what_is_missing_and_reports_the_rest(media, capsys):
    good = stored_by_name(media)
    bad = stored_by_name(media, "photos/bad.jpg", content=b"no picture")
    gone = stored_by_name(media, "photos/gone.jpg", content=b"")
    last = stored_by_name(media, "photos/last.jpg")
    with pytest.raises(CommandError, match="2 pictures could not be made"):
        call_command("make_pictures")
    said = capsys.readouterr().err
    assert f"photos/bad.jpg ({bad.pk})" in said
    assert f"photos/gone.jpg ({gone.pk})" in said
    for photo in (good, last):
        photo.refresh_from_db()
        assert photo.image_width == 800
        assert len(sizes_of(media, photo)) == 6
    assert [row.pk for row, _ in pictures.make()] == [bad.pk, gone.pk]


def test_make_pictures_all_looks_for_each_file(media):
    photo = photo_of(make_article(), image=upload())
    (Path(media) / "sizes" / photo.image.name / "320.avif").unlink()
    call_command("make_pictures")
    assert "320.avif" not in sizes_of(media, photo)
    call_command("make_pictures", "--all")
    assert "320.avif" in sizes_of(media, photo)


def test_a_file_that_a_kill_cut_short_is_made_again(media):
    photo = stored_by_name(media)
    folder = Path(media) / "sizes" / photo.image.name
    folder.mkdir(parents=True)
    for width in (320, 640, 800):
        for kind in ("avif", "webp"):
            (folder / f"{width}.{kind}").write_bytes(b"half")
    call_command("make_pictures")
    with Image.open(folder / "800.webp") as image:
        assert image.size == (800, 600)


def test_imported_pictures_have_their_sizes(media, tmp_path, transactional_db):
    (Path(media) / "photos").mkdir(parents=True)
    (Path(media) / "photos" / "1.jpg").write_bytes(picture_bytes())
    make_page()
    record = tmp_path / "a.jsonl"
    record.write_text(
        '{"publication": "wanbao", "date": "2020-06-08", "page": "1", "position": 1,'
        ' "headline": "沪上入梅", "body": [{"kind": "paragraph", "text": "梅雨来了。"},'
        ' {"kind": "photo", "caption": "雨", "image": "photos/1.jpg"}]}',
        encoding="utf-8",
    )
    call_command("import_issues", str(record), "--workers=0", verbosity=0)
    photo = Photo.objects.get()
    assert photo.picture
    assert len(sizes_of(media, photo)) == 6


def test_a_picture_that_came_by_name_is_written_anew_and_kept_as_original(media):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = picture_bytes((900, 600), exif=exif, comment=b"secret") + b"<script>"
    photo = stored_by_name(media, content=data)
    call_command("make_pictures")
    photo.refresh_from_db()
    assert (photo.image_width, photo.image_height) == (600, 900)
    assert original_of(photo) == data
    ours = Path(photo.image.path).read_bytes()
    assert b"secret" not in ours
    assert b"<script>" not in ours
    call_command("make_pictures", "--all")
    assert Path(photo.image.path).read_bytes() == ours
    # Cut short by a kill, and begun again.
    Path(photo.image.path).write_bytes(ours[:900])
    Photo.objects.update(image_width=None)
    call_command("make_pictures")
    assert Path(photo.image.path).read_bytes() == ours


def test_a_picture_is_gone_for_good_only_when_no_row_names_it(media):
    photo = photo_of(make_article(), image=upload())
    name, storage = photo.image.name, photo.image.storage
    assert not pictures.remove_for_good(name, storage)
    assert original_of(photo)
    Photo.objects.all().delete()
    assert pictures.remove_for_good(name, storage)
    assert not originals.exists(name)
    assert not [path for path in Path(media).rglob("*") if path.is_file()]


# ---- Pages


def test_a_row_whose_file_is_missing_is_read_without_looking_for_it(client, media):
    photo = stored_by_name(media, content=b"")
    answer = client.get(photo.article.get_absolute_url())
    assert answer.status_code == 200
    assert "说明" in answer.content.decode()
    assert not photo.picture


def figure(photo, **context):
    return render_to_string(
        "articles/_figure.html", {"photo": photo, "sizes": "100vw", "language": "zh-hans", **context}
    )  # fmt: skip


def test_a_figure_offers_sizes_and_says_its_own():
    photo = photo_of(make_article(), image=upload(), caption="七宝古镇", credit="甲 摄")
    html = figure(photo)
    url = f"/media/sizes/{photo.image.url.removeprefix('/media/')}"
    assert f'<source type="image/avif" srcset="{url}/320.avif 320w, {url}/640.avif 640w, {url}/800.avif 800w"' in html  # fmt: skip
    assert f'src="{url}/800.webp"' in html
    assert 'width="800" height="600"' in html
    assert 'loading="lazy" decoding="async"' in html
    assert f'href="{url}/800.webp"' in html
    assert 'loading="lazy"' not in figure(photo, eager=True)
    assert 'fetchpriority="high"' in figure(photo, eager=True)


def test_a_caption_is_not_read_twice():
    article = make_article()
    photo = photo_of(article, image=upload(), caption="七宝古镇")
    assert 'alt="照片"' in figure(photo)
    photo.alt = "石桥上的行人"
    assert 'alt="石桥上的行人"' in figure(photo)
    assert figure(photo).count("七宝古镇") == 1


def test_a_caption_without_picture_stands_alone():
    html = figure(photo_of(make_article(), caption="七宝古镇"))
    assert "<img" not in html
    assert "<a" not in html
    assert "七宝古镇" in html


def test_photos_that_follow_each_other_are_a_gallery(media):
    article = make_article(body=["一。", {"caption": "无图"}, "二。"])
    for position in (3, 4, 5):
        photo_of(article, position, image=upload())
    article.paragraphs.create(position=6, kind="subhead", text="小标题")
    photo_of(article, 7, image=upload())
    found = blocks(article.body())
    kinds = ["paragraph", "photo", "paragraph", "gallery", "subhead", "photo"]
    assert [block.kind for block in found] == kinds
    assert [len(block.parts) for block in found] == [1, 1, 1, 3, 1, 1]
    assert not any(block.eager for block in found)  # the first is the fourth block


def test_the_first_picture_near_the_beginning_is_fetched_at_once(media):
    article = make_article(body=["一。"])
    for position in (2, 3):
        photo_of(article, position, image=upload())
    found = blocks(article.body())
    assert [block.eager for block in found] == [False, True]
    html = render_to_string("articles/_photos.html", {"block": found[1]})
    assert html.count("<figure") == 2
    assert html.count('fetchpriority="high"') == 1
    assert html.count('loading="lazy"') == 1


def test_a_list_has_its_pictures_in_one_query(django_assert_num_queries):
    pages = [make_article() for _ in range(5)]
    firsts = set()
    for article in pages[:3]:
        photo_of(article, 1, caption="无图")
        firsts.add(photo_of(article, 5, image=upload(), alt="石桥").image.name)
        photo_of(article, 6, image=upload())
    with django_assert_num_queries(2):
        listed = list(Article.objects.with_picture().order_by("pk"))
        names = [a.picture.image.name if a.picture and a.picture.picture.middle else "" for a in listed]  # fmt: skip
    assert [bool(name) for name in names] == [True, True, True, False, False]
    assert set(names[:3]) == firsts
    html = render_to_string("articles/_teaser_picture.html", {"article": listed[0]})
    assert 'alt="石桥"' in html
    assert "<a" not in html
    assert not render_to_string(
        "articles/_teaser_picture.html", {"article": listed[4]}
    ).strip()


def test_browsers_may_keep_pictures_for_a_year(client):
    # As the address names it: where the settings said when it was made.
    folder = Path(urlpatterns[0].default_args["document_root"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.jpg").write_bytes(picture_bytes())
    answer = client.get("/media/a.jpg")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    answer.close()
    assert "immutable" not in client.get("/media/b.jpg").get("Cache-Control", "")


def test_the_demo_has_its_pictures_before_it_is_served(media, transactional_db):
    (Path(media) / "demo").mkdir(parents=True)
    (Path(media) / "demo" / "river.webp").write_bytes(b"cut short by a kill")
    prepare_database(lambda line: None)
    pictured = Photo.objects.exclude(image="")
    assert pictured.count() > 30
    assert not pictured.filter(image_width=None).exists()
    assert Page.objects.exclude(image_width=None).count() == 1
    # A kill between the articles and their pictures: the next start makes up for it.
    last = pictured.order_by("-pk")[:3]
    pictured.filter(pk__in=last.values("pk")).update(
        image_width=None, image_height=None
    )
    prepare_database(lambda line: None)
    assert not pictured.filter(image_width=None).exists()
