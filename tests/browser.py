"""A real Chromium for tests, with a reader's page in it."""

import shutil
from contextlib import contextmanager

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]  # fmt: skip


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
