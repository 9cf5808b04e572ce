"""Bringing back versions, deleted records, and all that one act changed."""

import datetime

import pytest
import reversion
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from taggit.models import Tag

from articles import history, jobs, previews, scheduling, tag_work, workflow
from articles.history import undoing, versions
from articles.history.comparing import contents
from articles.history.restoring import RestoreError, restore, restore_deleted
from articles.history.states import rows_of, states
from articles.history.undoing import undo
from articles.models import (
    Article,
    Change,
    ChangedRecord,
    Contribution,
    Contributor,
    Issue,
    Job,
    Page,
    Paragraph,
    TagEntry,
    TagSynonym,
)
from tests.factories import make_article, make_page
from tests.races import meanwhile

pytestmark = pytest.mark.django_db


def data(article):
    return states(Article, [article.pk])[article.pk].data


def without_keys(state):
    """Return a state's rows; tags and contributors that are made again have other keys."""
    rows = rows_of(state)
    for row in rows:
        for name in ("tag", "contributor"):
            row["fields"].pop(name, None)
    return rows


def newest(article):
    return versions.versions_of(Article, [article.pk]).first()


def whole():
    article = make_article(
        "入梅", ["一", {"text": "小题", "kind": "subhead"}, "二"], ["天气", "上海"]
    )
    article.photos.create(position=3, caption="雨中", credit="王凯 摄")
    article.regions.create(position=1, x="0.1", y="0.1", width="0.2", height="0.2")
    person = Contributor.objects.create(name="叶薇", slug="ye-wei")
    Contribution.objects.create(article=article, contributor=person)
    return article


def spoil(article):
    article.headline = "坏了"
    article.save()
    article.paragraphs.all().delete()
    article.photos.all().delete()
    article.regions.all().delete()
    article.contributions.all().delete()
    article.tags.set(["别的"])


def test_a_version_brings_back_every_part():
    article = whole()
    before = data(article)
    with history.recorded():
        spoil(article)
    assert data(article) != before
    restore(ChangedRecord.objects.get(content_type__model="article").before)
    assert data(article) == before


def test_a_restoration_can_be_restored_from():
    article = make_article("一")
    for headline in ("二", "三"):
        with history.recorded():
            Article.objects.filter(pk=article.pk).update(headline=headline)
    one = versions.versions_of(Article, [article.pk]).last()
    restore(one, note="回到一")
    change = Change.objects.first()
    assert (change.kind, change.note, change.name) == ("restored", "回到一", "一")
    restore(change.records.get().before)
    article.refresh_from_db()
    assert article.headline == "三"


def test_a_restored_article_stays_as_published_as_it_is(admin_user):
    article = make_article("一", status="draft", entered_by=admin_user)
    with history.recorded():
        Article.objects.filter(pk=article.pk).update(
            headline="二", status="published", entered_by=None
        )
    restore(versions.versions_of(Article, [article.pk]).last())
    article.refresh_from_db()
    assert (article.headline, article.status, article.entered_by) == (
        "一",
        "published",
        None,
    )


def test_what_was_deleted_comes_back_at_its_address():
    article = whole()
    before = data(article)
    with history.recorded():
        Article.objects.filter(pk=article.pk).delete()
        Tag.objects.all().delete()
        Contributor.objects.all().delete()
        Contributor.objects.create(name="叶薇", slug="ye-wei")
    record = ChangedRecord.objects.get(content_type__model="article")
    assert restore(record.before) == []
    again = Article.objects.get(pk=article.pk)
    assert sorted(tag.name for tag in again.tags.all()) == ["上海", "天气"]
    assert [c.contributor.name for c in again.contributions.all()] == ["叶薇"]
    assert [p.text for p in again.paragraphs.all()] == ["一", "小题", "二"]
    assert without_keys(data(again)) == without_keys(before)
    record.refresh_from_db()
    assert not record.in_bin


def test_an_author_who_is_gone_is_told_of():
    article = whole()
    with history.recorded():
        article.delete()
        Contributor.objects.all().delete()
    record = ChangedRecord.objects.get(content_type__model="article")
    (remark,) = restore(record.before)
    assert "叶薇" in remark


def test_a_place_that_is_taken_is_not_fought_for():
    page = make_page()
    article = make_article("先", page=page, position=1)
    with history.recorded():
        Article.objects.filter(pk=article.pk).update(position=5, headline="后")
    make_article("新来", page=page, position=1)
    (remark,) = restore(versions.versions_of(Article, [article.pk]).last())
    article.refresh_from_db()
    assert (article.headline, article.position) == ("先", 5)
    assert "位置没有改动" in remark


def test_what_was_deleted_is_shown_in_an_editors_words_and_time():
    entered = datetime.datetime(2026, 11, 27, 4, 16, tzinfo=datetime.UTC)
    shown = dict(contents(data(make_article("题", created_at=entered))))
    assert shown["录入时间"] == ["2026-11-27 12:16"]
    assert not [name for name in shown if name.isascii()]


