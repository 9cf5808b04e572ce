"""What was done to tags is undone from the history: all of it, or nothing of it."""

import random

import pytest
from django.urls import reverse
from taggit.models import Tag

from articles import jobs, tag_work
from articles.history.recording import recorded
from articles.history.states import states
from articles.history.undoing import articles_touched, undo, work
from articles.ingest import tag_tree
from articles.models import Article, Change, Job, TagEntry, TaggedArticle, TagSynonym
from articles.models.tag_entry import MAX_DEPTH
from articles.search.index import stale_ids
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def tag(name):
    return Tag.objects.get_or_create(name=name)[0]


def place(name, parent=None, **said):
    above = tag(parent) if parent else None
    return TagEntry.objects.create(tag=tag(name), parent=above, **said)


def everything():
    """Return all that is said of tags: keys, names, addresses, places, synonyms, articles."""
    return {
        "tags": sorted(Tag.objects.values_list("pk", "name", "slug")),
        "entries": sorted(TagEntry.objects.values_list(), key=str),
        "synonyms": sorted(TagSynonym.objects.values_list("name", "slug", "tag")),
        "links": sorted(TaggedArticle.objects.values_list("content_object", "tag")),
    }


class Progress:
    """What a job counts."""

    total = done = 0

    def tick(self, number=1):
        self.done += number


def refused(change):
    """Undo what cannot be, see that nothing is changed, and return the reasons."""
    before, acts = everything(), Change.objects.count()
    result = undo(change)
    assert result.done == 0
    assert (everything(), Change.objects.count()) == (before, acts)
    change.refresh_from_db()
    assert change.undone_by is None
    return [why for _record, why in result.refused]


def a_vocabulary():
    """Make tags with places, codes, notes, other names, and articles that have several."""
    place("气象", vocabulary="表", code="30")
    place("天气", "气象", vocabulary="表", code="3001", note="逐日的")
    place("气候", "气象", vocabulary="表", code="3002")
    place("梅雨", "天气", vocabulary="表", code="300101", note="六月")
    place("入梅", "梅雨")
    for name, of in (("天候", "天气"), ("WEATHER", "天气"), ("黄梅天", "梅雨")):
        TagSynonym.objects.create(name=name, tag=tag(of))
    make_article("一", tags=["天气"])
    make_article("二", tags=["气候", "上海"])
    make_article("三", tags=["天气", "气候"])
    make_article("四", tags=["梅雨", "天气"])


@pytest.mark.parametrize(
    ("target", "sources"),
    [
        ("气候", ["天气"]),
        ("梅雨", ["天气"]),
        ("入梅", ["气象", "天气"]),
        ("气象", ["天气", "气候", "梅雨", "入梅"]),
        ("上海", ["气象", "梅雨"]),
    ],
)
def test_a_merge_is_undone_with_places_names_and_articles(client, target, sources):
    a_vocabulary()
    before = everything()
    tag_work.merge(tag(target), [tag(name) for name in sources])
    assert everything() != before
    assert undo(Change.objects.first()).refused == []
    assert everything() == before
    assert stale_ids() == []
    page = client.get(reverse("tag", args=[tag("天气").slug]))
    assert {a.headline for a in page.context["articles"]} == {"一", "三", "四"}
    assert client.get(reverse("tag", args=["黄梅天"])).url == reverse(
        "tag", args=[tag("梅雨").slug]
    )


@pytest.mark.parametrize("seed", range(12))
def test_whatever_tree_is_merged_it_is_parted_again(seed):
    rng = random.Random(seed)
    names = [f"类{n}" for n in range(9)]
    for number, name in enumerate(names):
        above = rng.choice([None, *names[:number]])
        place(name, above, note=rng.choice(["", "注"]))
    rng.shuffle(names)
    article = make_article(tags=names[:5])
    before = everything()
    target, *sources = names[: rng.randint(2, 6)]
    tag_work.merge(tag(target), [tag(name) for name in sources])
    with recorded():
        article.tags.add("另一个")
    assert undo(Change.objects.order_by("pk").first()).refused == []
    after = everything()
    after["tags"] = [row for row in after["tags"] if row[1] != "另一个"]
    other = tag("另一个").pk
    after["links"] = [row for row in after["links"] if row[1] != other]
    assert after == before


