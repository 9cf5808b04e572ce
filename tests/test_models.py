"""What the database itself refuses, and what records say of themselves."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from articles.models import (
    Article,
    Issue,
    LexiconWord,
    Page,
    Paragraph,
    Photo,
    Publication,
)
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db


def refused(model, **fields):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        model.objects.create(**fields)
    return str(caught.value)


def test_a_second_issue_of_one_date_and_edition_is_refused():
    issue = make_issue()
    fields = {"publication": issue.publication, "published_on": issue.published_on}
    assert "issue_once_a_date" in refused(Issue, **fields)
    Issue.objects.create(**fields, edition="晚间")
    assert "issue_once_a_date" in refused(Issue, **fields, edition="晚间")


def test_a_second_page_with_one_label_is_refused():
    page = make_page("A02")
    assert "page_label_once_an_issue" in refused(Page, issue=page.issue, label="A02")


def test_a_second_article_at_one_position_is_refused():
    article = make_article()
    message = refused(
        Article, page=article.page, position=article.position, headline="二"
    )
    assert "article_position_once_a_page" in message


@pytest.mark.parametrize("model", [Paragraph, Photo])
def test_a_second_part_at_one_position_is_refused(model):
    article = make_article(body=())
    said = {"text": "字"} if model is Paragraph else {"caption": "字"}
    model.objects.create(article=article, position=1, **said)
    assert "position_once_an_article" in refused(
        model, article=article, position=1, **said
    )


@pytest.mark.parametrize("headline", ["", " ", "\u3000\n"])
def test_an_empty_headline_is_refused(headline):
    assert "article_headline_given" in refused(
        Article, page=make_page(), headline=headline
    )


@pytest.mark.parametrize("slug", ["search", "admin", "a/b", "a b", ""])
def test_a_publication_cannot_take_an_address_that_is_not_its_own(slug):
    assert "publication_slug_fits_address" in refused(Publication, slug=slug, name="报")
    with pytest.raises(ValidationError):
        Publication(slug=slug, name="报").full_clean()


@pytest.mark.parametrize(
    ("model", "fields", "constraint"),
    [
        (Publication, {"slug": "x", "name": " "}, "publication_name_given"),
        (
            Publication,
            {"slug": "x", "name": "报", "script": "Latn"},
            "publication_script_known",
        ),
        (LexiconWord, {"word": "一"}, "lexicon_word_has_two_characters"),
        (LexiconWord, {"word": " 一二"}, "lexicon_word_has_two_characters"),
    ],
)
def test_what_makes_no_sense_is_refused(model, fields, constraint):
    assert constraint in refused(model, **fields)


def test_parts_without_content_are_refused():
    article = make_article(body=())
    assert "paragraph_text_given" in refused(
        Paragraph, article=article, position=1, text=" "
    )
    assert "photo_says_something" in refused(Photo, article=article, position=1)
    assert "paragraph_kind_known" in refused(
        Paragraph, article=article, position=1, text="字", kind="verse"
    )
    assert "article_status_known" in refused(
        Article, page=article.page, position=99, headline="题", status="lost"
    )


@pytest.mark.parametrize("label", ["", "A 2", "A/2", "?", "#1"])
def test_a_page_label_must_fit_an_address(label):
    assert "page_label_fits_address" in refused(Page, issue=make_issue(), label=label)


def test_two_paragraphs_can_change_places_in_one_statement():
    article = make_article(body=["一", "二"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_paragraph SET position = 3 - position WHERE article_id = %s",
            [article.pk],
        )
    assert [part.text for part in article.body()] == ["二", "一"]


def test_the_body_is_in_print_order_and_a_photo_follows_its_paragraph():
    article = make_article(
        body=["一", {"kind": "subhead", "text": "小标题"}, {"caption": "图"}, "二"]
    )
    Photo.objects.create(article=article, position=4, caption="后图")
    assert [str(part) for part in article.body()] == [
        "一",
        "小标题",
        "图",
        "二",
        "后图",
    ]
    assert [part.anchor for part in article.body()] == [
        "p1",
        "p2",
        "photo3",
        "p4",
        "photo4",
    ]


def test_addresses_are_those_of_the_design():
    issue = make_issue("2020-06-08", edition="晚间")
    page = make_page("A02", issue)
    article = make_article(page=page)
    assert issue.publication.get_absolute_url() == "/wanbao/"
    assert make_issue("2020-06-08").get_absolute_url() == "/wanbao/2020-06-08/"
    assert issue.get_absolute_url() == "/wanbao/2020-06-08-%E6%99%9A%E9%97%B4/"
    assert page.get_absolute_url() == "/wanbao/2020-06-08-%E6%99%9A%E9%97%B4/A02/"
    assert article.get_absolute_url() == f"/articles/{article.pk}/"


def test_natural_keys_lead_back_to_their_rows():
    article = make_article(body=["一", {"caption": "图"}], tags=["经济"])
    rows = [
        article.page.issue.publication,
        article.page.issue,
        article.page,
        article,
        article.paragraphs.get(),
        article.photos.get(),
        article.tagged_items.get(),
    ]
    for row in rows:
        assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


def test_neighbouring_issues_are_readable_ones_of_the_same_publication():
    first, draft, evening, last = (
        make_issue("2020-06-01"),
        make_issue("2020-06-02"),
        make_issue("2020-06-03", edition="晚间"),
        make_issue("2020-06-04"),
    )
    middle = make_issue("2020-06-03")
    other = make_issue("2020-06-03", make_publication("other"))
    for issue in (first, middle, evening, last, other):
        make_article(page=make_page("1", issue))
    make_article(page=make_page("1", draft), status="draft")
    assert middle.previous() == first
    assert middle.next() == evening
    assert evening.previous() == middle
    assert (first.previous(), last.next()) == (None, None)


def test_saving_an_article_notes_the_time():
    article = make_article()
    before = article.updated_at
    article.deck = "副题"
    article.save(update_fields=["deck"])
    article.refresh_from_db()
    assert article.updated_at > before
    assert article.created_at <= before
    assert article.page.issue.published_on == datetime.date(2020, 6, 8)
