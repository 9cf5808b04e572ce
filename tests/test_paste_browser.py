"""Pasting and kept drafts in a browser: what an editor does, and what a crash must not take."""

import pytest
from django.urls import reverse

from articles.models import Article
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article, make_page
from tests.test_paste import ONE, PASTE

pytestmark = IN_CHROMIUM
ADD = reverse("admin:articles_article_add")


@pytest.fixture
def editor(chromium, live_server, admin_client):
    """Give a page of a signed-in editor, on a phone."""
    with open_page(chromium, live_server, width=390) as page:
        sign_in(page, live_server, admin_client)
        yield page
        page.wait_for_load_state("networkidle")  # the database is emptied next


def sign_in(page, live_server, client):
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie, "url": live_server.url}]
    )


def kept(page):
    return page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"
    )


def leave(page, address):
    """Go elsewhere though something is not saved, which the browser asks about."""
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(address)
    return asked


def typed(page, selector, text):
    page.fill(selector, text)
    page.locator(".draft-status", has_text="已在本机留存").wait_for()


def test_an_article_is_pasted_mended_and_saved(editor):
    newspaper_page = make_page()
    editor.goto(f"{PASTE}?page={newspaper_page.pk}")
    editor.fill("#id_text", ONE)
    assert leave_free(editor)
    editor.click("[name=_read]")
    assert editor.input_value("#id_headline") == "沪上今起入梅"
    body = editor.locator("#id_body")
    assert "[图 1]" in body.input_value()
    # As high as its text, on a phone too.
    assert body.evaluate("(area) => area.scrollHeight <= area.clientHeight + 2")
    assert kept(editor), "what is shown and not stored is kept at once"
    # A paragraph becomes a subhead by a button, and another is split.
    body.evaluate("(area) => area.setSelectionRange(0, 0)")
    editor.click("[data-mark=subhead]")
    assert body.input_value().startswith("## 昨天起")
    editor.fill("#id_photos-0-alt", "雨中的桥")
    editor.locator("[name=_save]").first.click()
    editor.wait_for_url("**/admin/articles/article/")
    article = Article.objects.get()
    kinds = [getattr(part, "kind", "photo") for part in article.body()]
    assert kinds == ["subhead", "subhead", "paragraph", "photo", "paragraph"]
    assert article.photos.get().alt == "雨中的桥"
    assert article.source_text == ONE
    assert kept(editor) == []


def leave_free(page):
    """Return whether the page is no wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_kept_draft_comes_back_after_a_crash_and_goes_when_it_is_stored(
    editor, chromium, live_server
):
    article = make_article("旧题", ["一"], status="draft")
    address = reverse("admin:articles_article_change", args=[article.pk])
    editor.goto(address)
    typed(editor, "#id_body", "一\n写了没有存的一段")
    assert leave(editor, reverse("admin:index")) == ["beforeunload"]
    editor.goto(address)
    assert editor.input_value("#id_body") == "一"
    assert editor.locator(".draft-offer").count() == 1
    # To type on without an answer takes nothing of what is offered.
    typed(editor, "#id_kicker", "另写的引题")
    leave(editor, address)
    assert editor.locator(".draft-offer").count() == 2
    editor.locator(".draft-offer", has_text="旧题").nth(1).locator(
        "[data-do=restore]"
    ).click()
    assert editor.input_value("#id_body") == "一\n写了没有存的一段"
    editor.locator("[data-do=drop]").click()
    editor.locator("[name=_save]").first.click()
    editor.wait_for_url("**/admin/articles/article/")
    assert article.paragraphs.count() == 2
    assert kept(editor) == []
    editor.goto(address)
    assert not editor.locator(".draft-offers").is_visible()


def test_nobody_is_shown_what_another_user_wrote(
    editor, live_server, client, django_user_model
):
    editor.goto(ADD)
    typed(editor, "#id_headline", "主编的秘密")
    other = django_user_model.objects.create_superuser("other")
    client.force_login(other)
    sign_in(editor, live_server, client)
    leave(editor, ADD)
    assert len(kept(editor)) == 1
    assert "主编的秘密" not in editor.content()
    assert not editor.locator(".draft-offers").is_visible()


def test_a_new_article_comes_back_with_its_added_rows_and_tags(editor):
    editor.goto(ADD)
    editor.click("#photos-group .add-row a")
    editor.fill("#id_photos-0-caption", "加的图")
    editor.evaluate(
        """() => {
            const tags = document.querySelector("#id_tags");
            tags.add(new Option("天气", "天气", true, true));
            django.jQuery(tags).trigger("change");
        }"""
    )
    typed(editor, "#id_headline", "没有存的题")
    leave(editor, ADD)
    editor.click("[data-do=restore]")
    assert editor.input_value("#id_headline") == "没有存的题"
    assert editor.input_value("#id_photos-0-caption") == "加的图"
    assert editor.locator("#id_tags option:checked").all_text_contents() == ["天气"]
