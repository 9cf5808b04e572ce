"""Photos in the form of an article: uploaded, kept, attached, refused, and for whom."""

import io
import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from articles import originals, pictures, uploads
from articles.models import Article, Photo, PhotoUpload
from tests.actions import run_action
from tests.factories import make_article, make_page
from tests.test_admin import article_data, errors, part_row, rows
from tests.test_pictures import jpeg_with_gps, photo_of, picture_bytes, upload

pytestmark = pytest.mark.django_db

ADDRESS = reverse("admin:articles_article_photos")
LIST = reverse("admin:articles_article_changelist")
ADD = reverse("admin:articles_article_add")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    return settings.MEDIA_ROOT


@pytest.fixture
def editor(admin_client):
    return admin_client


def small(name="a.jpg", **options):
    return upload(name, **{"size": (60, 40), **options})


def send(client, file=None):
    accept = {"accept": "application/json"}
    return client.post(ADDRESS, {"file": file or small()}, headers=accept)


def sent(client, file=None):
    answer = send(client, file)
    assert answer.status_code == 200, answer.content
    return answer.json()


def client_of(role, *rights):
    user = User.objects.create_user(uuid.uuid4().hex, is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    for right in rights:
        user.user_permissions.add(Permission.objects.get(codename=right))
    client = Client()
    client.force_login(user)
    return client


def change_address(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


# ---- An upload


def test_a_photo_is_kept_until_its_article_is_saved(editor, media):
    said = sent(editor)
    waiting = PhotoUpload.objects.get()
    assert said["upload"] == str(waiting.pk)
    assert (Path(media) / said["preview"].removeprefix("/media/")).is_file()
    row = {"upload": said["upload"], "caption": "外白渡桥", "alt": "石桥"}
    answer = editor.post(ADD, article_data(**rows("photos", [row])))
    assert answer.status_code == 302, errors(answer)
    photo = Photo.objects.get()
    assert photo.image.name == waiting.image.name
    assert photo.picture.width == 60
    assert not PhotoUpload.objects.exists()
    page = editor.get(photo.article.get_absolute_url()).content.decode()
    assert photo.picture.smallest in page
    assert 'alt="石桥"' in page


def test_a_mistake_in_the_form_loses_no_upload(editor):
    said = sent(editor)
    row = {"upload": said["upload"], "caption": "图"}
    answer = editor.post(ADD, article_data(headline="", **rows("photos", [row])))
    assert "必填" in errors(answer)
    page = answer.content.decode()
    assert f'value="{said["upload"]}"' in page
    assert said["preview"] in page
    assert editor.post(ADD, article_data(**rows("photos", [row]))).status_code == 302


def test_one_upload_is_one_photo(editor):
    row = {"upload": sent(editor)["upload"]}
    twice = editor.post(ADD, article_data(**rows("photos", [row, row])))
    assert "出现了两次" in errors(twice)
    assert not Photo.objects.exists()
    assert editor.post(ADD, article_data(**rows("photos", [row]))).status_code == 302
    again = editor.post(ADD, article_data(**rows("photos", [row])))
    assert "已经用过" in errors(again)
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    "key", ["x", "0" * 36, str(uuid.UUID(int=7)), "长" * 400, "\0"]
)
def test_an_upload_that_is_none_is_a_mistake_in_the_form(editor, key):
    answer = editor.post(ADD, article_data(**rows("photos", [{"upload": key}])))
    assert answer.status_code == 200
    assert errors(answer)
    assert not Article.objects.exists()


def test_nobody_takes_the_upload_of_another(editor):
    said = sent(client_of("编辑"))
    row = {"upload": said["upload"]}
    answer = editor.post(ADD, article_data(**rows("photos", [row])))
    assert "已经用过" in errors(answer)
    assert PhotoUpload.objects.exists()


def test_an_upload_replaces_the_picture_of_a_photo(editor):
    article = make_article("题")
    photo = photo_of(article, 1, image=small(), caption="图")
    before = photo.image.name
    row = part_row(photo, caption="图", upload=sent(editor)["upload"])
    data = article_data(article, **rows("photos", stored=[row]))
    answer = editor.post(change_address(article), data)
    assert answer.status_code == 302, errors(answer)
    photo.refresh_from_db()
    assert photo.image.name != before
    assert photo.picture
    assert originals.exists(before)  # a former version names it


def test_caption_and_credit_of_the_file_are_suggested(editor):
    exif = Image.Exif()
    exif[0x010E] = "外白渡桥夜景".encode()
    exif[0x013B] = "王凯".encode()
    said = sent(editor, SimpleUploadedFile("a.jpg", picture_bytes((60, 40), exif=exif)))
    assert (said["caption"], said["credit"]) == ("外白渡桥夜景", "王凯")


def test_what_readers_get_says_nothing_of_the_place_and_the_original_does(editor):
    file = jpeg_with_gps()
    data = file.read()
    file.seek(0)
    sent(editor, file)
    image = PhotoUpload.objects.get().image
    assert b"secret" in data
    assert b"secret" not in Path(image.path).read_bytes()
    with originals.opened(image.name) as kept:
        assert kept.read() == data


# ---- What is refused


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "读不出来"),
        ("a.jpg", b"", "读不出来"),
        ("a.jpg", picture_bytes((300, 300))[:900], "损坏"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
        ("a.png", picture_bytes((2, 30_000), "PNG"), "狭长"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(editor, media, name, data, message):
    answer = send(editor, SimpleUploadedFile(name, data, "image/jpeg"))
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert not files_in(media)
    assert not PhotoUpload.objects.exists()


def test_a_picture_is_told_by_its_content_alone(editor):
    file = SimpleUploadedFile("a.txt", picture_bytes((60, 40)), "text/html")
    sent(editor, file)
    assert PhotoUpload.objects.get().image.name.endswith(".jpg")


def test_a_large_file_is_refused_unread(editor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    answer = send(editor, SimpleUploadedFile("a.jpg", picture_bytes((600, 600))))
    assert "文件太大" in answer.json()["error"]


def test_too_many_that_wait_are_refused(editor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_WAITING", 1)
    sent(editor)
    assert "先保存文章" in send(editor).json()["error"]
    sent(client_of("编辑"))  # each has a number of their own


def test_a_full_disk_is_said(editor, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.ORIGINALS_ROOT = tmp_path / "file"
    assert "存不下" in send(editor).json()["error"]


@pytest.mark.parametrize("data", [{}, {"file": "text"}, {"other": "x"}])
def test_a_request_without_file_is_refused(editor, data):
    answer = editor.post(ADDRESS, data)
    assert (answer.status_code, answer.json()["error"]) == (400, "没有收到文件。")


def test_a_broken_body_is_no_error_of_ours(editor):
    kind = "multipart/form-data; boundary=x"
    answer = editor.post(ADDRESS, b"--x\r\nnonsense", content_type=kind)
    assert answer.status_code == 400


# ---- Without script


def test_several_files_are_sent_with_the_form(editor):
    data = article_data(**{"photos-new": [small("a.jpg"), small("b.jpg")]})
    answer = editor.post(ADD, data)
    assert answer.status_code == 302, errors(answer)
    assert [photo.position for photo in Photo.objects.order_by("position")] == [1, 2]
    assert all(photo.picture for photo in Photo.objects.all())


def test_a_bad_one_among_them_is_named_and_the_good_ones_wait(editor):
    files = [small("好.jpg"), SimpleUploadedFile("<b>坏.jpg", b"nothing")]
    answer = editor.post(ADD, article_data(**{"photos-new": files}))
    assert "坏.jpg：图片读不出来" in errors(answer)
    assert "<b>坏" not in answer.content.decode()
    assert not Photo.objects.exists()
    waiting = PhotoUpload.objects.get()
    assert f'value="{waiting.pk}"' in answer.content.decode()


def test_the_file_of_a_row_survives_a_mistake_elsewhere(editor):
    data = article_data(headline="", **rows("photos", [{"image": small()}]))
    answer = editor.post(ADD, data)
    waiting = PhotoUpload.objects.get()
    assert f'value="{waiting.pk}"' in answer.content.decode()
    row = {"upload": str(waiting.pk)}
    assert editor.post(ADD, article_data(**rows("photos", [row]))).status_code == 302


def test_a_bad_file_of_a_row_is_told_beside_it(editor):
    bad = SimpleUploadedFile("a.jpg", b"nothing")
    data = article_data(**rows("photos", [{"image": bad}]))
    assert "读不出来" in errors(editor.post(ADD, data))


@pytest.mark.parametrize("total", ["x", "", "-1", "1001", "9" * 30])
def test_tampered_totals_are_no_error_of_ours(editor, total):
    data = article_data(**{"photos-new": [small()], "photos-TOTAL_FORMS": total})
    assert editor.post(ADD, data).status_code in (200, 302)


def test_a_picture_is_removed_by_its_box(editor):
    article = make_article("题")
    photo = photo_of(article, 1, image=small(), caption="图")
    row = part_row(photo, caption="图") | {"image-clear": "on"}
    data = article_data(article, **rows("photos", stored=[row]))
    assert editor.post(change_address(article), data).status_code == 302
    photo.refresh_from_db()
    assert not photo.image


# ---- Alternative text


def test_missing_alternative_texts_are_asked_for_and_block_nothing(editor):
    row = {"upload": sent(editor)["upload"]}
    data = article_data(**rows("photos", [row]))
    answer = editor.post(ADD, data, follow=True)
    # Stored, and asked about before it is published.
    page = answer.content.decode()
    assert "1 张图片没有替代文字" in page
    article = Article.objects.get()
    assert f'href="{change_address(article)}#photos-group"' in page
    assert article.status == "draft"
    publish = reverse("admin:articles_article_publish", args=[article.pk])
    editor.post(publish, {"confirmed": "yes", "asked_count": "1"}, follow=True)
    article.refresh_from_db()
    assert article.status == "published"
    article.photos.update(alt="石桥")
    stored = part_row(article.photos.get(), alt="石桥")
    data = article_data(article, **rows("photos", stored=[stored]))
    answer = editor.post(change_address(article), data, follow=True)
    assert "还没有替代文字" not in answer.content.decode()


def test_many_are_published_after_a_warning_that_names_articles_and_photos(editor):
    silent = make_article(
        "<b>桥</b>", [{"caption": "桥"}, {"caption": "水"}], status="draft"
    )
    silent.photos.update(image="photos/a.jpg")
    told = make_article("塔", [{"caption": "塔", "alt": "石塔"}], status="review")
    told.photos.update(image="photos/b.jpg")
    # Of what is published already, and of a caption without a picture, nothing is said.
    done = make_article("楼", [{"caption": "楼"}])
    done.photos.update(image="photos/c.jpg")
    bare = make_article("船", [{"caption": "船"}], status="draft")
    keys = [article.pk for article in (silent, told, done, bare)]
    data = {"action": "publish", "_selected_action": keys}
    page = editor.post(LIST, data).content.decode()
    assert "2 张图片没有替代文字" in page
    assert "所在文章（1 篇）" in page
    assert (
        f'href="{change_address(silent)}#photos-group">&lt;b&gt;桥&lt;/b&gt;</a> (2)'
        in page
    )
    assert page.count("#photos-group") == 1
    run_action(editor, LIST, "publish", keys)
    assert Article.objects.published().count() == 4
    page = editor.post(LIST, {**data, "action": "withdraw"}).content.decode()
    assert "没有替代文字" not in page


# ---- Tidied


def test_what_nobody_saved_for_days_is_removed(
    editor, tmp_path, django_capture_on_commit_callbacks
):
    sent(editor)
    old = PhotoUpload.objects.get()
    PhotoUpload.objects.update(created_at=timezone.now() - uploads.KEPT * 2)
    with django_capture_on_commit_callbacks(execute=True):
        sent(editor, small(size=(70, 40)))
    assert PhotoUpload.objects.get().image.name != old.image.name
    assert not [path for path in files_in(tmp_path) if old.image.name in str(path)]


def test_an_old_upload_that_was_saved_meanwhile_stays(
    editor, django_capture_on_commit_callbacks
):
    sent(editor)
    waiting = PhotoUpload.objects.get()
    photo_of(make_article(), image=waiting.image.name)
    PhotoUpload.objects.update(created_at=timezone.now() - uploads.KEPT * 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.tidy() == 1
    assert originals.exists(waiting.image.name)


def test_make_pictures_removes_them_too(editor):
    sent(editor)
    PhotoUpload.objects.update(created_at=timezone.now() - uploads.KEPT * 2)
    call_command("make_pictures")
    assert not PhotoUpload.objects.exists()


# ---- Who may

STAFF = [("记者", True), ("编辑", True), ("主编", True), ("管理员", True), ("", False)]


@pytest.mark.parametrize(("role", "may"), STAFF)
def test_who_may_upload(role, may):
    client = client_of(role)
    assert send(client).status_code == (200 if may else 403)
    assert client.get(ADDRESS).status_code == (405 if may else 403)
    assert PhotoUpload.objects.exists() == may


def test_who_may_not_add_photos_uploads_none():
    client = client_of("", "add_article", "view_article", "view_photo")
    assert send(client).status_code == 403
    client.post(ADD, article_data(status="draft", **{"photos-new": [small()]}))
    assert not PhotoUpload.objects.exists()
    assert not Photo.objects.exists()


def test_nobody_uploads_unnamed(client):
    answer = send(client)
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert not PhotoUpload.objects.exists()


def test_uploads_need_the_secret_of_the_form(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert send(client).status_code == 403


def original_address(row):
    return reverse(f"admin:articles_{row._meta.model_name}_original", args=[row.pk])


@pytest.mark.parametrize(
    ("role", "status"),
    [("记者", 403), ("编辑", 200), ("主编", 200), ("管理员", 200), ("", 403)],
)
def test_who_may_download_the_original(role, status):
    client = client_of(role)
    photo = photo_of(make_article(), image=jpeg_with_gps())
    page = make_page("9", image=small())
    for row in (photo, page):
        answer = client.get(original_address(row))
        assert answer.status_code == status
        _ = b"".join(answer)  # to its end, where the file is closed
    form = client.get(change_address(photo.article)).content.decode()
    assert ("下载原件" in form) == (status == 200)
    assert Client().get(original_address(photo)).status_code == 302


def test_an_original_is_a_file_to_keep_and_nothing_to_open(editor):
    data = picture_bytes((60, 40), "PNG") + b"<script>alert(1)</script>"
    photo = photo_of(make_article(), image=SimpleUploadedFile("a.html", data))
    answer = editor.get(original_address(photo))
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/octet-stream"
    expected = f'attachment; filename="photo-{photo.pk}.png"'
    assert answer["Content-Disposition"] == expected
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private, no-store" in answer["Cache-Control"]


def test_the_original_of_another_s_draft_is_not_there_for_who_may_not_see_it():
    photo = photo_of(make_article(status="draft"), image=small())
    client = client_of("记者", "original_photo")
    assert client.get(original_address(photo)).status_code == 404


def test_an_original_that_is_not_kept_is_not_found(editor):
    photo = photo_of(make_article(), image="photos/none.jpg", caption="图")
    assert editor.get(original_address(photo)).status_code == 404
    assert editor.get(change_address(photo.article)).status_code == 200
    bare = photo_of(photo.article, 10, caption="无图")
    assert editor.get(original_address(bare)).status_code == 404


def test_originals_are_not_below_what_servers_publish(editor, client, settings):
    photo = photo_of(make_article(), image=small())
    assert not Path(settings.ORIGINALS_ROOT).is_relative_to(settings.MEDIA_ROOT)
    assert client.get(f"/media/{photo.image.name}.original").status_code == 404
    assert client.get(f"/media/../originals/{photo.image.name}.original").status_code == 400  # fmt: skip


def test_who_may_only_look_sees_photos_and_no_place_to_drop():
    photo = photo_of(make_article(), image=small(), caption="外白渡桥")
    client = client_of("", "view_article", "view_photo")
    form = client.get(change_address(photo.article)).content.decode()
    assert "外白渡桥" in form
    assert 'id="photo-drop"' not in form


def test_a_picture_gone_for_good_takes_its_original_with_it(editor, tmp_path):
    row = {"upload": sent(editor)["upload"]}
    editor.post(ADD, article_data(**rows("photos", [row])))
    image = Photo.objects.get().image
    Photo.objects.all().delete()
    assert pictures.remove_for_good(image.name, image.storage)
    assert not [path for path in files_in(tmp_path) if image.name in str(path)]


def test_a_picture_of_five_million_bytes(editor):
    noise = Image.effect_noise((3000, 2200), 70).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=93)
    assert written.tell() > 5_000_000
    sent(editor, SimpleUploadedFile("a.jpg", written.getvalue()))
    assert PhotoUpload.objects.get().image_width == 3000
