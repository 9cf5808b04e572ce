"""Background jobs: what their rows say, their processes, their pages, and who may see them."""

import datetime
import os
import signal
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import jobs
from articles.models import Job, NearDuplicate
from tests.browser import open_page
from tests.factories import make_article

pytestmark = pytest.mark.django_db
CHILDREN = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
TEXT = "今天上午，申城各界人士来到苏州河畔，参加一年一度的赛龙舟活动。" * 8


def counts(progress, number=3):
    """Tick so often; say who asked."""
    progress.total = number
    for _ in range(number):
        progress.tick()
    return {"数到": number, "谁": str(progress.job.started_by), "几行": ["甲", "乙"]}


def fails(progress):
    raise jobs.JobError("第 3 行不是日期")


def breaks(progress):
    raise RuntimeError("no such thing")


def misses(progress, sign):
    raise FileNotFoundError({"NUL": "a\0.jsonl", "no UTF-8": "a\udcff.jsonl"}[sign])


def never_ends(progress):
    """Tick until somebody asks to stop."""
    while True:
        progress.tick()
        time.sleep(0.01)


@pytest.fixture
def kinds(monkeypatch):
    """Give kinds that count, fail, break and never end; the right of the first is to publish."""
    for work in (counts, fails, breaks, misses, never_ends):
        name = work.__name__
        monkeypatch.setitem(jobs.KINDS, name, f"tests.test_jobs.{name}")
        monkeypatch.setitem(jobs.TITLES, name, f"数数 {name}")
        monkeypatch.setitem(jobs.RIGHTS, name, "articles.publish_article")


def a_user(role, name="lan"):
    user = User.objects.create_user(name, is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, *args):
    return reverse(f"admin:articles_job_{name}", args=args)


def ended(kind, user=None, **params):
    """Run a job in this process; return its row."""
    job = jobs.start(kind, user, **params)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


# ---- Rows


def test_every_kind_has_a_title_and_a_right():
    assert jobs.KINDS.keys() == jobs.TITLES.keys() == jobs.RIGHTS.keys()
    for kind in jobs.KINDS:
        assert callable(jobs.import_string(jobs.KINDS[kind]))
        app, right = jobs.RIGHTS[kind].split(".")
        known = Permission.objects.filter(content_type__app_label=app)
        assert known.filter(codename=right).exists(), kind


def test_a_job_says_how_it_ended(kinds):
    user = a_user("主编")
    job = ended("counts", user, number=5)
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert job.report == {"数到": 5, "谁": "lan", "几行": ["甲", "乙"]}
    job = ended("fails")
    assert (job.state, job.message, job.report) == ("failed", "第 3 行不是日期", {})
    job = ended("breaks")
    assert (job.state, job.message) == ("failed", "RuntimeError: no such thing")
    assert job.is_over


def test_a_job_runs_once(kinds):
    job = ended("counts")
    Job.objects.filter(pk=job.pk).update(report={})
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).report == {}


def test_a_job_that_was_stopped_before_it_began_does_nothing(kinds):
    job = jobs.start("counts")
    jobs.ask_to_stop(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("stopped", 0)


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no kind of job"):
        jobs.start("made-up")


def test_messages_are_in_the_language_of_who_started_it(kinds):
    job = jobs.start("counts")
    Job.objects.filter(pk=job.pk).update(language="en", stop_asked=True)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.message == "Stopped, as asked."


def lost(kind, user):
    job = jobs.start(kind, user)
    long_ago = timezone.now() - datetime.timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(
        state="running", created_at=long_ago, heard_at=long_ago, done=2, total=9
    )
    job.refresh_from_db()
    return job


def test_a_killed_job_says_so_and_can_be_run_again(kinds):
    user = a_user("主编")
    client, job = signed_in(user), lost("counts", user)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "进程已中断" in page
    assert "再来一次" in page
    assert "data-progress" not in page
    response = client.post(address("again", job.pk))
    new = Job.objects.latest("pk")
    assert response["Location"] == new.get_absolute_url()
    assert (new.kind, new.state, new.started_by) == ("counts", "waiting", user)
    job.refresh_from_db()
    assert (job.state, job.is_lost) == ("failed", False)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_was_given_up_stops_when_it_is_heard_again(kinds):
    user = a_user("")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    job = lost("never_ends", User.objects.get(pk=user.pk))
    Job.objects.filter(pk=job.pk).update(state="waiting")
    # As ``again`` does, once the work goes on.
    progress = jobs.Progress(job)
    Job.objects.filter(pk=job.pk).update(state="failed", ended_at=timezone.now())
    with pytest.raises(jobs.Stopped), progress:
        never_ends(progress)
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 2)


