"""The editors' side: every page answers, what is stored is found, and nothing is a 500."""

import datetime
import re
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from taggit.models import Tag

from articles.admin import doubts
from articles.admin.doubts import DECISIONS, REASONS
from articles.body_rows import text_of
from articles.ingest import structure
from articles.models import (
    Article,
    Contribution,
    Contributor,
    LexiconWord,
    NearDuplicate,
    Page,
    Publication,
    SearchDocument,
)
from articles.search import index
from articles.search.index import stale_ids
from articles.search.tsvector import tsquery_all
from tests.actions import run_action
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(admin_client):
    """Return the client of somebody who may do everything."""
    return admin_client


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def found(*words):
    documents = SearchDocument.objects.filter(words__matches=tsquery_all(words))
    return sorted(documents.values_list("article__headline", flat=True))


def rows(prefix, new=(), stored=()):
    """Return the fields of an inline: rows already stored, then new ones."""
    data = {
        f"{prefix}-TOTAL_FORMS": len(stored) + len(new),
        f"{prefix}-INITIAL_FORMS": len(stored),
    }
    for number, row in enumerate([*stored, *new]):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def part_row(part, **fields):
    return {
        "id": part.pk,
        "article": part.article_id,
        "position": part.position,
        **fields,
    }


def seen(article):
    """Return what the form says of the state it shows: that which is stored now."""
    return Article.objects.get(pk=article.pk).updated_at.isoformat()


def article_data(article=None, **changes):
    """Return what the form of an article sends."""
    data = {
        "page": article.page_id if article else make_page().pk,
        "position": article.position if article else "",
        "headline": article.headline if article else "沪上今起入梅",
        **({"seen": seen(article)} if article else {"_step": "publish"}),
        "body": text_of(article) if article else "",
        **rows("photos"),
        **rows("regions"),
        **rows("contributions"),
    }
    return {**data, **changes}


def change(editor, article, **data):
    return editor.post(url("articles_article_change", article.pk), data)


def errors(response):
    """Return the texts of the error lists of a page that refused something politely."""
    assert response.status_code == 200
    text = response.content.decode()
    lists = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", " ".join(lists))


# ---- pages and their queries


def make_everything(*numbers):
    """Make one of each record for each number, related to each other."""
    for n in numbers:
        paper = make_publication(f"bao{n}", f"第{n}报")
        page = make_page(str(n), make_issue(f"2020-06-{n:02}", paper))
        article = make_article(f"题{n}", ["一", "二"], [f"标签{n}"], page)
        author = Contributor.objects.create(name=f"叶薇{n}", slug=f"ye-{n}")
        Contribution.objects.create(article=article, contributor=author)
        LexiconWord.objects.create(word=f"词{n}语")
        User.objects.create_user(f"bianji{n}")
        Group.objects.create(name=f"组{n}")


# Session, user, count, rows. Then what the sidebar lists: publications (issues, pages), those
# with years, columns and genres (articles), groups (users); and the date bar of issues, its
# first and last date and its days.
LIST_QUERIES = {
    "articles_publication": 4,
    "articles_issue": 8,
    "articles_page": 6,
    "articles_article": 6,  # those of two filters were asked before, and are kept
    "articles_contributor": 4,
    "articles_lexiconword": 4,
    "articles_searchdocument": 4,
    "taggit_tag": 5,
    "auth_user": 5,
    "auth_group": 4,
}
MODELS = list(LIST_QUERIES)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_the_same_queries_however_long(
    editor, model, django_assert_num_queries
):
    make_everything(1)
    address = url(f"{model}_changelist")
    editor.get(address)
    with django_assert_num_queries(LIST_QUERIES[model]):
        editor.get(address)
    make_everything(*range(2, 8))
    with django_assert_num_queries(LIST_QUERIES[model]):
        response = editor.get(address)
    assert response.context["cl"].result_count >= 7


