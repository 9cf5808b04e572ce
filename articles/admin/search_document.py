"""A view of what search reads."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.admin.base import ReadOnlyAdmin
from articles.models import SearchDocument


def _column(name: str, title: Any) -> Any:
    """Return a column with a title: the model's own names are for programs."""

    @admin.display(description=title, ordering=name)
    def value(document: SearchDocument) -> Any:
        return getattr(document, name)

    return value


_ARTICLE = _column("article", gettext_lazy("文章"))
_PUBLISHED_ON = _column("published_on", gettext_lazy("出版日期"))
_VERSION = _column("version", gettext_lazy("索引规则版本"))


@admin.register(SearchDocument)
class SearchDocumentAdmin(ReadOnlyAdmin):
    """What the index says of an article: to look at only, the index writes it."""

    readonly_fields = [
        _ARTICLE,
        _column("part", gettext_lazy("部分")),
        _column("publication_id", gettext_lazy("报纸的编号")),
        _column("page_id", gettext_lazy("版面的编号")),
        _PUBLISHED_ON,
        _VERSION,
        _column("digest", gettext_lazy("摘要")),
    ]
    fields = (*readonly_fields,)
    list_display = ["__str__", _ARTICLE, _PUBLISHED_ON, _VERSION]
    search_fields = ["=article__id", "article__headline"]
    ordering = ["-published_on", "-article_id", "part"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the documents without the columns that are as long as the article."""
        wide = ["words", "bigrams", "text"]
        wide += ["article__source_text", "article__correction"]
        return super().get_queryset(request).select_related("article").defer(*wide)
