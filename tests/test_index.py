"""Search documents follow every change, in its transaction, however it is made."""

import json

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from taggit.models import Tag

from articles.models import (
    Article,
    Issue,
    LexiconWord,
    Page,
    Paragraph,
    Photo,
    SearchDocument,
    TaggedArticle,
)
from articles.search import index
from articles.search.conditions import condition
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db


def found(text):
    """Return the headlines of the articles whose documents have all words of ``text``."""
    query = condition(parse(text, current_lexicon()).root).tsquery
    documents = SearchDocument.objects.filter(words__matches=query)
    return sorted(set(documents.values_list("article__headline", flat=True)))


FIELDS = ["kicker", "headline", "deck", "byline", "dateline", "column"]


@pytest.mark.parametrize("field", FIELDS)
def test_every_head_is_searched(field):
    make_article(**{"headline": "题", field: "梅雨", "body": ["正文"]})
    make_article("别的", body=["正文"])
    assert len(found("梅雨")) == 1


def test_paragraphs_captions_credits_and_tags_are_searched():
    make_article(
        "题",
        body=["正文写苏州河", {"caption": "图为外白渡桥", "credit": "王凯 摄"}],
        tags=["城市更新"],
    )
    for text in ("苏州河", "外白渡桥", "王凯", "城市更新", "题 苏州河 更新"):
        assert found(text) == ["题"], text
    assert found("苏州河 梅雨") == []


def test_only_published_articles_have_documents():
    article = make_article("题", status="draft")
    assert found("题") == []
    article.status = "published"
    article.save()
    assert found("题") == ["题"]
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    assert not SearchDocument.objects.exists()


def test_saved_updated_and_deleted_parts_are_indexed():
    article = make_article("题", body=["一号线", {"caption": "图为二号线"}])
    paragraph, photo = article.paragraphs.get(), article.photos.get()
    paragraph.text = "三号线"
    paragraph.save()
    assert (found("一号线"), found("三号线")) == ([], ["题"])
    Photo.objects.filter(pk=photo.pk).update(caption="图为四号线")
    assert (found("二号线"), found("四号线")) == ([], ["题"])
    photo.delete()
    assert found("四号线") == []
    article.paragraphs.all().delete()
    assert found("三号线") == []


def test_bulk_writes_are_indexed():
    article = make_article("题", body=())
    rows = [Paragraph(article=article, position=n, text=f"第{n}段梅雨") for n in (1, 2)]
    Paragraph.objects.bulk_create(rows)
    assert found("梅雨") == ["题"]
    for row in rows:
        row.text = "出梅"
    Paragraph.objects.bulk_update(rows, ["text"])
    assert (found("梅雨"), found("出梅")) == ([], ["题"])
    page = make_page()
    Article.objects.bulk_create(
        [Article(page=page, position=900, headline="批量", status="published")]
    )
    assert found("批量") == ["批量"]


def test_a_paragraph_moved_to_another_article_leaves_the_first():
    first, second = make_article("甲", body=["苏州河"]), make_article("乙", body=())
    paragraph = first.paragraphs.get()
    paragraph.article = second
    paragraph.save()
    assert found("苏州河") == ["乙"]
    Paragraph.objects.filter(pk=paragraph.pk).update(article=first)
    assert found("苏州河") == ["甲"]


def test_tags_added_renamed_removed_and_deleted_are_indexed():
    article = make_article("题", tags=["经济"])
    assert found("经济") == ["题"]
    tag = Tag.objects.get(name="经济")
    tag.name = "财经"
    tag.save()
    assert (found("经济"), found("财经")) == ([], ["题"])
    article.tags.set(["文化"])
    assert (found("财经"), found("文化")) == ([], ["题"])
    article.tags.clear()
    assert found("文化") == []
    article.tags.add("体育")
    Tag.objects.get(name="体育").delete()
    assert found("体育") == []
    assert not TaggedArticle.objects.exists()