@pytest.mark.parametrize("model", MODELS)
def test_every_form_answers(editor, model):
    make_everything(1)
    site_model = {
        f"{m._meta.app_label}_{m._meta.model_name}": m for m in site._registry
    }
    stored = site_model[model].objects.first()
    assert editor.get(url(f"{model}_change", stored.pk)).status_code == 200
    assert editor.get(url(f"{model}_history", stored.pk)).status_code == 200
    writable = model != "articles_searchdocument"
    assert editor.get(url(f"{model}_add")).status_code == (200 if writable else 403)
    deleted = editor.get(url(f"{model}_delete", stored.pk))
    assert deleted.status_code == (200 if writable else 403)


def test_the_form_of_an_article_takes_the_same_queries_however_long(
    editor, django_assert_num_queries
):
    short = make_article("短", ["一"], ["标签"])
    long = make_article("长", [f"第{n}段" for n in range(40)], ["甲", "乙", "丙"])
    # Session, user, article, tags, the page's name, paragraphs, photos, their rows, regions,
    # contributions, and who has it open: asked, and told that it still is.
    # An author's name is one more for each, because each row is a choice of its own.
    for article in (short, long):
        address = url("articles_article_change", article.pk)
        assert editor.get(address).status_code == 200  # the first makes the lock
        with django_assert_num_queries(17):
            assert editor.get(address).status_code == 200


def test_the_index_is_in_chinese(editor):
    text = editor.get(url("index")).content.decode()
    for name in ("报纸档案", "编辑管理", "文章", "版面", "词库", "标签", "用户"):
        assert name in text
    assert "Taggit" not in text


# ---- storing articles


def test_an_article_made_in_the_form_is_found_by_all_its_parts(editor):
    picture = {"caption": "图为外白渡桥", "credit": "王凯 摄"}
    author = Contributor.objects.create(name="叶薇", slug="ye-wei")
    data = article_data(
        body="苏州河涨水\r\n[图 1]\r\n",
        **rows("photos", [picture]),
        **rows(
            "contributions",
            [{"contributor": author.pk, "role": "reporter", "position": 1}],
        ),
        tags=["经济，科技", "天气"],
        byline="本报记者 叶薇",
    )
    response = editor.post(url("articles_article_add"), data)
    assert response.status_code == 302, errors(response)
    article = Article.objects.get()
    assert sorted(article.tags.names()) == ["天气", "科技", "经济"]
    assert article.position == 1
    assert [part.position for part in article.body()] == [1, 1]
    for words in (["苏州河"], ["外白渡桥"], ["王凯"], ["科技"], ["叶薇"]):
        assert found(*words) == ["沪上今起入梅"], words


def test_one_form_is_indexed_once(editor, monkeypatch):
    calls = []
    monkeypatch.setattr(index, "rebuild", lambda ids: calls.append(set(ids)))
    body = "\n".join(f"第{n}段" for n in range(5))
    editor.post(url("articles_article_add"), article_data(body=body))
    assert calls == [{Article.objects.get().pk}]


def test_a_new_article_comes_last_on_its_page(editor):
    first = make_article("一", position=7)
    editor.post(url("articles_article_add"), article_data(page=first.page_id))
    assert Article.objects.latest("pk").position == 8
    form = editor.get(url("articles_article_add"), {"page": first.page_id})
    assert form.context["adminform"].form["position"].value() == 9


def test_an_edited_paragraph_changes_what_is_found(editor):
    article = make_article("题", ["一号线"])
    change(editor, article, **article_data(article, body="二号线"))
    assert (found("一号线"), found("二号线")) == ([], ["题"])


def test_a_text_that_nobody_edits_stays_to_the_letter(editor):
    text = "　　缩进\n第二行 "
    article = make_article("题", [text])
    data = article_data(article, body=text_of(article).replace("\n", "\r\n"))
    assert change(editor, article, **data).status_code == 302
    assert article.paragraphs.get().text == text