def test_a_deleted_article_whose_place_is_taken_comes_last():
    page = make_page()
    article = make_article("先", page=page, position=1)
    with history.recorded():
        article.delete()
    make_article("新来", page=page, position=1)
    (remark,) = restore(ChangedRecord.objects.get().before)
    assert Article.objects.get(headline="先").position == 2
    assert "排在本版最后" in remark


def test_an_article_waits_for_its_page():
    article = make_article()
    with history.recorded():
        article.page.delete()
    record = ChangedRecord.objects.get(content_type__model="article")
    with pytest.raises(RestoreError, match="版面"):
        restore(record.before)
    restore(ChangedRecord.objects.get(content_type__model="page").before)
    restore(record.before)
    assert Article.objects.get().pk == record.object_id
    assert not ChangedRecord.objects.filter(in_bin=True).exists()


def test_a_name_that_is_taken_is_not_fought_for():
    tag = Tag.objects.create(name="经济", slug="a")
    with history.recorded():
        tag.delete()
    Tag.objects.create(name="经济", slug="b")
    with pytest.raises(RestoreError):
        restore(ChangedRecord.objects.get().before)
    assert Tag.objects.get().slug == "b"


def test_versions_that_reversion_made_are_restored_too():
    article = make_article("旧法", ["一", "二"], ["标签"])
    with reversion.create_revision():
        reversion.add_to_revision(article)
    before = data(article)
    spoil(article)
    version = versions.versions_of(Article, [article.pk]).get()
    restore(version)
    assert data(article) == before


# ---- Acts


def test_an_act_is_undone_for_all_its_records():
    articles = [make_article(f"第{n}篇", status="draft") for n in range(3)]
    with history.recorded():
        Article.objects.all().update(status="published", genre="消息")
    change = Change.objects.get()
    result = undo(change)
    assert (result.done, result.refused) == (3, [])
    assert set(Article.objects.values_list("status", "genre")) == {("draft", "")}
    change.refresh_from_db()
    assert change.undone_by.kind == "undone"
    assert change.undone_by.count == len(articles)


def test_what_was_changed_since_is_left_alone():
    first, second = make_article("甲"), make_article("乙")
    with history.recorded():
        Article.objects.all().update(genre="消息")
    Article.objects.filter(pk=first.pk).update(deck="后来的")
    result = undo(Change.objects.get())
    assert result.done == 1
    assert [record.object_id for record, _why in result.refused] == [first.pk]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.genre, second.genre) == ("消息", "")


def test_an_issue_comes_back_with_all_that_went_with_it():
    article = make_article("连带", ["一"], ["标签"])
    before = data(article)
    with history.recorded():
        article.page.issue.delete()
    assert not Page.objects.exists()
    result = undo(Change.objects.get())
    assert (result.done, result.refused) == (3, [])
    assert data(article) == before
    assert Issue.objects.exists()


def test_what_was_added_goes_again_unless_something_depends_on_it():
    page = make_page()
    with history.recorded():
        article = make_article("新的", tags=["新标签"], page=page)
    result = undo(Change.objects.get())
    assert (result.refused, Article.objects.exists(), Tag.objects.exists()) == (
        [],
        False,
        False,
    )
    assert Page.objects.exists()
    undo(Change.objects.first())
    assert Article.objects.get().pk == article.pk


def test_a_tag_that_others_use_by_now_stays():
    with history.recorded():
        Tag.objects.create(name="新标签")
    make_article(tags=["新标签"])
    result = undo(Change.objects.get())
    assert [why for _record, why in result.refused] == ["已有别的文章用它。"]
    assert Tag.objects.exists()


def test_a_page_that_has_articles_by_now_stays():
    with history.recorded():
        page = make_page("9")
    make_article(page=page)
    result = undo(Change.objects.order_by("pk").first())
    assert result.refused
    assert Page.objects.filter(pk=page.pk).exists()


def test_articles_that_changed_places_change_back():
    page = make_page()
    first = make_article("甲", page=page, position=1)
    second = make_article("乙", page=page, position=2)
    with history.recorded():
        Article.objects.filter(pk=first.pk).update(position=3)
        Article.objects.filter(pk=second.pk).update(position=1)
        Article.objects.filter(pk=first.pk).update(position=2)
    assert undo(Change.objects.get()).refused == []
    first.refresh_from_db()
    assert first.position == 1


def test_an_undo_can_be_undone():
    make_article("甲")
    with history.recorded():
        Paragraph.objects.all().update(text="改过")
    undo(Change.objects.get())
    undo(Change.objects.first())
    assert Paragraph.objects.get().text == "改过"


def test_the_index_follows():
    article = make_article("甲", ["梅雨季来了。"])
    with history.recorded():
        Paragraph.objects.all().update(text="出太阳了。")
    undo(Change.objects.get())
    document = article.search_documents.first()
    assert "梅雨" in document.text


# ---- Tags


