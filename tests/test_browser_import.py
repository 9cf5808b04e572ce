"""Import in the browser: files sent, checked, imported, reported; by whom, and from wrong hands."""

import io
import json
import os
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from articles import jobs
from articles.import_reasons import reason_in_words
from articles.ingest import import_jobs, pipeline, uploads
from articles.models import Article, Change, Issue, Job, NearDuplicate, Publication
from articles.search import index
from tests.browser import open_page
from tests.factories import make_article, make_page, make_publication
from tests.races import meanwhile
from tests.test_import import SOURCE, lines, record
from tests.test_jobs import a_user, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/articles/import/"
LONG = (
    "今天上午，申城各界人士来到苏州河畔，参加一年一度的赛龙舟活动，河上鼓声不断。" * 4
)


@pytest.fixture(autouse=True)
def imports_root(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"
    return settings.IMPORTS_ROOT


@pytest.fixture
def chief():
    return signed_in(a_user("主编", "zhubian"))


def a_file(name, content):
    data = content if isinstance(content, bytes) else content.encode()
    return SimpleUploadedFile(name, data)


def zipped(**files):
    """Return a zip archive of files by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def send(client, *files, **fields):
    """Send files; return the job of their check, which was run."""
    data = {"sent": list(files), "status": "files", **fields}
    response = client.post(ADDRESS, data)
    assert response.status_code == 302, response.context["form"].errors
    return work(Job.objects.latest("pk"))


def work(job):
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def go(client, check):
    """Press the button below a check; return the job, which was run."""
    response = client.post(f"{ADDRESS}{check.pk}/run/")
    job = Job.objects.latest("pk")
    assert response["Location"] == job.get_absolute_url()
    return work(job)


def shown(client, job):
    return client.get(job.get_absolute_url()).content.decode()


def reasons(job):
    return {row["file"]: reason_in_words(row["reason"]) for row in job.report["aside"]}


# ---- All the way


def test_an_archive_with_errors_is_checked_then_imported_then_the_same_again(chief):
    make_article("端午", [LONG], page=make_page("9"))
    archive = zipped(
        **{
            "xinmin-wanbao/2020-06-08/1.txt": SOURCE,
            "xinmin-wanbao/2020-06-08/2.txt": "",
            "xinmin-wanbao/2020-06-08/3.txt": "字\n" * 50_001,
            "readme.html": "<html><script>alert(1)</script>",
            "a.jsonl": lines(
                record(headline="苏州河上", paragraphs=[LONG], date="2020-06-25"),
                record(date="2020-02-31"),
                record(headline=""),
            ),
        }
    )
    work(jobs.start("duplicates"))
    check = send(chief, a_file("六月.zip", archive))
    assert check.state == "done", check.message
    assert not Issue.objects.filter(publication__slug="xinmin-wanbao").exists()
    said = check.report
    assert (said["new"], said["changed"], said["unchanged"]) == (3, 0, 0)
    assert (said["issue_count"], said["page_count"]) == (2, 2)
    assert said["made"] == ["ceshi-wanbao", "xinmin-wanbao"]
    assert said["pair_count"] == 1
    assert said["aside_count"] == 5
    page = shown(chief, check)
    for words in (
        "2 期 2 版：将新增 3 篇，更新 0 篇，不动 0 篇，搁置 5 项。",
        "将新建报纸：", "ceshi-wanbao, xinmin-wanbao", "现在导入", "六月.zip!a.jsonl:2",
        "日期不对：2020-02-31", "有 50001 行，不像一版", "文件是空的", "已有的那篇", "没有写明报纸和日期",
    ):  # fmt: skip
        assert words in page, words
    assert "<script>alert" not in page

    done = go(chief, check)
    assert done.state == "done", done.message
    assert "再来一次" not in shown(chief, done)  # the files are gone
    assert {name: done.report[name] for name in ("new", "aside_count", "pair_count")} == {
        "new": 3, "aside_count": 5, "pair_count": 1,
    }  # fmt: skip
    assert Article.objects.filter(entered_by__username="zhubian").count() == 3
    pair = NearDuplicate.objects.get()
    page = shown(chief, done)
    assert reverse("admin:articles_nearduplicate_change", args=[pair.pk]) in page
    for issue in Issue.objects.filter(publication__slug="xinmin-wanbao"):
        assert reverse("admin:articles_issue_change", args=[issue.pk]) in page
    assert index.stale_ids() == []

    again = go(chief, send(chief, a_file("六月.zip", archive)))
    assert (again.report["new"], again.report["unchanged"]) == (0, 3)


def test_what_is_set_aside_can_be_had_as_a_file(chief):
    check = send(chief, a_file("a.jsonl", lines(record(date="2020-02-31"))))
    response = chief.get(f"{ADDRESS}{check.pk}/set-aside.jsonl")
    assert response["Content-Disposition"].startswith("attachment")
    (line,) = b"".join(response.streaming_content).decode().splitlines()
    assert json.loads(line)["line"] == 1
    clean = send(chief, a_file("a.jsonl", lines(record())))
    assert chief.get(f"{ADDRESS}{clean.pk}/set-aside.jsonl").status_code == 404


def test_doubtful_articles_are_listed_with_links(chief):
    done = go(chief, send(chief, a_file("1.txt", SOURCE), publication=publication(), date="2020-06-08"))  # fmt: skip
    doubtful = Article.objects.get(needs_review=True)
    link = reverse("admin:articles_article_change", args=[doubtful.pk])
    assert f'<a href="{link}">' in shown(chief, done)
    assert done.report["to_review"] == 1


def publication(slug="wanbao"):
    return make_publication(slug).pk


# ---- What the form says


def test_a_raw_text_gets_its_place_from_the_form(chief):
    fields = {"publication": publication(), "date": "2020-06-08", "page": "A05"}
    check = send(chief, a_file("来稿.txt", SOURCE), **fields)
    assert check.report["issue_count"] == 1
    go(chief, check)
    (page,) = {article.page for article in Article.objects.all()}
    assert (page.label, str(page.issue.published_on)) == ("A05", "2020-06-08")


def test_files_called_as_pages_are_those_pages(chief):
    fields = {"publication": publication(), "date": "2020-06-08", "page": "7"}
    files = [
        a_file("2.txt", SOURCE),
        a_file("A03.txt", SOURCE),
        a_file("稿.txt", SOURCE),
    ]
    go(chief, send(chief, *files, **fields))
    labels = set(Article.objects.values_list("page__label", flat=True))
    assert labels == {"2", "A03", "7"}


def test_folders_and_headers_stand_above_the_date_of_the_form(chief):
    archive = zipped(**{"wanbao/2020-06-08/1.txt": SOURCE, "2.txt": f"日期: 2020-06-09\n\n{SOURCE}"})  # fmt: skip
    fields = {"publication": publication(), "date": "2021-01-01"}
    go(chief, send(chief, a_file("a.zip", archive), **fields))
    days = set(Issue.objects.values_list("published_on", flat=True))
    assert {str(day) for day in days} == {"2020-06-08", "2020-06-09"}


def test_the_encoding_of_the_form_is_used(chief):
    text = SOURCE.encode("big5", "replace")
    fields = {"publication": publication(), "date": "2020-06-08"}
    done = go(chief, send(chief, a_file("1.txt", text), encoding="big5", **fields))
    assert done.report["new"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "2020-02-31"), ("date", "x"), ("page", "a/b"), ("page", "x" * 21),
        ("encoding", "rot13"), ("status", "published"), ("publication", "999999"),
        ("publication", "x"),
    ],
)  # fmt: skip
def test_what_the_form_cannot_mean_is_refused_with_a_reason(chief, field, value):
    data = {"sent": a_file("a.jsonl", lines(record())), "status": "files", field: value}
    response = chief.post(ADDRESS, data)
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not Job.objects.exists()


def test_no_file_is_refused(chief):
    response = chief.post(ADDRESS, {"status": "files"})
    assert response.context["form"].errors["sent"]


# ---- Drafts


def test_who_may_not_publish_imports_drafts(chief):
    client = signed_in(a_user("编辑"))
    assert "status" not in client.get(ADDRESS).context["form"].fields
    make_publication("ceshi-wanbao")
    job = go(client, send(client, a_file("a.jsonl", lines(record())), status="files"))
    article = Article.objects.get()
    assert (article.status, article.entered_by.username) == ("draft", "lan")
    # Once it is published, the same file leaves it published.
    Article.objects.update(status="published")
    again = go(client, send(client, a_file("a.jsonl", lines(record()))))
    assert again.report["unchanged"] == 1
    changed = lines(record(paragraphs=["梅雨季过了。"]))
    again = go(client, send(client, a_file("a.jsonl", changed)))
    assert again.report["changed"] == 1
    article = Article.objects.get()
    assert article.status == "published"
    assert article.paragraphs.get().text == "梅雨季过了。"
    # What came in new, and what was changed.
    _new, act = Change.objects.filter(kind="imported").order_by("pk")
    assert (act.user_name, act.note) == ("lan", "a.jsonl")
    assert index.stale_ids() == []
    assert job.report["new"] == 1


def test_who_may_publish_may_still_import_drafts(chief):
    go(chief, send(chief, a_file("a.jsonl", lines(record())), status="drafts"))
    assert Article.objects.get().status == "draft"


def test_parameters_of_a_job_give_nobody_the_right_to_publish(chief):
    check = send(chief, a_file("a.jsonl", lines(record())))
    make_publication("ceshi-wanbao")
    editor = signed_in(a_user("编辑"))
    go(editor, check)
    article = Article.objects.get()
    assert (article.status, article.entered_by.username) == ("draft", "lan")


def test_who_may_not_add_publications_makes_none():
    client = signed_in(a_user("编辑"))
    check = send(client, a_file("a.jsonl", lines(record())))
    assert check.report["new"] == 0
    assert list(reasons(check).values()) == [
        "ceshi-wanbao 2020-06-08 第 1 版第 1 篇：没有这份报纸：ceshi-wanbao"
    ]


def test_what_was_edited_here_stays_unless_it_is_to_be_replaced(chief):
    go(chief, send(chief, a_file("a.jsonl", lines(record()))))
    Article.objects.update(headline="编辑改过的标题")
    other = a_file("b.jsonl", lines(record(headline="新来的标题")))
    check = send(chief, other)
    assert "在这里录入或改过" in next(iter(reasons(check).values()))
    other.seek(0)
    go(chief, send(chief, other, overwrite="on"))
    assert Article.objects.get().headline == "新来的标题"


def test_who_may_not_change_what_is_published_imports_no_changes(chief):
    go(chief, send(chief, a_file("a.jsonl", lines(record()))))
    user = a_user("")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["import_article", "add_article", "change_article", "view_job"]
        )
    )
    client = signed_in(user)
    changed = a_file("a.jsonl", lines(record(headline="改题")))
    done = go(client, send(client, changed, overwrite="on"))
    assert (done.report["changed"], done.report["aside_count"]) == (0, 1)
    assert "您不能修改" in shown(client, done)


def test_an_import_whose_user_is_gone_or_has_lost_the_right_does_nothing(chief):
    check = send(chief, a_file("a.jsonl", lines(record())))
    job = jobs.start("import", User.objects.get(username="zhubian"), **check.params)
    User.objects.get(username="zhubian").groups.clear()
    work(job)
    assert (job.state, Article.objects.count()) == ("failed", 0)
    job = work(jobs.start("import", None, **check.params))
    assert (job.state, job.message) == ("failed", "发起人没有导入的权限。")


# ---- Interrupted


def test_a_stopped_import_leaves_whole_batches_and_goes_on(chief, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH", 2)
    many = lines(*(record(headline=f"第{n}条", page=str(n)) for n in range(1, 8)))
    check = send(chief, a_file("a.jsonl", many))
    user = User.objects.get(username="zhubian")
    job = jobs.start("import", user, **check.params)

    class Impatient(jobs.Progress):
        def tick(self, number=1):
            super().tick(number)
            if Article.objects.count() >= 4:
                raise jobs.Stopped

    monkeypatch.setattr(jobs, "Progress", Impatient)
    work(job)
    assert (job.state, Article.objects.count()) == ("stopped", 4)
    assert job.report["new"] == 4
    monkeypatch.undo()
    page = shown(chief, job)
    assert "新增了 4 篇" in page
    response = chief.post(reverse("admin:articles_job_again", args=[job.pk]))
    again = work(Job.objects.latest("pk"))
    assert response["Location"] == again.get_absolute_url()
    assert (again.report["new"], again.report["unchanged"]) == (3, 4)
    assert Article.objects.count() == 7
    assert index.stale_ids() == []


def test_files_are_removed_once_they_are_in_and_say_so(chief, imports_root):
    check = send(chief, a_file("a.jsonl", lines(record())))
    assert [path.name for path in imports_root.glob("*/files/*")] == ["a.jsonl"]
    go(chief, check)
    assert not list(imports_root.glob("*/files"))
    job = go(chief, check)
    assert job.message == "上传的文件已经清除，请重新上传。"


def test_old_files_are_removed_and_nothing_else(chief, imports_root, settings):
    check = send(chief, a_file("a.jsonl", lines(record())))
    (imports_root / "set-aside-of-a-command.jsonl").write_text("{}")
    long_ago = time.time() - (settings.IMPORT_KEEP_DAYS + 1) * 24 * 3600
    for path in imports_root.iterdir():
        os.utime(path, (long_ago, long_ago))
    send(chief, a_file("b.jsonl", lines(record())))
    names = sorted(path.name for path in imports_root.iterdir())
    assert len(names) == 2
    assert names[1] == "set-aside-of-a-command.jsonl"
    assert go(chief, check).state == "failed"


def test_files_are_private(chief, imports_root):
    send(chief, a_file("a.jsonl", lines(record())))
    (home,) = imports_root.iterdir()
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "files").stat().st_mode & 0o777 == 0o700


# ---- From wrong hands


def evil_zip():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.jsonl", lines(record()))
        archive.writestr("../../../etc/cron.d/x", "root")
        archive.writestr("page.svg", '<svg onload="alert(1)"/>')
        archive.writestr("empty.txt", "")
        archive.writestr("inner.zip", zipped(a="b"))
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        secret = zipfile.ZipInfo("secret.txt")
        archive.writestr(secret, "x")
    data = bytearray(target.getvalue())
    # The bit of encryption, in both headers of the last file.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rfind(mark)
        data[at + offset] |= 1
    return bytes(data)


def test_a_hostile_zip_costs_nothing_else(chief, imports_root):
    check = send(chief, a_file("evil.zip", evil_zip()))
    said = {name.partition("!")[2]: reason for name, reason in reasons(check).items()}
    assert said["../../../etc/cron.d/x"] == "路径指向压缩包之外"
    assert said["link.txt"] == "是链接，不是文件"
    assert said["secret.txt"] == "有密码，打不开"
    assert said["empty.txt"] == "文件是空的"
    assert said["inner.zip"] == "压缩包里还有压缩包，请先解开"
    assert said["page.svg"]
    assert go(chief, check).report["new"] == 1
    assert [path.name for path in imports_root.rglob("*") if path.is_file()]
    assert "onload" not in shown(chief, check).replace("&lt;svg onload", "")


def test_links_in_a_tar_and_names_that_are_no_utf8(chief):
    target = io.BytesIO()
    with tarfile.open(
        fileobj=target, mode="w:gz", format=tarfile.GNU_FORMAT
    ) as archive:
        link = tarfile.TarInfo("wanbao/2020-06-08/1.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        name = "晚报/坏.txt".encode("gb18030").decode("utf-8", "surrogateescape")
        for info, data in ((tarfile.TarInfo(name), b"x"), (tarfile.TarInfo("a.jsonl"), lines(record()).encode())):  # fmt: skip
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    check = send(chief, a_file("a.tar.gz", target.getvalue()))
    assert "是链接，不是文件" in reasons(check).values()
    assert check.report["aside_count"] == 2
    assert shown(chief, check)
    assert go(chief, check).report["new"] == 1


def test_names_in_gbk_of_a_windows_zip_are_read(chief):
    """Windows packs folders under names in GBK, without saying so."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("AAAAAAAA/2020-06-08/1.txt", SOURCE)
    data = target.getvalue().replace(b"AAAAAAAA", "测试晚报".encode("gbk"))
    make_publication("wanbao", name="测试晚报")
    check = send(chief, a_file("a.zip", data))
    assert check.report["made"] == []
    assert go(chief, check).report["new"] == 2
    assert Publication.objects.count() == 1


def test_a_zip_whose_files_share_their_bytes_is_refused(chief):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("0.txt", "w") as file:
            for _megabyte in range(60):
                file.write(bytes(2**20))
        kernel = archive.infolist()[0]
        for number in range(1, 400):
            other = zipfile.ZipInfo(f"{number}.txt")
            for name in ("compress_size", "file_size", "header_offset", "CRC", "compress_type"):  # fmt: skip
                setattr(other, name, getattr(kernel, name))
            archive.filelist.append(other)
    began = time.monotonic()
    check = send(chief, a_file("bomb.zip", target.getvalue()))
    assert list(reasons(check).values()) == ["解开之后大得不像文本"]
    assert time.monotonic() - began < 20


def test_too_much_at_once_is_refused_and_nothing_is_kept(chief, settings, imports_root):
    settings.IMPORT_MAX_MB = 1
    big = a_file("big.txt", b"x" * (2**20 + 1))
    response = chief.post(ADDRESS, {"sent": [big, a_file("b.txt", "y")], "page": "3"})
    (error,) = response.context["form"].errors["sent"]
    assert error == "一次最多上传 1 MB，请分几次。"
    assert response.context["form"].data["page"] == "3"
    assert not list(imports_root.glob("*/*"))
    assert not Job.objects.exists()


def test_too_many_files_at_once_are_refused(chief, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    files = [a_file(f"{n}.txt", "x") for n in range(4)]
    response = chief.post(ADDRESS, {"sent": files}, follow=True)
    assert "一次最多 3 个文件" in response.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.txt", "x.txt"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("a\u202etxt.exe", "a_txt.exe"),
        ("a\x00\n.txt", "a_.txt"),
        ('<img src=x onerror="1">.txt', "img src=x onerror=_1_.txt"),
        ("C:\\files\\第1版.txt", "C_files_第1版.txt"),
        ("长" * 300 + ".txt", "长" * 78 + ".txt"),
    ],
)
def test_names_of_files_are_only_names(name, kept):
    assert uploads.safe_name(name) == kept


