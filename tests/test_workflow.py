"""From draft to published: at a time, by preview, and by two editors in one article."""

import datetime
import re
import threading
from unittest.mock import ANY

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import editing, previews, scheduling, workflow
from articles.models import Article, Contributor, EditLock, SearchDocument
from tests.actions import run_action
from tests.factories import make_article, make_page
from tests.test_admin import article_data, errors
from tests.test_pictures import picture_bytes

pytestmark = pytest.mark.django_db
ARTICLES = reverse("admin:articles_article_changelist")
HOUR = datetime.timedelta(hours=1)


def signed_in(name, group="主编"):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client, user


@pytest.fixture
def chief():
    return signed_in("zhubian")


def form_of(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def save(client, article, **data):
    """Save the form of an article as it is stored now; return the article."""
    response = client.post(form_of(article), article_data(article, **data))
    assert response.status_code == 302, errors(response)
    return Article.objects.get(pk=article.pk)


def scheduled(user, at, **fields):
    fields = {"status": "review", "scheduled_by": user, "publish_at": at, **fields}
    return make_article("定时的稿", ["到时见。"], **fields)


def ago(hours=1):
    return timezone.now() - hours * HOUR


# ---- Publishing at its time


def test_an_article_is_published_at_its_time_and_found_and_seen(chief, client):
    due = scheduled(chief[1], ago(), needs_review=True)
    later = scheduled(chief[1], timezone.now() + HOUR)
    assert client.get("/").status_code == 200  # kept from now on
    assert client.get(due.get_absolute_url()).status_code == 404
    call_command("publish_scheduled")
    assert "定时的稿" in client.get(due.get_absolute_url()).content.decode()
    assert "定时的稿" in client.get("/").content.decode()
    assert SearchDocument.objects.get().article_id == due.pk
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, due.publish_at, due.needs_review) == ("published", None, False)
    assert (later.status, later.publish_at) == ("review", ANY)
    entry = LogEntry.objects.get(object_id=due.pk)
    assert (entry.user, entry.get_change_message()) == (chief[1], "发布")


def test_the_time_is_set_in_the_form_by_the_archives_clock(chief):
    article = make_article("题", ["一"], status="draft")
    time = {"publish_at_0": "2099-06-08", "publish_at_1": "06:30"}
    article = save(chief[0], article, **time)
    # To set a time is to have agreed to the text: its reporter changes it no more.
    assert (article.status, article.scheduled_by) == ("review", chief[1])
    assert article.publish_at == datetime.datetime(
        2099, 6, 7, 22, 30, tzinfo=datetime.UTC
    )
    text = chief[0].get(form_of(article)).content.decode()
    assert "送审，将于 2099-06-08 06:30 发布" in text
    article = save(chief[0], article)
    assert (article.publish_at, article.scheduled_by) == (None, None)


def test_a_time_that_is_over_is_refused_but_one_set_before_stays(chief):
    article = make_article("题", ["一"], status="draft")
    past = {"publish_at_0": "2020-06-08", "publish_at_1": "06:30"}
    data = article_data(article, **past)
    assert "已经过去" in errors(chief[0].post(form_of(article), data))
    Article.objects.filter(pk=article.pk).update(
        publish_at=datetime.datetime(2020, 6, 7, 22, 30, tzinfo=datetime.UTC)
    )
    assert save(chief[0], article, **past, headline="改").headline == "改"


@pytest.mark.parametrize(
    "typed", [("2099-02-31", "06:00"), ("明天", "x"), ("2099-01-01", "")]
)
def test_what_is_no_time_is_refused(chief, typed):
    article = make_article("题", ["一"], status="draft")
    data = article_data(article, publish_at_0=typed[0], publish_at_1=typed[1])
    assert errors(chief[0].post(form_of(article), data))


def test_what_was_called_back_is_not_published(chief):
    article = scheduled(chief[1], ago())
    save(
        chief[0], article, _step="back", publish_at_0="2099-01-01", publish_at_1="00:00"
    )
    call_command("publish_scheduled")
    article.refresh_from_db()
    assert (article.status, article.publish_at) == ("draft", None)


def test_only_who_may_publish_changes_what_waits_for_its_time(chief):
    article = scheduled(chief[1], timezone.now() + HOUR)
    editor, _user = signed_in("bianji", "编辑")
    response = editor.post(form_of(article), article_data(article, headline="改"))
    assert response.status_code == 403


