"""The rows that make up an article, in its form: paragraphs, photos, regions, contributions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.base import Compact
from articles.admin.photos import PhotoForm, PhotoRows, UploadedRows
from articles.admin.positions import PositionedForm, PositionedFormSet
from articles.models import Article, Contribution, Paragraph, Photo, Region


class PartFormSet(PositionedFormSet):
    """Paragraphs or photos: both stand in one order."""

    parts = ("paragraphs", "photos")


class ParagraphInline(Compact, admin.TabularInline):
    """The text of an article, paragraph by paragraph."""

    model = Paragraph
    form = PositionedForm
    formset = PartFormSet
    fields = ["position", "kind", "text"]
    ordering = ["position"]

    def get_extra(
        self, request: HttpRequest, obj: Article | None = None, **kwargs: Any
    ) -> int:
        """Offer some empty rows to a new article; 添加 makes more."""
        return 0 if obj else 3


class PhotoFormSet(UploadedRows, PartFormSet):
    """Photos, some of them uploaded and not stored yet."""


class PhotoInline(PhotoRows, Compact, admin.StackedInline):
    """The pictures of an article; one at a paragraph's position follows it."""

    model = Photo
    form = PhotoForm
    formset = PhotoFormSet
    fields = ["position", "image", "caption", "credit", "alt"]
    ordering = ["position"]
    extra = 0


class RegionFormSet(PositionedFormSet):
    """Regions, which have an order of their own."""

    parts = ("regions",)


class RegionInline(Compact, admin.TabularInline):
    """Where the article stands on the picture of its page, in fractions of it."""

    model = Region
    form = PositionedForm
    formset = RegionFormSet
    fields = ["position", "x", "y", "width", "height"]
    ordering = ["position"]
    extra = 0


class ContributionInline(Compact, admin.TabularInline):
    """Who did what for an article."""

    model = Contribution
    fields = ["position", "contributor", "role"]
    autocomplete_fields = ["contributor"]
    ordering = ["position", "pk"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the contributions with the names that their rows show."""
        return super().get_queryset(request).select_related("contributor")
