"""What a reader does, in a real Chromium against the real server."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from articles.models import LexiconWord
from tests.browser import IN_CHROMIUM, WIDTHS
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM


@pytest.fixture(params=WIDTHS)
def reader(request, chromium, live_server):
    """Give a reader without script the two real articles to read."""
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    context = chromium.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        java_script_enabled=False,
        viewport={"width": WIDTHS[request.param], "height": 900},
    )
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


def test_a_reader_walks_from_the_front_page_to_an_article(reader):
    reader.get_by_role("link", name="2020年6月8日").first.click()
    assert reader.url.endswith("/xinmin-wanbao/2020-06-08/")
    reader.get_by_role("link", name="第1版").first.click()
    assert reader.url.endswith("/xinmin-wanbao/2020-06-08/1/")
    reader.get_by_role("link", name="坚决打赢长三角污染防治攻坚战").first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(
        "坚决打赢长三角污染防治攻坚战"
    )
    expect(reader.get_by_text("保持定力,不断深化")).to_be_visible()


@pytest.mark.parametrize(
    ("asked", "headline"),
    [
        ("黄润秋", "坚决打赢长三角污染防治攻坚战"),
        ("长三角", "坚决打赢长三角污染防治攻坚战"),
        ("在线新经济", "“五五购物节”逛出新花样 城市烟火气暗藏新密码"),
    ],
)
def test_a_reader_searches_and_finds_the_right_article(reader, asked, headline):
    reader.get_by_role("searchbox").first.fill(asked)
    reader.get_by_role("searchbox").first.press("Enter")
    hit = reader.get_by_role("article").first
    expect(hit).to_contain_text(headline)
    expect(hit.locator("mark").first).to_have_text(asked)
    expect(hit).to_contain_text("新民晚报")
    hit.get_by_role("link", name=headline[:4]).first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(headline)


PATHS = [
    "/", "/publications/", "/xinmin-wanbao/", "/xinmin-wanbao/2020-06-08/",
    "/xinmin-wanbao/2020-06-08/1/", "/search/?q=长三角", "/search/", "/tags/", "/authors/", "/nothing/",
]  # fmt: skip


def test_no_page_is_wider_than_the_screen_or_breaks_the_policy(chromium, live_server):
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/xinmin-wanbao/2020-06-08/1/")
    article = (
        page.get_by_role("article")
        .first.get_by_role("link")
        .first.get_attribute("href")
    )
    complaints.clear()
    for width in (320, *WIDTHS.values()):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (*PATHS, article):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                path,
                width,
            )
    assert [text for text in complaints if "404" not in text] == []
    context.close()


# ---- With script


@pytest.fixture(params=WIDTHS)
def scripted(request, chromium, live_server):
    """Give a reader with script two words in the lexicon and years of rain."""
    LexiconWord.objects.create(word="长三角")
    LexiconWord.objects.create(word="长江口")
    for year in range(2010, 2021):
        page = make_page("1", make_issue(f"{year}-06-08"))
        make_article(f"长三角梅雨{year}", page=page, body=["长江口也有雨。"])
    context = chromium.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": WIDTHS[request.param], "height": 900},
    )
    page = context.new_page()
    page.goto("/search/")
    yield page
    context.close()


def test_completions_are_chosen_by_keyboard(scripted):
    box = scripted.get_by_role("combobox", name="检索词")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("cj")
    options = scripted.locator(".completions [role=option]")
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(scripted.get_by_role("status")).to_have_text("有 1 个可选的检索词")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute(
        "id"
    )
    box.press("Enter")
    expect(box).to_have_value("长江口")
    expect(scripted.get_by_role("listbox")).to_be_hidden()
    assert scripted.url.endswith("/search/")
    box.press("Enter")
    expect(scripted.get_by_role("article")).to_have_count(11)


def test_escape_closes_and_what_was_typed_stays(scripted):
    box = scripted.get_by_role("combobox", name="检索词")
    box.press_sequentially("长")
    expect(scripted.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(scripted.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("长")
    box.press("Enter")
    expect(scripted.get_by_role("article").first).to_be_visible()


def test_a_completion_is_chosen_by_pointer(scripted):
    box = scripted.get_by_role("combobox", name="检索词")
    box.press_sequentially("csj")
    scripted.get_by_role("option", name="长三角").first.click()
    expect(box).to_have_value("长三角")


def test_dragging_over_bars_chooses_their_years(scripted):
    scripted.goto("/search/?q=梅雨")
    bars = scripted.locator(".histogram a")
    expect(bars).to_have_count(11)
    bars.nth(2).scroll_into_view_if_needed()
    for number, action in ((2, "down"), (5, "up")):
        place = bars.nth(number).bounding_box()
        middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        scripted.mouse.move(*middle, steps=5)
        getattr(scripted.mouse, action)()
    scripted.wait_for_url("**/search/?*from=2012-01-01*")
    assert "to=2015-12-31" in scripted.url
    expect(scripted.get_by_role("article")).to_have_count(4)