def test_a_name_that_climbs_out_stays_in(chief, imports_root):
    body = (
        '--b\r\nContent-Disposition: form-data; name="status"\r\n\r\nfiles\r\n--b\r\n'
        'Content-Disposition: form-data; name="sent"; filename="../../../x.jsonl"\r\n\r\n'
        f"{lines(record())}\r\n--b--\r\n"
    )
    chief.generic("POST", ADDRESS, body, "multipart/form-data; boundary=b")
    (path,) = imports_root.rglob("*.jsonl")
    assert path.parent.parent.parent == imports_root


def test_files_of_one_name_are_all_kept(chief, imports_root):
    files = [a_file(name, lines(record())) for name in ("A.txt", "a.txt", "a.txt", "x", "x")]  # fmt: skip
    uploads.keep(files)
    names = {path.name for path in imports_root.glob("*/files/*")}
    assert names == {"A.txt", "a-2.txt", "a-3.txt", "x", "x-2"}


@pytest.mark.parametrize("name", ["", "..", "../x", "20200608-../../etc", "x" * 25])
def test_a_tampered_folder_is_none(name):
    with pytest.raises(uploads.UploadError):
        uploads.inbox(name)


def test_very_many_errors_are_counted_and_the_first_are_listed(chief, monkeypatch):
    monkeypatch.setattr(import_jobs, "LISTED", 5)
    check = send(chief, a_file("a.jsonl", lines(record()) + "nonsense\n" * 40))
    assert check.report["aside_count"] == 40
    assert len(check.report["aside"]) == 5
    assert check.report["new"] == 1


