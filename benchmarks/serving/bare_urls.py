"""The project's addresses, and /bare/<page>/: recorded bytes, nothing else (__main__.py)."""

import hashlib
import os
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.cache import get_conditional_response


@cache
def recorded(page: str) -> tuple[bytes, str]:
    """Return the bytes of a page and their ETag."""
    body = (Path(os.environ["BARE_PAGES"]) / page).read_bytes()
    return body, f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def bare(request: HttpRequest, page: str) -> HttpResponse:
    """Answer the bytes, or 304."""
    body, etag = recorded(page)
    response = HttpResponse(body, headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer or response


urlpatterns = [
    path("bare/<slug:page>/", bare),
    path("", include("newsarchive.urls")),
]