def test_a_merge_that_was_undone_can_be_made_again_by_undoing_that():
    a_vocabulary()
    tag_work.merge(tag("气候"), [tag("天气")])
    merged = everything()
    undo(Change.objects.first())
    assert undo(Change.objects.first()).refused == []
    assert everything() == merged
    assert stale_ids() == []


def test_a_merge_is_not_made_again_by_halves_where_its_tag_has_other_articles():
    a_vocabulary()
    tag_work.merge(tag("气候"), [tag("天气")])
    undo(Change.objects.first())
    make_article("五", tags=["天气"])
    assert refused(Change.objects.first()) == ["已有别的文章用它。"]


def test_a_merge_is_undone_by_a_job_as_by_a_request(admin_client, monkeypatch):
    monkeypatch.setattr("articles.admin.changes.AT_ONCE", 2)
    monkeypatch.setattr("articles.jobs._spawn", lambda pk: None)
    a_vocabulary()
    before = everything()
    tag_work.merge_as_job(Progress(), tag("气候").pk, [tag("天气").pk])
    act = Change.objects.first()
    admin_client.post(reverse("admin:articles_change_undo", args=[act.pk]))
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", act.count, act.count)
    assert job.report == {"已撤销的记录": act.count, "没有撤销的记录": 0}
    assert everything() == before
    assert stale_ids() == []


# ---- What was changed since


def test_articles_that_were_edited_since_get_their_tags_back_and_keep_the_rest():
    a_vocabulary()
    edited, gone = (Article.objects.get(headline=h) for h in "一四")
    tag_work.merge(tag("气候"), [tag("天气")])
    act = Change.objects.first()
    edited.headline = "改过的题"
    edited.save()
    edited.tags.add("防汛")
    gone.delete()
    after = make_article("后来的", tags=["气候"])
    result = undo(act)
    assert [(r.name, why) for r, why in result.refused] == [("四", "后来被删除了。")]
    edited.refresh_from_db()
    assert edited.headline == "改过的题"
    assert sorted(edited.tags.names()) == ["天气", "防汛"]
    assert sorted(after.tags.names()) == ["气候"]
    assert stale_ids() == []


def test_who_took_the_tag_off_since_is_not_overruled():
    article = make_article("一", tags=["天气"])
    tag_work.merge(tag("气候"), [tag("天气")])
    act = Change.objects.first()
    article.tags.clear()
    assert [why for _record, why in undo(act).refused] == ["后来又有改动。"]
    assert list(article.tags.names()) == []
    assert Tag.objects.filter(name="天气").exists()


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda: tag("天气"), "已经有了标签“天气”"),
        (lambda: tag("WEATHER"), "已经有了标签“WEATHER”"),
        (
            lambda: TagSynonym.objects.filter(name="天气").update(tag=tag("上海")),
            "“天气”是标签“上海”的同义词。",
        ),
        (
            lambda: TagSynonym.objects.filter(name="天候").update(tag=tag("上海")),
            "“天候”是标签“上海”的同义词。",
        ),
        (
            lambda: place("上海", vocabulary="表", code="3001"),
            "代码 3001 已属于另一个标签。",
        ),
        (lambda: tag_work.rename(tag("气候"), "气候学"), "后来又有改动。"),
        (
            lambda: tag_work.merge(tag("上海"), [tag("气候")]),
            "“气候”是标签“上海”的同义词。",
        ),
        (lambda: tag("气候").delete(), "后来被删除了。"),
        (
            lambda: Tag.objects.create(name="别的", slug="天气"),
            "标签",
        ),
    ],
    ids=["name", "synonym is a tag", "name is a synonym", "synonym of another", "code",
         "renamed", "merged on", "deleted", "address"],
)  # fmt: skip
def test_what_is_in_the_way_is_told_and_nothing_is_half_done(meanwhile, why):
    a_vocabulary()
    tag_work.merge(tag("气候"), [tag("天气")])
    act = Change.objects.first()
    TagSynonym.objects.filter(slug="天气").update(slug="x")
    meanwhile()
    told = refused(act)
    assert any(why in one for one in told), told
    assert stale_ids() == []


