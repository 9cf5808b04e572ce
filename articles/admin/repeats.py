"""What is in the archive already of a text that is about to be entered."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import workflow
from articles.ingest import duplicates
from articles.ingest.pasted import Found
from articles.models import Article
from articles.search import desk
from articles.text.fold import fold

_SHOWN = 5
# So many characters in a row stand in two articles only if one repeats the other.
_SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Repeat:
    """An article that says the same."""

    article: Article

    @property
    def link(self) -> SafeString:
        """Return a link to it, with its place."""
        address = reverse("admin:articles_article_change", args=[self.article.pk])
        return format_html(
            '<a href="{}" target="_blank">{}</a>（{}）',
            address, self.article.headline, self.article.page,
        )  # fmt: skip


def repeats(user: Any, found: Found) -> list[Repeat]:
    """Return the articles that say the same as what was found, of those that the user may see.

    Near-duplicates of what was compared before, and whatever holds a passage to the letter.
    """
    texts = [part.text for part in found.body if part.kind == "paragraph"]
    nearly = [pk for pk, _agreement in duplicates.alike("\n".join(texts))]
    keys = [*nearly, *_holding(texts)]
    if not keys:
        return []
    seen: Any = workflow.visible(user, Article.objects.filter(pk__in=keys))
    return [Repeat(article) for article in seen.for_lists().order_by("-pk")[:_SHOWN]]


def _holding(texts: list[str]) -> list[int]:
    longest = fold(max(texts, key=len, default=""))
    middle = max(0, (len(longest) - _SAMPLE) // 2)
    sample = longest[middle : middle + _SAMPLE].strip()
    if len(sample) < _SAMPLE // 2:
        return []
    return desk.find(desk.Asked(terms=(sample,))).ids[:_SHOWN]
