"""What a scholar does with an article, in a real Chromium against the real server."""

import datetime
import re
from urllib.parse import quote, unquote

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Contribution, Contributor
from tests.browser import IN_CHROMIUM, WIDTHS
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM

BODY = [
    "今年的梅雨来得早。上海市气象台发布暴雨预警-信号,市民出行带伞。",
    {"kind": "subhead", "text": "防汛"},
    "苏州河水位上涨,防汛部门连夜巡查堤防,确保城市安全度汛。",
    "第三段。" * 40 + "全市三百座泵站投入运行,末班车照常发车。",
]


@pytest.fixture
def article(live_server):
    page = make_page("A02", make_issue("2020-06-08"))
    made = make_article("沪上今起入梅", BODY, page=page, dateline="本报讯")
    writer = Contributor.objects.create(name="叶薇", slug="叶薇")
    Contribution.objects.create(article=made, contributor=writer)
    return made


def open_context(chromium, live_server, **options):
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", **options)
    context.set_default_timeout(10_000)
    return context


@pytest.fixture(params=["desk"])
def reader(request, chromium, live_server, article):
    """Give a reader with script and a clipboard, who looks at the article."""
    size = {"width": WIDTHS[request.param], "height": 900}
    context = open_context(chromium, live_server, viewport=size)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(article.get_absolute_url())
    yield page
    context.close()
    assert complaints == []


def copied(page, press):
    """Press a button, wait until it copied something, and return that."""
    page.evaluate("navigator.clipboard.writeText('')")
    press()
    expect(page.locator(".toast")).to_have_text("已复制")
    for _tenth in range(50):
        if text := page.evaluate("navigator.clipboard.readText()"):
            return text
        page.wait_for_timeout(100)
    raise AssertionError("nothing was copied")


def press(page, name):
    return page.get_by_role("button", name=name).click


def select(page, first, start, last, end):
    """Select from a character of one part of the body to before one of another."""
    page.evaluate(
        """([first, start, last, end]) => {
          const place = (id, offset) => {
            const block = document.getElementById(id);
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            let node = null;
            while (walker.nextNode()) {
              const { parentElement, data } = walker.currentNode;
              if (parentElement === block && data.trim()) node = walker.currentNode;
            }
            const margin = node.data.length - node.data.trimStart().length;
            return [node, margin + offset];
          };
          document.getSelection().setBaseAndExtent(...place(first, start), ...place(last, end));
        }""",
        [first, start, last, end],
    )


# ---- The panel


