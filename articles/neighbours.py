"""What stands before and after an article in its issue, and beside it on its page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Value, Window
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.db.models.functions import RowNumber

from articles.models import Article, ArticleQuerySet

# So many of a page's articles are listed before and after the one that is read.
SIBLINGS_EACH_WAY = 30
_ORDER = ("page__position", "page__label", "position", "pk")
_BACKWARDS = tuple(f"-{name}" for name in _ORDER)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The readable articles before and after one in its issue, None at either end.

    ``siblings`` are those of its page, itself among them, in the order of print; of a page
    with very many, those next to it.
    """

    previous: Article | None
    next: Article | None
    siblings: list[Article]


def neighbours(article: Article) -> Neighbours:
    """Return the neighbours of an article with ``page``, in one query however long the issue."""
    before = _on_one_side(article, TupleLessThan, _BACKWARDS, -1)
    after = _on_one_side(article, TupleGreaterThan, _ORDER, 1)
    found: list[Any] = list(before.union(after, all=True))
    found.sort(key=lambda other: other.side * other.distance)
    earlier = [other for other in found if other.side < 0]
    later = [other for other in found if other.side > 0]
    beside = [*earlier, article, *later]
    return Neighbours(
        earlier[-1] if earlier else None,
        later[0] if later else None,
        [other for other in beside if other.page_id == article.page_id],
    )


def _on_one_side(
    article: Article, compare: type, order: tuple[str, ...], side: int
) -> ArticleQuerySet:
    """Return the nearest articles on one side, with ``side`` and their ``distance``."""
    page = article.page
    place = (page.position, page.label, article.position, article.pk)
    of_issue = Article.objects.published().filter(page__issue=page.issue_id)
    there = of_issue.filter(compare(Tuple(*_ORDER), place))
    numbered = there.annotate(
        distance=Window(RowNumber(), order_by=list(order)), side=Value(side)
    )
    return numbered.only("headline", "page").order_by(*order)[:SIBLINGS_EACH_WAY]
