"""What a reader does on a printed page: with mouse, keys and fingers, with and without script."""

import io
import re
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from articles.models import Region
from tests.browser import IN_CHROMIUM
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM

SIZE = (600, 900)
BOXES = {"全力以赴做好防汛工作": (0, 0, 1, 0.4), "简讯": (0.5, 0.5, 0.5, 0.5)}
PATH = "/wanbao/2020-06-08/1/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def printed():
    """Give a page with a real picture, and two articles on it."""
    picture = Image.new("RGB", SIZE, "#efe9dc")
    ImageDraw.Draw(picture).rectangle((30, 30, 570, 120), fill="#222222")
    written = io.BytesIO()
    picture.save(written, "PNG")
    page = make_page("1", make_issue("2020-06-08"), name="要闻")
    page.image.save("page.png", ContentFile(written.getvalue()))
    for position, (headline, box) in enumerate(BOXES.items(), 1):
        article = make_article(headline, page=page, position=position)
        x, y, width, height = map(str, box)
        Region.objects.create(
            article=article, position=1, x=x, y=y, width=width, height=height
        )
    return page


@pytest.fixture
def visit(chromium, live_server, printed):
    """Give a function that opens the page in a context of one's own; no complaint is borne."""
    contexts, said = [], []

    def visit(path=PATH, **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = chromium.new_context(
            base_url=live_server.url, locale="zh-CN", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            # Chromium asks for it where a picture is the whole document.
            lambda message: (
                "favicon.ico" in message.location["url"] or said.append(message.text)
            ),
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((live_server.url, "data:", "blob:"))
                or said.append(request.url)
            ),
        )
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert said == []


def zone(page, headline):
    return page.locator(".sheet svg").get_by_role("link", name=headline)


def expect_article(page, headline):
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    assert re.fullmatch(r"/articles/\d+/", urlsplit(page.url).path)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("headline", BOXES)
def test_a_click_on_the_page_opens_the_article_there(visit, headline, script):
    page = visit(java_script_enabled=script)
    x, y, width, height = BOXES[headline]
    sheet = page.locator(".sheet img")
    sheet.scroll_into_view_if_needed()
    across, down = sheet.evaluate("img => [img.clientWidth, img.clientHeight]")
    assert across / down == pytest.approx(SIZE[0] / SIZE[1], rel=0.01)
    middle = {"x": (x + width / 2) * across, "y": (y + height / 2) * down}
    page.locator(".sheet").click(position=middle)
    expect_article(page, headline)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_region_is_reached_and_opened_by_keyboard(visit, script):
    page = visit(java_script_enabled=script)
    page.get_by_role("link", name="第1版 要闻").focus()
    page.keyboard.press("Tab")
    expect(zone(page, "全力以赴做好防汛工作")).to_be_focused()
    page.keyboard.press("Tab")
    focused = zone(page, "简讯")
    expect(focused).to_be_focused()
    stroke = focused.locator("rect").evaluate("rect => getComputedStyle(rect).stroke")
    assert stroke == "rgb(143, 29, 20)"
    page.keyboard.press("Enter")
    expect_article(page, "简讯")


def test_a_tap_opens_the_article(visit):
    page = visit(has_touch=True, viewport={"width": 390, "height": 844})
    zone(page, "简讯").tap()
    expect_article(page, "简讯")


def test_what_is_pointed_at_is_marked_in_list_and_page(visit):
    page = visit()
    stories = page.locator(".story")
    zone(page, "简讯").hover()
    expect(stories.nth(1)).to_have_class("story pointed")
    expect(stories.nth(0)).to_have_class("story")
    stories.nth(0).get_by_role("link").first.focus()
    expect(page.locator(".sheet a").nth(0)).to_have_class("pointed")
    expect(stories.nth(1)).to_have_class("story")


def test_the_picture_has_its_place_before_it_is_loaded(visit):
    page = visit(java_script_enabled=False)
    picture = page.locator(".sheet img")
    assert picture.get_attribute("width") == "600"
    assert picture.get_attribute("height") == "900"
    assert page.locator(".sheet svg").get_attribute("viewBox") == "0 0 600 900"


