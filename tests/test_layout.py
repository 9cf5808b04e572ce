"""How large the stories of a page are set, and how much of an issue a page of ours shows."""

import pytest

from articles.layout import (
    MAJORS,
    MAJORS_BESIDE_A_PICTURE,
    MINORS,
    Rank,
    Story,
    lay_out,
    ranks,
)
from articles.models import Article
from articles.printed_issue import (
    HEADLINES_OF_PAGE,
    PAGES_AT_HOME,
    STORIES_OF_PAGE,
    printed_pages,
)
from tests.factories import make_article, make_issue, make_page

LEAD, MAJOR, MINOR, BRIEF = Rank.LEAD, Rank.MAJOR, Rank.MINOR, Rank.BRIEF
LONG, SHORT, BARE = Story(length=900), Story(length=200), Story(length=20)


def test_no_stories_have_no_ranks():
    assert ranks([]) == []


def test_a_single_story_leads_however_short():
    assert ranks([BARE]) == [LEAD]


def test_the_first_story_leads_where_all_are_alike():
    assert ranks([LONG] * 5) == [LEAD, MAJOR, MAJOR, MINOR, MINOR]


def test_a_heavier_story_leads_from_a_lower_place():
    heavy = Story(length=2_000, kicker=True, deck=True, picture=True)
    assert ranks([BARE, SHORT, SHORT, heavy])[3] is LEAD


def test_more_parts_of_the_heads_weigh_more():
    plain, headed = Story(length=500), Story(length=500, kicker=True, deck=True)
    assert plain.weight(5) < headed.weight(5)
    assert headed.weight(5) < Story(500, True, True, picture=True).weight(5)
    assert plain.weight(0) > plain.weight(1) > plain.weight(2) > plain.weight(3)
    assert plain.weight(3) == plain.weight(50)


def test_a_book_weighs_no_more_than_a_long_story():
    assert Story(length=2_000).weight(3) == Story(length=50_000).weight(3)


def test_stories_without_enough_text_do_not_stand_beside_the_lead():
    assert ranks([LONG, SHORT, SHORT, SHORT]) == [LEAD, MINOR, MINOR, MINOR]
    assert ranks([LONG, Story(length=200, deck=True)]) == [LEAD, MAJOR]


def test_a_page_of_briefs_has_no_lead():
    assert ranks([BARE] * 60) == [BRIEF] * 60


def test_a_short_story_is_no_brief_where_there_are_but_a_few():
    assert ranks([BARE, BARE]) == [LEAD, MINOR]
    assert ranks([BARE, SHORT]) == [MINOR, LEAD]
    assert ranks([LONG, BARE, LONG, BARE]) == [LEAD, BRIEF, MAJOR, BRIEF]


def test_ranks_are_bounded_and_the_lightest_are_listed():
    found = ranks([LONG] * 40)
    assert found.count(LEAD) == 1
    assert found.count(MAJOR) == MAJORS
    assert found.count(MINOR) == MINORS
    assert found[-1] is BRIEF


def test_beside_a_picture_there_is_room_for_one_more():
    pictured = Story(length=900, picture=True)
    assert ranks([pictured, *[LONG] * 10]).count(MAJOR) == MAJORS_BESIDE_A_PICTURE


def test_each_rank_keeps_the_order_of_print():
    stories = {"a": BARE, "b": LONG, "c": BARE, "d": SHORT, "e": SHORT, "f": LONG}
    layout = lay_out(list(stories), stories.__getitem__)
    assert (layout.lead, layout.majors) == ("b", ["f"])
    assert (layout.minors, layout.briefs) == (["d", "e"], ["a", "c"])


# ---- An issue


def many(page, number, **fields):
    """Make many articles of a page at once, without a body."""
    Article.objects.bulk_create(
        Article(
            page=page,
            position=n,
            headline=f"{page.label}-{n}",
            status="published",
            **fields,
        )
        for n in range(1, number + 1)
    )


@pytest.mark.django_db
def test_an_issue_of_thousands_is_shown_in_part_and_in_few_queries(
    django_assert_num_queries, client
):
    issue = make_issue()
    for n in range(1, 21):
        many(make_page(str(n), issue, position=n), 100)
    with django_assert_num_queries(4):
        pages = printed_pages(issue, PAGES_AT_HOME)
        shown = [
            [a.page.issue.publication.lang for a in page.headlines] for page in pages
        ]
    assert [page.page.label for page in pages] == [str(n) for n in range(1, 21)]
    whole = [page for page in pages if page.layout]
    assert len(whole) == PAGES_AT_HOME
    assert {page.shown for page in whole} == {STORIES_OF_PAGE}
    assert {page.more for page in whole} == {100 - STORIES_OF_PAGE}
    assert [len(page) for page in shown[PAGES_AT_HOME:]] == [HEADLINES_OF_PAGE] * 16
    response = client.get("/")
    assert len(response.content) < 200_000
    assert "本版全部 100 篇" in response.content.decode()


@pytest.mark.django_db
def test_the_first_stories_of_a_page_are_shown_in_the_order_of_print():
    issue = make_issue()
    many(make_page("1", issue), STORIES_OF_PAGE + 5)
    (page,) = printed_pages(issue, 1)
    listed = [article.headline for article in page.layout.briefs]
    assert listed == [f"1-{n}" for n in range(1, STORIES_OF_PAGE + 1)]


@pytest.mark.django_db
def test_a_page_is_laid_out_by_its_published_articles():
    page = make_page("1")
    make_article("草稿", ["草" * 900], page=page, status="draft")
    make_article("短讯", ["短。"], page=page)
    make_article("长文", ["长" * 500, "文" * 500], page=page)
    make_article("中文", ["中" * 200], page=page)
    (printed,) = printed_pages(page.issue, 1)
    assert printed.count == 3
    assert printed.layout.lead.headline == "长文"
    assert printed.layout.lead.length == 1_000
    assert [a.headline for a in printed.layout.minors] == ["短讯", "中文"]


@pytest.mark.django_db
def test_a_page_without_articles_says_so_and_an_empty_issue_too(client):
    issue = make_issue()
    assert "这一期还没有版面。" in client.get(issue.get_absolute_url()).content.decode()
    make_page("1", issue, name="广告")
    make_article("稿", page=make_page("2", issue, position=2))
    answer = client.get(issue.get_absolute_url()).content.decode()
    assert "广告" in answer
    assert answer.count("这一版还没有文章。") == 1


@pytest.mark.django_db
def test_an_issue_with_only_drafts_is_not_the_newest(client):
    make_article("旧闻", page=make_page("1", make_issue("2020-06-07")))
    make_article("草", page=make_page("1", make_issue("2020-06-09")), status="draft")
    answer = client.get("/").content.decode()
    assert "旧闻" in answer
    assert "2020-06-09" not in answer
