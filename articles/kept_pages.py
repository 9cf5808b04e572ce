"""Readers' pages kept as they were sent, until something in the archive changes.

The same bytes go out with an ETag and a Last-Modified, so that who has the page already gets
304, and with a Cache-Control by which a CDN may keep them too. A change is seen here within
``PAGES_CHECKED_SECONDS``, twice that at most: each process asks the database no oftener
whether anything changed.
"""

import gzip
import hashlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.cache import caches
from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language

from articles import preferences
from articles.models.place import RESERVED_SLUGS
from articles.search import changes
from articles.search.database import SearchTimeoutError, searching

View = Callable[..., HttpResponseBase]
GetResponse = Callable[[HttpRequest], HttpResponseBase]

_CACHE = "pages"
# How addresses of kept pages begin, besides those of publications.
_FIRST = frozenset(
    ("publications", "articles", "search", "tags", "authors", "on-this-day")
)
_NAME = "_name_of_kept_page"

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


class KeptPages:
    """Middleware that answers with a page that is kept.

    It stands before sessions, sign-in and the resolving of addresses: no page that is kept
    needs them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _may_be_asked(request) or (token := _token()) is None:
            return self._get_response(request)
        key = _key(request, token)
        page: _Page | None = caches[_CACHE].get(key)
        if page is not None:
            return _send(request, page)
        # For the view: what it is about to read may change meanwhile, and then this name
        # will not be asked for.
        setattr(request, _NAME, key)
        return self._get_response(request)


def _may_be_asked(request: HttpRequest) -> bool:
    """Return whether an address may be one of ``kept``: it need not be, but is cheap to tell."""
    first = request.path_info.lstrip("/").partition("/")[0]
    is_a_page = first not in RESERVED_SLUGS or first in _FIRST
    # Files, such as a citation, end otherwise.
    reads = request.method in ("GET", "HEAD") and request.path_info.endswith("/")
    return reads and is_a_page


def kept(view: View) -> View:
    """Return the view with its pages kept: for those that show the same to everybody.

    Only a complete 200 is kept, and nothing that sets a cookie or says no-store.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept-Language", "Cookie", "Accept-Encoding"])
        key: str | None = getattr(request, _NAME, None)
        if key is None or response.status_code != 200:
            return response
        if isinstance(response, StreamingHttpResponse):
            parts = cast("Iterator[bytes]", response.streaming_content)
            response.streaming_content = _keeping(response, parts, key)
            return response
        if isinstance(response, TemplateResponse):
            response.render()
        page = _keep(response, cast("HttpResponse", response).content, key)
        return _send(request, page) if page else response

    return answer


def _keeping(
    response: StreamingHttpResponse, parts: Iterator[bytes], key: str
) -> Iterator[bytes]:
    """Yield a page part by part, and keep it once all of it was sent."""
    sent = []
    for part in parts:
        sent.append(part)
        yield part
    _keep(response, b"".join(sent), key)


def _keep(response: HttpResponseBase, body: bytes, key: str) -> _Page | None:
    """Keep a page and return it as it is sent from now on; None if it may not be kept."""
    if "no-store" in response.get("Cache-Control", "") or response.cookies:
        return None
    page = _page(body, response)
    caches[_CACHE].set(key, page, _KEPT_SECONDS)
    return page


def _page(body: bytes, response: HttpResponseBase) -> _Page:
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
    answer = get_conditional_response(
        request, etag=page.etag, last_modified=page.made
    ) or _whole(request, page)
    for name in ("Cache-Control", "Vary"):
        answer.headers[name] = page.headers[name]
    answer.headers["ETag"] = page.etag
    # A page may change twice in a second. So the time of the page is the end of its second,
    # and who got it within that second was told the second before.
    answer.headers["Last-Modified"] = http_date(min(page.made, int(time.time())))
    return answer


def _whole(request: HttpRequest, page: _Page) -> HttpResponse:
    compressed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    body = page.compressed if compressed else page.body
    response = HttpResponse(body, headers=page.headers)
    response.headers["Content-Length"] = str(len(body))
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _key(request: HttpRequest, token: str) -> str:
    """Return what names the page as this reader gets it."""
    said = (
        # Pages say their own address.
        request.scheme,
        request.get_host(),
        request.get_full_path(),
        get_language(),
        request.COOKIES.get(preferences.COOKIE),
        token,
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


@dataclass
class _Seen:
    token: str = ""
    at: float = -math.inf


_seen = _Seen()
_asking = threading.Lock()


def _token() -> str | None:
    """Return what differs after every change to the archive, asked for now and then.

    None where the database is too busy to say.
    """
    now = time.monotonic()
    age, limit = now - _seen.at, settings.PAGES_CHECKED_SECONDS
    if age < limit:
        return _seen.token
    if not _asking.acquire(blocking=False):
        # One request waits for the answer; to the others the last one is still good.
        return _seen.token if age < 2 * limit else _ask(now)
    try:
        return _ask(now)
    finally:
        _asking.release()


def _ask(now: float) -> str | None:
    try:
        with searching(_MOST_MILLISECONDS):
            # Pages say what day it is: in citations, and on this day in other years.
            token = f"{changes.token()} {timezone.localdate()}"
    except (SearchTimeoutError, OperationalError, InterfaceError):
        # Without a database the view says so itself.
        return None
    # Who asked earlier must not look fresher.
    _seen.token, _seen.at = token, now
    return token
