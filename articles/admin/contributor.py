"""Contributors."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.admin.base import ArchiveAdmin
from articles.models import Contribution, Contributor


@admin.register(Contributor)
class ContributorAdmin(ArchiveAdmin):
    """Contributors."""

    list_display = ["name", "slug", "number_of_articles"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the contributors, each with how many articles name them."""
        named = Contribution.objects.filter(contributor=OuterRef("pk")).order_by()
        number = named.values("contributor").annotate(n=Count("article", distinct=True))
        counted = Coalesce(Subquery(number.values("n")), 0)
        contributors = super().get_queryset(request)
        found: QuerySet = contributors.annotate(article_count=counted)
        return found

    @admin.display(description=gettext_lazy("文章数"), ordering="article_count")
    def number_of_articles(self, obj: Any) -> int:
        """Return how many articles name the contributor."""
        count: int = obj.article_count
        return count
