"""Tags on articles: suggested for their text, and put on many at once; by whom."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from taggit.models import Tag

from articles import jobs, tag_work
from articles.history.undoing import undo
from articles.models import Article, LexiconWord, TagSynonym
from articles.models.change import Change
from articles.search.index import stale_ids
from articles.tag_suggestions import suggest
from tests.actions import run_action
from tests.factories import make_article

pytestmark = pytest.mark.django_db

RAIN = "上海今天入梅\n上海中心气象台宣布入梅，暴雨预警升级，防汛部门加强值守。梅雨带来强降水。"


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def tagged(article):
    return sorted(article.tags.names())


def by_name(suggestions):
    return {one.name: one for one in suggestions}


def suggested(client, text=RAIN, **more):
    address = url("articles_article_suggest_tags")
    accept = {"accept": "application/json"}
    return client.post(address, {"text": text, **more}, headers=accept)


@pytest.fixture
def sign_in(client):
    """Give a function that signs somebody of a role in."""

    def signed_in(role):
        user = User.objects.create_user(f"user-{role}", is_staff=role != "读者")
        if role in ("记者", "编辑", "主编", "管理员"):
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return signed_in


# ---- Suggestions


def test_tags_that_stand_in_the_text_come_first_with_their_reason():
    make_article(tags=["防汛", "气象", "没有关系"])
    found = suggest(RAIN)
    assert found[0].name == "防汛"
    assert found[0].exists
    assert "文中出现 1 次" in found[0].reasons
    assert "没有关系" not in by_name(found)


def test_keywords_are_suggested_as_new_tags():
    found = by_name(suggest(RAIN))
    assert "关键词" in found["暴雨"].reasons
    assert "部门" not in found
    assert not found["暴雨"].exists


def test_a_tag_of_several_words_and_a_synonym_are_seen():
    make_article(tags=["中心气象台", "黄梅天"])
    TagSynonym.objects.create(name="梅雨", tag=Tag.objects.get(name="黄梅天"))
    found = by_name(suggest(RAIN))
    assert found["中心气象台"].exists
    assert found["黄梅天"].exists
    assert "梅雨" not in found


def test_names_of_the_lexicon_say_what_they_are():
    LexiconWord.objects.create(word="叶薇", kind="person")
    found = by_name(suggest("记者叶薇报道"))
    assert "词库：人名" in found["叶薇"].reasons


def test_tags_of_articles_that_say_nearly_the_same():
    body = [RAIN.partition("\n")[2]]
    for number in range(3):
        make_article(f"入梅 {number}", body, tags=["汛期"])
    found = by_name(suggest(RAIN))
    assert any("篇相近文章中有" in reason for reason in found["汛期"].reasons)


def test_what_the_article_has_already_is_not_suggested():
    make_article(tags=["防汛"])
    assert "防汛" not in by_name(suggest(RAIN, chosen=["防汛"]))


@pytest.mark.parametrize(
    "text", ["", "\n\n", "😀", "<script>alert(1)</script>", "%_\\'"]
)
def test_any_text_gets_an_answer(admin_client, text):
    response = suggested(admin_client, text)
    assert response.status_code == 200
    assert isinstance(response.json()["suggestions"], list)


def test_a_text_that_cannot_be_read_is_told_so(admin_client):
    assert suggested(admin_client, "上\x00海").status_code == 400
    assert suggested(admin_client, "长" * 200_001).status_code == 400
    assert suggested(admin_client, RAIN, article="x").status_code == 400
    assert admin_client.get(url("articles_article_suggest_tags")).status_code == 405


def test_suggestions_can_be_ticked_without_script(admin_client):
    make_article("别的", tags=["防汛"])
    article = make_article("上海今天入梅", [RAIN], status="draft")
    page = url("articles_article_suggested_tags", article.pk)
    assert '<input type="checkbox" name="tags" value="防汛">' in " ".join(
        admin_client.get(page).content.decode().split()
    )
    response = admin_client.post(page, {"tags": ["防汛", "入梅"]})
    assert response.url == url("articles_article_change", article.pk)
    assert tagged(article) == ["入梅", "防汛"]
    assert admin_client.post(page, {"tags": ["！"]}).context["form"].errors


# ---- Several at once


def test_tags_are_put_on_many_articles_and_taken_off(admin_client):
    articles = [make_article(f"题{n}", tags=["旧"]) for n in range(3)]
    keys = [article.pk for article in articles]
    address = url("articles_article_changelist")
    run_action(admin_client, address, "add_tags", keys, tags=["新事，大事"])
    assert [tagged(a) for a in articles] == [["大事", "新事", "旧"]] * 3
    assert stale_ids() == []
    run_action(admin_client, address, "remove_tags", keys[:2], tags=["旧"])
    assert [tagged(a) for a in articles] == [["大事", "新事"]] * 2 + [
        ["大事", "新事", "旧"]
    ]
    assert stale_ids() == []
    change = Change.objects.first()
    assert (change.kind, change.count) == (Change.Kind.BULK, 2)
    undo(change)
    assert tagged(articles[0]) == ["大事", "新事", "旧"]


def test_who_has_one_of_them_open_is_told_that_it_changed(admin_client):
    article = make_article()
    before = article.updated_at
    tag_work.retag([article.pk], add=["新事"])
    article.refresh_from_db()
    assert article.updated_at > before
    assert tag_work.retag([article.pk], add=["新事"]) == 0


def test_a_tag_that_no_statement_can_hold_is_refused_wherever_it_is_sent(admin_client):
    article = make_article()
    listed, alone = (
        url("articles_article_changelist"),
        url("articles_article_suggested_tags", article.pk),
    )
    data = {"action": "add_tags", "_selected_action": [article.pk], "confirmed": "yes"}
    data |= {"asked_count": "1", "tags": ["新\0事"]}
    for address in (listed, alone):
        page = admin_client.post(address, data)
        assert page.status_code == 200
        assert "errorlist" in page.content.decode()
    assert tagged(article) == []


def test_no_tags_or_no_names_are_asked_for_again(admin_client):
    article = make_article()
    data = {"action": "add_tags", "_selected_action": [article.pk], "confirmed": "yes"}
    data |= {"asked_count": "1", "tags": ["！"]}
    response = admin_client.post(url("articles_article_changelist"), data)
    assert "标签须有文字" in response.content.decode()
    assert tagged(article) == []


def test_many_articles_are_tagged_by_a_job(admin_client, monkeypatch):
    monkeypatch.setattr(tag_work, "AT_ONCE", 1)
    started = []
    monkeypatch.setattr("articles.jobs._spawn", started.append)
    keys = [make_article(f"题{n}").pk for n in range(3)]
    address = url("articles_article_changelist")
    response = run_action(admin_client, address, "add_tags", keys, tags=["新事"])
    assert "/admin/articles/job/" in response.redirect_chain[-1][0]


def test_a_job_tags_only_what_its_user_may_change_by_then():
    reporter = User.objects.create_user("jizhe", is_staff=True)
    reporter.groups.add(Group.objects.get(name="记者"))
    own, out = (
        make_article(state, status=state, entered_by=reporter)
        for state in ("draft", "published")
    )
    job = jobs.start("retag", reporter, articles=[own.pk, out.pk], add=["新事"])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.report == {"标签有变动的文章": 1}
    assert (tagged(own), tagged(out)) == (["新事"], [])


# ---- Undone


def test_a_merge_can_be_undone(admin_client):
    first, second = make_article("一", tags=["新冠"]), make_article("二", tags=["肺炎"])
    keep, gone = Tag.objects.get(name="肺炎"), Tag.objects.get(name="新冠")
    keys = [keep.pk, gone.pk]
    run_action(
        admin_client, url("taggit_tag_changelist"), "merge_tags", keys, target=keep.pk
    )
    assert tagged(first) == ["肺炎"]
    undo(Change.objects.first())
    assert (tagged(first), tagged(second)) == (["新冠"], ["肺炎"])
    assert stale_ids() == []


# ---- Who may


MAY = {
    "记者": (True, False, False),
    "编辑": (True, True, False),
    "主编": (True, True, True),
    "管理员": (True, True, True),
    "员工": (False, False, False),
    "读者": (False, False, False),
}


@pytest.mark.parametrize("role", MAY)
def test_who_may_have_tags_suggested_merge_and_delete_them(client, sign_in, role):
    sign_in(role)
    may_suggest, may_merge, may_delete = MAY[role]
    assert (suggested(client).status_code == 200) is may_suggest
    make_article(tags=["甲类", "乙类"])
    one, other = Tag.objects.order_by("name")
    data = {
        "action": "merge_tags",
        "_selected_action": [one.pk, other.pk],
        "confirmed": "yes",
        "asked_count": "2",
        "target": one.pk,
    }
    client.post(url("taggit_tag_changelist"), data)
    assert (Tag.objects.count() == 1) is may_merge
    last = Tag.objects.first()
    client.post(url("taggit_tag_delete", last.pk), {"post": "yes"})
    assert (not Tag.objects.filter(pk=last.pk).exists()) is may_delete


def test_nobody_who_is_not_signed_in_is_answered(client):
    article = make_article()
    for response in (
        suggested(client),
        client.get(url("articles_article_suggested_tags", article.pk)),
        client.get(url("articles_article_tag_names")),
    ):
        assert response.status_code == 302


@pytest.mark.parametrize(
    ("role", "changed"),
    [
        ("记者", {"自己的草稿"}),
        ("编辑", {"自己的草稿", "别人的草稿", "已发布"}),
        ("员工", set()),
        ("读者", set()),
    ],
)
def test_only_what_one_may_change_is_tagged(client, sign_in, role, changed):
    user = sign_in(role)
    articles = [
        make_article("自己的草稿", status="draft", entered_by=user),
        make_article("别人的草稿", status="draft"),
        make_article("已发布"),
    ]
    data = {
        "action": "add_tags",
        "_selected_action": [article.pk for article in articles],
        "confirmed": "yes",
        "asked_count": str(len(changed)),
        "tags": ["新事"],
    }
    client.post(url("articles_article_changelist"), data)
    found = Article.objects.filter(tags__name="新事")
    assert set(found.values_list("headline", flat=True)) == changed


def test_a_reporter_cannot_tag_the_drafts_of_others_one_by_one(client, sign_in):
    sign_in("记者")
    draft = make_article(status="draft")
    page = url("articles_article_suggested_tags", draft.pk)
    assert client.get(page).status_code == 404
    assert client.post(page, {"tags": ["新事"]}).status_code == 404
    out = url("articles_article_suggested_tags", make_article().pk)
    assert client.post(out, {"tags": ["新事"]}).status_code == 403
    assert not Tag.objects.exists()
