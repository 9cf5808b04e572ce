"""What browsers fetch by themselves: the service worker, its page, what to prefetch."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control

# All that a page needs to look as it should without a network.
_ASSETS = (
    "css/site.css", "favicon.svg", "js/reading.js", "js/keys.js", "js/complete.js",
    "js/offline.js", "js/cite.js", "js/quote.js", "js/reading-list.js",
    "js/reading-list-page.js",
)  # fmt: skip
_PAGES = ("offline", "reading_list")
# Pages of readers that are quick to make, where one is about to go there; never a search.
_PREFETCH = {
    "prefetch": [
        {
            "where": {
                "and": [
                    {
                        "href_matches": [
                            "/",
                            "/articles/:id(\\d+)/",
                            "/:name/:date(\\d{4}-.*)/*",
                        ]
                    },
                    {"not": {"selector_matches": "[rel~=nofollow], [download]"}},
                ]
            },
            # After 200 ms of hovering, or as a finger comes down.
            "eagerness": "moderate",
        }
    ]
}


@cache_control(public=True, max_age=86400)
def speculation_rules(request: HttpRequest) -> JsonResponse:
    """Answer which links a browser may fetch before they are followed (speculation rules)."""
    return JsonResponse(_PREFETCH, content_type="application/speculationrules+json")


# Browsers compare it byte by byte: an old one must not be kept on the way.
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the script that keeps what was read; it names the style sheet of this version."""
    assets = [*map(static, _ASSETS), *map(reverse, _PAGES)]
    context = {"assets": assets, "offline": reverse("offline")}
    return render(
        request, "sw.js", context, content_type="text/javascript; charset=utf-8"
    )


@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Show what this browser has kept: the page for readers without a network."""
    return render(request, "articles/offline.html")
