"""The reading list, in a real Chromium against the real server: kept, shown, taken along."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import IN_CHROMIUM, WIDTHS
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = IN_CHROMIUM

KEY = "newsarchive.reading-list"


@pytest.fixture
def articles(live_server):
    page = make_page("A02", make_issue("2020-06-08", make_publication("bao", "某报")))
    return [make_article(f"第{n}篇“梅雨”<b>", page=page) for n in range(3)]


@pytest.fixture(params=["phone"])
def context(request, chromium, live_server):
    context = chromium.new_context(
        base_url=live_server.url, locale="zh-CN",
        viewport={"width": WIDTHS[request.param], "height": 900},
    )  # fmt: skip
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def reader(context):
    """Give a reader with script whose pages must not complain."""
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def keep(page, *articles):
    for article in articles:
        page.goto(article.get_absolute_url())
        page.get_by_role("button", name="收藏").click()
        expect(page.get_by_role("button", name="已收藏")).to_be_visible()


def rows(page):
    return page.locator(".reading-list li")


def test_an_article_is_kept_and_given_back_by_keyboard(reader, articles):
    reader.goto(articles[0].get_absolute_url())
    button = reader.get_by_role("button", name="收藏")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.press("Enter")
    expect(button).to_have_text("已收藏")
    expect(button).to_have_attribute("aria-pressed", "true")
    reader.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_list_shows_the_last_kept_first_without_a_request(
    context, reader, articles
):
    keep(reader, *articles[:2])
    reader.get_by_role("contentinfo").get_by_role("link", name="书单").click()
    expect(rows(reader)).to_have_count(2)
    first = rows(reader).first
    expect(first.get_by_role("link")).to_have_text("第1篇“梅雨”<b>")
    expect(first).to_contain_text("某报 · 2020年6月8日 · 第A02版")
    expect(first.locator("time")).to_contain_text("年")
    width = reader.evaluate("document.documentElement.scrollWidth")
    assert width <= reader.viewport_size["width"]
    # Shown again from what the browser has, the network gone.
    context.set_offline(True)
    reader.evaluate("localStorage.setItem('x', '1')")
    expect(rows(reader)).to_have_count(2)
    context.set_offline(False)
    first.get_by_role("link").click()
    assert reader.url.endswith(articles[1].get_absolute_url())


def test_an_article_is_removed_and_the_keyboard_goes_on(reader, articles):
    keep(reader, *articles)
    reader.goto("/reading-list/")
    buttons = rows(reader).get_by_role("button", name="移除")
    buttons.nth(1).press("Enter")
    expect(rows(reader)).to_have_count(2)
    expect(reader.locator(".toast")).to_have_text("已移除")
    expect(buttons.nth(1)).to_be_focused()
    buttons.nth(1).press("Enter")
    buttons.nth(0).press("Enter")
    expect(reader.get_by_text("书单还是空的")).to_be_visible()
    expect(reader.get_by_label("导入书单文件")).to_be_focused()
    expect(reader.get_by_role("group", name="导出全部引文")).to_be_hidden()


def test_tabs_agree(context, reader, articles):
    reader.goto("/reading-list/")
    expect(reader.get_by_text("书单还是空的")).to_be_visible()
    other = context.new_page()
    keep(other, articles[0])
    expect(rows(reader)).to_have_count(1)
    reader.get_by_role("button", name="移除").click()
    expect(other.get_by_role("button", name="收藏")).to_have_attribute(
        "aria-pressed", "false"
    )


@pytest.mark.parametrize(
    "value",
    ["{", "null", "7", '"x"', "{}", '[null, 1, {"id": "1"}, {"id": -1}, {"id": 1.5}]',
     '[{"id": 1, "title": {}, "place": "", "lang": "", "saved": ""}]',
     '[{"id": 1, "title": "x", "place": "", "lang": "", "saved": "yesterday-ish"}]'],
)  # fmt: skip
def test_what_is_no_list_breaks_no_page(value, reader, articles):
    reader.goto("/")
    reader.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, value])
    reader.goto("/reading-list/")
    expect(reader.get_by_text("书单还是空的")).to_be_visible()
    keep(reader, articles[0])
    reader.goto("/reading-list/")
    expect(rows(reader)).to_have_count(1)


def test_an_address_or_markup_put_into_the_list_does_nothing(reader):
    item = {"id": 7, "title": "<img src=x onerror=alert(1)>", "place": "<b>", "lang": "zh",
            "saved": "2026-11-23T00:00:00Z", "href": "javascript:alert(1)"}  # fmt: skip
    reader.goto("/")
    reader.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, json.dumps([item])])
    reader.goto("/reading-list/")
    link = rows(reader).get_by_role("link")
    expect(link).to_have_text("<img src=x onerror=alert(1)>")
    expect(link).to_have_attribute("href", "/articles/7/")


STARTS = {
    "BibTeX": "@article{bao-2020-06-08-",
    "RIS": "TY  - NEWS",
    "CSL-JSON": "[",
    "GB/T 7714": "第1篇“梅雨”<b>[N/OL]. ",
}


def test_all_is_exported(reader, articles):
    keep(reader, *articles[:2])
    reader.goto("/reading-list/")
    for name, start in STARTS.items():
        with reader.expect_download() as download:
            reader.get_by_role("button", name=name).click()
        text = download.value.path().read_text(encoding="utf-8")
        assert text.startswith(start)
        assert text.count("2020-06-08(A02)") == (2 if name == "GB/T 7714" else 0)
        expect(reader.locator(".toast")).to_have_text("已导出")
        if name == "CSL-JSON":
            assert [item["type"] for item in json.loads(text)] == [
                "article-newspaper"
            ] * 2


def test_more_than_are_asked_for_at_once_are_one_file(reader, articles):
    keep(reader, articles[0])
    reader.evaluate(
        """([key, ids]) => {
          const [item] = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify(ids.map((id) => ({ ...item, id }))));
        }""",
        [KEY, [articles[0].pk, *range(10_000, 10_250), articles[2].pk]],
    )
    reader.goto("/reading-list/")
    expect(rows(reader)).to_have_count(252)
    with reader.expect_download() as download:
        reader.get_by_role("button", name="CSL-JSON").click()
    titles = [item["title"] for item in json.loads(download.value.path().read_text())]
    assert titles == ["第0篇“梅雨”<b>", "第2篇“梅雨”<b>"]
    expect(reader.locator(".toast")).to_have_text("有 250 篇已经不能阅读，没有导出。")


def test_offline_the_citations_cannot_be_had_and_the_page_says_so(
    context, reader, articles
):
    keep(reader, articles[0])
    reader.goto("/reading-list/")
    context.set_offline(True)
    reader.get_by_role("button", name="RIS").click()
    expect(reader.locator(".toast")).to_have_text("没有取到引文，请联网后再试。")


def test_the_list_is_taken_along_as_a_file(reader, articles, tmp_path):
    keep(reader, *articles[:2])
    reader.goto("/reading-list/")
    with reader.expect_download() as download:
        reader.get_by_role("button", name="书单文件", exact=True).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    reader.evaluate("localStorage.clear()")
    keep(reader, articles[2], articles[0])
    reader.goto("/reading-list/")
    reader.get_by_label("导入书单文件").set_input_files(path)
    expect(reader.locator(".toast")).to_have_text("新增 1 篇")
    titles = rows(reader).get_by_role("link")
    expect(titles).to_have_text([f"第{n}篇“梅雨”<b>" for n in (0, 2, 1)])


@pytest.mark.parametrize("content", ["", "x", "[]", '{"items": 1}', '{"items": [{}]}'])
def test_another_file_is_refused_and_changes_nothing(
    content, reader, articles, tmp_path
):
    keep(reader, articles[0])
    reader.goto("/reading-list/")
    path = tmp_path / "other.json"
    path.write_text(content)
    reader.get_by_label("导入书单文件").set_input_files(path)
    expect(reader.locator(".toast")).to_have_text("这不是从书单导出的文件。")
    expect(rows(reader)).to_have_count(1)


def test_without_script_the_page_says_what_it_needs(chromium, live_server, articles):
    context = chromium.new_context(
        base_url=live_server.url, locale="zh-CN", java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/reading-list/")
    # Playwright turns scripts off too late for Chromium to show what is in noscript.
    assert "要允许运行脚本才能使用" in page.locator("noscript").text_content()
    expect(page.locator(".reading-list")).to_be_hidden()
    page.goto(articles[0].get_absolute_url())
    expect(page.locator("button.keep")).to_be_hidden()
    context.close()