@pytest.mark.parametrize("lost", ["group", "active", "account"])
def test_who_lost_the_right_publishes_nothing_later(chief, lost, caplog):
    user = chief[1]
    article = scheduled(user, ago())
    if lost == "group":
        user.groups.clear()
    elif lost == "active":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        user.delete()
    call_command("publish_scheduled")
    article.refresh_from_db()
    assert (article.status, article.publish_at) == ("review", None)
    assert "was not published" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_clock_survives_a_database_that_is_away(monkeypatch, caplog):
    user = User.objects.create_superuser("zongbian")
    article = scheduled(user, ago())
    clock = scheduling.Clock()

    def look():
        thread = threading.Thread(target=clock.look)
        thread.start()
        thread.join()
        return Article.objects.get(pk=article.pk).status

    away = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": "1"}
    with monkeypatch.context() as patch:
        for name, value in away.items():
            patch.setitem(connections.settings["default"], name, value)
        assert [look(), look()] == ["review", "review"]
    assert caplog.text.count("Nothing is published at its time") == 1
    assert look() == "published"


# ---- Previews


def preview(article):
    return previews.address(Article.objects.get(pk=article.pk))


# What a preview has and the published page has not, or otherwise, each with its reason.
OF_PREVIEWS = (
    r'<meta name="robots"[^>]*>',  # no search engine is to keep a draft
    r'<p class="note preview".*?</p>',  # the banner
    # When it was changed: publishing is a change.
    r'"?\d{4}-\d\d-\d\dT[\d:.]+(\+|Z)[^"]*"',
)


def test_a_preview_is_the_page_that_readers_will_get(client, chief):
    flood = ["太湖水位上涨，防汛部门巡查堤防，开闸排涝。"]
    for n in range(3):
        make_article(f"太湖防汛{n}", flood)
    for n in range(4):
        make_article(f"足球{n}", ["主场球迷观看足球比赛，门将扑出点球。"])
    page = make_page("7")
    before, after = (make_article(head, page=page, position=n) for head, n in (("前", 1), ("后", 9)))  # fmt: skip
    body = [*flood, {"text": "小标题", "kind": "subhead"}, "第二段。"]
    parts = [*body, {"caption": "湖", "credit": "王凯 摄", "alt": "湖面"}]
    article = make_article(
        "未发的稿", parts, ["天气"], page, position=5, status="draft", kicker="引题",
        deck="副题", byline="本报记者 叶薇", dateline="本报讯", column="街谈",
        genre="消息", correction="第二段原有误。",
    )  # fmt: skip
    jpeg = picture_bytes()
    article.photos.get().image.save("hu.jpg", ContentFile(jpeg))
    author = Contributor.objects.create(name="叶薇", slug="ye-wei")
    article.contributions.create(contributor=author)
    link = preview(article)
    draft = client.get(link)
    run_action(chief[0], ARTICLES, "publish", [article.pk])
    published = client.get(article.get_absolute_url())

    def shown(response):
        text = response.content.decode().replace(link, article.get_absolute_url())
        for different in OF_PREVIEWS:
            text = re.sub(different, "", text, flags=re.DOTALL)
        return re.sub(r"\n\s*", "\n", text)

    assert shown(draft) == shown(published)
    text = draft.content.decode()
    for said in (
        "这篇文章还没有发布", "相关文章", "太湖防汛2", before.get_absolute_url(), after.get_absolute_url(),
        "第二段原有误。", "街谈", "天气", "引题", "副题", "ye-wei", 'alt="湖面"', "王凯 摄", "小标题",
    ):  # fmt: skip
        assert said in text, said
    assert "这篇文章还没有发布" not in published.content.decode()


def test_a_preview_is_kept_nowhere_and_names_no_other_draft(client):
    page = make_article("未发的稿", status="draft").page
    make_article("另一篇机密", page=page, status="draft")
    article = Article.objects.get(headline="未发的稿")
    response = client.get(preview(article))
    assert response["Cache-Control"] == "no-store, private"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "ETag" not in response
    assert "Speculation-Rules" not in response
    text = response.content.decode()
    assert '<meta name="robots" content="noindex' in text
    assert "另一篇机密" not in text
    assert client.get(article.get_absolute_url()).status_code == 404


def test_a_preview_ends_with_its_time_or_when_it_is_taken_back(client, chief, settings):
    article = make_article("未发的稿", status="draft")
    old = preview(article)
    page = reverse("admin:articles_article_preview", args=[article.pk])
    assert chief[0].get(page).context["address"].startswith("/preview/")
    assert chief[0].post(page).status_code == 302
    ended = client.get(old)
    assert (ended.status_code, "预览已结束" in ended.content.decode()) == (410, True)
    assert client.get(preview(article)).status_code == 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(previews, "HOLDS", datetime.timedelta(seconds=-1))
        assert client.get(preview(article)).status_code == 410
    fresh = preview(article)
    article.delete()
    assert client.get(fresh).status_code == 410