# ---- The viewer


def enlarge(page):
    assert page.evaluate("typeof OpenSeadragon") == "undefined"
    page.get_by_role("button", name="放大版面").click()
    viewer = page.get_by_role("dialog", name="第1版 要闻的版面图")
    expect(viewer.locator("a.zone")).to_have_count(2)
    return viewer


def test_the_viewer_opens_zooms_and_closes_by_keyboard(visit):
    page = visit()
    page.get_by_role("button", name="放大版面").focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="第1版 要闻的版面图")
    zone_there = viewer.get_by_role("link", name="简讯")
    expect(zone_there).to_be_visible()
    width = zone_there.bounding_box()["width"]
    viewer.get_by_role("button", name="放大").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "width => document.querySelectorAll('a.zone')[1].getBoundingClientRect().width"
        " > 1.4 * width",
        arg=width,
    )
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("button", name="放大版面")).to_be_focused()
    assert urlsplit(page.url).path == PATH


def test_an_article_is_opened_from_the_viewer(visit):
    for act in ("click", "Enter"):
        page = visit()
        there = enlarge(page).get_by_role("link", name="简讯")
        if act == "click":
            there.click()
        else:
            there.focus()
            page.keyboard.press("Enter")
        expect_article(page, "简讯")


def test_an_article_is_opened_from_the_viewer_by_touch(visit):
    page = visit(has_touch=True, viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="放大版面").tap()
    viewer = page.get_by_role("dialog", name="第1版 要闻的版面图")
    viewer.get_by_role("link", name="全力以赴做好防汛工作").tap()
    expect_article(page, "全力以赴做好防汛工作")


def test_a_drag_moves_the_page_and_opens_nothing(visit):
    page = visit()
    there = enlarge(page).get_by_role("link", name="简讯")
    before = there.bounding_box()
    page.mouse.move(before["x"] + 60, before["y"] + 60)
    page.mouse.down()
    page.mouse.move(before["x"] + 160, before["y"] + 60, steps=8)
    page.wait_for_timeout(400)  # what is quick is a click or a flick
    page.mouse.up()
    page.wait_for_timeout(600)
    assert there.bounding_box()["x"] > before["x"] + 50
    assert urlsplit(page.url).path == PATH


def test_the_viewer_does_not_move_by_itself_for_those_who_ask(visit):
    page = visit(reduced_motion="reduce")
    viewer = enlarge(page)
    there = viewer.get_by_role("link", name="简讯")
    width = there.bounding_box()["width"]
    viewer.get_by_role("button", name="放大").click()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))")  # fmt: skip
    assert there.bounding_box()["width"] == pytest.approx(1.5 * width, rel=0.02)


def test_a_second_look_opens_the_viewer_again(visit):
    page = visit()
    viewer = enlarge(page)
    viewer.get_by_role("button", name="关闭").click()
    expect(viewer).to_be_hidden()
    page.get_by_role("button", name="放大版面").click()
    expect(viewer.locator("a.zone")).to_have_count(2)


def test_without_script_the_picture_itself_is_opened(visit):
    page = visit(java_script_enabled=False)
    page.get_by_role("link", name="放大版面").click()
    assert urlsplit(page.url).path.startswith("/media/pages/")


# ---- The plan


def test_the_plan_of_a_page_without_picture_is_of_links(visit, printed):
    plain = make_page("2", printed.issue, position=2)
    for position in range(1, 7):
        make_article(f"第{position}条新闻", page=plain, position=position)
    page = visit("/wanbao/2020-06-08/2/", java_script_enabled=False)
    links = page.locator(".plan").get_by_role("link")
    expect(links).to_have_count(6)
    links.nth(3).click()
    expect_article(page, "第4条新闻")
    narrow = visit("/wanbao/2020-06-08/2/", viewport={"width": 390, "height": 844})
    expect(narrow.locator(".plan")).to_be_hidden()
    expect(narrow.get_by_role("article")).to_have_count(6)
