"""The editors' first page, the gaps, and lists that stay quick."""

import datetime

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import gaps
from articles.admin import lists
from articles.admin.article import ArticleAdmin
from articles.models import (
    Article,
    DraftText,
    Issue,
    NearDuplicate,
    WordCandidate,
)
from articles.search import desk, index
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def shown(client, query=""):
    """Return the headlines of the list of articles at an address."""
    response = client.get(url("articles_article_changelist") + query)
    assert response.status_code == 200
    return [article.headline for article in response.context["cl"].result_list]


@pytest.fixture
def reporter(client):
    user = User.objects.create_user("jizhe", is_staff=True)
    names = ["add_article", "change_article", "view_article", "view_issue"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


def test_no_list_counts_all_its_rows_for_each_choice_of_its_filters(admin_client):
    lists_of = [
        f"{model._meta.app_label}_{model._meta.model_name}" for model in site._registry
    ]
    assert len(lists_of) > 10
    for name in lists_of:
        page = admin_client.get(url(f"{name}_changelist") + "?_facets=True")
        assert page.status_code == 200
        assert not page.context["cl"].add_facets, name


def test_filters_name_no_columns_and_genres_of_drafts(client, reporter):
    make_article("见报的", column="今日论语", genre="评论")
    make_article("秘密", column="绝密栏目", genre="绝密体裁", status="draft")
    page = client.get(url("articles_article_changelist")).content.decode()
    assert "今日论语" in page
    assert "绝密" not in page


# ---- The desk


def test_the_desk_shows_what_waits(admin_client, admin_user):
    make_article("我写的", status="draft", entered_by=admin_user)
    make_article("等人审", status="review")
    later = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
    make_article("明天见报", status="review", publish_at=later)
    make_article("拿不准", status="draft", needs_review=True)
    first, second = make_article("甲"), make_article("乙")
    NearDuplicate.objects.create(
        first=first, second=second, similarity=0.9, agreement=0.93
    )
    response = admin_client.get(url("index"))
    panels = {panel.name: panel for panel in response.context["panels"]}
    assert [row.text for row in panels["own"].rows] == ["我写的"]
    assert [row.text for row in panels["review"].rows] == ["等人审", "明天见报"]
    assert [row.text for row in panels["scheduled"].rows] == ["明天见报"]
    assert [row.text for row in panels["doubtful"].rows] == ["拿不准"]
    assert {row.text for row in panels["drafts"].rows} == {"我写的", "拿不准"}
    assert [row.note for row in panels["duplicates"].rows] == ["93%"]
    assert panels["own"].counted == "1"


def test_words_that_wait_are_on_the_desk_of_who_may_judge_them(
    admin_client, client, reporter
):
    WordCandidate.objects.create(word="已经有了", score=9, verdict="accepted")
    WordCandidate.objects.create(word="数字孪生", score=7, touched=12)
    WordCandidate.objects.create(word="低空经济", score=8)
    panels = {p.name: p for p in admin_client.get(url("index")).context["panels"]}
    rows = panels["candidates"].rows
    assert [row.text for row in rows] == ["低空经济", "数字孪生"]
    assert rows[1].note == "术语，涉及 12 篇"
    client.force_login(reporter)
    names = [panel.name for panel in client.get(url("index")).context["panels"]]
    assert "candidates" not in names


def test_the_list_of_ones_own_is_that_of_the_desk(admin_client, admin_user):
    for status in ("draft", "review", "published"):
        make_article(status, status=status, entered_by=admin_user)
    make_article("别人的", status="draft")
    panel = next(iter(admin_client.get(url("index")).context["panels"]))
    rows = admin_client.get(panel.url).context["cl"].result_list
    assert {row.headline for row in rows} == {"draft", "review"}
    assert [row.text for row in panel.rows] == [row.headline for row in rows]


PANELS = ["own", "review", "scheduled", "doubtful", "drafts", "duplicates"]


@pytest.mark.parametrize("panel", [*PANELS, "candidates", "gaps"])
def test_every_panel_leads_to_all_that_it_shows_the_first_of(admin_client, panel):
    response = admin_client.get(url("index"))
    addresses = {panel.name: panel.url for panel in response.context["panels"]}
    assert admin_client.get(addresses[panel]).status_code == 200


def test_a_desk_counts_no_further_than_a_hundred(admin_client):
    page = make_page()
    Article.objects.bulk_create(
        Article(page=page, position=n, headline=f"草稿 {n}") for n in range(1, 104)
    )
    panels = {p.name: p for p in admin_client.get(url("index")).context["panels"]}
    assert panels["drafts"].counted == "100+"
    assert len(panels["drafts"].rows) == 6


def test_a_reporters_desk_names_no_drafts_of_others(client, reporter, admin_user):
    make_article("别人的秘密", status="draft", entered_by=admin_user)
    make_article("自己的稿", status="draft", entered_by=reporter)
    text = client.get(url("index")).content.decode()
    assert "自己的稿" in text
    assert "别人的秘密" not in text


def test_what_was_done_is_on_the_desk(admin_client, client, reporter):
    article = make_article("要改的", status="draft", entered_by=reporter)
    admin_client.post(
        url("articles_article_changelist"),
        {"action": "delete_selected", "_selected_action": article.pk, "post": "yes"},
    )
    rows = {
        panel.name: panel.rows
        for panel in admin_client.get(url("index")).context["panels"]
    }
    assert [(row.text, row.url) for row in rows["recent"]] == [("要改的", "")]
    assert rows["recent"][0].note.endswith(" admin")


# ---- Search that also finds drafts


@pytest.mark.parametrize("status", Article.Status.values)
def test_articles_of_every_state_are_found_by_any_part_of_their_text(
    admin_client, status
):
    make_article("沪上入梅", body=["苏州河畔的柳树绿了。"], status=status)
    make_article("别的", body=["黄浦江边。"], status=status)
    assert shown(admin_client, "?q=河畔的柳") == ["沪上入梅"]
    assert shown(admin_client, "?q=入梅+苏州河") == ["沪上入梅"]
    assert shown(admin_client, "?q=入梅+黄浦江") == []


def test_a_draft_is_found_as_it_reads_now(admin_client):
    article = make_article("旧题", status="draft", body=["旧文。"])
    article.paragraphs.get().delete()
    article.headline = "新題"
    article.save()
    assert shown(admin_client, "?q=新题") == ["新題"]
    assert shown(admin_client, "?q=旧文") == []


def test_what_is_published_has_no_text_of_a_draft():
    article = make_article("要发的", status="draft")
    assert DraftText.objects.get().article == article
    Article.objects.filter(pk=article.pk).update(status="published")
    assert not DraftText.objects.exists()
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    assert DraftText.objects.exists()


def test_drafts_that_were_there_before_are_taken_in_by_update_index(admin_client):
    make_article("早就有的", status="draft")
    DraftText.objects.all().delete()
    assert shown(admin_client, "?q=早就有") == []
    call_command("update_index", verbosity=0)
    assert shown(admin_client, "?q=早就有") == ["早就有的"]
    assert index.stale_ids() == []


def test_words_and_dates_together_narrow_a_search(admin_client):
    for day in ("2020-06-08", "2020-06-09", "2021-06-08"):
        make_article(f"入梅 {day}", page=make_page(issue=make_issue(day)))
    assert shown(admin_client, "?q=入梅+2020-06-08") == ["入梅 2020-06-08"]
    assert len(shown(admin_client, "?q=2020-06")) == 2
    assert len(shown(admin_client, "?q=2020年6月")) == 2
    assert len(shown(admin_client, "?q=2020+入梅")) == 2
    assert shown(admin_client, "?q=2020-02-31") == []


@pytest.mark.parametrize("status", ["published", "draft"])
def test_an_old_day_is_searched_though_newer_days_have_many_matches(
    admin_client, monkeypatch, status
):
    monkeypatch.setattr(desk, "MOST", 2)
    old = make_page(issue=make_issue("1980-01-01"))
    make_article("同样的旧闻", page=old, status=status)
    for number in range(4):
        make_article(f"同样的新闻 {number}", status=status)
    assert shown(admin_client, "?q=同样+1980") == ["同样的旧闻"]


def test_a_search_with_too_many_matches_says_so(admin_client, monkeypatch):
    monkeypatch.setattr(desk, "MOST", 2)
    for number in range(4):
        make_article(f"同样的标题 {number}")
        make_article(f"同样的草稿 {number}", status="draft")
    response = admin_client.get(url("articles_article_changelist") + "?q=同样")
    headlines = [a.headline for a in response.context["cl"].result_list]
    drafts = [headline for headline in headlines if "草稿" in headline]
    assert drafts == ["同样的草稿 3", "同样的草稿 2"]
    assert len(headlines) == 4
    assert "只列出最新的 2 篇" in response.content.decode()


@pytest.mark.parametrize("typed", ["%", "_", "'", "\\", "🙂", "的", "　", "a" * 5000])
def test_no_search_of_an_editor_fails(admin_client, typed):
    make_article("普通", status="draft")
    response = admin_client.get(url("articles_article_changelist"), {"q": typed})
    assert response.status_code == 200


# ---- Lists


@pytest.fixture
def many(monkeypatch):
    """Make seven articles, more than a list pages through."""
    monkeypatch.setattr(lists, "MOST", 4)
    monkeypatch.setattr("articles.admin.base.MOST", 4)
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    return [make_article(f"第{n}篇", byline=f"记者 {9 - n}") for n in range(7)]


def test_a_list_counts_and_pages_no_further_than_its_limit(admin_client, many):
    response = admin_client.get(url("articles_article_changelist"))
    found = response.context["cl"]
    assert (found.result_count, found.more) == (4, True)
    assert "超过 4" in response.content.decode()


def test_what_is_beyond_the_last_page_is_a_link_away(admin_client, many):
    response = admin_client.get(
        url("articles_article_changelist") + "?status__exact=published"
    )
    further = response.context["cl"].further
    assert shown(admin_client, further) == ["第2篇", "第1篇"]
    assert (
        admin_client.get(url("articles_article_changelist") + further)
        .context["cl"]
        .further
        is None
    )


def test_a_filter_begins_at_the_first_row_again(admin_client, many):
    first = admin_client.get(url("articles_article_changelist"))
    response = admin_client.get(
        url("articles_article_changelist") + first.context["cl"].further
    )
    choices = [
        c
        for spec in response.context["cl"].filter_specs
        for c in spec.choices(response.context["cl"])
    ]
    assert choices
    assert not any("before" in choice["query_string"] for choice in choices)


def test_more_rows_than_the_limit_are_not_sorted_by_another_column(admin_client, many):
    listed = url("articles_article_changelist")
    response = admin_client.get(listed + "?o=4")
    assert "筛选之后可以排序" in response.content.decode()
    assert next(iter(response.context["cl"].result_list)).pk == many[-1].pk


def test_few_rows_are_sorted_by_any_column(admin_client):
    for headline in ("乙", "甲", "丙"):
        make_article(headline)
    assert sorted(shown(admin_client, "?o=1")) == shown(admin_client, "?o=1")


@pytest.mark.parametrize("across", ["1", "2", "true"])
def test_an_action_on_more_rows_than_the_limit_is_refused(admin_client, many, across):
    response = admin_client.post(
        url("articles_article_changelist"),
        {
            "action": "delete_selected",
            "select_across": across,
            "_selected_action": many[0].pk,
            "post": "yes",
        },
        follow=True,
    )
    assert "请先筛选或检索" in response.content.decode()
    assert Article.objects.count() == 7


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "１"])
def test_a_key_that_is_none_is_a_wrong_address(admin_client, before):
    response = admin_client.get(url("articles_article_changelist"), {"before": before})
    assert response.status_code == 302


