"""From a query to a page of hits."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal as OneOf

from django.conf import settings
from django.utils.translation import gettext
from taggit.models import Tag

from articles.models import Article, Contributor, Photo, Publication
from articles.search import best, bm25f, newest
from articles.search.conditions import Condition, condition, dates, lexemes, longest
from articles.search.counts import Counts, counts
from articles.search.database import SearchTimeoutError, rows, searching
from articles.search.estimate import at_most, lexemes_of
from articles.search.highlight import MarkedText, Marker, Segment, passage
from articles.search.index import searched_fields
from articles.search.language import All, Literal, Node, Query, Words
from articles.search.lexicon import current_lexicon
from articles.text.fold import fold
from articles.text.segment import segment

__all__ = ["Cursor", "Filters", "Hit", "Results", "SearchTimeoutError", "search"]

HITS_PER_PAGE = 20
Sort = OneOf["best", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must belong to; None does not restrict."""

    publication: Publication | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    tag: Tag | None = None
    author: Contributor | None = None
    page: str = ""

    def condition(self) -> Condition:
        """Return the filters as a condition on search documents."""
        found = dates(self.since, self.until)
        if self.publication:
            found &= lexemes(f"=p:{self.publication.pk}")
        if self.tag:
            found &= lexemes(f"=t:{self.tag.pk}")
        if self.author:
            found &= lexemes(f"=c:{self.author.pk}")
        if self.page:
            found &= lexemes(f"=v:{fold(self.page)}", f"=n:{fold(self.page)}")
        return found


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins, as it stands in an address.

    ``literal``: the words found nothing, and the pages are those of the literal search.
    """

    key: best.Key | newest.Key
    literal: bool = False

    def __str__(self) -> str:
        key = self.key
        score = f"{key.score.hex()}_" if isinstance(key, best.Key) else ""
        kind = "l" if self.literal else "w"
        return f"{kind}_{score}{key.published_on}_{key.article}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that an address says; raise ValueError where it is none."""
        kind, *score, day, article = text.split("_")
        date, number = datetime.date.fromisoformat(day), int(article)
        if kind not in ("l", "w") or len(score) > 1 or not 0 <= number < 2**63:
            raise ValueError(text)
        if not score:
            return cls(newest.Key(date, number), kind == "l")
        # Not a number would be neither before nor after anything.
        value = float.fromhex(score[0])
        if not 0 <= value < 1e9:
            raise ValueError(text)
        return cls(best.Key(value, date, number), kind == "l")


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with the reason why it was found."""

    article: Article
    headline: list[Segment]
    snippet: list[Segment]
    part_label: str
    url: str


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``count`` is None where counting them would take too long.

    ``literal``: no article had the words, so the strings were looked for. ``partial``: the
    time was up before all that may be better had been seen. ``after`` begins the next page.
    """

    count: int | None
    hits: list[Hit]
    literal: bool
    partial: bool
    after: Cursor | None


def search(
    query: Query, filters: Filters, sort: Sort = "best", after: Cursor | None = None
) -> Results:
    """Return the page of published articles after a place in the order.

    Raise SearchTimeoutError where nothing could be found in the time that a search has.
    """
    partial = False
    literal = after is not None and after.literal
    try:
        with searching(settings.SEARCH_TIMEOUT_MS):
            asked = _literally(query) if literal else query
            keys = _Search(asked, filters).page(sort, after)
            if not keys and after is None and query.only_words:
                # The cut of a word depends on its neighbours; its characters do not.
                asked = _literally(query)
                keys = _Search(asked, filters).page(sort, None)
                literal = bool(keys)
    except SearchTimeoutError as error:
        if not error.partial:
            raise
        keys, partial = list(error.partial), True  # type: ignore[arg-type]
    more = len(keys) > HITS_PER_PAGE
    keys = keys[:HITS_PER_PAGE]
    return Results(
        count=_count(asked, filters),
        hits=_hits([key.article for key in keys], query),
        literal=literal,
        partial=partial,
        after=Cursor(keys[-1], literal) if more and keys else None,
    )


def _literally(query: Query) -> Query:
    """Return the query with every string of words as a literal."""
    nodes = query.root.nodes if isinstance(query.root, All) else (query.root,)
    found = tuple(Literal(node.text) for node in nodes if isinstance(node, Words))
    return replace(query, root=All(found) if len(found) > 1 else found[0])


