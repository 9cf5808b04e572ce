"""Pictures in forms, and their originals for those who may have them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from articles import originals, workflow
from articles.models import Page, Photo, PhotoUpload
from articles.models.picture import PictureField

# It may tell where a photographer lives.
RIGHT = "articles.original_photo"
# Whatever it is: a browser shows and runs nothing of it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}


class PictureInput(forms.ClearableFileInput):
    """A file to choose, beside the picture that is there or has just been uploaded."""

    template_name = "admin/articles/picture_input.html"
    pending: PhotoUpload | None = None
    may_have_original = False

    class Media:
        css = {"all": ["admin-photos.css"]}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Say what is shown: the picture, and the address of its original."""
        context = super().get_context(name, value, attrs)
        image = self.pending.image if self.pending else value
        is_shown = bool(image) and getattr(image, "instance", None) is not None
        context["picture"] = image.instance.picture if is_shown else None
        context["name"] = str(image) if is_shown else ""
        context["original"] = self._original(image) if is_shown else ""
        return context

    def _original(self, image: Any) -> str:
        row = image.instance
        addresses = {Photo: "articles_photo_original", Page: "articles_page_original"}
        name = addresses.get(type(row))
        has_one = name and row.pk and originals.exists(image.name)
        if not has_one or not self.may_have_original:
            return ""
        return reverse(f"admin:{name}", args=[row.pk])

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: Any = None
    ) -> SafeString:
        # The renderer of forms does not look into the project's templates.
        return render_to_string(template_name, context)


class WithPictures(BaseModelAdmin):
    """Forms that show the pictures in them."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Show a picture with its field."""
        if isinstance(db_field, PictureField):
            kwargs["widget"] = PictureInput()
            kwargs["widget"].may_have_original = request.user.has_perm(RIGHT)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class PhotoOriginals(admin.ModelAdmin):
    """The address of the originals of an article's photos, in the article's admin."""

    def get_urls(self) -> list[URLPattern]:
        """Add it."""
        view = self.admin_site.admin_view(self.original_photo)
        return [
            path("photos/<int:pk>/original/", view, name="articles_photo_original"),
            *super().get_urls(),
        ]

    def original_photo(self, request: HttpRequest, pk: int) -> FileResponse:
        """Send the original of a photo whose article the user may see."""
        _check_right(request)
        photo: Any = get_object_or_404(Photo.objects.select_related("article"), pk=pk)
        if not workflow.may_see(request.user, photo.article):
            raise Http404
        return _sent(photo)


class PageOriginals(admin.ModelAdmin):
    """The address of the originals of pages' pictures, in the pages' admin."""

    def get_urls(self) -> list[URLPattern]:
        """Add it."""
        view = self.admin_site.admin_view(self.original_page)
        return [
            path("<int:pk>/original/", view, name="articles_page_original"),
            *super().get_urls(),
        ]

    def original_page(self, request: HttpRequest, pk: int) -> FileResponse:
        """Send the original of a page's picture."""
        _check_right(request)
        return _sent(get_object_or_404(Page, pk=pk))


def _check_right(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _sent(row: Photo | Page) -> FileResponse:
    """Return the original as a file to keep, which no browser looks into."""
    try:
        file = originals.opened(row.image.name) if row.image else None
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404("no original is kept")
    name = f"{row._meta.model_name}-{row.pk}{_suffix(file)}"
    kind = "application/octet-stream"
    return FileResponse(
        file, as_attachment=True, filename=name, content_type=kind, headers=_HEADERS
    )


def _suffix(file: Any) -> str:
    """Return the ending that the content of an original has a right to."""
    head = file.read(16)
    file.seek(0)
    known = {
        b"\xff\xd8\xff": ".jpg",
        b"\x89PNG": ".png",
        b"II*\0": ".tif",
        b"MM\0*": ".tif",
        b"GIF8": ".gif",
        b"BM": ".bmp",
        b"RIFF": ".webp",
    }
    for magic, suffix in known.items():
        if head.startswith(magic):
            return suffix
    return ".avif" if head[4:8] == b"ftyp" else ".jp2"
