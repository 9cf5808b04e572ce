"""The pages of a record's history: who sees them, what they say, what they do."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse

from articles import history
from articles.admin.history import RecordHistory
from articles.history import versions
from articles.history.states import RECORDS
from articles.models import Article, Change, Contributor, Issue, LexiconWord, Paragraph
from tests.factories import make_article, make_page
from tests.races import meanwhile

pytestmark = pytest.mark.django_db


def url(page, *args, model="articles_article"):
    return reverse(f"admin:{model}_{page}", args=args)


def changed(article, user=None, **fields):
    with history.recorded(user):
        Article.objects.filter(pk=article.pk).update(**fields)
    return list(
        versions.versions_of(Article, [article.pk]).values_list("pk", flat=True)
    )


@pytest.fixture
def roles(client):
    """Give a client of each group, of plain staff and of nobody."""
    made = {}
    for name in ("记者", "编辑", "主编", "管理员", "职员"):
        user = User.objects.create_user(name, is_staff=True)
        if name != "职员":
            user.groups.add(Group.objects.get(name=name))
        made[name] = type(client)()
        made[name].force_login(user)
        made[name].user = user
    made["读者"] = type(client)()
    return made


# ---- The list


def test_the_list_says_who_changed_what_and_when(admin_client, admin_user):
    article = make_article("一")
    changed(article, admin_user, headline="二", deck="副")
    page = admin_client.get(url("history", article.pk))
    newest, oldest = page.context["entries"]
    assert (newest.who, newest.kind, newest.changed) == (
        "admin",
        "修改",
        ["主题", "副题"],
    )
    assert newest.is_newest
    assert newest.former == oldest.pk
    assert (oldest.who, oldest.note) == ("", "记录之前的状态")


def test_an_article_without_versions_says_so(admin_client):
    article = make_article()
    page = admin_client.get(url("history", article.pk))
    assert "还没有版本" in page.content.decode()


def test_what_was_changed_elsewhere_is_told_of(admin_client):
    article = make_article("一")
    changed(article, headline="二")
    assert "不是在编辑后台改的" not in (
        admin_client.get(url("history", article.pk)).content.decode()
    )
    Article.objects.filter(pk=article.pk).update(headline="三")
    page = admin_client.get(url("history", article.pk))
    assert "不是在编辑后台改的" in page.content.decode()


def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_num_queries
):
    article = make_article("一")
    for number in range(60):
        changed(article, headline=f"第{number}题")
    # Session, user, the article; count, versions, newest, their acts, the one before the
    # page; six for what is there now.
    with django_assert_num_queries(14):
        page = admin_client.get(url("history", article.pk))
    assert len(page.context["entries"]) == 50
    page = admin_client.get(url("history", article.pk) + "?p=2")
    assert len(page.context["entries"]) == 11
    assert page.context["entries"][-1].former is None


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("articles_issue", lambda: make_page().issue),
        ("articles_page", make_page),
        ("articles_publication", lambda: make_page().issue.publication),
        (
            "articles_contributor",
            lambda: Contributor.objects.create(name="叶", slug="ye"),
        ),
        ("articles_lexiconword", lambda: LexiconWord.objects.create(word="长三角")),
    ],
)
def test_other_records_have_histories(admin_client, model, make):
    row = make()
    with history.recorded():
        row.save()
        if isinstance(row, Issue):
            row.number = 7
            row.save()
    assert admin_client.get(url("history", row.pk, model=model)).status_code == 200
    assert admin_client.get(url("compare", row.pk, model=model)).status_code == 200


# ---- Comparing


def test_words_that_differ_are_marked_on_their_side(admin_client):
    article = make_article("入梅", ["市气象局昨天宣布入梅。"])
    with history.recorded():
        Paragraph.objects.update(text="市气象台昨天宣布入梅。")
    new, old = versions.versions_of(Article, [article.pk])
    page = admin_client.get(url("compare", article.pk) + f"?a={old.pk}&b={new.pk}")
    text = page.content.decode()
    assert "市<del>气象局</del>昨天" in text
    assert "市<ins>气象台</ins>昨天" in text


def test_markup_in_a_text_is_text(admin_client):
    article = make_article("一")
    changed(article, headline="<script>alert(1)</script>")
    text = admin_client.get(url("compare", article.pk)).content.decode()
    text += admin_client.get(url("history", article.pk)).content.decode()
    assert "<script>alert" not in text


def test_tags_photos_subheads_and_states_are_compared(admin_client):
    article = make_article("一", ["一段"], ["甲", "乙"], status="draft")
    with history.recorded():
        article.tags.set(["乙", "丙"])
        article.photos.create(position=1, caption="雨中的外滩")
        Paragraph.objects.update(kind="subhead")
        Article.objects.update(status="published")
    new, old = versions.versions_of(Article, [article.pk])
    page = admin_client.get(url("compare", article.pk) + f"?a={old.pk}&b={new.pk}")
    comparison = page.context["comparison"]
    (names,) = comparison.names
    assert (names.kept, names.gone, names.new) == (["乙"], ["甲"], ["丙"])
    (value,) = comparison.values
    assert (value.left, value.right) == ("草稿", "已发布")
    text = page.content.decode()
    for said in ("<del>甲</del>", "<ins>丙</ins>", "雨中的外滩", "小标题"):
        assert said in text


@pytest.mark.parametrize("query", ["a=x", "a=-1", "b=²", "a=" + "9" * 30, "a=%00"])
def test_no_version_is_no_page(admin_client, query):
    article = make_article()
    page = admin_client.get(f"{url('compare', article.pk)}?{query}")
    assert page.status_code == 400


def test_versions_of_other_articles_are_not_shown(admin_client):
    mine, other = make_article("甲"), make_article("乙")
    (newest, _oldest) = changed(other, headline="丙")
    address = f"{url('compare', mine.pk)}?a={newest}"
    assert admin_client.get(address).status_code == 404
    assert admin_client.get(url("restore", mine.pk, newest)).status_code == 404


# ---- Restoring


def restore(client, article, version):
    page = client.get(url("restore", article.pk, version))
    assert page.status_code == 200, page
    data = {"shown": page.context["shown"]}
    return client.post(url("restore", article.pk, version), data, follow=True)


def test_a_version_is_restored_after_asking(admin_client, admin_user):
    article = make_article("一", status="published")
    _newest, oldest = changed(article, headline="二")
    page = restore(admin_client, article, oldest)
    assert "已恢复" in page.content.decode()
    article.refresh_from_db()
    assert article.headline == "一"
    change = Change.objects.first()
    assert (change.kind, change.user) == ("restored", admin_user)


def test_what_changed_since_the_question_is_asked_about_again(admin_client):
    article = make_article("一")
    _newest, oldest = changed(article, headline="二")
    shown = admin_client.get(url("restore", article.pk, oldest)).context["shown"]
    changed(article, headline="别人改的")
    page = admin_client.post(url("restore", article.pk, oldest), {"shown": shown})
    assert "又有改动" in page.content.decode()
    article.refresh_from_db()
    assert article.headline == "别人改的"


def test_the_question_says_what_stays(admin_client):
    article = make_article("一", status="draft")
    _newest, oldest = changed(article, headline="二", status="published")
    page = admin_client.get(url("restore", article.pk, oldest))
    assert page.context["kept"] == ["状态"]
    assert not page.context["comparison"].values


# ---- Who may


def statuses(roles, address, **data):
    found = {}
    for name, client in roles.items():
        response = client.post(address, data) if data else client.get(address)
        found[name] = response.status_code
    return found


def test_who_sees_the_history_of_a_published_article(roles):
    article = make_article("一")
    changed(article, headline="二")
    for page in ("history", "compare"):
        assert statuses(roles, url(page, article.pk)) == {
            "记者": 200, "编辑": 200, "主编": 200, "管理员": 200, "职员": 403, "读者": 302,
        }  # fmt: skip


def test_nobody_sees_the_history_of_anothers_draft(roles):
    article = make_article("一", status="draft")
    _newest, oldest = changed(article, headline="二")
    for address in (
        url("history", article.pk),
        url("compare", article.pk),
        url("restore", article.pk, oldest),
    ):
        assert statuses(roles, address) == {
            "记者": 404, "编辑": 200, "主编": 200, "管理员": 200, "职员": 404, "读者": 302,
        }  # fmt: skip


@pytest.mark.parametrize("shown", ["", "x"])
def test_who_restores_a_published_article(roles, shown):
    article = make_article("一")
    _newest, oldest = changed(article, headline="二")
    address = url("restore", article.pk, oldest)
    assert statuses(roles, address, shown=shown or "-") == {
        "记者": 403, "编辑": 200, "主编": 200, "管理员": 200, "职员": 403,
        "读者": 200,  # the page to sign in
    }  # fmt: skip
    article.refresh_from_db()
    assert article.headline == "二"


def test_a_reporter_restores_an_own_draft(roles):
    reporter = roles["记者"]
    article = make_article("一", status="draft", entered_by=reporter.user)
    _newest, oldest = changed(article, reporter.user, headline="二")
    restore(reporter, article, oldest)
    article.refresh_from_db()
    assert (article.headline, article.entered_by) == ("一", reporter.user)


def test_every_admin_of_recorded_models_has_these_pages():
    for model in RECORDS:
        assert isinstance(admin.site.get_model_admin(model), RecordHistory)


def test_nobody_sees_drafts_of_others_in_the_history_of_what_was_published(roles):
    article = make_article("初稿的机密", status="draft")
    changed(article, headline="能看的", status="published")
    newest, oldest = changed(article, headline="也能看的")[::2]
    for name, is_seen in {"记者": False, "编辑": True}.items():
        listed = roles[name].get(url("history", article.pk)).context["entries"]
        assert (oldest in {entry.pk for entry in listed}) == is_seen
        pair = url("compare", article.pk) + f"?a={oldest}&b={newest}"
        assert roles[name].get(pair).status_code == (200 if is_seen else 404)
    Article.objects.update(entered_by=roles["记者"].user)
    own = roles["记者"].get(url("compare", article.pk) + f"?a={oldest}")
    assert "初稿" in own.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_another_stores_while_a_version_is_restored_is_not_lost(admin_client):
    article = make_article("一")
    _newest, oldest = changed(article, headline="二")
    address = url("restore", article.pk, oldest)
    data = {"shown": admin_client.get(address).context["shown"]}
    with meanwhile(lambda: Article.objects.update(headline="别人的")):
        page = admin_client.post(address, data)
    assert "又有改动" in page.content.decode()
    article.refresh_from_db()
    assert article.headline == "别人的"
