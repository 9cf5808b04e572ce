"""The articles before, after and beside one."""

import pytest
from django.template.loader import render_to_string

from articles.models import Article
from articles.neighbours import SIBLINGS_EACH_WAY, neighbours
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    """Make three pages, the second without articles; a draft stands between two articles."""
    issue = make_issue()
    first = make_page("A1", issue, position=1)
    make_page("A2", issue, position=2)
    last = make_page("A3", issue, position=3)
    for position, headline in enumerate("甲乙丙", 1):
        make_article(headline, page=first, position=position)
    make_article("草稿", page=last, position=1, status="draft")
    make_article("丁", page=last, position=2)
    make_article("别处", page=make_page("1", make_issue("2020-06-09")))
    return issue


def of(headline):
    return neighbours(Article.objects.select_related("page").get(headline=headline))


def test_articles_follow_each_other_across_pages(issue):
    order = "甲乙丙丁"
    for n, headline in enumerate(order):
        found = of(headline)
        before = order[n - 1] if n else None
        after = order[n + 1] if n + 1 < len(order) else None
        assert (found.previous and found.previous.headline) == before
        assert (found.next and found.next.headline) == after


def test_siblings_are_those_of_the_page_in_order(issue):
    assert [a.headline for a in of("乙").siblings] == ["甲", "乙", "丙"]
    assert [a.headline for a in of("丁").siblings] == ["丁"]


def test_pages_of_one_position_follow_by_label():
    issue = make_issue()
    for label in ("B", "A"):
        make_article(label, page=make_page(label, issue, position=1), position=1)
    assert of("A").next.headline == "B"
    assert of("B").previous.headline == "A"


def test_of_a_page_of_thousands_the_nearest_are_read_in_one_query(
    django_assert_num_queries,
):
    page = make_page("1")
    Article.objects.bulk_create(
        Article(page=page, position=n, headline=str(n), status="published")
        for n in range(1, 2_001)
    )
    article = Article.objects.select_related("page").get(headline="1000")
    with django_assert_num_queries(1):
        found = neighbours(article)
        headlines = [sibling.headline for sibling in found.siblings]
    n = SIBLINGS_EACH_WAY
    assert headlines == [str(i) for i in range(1000 - n, 1001 + n)]
    assert (found.previous.headline, found.next.headline) == ("999", "1001")


def test_the_list_of_a_page_marks_the_article_that_is_read(issue):
    article = Article.objects.with_place().get(headline="乙")
    context = {"article": article, "siblings": neighbours(article).siblings}
    html = render_to_string("articles/_page_articles.html", context)
    assert html.count("<li>") == 3
    assert html.count('aria-current="page"') == 1
    assert f'href="{article.get_absolute_url()}" aria-current="page">乙<' in html
    assert f'href="{article.page.get_absolute_url()}"' in html