def test_a_moved_page_or_issue_takes_its_documents_along():
    article = make_article()
    issue = article.page.issue
    issue.published_on = "2021-01-02"
    issue.save()
    assert str(SearchDocument.objects.get().published_on) == "2021-01-02"
    Issue.objects.filter(pk=issue.pk).update(published_on="2021-01-03")
    assert str(SearchDocument.objects.get().published_on) == "2021-01-03"
    Page.objects.filter(pk=article.page.pk).update(issue=make_issue("2022-02-02"))
    assert str(SearchDocument.objects.get().published_on) == "2022-02-02"


def test_a_deleted_article_or_page_has_no_documents():
    article = make_article()
    make_article()
    article.delete()
    assert SearchDocument.objects.count() == 1
    Page.objects.all().delete()
    assert SearchDocument.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_document_and_article_are_stored_together_or_not_at_all():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_article("题")
        assert found("题") == ["题"]
        raise ZeroDivisionError
    assert not Article.objects.exists()
    assert not SearchDocument.objects.exists()
    # Nothing of the failed block is left to be indexed with the next.
    make_article("次")
    assert found("次") == ["次"]


@pytest.mark.django_db(transaction=True)
def test_a_failing_index_stores_no_article():
    page = make_page()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE articles_searchdocument ADD CHECK (text NOT LIKE '%禁%')"
        )
    try:
        with pytest.raises(Exception, match="violates check constraint"):
            Article.objects.create(page=page, headline="禁", status="published")
        assert not Article.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE articles_searchdocument"
                " DROP CONSTRAINT articles_searchdocument_text_check"
            )