def test_a_preview_follows_its_article(client, chief):
    article = make_article("未发的稿", ["一"], status="draft")
    link = preview(article)
    article = save(chief[0], article, _step="publish")
    assert client.get(link)["Location"] == article.get_absolute_url()
    save(chief[0], article, _step="withdraw", note="有误")
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "WzEsMF0:1x:y", "🙂", "WzEsMF0", "a" * 3000])
def test_what_is_no_link_is_not_found(client, token):
    make_article(status="draft")
    response = client.get(reverse("preview", args=[token]))
    assert response.status_code == 404


def test_who_may_not_see_an_article_gets_no_link_to_it(chief):
    article = make_article("别人的", status="draft")
    reporter, user = signed_in("jizhe", "记者")
    address = reverse("admin:articles_article_preview", args=[article.pk])
    assert reporter.get(address).status_code == 404
    Article.objects.filter(pk=article.pk).update(entered_by=user, status="review")
    assert reporter.get(address).status_code == 200
    assert reporter.post(address).status_code == 403


# ---- Corrections


def test_a_correction_is_dated_by_itself_and_seen_by_readers(client, chief):
    article = make_article("题", ["一"], correction="旧的更正。")
    save(chief[0], article, correction="旧的更正。", note="人名应为黄润秋。")
    text = client.get(article.get_absolute_url()).content.decode()
    today = timezone.localdate()
    said = f"{today.year}年{today.month}月{today.day}日：人名应为黄润秋。"
    assert said in text
    assert "旧的更正。" in text


def test_a_changed_text_without_a_correction_is_remarked(chief):
    article = make_article("题", ["一"])
    data = article_data(article, headline="改了的题")
    page = chief[0].post(form_of(article), data, follow=True).content.decode()
    assert "没有写更正说明" in page
    data = article_data(article, headline="又改了", note="改题。")
    page = chief[0].post(form_of(article), data, follow=True).content.decode()
    assert "没有写更正说明" not in page


def test_withdrawing_takes_a_reason_that_readers_see(client, chief):
    article = make_article("题", ["一"])
    data = article_data(article, _step="withdraw")
    assert "请写明撤回的原因" in errors(chief[0].post(form_of(article), data))
    listed = reverse("admin:articles_article_changelist")
    asked = run_action(chief[0], listed, "withdraw", [article.pk], note=" ")
    assert "请写明" in asked.content.decode() or "必填" in asked.content.decode()
    assert Article.objects.get().is_published
    run_action(chief[0], listed, "withdraw", [article.pk], note="<b>失实</b>")
    gone = client.get(article.get_absolute_url())
    assert gone.status_code == 410
    assert "&lt;b&gt;失实&lt;/b&gt;" in gone.content.decode()


def test_an_action_leaves_alone_what_it_does_not_fit(chief):
    drafts = [make_article(f"题{n}", status="draft") for n in range(2)]
    out = make_article("发了的")
    listed = reverse("admin:articles_article_changelist")
    keys = [article.pk for article in (*drafts, out)]
    text = run_action(chief[0], listed, "send_to_review", keys).content.decode()
    assert "2 篇文章的状态已改为“送审”" in text
    assert "1 篇没有改" in text


# ---- Two editors in one article


def test_the_second_to_open_an_article_is_told_of_the_first(chief):
    article = make_article("题", ["一"])
    other, user = signed_in("bianji", "编辑")
    other.get(form_of(article))
    page = chief[0].get(form_of(article))
    assert "bianji 正在编辑这篇文章" in page.context["edit_lock"]
    assert editing.holder(article.pk).user == user
    lock = reverse("admin:articles_article_edit_lock", args=[article.pk])
    assert chief[0].post(lock, {"take_over": "1"}).status_code == 302
    heard = other.post(lock, {"heard": "1"}).json()
    assert "zhubian 正在编辑" in heard["warning"]
    chief[0].post(lock, {"left": "1"})
    assert other.post(lock, {"heard": "1"}).json() == {"warning": ""}


def test_who_was_not_heard_of_for_long_has_left(chief):
    article = make_article("题", ["一"])
    _other, user = signed_in("bianji", "编辑")
    EditLock.objects.create(article=article, user=user, heard_at=ago())
    assert chief[0].get(form_of(article)).context["edit_lock"] == ""
    assert editing.holder(article.pk).user == chief[1]
    save(chief[0], article)
    assert editing.holder(article.pk) is None


def test_who_may_not_change_an_article_cannot_say_they_do(chief):
    article = make_article("题", ["一"])
    reporter, _user = signed_in("jizhe", "记者")
    lock = reverse("admin:articles_article_edit_lock", args=[article.pk])
    assert reporter.post(lock).status_code == 403
    assert chief[0].get(lock).status_code == 405
    reporter.get(form_of(article))
    assert editing.holder(article.pk) is None