def test_the_source_is_never_rewritten(editor):
    article = make_article("题", source_text="原文 ")
    change(editor, article, **article_data(article, source_text="改"))
    article.refresh_from_db()
    assert article.source_text == "原文 "


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"headline": ""}, "这个字段是必填项"),
        ({"headline": "　 "}, "这个字段是必填项"),
        ({"headline": "题\0"}, "不允许是用空字符串"),
        ({"position": 40_000}, "32767"),
        ({"position": 2}, "已经存在"),
        ({"page": 10**30}, "选择"),
        ({"page": "x"}, "选择"),
        ({"_step": "gone"}, "没有这项权限"),
        ({"_step": "withdraw"}, "没有这项权限"),
        ({"tags": ["！？"]}, "标签须有文字"),
        ({"tags": ["长" * 101]}, "不可超过 100"),
        ({"body": "一\r\n##　\r\n"}, "第 2 行：小标题没有文字"),
        ({"body": "一\r\n\r\n二\0"}, "第 3 行有无法保存的字符（U+0000）"),
        ({"body": "[图 1]"}, "第 1 行：没有图 1"),
        (rows("photos", [{"alt": "只有替代文字"}]), "请给出图片"),
        ({"photos-TOTAL_FORMS": "x"}, "ManagementForm"),
    ],
)
def test_mistakes_are_shown_and_nothing_is_stored(editor, wrong, message):
    make_article("占位", position=2)
    response = editor.post(url("articles_article_add"), article_data(**wrong))
    assert message in errors(response)
    assert Article.objects.count() == 1


def test_an_article_that_somebody_else_changed_meanwhile_is_not_overwritten(editor):
    article = make_article("题", ["一", "二"])
    form = editor.get(url("articles_article_change", article.pk))
    seen = form.context["adminform"].form["seen"].value()
    data = article_data(article, seen=seen)
    assert change(editor, article, **data).status_code == 302
    assert "别人修改了" in errors(change(editor, article, **data))


def test_a_row_that_somebody_else_deleted_meanwhile_is_a_mistake_in_the_form(editor):
    article = make_article("题", ["一", {"caption": "图"}])
    photo = article.photos.get()
    stored = [{"id": photo.pk, "article": article.pk, "caption": "图"}]
    data = article_data(article, **rows("photos", stored=stored))
    photo.delete()
    assert "已被别人删除" in errors(change(editor, article, **data))


def test_a_position_that_somebody_else_took_meanwhile_is_said(editor):
    article = make_article("题", ["一"])
    region = {"position": 1, "x": 0, "y": 0, "width": 1, "height": 1}
    article.regions.create(**region)
    data = article_data(article, body="二", **rows("regions", [region]))
    response = editor.post(
        url("articles_article_change", article.pk), data, follow=True
    )
    assert "没有保存" in response.content.decode()
    assert article.paragraphs.get().text == "一"


def test_tags_keep_their_names(editor):
    """A tag that looks like a key, holds a separator, or differs in capitals stays itself."""
    article = make_article("题", tags=["5G"])
    Tag.objects.create(name="上海、江苏", slug="sh-js")
    other = str(Tag.objects.get(name="5G").pk)
    data = article_data(article, tags=["5g", other, "上海、江苏"])
    assert change(editor, article, **data).status_code == 302
    assert set(article.tags.names()) == {"5G", other, "上海、江苏"}
    form = editor.get(url("articles_article_change", article.pk)).content.decode()
    assert '<option value="上海、江苏" selected>上海、江苏</option>' in form


def test_tags_are_suggested_by_name(editor):
    make_article(tags=["经济", "财经", "体育"])
    asked = {
        "app_label": "articles",
        "model_name": "taggedarticle",
        "field_name": "tag",
    }
    response = editor.get(url("articles_article_tag_names"), {**asked, "term": "经"})
    assert response.json()["results"] == [
        {"id": name, "text": name} for name in ("经济", "财经")
    ]


