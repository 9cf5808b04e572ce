"""Tags in the form of an article, in a real browser: completed, suggested, and never markup."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article

pytestmark = IN_CHROMIUM
BODY = "上海中心气象台宣布入梅，暴雨预警升级，防汛部门加强值守。"
MARKUP = "<img src=x onerror=alert(1)>防汛"


@pytest.fixture
def form(chromium, live_server, admin_user):
    """Give a function that opens an article's form, signed in, at a width."""
    client = Client()
    client.force_login(admin_user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def opened(page, article):
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": cookie,
                    "url": live_server.url,
                }
            ]
        )
        page.goto(reverse("admin:articles_article_change", args=[article.pk]))

    return opened


def tags(page):
    return page.eval_on_selector_all(
        "#id_tags option:checked", "found => found.map(o => o.value)"
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_suggested_tags_are_put_on_by_one_click_or_key(
    chromium, live_server, form, width
):
    make_article("别的", tags=["防汛", MARKUP])
    article = make_article("上海今天入梅", [BODY], status="draft")
    with open_page(chromium, live_server, width) as page:
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(1), dialog.dismiss()))
        # Who has it open is told when one leaves, and by then the test is over.
        page.route("**/edit-lock/", lambda route: route.abort())
        form(page, article)
        # Without tags they are offered by themselves; existing ones first, with the reason.
        first = page.locator(".tag-suggestions li").first
        first.wait_for()
        assert "防汛" in first.inner_text()
        assert "文中出现 1 次" in first.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        first.locator("button").click()
        # The next one has the focus.
        next_one = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        assert tags(page) == ["防汛", next_one]
        # What is typed and not yet stored is asked about.
        page.fill("#id_headline", "长三角一体化示范区")
        page.click(".tag-suggestions > button")
        page.get_by_role("button", name="示范区", exact=True).wait_for(timeout=8000)
        # Completions by pinyin; markup is text.
        page.click(".field-tags .select2-search__field")
        page.keyboard.type("fangxun")
        options = page.locator(".select2-results__option")
        options.filter(has_text="防汛").first.wait_for(timeout=8000)
        page.fill(".field-tags .select2-search__field", "防汛")
        options.filter(has_text="<img").first.wait_for(timeout=8000)
        assert not page.query_selector(".select2-results img")
        page.keyboard.press("Escape")
        page.click("[name=_continue] >> nth=0")
        page.wait_for_load_state("networkidle")
        assert not dialogs
    assert set(article.tags.names()) == {"防汛", next_one}