def test_capitals_do_not_hide_that_a_name_is_taken():
    tag_work.merge(tag("人工智能"), [tag("AI")])
    act = Change.objects.first()
    TagSynonym.objects.all().delete()
    tag("ai")
    assert any("已经有了标签“AI”" in why for why in refused(act))


def test_a_circle_that_somebody_would_close_is_refused():
    place("甲", "乙")
    tag_work.merge(tag("丙"), [tag("甲")])
    act = Change.objects.first()
    TagEntry.objects.create(tag=tag("乙"), parent=tag("丙"))
    assert undo(act).refused == []  # 甲 stands below 乙 again, which stands below 丙
    place("丁", "戊")
    place("己", "丁")
    tag_work.merge(tag("庚"), [tag("丁")])
    act = Change.objects.first()
    TagEntry.objects.create(tag=tag("戊"), parent=tag("己"))
    TagEntry.objects.filter(tag=tag("己")).update(parent=tag("庚"))
    assert any("循环" in why for why in refused(act))


# ---- Renaming


def test_a_renaming_is_undone_with_its_synonym_and_address(client):
    article = make_article("题", tags=["天气"])
    TagSynonym.objects.create(name="气象学", tag=tag("天气"))
    before = everything()
    tag_work.rename(tag("天气"), "气象学")
    act = Change.objects.first()
    article.headline = "后来的题"
    article.save()
    assert articles_touched(act) == 1
    assert undo(act).refused == []
    assert everything() == before
    assert client.get(reverse("tag", args=["天气"])).status_code == 200
    assert stale_ids() == []


def test_a_renaming_is_not_undone_where_the_name_is_taken():
    make_article("题", tags=["天气"])
    tag_work.rename(tag("天气"), "气象")
    act = Change.objects.first()
    TagSynonym.objects.all().delete()
    tag("天气")
    assert refused(act) == ["已经有了标签“天气”，请先把它改名，或删除。"]


def test_an_edit_is_undone_whatever_its_tag_is_called_since():
    article = make_article("旧题", tags=["天气"])
    with recorded():
        article.headline = "新题"
        article.save()
    act = Change.objects.first()
    tag_work.rename(tag("天气"), "气象")
    assert undo(act).refused == []
    article.refresh_from_db()
    assert (article.headline, list(article.tags.names())) == ("旧题", ["气象"])


# ---- Many articles, vocabularies, deletions


def test_tagging_many_is_undone_article_by_article():
    articles = [make_article(f"第{n}篇", tags=["旧"]) for n in range(3)]
    tag_work.retag([a.pk for a in articles], add=["新"], remove=["旧"])
    act = Change.objects.first()
    Article.objects.filter(pk=articles[0].pk).update(genre="消息")
    articles[1].tags.add("别的")
    articles[2].tags.set(["别的"])
    result = undo(act)
    assert [record.name for record, _why in result.refused] == ["第2篇"]
    assert [sorted(a.tags.names()) for a in articles] == [
        ["旧"],
        ["别的", "旧"],
        ["别的"],
    ]
    assert not Tag.objects.filter(name="新").exists()
    assert stale_ids() == []


def test_a_tag_that_was_deleted_since_is_made_again_for_articles():
    article = make_article(tags=["旧"])
    tag_work.retag([article.pk], add=["新"], remove=["旧"])
    act = Change.objects.first()
    tag("旧").delete()
    undo(act)
    assert list(article.tags.names()) == ["旧"]


