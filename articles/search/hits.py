"""What a list of hits shows of an article, and why it is there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from articles.models import Article, Photo
from articles.search.conditions import CODES
from articles.search.highlight import (
    PASSAGE_LENGTH,
    MarkedText,
    Marker,
    Segment,
    passage,
)
from articles.search.index import searched_fields
from articles.search.language import Field, Query
from articles.text.fold import fold

# The first passage may take three lines on a telephone, a further one takes one or two.
FURTHER_LENGTH = 60
MOST_SNIPPETS = 3


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage with what it was taken from ("" for the body) and the address of its place."""

    segments: list[Segment]
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with the reason why it was found.

    ``occurrences`` is how often the strings of the query stand in all its parts, headline
    included; ``url`` leads to the passage that shows most of them.
    """

    article: Article
    headline: list[Segment]
    snippets: list[Snippet]
    occurrences: int
    url: str


def hits(article_ids: Iterable[int], query: Query) -> Iterator[Hit]:
    """Yield a hit for each of these articles that is still there, in their order."""
    # An article of very many words has several documents.
    unique = list(dict.fromkeys(article_ids))
    found = Article.objects.published().with_text().in_bulk(unique)
    return (_hit(found[pk], query) for pk in unique if pk in found)


def marked_parts(article: Article, query: Query) -> list["Part"]:
    """Return every text of an article, the headline first, marked, with label and anchor."""
    folded: defaultdict[str, str] = defaultdict(str)
    for field, text in searched_fields(article):
        folded[field] += fold(text) + "\n"
    marker = Marker(query, folded)
    headline = (CODES[Field.HEADLINE], article.headline, gettext("标题"), "")
    return [
        (marker.mark(text, field), label, anchor)
        for field, text, label, anchor in (headline, *_parts(article))
    ]


def _hit(article: Article, query: Query) -> Hit:
    (headline, _label, _anchor), *parts = marked_parts(article, query)
    address = article.get_absolute_url()
    shown = [
        Snippet(passage(text, length).segments(), label, address + anchor)
        for (text, label, anchor), length in _telling(parts)
    ]
    # An anchor is only worth a jump where something is marked.
    leads = bool(shown) and any(segment.marked for segment in shown[0].segments)
    return Hit(
        article=article,
        headline=headline.segments(),
        snippets=shown,
        occurrences=len(headline.spans) + sum(len(text.spans) for text, *_ in parts),
        url=shown[0].url if leads else address,
    )


Part = tuple[MarkedText, str, str]


def _telling(parts: list[Part]) -> Iterator[tuple[Part, int]]:
    """Yield the parts to be shown with how much of each: where most was found, then others.

    Of equals the earliest: the body first, then what stands beside it. A further part must
    have as many different strings as the first, or one that was not seen yet.
    """
    ranked = sorted(parts, key=lambda part: _passage_weight(part[0]), reverse=True)
    if not ranked:
        return
    yield ranked[0], PASSAGE_LENGTH
    seen = ranked[0][0].found
    number = 1
    for part in ranked[1:]:
        found = part[0].found
        if number == MOST_SNIPPETS or not found:
            return
        if found - seen or len(found) == len(ranked[0][0].found):
            yield part, FURTHER_LENGTH
            seen |= found
            number += 1


def _passage_weight(text: MarkedText) -> tuple[int, int]:
    return passage(text).weight


def _parts(article: Article) -> Iterator[tuple[str, str, str, str]]:
    """Yield every text of an article but the headline, with field, label and anchor."""
    for part in article.body():
        if isinstance(part, Photo):
            caption = " ".join(filter(None, (part.caption, part.credit)))
            yield CODES[Field.PHOTO], caption, gettext("图片说明"), f"#{part.anchor}"
        else:
            yield CODES[Field.BODY], part.text, "", f"#{part.anchor}"
    tags = "，".join(tag.name for tag in article.tags.all())
    for field, text, label in (
        (Field.HEADLINE, article.kicker, gettext("引题")),
        (Field.HEADLINE, article.deck, gettext("副题")),
        (Field.AUTHOR, article.byline, gettext("署名")),
        (Field.COLUMN, article.column, gettext("栏目")),
        (Field.TAG, tags, gettext("标签")),
    ):
        if text:
            yield CODES[field], text, label, ""
