"""What is answered to a request that cannot be read."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

# A browser shows the answer only when it could send all; of still more it may say what it likes.
_MOST_READ = 100 * 1024 * 1024
_CHUNK = 64 * 1024


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 413 to a form that is too large, saying what to do, and 400 to anything else."""
    if not isinstance(exception, RequestDataTooBig):
        return render(request, "400.html", status=400)
    _read_rest(request)
    limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 2**20
    return render(request, "413.html", {"limit": limit}, status=413)


def _read_rest(request: HttpRequest) -> None:
    """Read what is left of the request, and keep none of it."""
    try:
        for _number in range(_MOST_READ // _CHUNK):
            if not request.read(_CHUNK):
                return
    except UnreadablePostError:
        return  # whoever sent it went away