def test_no_list_of_articles_counts_all_of_them(admin_client):
    make_article()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        shown(admin_client)
    counts = [q["sql"] for q in captured if "COUNT(*)" in q["sql"].upper()]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


# ---- Gaps


DAY = datetime.timedelta(days=1)
MONDAY = datetime.date(2020, 6, 1)


def run(days, leave=()):
    return [(MONDAY + n * DAY, None) for n in range(days) if n not in leave]


def missed(printed):
    return [(day - MONDAY).days for gap in gaps.find(printed) for day in gap.days]


def test_a_day_without_the_daily_is_missed():
    assert missed(run(100, leave=(40, 41, 70))) == [40, 41, 70]


def test_weekends_without_a_paper_are_none_of_a_weekday_paper():
    printed = [(day, n) for day, n in run(100, leave=(50,)) if day.weekday() < 5]
    assert missed(printed) == ([50] if (MONDAY + 50 * DAY).weekday() < 5 else [])
    printed = [(day, n) for day, n in run(100, leave=(49,)) if day.weekday() < 5]
    assert missed(printed) == [49]


def test_single_issues_have_no_gaps():
    assert gaps.find(run(200, leave=set(range(200)) - {0, 90, 190})) == []
    assert gaps.find([]) == []


def test_numbers_that_were_skipped_are_a_gap():
    weekly = [(MONDAY + 30 * n * DAY, 100 + n) for n in (0, 1, 4)]
    (gap,) = gaps.find(weekly)
    assert list(gap.numbers) == [102, 103]
    assert gap.size == 2


