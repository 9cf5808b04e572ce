"""Pages in a real Chromium that arrive slowly: what is painted stays where it is."""

import re
from time import sleep

import pytest
from django.core.handlers.base import BaseHandler
from django.http import StreamingHttpResponse

from tests.browser import IN_CHROMIUM, WATCH_SHIFTS, WIDTHS, open_page
from tests.factories import make_article, make_issue, make_page

pytestmark = IN_CHROMIUM

# Within the head of the page, where its parts are laid out beside one another, and after it.
PAUSES = re.compile(
    r'(?<=<a class="brand" href="/">)|(?<=</nav>)|(?<=data-complete=)|(?<=</search>)'
    r'|(?<=<details class="reading-options">)|(?<=<main id="content">)|(?<=</h1>)'
)


@pytest.fixture
def slow_pages(monkeypatch):
    """Send each page in pieces, with time between them to paint what is there."""
    get_response = BaseHandler.get_response

    def in_pieces(html):
        for piece in PAUSES.split(html):
            yield piece
            sleep(0.15)

    def answer(handler, request):
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        response = get_response(handler, request)
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        del response["Content-Length"]
        pieces = in_pieces(response.content.decode())
        return StreamingHttpResponse(pieces, headers=dict(response.items()))

    monkeypatch.setattr(BaseHandler, "get_response", answer)


@pytest.fixture
def article():
    """Give an article beside others, of its page and of years before."""
    for year in (2018, 2019, 2020):
        page = make_page(issue=make_issue(f"{year}-07-01"))
        newest = [
            make_article(f"梅雨季来了{number}", ["梅雨下了一天。"] * 3, ["天气"], page)
            for number in range(3)
        ]
    return newest[0]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("place", ["home", "issue", "article", "search"])
def test_nothing_painted_moves_while_the_rest_comes(
    slow_pages, article, chromium, live_server, place, width
):
    address = {
        "home": "/",
        "issue": article.page.issue.get_absolute_url(),
        "article": article.get_absolute_url(),
        "search": "/search/?q=梅雨",
    }[place]
    with open_page(chromium, live_server, width) as page:
        page.add_init_script(WATCH_SHIFTS)
        assert page.goto(address).ok
        page.wait_for_timeout(100)
        assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_button_that_a_script_brings_has_its_room(
    article, chromium, live_server, kept
):
    with open_page(chromium, live_server, 1280) as page:
        page.goto(article.get_absolute_url())
        if kept:
            page.locator("button.keep").click()
        held = []
        page.route("**/reading-list.js", lambda route: held.append(route))
        page.add_init_script(WATCH_SHIFTS)
        page.reload(wait_until="commit")
        page.locator("summary", has_text="引用").wait_for()
        page.wait_for_timeout(200)
        assert page.locator("button.keep").is_hidden()
        for request in held:
            request.continue_()
        page.locator("button.keep").wait_for()
        page.wait_for_timeout(100)
        assert page.evaluate("window.shifts") == []