def test_both_versions_are_shown_and_the_choice_is_saved(chief):
    article = make_article("原题", ["原文。"], byline="原署名", tags=["甲"])
    mine = article_data(article, headline="我的题", body="我的文。", byline="我的署名")
    save(chief[0], article, headline="对方的题", body="对方的文。", tags=["乙"])
    refused = chief[0].post(form_of(article), {**mine, "tags": ["甲"]})
    text = refused.content.decode()
    assert "别人修改了" in errors(refused)
    rows = {
        r.name: (r.theirs, r.mine)
        for r in refused.context["adminform"].form.conflict.rows
    }
    assert rows["headline"] == ("对方的题", "我的题")
    assert rows["tags"] == ("乙", "甲")
    assert "对方的文" in rows["body"][0]
    assert "我的文" in rows["body"][1]
    assert 'value="我的题"' in text  # still in the form
    now = re.search(r'name="_anyway" value="([^"]+)"', text)[1]
    chosen = {"_anyway": now, "_theirs": ["headline", "tags", "body"], "tags": ["甲"]}
    response = chief[0].post(form_of(article), {**mine, **chosen})
    assert response.status_code == 302, errors(response)
    article.refresh_from_db()
    assert (article.headline, article.byline) == ("对方的题", "我的署名")
    assert list(article.tags.names()) == ["乙"]
    assert article.paragraphs.get().text == "对方的文。"


def test_what_was_stored_after_the_comparison_is_not_overwritten_either(chief):
    article = make_article("原题", ["一"])
    mine = article_data(article, headline="我的题")
    article = save(chief[0], article, headline="第二版")
    stale = article.updated_at.isoformat()
    save(chief[0], article, headline="第三版")
    response = chief[0].post(form_of(article), {**mine, "_anyway": stale})
    assert "别人修改了" in errors(response)
    article.refresh_from_db()
    assert article.headline == "第三版"


def test_a_state_changed_meanwhile_is_not_undone(chief):
    article = make_article("题", ["一"], status="draft")
    mine = article_data(article, headline="我的题")
    workflow.move(chief[1], Article.objects.all(), workflow.STEPS["publish"])
    assert "别人修改了" in errors(chief[0].post(form_of(article), mine))
    article.refresh_from_db()
    assert (article.status, article.headline) == ("published", "题")


@pytest.mark.parametrize(
    "theirs", ["seen", "nothing", "page", "position", "publish_at", "note", "\0"]
)
def test_no_choice_makes_the_form_fail(chief, theirs):
    article = make_article("题", ["一"], status="draft")
    data = article_data(article, _anyway="x", _theirs=[theirs])
    assert "别人修改了" in errors(chief[0].post(form_of(article), data))


def test_markup_in_any_field_stays_text_in_a_comparison_a_warning_and_a_preview(
    client, chief
):
    evil = "<script>alert(1)</script>"
    fields = dict.fromkeys(("kicker", "deck", "byline", "dateline", "correction"), evil)
    article = make_article(evil, [evil], [evil], status="draft", **fields)
    other, user = signed_in("bianji", "编辑")
    User.objects.filter(pk=user.pk).update(first_name=evil)
    other.get(form_of(article))
    mine = article_data(article, **dict.fromkeys(fields, f"{evil}我"), tags=[evil])
    save(chief[0], article, **fields, headline=f"{evil}它")
    pages = [
        chief[0].get(form_of(article)),
        chief[0].post(form_of(article), mine),
        chief[0].get(reverse("admin:articles_article_preview", args=[article.pk])),
        client.get(preview(article)),
    ]
    for page in pages:
        assert page.status_code == 200
        assert evil not in page.content.decode()
        assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_captions_of_others_are_shown_beside_ones_own(chief):
    article = make_article("题", ["一", {"caption": "雨中", "credit": "王凯 摄"}])
    photo = article.photos.get()
    rows = {
        "photos-TOTAL_FORMS": 1,
        "photos-INITIAL_FORMS": 1,
        "photos-0-id": photo.pk,
        "photos-0-article": article.pk,
        "photos-0-caption": "我写的说明",
        "photos-0-credit": "王凯 摄",
    }
    mine = article_data(article, **rows)
    save(chief[0], article, **{**rows, "photos-0-caption": "对方的说明"})
    refused = chief[0].post(form_of(article), mine)
    conflict = refused.context["adminform"].form.conflict
    (row,) = [row for row in conflict.rows if row.name == "caption"]
    assert (row.theirs, row.mine, row.may_take) == ("对方的说明", "我写的说明", False)
    assert "对方的说明" in refused.content.decode()
