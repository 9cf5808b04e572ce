"""This day in other years."""

import datetime

import pytest

from articles.days import (
    ISSUES_A_YEAR,
    LEADS_A_YEAR,
    YEARS,
    YEARS_IN_BOX,
    MonthDay,
    in_other_years,
    years_of,
)
from tests.factories import make_article, make_issue, make_page, make_publication
from tests.test_views import text_of

JUNE_8 = MonthDay(6, 8)


def lead(day, headline="头条", slug="wanbao", **fields):
    publication = make_publication(slug, f"报纸{slug}")
    page = make_page("1", make_issue(day, publication))
    return make_article(headline, page=page, **fields)


def test_a_day_is_read_as_addresses_write_it():
    assert MonthDay.parse("02-29") == MonthDay(2, 29)
    assert str(JUNE_8) == "06-08"
    for text in ("02-30", "13-01", "00-10", "6-8", "", "06-08-01"):
        with pytest.raises(ValueError, match=r"date|day|month|format"):
            MonthDay.parse(text)


def test_days_follow_each_other_around_the_year():
    assert MonthDay(12, 31).moved(1) == MonthDay(1, 1)
    assert MonthDay(1, 1).moved(-1) == MonthDay(12, 31)
    assert MonthDay(2, 28).moved(1) == MonthDay(2, 29)
    assert MonthDay(3, 1).moved(-1) == MonthDay(2, 29)


@pytest.mark.django_db
def test_years_are_the_newest_first_with_their_leads_and_issues():
    lead("1998-06-08", "九八年")
    lead("2020-06-08", "二〇年")
    lead("2020-06-08", "另一份", slug="ribao")
    lead("2019-06-09", "次日")
    lead("2019-06-08", "草稿", status="draft")
    years, older = years_of(JUNE_8)
    assert [year.year for year in years] == [2020, 1998]
    assert {article.headline for article in years[0].leads} == {"二〇年", "另一份"}
    assert len(years[0].issues) == 2
    assert older is None


@pytest.mark.django_db
def test_a_year_shows_some_leads_the_first_of_each_paper_before_second_ones():
    for n in range(5):
        lead("2020-06-08", f"晚报{n}")
    last = lead("2020-06-08", "日报", slug="ribao")
    (year,), _older = years_of(JUNE_8)
    assert len(year.leads) == LEADS_A_YEAR
    assert last in year.leads[:2]
    assert year.leads[2].headline == "晚报1"


@pytest.mark.django_db
def test_leads_are_of_the_front_page():
    issue = make_issue("2020-06-08")
    make_article("二版", page=make_page("2", issue, position=2))
    make_article("头版", page=make_page("1", issue, position=1))
    (year,), _older = years_of(JUNE_8)
    assert [article.headline for article in year.leads] == ["头版", "二版"]
    (only,) = in_other_years(datetime.date(2021, 6, 8))
    assert only.headline == "头版"


@pytest.mark.django_db
def test_many_years_come_in_pages():
    for year in range(1950, 1950 + YEARS + 3):
        lead(f"{year}-06-08", f"头条{year}")
    years, older = years_of(JUNE_8)
    assert (len(years), older) == (YEARS, 1953)
    years, older = years_of(JUNE_8, older)
    assert ([year.year for year in years], older) == ([1952, 1951, 1950], None)


@pytest.mark.django_db
def test_of_many_papers_some_are_listed():
    for n in range(ISSUES_A_YEAR + 2):
        lead("2020-06-08", slug=f"bao{n}")
    (year,), _older = years_of(JUNE_8)
    assert len(year.issues) == ISSUES_A_YEAR


@pytest.mark.django_db
def test_a_box_has_one_story_of_each_year_but_this():
    for year in range(2010, 2021):
        lead(f"{year}-06-08", f"头条{year}")
        lead(f"{year}-06-08", f"日报{year}", slug="ribao")
    found = list(in_other_years(datetime.date(2020, 6, 8)))
    assert [a.page.issue.published_on.year for a in found] == [2019, 2018, 2017, 2016]
    assert len(found) == YEARS_IN_BOX


@pytest.mark.django_db
def test_29_february_is_a_day_like_others(client):
    lead("2020-02-29", "闰日")
    assert "闰日" in text_of(client.get("/on-this-day/02-29/"))
    page = client.get("/on-this-day/02-28/").content.decode()
    assert 'href="/on-this-day/02-29/"' in page
    page = client.get("/on-this-day/03-01/").content.decode()
    assert 'rel="prev" href="/on-this-day/02-29/"' in page


@pytest.mark.django_db
def test_the_page_shows_years_stories_and_issues(client):
    lead("1998-06-08", "九八年")
    response = client.get("/on-this-day/06-08/")
    text = text_of(response)
    for shown in ("历史上的今天", "6月8日", "1998 年", "九八年", "报纸wanbao"):
        assert shown in text
    assert 'href="/wanbao/1998-06-08/"' in response.content.decode()
    assert "这一天还没有报纸。" in text_of(client.get("/on-this-day/06-09/"))


@pytest.mark.django_db
def test_today_is_that_of_the_archives_time_zone(client, settings):
    # In some part of the world it is always another day.
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Midway"):
        settings.TIME_ZONE = zone
        page = client.get("/on-this-day/").content.decode()
        days.add(page.split('<time datetime="')[1][:5])
    assert len(days) == 2


@pytest.mark.django_db
def test_the_form_leads_to_its_day(client):
    response = client.get("/on-this-day/", {"month": "2", "day": "29"})
    assert (response.status_code, response["Location"]) == (302, "/on-this-day/02-29/")


@pytest.mark.django_db
def test_front_and_issue_pages_have_a_box(client):
    lead("1998-06-08", "九八年")
    lead("2020-06-08", "二〇年")
    for path in ("/", "/wanbao/2020-06-08/"):
        response = client.get(path)
        assert "九八年" in text_of(response)
        assert 'href="/on-this-day/06-08/"' in response.content.decode()