def test_two_imports_at_once_are_refused(chief, monkeypatch):
    from django.db import connections

    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x6E657773])
        check = send(chief, a_file("a.jsonl", lines(record())))
        assert check.state == "failed"
        assert check.message == "另一次导入正在进行，请等它结束之后再来一次。"
    finally:
        other.close()


# ---- Who may


@pytest.mark.parametrize(
    ("role", "status"),
    [("", 403), ("记者", 403), ("编辑", 200), ("主编", 200), ("管理员", 200)],
)
def test_who_may_import(role, status, chief):
    check = send(chief, a_file("a.jsonl", lines(record(date="2020-02-31"))))
    client = signed_in(a_user(role))
    assert client.get(ADDRESS).status_code == status
    data = {"sent": a_file("a.jsonl", lines(record())), "status": "files"}
    sent = client.post(ADDRESS, data)
    assert sent.status_code == (302 if status == 200 else 403)
    aside = client.get(f"{ADDRESS}{check.pk}/set-aside.jsonl")
    assert aside.status_code == status
    list(aside)
    run = client.post(f"{ADDRESS}{check.pk}/run/")
    assert run.status_code == (302 if status == 200 else 403)
    assert (ADDRESS in client.get("/admin/").content.decode()) == (status == 200)


def test_nobody_imports_without_signing_in(client, chief):
    check = send(chief, a_file("a.jsonl", lines(record())))
    count = Job.objects.count()
    for address in (ADDRESS, f"{ADDRESS}{check.pk}/run/", f"{ADDRESS}{check.pk}/set-aside.jsonl"):  # fmt: skip
        data = {"sent": a_file("a.jsonl", lines(record()))}
        page = client.post(address, data, follow=True).content.decode()
        assert 'id="login-form"' in page
    assert Job.objects.count() == count


