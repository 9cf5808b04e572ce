"""Finding a day in a real Chromium: by keyboard, by pointer, and on a telephone."""

import pytest
from playwright.sync_api import expect

from tests.browser import IN_CHROMIUM
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM

DAYS = ("2019-06-08", "2020-06-07", "2020-06-08", "2020-06-09")
HEAD = "长三角区域污染防治协作机制会议在浙江湖州召开并部署今后一个时期重点任务" * 3


@pytest.fixture
def visit(chromium, live_server):
    """Give a function that opens an address of an archive of four issues."""
    for day in DAYS:
        issue = make_issue(day)
        for label in "12":
            page = make_page(label, issue, position=int(label))
            for n in range(1, 4):
                make_article(
                    f"{day}第{label}版第{n}篇", ["长文。" * 150], page=page, position=n
                )
    contexts = []

    def open_(path, width=1280, **options):
        context = chromium.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            viewport={"width": width, "height": 900},
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def test_arrow_keys_turn_from_issue_to_issue(visit):
    page = visit("/wanbao/2020-06-08/")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/wanbao/2020-06-07/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/wanbao/2020-06-08/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/wanbao/2020-06-09/")
    # It is the last: nothing follows.
    assert stays(page, "ArrowRight")
    assert page.url.endswith("/wanbao/2020-06-09/")


def test_arrow_keys_turn_articles_years_and_days(visit):
    page = visit("/wanbao/2020-06-08/1/")
    page.get_by_role("link", name="2020-06-08第1版第2篇").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2020-06-08第1版第2篇")
    expect(page.locator("[aria-keyshortcuts]").first).to_be_attached()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("2020-06-08第1版第3篇")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("2020-06-08第2版第1篇")
    page.goto("/wanbao/?year=2020")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/wanbao/?year=2019#year")
    page.goto("/on-this-day/02-28/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/on-this-day/02-29/")


def test_arrow_keys_are_announced(visit):
    page = visit("/wanbao/2020-06-08/")
    expect(page.get_by_text("也可以用键盘的 ← → 键翻看")).to_be_visible()
    for relation, key in (("prev", "ArrowLeft"), ("next", "ArrowRight")):
        for link in page.locator(f"main a[rel={relation}]").all():
            expect(link).to_have_attribute("aria-keyshortcuts", key)


def test_without_script_nothing_is_said_of_keys(visit):
    page = visit("/wanbao/2020-06-08/", java_script_enabled=False)
    expect(page.get_by_text("也可以用键盘的 ← → 键翻看")).to_be_hidden()
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)


def test_in_vertical_setting_left_goes_on(visit):
    page = visit("/wanbao/2020-06-08/")
    page.evaluate("document.documentElement.dataset.writing = 'vertical'")
    expect(page.locator("main a[rel=next]").first).to_have_attribute(
        "aria-keyshortcuts", "ArrowLeft"
    )
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/wanbao/2020-06-09/")


def stays(page, *keys):
    """Press both arrows or these, and return whether the page is still the same document."""
    page.evaluate("window.stayed = true")
    for key in keys or ("ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    return page.evaluate("window.stayed === true")


def test_arrow_keys_move_in_a_field_a_selection_and_a_dialog(visit):
    page = visit("/wanbao/2020-06-08/")
    page.get_by_role("combobox", name="检索词").fill("长三角")
    assert stays(page)
    page.evaluate("document.activeElement.blur()")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h3'))")
    assert stays(page)
    page.evaluate("getSelection().removeAllRanges()")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('dialog'), {open: true}))"
    )
    assert stays(page)
    page.evaluate("document.querySelector('dialog').remove()")
    for held in ("Alt", "Control", "Meta", "Shift"):
        page.evaluate(
            """(held) => document.body.dispatchEvent(new KeyboardEvent("keydown", {
                key: "ArrowLeft", bubbles: true, [`${held.toLowerCase().replace("control", "ctrl")}Key`]: true,
            }))""",
            held,
        )
    page.wait_for_timeout(300)
    assert page.evaluate("window.stayed === true")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/wanbao/2020-06-07/")


def test_the_calendar_is_used_by_keyboard(visit):
    page = visit("/wanbao/?year=2020")
    day = page.get_by_role("link", name="2020年6月8日 星期一 6 篇")
    page.get_by_role("link", name="6月", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        if day.evaluate("link => link === document.activeElement"):
            break
    expect(day).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/wanbao/2020-06-08/")


def test_a_date_is_typed_and_leads_to_its_issue(visit):
    page = visit("/wanbao/", java_script_enabled=False)
    page.get_by_label("翻到这一天").fill("2020-06-08")
    page.keyboard.press("Enter")
    page.wait_for_url("**/wanbao/2020-06-08/")
    page.goto("/wanbao/")
    page.get_by_label("翻到这一天").fill("2019-12-31")
    page.get_by_role("button", name="翻看").click()
    expect(page.get_by_role("status")).to_contain_text("2019年12月31日这一天没有报纸。")
    page.get_by_role("link", name="2020年6月7日").click()
    page.wait_for_url("**/wanbao/2020-06-07/")


PATHS = ("/", "/wanbao/", "/wanbao/2020-06-08/", "/publications/", "/on-this-day/06-08/",
         "/tags/", "/authors/?letter=z", "/wanbao/?date=2000-01-01")  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_every_screen_and_every_target_is_large_enough(visit, scheme):
    front = make_page("1", make_issue("2020-06-08"), name="要闻")
    make_article(HEAD, ["长文。" * 200], page=front, position=9)
    for n in range(10, 70):
        make_article("a" * 120 if n == 10 else f"简讯{n}", [], page=front, position=n)
    page = visit("/", width=320, color_scheme=scheme)
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in PATHS:
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width)
            assert page.evaluate(SMALL_TARGETS) == [], (path, width)


# Links that stand alone are at least 24 pixels high and wide (WCAG 2.2, 2.5.8).
SMALL_TARGETS = """
[...document.querySelectorAll(
  "main nav a, .month a, .decade a, .briefs li a, .other-years li a")]
  .filter(a => {
    const box = (a.closest(".briefs li, .other-years li") ?? a).getBoundingClientRect();
    return box.height < 24 || box.width < 24;
  })
  .map(a => a.textContent)
"""
