"""What every request and answer passes, whatever the address."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("newsarchive")
SECONDS_UNTIL_BACK = 10

# PostgreSQL cannot store NUL, UTF-8 cannot say a lone surrogate, and no reader types the
# other control characters: all of them are the asker's mistake, in any parameter.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What is looked for, on readers' pages and in the admin.
_SOUGHT = "q"
# Of it so much is read: more than any search understands, so that it can say what was too long.
# Pages repeat it in a hundred addresses.
_MOST_SOUGHT = 450


def forgive_pasted_text(get_response: GetResponse) -> GetResponse:
    """Leave out what no search understands of the text that is looked for.

    What is copied from a PDF holds control characters in place of hyphens and line breaks.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.GET.getlist(_SOUGHT)
        read = [_UNPRINTABLE.sub("", text)[:_MOST_SOUGHT] for text in given]
        if read != given:
            parameters = request.GET.copy()
            parameters.setlist(_SOUGHT, read)
            request.GET = parameters  # type: ignore[assignment]
        return get_response(request)

    return middleware


def refuse_unprintable_input(get_response: GetResponse) -> GetResponse:
    """Answer 400 where the path or the query holds characters that no text has."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _UNPRINTABLE.search(request.path_info) or any(
            _UNPRINTABLE.search(part)
            for name, values in request.GET.lists()
            for part in (name, *values)
        ):
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Send the policy of settings.SECURE_CSP with every answer.

    Django 6 has a middleware of the same setting, which will replace this one.
    """
    policy = "; ".join(
        " ".join((directive, *sources))
        for directive, sources in settings.SECURE_CSP.items()
    )

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return middleware


class DatabaseAway:
    """Answer 503 while PostgreSQL starts again, is full or cannot be reached.

    One line in the log says why; a traceback for each request would hide it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer for a view that could not use the database."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        reason = " ".join(str(exception).split())
        logger.error("No database for %s: %s", request.path, reason)
        response = render(request, "503.html", status=503)
        response["Retry-After"] = str(SECONDS_UNTIL_BACK)
        return response
