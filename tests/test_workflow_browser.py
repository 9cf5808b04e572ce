"""What only a browser shows of two editors in one article, and of the preview's link."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from articles import editing
from articles.models import EditLock
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article
from tests.test_jobs import until

pytestmark = IN_CHROMIUM
HEARD_AGAIN = 30_000  # milliseconds: static/js/admin-edit-lock.js


@pytest.fixture
def editor(chromium, live_server, admin_client):
    """Give the page of an editor, whose clock the test turns."""
    allowed = ["clipboard-read", "clipboard-write"]
    with open_page(chromium, live_server, permissions=allowed) as page:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        key = admin_client.cookies["sessionid"].value
        page.context.add_cookies(
            [{"name": "sessionid", "value": key, "url": live_server.url}]
        )
        page.clock.install()
        yield page
        page.wait_for_load_state("networkidle")  # the database is emptied next


def test_an_open_form_tells_of_itself_and_who_came_after(editor, admin_user):
    article = make_article("题", ["一"])
    other = User.objects.create_user("bianji", is_staff=True)
    editor.goto(f"/admin/articles/article/{article.pk}/change/")
    notice = editor.locator("[data-edit-lock]")
    expect(notice).to_be_hidden()
    assert editing.open_by(other, article.pk).user == admin_user
    editing.open_by(other, article.pk, take_over=True)
    editor.clock.fast_forward(HEARD_AGAIN)
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("bianji 正在编辑这篇文章")
    editing.left_by(other, article.pk)
    editor.clock.fast_forward(HEARD_AGAIN)
    expect(notice).to_be_hidden()
    assert EditLock.objects.get().user == admin_user
    editing.open_by(other, article.pk, take_over=True)
    editor.clock.fast_forward(HEARD_AGAIN)
    with editor.expect_navigation():
        notice.get_by_role("button", name="接手编辑").click()
    expect(notice).to_be_hidden()
    assert EditLock.objects.get().user == admin_user


def test_who_leaves_the_page_has_left_the_article(editor, admin_user):
    article = make_article("题", ["一"])
    editor.goto(f"/admin/articles/article/{article.pk}/change/")
    assert editing.holder(article.pk).user == admin_user
    editor.goto("about:blank")
    until(lambda: editing.holder(article.pk) is None)


def test_the_link_of_a_preview_is_copied_by_a_button(editor):
    article = make_article("密稿", ["一"], status="draft")
    editor.goto(f"/admin/articles/article/{article.pk}/preview/")
    button = editor.get_by_role("button", name="复制")
    button.click()
    expect(editor.get_by_role("button", name="已复制")).to_be_visible()
    copied = editor.evaluate("navigator.clipboard.readText()")
    assert copied == editor.input_value("#preview-link")
    editor.context.clear_cookies()
    editor.goto(copied)
    expect(editor.locator("h1")).to_contain_text("密稿")