def test_pages_are_suggested_by_publication_date_and_label(
    editor, django_assert_num_queries
):
    for day in range(1, 9):
        make_page("A02", make_issue(f"2020-06-0{day}"), name="要闻")
    asked = {"app_label": "articles", "model_name": "article", "field_name": "page"}
    asked["term"] = "测试晚报 2020-06 A02"
    with django_assert_num_queries(5):  # session, user, publications, count, pages
        results = editor.get(url("autocomplete"), asked).json()["results"]
    assert results[0]["text"] == "测试晚报 2020-06-08 第A02版 要闻"
    assert len(results) == 8


# ---- several at once, deletion, words


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("publish", "draft", "published"),
        ("withdraw", "published", "withdrawn"),
        ("make_draft", "published", "draft"),
    ],
)
def test_actions_change_status_and_findability(editor, action, before, after):
    articles = [make_article(f"梅雨{n}", status=before) for n in range(3)]
    long_ago = articles[0].updated_at
    listed = url("articles_article_changelist")
    asking = {"action": action, "_selected_action": [a.pk for a in articles[:2]]}
    text = editor.post(listed, asking).content.decode()
    assert "将处理 2 条记录" in text
    assert "梅雨1" in text
    assert not Article.objects.exclude(status=before).exists()
    note = {"note": "稿件有误"} if action == "withdraw" else {}
    page = run_action(editor, listed, action, [a.pk for a in articles[:2]], **note)
    assert "2 篇文章的状态已改为" in page.content.decode()
    assert list(Article.objects.order_by("pk").values_list("status", flat=True)) == [
        after,
        after,
        before,
    ]
    readable = {"梅雨0", "梅雨1"} if after == "published" else set()
    assert set(found("梅雨")) - {"梅雨2"} == readable
    articles[0].refresh_from_db()
    assert articles[0].updated_at > long_ago
    history = editor.get(url("articles_article_history", articles[0].pk))
    assert "admin" in history.content.decode()
    assert stale_ids() == []


def test_a_selection_that_changed_since_the_question_is_asked_about_again(editor):
    for n in range(3):
        make_article(f"梅雨{n}", status="draft")
    listed = url("articles_article_changelist") + "?status__exact=draft"
    data = {
        "action": "publish",
        "_selected_action": Article.objects.first().pk,
        "select_across": "1",
        "confirmed": "yes",
        "asked_count": "2",
    }
    assert "将处理 3 条记录" in editor.post(listed, data).content.decode()
    assert not Article.objects.published().exists()
    editor.post(listed, {**data, "asked_count": "3"})
    assert Article.objects.published().count() == 3


def test_deleting_an_article_removes_its_document(editor):
    article = make_article("题", tags=["天气"])
    page = editor.get(url("articles_article_delete", article.pk)).content.decode()
    assert f"检索文档: {article.pk}" not in page
    assert "检索文档: <a" not in page
    editor.post(url("articles_article_delete", article.pk), {"post": "yes"})
    assert not Article.objects.exists()
    assert not SearchDocument.objects.exists()


def test_deleting_several_or_a_whole_issue_removes_their_documents(editor):
    articles = [make_article() for _ in range(3)]
    data = {
        "action": "delete_selected",
        "post": "yes",
        "_selected_action": [a.pk for a in articles[:2]],
    }
    editor.post(url("articles_article_changelist"), data)
    assert SearchDocument.objects.get().article_id == articles[2].pk
    issue = articles[2].page.issue
    editor.post(url("articles_issue_delete", issue.pk), {"post": "yes"})
    assert not SearchDocument.objects.exists()


def test_a_publication_with_issues_and_an_author_with_articles_stay(editor):
    make_everything(1)
    for model, name in ((Contributor, "contributor"), (Publication, "publication")):
        address = url(f"articles_{name}_delete", model.objects.get().pk)
        assert editor.post(address, {"post": "yes"}).status_code == 200
        assert model.objects.exists()


