"""What programs fetch that look for pages: sitemaps, robots.txt, the search's description."""

from collections.abc import Callable, Iterable
from xml.sax.xmlreader import AttributesImpl

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from articles.sitemaps import SECTIONS, Entry

_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Answer the list of the sitemap's files."""
    files = (
        (reverse("sitemap", args=[name, number]), None)
        for name, section in SECTIONS.items()
        for number in section.files()
    )
    return _xml("sitemapindex", "sitemap", files, request.build_absolute_uri)


@require_safe
def sitemap(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """Answer a file of the sitemap; 404 where nothing is in it."""
    entries = SECTIONS[section].file(number) if section in SECTIONS else []
    if not entries:
        raise Http404(_("没有这个地址：%(rest)s") % {"rest": request.path})
    root = request.build_absolute_uri("/").rstrip("/")
    return _xml("urlset", "url", entries, lambda address: f"{root}{address}")


def _xml(
    root: str, element: str, entries: Iterable[Entry], absolute: Callable[[str], str]
) -> HttpResponse:
    response = HttpResponse(content_type="application/xml")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement(root, AttributesImpl({"xmlns": _SITEMAPS}))
    none: AttributesImpl[str] = AttributesImpl({})
    for address, changed in entries:
        xml.startElement(element, none)
        xml.addQuickElement("loc", absolute(address))
        if changed:
            xml.addQuickElement("lastmod", changed.isoformat(timespec="seconds"))
        xml.endElement(element)
    xml.endElement(root)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answer what crawlers may not fetch (RFC 9309), and where the sitemap is."""
    return render(
        request,
        "robots.txt",
        {"sitemap": request.build_absolute_uri(reverse("sitemap_index"))},
        content_type="text/plain; charset=utf-8",
    )


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """Answer the search's description, by which browsers offer it (OpenSearch 1.1)."""
    return render(
        request,
        "opensearch.xml",
        {
            "icon": request.build_absolute_uri(static("favicon.svg")),
            "search": request.build_absolute_uri(reverse("search")),
            "address": request.build_absolute_uri(),
        },
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
