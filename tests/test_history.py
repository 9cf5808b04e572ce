"""What is recorded of every change: who, when, and what it was before and after."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from reversion.models import Version
from taggit.models import Tag

from articles import history
from articles.history import versions
from articles.history.states import states
from articles.models import (
    Article,
    Change,
    ChangedRecord,
    Issue,
    LexiconWord,
    Page,
    Paragraph,
    Publication,
)
from tests.actions import run_action
from tests.factories import make_article, make_issue, make_page, make_publication
from tests.test_export import load
from tests.test_regions import record, write

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def texts(version):
    rows = versions.rows_of(versions.data_of(version))
    return [r["fields"]["text"] for r in rows if r["model"] == "articles.paragraph"]


# ---- recorded


def test_a_change_is_recorded_with_the_state_before_and_after(admin_user):
    article = make_article("入梅", ["旧的。"])
    with history.recorded(admin_user, "改一个字"):
        article.paragraphs.get().delete()
        Paragraph.objects.create(article=article, position=1, text="新的。")
    change = Change.objects.get()
    assert (change.user, change.user_name, change.kind) == (
        admin_user,
        "admin",
        Change.Kind.EDITED,
    )
    assert (change.note, change.name, change.count) == ("改一个字", "入梅", 1)
    record = change.records.get()
    assert record.fields == ["paragraph"]
    assert (texts(record.before), texts(record.after)) == (["旧的。"], ["新的。"])


def test_the_state_before_is_stored_once():
    article = make_article("一")
    for headline in ("二", "三", "四"):
        with history.recorded():
            article.headline = headline
            article.save()
    names = [v.object_repr for v in versions.versions_of(Article, [article.pk])]
    assert names == ["四", "三", "二", "一"]
    first, second, _third = ChangedRecord.objects.order_by("pk")
    assert first.after == second.before


def test_what_changes_nothing_is_not_recorded():
    article = make_article()
    with history.recorded():
        article.save()
        article.tags.set([])
        Article.objects.filter(pk=article.pk).update(kicker="")
    assert not Change.objects.exists()
    assert not Version.objects.exists()


def test_what_fails_is_not_recorded():
    article = make_article("一")
    with pytest.raises(RuntimeError), history.recorded():
        article.headline = "二"
        article.save()
        raise RuntimeError
    article.refresh_from_db()
    assert article.headline == "一"
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.tags.add("经济"),
        lambda a: Article.objects.filter(pk=a.pk).update(deck="副题"),
        lambda a: Paragraph.objects.filter(article=a).update(text="改了"),
        lambda a: Paragraph.objects.filter(article=a).delete(),
        lambda a: a.photos.create(position=9, caption="说明"),
        lambda a: Paragraph.objects.bulk_create(
            [Paragraph(article=a, position=7, text="又一段")]
        ),
    ],
)
def test_every_way_to_write_is_heard(change):
    article = make_article()
    before = states(Article, [article.pk])[article.pk]
    with history.recorded():
        change(article)
    record = ChangedRecord.objects.exclude(content_type__model="tag").get()
    assert record.object_id == article.pk
    assert record.before.serialized_data == before.data
    assert record.after.serialized_data != before.data


def test_a_new_article_has_no_state_before():
    with history.recorded():
        article = make_article("新的", ["一段"])
    record = ChangedRecord.objects.get(content_type__model="article")
    assert (record.before, record.object_id) == (None, article.pk)
    assert texts(record.after) == ["一段"]


def test_a_deletion_keeps_all_parts():
    article = make_article("要删", ["一", "二"], ["标签"])
    with history.recorded():
        article.delete()
    change = Change.objects.get()
    record = change.records.get()
    assert (change.kind, record.in_bin, record.after) == ("deleted", True, None)
    assert texts(record.before) == ["一", "二"]
    assert "标签" in record.before.serialized_data


def test_an_issue_that_goes_takes_pages_and_articles_along():
    issue = make_issue()
    for label in "12":
        make_article(page=make_page(label, issue))
    with history.recorded():
        Issue.objects.filter(pk=issue.pk).delete()
    change = Change.objects.get()
    assert (change.content_type.model, change.count) == ("issue", 5)
    assert ChangedRecord.objects.filter(in_bin=True).count() == 5


def test_what_only_moves_with_its_place_has_no_new_version():
    article = make_article()
    with history.recorded():
        article.page.issue.number = 77
        article.page.issue.save()
    assert [r.content_type.model for r in ChangedRecord.objects.all()] == ["issue"]


@pytest.mark.parametrize("bulk", [False, True])
def test_a_tag_that_goes_is_an_act_on_the_tag_and_its_articles(bulk):
    article = make_article(tags=["要删"])
    tag = Tag.objects.get()
    key = tag.pk
    with history.recorded():
        Tag.objects.filter(pk=key).delete() if bulk else tag.delete()
    change = Change.objects.get()
    assert (change.content_type.model, change.kind) == ("tag", "deleted")
    assert set(change.records.values_list("content_type__model", "object_id")) == {
        ("tag", key),
        ("article", article.pk),
    }


@pytest.mark.parametrize("model", [Publication, Page, LexiconWord, Tag])
def test_other_records_are_recorded_too(model):
    make_page()
    LexiconWord.objects.create(word="长三角")
    Tag.objects.create(name="经济")
    row = model.objects.get()
    with history.recorded():
        row.delete() if model is not Publication else row.save()
        if model is Publication:
            row.name = "改名"
            row.save()
    assert ChangedRecord.objects.get().object_id


def test_an_inner_block_says_more_of_the_outer(admin_user):
    article = make_article("一")
    with history.recorded(admin_user):
        with history.recorded(note="内", kind=Change.Kind.IMPORTED):
            article.headline = "二"
            article.save()
        history.describe(note="外")
    change = Change.objects.get()
    assert (change.user, change.note, change.kind) == (admin_user, "外", "imported")


def test_changes_past_the_models_are_recorded_if_told_before():
    for number in range(3):
        make_article(f"第{number}篇")
    with history.recorded(note="合并", kind=Change.Kind.BULK):
        history.keep_all(Article.objects.all(), "合并")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE articles_article SET genre = '消息'")
    change = Change.objects.get()
    assert (change.kind, change.count) == ("bulk", 3)
    assert change.records.first().fields == ["genre"]


def test_keep_outside_of_a_block_stores_versions_only():
    article = make_article("一", ["一段"])
    history.keep(article, "before")
    version = versions.versions_of(Article, [article.pk]).get()
    assert (texts(version), version.revision.comment) == (["一段"], "before")
    assert not Change.objects.exists()


def test_a_job_acts_for_who_started_it(admin_user):
    article = make_article("一")
    with history.acting(admin_user), history.recorded():
        article.headline = "二"
        article.save()
    assert Change.objects.get().user == admin_user


# ---- The admin


def test_a_post_of_the_admin_is_recorded(admin_client, admin_user):
    word = LexiconWord.objects.create(word="长三角", kind="term")
    admin_client.post(
        url("articles_contributor_add"), {"name": "叶薇", "slug": "ye-wei", "note": ""}
    )
    admin_client.post(url("articles_lexiconword_delete", word.pk), {"post": "yes"})
    deleted, added = Change.objects.all()
    assert (added.user, added.name, added.kind) == (admin_user, "叶薇", "added")
    assert (deleted.user, deleted.name, deleted.kind) == (
        admin_user,
        "长三角",
        "deleted",
    )


def test_an_action_is_one_act(admin_client):
    articles = [make_article(f"第{n}篇", status="draft") for n in range(3)]
    run_action(
        admin_client,
        url("articles_article_changelist"),
        "publish",
        [a.pk for a in articles],
    )
    change = Change.objects.get()
    assert (change.kind, change.count) == ("published", 3)
    assert change.records.first().fields == ["status"]


def test_a_user_who_is_deleted_leaves_a_name():
    user = User.objects.create_user("lisi")
    article = make_article("一")
    with history.recorded(user):
        article.delete()
    user.delete()
    change = Change.objects.get()
    assert (change.user, change.user_name) == (None, "lisi")


def test_publications_are_named_as_they_read():
    with history.recorded():
        make_publication("xm", "新民晚报")
    assert Change.objects.get().name == "新民晚报"


# ---- Imports


def test_an_import_of_new_articles_is_on_record_without_versions(
    tmp_path, admin_client
):
    path = write(tmp_path / "in.jsonl", record(headline="新来的"))
    load(path)
    change = Change.objects.get()
    assert (change.kind, change.name, change.count) == ("imported", "新来的", 1)
    assert not Version.objects.exists()
    page = admin_client.get(url("articles_change_change", change.pk))
    assert "新来的" in page.content.decode()
    assert not page.context["may_undo"]
    load(write(tmp_path / "in.jsonl", record(headline="改过的")))
    changed = Change.objects.first()
    assert (changed.kind, changed.records.get().fields[0]) == ("imported", "headline")