def test_a_lexicon_word_is_indexed_as_it_is_added_and_deleted(editor):
    make_article("题", ["副组长黄润秋在会上讲话"])
    assert found("黄润秋") == []
    data = {"word": "黄润秋", "kind": "person", "frequency": 1}
    editor.post(url("articles_lexiconword_add"), data)
    assert found("黄润秋") == ["题"]
    editor.post(
        url("articles_lexiconword_delete", LexiconWord.objects.get().pk),
        {"post": "yes"},
    )
    assert found("黄润秋") == []


def test_a_renamed_tag_and_a_moved_issue_are_indexed(editor):
    article = make_article("题", tags=["经济"])
    tag, issue = Tag.objects.get(), article.page.issue
    inlines = rows("entry") | rows("synonyms")
    editor.post(url("taggit_tag_change", tag.pk), {"name": "财经", **inlines})
    assert (found("经济"), found("财经")) == ([], ["题"])
    data = {
        "publication": issue.publication_id,
        "published_on": "2021-01-02",
        **rows("pages"),
    }
    editor.post(url("articles_issue_change", issue.pk), data)
    assert SearchDocument.objects.get().published_on == datetime.date(2021, 1, 2)


@pytest.mark.parametrize("name", ["经济，科技", "5G", "5g", "！"])
def test_tags_that_the_form_of_an_article_could_not_read_back_are_refused(editor, name):
    Tag.objects.create(name="5G", slug="5g")
    response = editor.post(url("taggit_tag_add"), {"name": name, "slug": "x"})
    assert errors(response)
    assert Tag.objects.count() == 1


def test_an_issue_is_made_with_its_pages(editor):
    pages = [{"label": "1", "name": "要闻"}, {"label": "A02"}]
    # A browser sends empty fields, too.
    pages = [{"position": "", **page} for page in pages]
    data = {
        "publication": make_publication().pk,
        "published_on": "2020-06-08",
        **rows("pages", pages),
    }
    response = editor.post(url("articles_issue_add"), data)
    assert response.status_code == 302, errors(response)
    assert list(Page.objects.values_list("label", "position")) == [("1", 1), ("A02", 2)]


def test_a_page_leads_to_its_articles(editor):
    article = make_article("<b>题</b>")
    text = editor.get(url("articles_page_change", article.page_id)).content.decode()
    assert url("articles_article_change", article.pk) in text
    assert "&lt;b&gt;题&lt;/b&gt;" in text


def test_only_published_articles_lead_to_the_readers_page(editor):
    for status in ("draft", "published", "withdrawn"):
        article = make_article(status=status)
        text = editor.get(url("articles_article_change", article.pk)).content.decode()
        assert (f'href="/articles/{article.pk}/"' in text) == (status == "published")


def test_a_reporter_deletes_a_draft_that_was_found_to_be_like_another(client):
    user = User.objects.create_user("jizhe", is_staff=True)
    user.groups.set(Group.objects.filter(name="记者"))
    client.force_login(user)
    draft = make_article("自己的稿", status="draft", entered_by=user)
    NearDuplicate.objects.create(
        first=draft, second=make_article(), similarity=0.9, agreement=0.9
    )
    address = url("articles_article_delete", draft.pk)
    assert "近似文章" not in client.get(address).content.decode()
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not Article.objects.filter(pk=draft.pk).exists()


def test_authors_are_listed_with_the_number_of_their_articles(editor):
    make_everything(1)
    page = editor.get(url("articles_contributor_changelist")).content.decode()
    assert '<td class="field-number_of_articles">1</td>' in page


def test_a_new_article_begins_with_its_text_and_not_with_a_button(editor):
    page = editor.get(url("articles_article_add")).content.decode()
    assert page.count('name="_save"') == 1
    assert page.index('name="source_text"') < page.index('name="_save"')
    stored = editor.get(url("articles_article_change", make_article().pk))
    assert stored.content.decode().count('name="_save"') == 2


