"""A view of what search reads."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.base import ReadOnlyAdmin
from articles.models import SearchDocument


@admin.register(SearchDocument)
class SearchDocumentAdmin(ReadOnlyAdmin):
    """What the index says of an article: to look at only, the index writes it."""

    fields = [
        "article",
        "part",
        "publication_id",
        "page_id",
        "published_on",
        "version",
        "digest",
    ]
    list_display = ["__str__", "article", "published_on", "version"]
    search_fields = ["=article__id", "article__headline"]
    ordering = ["-published_on", "-article_id", "part"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the documents without the columns that are as long as the article."""
        wide = ["words", "bigrams", "text"]
        wide += ["article__source_text", "article__correction"]
        return super().get_queryset(request).select_related("article").defer(*wide)
