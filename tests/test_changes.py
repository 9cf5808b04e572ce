"""The audit list, undoing from it, and the bin."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse
from reversion.models import Revision, Version
from taggit.models import Tag

from articles import history, jobs
from articles.admin import changes
from articles.history.versions import versions_of
from articles.models import Article, Change, ChangedRecord, Job, Page
from tests.actions import run_action
from tests.factories import make_article, make_page

pytestmark = pytest.mark.django_db
LIST = "articles_change_changelist"
BIN = "articles_changedrecord_changelist"


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def shown(client, query=""):
    page = client.get(url(LIST) + query)
    assert page.status_code == 200, page
    return [change.name for change in page.context["cl"].result_list]


def edit(article, user=None, **fields):
    with history.recorded(user):
        Article.objects.filter(pk=article.pk).update(**fields)
    return Change.objects.first()


def delete(article, user=None):
    with history.recorded(user):
        article.delete()
    return ChangedRecord.objects.filter(content_type__model="article").first()


def member(client, group):
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


# ---- The list


def test_the_list_is_filtered_by_user_kind_model_and_name(admin_client, admin_user):
    other = User.objects.create_user("lisi", is_staff=True)
    first, second = make_article("入梅"), make_article("出梅")
    edit(first, admin_user, genre="消息")
    edit(second, other, status="draft")
    delete(second)
    with history.recorded(other):
        Tag.objects.create(name="气象")
    assert shown(admin_client) == ["气象", "出梅", "出梅", "入梅"]
    assert shown(admin_client, f"?user={admin_user.pk}") == ["入梅"]
    assert shown(admin_client, "?user=0") == ["出梅"]
    assert shown(admin_client, "?kind__exact=deleted") == ["出梅"]
    assert shown(admin_client, "?model=tag") == ["气象"]
    assert shown(admin_client, "?q=出") == ["出梅", "出梅"]
    assert shown(admin_client, f"?q={first.pk}") == ["入梅"]
    assert len(shown(admin_client, "?made_at__gte=2000-01-01%2000:00:00%2B08:00")) == 4


@pytest.mark.parametrize(
    "query", ["?user=x", "?user=²", "?user=99999999999", "?model=x", "?q=%25", "?q=_"]
)
def test_no_filter_makes_the_list_fail(admin_client, query):
    edit(make_article("一"), genre="消息")
    assert shown(admin_client, query) == []


def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_max_num_queries
):
    for number in range(12):
        edit(make_article(f"第{number}篇"), genre="消息")
    with django_assert_max_num_queries(10):
        assert len(shown(admin_client)) == 12


def test_the_list_is_exported_as_it_is_filtered(admin_client, admin_user):
    edit(make_article("=1+1"), admin_user, genre="消息")
    edit(make_article("别的"), genre="消息")
    response = admin_client.get(
        url("articles_change_export") + f"?user={admin_user.pk}"
    )
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "admin" in lines[1]
    assert "别的" not in lines[1]


def test_an_act_shows_its_records(admin_client):
    article = make_article("一", ["一段"])
    change = edit(article, genre="消息")
    page = admin_client.get(url("articles_change_change", change.pk))
    ((row, name, form, compare, fields),) = page.context["rows"]
    assert (row.object_id, name, fields) == (article.pk, "一", ["体裁"])
    assert admin_client.get(form).status_code == 200
    assert admin_client.get(compare).status_code == 200


def test_history_without_versions_is_still_a_history(admin_client):
    article = make_article("一")
    change = edit(article, genre="消息")
    record = delete(article)
    Revision.objects.all().delete()
    assert shown(admin_client) == ["一", "一"]
    for name, key in (
        ("articles_change_change", change.pk),
        ("articles_changedrecord_change", record.pk),
    ):
        assert admin_client.get(url(name, key)).status_code == 200
    page = run_action(admin_client, url(BIN), "restore", [record.pk])
    assert "以前的版本已清除" in page.content.decode()


def test_operators_shorten_the_history(admin_client):
    article = make_article("一")
    for headline in ("二", "三"):
        edit(article, headline=headline)
    call_command("deleterevisions", keep=1, verbosity=0)
    names = [v.object_repr for v in versions_of(Article, [article.pk])]
    assert names == ["三"]
    assert len(shown(admin_client)) == 2
    page = admin_client.get(url("articles_article_history", article.pk))
    assert len(page.context["entries"]) == 1


# ---- Undoing


def test_a_bulk_action_is_undone_after_asking(admin_client):
    articles = [make_article(f"第{n}篇", status="draft") for n in range(3)]
    keys = [article.pk for article in articles]
    run_action(admin_client, url("articles_article_changelist"), "publish", keys)
    change = Change.objects.get()
    address = url("articles_change_undo", change.pk)
    assert "第2篇" in admin_client.get(address).content.decode()
    assert Article.objects.filter(status="published").count() == 3
    Article.objects.filter(pk=keys[0]).update(genre="后来改的")
    page = admin_client.post(address, follow=True).content.decode()
    assert "已撤销 2 条记录" in page
    assert "后来又有改动" in page
    assert Article.objects.filter(status="draft").count() == 2
    assert "已经撤销过" in admin_client.post(address, follow=True).content.decode()


def test_undoing_very_many_is_work_for_the_background(
    admin_client, admin_user, monkeypatch
):
    monkeypatch.setattr(changes, "AT_ONCE", 1)
    for number in range(2):
        make_article(f"第{number}篇")
    with history.recorded():
        Article.objects.update(genre="消息")
    admin_client.post(url("articles_change_undo", Change.objects.get().pk))
    job = Job.objects.get()
    assert (job.kind, job.started_by) == ("undo", admin_user)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 2)
    assert set(Article.objects.values_list("genre", flat=True)) == {""}
    assert Change.objects.first().user == admin_user


# ---- The bin


def test_what_was_deleted_is_in_the_bin_until_restored(admin_client, admin_user):
    article = make_article("要删", ["一段"], ["标签"])
    key = article.pk
    record = delete(article, admin_user)
    page = admin_client.get(url(BIN))
    assert [row.name for row in page.context["cl"].result_list] == ["要删"]
    page = admin_client.get(url("articles_changedrecord_change", record.pk))
    assert "一段" in page.content.decode()
    run_action(admin_client, url(BIN), "restore", [record.pk])
    assert Article.objects.get().pk == key
    assert not admin_client.get(url(BIN)).context["cl"].result_list


def test_a_page_and_its_articles_come_back_in_one_go(admin_client):
    page = make_page()
    make_article("连带", page=page)
    with history.recorded():
        page.delete()
    keys = list(ChangedRecord.objects.values_list("pk", flat=True))
    run_action(admin_client, url(BIN), "restore", keys)
    assert Article.objects.get().page == Page.objects.get()


def test_the_admins_own_deletion_goes_to_the_bin(admin_client):
    article = make_article("要删")
    admin_client.post(url("articles_article_delete", article.pk), {"post": "yes"})
    assert not Article.objects.exists()
    assert ChangedRecord.objects.get(in_bin=True).name == "要删"


# ---- Who may


@pytest.mark.parametrize(
    ("group", "allowed"), [("记者", 403), ("编辑", 403), ("主编", 200), ("管理员", 200)]
)
def test_who_reads_and_undoes_acts(client, group, allowed):
    change = edit(make_article("一", status="draft"), genre="消息")
    member(client, group)
    for name, *args in (
        (LIST,),
        ("articles_change_export",),
        ("articles_change_change", change.pk),
        ("articles_change_undo", change.pk),
    ):
        assert client.get(url(name, *args)).status_code == allowed, name
    posted = client.post(url("articles_change_undo", change.pk))
    assert posted.status_code == (403 if allowed == 403 else 302)
    assert Article.objects.get().genre == ("消息" if allowed == 403 else "")


@pytest.mark.parametrize("group", ["记者", "编辑"])
def test_who_may_not_undo_has_a_bin_of_their_own(client, group, admin_user):
    others = delete(make_article("别人的秘密", status="draft"), admin_user)
    user = member(client, group)
    own = make_article("自己的稿", status="draft", entered_by=user)
    client.post(url("articles_article_delete", own.pk), {"post": "yes"})
    page = client.get(url(BIN))
    assert [row.name for row in page.context["cl"].result_list] == ["自己的稿"]
    assert "别人的秘密" not in page.content.decode()
    hidden = client.get(url("articles_changedrecord_change", others.pk))
    assert hidden.status_code == 404
    data = {"action": "restore", "_selected_action": [others.pk]}
    client.post(url(BIN), {**data, "confirmed": "yes", "asked_count": "1"})
    assert not Article.objects.filter(headline="别人的秘密").exists()
    mine = ChangedRecord.objects.get(name="自己的稿")
    run_action(client, url(BIN), "restore", [mine.pk])
    assert Article.objects.get().entered_by == user


def test_nobody_else_comes_in(client):
    change = edit(make_article("一"), genre="消息")
    for name, *args in ((LIST,), (BIN,), ("articles_change_undo", change.pk)):
        assert client.get(url(name, *args)).status_code == 302
    client.force_login(User.objects.create_user("zhiyuan", is_staff=True))
    for name, *args in ((LIST,), (BIN,), ("articles_change_undo", change.pk)):
        assert client.get(url(name, *args)).status_code == 403


@pytest.mark.parametrize("page", ["add", "delete"])
@pytest.mark.parametrize("model", ["change", "changedrecord"])
def test_nobody_writes_the_record(admin_client, model, page):
    edit(make_article("一"), genre="消息")
    delete(Article.objects.get())
    row = ChangedRecord.objects.filter(in_bin=True).get()
    key = [row.pk if model == "changedrecord" else row.change_id]
    address = url(f"articles_{model}_{page}", *(key if page == "delete" else ()))
    assert admin_client.get(address).status_code == 403


# ---- What goes wrong


@pytest.mark.parametrize("query", ["?before=abc", "?made_at__gte=xx"])
def test_no_filter_makes_the_export_fail(admin_client, query):
    address = url("articles_change_export") + query
    assert admin_client.get(address).status_code == 400


def test_what_an_account_did_that_is_gone_is_not_the_systems(admin_client):
    user = User.objects.create_user("lisi", is_staff=True)
    article = make_article("一")
    edit(article, user, genre="消息")
    user.delete()
    system = edit(article, genre="通讯")
    page = admin_client.get(url(LIST) + "?user=0")
    assert list(page.context["cl"].result_list) == [system]


def test_an_act_without_versions_is_not_offered_to_be_undone(admin_client):
    history.imported(None, "a.jsonl", "一", 300)
    address = url("articles_change_undo", Change.objects.get().pk)
    for response in (admin_client.get(address), admin_client.post(address)):
        assert response.status_code == 302
    assert not Job.objects.exists()


def test_one_that_cannot_come_back_keeps_no_other_in_the_bin(admin_client):
    back, lost = delete(make_article("甲")), make_article("乙", page=make_page("2"))
    page, lost = lost.page, delete(lost)
    page.delete()
    done = run_action(admin_client, url(BIN), "restore", [back.pk, lost.pk])
    assert "没有恢复“乙”" in done.content.decode()
    assert [article.headline for article in Article.objects.all()] == ["甲"]


def test_records_of_a_kind_that_is_no_more_stay_in_the_bin(admin_client):
    back, lost = delete(make_article("甲")), delete(make_article("乙"))
    kind = ContentType.objects.create(app_label="articles", model="gone")
    ChangedRecord.objects.filter(pk=lost.pk).update(content_type=kind)
    Version.objects.filter(pk=lost.before_id).update(content_type=kind)
    done = run_action(admin_client, url(BIN), "restore", [back.pk, lost.pk])
    assert "这种记录已不存在" in done.content.decode()
    assert Article.objects.get().headline == "甲"


def test_who_lost_the_right_to_delete_brings_nothing_back_to_readers(client):
    user = member(client, "主编")
    record = delete(make_article("发布过的"), user)
    user.groups.set([Group.objects.get(name="记者")])
    done = run_action(client, url(BIN), "restore", [record.pk])
    assert "没有恢复“发布过的”" in done.content.decode()
    assert not Article.objects.exists()


def test_to_undo_takes_the_right_to_publish_too(client):
    user = User.objects.create_user("lisi", is_staff=True)
    rights = ("view_change", "undo_change", "view_article", "change_article")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    change = edit(make_article("一"), status="withdrawn")
    client.force_login(user)
    address = url("articles_change_undo", change.pk)
    assert client.post(address).status_code == 403
    assert Article.objects.get().status == "withdrawn"


def test_an_act_on_a_kind_that_is_no_more_is_not_undone(admin_client):
    article = make_article("一")
    change = edit(article, genre="消息")
    kind = ContentType.objects.create(app_label="articles", model="gone")
    change.records.update(content_type=kind)
    address = url("articles_change_undo", change.pk)
    done = admin_client.post(address, follow=True).content.decode()
    assert "没有撤销：一：这种记录已不存在。" in done
    article.refresh_from_db()
    assert article.genre == "消息"


def test_a_record_without_its_versions_is_not_called_new_or_gone(admin_client):
    changes = [edit(make_article("一"), genre="消息")]
    changes.append(delete(Article.objects.get()).change)
    Revision.objects.all().delete()
    for change in changes:
        page = admin_client.get(url("articles_change_change", change.pk))
        assert "以前的版本已清除" in page.content.decode()
        assert '<span class="label">新增' not in page.content.decode()