def test_columns_of_every_list_have_chinese_names(editor):
    make_everything(1)
    for model in MODELS:
        page = editor.get(url(f"{model}_changelist")).content.decode()
        head = page.partition("<thead>")[2].partition("</thead>")[0]
        titles = re.findall(r'<div class="text">(?:<a[^>]*>|<span>)([^<]+)<', head)
        assert titles
        assert all(re.search("[一-鿿]|ISSN", title) for title in titles), titles


def test_an_editor_without_rights_on_documents_deletes_articles(client):
    editor = User.objects.create_user("bianji", is_staff=True)
    rights = Permission.objects.filter(content_type__model__in=["article", "paragraph"])
    editor.user_permissions.set(rights)
    client.force_login(editor)
    article = make_article(body=["一"])
    client.post(url("articles_article_delete", article.pk), {"post": "yes"})
    assert not Article.objects.exists()
    assert client.get(url("articles_searchdocument_changelist")).status_code == 403


# ---- hostile input

HOSTILE = [
    {"headline__regex": "((("},
    {"name__iregex": "((("},
    {"username__regex": "((("},
    {"words__matches": "((("},
    {"published_on__year": "99999"},
    {"published_on__year": "0"},
    {"published_on__year": "9999", "published_on__month": "12"},
    {
        "published_on__year": "2020",
        "published_on__month": "2",
        "published_on__day": "31",
    },
    {"published_on__year": "abc"},
    {"page__issue__published_on__year": "abc"},
    {"date_joined__year": "0"},
    {"year": "abc"},
    {"year": "99999999999"},
    {"status__exact": "((("},
    {"page": "abc"},
    {"page": "9" * 40},
    {"page__issue__publication__id__exact": "9" * 40},
    {"publication__id__exact": "'"},
    {"column": "'; --"},
    {"nothing": "1"},
    {"__": "1"},
    {"p": "999999"},
    {"p": "-1"},
    {"p": "abc"},
    {"o": "99.9"},
    {"o": "-.x.--1"},
    {"all": ""},
    {"e": "1"},
    {"_popup": "1", "_to_field": "nothing"},
    {"_facets": "True"},
    {"q": "梅" * 10_000},
    {"q": "梅 " * 5_000},
    {"q": "\"'%_\\"},
    {"q": "\0"},
    {"q": "<script>alert(1)</script>"},
]


@pytest.mark.parametrize("parameters", HOSTILE, ids=lambda p: str(p)[:40])
def test_no_address_makes_a_list_fail(editor, parameters):
    make_everything(1)
    for model in MODELS:
        response = editor.get(url(f"{model}_changelist"), parameters)
        assert response.status_code in {200, 302, 400}, model
        assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ED%A0%80", "q=%FF%FE", "q=%F0%9F%9A%80"]
)
def test_no_bytes_make_a_list_fail(editor, query):
    for model in MODELS:
        response = editor.get(f"{url(f'{model}_changelist')}?{query}")
        assert response.status_code in {200, 400}, model


@pytest.mark.parametrize("key", ["abc", "_00", "9" * 40, "1_2F2", "%00"])
def test_no_key_makes_a_form_fail(editor, key):
    for model in MODELS:
        for page in ("change", "delete", "history"):
            response = editor.get(url(f"{model}_{page}", key))
            assert response.status_code in {302, 400, 403, 404}, (model, page)


@pytest.mark.parametrize("value", ["abc", "9" * 40, "-1", "²"])
def test_no_value_for_a_new_record_makes_its_form_fail(editor, value):
    for model, name in (
        ("article", "page"),
        ("page", "issue"),
        ("issue", "publication"),
    ):
        response = editor.get(
            url(f"articles_{model}_add"), {name: value, "tags": value}
        )
        assert response.status_code == 200


def test_selected_rows_that_are_no_numbers_are_refused(editor):
    make_article()
    data = {"action": "publish", "_selected_action": ["abc"]}
    assert editor.post(url("articles_article_changelist"), data).status_code == 400
    data["_selected_action"] = "9" * 40
    assert editor.post(url("articles_article_changelist"), data).status_code == 302