def test_an_article_is_written_once_and_an_unchanged_one_not_at_all():
    article = make_article("题", body=["一", "二"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin, ctid FROM articles_searchdocument")
        before = cursor.fetchall()
        article.save()
        assert index.rebuild([article.pk]) == 0
        cursor.execute("SELECT xmin, ctid FROM articles_searchdocument")
        assert cursor.fetchall() == before


# ---- lexicon


def test_a_lexicon_word_is_taken_into_account_by_index_and_query():
    make_article("题", body=["副组长黄润秋在会上讲话"])
    make_article("别题", body=["秋天的黄润土"])
    LexiconWord.objects.create(word="黄润秋", kind="person")
    assert found("黄润秋") == ["题"]
    make_article("新题", body=["由黄润秋主持"])
    assert found("黄润秋") == ["新题", "题"]
    vector = SearchDocument.objects.filter(words__matches="'黄润秋'")
    assert vector.count() == 2
    LexiconWord.objects.filter(word="黄润秋").delete()
    assert vector.count() == 0


def test_a_changed_lexicon_word_indexes_old_and_new():
    make_article("题", body=["龚正吴政隆袁家军李国英等出席"])
    word = LexiconWord.objects.create(word="吴政隆袁")
    word.word = "袁家军李"
    word.save()
    assert SearchDocument.objects.filter(words__matches="'袁家军李'").exists()
    assert not SearchDocument.objects.filter(words__matches="'吴政隆袁'").exists()
    LexiconWord.objects.bulk_create([LexiconWord(word="李国英等")])
    assert found("李国英等") == ["题"]


# ---- long and odd texts


def test_a_very_long_article_is_split_and_all_of_it_found():
    # 150,000 different words of 8 characters: more than one tsvector can hold.
    words = [f"w{number:07x}" for number in range(150_000)]
    body = [
        " ".join(words[start : start + 10_000])
        for start in range(0, len(words), 10_000)
    ]
    make_article("长文", body=body)
    assert SearchDocument.objects.count() > 1
    for word in (words[0], words[75_000], words[-1]):
        assert found(word) == ["长文"], word
        assert SearchDocument.objects.containing(word).exists(), word


def test_quotes_and_backslashes_are_indexed_as_they_are():
    make_article("题", body=["it's \\ 'a' test's"])
    assert found("test") == ["题"]
    assert SearchDocument.objects.containing("it's \\ 'a'").exists()


# ---- update_index


def test_update_index_mends_what_is_missing_outdated_or_unwanted():
    missing, outdated, unwanted = (
        make_article("缺"),
        make_article("旧"),
        make_article("多"),
    )
    SearchDocument.objects.filter(article=missing).delete()
    SearchDocument.objects.filter(article=outdated).update(version=0, words="")
    SearchDocument.objects.filter(article=unwanted).update(text="x")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET status='draft' WHERE id=%s", [unwanted.pk]
        )
    assert index.stale_ids() == sorted([missing.pk, outdated.pk, unwanted.pk])
    call_command("update_index", verbosity=0)
    assert index.stale_ids() == []
    assert (found("缺"), found("旧"), found("多")) == (["缺"], ["旧"], [])


def test_update_index_all_rebuilds_everything_and_says_so(capsys):
    for _ in range(3):
        make_article()
    SearchDocument.objects.update(words="'x'")
    call_command("update_index", "--all")
    assert capsys.readouterr().out == "3 of 3 articles indexed\n"
    assert not SearchDocument.objects.filter(words__matches="'x'").exists()
    call_command("update_index")
    assert capsys.readouterr().out == "The index is up to date.\n"


# ---- loaddata

FIXTURE = [
    {"model": "articles.publication", "fields": {"slug": "bao", "name": "报"}},
    {
        "model": "articles.issue",
        "fields": {"publication": ["bao"], "published_on": "2020-01-01"},
    },
    {
        "model": "articles.page",
        "fields": {"issue": ["bao", "2020-01-01", ""], "label": "1"},
    },
    {
        "model": "articles.article",
        "fields": {
            "page": ["bao", "2020-01-01", "", "1"],
            "headline": "题",
            "status": "published",
        },
    },
    {
        "model": "articles.paragraph",
        "fields": {
            "article": ["bao", "2020-01-01", "", "1", 1],
            "position": 1,
            "text": "梅雨",
        },
    },
]


def contents():
    """Return every row of the archive, and which version of it is stored."""
    tables = [
        model._meta.db_table for model in apps.get_app_config("articles").get_models()
    ]
    with connection.cursor() as cursor:
        rows = {}
        for table in tables:
            cursor.execute(
                f"SELECT xmin::text, t.*::text FROM {table} t ORDER BY t.*::text"
            )
            rows[table] = cursor.fetchall()
    return rows


@pytest.mark.django_db(transaction=True)
def test_a_fixture_with_the_least_it_can_say_is_findable_at_once(tmp_path):
    path = tmp_path / "least.json"
    path.write_text(json.dumps(FIXTURE), encoding="utf-8")
    call_command("loaddata", path, verbosity=0)
    assert found("梅雨") == ["题"]
    articles = [row[1] for row in contents()["articles_article"]]
    documents = contents()["articles_searchdocument"]
    call_command("loaddata", path, verbosity=0)
    assert [row[1] for row in contents()["articles_article"]] == articles
    assert contents()["articles_searchdocument"] == documents


@pytest.mark.django_db(transaction=True)
def test_a_fixture_with_an_error_loads_nothing(tmp_path):
    path = tmp_path / "broken.json"
    broken = [
        *FIXTURE,
        {**FIXTURE[4], "fields": {**FIXTURE[4]["fields"], "text": " ", "position": 2}},
    ]
    path.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(IntegrityError, match="paragraph_text_given"):
        call_command("loaddata", path, verbosity=0)
    assert not Article.objects.exists()
    assert not SearchDocument.objects.exists()


def test_a_tag_without_letters_has_an_address(client):
    article = make_article(tags=["！？"])
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.get("/tags/").status_code == 200
    assert client.get(f"/tags/{article.tags.get().slug}/").status_code == 200