def _count(query: Query, filters: Filters) -> int | None:
    where, parameters = (condition(query.root) & filters.condition()).where()
    try:
        with searching(settings.SEARCH_TIMEOUT_MS):
            ((number,),) = rows(
                "SELECT count(DISTINCT article_id) FROM articles_searchdocument"
                f" WHERE {where}",
                parameters,
            )
    except SearchTimeoutError:
        return None
    return int(number)


class _Search:
    """One query with its filters, ready to be asked in any order."""

    def __init__(self, query: Query, filters: Filters) -> None:
        self._matching = condition(query.root) & filters.condition()
        ranked = _ranked_words(query)
        known = counts({*ranked, *lexemes_of(query.root)})
        self._at_most = at_most(query.root, known)
        self._words = _weighed(query.root, ranked, known)

    def page(self, sort: Sort, after: Cursor | None) -> list[best.Key | newest.Key]:
        """Return one more than a page of keys, so that it shows whether there is a next."""
        key = after.key if after else None
        want = HITS_PER_PAGE + 1
        if sort == "best" and self._words.idf:
            if key is not None and not isinstance(key, best.Key):
                raise ValueError(key)
            return list(
                best.best(self._matching, self._words, want, key, self._at_most)
            )
        if isinstance(key, best.Key):
            raise ValueError(key)
        return list(
            newest.by_date(
                self._matching,
                want,
                key,
                oldest=sort == "oldest",
                at_most=self._at_most,
            )
        )


def _ranked_words(query: Query) -> list[str]:
    """Return the words that count for the order; those of a literal, as it is cut alone."""
    words: list[str] = []
    for leaf in query.positive():
        if isinstance(leaf, Words):
            words += longest(leaf.words)
        else:
            words += longest(segment(leaf.text, current_lexicon()))
    return list(dict.fromkeys(words))


def _weighed(root: Node | None, words: list[str], known: Counts) -> best.Words:
    nodes = root.nodes if isinstance(root, All) else (root,)
    plain = {word for node in nodes if isinstance(node, Words) for word in node.words}
    idf = {word: bm25f.idf(known.total, known.of[word]) for word in words}
    return best.Words(idf, required=plain.issuperset(words))


# ---- Hits


def _hits(article_ids: list[int], query: Query) -> list[Hit]:
    found = Article.objects.with_text().in_bulk(article_ids)
    # An article of very many words has several documents.
    unique = dict.fromkeys(article_ids)
    return [_hit(found[pk], query) for pk in unique if pk in found]


def _hit(article: Article, query: Query) -> Hit:
    text = "\n".join(fold(text) for _field, text in searched_fields(article))
    marker = Marker(query, text)
    snippet, label, anchor = _best_passage(article, marker)
    return Hit(
        article=article,
        headline=marker.mark(article.headline).segments(),
        snippet=snippet.segments(),
        part_label=label,
        url=article.get_absolute_url() + anchor,
    )


def _best_passage(article: Article, marker: Marker) -> tuple[MarkedText, str, str]:
    """Return the passage that shows best why the article was found, its label and anchor."""
    passages = [
        (passage(marker.mark(text)), label, anchor)
        for text, label, anchor in _parts(article)
    ]
    if not passages:
        return MarkedText("", ()), "", ""
    # The body first, then what stands beside it; of equals the earliest.
    found, label, anchor = max(passages, key=lambda part: part[0].weight)
    return found, label, anchor if found.spans else ""


def _parts(article: Article) -> Iterator[tuple[str, str, str]]:
    """Yield every text of an article but the headline, with its label and anchor."""
    for part in article.body():
        if isinstance(part, Photo):
            caption = " ".join(filter(None, (part.caption, part.credit)))
            yield caption, gettext("图片说明"), f"#{part.anchor}"
        else:
            yield part.text, "", f"#{part.anchor}"
    for text, label in (
        (article.kicker, gettext("引题")),
        (article.deck, gettext("副题")),
        (article.byline, gettext("署名")),
        (article.column, gettext("栏目")),
        ("，".join(tag.name for tag in article.tags.all()), gettext("标签")),
    ):
        if text:
            yield text, label, ""
