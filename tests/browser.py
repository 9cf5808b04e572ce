"""A real Chromium for tests, with a reader's page in it."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]  # fmt: skip
WIDTHS = {"phone": 390, "desk": 1280}
# Of a page that has it, window.shifts is what jumped, each with how far and to where. Chromium's
# own sum leaves out what moves in the half second after a key or a click.
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const {value, sources} of list.getEntries())
    window.shifts.push([value, ...sources.map(({node, previousRect: a, currentRect: b}) =>
      `${node?.nodeName}.${node?.className}: ${a.x},${a.y} to ${b.x},${b.y}`)]);
}).observe({type: "layout-shift", buffered: true});
"""
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