def test_a_citation_is_read_and_downloaded_without_script(
    chromium,
    live_server,
    article,
):
    context = open_context(chromium, live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto(article.get_absolute_url())
    citation = page.locator("#citation")
    expect(citation).to_be_hidden()
    page.locator("summary", has_text="引用").click()
    today = timezone.localdate().isoformat()
    expect(citation).to_have_text(
        f"叶薇. 沪上今起入梅[N/OL]. 测试晚报, 2020-06-08(A02)[{today}]. {page.url}."
    )
    expect(page.locator("#citation-printed")).to_have_text(
        "叶薇. 沪上今起入梅[N]. 测试晚报, 2020-06-08(A02)."
    )
    expect(page.locator(".cite button:visible")).to_have_count(0)
    for number, extension in enumerate(("bib", "ris", "json")):
        with page.expect_download() as download:
            page.get_by_role("link", name="下载").nth(number).click()
        assert download.value.suggested_filename.endswith(f".{extension}")
        assert "沪上今起入梅" in download.value.path().read_text(encoding="utf-8")
    context.close()


def test_citations_are_copied(reader):
    reader.locator("summary", has_text="引用").press("Enter")
    buttons = reader.locator(".cite").get_by_role("button", name="复制")
    expect(buttons).to_have_count(5)
    starts = "叶薇. 沪上", "叶薇. 沪上", "@article{", "TY  - NEWS", "["
    for number, start in enumerate(starts):
        button = buttons.nth(number)
        assert copied(reader, lambda button=button: button.press("Enter")).startswith(
            start
        )


def test_a_page_from_a_cache_says_on_which_day_it_is_read(reader, article):
    reader.clock.set_fixed_time(datetime.datetime(2031, 3, 3, 17, tzinfo=datetime.UTC))
    reader.reload()
    # 17 o'clock in London is tomorrow in Shanghai.
    expect(reader.locator("#citation")).to_contain_text("[2031-03-04]")


# ---- Links to paragraphs


def test_each_paragraph_has_a_link_for_the_keyboard(reader):
    link = reader.get_by_role("link", name="第 2 段的链接")
    before = reader.locator("#p3").bounding_box()
    link.focus()
    expect(link).to_be_visible()
    assert reader.locator("#p3").bounding_box() == before
    box = link.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    address = reader.url
    assert copied(reader, lambda: link.press("Enter")) == f"{address}#p3"
    assert reader.url.endswith("#p3")


def test_the_link_is_no_part_of_the_text(reader):
    expect(reader.locator(".pilcrow")).to_have_count(3)
    assert "¶" not in reader.evaluate(
        "(document.getSelection().selectAllChildren(document.querySelector('.body')),"
        " document.getSelection().toString())"
    )
    width = reader.evaluate("document.documentElement.scrollWidth")
    assert width <= reader.viewport_size["width"]


# ---- Selections


def test_a_selection_is_quoted_with_its_citation(reader):
    select(reader, "p1", 2, "p1", 9)
    citation = reader.locator("#citation").text_content()
    quotation = copied(reader, press(reader, "复制引文"))
    assert quotation == f"「{BODY[0][2:9]}」\n{citation}"
    assert citation.startswith("叶薇. ")


def test_a_quotation_may_pass_over_paragraphs(reader):
    select(reader, "p1", 9, "p3", 3)
    quotation = copied(reader, press(reader, "复制引文"))
    assert quotation.startswith(f"「{BODY[0][9:]}\n防汛\n苏州河」\n")


def test_the_toolbar_is_within_the_screen_and_goes_away(reader):
    select(reader, "p4", 0, "p4", 150)
    bar = reader.get_by_role("toolbar", name="选中的文字")
    expect(bar).to_be_visible()
    box = bar.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= reader.viewport_size["width"]
    # The keyboard goes on from where the pointer chose a word: the paragraph's own link first.
    reader.locator("#p4").dblclick(position={"x": 100, "y": 50})
    expect(bar).to_be_visible()
    reader.keyboard.press("Tab")
    reader.keyboard.press("Tab")
    expect(bar.get_by_role("button").first).to_be_focused()
    reader.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    assert reader.evaluate("document.getSelection().isCollapsed")


def test_a_link_to_a_selection_names_whole_words(reader):
    select(reader, "p1", 14, "p1", 23)
    link = copied(reader, press(reader, "复制链接"))
    page, directive = link.split("#p1:~:text=")
    assert page == reader.url
    assert quote("发布暴雨预警") in directive
    # Every sign of the directive's own syntax is encoded.
    assert not re.search("[-,&]", directive)
    assert unquote(directive) in BODY[0]


@pytest.mark.parametrize("start", [161, 162, 163, 164, 165])
def test_a_link_to_a_selection_leads_to_it(reader, start):
    select(reader, "p4", start, "p4", start + 6)
    link = copied(reader, press(reader, "复制链接"))
    reader.set_viewport_size({"width": 390, "height": 300})
    reader.goto("about:blank")
    # Without the anchor of its paragraph only the text itself can be found.
    reader.goto(link.replace("#p4:", "#:"))
    # Playwright's own waiting is refused by the policy of the page.
    for _tenth in range(50):
        if scrolled := reader.evaluate("window.scrollY"):
            break
        reader.wait_for_timeout(100)
    assert scrolled > 0


def test_a_long_selection_is_named_by_its_ends(reader):
    select(reader, "p1", 0, "p3", 8)
    link = copied(reader, press(reader, "复制链接"))
    head, tail = link.split("#p1:~:text=")[1].split(",")
    assert BODY[0].startswith(unquote(head))
    assert BODY[2].startswith(unquote(tail))


TRADITIONAL = "今年的梅雨來得早。上海市氣象臺發布暴雨預警-信號,市民出行帶傘。"


def converted(page, article, text):
    """Show a paragraph as the reader's choice of characters would, with the original's address."""
    page.evaluate(
        """([address, text]) => {
          document.querySelector(".story").dataset.original = address;
          const paragraph = document.querySelector("#p1");
          const node = [...paragraph.childNodes].findLast((n) => n.nodeType === 3 && n.data.trim());
          node.data = ` ${text} `;
        }""",
        [f"/api/v1/articles/{article.pk}/", text],
    )


def test_what_is_shown_in_other_characters_is_quoted_as_printed(reader, article):
    converted(reader, article, TRADITIONAL)
    select(reader, "p1", 9, "p1", 23)
    quotation = copied(reader, press(reader, "复制引文"))
    assert quotation.startswith(f"「{BODY[0][9:23]}」")


def test_a_quotation_from_a_converted_page_is_the_original(reader, article):
    reader.goto(f"{article.get_absolute_url()}?script=hant")
    assert "氣象" in reader.locator("#p1").inner_text()
    select(reader, "p1", 9, "p1", 23)
    quotation = copied(reader, press(reader, "复制引文"))
    assert quotation.startswith(f"「{BODY[0][9:23]}」")


def test_a_quotation_from_vertical_setting_has_the_marks_of_print(reader, article):
    article.paragraphs.create(
        position=9, text="他说：“今年6月18日入梅。”大家都带了伞。"
    )
    cookie = {"name": "reading", "value": "writing:vertical", "url": reader.url}
    reader.context.add_cookies([cookie])
    reader.reload()
    expect(reader.locator("#p9")).to_contain_text("『今年6月18日入梅。』")
    reader.evaluate(
        "document.getSelection().selectAllChildren(document.getElementById('p9'))"
    )
    quotation = copied(reader, press(reader, "复制引文"))
    assert quotation.startswith("「他说：“今年6月18日入梅。”大家都带了伞。」")


def test_where_lengths_differ_only_the_paragraph_is_offered(reader, article):
    converted(reader, article, TRADITIONAL + "了")
    select(reader, "p1", 9, "p1", 23)
    link = reader.get_by_role("button", name="复制链接")
    expect(link).to_be_visible()
    expect(reader.get_by_role("button", name="复制引文")).to_be_hidden()
    assert copied(reader, link.click).endswith("#p1")
