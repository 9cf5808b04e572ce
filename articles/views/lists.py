"""Tags and authors, and the articles of one of them."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView
from taggit.models import Tag

from articles.forms import PageNumberForm
from articles.meta import of_list
from articles.models import Article, Contributor

ARTICLES_PER_PAGE = 20


class TagList(ListView):
    """All tags that published articles have, with how many."""

    template_name = "articles/tag_list.html"
    context_object_name = "tags"

    def get_queryset(self) -> QuerySet:
        """Return the tags with ``count``, the commonest first."""
        published = Q(articles_taggedarticle_items__content_object__status="published")
        counted: QuerySet = Tag.objects.annotate(
            count=Count("articles_taggedarticle_items", filter=published)
        )
        return counted.filter(count__gt=0).order_by("-count", "name")


class AuthorList(ListView):
    """All contributors to published articles, with how many."""

    template_name = "articles/author_list.html"
    context_object_name = "authors"

    def get_queryset(self) -> QuerySet:
        """Return the contributors with ``count``, by name."""
        published = Q(contributions__article__status="published")
        counted = Contributor.objects.annotate(
            count=Count("contributions__article", filter=published, distinct=True)
        )
        return counted.filter(count__gt=0).order_by("name", "slug")


class _ArticlesOf(ListView):
    """The articles of one record, newest first, page by page."""

    paginate_by = ARTICLES_PER_PAGE
    context_object_name = "articles"
    model_of: Any
    name_of: str
    lookup: str

    def get_queryset(self) -> QuerySet:
        """Return the published articles of the record that the address names."""
        self.record = get_object_or_404(self.model_of, slug=self.kwargs["slug"])
        articles = Article.objects.published().filter(**{self.lookup: self.record})
        return articles.for_lists().with_lead().newest_first().distinct()

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Answer 404 for what is no page number, Django's own "last" included."""
        number = PageNumberForm(self.request.GET).number()
        if number is None:
            raise Http404(_("没有这一页。"))
        return super().paginate_queryset(queryset, page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the record under its own name."""
        context = super().get_context_data(**kwargs, **{self.name_of: self.record})
        absolute = self.request.build_absolute_uri
        number = context["page_obj"].number
        address = reverse(self.name_of, args=[self.record.slug])
        context["meta"] = of_list(self.record.name, address, number, absolute)
        return context


class TagArticles(_ArticlesOf):
    """The articles with a tag."""

    template_name = "articles/tag.html"
    model_of, name_of, lookup = Tag, "tag", "tags"


class AuthorArticles(_ArticlesOf):
    """The articles of a contributor."""

    template_name = "articles/author.html"
    model_of, name_of, lookup = Contributor, "author", "contributors"
