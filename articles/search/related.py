"""Articles on the same subject."""

from collections import Counter
from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import Q

from articles.models import Article, DraftText, NearDuplicate, SearchDocument
from articles.search import bm25f
from articles.search.conditions import Condition
from articles.search.counts import counts
from articles.search.database import SearchTimeoutError, searching
from articles.search.document import FIELD_SEPARATOR
from articles.search.lexicon import query_lexicon
from articles.search.some import some
from articles.text.segment import segment

MOST = 5
_TIME_MS = 300
_KEPT_SECONDS = 6 * 60 * 60
# Of the words of an article those that stand there most, and of these the rarest elsewhere.
_FREQUENT, _TELLING = 24, 8
# An article that shares less than this of the telling words' weight is on something else.
_LEAST = 0.3


def related(article: Article) -> list[Article]:
    """Return published articles that share the most telling words of one, the best first.

    There are at most ``MOST``; none where finding them would take too long. They are kept for
    some hours, in which a new article is not yet among them. Of an article that is not
    published, those that it will be shown with; nothing of it is kept.
    """
    ids = _of_published(article) if article.is_published else _of_draft(article)
    articles = Article.objects.published().for_lists().in_bulk(ids)
    return [articles[pk] for pk in ids if pk in articles]


def _of_draft(article: Article) -> list[int]:
    text = DraftText.objects.filter(article=article).values_list("text", flat=True)
    try:
        return nearest(text.first() or "", _not_the_same(article), joins=True)
    except SearchTimeoutError:
        return []


def _of_published(article: Article) -> list[int]:
    document = SearchDocument.objects.filter(article=article, part=0)
    found = document.values_list("digest", "text").first()
    if found is None:
        return []
    digest, text = found
    key = f"related-{article.pk}-{digest}"
    ids: list[int] | None = cache.get(key)
    if ids is None:
        try:
            ids = nearest(text, _not_the_same(article))
        except SearchTimeoutError:
            return []
        cache.set(key, ids, _KEPT_SECONDS)
    return ids


def nearest(
    text: str, others: Sequence[int] = (), most: int = MOST, *, joins: bool = False
) -> list[int]:
    """Return the published articles that share the most telling words of a folded text.

    None of ``others``. A text that ``joins`` the archive is weighed as if it were there already. Raise
    SearchTimeoutError where finding them would take too long.
    """
    with searching(_TIME_MS):
        weights = _telling(text, int(joins))
        if not weights:
            return []
        keys = some(Condition(), weights, most, without=others)
    least = _LEAST * sum(weights.values())
    return [key.article for key in keys if key.score >= least]


def _telling(text: str, more: int) -> dict[str, float]:
    """Return the words that tell an article from others, with their idf.

    ``more`` articles with all of these words are not counted yet.
    """
    words = Counter(segment(text.replace(FIELD_SEPARATOR, "\n"), query_lexicon()))
    frequent = [
        word
        for word, _n in words.most_common()
        if len(word) > 1 and not word.isnumeric()
    ][:_FREQUENT]
    known = counts(frequent)
    weights = {
        word: bm25f.idf(known.total + more, known.of[word] + more) for word in frequent
    }
    telling = sorted(weights, key=lambda word: (-weights[word] * words[word], word))
    # What no other article has finds none.
    telling = [word for word in telling if known.of[word] + more > 1]
    return {word: weights[word] for word in telling[:_TELLING]}


def _not_the_same(article: Article) -> list[int]:
    """Return the article and what has nearly the same text: that is no news."""
    pairs = NearDuplicate.objects.filter(Q(first=article) | Q(second=article))
    copies = pairs.values_list("first_id", "second_id")
    return sorted({article.pk, *(pk for pair in copies for pk in pair)})
