"""The calendar of a publication: which days have issues, how full they are, and its years."""

import datetime
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import calendar
from articles.models import Article, Issue
from articles.runs import Run, Year, run_of, runs
from tests.factories import make_article, make_issue, make_page, make_publication
from tests.test_views import text_of

DAY = datetime.date


def issue(day, readable, edition=""):
    found = Issue(published_on=DAY.fromisoformat(day), edition=edition)
    found.readable = readable
    return found


def steps(*counts):
    issues = [issue(f"2020-06-{n:02}", count) for n, count in enumerate(counts, 1)]
    cells = [cell for week in calendar.months(2020, issues)[5].weeks for cell in week]
    return [cell.step for cell in cells if cell][: len(counts)]


def test_a_year_has_twelve_months_of_weeks_from_monday():
    months = calendar.months(2020, [])
    assert [month.first.month for month in months] == list(range(1, 13))
    assert [len(week) for month in months for week in month.weeks] == [7] * sum(
        len(month.weeks) for month in months
    )
    february = [cell.date.day for w in months[1].weeks for cell in w if cell]
    assert february == list(range(1, 30))
    # 1 June 2020 was a Monday.
    assert months[5].weeks[0][0].date == DAY(2020, 6, 1)
    assert months[5].anchor == "m06"


@pytest.mark.parametrize("year", [1, 9999])
def test_the_first_and_last_year_have_calendars(year):
    assert len(calendar.months(year, [])) == 12


def test_days_are_as_full_as_they_are_usual():
    assert steps(10, 10, 10) == [2, 2, 2]
    assert steps(5, 10, 10, 14, 21) == [1, 2, 2, 3, 4]


def test_one_day_of_thousands_does_not_empty_the_others():
    assert steps(20, 20, 20, 10_000) == [2, 2, 2, 4]


def test_the_editions_of_a_day_count_together():
    month = calendar.month(
        DAY(2020, 6, 1),
        [issue("2020-06-08", 3, "晨间"), issue("2020-06-08", 4, "晚间")],
    )
    (cell,) = [cell for week in month.weeks for cell in week if cell and cell.count]
    assert (cell.count, len(cell.issues), month.count) == (7, 2, 2)


# ---- Years


def test_years_stand_by_decade_the_latest_first():
    run = Run([Year(y, 1, 1) for y in (1949, 1950, 1959, 1998)])
    assert [(d.first, len(d.years)) for d in run.decades()] == [
        (1990, 1), (1950, 2), (1940, 1),
    ]  # fmt: skip
    assert run.beside(1959) == (1950, 1998)
    assert run.beside(1949) == (None, 1950)
    assert run.beside(1970) == (1959, 1998)
    assert run.bars.count("M") == 4


@pytest.mark.django_db
def test_only_issues_that_can_be_read_count():
    make_article(page=make_page("1", make_issue("1998-01-01")))
    make_article(page=make_page("1", make_issue("2020-01-01")))
    make_article(page=make_page("1", make_issue("2020-01-02")))
    make_article(page=make_page("1", make_issue("2021-01-01")), status="draft")
    make_page("1", make_issue("2020-01-03"))
    publication = make_publication()
    run = run_of(publication)
    assert [(year.year, year.count) for year in run.years] == [(1998, 1), (2020, 2)]
    assert (run.first, run.last, run.issues) == (1998, 2020, 3)
    assert run_of(make_publication("kong", "空报")).years == []
    assert list(runs([publication])) == [publication.pk]


# ---- The page


@pytest.fixture
def paper(db):
    """Make a newspaper of 1998 and 2020; one day of 2020 has two editions."""
    for day in ("1998-03-02", "2020-06-08", "2020-06-10"):
        make_article(page=make_page("1", make_issue(day)))
    make_article(page=make_page("2", make_issue("2020-06-10")))
    for edition in ("晨间", "晚间"):
        make_article(page=make_page("1", make_issue("2020-06-12", edition=edition)))
    return make_publication()