def test_markup_is_shown_and_not_run(editor):
    evil = "<script>alert(1)</script>"
    heads = ("kicker", "deck", "byline", "dateline", "column", "genre", "correction")
    page = make_page(
        "1", make_issue(publication=make_publication("x", evil)), name=evil
    )
    article = make_article(
        evil,
        [evil, {"caption": evil, "credit": evil, "alt": evil}],
        [evil],
        page,
        source_text=evil,
        **dict.fromkeys(heads, evil),
    )
    make_author = Contributor.objects.create(name=evil, slug="x")
    Contribution.objects.create(article=article, contributor=make_author)
    addresses = [url(f"{model}_changelist") for model in MODELS]
    addresses += [url("articles_article_change", article.pk)]
    addresses += [url("articles_page_change", page.pk)]
    addresses += [url("articles_issue_change", page.issue_id)]
    addresses += [url("articles_issue_delete", page.issue_id)]
    addresses += [
        url("articles_searchdocument_change", SearchDocument.objects.get().pk)
    ]
    for address in addresses:
        response = editor.get(address)
        assert response.status_code == 200
        assert evil not in response.content.decode(), address


# ---- What an import was unsure of


def unsure_article():
    source = "聚焦在线新经济\n“五五购物节”<b>逛出</b>新花样\n那是的的一个柜台。"
    return make_article(
        "聚焦在线新经济",
        status="draft",
        needs_review=True,
        source_text=source,
        doubts=[
            {"start": 0, "end": 7, "code": "kicker", "confidence": 0.62, "reasons": ["topic"]},
            {"start": 0, "end": 30, "code": "ends", "confidence": 0.7, "reasons": []},
            {"start": 28, "end": 30, "code": "misprint", "confidence": 1.0,
             "reasons": ["doubled-word"]},
            {"start": 5, "end": 9_999, "code": "deck", "confidence": 0.5, "reasons": ["order"]},
        ],
    )  # fmt: skip


def test_doubts_are_shown_with_their_places_in_the_source(admin_client):
    article = unsure_article()
    page = admin_client.get(f"/admin/articles/article/{article.pk}/change/")
    text = page.content.decode()
    assert "62%，以话题词开头" in text
    assert (
        '<mark title="引题 62%，以话题词开头；下一篇从这里开始 70%">聚焦在线新经济</mark>'
        in text
    )
    assert "&lt;b&gt;逛出&lt;/b&gt;" in text
    assert "虚词重复" in text
    assert "9999" not in text


def test_of_very_many_doubts_the_first_are_shown_in_a_time_by_their_number():
    found = [
        {"start": n, "end": n + 2, "code": "misprint", "confidence": 1.0, "reasons": []}
        for n in range(8_000)
    ]
    article = Article(source_text="口" * 9_000, doubts=found)
    shown = doubts.review(article)
    assert shown.count("<li>") == doubts.MOST_SHOWN
    assert shown.count("口") >= 9_000
    assert "以及另外 7700 处" in shown


def test_articles_for_review_are_listed_and_publishing_ends_the_review(admin_client):
    article, other = unsure_article(), make_article("别的")
    url = "/admin/articles/article/"
    listed = admin_client.get(url, {"needs_review__exact": "1"}).content.decode()
    assert article.headline in listed
    assert other.headline not in listed
    run_action(admin_client, url, "publish", [article.pk])
    article.refresh_from_db()
    assert (article.status, article.needs_review) == ("published", False)


def test_every_reason_of_the_parser_has_its_words():
    root = Path(structure.__file__).parent
    said = set()
    for name in ("structure", "set_forms", "remarks"):
        source = (root / f"{name}.py").read_text(encoding="utf-8")
        said |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))
    said -= {"folio-form", "editors-form"}  # of the page, not of an article
    assert said - set(REASONS) == set()
    assert {label.name.lower() for label in structure.Label} - set(DECISIONS) == {
        "under_kicker"  # told as headline
    }
