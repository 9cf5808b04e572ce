"""Pictures in a real Chromium: they take their room before they are there."""

import io
from threading import Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.views.static import serve
from PIL import Image
from playwright.sync_api import expect

from articles.models import Photo
from tests.browser import IN_CHROMIUM, WATCH_SHIFTS, WIDTHS
from tests.embedded import wait_until
from tests.factories import make_article

pytestmark = IN_CHROMIUM

LOADED = "[...document.images].every(i => i.complete && i.naturalWidth > 0)"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Give an empty folder for pictures."""
    settings.MEDIA_ROOT = tmp_path


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
def page(request, chromium, live_server):
    """Give a page that counts how far things jump."""
    context = chromium.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": WIDTHS[request.param], "height": 800},
    )
    page = context.new_page()
    page.add_init_script(WATCH_SHIFTS)
    yield page
    context.close()


def scroll_through(page):
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height, 400):
        page.evaluate("y => scrollTo(0, y)", y)
        page.wait_for_timeout(30)
    wait_until(lambda: page.evaluate(LOADED))


@pytest.fixture
def may_come(monkeypatch):
    """Keep pictures back until this is set."""
    event = Event()

    def held(*args, **named):
        event.wait(30)
        return serve(*args, **named)

    # Django's test server serves media by itself, before any address of ours.
    monkeypatch.setattr("django.test.testcases.serve", held)
    yield event
    event.set()


def test_nothing_jumps_while_pictures_come(may_come, page):
    article = make_article(body=["梅雨季来了。"])
    add_photos(article, [(1200, 800)], 2)
    article.paragraphs.create(position=3, text="雨。" * 400)
    add_photos(article, [(300, 200), (700, 1600)], 4)
    article.paragraphs.create(position=6, text="雨。" * 400)
    add_photos(article, [(900, 900)], 7)
    page.goto(article.get_absolute_url(), wait_until="domcontentloaded")
    page.wait_for_timeout(500)  # the text is painted
    before = page.evaluate("document.documentElement.scrollHeight")
    assert not page.evaluate("document.images[0].complete")
    may_come.set()
    # Unscrolled: the browser would keep in its place what one has scrolled to.
    wait_until(lambda: page.evaluate("document.images[0].complete"))
    page.wait_for_timeout(300)
    scroll_through(page)
    assert page.locator("figure img").count() == 4
    # Heights of sizes are rounded to a pixel.
    assert abs(page.evaluate("document.documentElement.scrollHeight") - before) <= 1
    assert page.evaluate("window.shifts") == []


def test_a_screen_gets_a_size_that_fits(page):
    article = make_article(body=["雨。"])
    add_photos(article, [(2400, 1600)], 2)
    page.goto(article.get_absolute_url())
    wait_until(lambda: page.evaluate(LOADED))
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
    assert page.evaluate("window.shifts") == []
    assert len([url for url in asked if "/media/" in url]) == 40


def test_the_keyboard_reaches_the_large_picture(page):
    article = make_article(body=["雨。"])
    add_photos(article, [(1800, 1200)], 2)
    page.goto(article.get_absolute_url())
    link = page.get_by_role("link", name="照片 查看大图")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/media/sizes/**/1800.webp")
