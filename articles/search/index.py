"""Search documents: what is stored of an article so that it is found.

``rebuild`` is the only writer. Models call it through articles/search/pending.py in the
transaction of the change itself.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from articles.models import Article, Photo, SearchDocument
from articles.search.lexicon import current_lexicon
from articles.search.tsvector import Positions, positions, quote, tsvector
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import bigrams, segment

# Raise it with every change to what documents hold: ``update_index`` then rebuilds them.
VERSION = 2
BATCH = 200
# A tsvector ends at 1 MB of lexemes; what counts is their bytes and a little for each.
MAX_VECTOR_BYTES = 900_000
# Folded characters in one document; a novel has more, a newspaper article never.
MAX_TEXT_LENGTH = 100_000
# A text is cut with this much said again, so that no search string falls between two parts.
TEXT_OVERLAP = 200


def rebuild(article_ids: Iterable[int]) -> int:
    """Bring the search documents of these articles up to date and return how many changed.

    The articles are locked until the transaction ends, so that of two editors who change
    one article at once the later indexes what both have stored.
    """
    ids = sorted(set(article_ids))
    written = 0
    with transaction.atomic():
        for start in range(0, len(ids), BATCH):
            written += _rebuild_batch(ids[start : start + BATCH])
    return written


def _rebuild_batch(ids: Sequence[int]) -> int:
    locked = (
        Article.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    )
    list(locked.values_list("pk", flat=True))
    lexicon = current_lexicon()
    wanted = {
        (document.article_id, document.part): document
        for article in Article.objects.published().with_text().filter(pk__in=ids)
        for document in documents(article, lexicon)
    }
    stored = SearchDocument.objects.filter(article__in=ids)
    known = {
        (article, part): (version, digest)
        for article, part, version, digest in stored.values_list(
            "article_id", "part", "version", "digest"
        )
    }
    changed = [
        doc
        for key, doc in wanted.items()
        if known.get(key) != (doc.version, doc.digest)
    ]
    SearchDocument.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["article", "part"],
        update_fields=[
            "publication_id", "page_id", "published_on", "version", "digest",
            "words", "bigrams", "text",
        ],
    )  # fmt: skip
    gone = [key for key in known if key not in wanted]
    for article, part in gone:
        stored.filter(article=article, part=part).delete()
    return len(changed) + len(gone)


def documents(article: Article, lexicon: Lexicon) -> Iterator[SearchDocument]:
    """Yield the search documents of an article: one, or more where it is very long."""
    fields = [(weight, fold(text)) for weight, text in searched_fields(article)]
    vectors = _word_vectors(
        [(weight, segment(text, lexicon)) for weight, text in fields]
    )
    texts = _text_parts([text for _weight, text in fields])
    for part, (words, text) in enumerate(zip_longest(vectors, texts, fillvalue="")):
        yield _document(article, part, words, text)


def searched_fields(article: Article) -> Iterator[tuple[str, str]]:
    """Yield every text that readers search, with its weight, in the order of print.

    A: kicker, headline, deck. B: column, byline, tags. C: captions. D: body.
    """
    yield "A", article.kicker
    yield "A", article.headline
    yield "A", article.deck
    yield "B", article.column
    yield "D", article.dateline
    yield "B", article.byline
    for tag in sorted(article.tags.all(), key=lambda tag: tag.name):
        yield "B", tag.name
    for part in article.body():
        if isinstance(part, Photo):
            yield "C", part.caption
            yield "C", part.credit
        else:
            yield "D", part.text


def _word_vectors(fields: list[tuple[str, list[str]]]) -> list[str]:
    return [tsvector(lexemes) for lexemes in _chunks(positions(fields))]


def _chunks(lexemes: Positions) -> Iterator[Positions]:
    """Yield the lexemes in portions that each fit one tsvector."""
    portion: Positions = {}
    size = 0
    for lexeme, places in lexemes.items():
        # In the vector: the lexeme, two bytes a position, and alignment.
        weight = len(lexeme.encode()) + 2 * len(places) + 4
        if size + weight > MAX_VECTOR_BYTES:
            yield portion
            portion, size = {}, 0
        portion[lexeme] = places
        size += weight
    yield portion


def _text_parts(texts: list[str]) -> list[str]:
    """Join the fields, one a line, and cut the whole where it passes the longest text."""
    joined = "\n".join(text for text in texts if text)
    step = MAX_TEXT_LENGTH - TEXT_OVERLAP
    last = max(len(joined) - TEXT_OVERLAP, 1)
    return [joined[start : start + MAX_TEXT_LENGTH] for start in range(0, last, step)]


def _document(article: Article, part: int, words: str, text: str) -> SearchDocument:
    issue = article.page.issue
    pairs = " ".join(quote(pair) for pair in sorted(bigrams(text)))
    facets = (issue.publication_id, article.page_id, issue.published_on)
    digest = hashlib.blake2b(repr((*facets, words, text)).encode(), digest_size=16)
    return SearchDocument(
        article=article,
        part=part,
        publication_id=issue.publication_id,
        page_id=article.page_id,
        published_on=issue.published_on,
        version=VERSION,
        digest=digest.hexdigest(),
        words=words,
        bigrams=pairs,
        text=text,
    )


def mark_all_stale() -> None:
    """Make ``rebuild_stale`` take every article, however often it is interrupted."""
    SearchDocument.objects.update(version=0)


def stale_ids() -> list[int]:
    """Return the articles whose documents are missing, outdated, or no longer wanted."""
    documents = SearchDocument.objects.filter(article=OuterRef("pk"))
    published = Article.objects.published()
    missing = published.filter(~Exists(documents.filter(version=VERSION, part=0)))
    outdated = published.filter(Exists(documents.exclude(version=VERSION)))
    unwanted = Article.objects.exclude(status=Article.Status.PUBLISHED).filter(
        Exists(documents)
    )
    found = missing.union(outdated, unwanted).values_list("pk", flat=True)
    return sorted(found)


def rebuild_stale() -> Iterator[tuple[int, int]]:
    """Rebuild what ``stale_ids`` names, committing each batch; yield (done, of how many)."""
    ids = stale_ids()
    pending = iter(ids)
    done = 0
    while batch := list(islice(pending, BATCH)):
        rebuild(batch)
        done += len(batch)
        yield done, len(ids)
    with connection.cursor() as cursor:
        # What GIN kept in its list of pending entries would slow the first searches.
        cursor.execute(
            "SELECT gin_clean_pending_list('search_document_words'::regclass)"
        )
        cursor.execute(
            "SELECT gin_clean_pending_list('search_document_bigrams'::regclass)"
        )