def test_a_number_that_was_misread_is_no_gap():
    assert gaps.find([(MONDAY, 100), (MONDAY + DAY, 99_999)]) == []
    assert gaps.find([(MONDAY, 100), (MONDAY + DAY, 1)]) == []


def test_a_paper_that_became_a_weekly_is_judged_by_its_time():
    daily = run(140, leave=())
    weekly = [(MONDAY + n * DAY, None) for n in range(140, 280, 7) if n != 210]
    assert [n for n in missed(daily + weekly) if n > 170] == [210]


@pytest.mark.parametrize("day", [datetime.date.min, datetime.date.max])
def test_the_ends_of_the_calendar_have_no_days_beyond(day):
    near = [
        day + n * DAY if day == datetime.date.min else day - n * DAY for n in (0, 3)
    ]
    assert gaps.find((each, None) for each in near) == []


def test_gaps_are_shown_with_a_link_to_enter_what_is_missing(admin_client):
    publication = make_publication("ribao", "缺期日报")
    Issue.objects.bulk_create(
        Issue(publication=publication, published_on=day)
        for day, _number in run(100, leave=(49,))
    )
    text = admin_client.get(url("articles_issue_gaps")).content.decode()
    assert "缺期日报" in text
    query = f"?publication={publication.pk}"
    text = admin_client.get(url("articles_issue_gaps") + query).content.decode()
    assert f"?publication={publication.pk}&amp;published_on=2020-07-20" in text
    (panel,) = [
        p for p in admin_client.get(url("index")).context["panels"] if p.name == "gaps"
    ]
    assert [(row.text, row.note) for row in panel.rows] == [("缺期日报", "缺 1 期")]


@pytest.mark.parametrize("key", ["x", "0", "9" * 30, ""])
def test_gaps_of_no_publication_are_those_of_all(admin_client, key):
    response = admin_client.get(url("articles_issue_gaps"), {"publication": key})
    assert response.status_code == 200


def test_gaps_are_for_who_may_see_issues(client):
    client.force_login(User.objects.create_user("wuquan", is_staff=True))
    assert client.get(url("articles_issue_gaps")).status_code == 403
