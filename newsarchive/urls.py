"""Addresses of the whole site (docs/architecture.md lists them)."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import cache_control
from django.views.static import serve

handler400 = "articles.views.refusing.bad_request"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
]

if settings.LOCAL:
    # In production the proxy in front serves the pictures. No name is used a second time.
    kept = cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)(serve)
    media = path("media/<path:path>", kept, {"document_root": settings.MEDIA_ROOT})
    urlpatterns.insert(0, media)
