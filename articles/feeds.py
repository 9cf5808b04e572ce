"""Atom feeds."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from articles.forms import SearchForm
from articles.models import (
    Article,
    ArticleQuerySet,
    Issue,
    Publication,
    SearchDocument,
)
from articles.models.place import IssueQuerySet
from articles.search.hits import Hit
from articles.views.asked import Asked, ask

# What a reader of feeds sees at once; whoever wants more reads the pages.
ENTRIES = 30
# A first paragraph of more characters is cut.
_LEAD_LENGTH = 2000


class AtomFeed(Atom1Feed):
    """Atom whose entries say the language that they were printed in."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """Return the attributes of an entry."""
        return {"xml:lang": item["lang"]}


class ArticleFeed(Feed):
    """Entries of articles."""

    feed_type = AtomFeed
    subtitle = gettext_lazy("按日期排列的最新文章")
    # RFC 4287, 4.1.1: an entry without an author has that of the feed.
    author_name: Any = gettext_lazy("报纸档案")

    def article(self, item: Any) -> Article:
        """Return the article that an entry is of."""
        return item  # type: ignore[no-any-return]

    def item_title(self, item: Any) -> str:
        """Return the headline."""
        return self.article(item).headline

    def item_description(self, item: Any) -> str:
        """Return the first paragraph, as HTML."""
        return escape(item.lead)

    def item_link(self, item: Any) -> str:
        """Return the article."""
        return self.article(item).get_absolute_url()

    def item_author_name(self, item: Any) -> str | None:
        """Return the byline."""
        return self.article(item).byline or None

    def item_pubdate(self, item: Any) -> datetime.datetime:
        """Return the day of issue."""
        day = self.article(item).page.issue.published_on
        return datetime.datetime.combine(day, datetime.time(), datetime.UTC)

    def item_updateddate(self, item: Any) -> datetime.datetime:
        """Return when the article was last corrected here."""
        return self.article(item).updated_at

    def item_categories(self, item: Any) -> list[str]:
        """Return the tags."""
        return [tag.name for tag in self.article(item).tags.all()]

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        """Return the language of the publication."""
        return {"lang": self.article(item).page.issue.publication.lang}


class NewestFeed(ArticleFeed):
    """The newest articles of all publications."""

    title: Any = gettext_lazy("报纸档案")

    def link(self, found: Any) -> str:
        """Return the front page."""
        return reverse("home")

    def items(self, found: Any) -> Iterable[Article]:
        """Return the articles of the newest issues, as printed."""
        return _of_newest(Issue.objects.all())


class PublicationFeed(ArticleFeed):
    """The newest articles of a publication."""

    def get_object(self, request: HttpRequest, slug: str) -> Publication:
        """Return the publication; DoesNotExist becomes 404."""
        return Publication.objects.get(slug=slug)

    def title(self, found: Publication) -> str:
        """Return its name."""
        return found.name

    def author_name(self, found: Publication) -> str:
        """Return its name."""
        return found.name

    def link(self, found: Publication) -> str:
        """Return its page."""
        return found.get_absolute_url()

    def items(self, found: Publication) -> Iterable[Article]:
        """Return the articles of its newest issues, as printed."""
        return _of_newest(found.issues.all())


class TagFeed(ArticleFeed):
    """The newest articles with a tag."""

    def get_object(self, request: HttpRequest, slug: str) -> Tag:
        """Return the tag, also by the address of a synonym; DoesNotExist becomes 404."""
        found = Tag.objects.filter(slug=slug).first()
        return found or Tag.objects.get(synonyms__slug=slug)

    def title(self, found: Tag) -> str:
        """Return its name."""
        return _("标签：%(tag)s") % {"tag": found.name}

    def link(self, found: Tag) -> str:
        """Return its page."""
        return reverse("tag", args=[found.slug])

    def items(self, found: Tag) -> Iterable[Article]:
        """Return the newest articles that have it."""
        # By the documents' index of dates: for a common tag its first rows are enough.
        documents = SearchDocument.objects.filter(
            part=0, article__tagged_items__tag=found
        ).order_by("-published_on", "-article_id")
        pks = list(documents.values_list("article_id", flat=True)[:ENTRIES])
        return _entries(Article.objects.filter(pk__in=pks))


def _of_newest(issues: IssueQuerySet) -> Iterable[Article]:
    # As many issues as entries: each has an article at least. All articles would be sorted.
    newest = issues.with_articles().newest_first().values_list("pk", flat=True)
    return _entries(Article.objects.filter(page__issue__in=list(newest[:ENTRIES])))


def _entries(articles: ArticleQuerySet) -> Iterable[Article]:
    shown = articles.published().for_lists().with_lead(_LEAD_LENGTH)
    tagged = shown.prefetch_related("tags")  # type: ignore[misc]  # taggit is untyped
    return tagged.newest_first()[:ENTRIES]


class SearchFeed(ArticleFeed):
    """The newest articles that a search finds; the parameters are those of the search page."""

    def get_object(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> Any:
        """Return the search; an address that asks for nothing sensible has no feed."""
        form = SearchForm(request.GET)
        if not form.is_valid():
            raise Http404(_("没有这样的检索。"))
        try:
            asked = ask(form, request, sort="newest")
        except ValueError:
            raise Http404(_("没有这样的检索。")) from None
        if asked.results is None:
            raise Http404(_("没有这样的检索。"))
        return asked, f"{reverse('search')}?{request.GET.urlencode()}"

    def title(self, found: tuple[Asked, str]) -> str:
        """Return the query as it was understood."""
        return _("检索：%(query)s") % {"query": found[0].query.understood}

    def link(self, found: tuple[Asked, str]) -> str:
        """Return the search page."""
        return found[1]

    def items(self, found: tuple[Asked, str]) -> Iterable[Hit]:
        """Return the hits."""
        results = found[0].results
        return results.hits if results else []

    def article(self, item: Any) -> Article:
        """Return the article of a hit."""
        return item.article  # type: ignore[no-any-return]

    def item_description(self, item: Any) -> str:
        """Return the passages that show why it was found, as HTML."""
        return "\n".join(
            escape("".join(segment.text for segment in snippet.segments))
            for snippet in item.snippets
        )
