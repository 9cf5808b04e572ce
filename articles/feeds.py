"""Atom feeds."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.forms import SearchForm
from articles.search.engine import SearchTimeoutError
from articles.search.hits import Hit
from articles.views.asked import Asked, ask


class SearchFeed(Feed):
    """The newest articles that a search finds; the parameters are those of the search page."""

    feed_type = Atom1Feed
    subtitle = gettext_lazy("按日期排列的最新文章")

    def get_object(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> Any:
        """Return the search; an address that asks for nothing sensible has no feed."""
        form = SearchForm(request.GET)
        if not form.is_valid():
            raise Http404(_("没有这样的检索。"))
        try:
            asked = ask(form, request, sort="newest")
        except (ValueError, SearchTimeoutError):
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

    def item_title(self, item: Any) -> str:
        """Return the headline."""
        return str(item.article.headline)

    def item_description(self, item: Any) -> str:
        """Return the passages that show why it was found."""
        return "\n".join(
            "".join(segment.text for segment in snippet.segments)
            for snippet in item.snippets
        )

    def item_link(self, item: Any) -> str:
        """Return the article."""
        return str(item.article.get_absolute_url())

    def item_author_name(self, item: Any) -> str | None:
        """Return the byline."""
        return item.article.byline or None

    def item_pubdate(self, item: Any) -> datetime.datetime:
        """Return the day of issue."""
        day = item.article.page.issue.published_on
        return datetime.datetime.combine(day, datetime.time(), datetime.UTC)

    def item_updateddate(self, item: Any) -> datetime.datetime:
        """Return when the article was last corrected here."""
        updated: datetime.datetime = item.article.updated_at
        return updated

    def item_categories(self, item: Any) -> list[str]:
        """Return the tags."""
        return [tag.name for tag in item.article.tags.all()]
