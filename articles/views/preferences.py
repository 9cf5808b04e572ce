"""How pages are shown: chosen here, without script too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.forms import ReadingForm

_YEAR = 365 * 24 * 3600


# Without a token, for pages with one of their own could not be kept by a CDN. All that a
# page elsewhere could do by it is to change the colours: the cookies are not sent there.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what the reader chose and return to ``next``; GET shows the choices."""
    if request.method != "POST":
        return render(request, "articles/preferences.html")
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return render(request, "400.html", status=400)
    response = HttpResponseRedirect(form.cleaned_data["next"])
    form.preferences().keep(response)
    if language := form.cleaned_data["language"]:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, samesite="Lax"
        )
    return response
