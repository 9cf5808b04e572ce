"""The numbers beside the hits, in a real Chromium: estimated first, then exact ones in their place."""

import re

import pytest
from playwright.sync_api import expect

from articles.search import bitmap_build
from articles.search.pending import indexed
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM

# Of three articles two have it; all three have its pairs of characters.
ASKED = '/search/?q="雨，地"'


@pytest.fixture
def many(monkeypatch):
    """Give an archive of which five texts are read to count the matches of a literal."""
    monkeypatch.setattr(bitmap_build, "LEAST_ARTICLES", 1)
    monkeypatch.setattr("articles.search.sample.FEW_TEXTS", 10)
    monkeypatch.setattr("articles.search.sample._PORTION", 5)
    monkeypatch.setattr("articles.search.sample.SECONDS", 0)
    with indexed():
        for number in range(90):
            day = f"{2015 + number % 5}-07-01"
            text = "梅雨，地铁" if number % 3 else "梅雨，台风，地铁。雨、地"
            headline = "雨落大地" if number % 2 else "雨后"
            make_article(headline, [text], page=make_page(issue=make_issue(day)))
    assert bitmap_build.build()


def test_exact_numbers_take_the_place_of_estimates(many, chromium, live_server):
    with open_page(chromium, live_server) as page:
        held = []
        page.route("**/*exact=on*", lambda route: held.append(route))
        page.goto(ASKED)
        status = page.locator(".facets").get_by_role("status")
        expect(status).to_contain_text("正在准确计数")
        expect(status).to_contain_text(re.compile(r"约 \d+ 篇"))
        hits = page.locator(".hits").inner_html()
        held.pop().continue_()
        expect(status).to_have_text("共 60 篇")
        numbers = page.locator(".histogram .sr").all_inner_texts()
        assert numbers == [f"{year}年 12" for year in range(2015, 2020)]
        assert page.locator(".hits").inner_html() == hits
        # They lead to the narrower search, which may need no estimate.
        links = page.locator(".facets a").evaluate_all("all => all.map(a => a.href)")
        assert links
        assert not any("exact" in link for link in links)
        bars = page.locator(".histogram a")
        for number, action in ((1, "down"), (3, "up")):
            place = bars.nth(number).bounding_box()
            page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 20, steps=5)
            getattr(page.mouse, action)()
        page.wait_for_url("**/search/?*from=2016-01-01*")


def test_kinds_of_hit_come_where_all_texts_are_read_for_them(
    many, chromium, live_server, monkeypatch
):
    monkeypatch.setattr("articles.search.facets.MOST_TEXTS", 10)
    with open_page(chromium, live_server) as page:
        held = []
        page.route("**/*exact=on*", lambda route: held.append(route))
        page.goto('/search/?q="地"')
        facets = page.locator(".facets")
        expect(facets.get_by_role("status")).to_have_text("共 90 篇")
        kinds = facets.get_by_role("region", name="出现在")
        expect(kinds.get_by_role("link")).to_have_text("正在准确计数……")
        held.pop().continue_()
        expect(kinds.get_by_role("link").first).to_have_text(re.compile(r"标题\s*45"))


def test_numbers_do_not_change_under_the_pointer(many, chromium, live_server):
    with open_page(chromium, live_server) as page:
        held = []
        page.route("**/*exact=on*", lambda route: held.append(route))
        page.goto(ASKED)
        page.locator(".facets").hover()
        with page.expect_response("**/*exact=on*") as answer:
            held.pop().continue_()
        answer.value.finished()
        page.wait_for_timeout(500)
        status = page.locator(".facets").get_by_role("status")
        expect(status).to_contain_text("约")
        page.mouse.move(0, 0)
        expect(status).to_have_text("共 60 篇")


def test_numbers_that_are_not_seen_are_not_counted(many, chromium, live_server):
    with open_page(chromium, live_server, 390) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(ASKED)
        page.wait_for_timeout(300)
        assert not any("exact" in url for url in asked)
        page.locator(".facets").scroll_into_view_if_needed()
        expect(page.locator(".facets").get_by_role("status")).to_have_text("共 60 篇")


def test_where_they_cannot_be_counted_the_link_stays(many, chromium, live_server):
    with open_page(chromium, live_server) as page:
        page.route("**/*exact=on*", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.goto(ASKED)
        link = page.locator(".facets").get_by_role("link", name="准确计数", exact=True)
        expect(link).to_be_visible()
        expect(page.locator(".facets")).to_contain_text("约")
