"""Photos by drag and drop, in a real browser."""

import base64
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from articles.models import Photo, PhotoUpload
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_article
from tests.test_pictures import picture_bytes

pytestmark = IN_CHROMIUM

# Files as a hand would let them fall.
DROP = """([selector, files]) => {
  const carried = new DataTransfer();
  for (const { name, data } of files) {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


def drop(page, *files, on="#photo-drop"):
    sent = [
        {"name": name, "data": base64.b64encode(data).decode()} for name, data in files
    ]
    page.evaluate(DROP, [on, sent])


def row(page, number):
    return page.locator(f"#photos-{number}")


@pytest.fixture
def signed_in(chromium, live_server, admin_client):
    with open_page(chromium, live_server) as page:
        session = admin_client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])  # fmt: skip
        yield page


def test_several_photos_are_dropped_and_a_bad_one_is_told_beside_them(signed_in):
    page = signed_in
    article = make_article("沪上入梅", ["梅雨来了。"])
    address = reverse("admin:articles_article_change", args=[article.pk])
    page.goto(address)
    good = [(f"{n}.jpg", picture_bytes((80 + n, 60))) for n in range(3)]
    drop(page, good[0], ("坏.jpg", b"<svg onload=alert(1)>"), *good[1:])
    refused = page.locator(".photo-queue .refused")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("坏.jpg")
    expect(refused).to_contain_text("读不出来")
    expect(page.locator("#photos-group .dynamic-photos")).to_have_count(3)
    for number in range(3):
        expect(row(page, number).locator(".picture-shown img")).to_have_attribute(
            "src", re.compile(r"/sizes/photos/.*\.webp$")
        )
    # Nothing but the place takes files, and a miss does not lead away.
    drop(page, good[0], on="h1")
    assert page.url.endswith(address)

    # Signed out meanwhile, and in again elsewhere: nothing is lost, and a button tries again.
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    drop(page, ("四.jpg", picture_bytes((90, 60))))
    late = page.locator(".photo-queue .refused", has_text="四.jpg")
    expect(late).to_contain_text("登录已失效")
    page.context.add_cookies(cookies)
    late.get_by_role("button", name="重试").click()
    expect(page.locator("#photos-group .dynamic-photos")).to_have_count(4)

    row(page, 0).get_by_label("图片说明").fill("外白渡桥")
    row(page, 0).get_by_label("替代文字").fill("石桥")
    page.locator("input[name=_continue]").first.click()
    expect(page.locator(".messagelist")).to_contain_text("3 张图片还没有替代文字")
    assert Photo.objects.filter(article=article).exclude(image="").count() == 4
    assert not PhotoUpload.objects.exists()
    photo = Photo.objects.get(caption="外白渡桥")
    page.goto(article.get_absolute_url())
    shown = page.locator(f"#{photo.anchor} img")
    expect(shown).to_have_attribute("alt", "石桥")
    assert shown.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