# ---- Processes


@pytest.mark.django_db(transaction=True)
def test_a_process_does_the_work_in_the_database_of_the_test(admin_client, admin_user):
    make_article("赛龙舟", [TEXT])
    make_article("苏州河上赛龙舟", [TEXT])
    response = admin_client.post(reverse("admin:articles_nearduplicate_find"))
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    assert job.started_by == admin_user
    until(lambda: Job.objects.get().is_over)
    job.refresh_from_db()
    assert (job.state, job.message, job.done) == ("done", "", 2)
    assert job.report == {"比较的文章": 2, "发现的近似文章（对）": 1}
    assert NearDuplicate.objects.count() == 1
    assert "发现的近似文章" in admin_client.get(job.get_absolute_url()).content.decode()


@pytest.mark.skipif(not CHILDREN.exists(), reason="needs the children in /proc")
@pytest.mark.django_db(transaction=True)
def test_a_process_has_a_session_of_its_own_and_no_secret_on_its_command_line():
    job = jobs.start("duplicates")
    found = until(lambda: [p for p in children() if f"run_job\0{job.pk}" in command(p)])
    assert os.getsid(found[0]) == found[0] != os.getsid(0)
    words = command(found[0]).strip("\0").split("\0")
    assert words[1:] == [words[1], "run_job", str(job.pk)]
    os.kill(found[0], signal.SIGKILL)
    # Its exit status is taken: no zombie stays.
    until(lambda: found[0] not in children())
    assert not Job.objects.get().ended_at


def children():
    # The thread that started it is the parent: here the one of the tests.
    return [int(pid) for pid in CHILDREN.read_text().split()]


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


# ---- Pages


def test_a_running_job_tells_its_page_how_far_it_is(kinds):
    user = a_user("主编")
    job = jobs.start("counts", user)
    Job.objects.filter(pk=job.pk).update(
        state="running", heard_at=timezone.now(), done=3, total=7, message="第三张 <b>"
    )
    client = signed_in(user)
    said = client.get(address("progress", job.pk))
    assert "no-store" in said["Cache-Control"]
    assert said.json() == {
        "state": "running", "label": "进行中", "over": False, "done": 3, "total": 7,
        "message": "第三张 <b>",
    }  # fmt: skip
    page = client.get(job.get_absolute_url()).content.decode()
    assert 'max="7" value="3"' in page
    assert "第三张 &lt;b&gt;" in page
    assert "看最新进度" in page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "再来一次" not in page
    client.post(address("stop", job.pk))
    assert Job.objects.get(pk=job.pk).stop_asked


def test_a_report_is_a_table_with_everything_escaped(kinds):
    user = a_user("主编")
    job = ended("counts", user)
    Job.objects.filter(pk=job.pk).update(report={"<i>": ["<script>", 2], "空": []})
    page = signed_in(user).get(job.get_absolute_url()).content.decode()
    assert "&lt;i&gt;" in page
    assert "<li>&lt;script&gt;</li>" in page
    assert "<script>" not in page


def test_the_list_names_what_who_and_how_far(kinds, admin_client):
    ended("counts", a_user("主编"))
    lost("fails", None)
    page = admin_client.get(address("changelist")).content.decode()
    for words in ("数数 counts", "lan", "完成", "3 / 3", "进程已中断"):
        assert words in page
    assert admin_client.get(address("changelist") + "?state__exact=done").status_code == 200  # fmt: skip


def test_a_job_that_goes_on_is_not_run_again(kinds, admin_client, admin_user):
    job = jobs.start("counts", admin_user)
    response = admin_client.post(address("again", job.pk), follow=True)
    assert "任务还没有结束" in response.content.decode()
    assert Job.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "0", "99999999", "1e3", "9" * 40])
def test_jobs_that_are_not_there_are_not_found(admin_client, key):
    response = admin_client.get(f"/admin/articles/job/{key}/change/")
    assert response.status_code in (302, 404)


def test_addresses_that_change_something_take_only_posts(kinds, admin_client, admin_user):  # fmt: skip
    job = ended("counts", admin_user)
    for name in ("stop", "again"):
        assert admin_client.get(address(name, job.pk)).status_code == 405
    find = reverse("admin:articles_nearduplicate_find")
    assert admin_client.get(find).status_code == 405
    assert Job.objects.count() == 1