def test_many_articles_are_undone_in_few_queries(django_assert_max_num_queries):
    for number in range(30):
        make_article(f"第{number}篇", tags=["天气"])
    before = everything()
    tag_work.merge(tag("气候"), [tag("天气")])
    act = Change.objects.first()
    with django_assert_max_num_queries(110):  # four for each article would be more
        undo(act)
    after = everything()
    after["tags"] = [row for row in after["tags"] if row[1] != "气候"]
    assert after == before


def test_a_vocabulary_is_undone_and_tags_that_were_there_get_their_places_back():
    make_article(tags=["足球"])
    place("足球", "运动", note="旧注")
    place("田径", vocabulary="")
    before = everything()
    tag_tree.load(
        tag_tree.read(
            "code,name,note\n39,体育,\n3901,田径,新注\n3902,球类,\n390201,足球,\n".encode()
        ),
        "表",
    )
    act = Change.objects.first()
    assert act.count == 4
    assert undo(act).refused == []
    assert everything() == before


def test_terms_in_use_stay_with_all_that_they_stand_below():
    tag_tree.load(
        tag_tree.read(
            "code,name\n39,体育\n3901,田径\n3902,球类\n390201,足球\n".encode()
        ),
        "表",
    )
    act = Change.objects.first()
    make_article(tags=["足球"])
    why = {record.name: why for record, why in undo(act).refused}
    assert why == {
        "足球": "已有别的文章用它。",
        "球类": "它下面还有别的标签。",
        "体育": "它下面还有别的标签。",
    }
    assert TagEntry.objects.get(tag=tag("足球")).parent == tag("球类")
    assert not Tag.objects.filter(name="田径").exists()


@pytest.mark.parametrize("one", [True, False])
def test_deleted_tags_come_back_with_places_and_those_below_them(one):
    a_vocabulary()
    before = everything()
    with recorded():
        if one:
            tag("天气").delete()
        else:
            Tag.objects.filter(name__in=["天气", "梅雨", "气象"]).delete()
    assert undo(Change.objects.first()).refused == []
    assert everything() == before
    assert stale_ids() == []


def test_a_tree_of_all_levels_is_undone():
    terms = [
        {"name": f"级{n}", "parent": f"级{n - 1}" if n else ""}
        for n in range(MAX_DEPTH)
    ]
    tag_tree.load([tag_tree.Term(n, **term) for n, term in enumerate(terms)], "表")
    assert undo(Change.objects.first()).refused == []
    assert not Tag.objects.exists()


# ---- From the list of changes


def test_a_rename_that_touches_many_articles_is_undone_by_a_job(
    admin_client, monkeypatch
):
    monkeypatch.setattr("articles.admin.changes.AT_ONCE", 2)
    monkeypatch.setattr("articles.jobs._spawn", lambda pk: None)
    for number in range(2):
        make_article(f"第{number}篇", tags=["天气"])
    tag_work.rename(tag("天气"), "气象")
    act = Change.objects.first()
    address = reverse("admin:articles_change_undo", args=[act.pk])
    assert "另有 2 篇文章" in admin_client.get(address).content.decode()
    admin_client.post(address)
    job = Job.objects.get()
    assert (job.kind, job.params) == ("undo", {"change": act.pk})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.report["已撤销的记录"]) == ("done", 1)
    assert not TagSynonym.objects.exists()
    assert tag("天气").pk == act.records.get().object_id
    assert stale_ids() == []


def test_what_cannot_be_undone_is_said_in_the_page_and_in_the_report(admin_client):
    make_article(tags=["天气"])
    tag_work.merge(tag("气候"), [tag("天气")])
    act = Change.objects.first()
    TagSynonym.objects.all().delete()
    tag("天气")
    address = reverse("admin:articles_change_undo", args=[act.pk])
    page = admin_client.post(address, follow=True).content.decode()
    assert "已经有了标签“天气”" in page
    assert "什么也没有撤销。" in page
    report = work(Progress(), act.pk)
    assert (report["已撤销的记录"], report["没有撤销的记录"]) == (0, 2)
    assert states(Tag, [tag("气候").pk])
