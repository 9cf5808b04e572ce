"""Readers' pages kept as they were sent, until something in the archive changes.

The same bytes go out with an ETag and a Last-Modified, so that who has the page already gets
304, and with a Cache-Control by which a CDN may keep them too. A change is seen here within
``PAGES_CHECKED_SECONDS``: each process asks the database no oftener whether anything changed.
"""

import gzip
import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language

from articles.preferences import Preferences
from articles.search import changes
from articles.search.database import SearchTimeoutError, searching

View = Callable[..., HttpResponseBase]

# Of what no change in the archive tells, such as a page's picture replaced on the disk.
_KEPT_SECONDS = 600
# To ask whether anything changed takes less than one, unless somebody locks the table.
_MOST_MILLISECONDS = 500
# Browsers ask each time, and get 304; a CDN may answer for a minute. No stale-while-revalidate:
# Chromium too would show a withdrawn article once more.
_CACHE_CONTROL = "public, max-age=0, s-maxage=60"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it is sent."""

    body: bytes
    compressed: bytes
    headers: dict[str, str]
    etag: str
    # No earlier than when it was made, in whole seconds since 1970.
    made: int


def kept(view: View) -> View:
    """Return the view with its pages kept: for those that show the same to everybody.

    Only a complete 200 is kept, and nothing that sets a cookie or says no-store.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = _token() if request.method in ("GET", "HEAD") else None
        if token is None:
            return view(request, *args, **kwargs)
        pages = caches["pages"]
        key = _key(request, token)
        page: _Page | None = pages.get(key)
        if page is None:
            response = view(request, *args, **kwargs)
            _vary(response)
            if not isinstance(response, HttpResponse) or not _may_be_kept(response):
                return response
            # Templates of generic views are rendered late.
            if hasattr(response, "render"):
                response.render()
            page = _page(response)
            pages.set(key, page, _KEPT_SECONDS)
        return _send(request, page)

    return answer


def _may_be_kept(response: HttpResponse) -> bool:
    refused = "no-store" in response.get("Cache-Control", "") or response.cookies
    return response.status_code == 200 and not refused


def _vary(response: HttpResponseBase) -> None:
    patch_vary_headers(response, ["Accept-Language", "Cookie"])


def _page(response: HttpResponse) -> _Page:
    body = response.content
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    headers = {
        "Cache-Control": _CACHE_CONTROL,
        "Speculation-Rules": f'"{reverse("speculation_rules")}"',
        **response.headers,
    }
    compressed = gzip.compress(body, 6, mtime=0)
    return _Page(body, compressed, headers, f'W/"{digest}"', math.ceil(time.time()))


def _send(request: HttpRequest, page: _Page) -> HttpResponseBase:
    """Answer with the page, or 304 where the reader has it."""
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        page.compressed if compressed else page.body, headers=page.headers
    )
    if compressed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response["ETag"] = page.etag
    # A page may change twice in a second. So the time of the page is the end of its second,
    # and who got it within that second was told the second before.
    response["Last-Modified"] = http_date(min(page.made, int(time.time())))
    answer = get_conditional_response(
        request, etag=page.etag, last_modified=page.made, response=response
    )
    return answer or response


def _key(request: HttpRequest, token: str) -> str:
    """Return what names the page as this reader gets it."""
    said = (
        request.build_absolute_uri(),
        get_language(),
        Preferences.of(request),
        # Pages say what day it is: in citations, and on this day in other years.
        timezone.localdate(),
        token,
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


@dataclass
class _Seen:
    token: str = ""
    at: float = -math.inf


_seen = _Seen()


def _token() -> str | None:
    """Return what differs after every change to the archive, asked for now and then.

    None where the database is too busy to say.
    """
    # Two threads may ask at once; who asked earlier must not look fresher.
    now = time.monotonic()
    if now - _seen.at < settings.PAGES_CHECKED_SECONDS:
        return _seen.token
    try:
        with searching(_MOST_MILLISECONDS):
            _seen.token, _seen.at = changes.token(), now
    except SearchTimeoutError:
        return None
    return _seen.token
