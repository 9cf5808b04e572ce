"""Articles on the same subject, under an article."""

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection

from articles.models import Article, NearDuplicate
from articles.search.related import related
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def archive():
    flood = [
        make_article(
            f"太湖防汛{n}", body=["太湖水位上涨，防汛部门巡查堤防，开闸排涝。"]
        )
        for n in range(3)
    ]
    make_article("足球联赛", body=["主场球迷观看足球比赛，门将扑出点球。"])
    make_article("足球青训", body=["足球教练带领少年门将训练，家长观看比赛。"])
    return flood


def test_articles_share_their_telling_words(archive):
    assert {a.pk for a in related(archive[0])} == {a.pk for a in archive[1:]}


def test_nothing_is_related_to_an_article_on_its_own(archive):
    assert related(make_article("昆曲", body=["水磨腔里的牡丹亭。"])) == []


def test_only_what_readers_may_see_is_related(archive):
    assert related(archive[0])
    archive[1].status = Article.Status.WITHDRAWN
    archive[1].save()
    # Kept for hours, and yet.
    assert [a.pk for a in related(archive[0])] == [archive[2].pk]


def test_a_draft_has_those_that_it_will_have_and_is_nobodys(archive):
    draft = make_article("太湖草稿", body=["太湖防汛，开闸排涝。"], status="draft")
    before = [article.pk for article in related(draft)]
    assert sorted(before) == [article.pk for article in archive]
    assert draft not in related(archive[0])
    draft.status = Article.Status.PUBLISHED
    draft.save()
    assert [article.pk for article in related(draft)] == before
    # A word that one other article has tells already: with the draft, two have it.
    alone = make_article("昆曲一", body=["水磨腔里的牡丹亭。"])
    second = make_article("昆曲二", body=["又见水磨腔牡丹亭。"], status="draft")
    assert related(second) == [alone]


def test_a_copy_of_the_article_is_no_news(archive):
    first, second = sorted((archive[0], archive[1]), key=lambda a: a.pk)
    NearDuplicate.objects.create(
        first=first, second=second, similarity=0.9, agreement=0.9
    )
    assert [a.pk for a in related(archive[0])] == [archive[2].pk]


def test_the_article_page_shows_them(client, archive):
    html = client.get(archive[0].get_absolute_url()).text
    related = html[html.index('<aside class="related"') :].partition("</aside>")[0]
    assert "相关文章" in related
    assert archive[1].get_absolute_url() in related
    assert "足球" not in related


@pytest.mark.django_db(transaction=True)
def test_a_page_is_there_even_if_they_cannot_be_found_in_time(client, archive):
    other = psycopg2.connect(**connection.get_connection_params())
    with other, other.cursor() as cursor:
        # What counting the words needs, and the page itself does not.
        cursor.execute("LOCK TABLE articles_lexemecount IN ACCESS EXCLUSIVE MODE")
        response = client.get(archive[0].get_absolute_url())
    other.close()
    assert response.status_code == 200
    assert "相关文章" not in response.text
