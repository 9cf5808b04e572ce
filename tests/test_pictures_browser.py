"""Pictures in a real Chromium: they take their room before they are there."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from articles.models import Photo
from newsarchive.urls import urlpatterns
from tests.factories import make_article
from tests.test_browser import (  # noqa: F401
    chromium,
    plain_static_files,
    pytestmark,
)

WIDTHS = {"phone": 390, "desk": 1280}
# Chromium's own sum leaves out what moves in the half second after a key or a click.
WATCH = """
window.shifts = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
LOADED = "[...document.images].every(i => i.complete && i.naturalWidth > 0)"


@pytest.fixture(autouse=True)
def media(settings):
    """Store pictures where the address of the live server looks for them."""
    settings.MEDIA_ROOT = urlpatterns[0].default_args["document_root"]


def picture(size, colour):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return SimpleUploadedFile("a.jpg", written.getvalue())


def add_photos(article, sizes, first):
    for position, size in enumerate(sizes, first):
        Photo.objects.create(
            article=article,
            position=position,
            image=picture(size, (40 * position % 255, 90, 120)),
            caption=f"图{position}",
        )


@pytest.fixture(params=WIDTHS)
def page(request, chromium, live_server):  # noqa: F811
    """Give a page that counts how far things jump."""
    context = chromium.new_context(
        base_url=live_server.url,
        viewport={"width": WIDTHS[request.param], "height": 800},
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    context.close()


def scroll_through(page):
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height, 400):
        page.evaluate("y => scrollTo(0, y)", y)
        page.wait_for_timeout(30)
    page.wait_for_function(LOADED)


def test_nothing_jumps_while_pictures_come(page):
    article = make_article(body=["梅雨季来了。" * 30] * 4)
    add_photos(article, [(1200, 800), (300, 200), (700, 1600)], 10)
    article.paragraphs.create(position=20, text="雨。" * 200)
    add_photos(article, [(900, 900)], 21)
    # Slowly, so that text is there long before any picture.
    page.route("**/media/**", lambda route: (page.wait_for_timeout(150), route.continue_()))  # fmt: skip
    page.goto(article.get_absolute_url())
    scroll_through(page)
    assert page.evaluate("window.shifts") == 0
    assert page.locator("figure img").count() == 4


def test_a_screen_gets_a_size_that_fits(page):
    article = make_article(body=["雨。"])
    add_photos(article, [(2400, 1600)], 2)
    page.goto(article.get_absolute_url())
    page.wait_for_function(LOADED)
    chosen = page.locator("figure img").evaluate("i => i.currentSrc")
    width = page.locator("figure img").evaluate("i => i.getBoundingClientRect().width")
    assert chosen.endswith(".avif")
    assert width <= int(chosen.rpartition("/")[2].partition(".")[0]) <= 2 * width


def test_forty_photos_are_a_gallery_and_load_as_they_are_reached(page):
    article = make_article(body=["雨。"])
    add_photos(article, [(600, 400), (400, 600)] * 20, 2)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(article.get_absolute_url())
    expect(page.locator(".gallery figure")).to_have_count(40)
    wide = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    boxes = [image.bounding_box() for image in page.locator(".gallery img").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert all(abs(box["height"] * 3 - box["width"] * 2) < 4 for box in boxes)
    scroll_through(page)
    assert page.evaluate("window.shifts") == 0
    assert len([url for url in asked if "/media/" in url]) == 40


def test_the_keyboard_reaches_the_large_picture(page):
    article = make_article(body=["雨。"])
    add_photos(article, [(1800, 1200)], 2)
    page.goto(article.get_absolute_url())
    link = page.get_by_role("link", name="照片 查看大图")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/media/sizes/**/1800.webp")
