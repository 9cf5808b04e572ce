"""How a reader sets pages to read, reads without a network, and is led on: in Chromium."""

import json

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from articles.models import Article
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article

pytestmark = IN_CHROMIUM


@pytest.fixture
def address():
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    return Article.objects.get(headline__startswith="“五五").get_absolute_url()


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def text_size(page):
    return page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.body p')).fontSize)"
    )


def choose(page, *labels):
    page.locator(".reading-options summary").click()
    for label in labels:
        page.get_by_role("radio", name=label, exact=True).click()


def test_colours_size_and_typeface_change_at_once_and_last(
    address, chromium, live_server
):
    with open_page(chromium, live_server, 390) as page:
        page.goto(address)
        before, size = background(page), text_size(page)
        choose(page, "护眼", "特大", "黑体")
        assert page.url.endswith(address)
        assert background(page) != before
        assert text_size(page) > size
        page.keyboard.press("Escape")
        expect(page.locator(".reading")).to_be_hidden()
        expect(page.locator(".reading-options summary")).to_be_focused()
        chosen = background(page)
        page.goto("/publications/")
        assert background(page) == chosen
        page.goto(address)
        family = "getComputedStyle(document.querySelector('.body p')).fontFamily"
        assert "Sans" in page.evaluate(family).split(",")[0]


def test_dark_is_what_the_system_says_until_the_reader_chooses(
    address, chromium, live_server
):
    with open_page(chromium, live_server, color_scheme="dark") as page:
        page.goto(address)
        dark = background(page)
        choose(page, "亮色")
        assert background(page) != dark


def test_everything_can_be_chosen_without_script(address, chromium, live_server):
    with open_page(chromium, live_server, 390, java_script_enabled=False) as page:
        page.goto(address)
        choose(page, "暗色", "竖排", "繁体")
        page.get_by_role("button", name="保存").click()
        expect(page).to_have_url(live_server.url + address)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("h1")).to_contain_text("購物節")
        page.get_by_role("link", name="看原文").click()
        expect(page.locator("h1")).to_contain_text("购物节")


def test_by_keyboard_alone(address, chromium, live_server):
    with open_page(chromium, live_server) as page:
        page.goto(address)
        page.locator(".reading-options summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        outline = "getComputedStyle(document.querySelector('[value=light] + span')).outlineStyle"
        assert page.evaluate(outline) == "solid"


def test_the_language_is_chosen_by_hand(address, chromium, live_server):
    with open_page(chromium, live_server) as page:
        page.goto(address)
        choose(page, "English")
        expect(page.get_by_role("link", name="Publications").first).to_be_visible()
        expect(page.locator("h1")).to_contain_text("购物节")


@pytest.mark.parametrize("width", [390, 1280])
def test_vertical_setting_runs_from_right_to_left(
    width, address, chromium, live_server
):
    with open_page(chromium, live_server, width) as page:
        page.goto(address)
        choose(page, "竖排")
        expect(page.locator("html")).to_have_attribute("data-writing", "vertical")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        heading = page.locator("h1").bounding_box()
        assert heading["x"] > width / 2
        assert heading["height"] > heading["width"]
        first, second = (
            page.locator(".body p").nth(n).bounding_box()["x"] for n in range(2)
        )
        assert second < first
        page.locator(".set").hover()
        page.mouse.wheel(0, 600)
        page.wait_for_function("document.querySelector('.set').scrollLeft < -100")
        frame = page.locator(".set").bounding_box()
        assert frame["height"] < 900


def test_what_was_read_is_readable_without_a_network(address, chromium, live_server):
    other = make_article("没有读过的").get_absolute_url()
    with open_page(chromium, live_server, service_workers="allow") as page:
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.goto(address)
        page.wait_for_function(
            "async (path) => Boolean(await caches.match(path, {ignoreVary: true}))",
            arg=address,
        )
        page.context.set_offline(True)
        page.reload()
        expect(page.locator("h1")).to_contain_text("五五购物节")
        page.goto(other)
        expect(page.locator("h1")).to_have_text("离线阅读")
        page.get_by_role("link", name="五五购物节").click()
        expect(page.locator("h1")).to_contain_text("五五购物节")
        page.context.set_offline(False)
        Article.objects.filter(headline__startswith="“五五").update(status="draft")
        assert page.goto(address).status == 404
        page.wait_for_function(
            "async (path) => !(await caches.match(path, {ignoreVary: true}))",
            arg=address,
        )


def test_links_are_prefetched_where_the_pointer_rests(address, chromium, live_server):
    with open_page(chromium, live_server) as page:
        session = page.context.new_cdp_session(page)
        asked = []
        session.on("Preload.prefetchStatusUpdated", lambda event: asked.append(event))
        session.send("Preload.enable")
        page.goto("/")
        page.locator(f"a[href='{address}']").first.hover()
        page.wait_for_timeout(1500)
        done = [event for event in asked if event["prefetchUrl"].endswith(address)]
        assert done, json.dumps(asked)[:2000]
        assert done[-1]["status"] in ("Ready", "Running", "Success")


def test_motion_is_for_those_who_want_it(address, chromium, live_server):
    scroll = "getComputedStyle(document.documentElement).scrollBehavior"
    for motion, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        with open_page(chromium, live_server, reduced_motion=motion) as page:
            page.goto(address)
            assert page.evaluate(scroll) == behaviour


def test_print_leaves_the_article(address, chromium, live_server):
    with open_page(chromium, live_server, cookie="theme:dark&writing:vertical") as page:
        page.goto(address)
        page.emulate_media(media="print")
        for gone in ("header.site", ".related", ".neighbours", ".contents"):
            expect(page.locator(gone).first).to_be_hidden()
        expect(page.locator(".facts-list")).to_be_visible()
        cited = page.locator(".facts-list .on-paper").last
        expect(cited).to_contain_text("城市烟火气暗藏新密码[N/OL]. 新民晚报")
        mode = "getComputedStyle(document.querySelector('.set')).writingMode"
        assert page.evaluate(mode) == "horizontal-tb"
        assert background(page) == "rgb(255, 255, 255)"
        assert len(page.pdf(format="A4")) > 10_000


def test_the_table_of_contents_leads_to_subheads(address, chromium, live_server):
    with open_page(chromium, live_server, 390) as page:
        page.goto(address)
        page.get_by_role("navigation", name="本文目录").get_by_role("link").nth(
            1
        ).click()
        expect(page.locator("h2:target")).to_be_in_viewport()
