"""How lists of the editors' side are searched, whatever their length."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from articles.models import Publication
from articles.search import desk

# Each word of a search is one more condition on every searched column.
MAX_SEARCH_LENGTH = 200


class ArticleSearch(admin.ModelAdmin):
    """Articles by what stands in them: the index knows, no row is read for it."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Return the articles of the day or days named that have all other words."""
        asked = desk.read(search_term[:MAX_SEARCH_LENGTH])
        if any(asked.days):
            queryset = queryset.filter(page__issue__published_on__range=asked.days)
        if not asked:
            return queryset, False
        found = desk.find(asked)
        if found.more:
            message = _(
                "匹配的文章很多，只列出最新的 %(most)d 篇和最后的 %(most)d 篇稿件。"
            )
            messages.info(request, message % {"most": desk.MOST})
        return queryset.filter(pk__in=found.ids), False


class PlaceSearch(admin.ModelAdmin):
    """Issues and pages by the name of their publication, their date, and columns of their own."""

    issue_path = ""

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Return the rows that all words say something of."""
        rest: list[str] = []
        # One query for all words: there are few publications.
        names = list(Publication.objects.order_by().values_list("pk", "name"))
        for word in search_term[:MAX_SEARCH_LENGTH].split():
            if any(days := desk.read(word).days):
                queryset = queryset.filter(
                    **{f"{self.issue_path}published_on__range": days}
                )
            elif named := [pk for pk, name in names if word in name]:
                queryset = queryset.filter(
                    **{f"{self.issue_path}publication__in": named}
                )
            else:
                rest.append(word)
        return super().get_search_results(request, queryset, " ".join(rest))