def test_the_calendar_says_how_many_articles_a_day_has(client, paper):
    page = client.get("/wanbao/").content.decode()
    assert 'aria-label="2020年6月10日 星期三 2 篇"' in page
    assert 'aria-label="2020年6月8日 星期一 1 篇"' in page
    assert 'class="step-4"' in page
    assert 'href="#m06"' in page
    assert 'id="m06"' in page


def test_each_edition_of_a_day_is_linked(client, paper):
    page = client.get("/wanbao/?year=2020").content.decode()
    for edition in ("晨间", "晚间"):
        key = (DAY(2020, 6, 12), edition)
        assert f'href="{reverse("issue", args=["wanbao", key])}"' in page


def test_years_lead_to_each_other(client, paper):
    page = client.get("/wanbao/?year=1998").content.decode()
    assert 'rel="next" href="?year=2020#year"' in page
    assert 'rel="prev"' not in page
    assert 'href="?year=1998#year" aria-current="page"' in page
    assert "1990 年代" in page


def test_today_is_marked(client, paper):
    today = timezone.localdate()
    page = client.get(f"/wanbao/?year={today.year}").content.decode()
    assert page.count('aria-current="date"') == 1
    assert 'aria-current="date"' not in client.get("/wanbao/").content.decode()


def test_a_date_leads_to_its_issue(client, paper):
    response = client.get("/wanbao/?date=2020-06-08")
    assert (response.status_code, response["Location"]) == (302, "/wanbao/2020-06-08/")
    response = client.get("/wanbao/?date=2020-06-12")
    assert response["Location"].startswith("/wanbao/2020-06-12-")


def test_a_date_without_an_issue_shows_its_year_and_the_nearest(client, paper):
    response = client.get("/wanbao/?date=2020-06-09")
    text = text_of(response)
    assert response.status_code == 200
    assert "2020年6月9日这一天没有报纸。" in text
    assert "之前最近一期： 2020年6月8日" in text
    assert "之后最近一期： 2020年6月10日" in text
    text = text_of(client.get("/wanbao/?date=1900-01-01"))
    assert "之前最近一期" not in text
    assert "1998年3月2日" in text


@pytest.mark.parametrize("date", ["2020-02-30", "yesterday", "2020", "0000-01-01"])
def test_what_is_no_date_is_400_with_the_reason(client, paper, date):
    response = client.get("/wanbao/", {"date": date})
    assert response.status_code == 400
    assert "没有这一天，请写成 2020-06-08 的样子。" in text_of(response)


def test_an_empty_date_is_no_date(client, paper):
    assert client.get("/wanbao/?date=").status_code == 200


@pytest.mark.django_db
def test_a_publication_without_issues_says_so(client):
    make_publication()
    assert "还没有可读的期次" in text_of(client.get("/wanbao/"))
    make_article(status="draft")
    assert "还没有可读的期次" in text_of(client.get("/wanbao/"))
    assert client.get("/wanbao/?date=2020-06-08").status_code == 200


def test_a_month_of_thousands_is_counted_in_the_database(
    client, paper, django_assert_max_num_queries
):
    page = make_page("1", make_issue("2020-07-01"))
    Article.objects.bulk_create(
        Article(page=page, position=n, headline="短", status="published")
        for n in range(1, 3_001)
    )
    with django_assert_max_num_queries(14):
        answer = client.get("/wanbao/?year=2020").content.decode()
    assert "2020年7月1日 星期三 3000 篇" in answer


# ---- On the front page


def test_the_front_page_has_the_month_of_the_newest_issue(client, paper):
    page = client.get("/").content.decode()
    assert "<caption>2020年6月</caption>" in page
    assert 'href="/wanbao/2020-06-08/"' in page
    assert 'href="/wanbao/?year=2020#m06"' in page


# ---- Issues before and after


def test_editions_of_a_day_follow_each_other(paper):
    issues = list(Issue.objects.order_by("published_on", "edition"))
    for before, after in pairwise(issues):
        assert before.next() == after
        assert after.previous() == before
    assert issues[0].previous() is None
    assert issues[-1].next() is None