def test_files_need_the_token_of_the_form():
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user("主编"))
    response = client.post(ADDRESS, {"sent": a_file("a.jsonl", lines(record())), "status": "files"})  # fmt: skip
    assert response.status_code == 403
    assert not Job.objects.exists()
    check = Job.objects.create(kind="import_check")
    assert client.post(f"{ADDRESS}{check.pk}/run/").status_code == 403


def test_only_a_check_that_is_done_is_imported(chief):
    check = send(chief, a_file("a.jsonl", lines(record())))
    assert chief.get(f"{ADDRESS}{check.pk}/run/").status_code == 405
    Job.objects.filter(pk=check.pk).update(state="failed")
    chief.post(f"{ADDRESS}{check.pk}/run/")
    assert not Job.objects.filter(kind="import").exists()
    other = jobs.start("duplicates")
    assert chief.post(f"{ADDRESS}{other.pk}/run/").status_code == 404


# ---- In a browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_editor_imports_an_archive_in_the_browser(chromium, live_server, admin_client, tmp_path, settings):  # fmt: skip
    """By a real file, real processes, and every button on the way."""
    settings.IMPORTS_ROOT = Path(settings.MEDIA_ROOT).parent / "imports"
    path = tmp_path / "六月.zip"
    path.write_bytes(zipped(**{"xinmin-wanbao/2020-06-08/1.txt": SOURCE, "b.txt": ""}))
    with open_page(chromium, live_server) as page:
        cookie = {"name": "sessionid", "value": admin_client.cookies["sessionid"].value}
        page.context.add_cookies([{**cookie, "url": live_server.url}])
        page.set_default_timeout(60_000)
        page.goto("/admin/")
        page.get_by_role("link", name="导入", exact=True).click()
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_text("六月.zip 6 KB").wait_for()
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_text("将新增 2 篇，更新 0 篇，不动 0 篇，搁置 1 项。").wait_for()
        page.get_by_role("button", name="现在导入").click()
        page.get_by_text("新增了 2 篇，更新了 0 篇，不动 0 篇，搁置 1 项。").wait_for()
        page.get_by_role("link", name="xinmin-wanbao 2020-06-08").click()
        page.get_by_role("heading", name="2020-06-08").wait_for()
    assert Article.objects.filter(entered_by__username="admin").count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_an_editor_stores_while_it_is_imported_is_not_replaced(
    admin_client, monkeypatch
):
    monkeypatch.setattr("articles.jobs._spawn", lambda _pk: None)  # it is run here
    make_publication()
    go(admin_client, send(admin_client, a_file("a.jsonl", lines(record()))))
    check = send(admin_client, a_file("a.jsonl", lines(record(headline="文件里改的"))))
    with meanwhile(lambda: Article.objects.update(headline="编辑改的")):
        job = go(admin_client, check)
    assert (job.state, job.report["changed"]) == ("done", 0)
    assert "录入或改过" in reasons(job)["a.jsonl"]
    assert Article.objects.get().headline == "编辑改的"
