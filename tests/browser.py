"""A real Chromium for tests, with a reader's page in it."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]  # fmt: skip
WIDTHS = {"phone": 390, "desk": 1280}
# For the pytestmark of a module whose tests take the fixture chromium.
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Debian's chromium (.ci/run installs it)"
    ),
]


@contextmanager
def open_page(chromium, live_server, width=1280, cookie="", **options):
    """Give a page of a new Chinese reader, who chose what the cookie says."""
    options = {"locale": "zh-CN", "service_workers": "block"} | options
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 900}, **options
    )
    if cookie:
        context.add_cookies([{"name": "reading", "value": cookie, "url": live_server.url}])  # fmt: skip
    try:
        yield context.new_page()
    finally:
        context.close()