def test_buttons_need_the_token_of_the_form(kinds, admin_user):
    job = ended("counts", admin_user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(address("again", job.pk)).status_code == 403


# ---- Who may

# Of another's job of a kind that takes the right to publish: seen, and run again.
ROLES = [
    ("", 403, 403),
    ("记者", 404, 404),
    ("编辑", 404, 404),
    ("主编", 200, 302),
    ("管理员", 200, 302),
]


@pytest.mark.parametrize(("role", "seen", "again"), ROLES)
def test_who_may_see_stop_and_repeat_the_jobs_of_others(kinds, role, seen, again):
    job = ended("counts", User.objects.create_user("other"))
    client = signed_in(a_user(role))
    assert client.get(job.get_absolute_url()).status_code == seen
    assert client.get(address("progress", job.pk)).status_code == seen
    expected = 302 if seen == 200 else seen
    assert client.post(address("stop", job.pk)).status_code == expected
    assert client.post(address("again", job.pk)).status_code == again
    assert Job.objects.count() == (2 if again == 302 else 1)
    if seen != 403:
        listed = "数数 counts" in client.get(address("changelist")).content.decode()
        assert listed == (seen == 200)


def test_a_reporter_sees_and_stops_their_own_but_repeats_only_what_they_may(kinds):
    user = a_user("记者")
    job, client = jobs.start("counts", user), signed_in(user)
    assert client.get(job.get_absolute_url()).status_code == 200
    client.post(address("stop", job.pk))
    jobs.run(job.pk)
    assert Job.objects.get().state == "stopped"
    assert client.post(address("again", job.pk)).status_code == 403
    assert "再来一次" not in client.get(job.get_absolute_url()).content.decode()


def test_work_that_is_repeated_is_that_of_who_asked(kinds):
    job = ended("counts", User.objects.create_user("other"), number=1)
    user = a_user("管理员")
    signed_in(user).post(address("again", job.pk))
    assert Job.objects.latest("pk").started_by == user


@pytest.mark.parametrize("name", ["progress", "stop", "again"])
def test_nobody_gets_there_without_signing_in(kinds, client, name):
    job = ended("counts")
    response = client.post(address(name, job.pk))
    assert response.status_code == 302
    assert "/login/" in response["Location"]
    assert Job.objects.count() == 1


@pytest.mark.parametrize(("role", "status"), [("", 403), ("记者", 403), ("编辑", 302)])
def test_who_may_look_for_near_duplicates(role, status):
    client = signed_in(a_user(role))
    find = reverse("admin:articles_nearduplicate_find")
    assert client.post(find).status_code == status


# ---- In a browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_follows_the_job_to_its_end(chromium, live_server, admin_client, admin_user):  # fmt: skip
    job = Job.objects.create(kind="duplicates", started_by=admin_user)
    with open_page(chromium, live_server) as page:
        cookie = {"name": "sessionid", "value": admin_client.cookies["sessionid"].value}
        page.context.add_cookies([{**cookie, "url": live_server.url}])
        page.goto(job.get_absolute_url())
        row = Job.objects.filter(pk=job.pk)
        row.update(state="running", heard_at=timezone.now(), done=4, total=8)
        page.get_by_text("4 / 8").wait_for()
        assert page.locator("progress").get_attribute("value") == "4"
        row.update(state="done", ended_at=timezone.now(), report={"找到": 12})
        page.get_by_role("button", name="再来一次").wait_for()
        assert page.get_by_text("找到").is_visible()
    connection.close()


@pytest.mark.parametrize("sign", ["NUL", "no UTF-8"])
def test_a_failure_is_told_whatever_is_in_its_message(kinds, sign, caplog):
    # What is logged goes with the test's report, which must be UTF-8.
    caplog.set_level("CRITICAL", logger="newsarchive")
    job = ended("misses", sign=sign)
    assert job.state == "failed"
    assert job.message.startswith("FileNotFoundError: a")


def test_an_import_that_is_done_is_not_run_again(admin_client, admin_user):
    done = timezone.now()
    job = Job.objects.create(
        kind="import", state="done", ended_at=done, started_by=admin_user
    )
    admin_client.post(reverse("admin:articles_job_again", args=[job.pk]))
    assert Job.objects.count() == 1