def test_merged_tags_are_parted_again_with_their_names_and_places():
    into, gone, below = (
        Tag.objects.create(name=name) for name in ("气象", "天气", "梅雨")
    )
    TagSynonym.objects.create(name="天候", tag=gone)
    TagEntry.objects.create(tag=below, parent=gone)
    article = make_article(tags=["天气"])
    kept = {tag.pk: states(Tag, [tag.pk])[tag.pk].data for tag in (into, gone, below)}
    before = data(article)
    tag_work.merge(into, [gone])
    assert [tag.name for tag in article.tags.all()] == ["气象"]
    change = Change.objects.get()
    assert (change.kind, change.content_type.model, change.count) == ("bulk", "tag", 4)
    result = undo(change)
    assert result.refused == []
    assert data(article) == before
    assert {pk: states(Tag, [pk])[pk].data for pk in kept} == kept


def test_a_renamed_tag_is_restored_with_its_other_names():
    tag = Tag.objects.create(name="天气", slug="tianqi")
    article = make_article(tags=["天气"])
    tag_work.rename(tag, "气象")
    assert TagSynonym.objects.get().name == "天气"
    undo(Change.objects.get())
    assert Tag.objects.get().name == "天气"
    assert not TagSynonym.objects.exists()
    assert [t.name for t in article.tags.all()] == ["天气"]


def test_what_stood_below_a_tag_that_is_gone_stands_alone():
    above, below = Tag.objects.create(name="气象"), Tag.objects.create(name="梅雨")
    TagEntry.objects.create(tag=below, parent=above)
    with history.recorded():
        below.delete()
    above.delete()
    restore(ChangedRecord.objects.get().before)
    assert TagEntry.objects.get().parent is None


def test_very_many_articles_are_kept_in_few_queries(django_assert_max_num_queries):
    page = make_page()
    Article.objects.bulk_create(
        Article(page=page, position=n, headline=f"第{n}篇") for n in range(1, 1201)
    )
    # For each five hundred seven before, seven after, and what is stored of them.
    with django_assert_max_num_queries(100), history.recorded(kind=Change.Kind.BULK):
        history.keep_all(Article.objects.all(), "合并")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE articles_article SET genre = '消息'")
    assert Change.objects.get().count == 1200


# ---- Histories that were shortened


@pytest.mark.parametrize("side", ["before", "after"])
def test_an_act_without_its_versions_is_not_taken_for_another(side):
    article = make_article("一")
    with history.recorded():
        Article.objects.update(headline="二")
    ChangedRecord.objects.update(**{side: None})
    result = undo(Change.objects.get())
    assert [why for _record, why in result.refused] == ["以前的版本已清除。"]
    article.refresh_from_db()
    assert article.headline == "二"


def test_a_deletion_without_its_version_is_not_undone():
    with history.recorded():
        make_article("一")
    with history.recorded():
        Article.objects.all().delete()
    reversion.models.Revision.objects.all().delete()
    for change in Change.objects.all():
        assert undo(change).done == 0


# ---- What stays of its time


def test_a_time_of_publishing_that_is_over_publishes_nothing_that_comes_back():
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    chief = User.objects.create_superuser("zhubian")
    make_article("晚了", status="review", publish_at=hour_ago, scheduled_by=chief)
    with history.recorded():
        Article.objects.get().delete()
    assert restore_deleted(ChangedRecord.objects.get()) == [
        "定时发布的时间已过，没有发布。"
    ]
    scheduling.publish_due()
    article = Article.objects.get()
    assert (article.status, article.publish_at) == ("review", None)


def test_what_could_not_be_as_it_was_is_told_when_an_act_is_undone():
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    make_article("晚了", status="review", publish_at=hour_ago)
    with history.recorded():
        Article.objects.get().delete()
    remarks = undo(Change.objects.get()).remarks
    assert [said for _record, said in remarks] == ["定时发布的时间已过，没有发布。"]


def test_links_that_were_ended_do_not_hold_again_when_that_is_undone():
    chief = User.objects.create_superuser("zhubian")
    article = make_article("撤回过")
    link = previews.address(article).split("/")[-2]
    with history.recorded(chief):
        workflow.move(chief, Article.objects.all(), workflow.STEPS["withdraw"], "错")
    undo(Change.objects.get())
    workflow.move(chief, Article.objects.all(), workflow.STEPS["draft"])
    with pytest.raises(previews.EndedError):
        previews.find(link)


@pytest.mark.django_db(transaction=True)
def test_what_another_stores_while_an_act_is_undone_stays():
    article = make_article("一")
    with history.recorded():
        Article.objects.update(headline="二")
    with meanwhile(lambda: Article.objects.update(headline="别人的")):
        refused = undo(Change.objects.get()).refused
    assert [why for _record, why in refused] == ["后来又有改动。"]
    article.refresh_from_db()
    assert article.headline == "别人的"


def test_a_job_tells_of_each_record_that_it_could_not_undo():
    for _number in range(undoing.TOLD + 2):
        make_article("图片新闻")
    with history.recorded():
        Article.objects.update(genre="消息")
    Article.objects.update(genre="通讯")
    job = Job.objects.create(kind="undo", params={"change": Change.objects.get().pk})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.report["没有撤销的记录"] == undoing.TOLD + 2
    reasons = job.report["没有撤销的原因"]
    assert reasons[0] == "图片新闻：后来又有改动。"
    assert (len(reasons), reasons[-1]) == (undoing.TOLD + 1, "以及另外 2 条")
