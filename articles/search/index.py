"""Search documents: what is stored of an article so that it is found.

``rebuild`` is the only writer. Models call it through articles/search/pending.py in the
transaction of the change itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from articles.models import Article, DraftText, Photo, SearchDocument
from articles.search import bitmap_build, changes, completions, document
from articles.search.document import VERSION
from articles.search.lexicon import current_lexicon
from articles.search.tsvector import quote
from articles.text.lexicon import Lexicon
from articles.text.people import people
from articles.text.segment import pair_codes

BATCH = 200


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
    present = list(locked.values_list("pk", flat=True))
    lexicon = current_lexicon()
    wanted = {
        (doc.article_id, doc.part): doc
        for article in Article.objects.published().with_text().filter(pk__in=ids)
        for doc in documents(article, lexicon)
    }
    completions.learn(
        term
        for doc in wanted.values()
        for term in completions.terms_of(doc.article, doc.authors or ())
    )
    _keep_drafts(present)
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
            "publication_id", "page_id", "published_on", "length", "word_count", "page_name",
            "column", "tag_ids", "authors", "version", "digest", "words", "bigrams", "impacts",
            "text",
        ],
    )  # fmt: skip
    gone = [key for key in known if key not in wanted]
    for article, part in gone:
        stored.filter(article=article, part=part).delete()
    # The documents of an article that was deleted went with it.
    touched = {doc.article_id for doc in changed} | {article for article, _part in gone}
    touched |= set(ids) - set(present)
    # Noted even if no document changed: a correction, a picture or a draft's page did.
    changes.note(touched)
    return len(changed) + len(gone)


def _keep_drafts(ids: Sequence[int]) -> None:
    """Keep the texts of those that are not published, and of no others."""
    published = Article.objects.published().filter(pk__in=ids)
    drafts = Article.objects.unpublished().filter(pk__in=ids)
    DraftText.objects.filter(article__in=published.values("pk")).delete()
    DraftText.objects.bulk_create(
        (
            draft_text(article.pk, searched_fields(article))
            for article in drafts.with_text()
        ),
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["bigrams", "text"],
    )


def draft_text(article: int, fields: Iterable[tuple[str, str]]) -> DraftText:
    """Return what is kept of the texts of an unpublished article, not yet stored."""
    text = document.folded(fields)
    return DraftText(article_id=article, text=text, bigrams=sorted(pair_codes(text)))


def documents(article: Article, lexicon: Lexicon) -> Iterator[SearchDocument]:
    """Yield the search documents of an article: one, or more where its words are very many."""
    issue = article.page.issue
    facets = _facets(article)
    content = document.content(searched_fields(article), lexicon)
    digest = facets.digest(content.digest())
    own = " ".join(map(quote, facets.lexemes()))
    for number, vector in enumerate(content.vectors):
        first = number == 0
        yield SearchDocument(
            article=article,
            part=number,
            publication_id=issue.publication_id,
            page_id=article.page_id,
            published_on=issue.published_on,
            length=content.length,
            word_count=content.word_count if first else 0,
            page_name=facets.page_name,
            column=facets.column,
            tag_ids=list(facets.tags) or None,
            authors=list(facets.authors) or None,
            version=VERSION,
            digest=digest,
            words=f"{own} {vector}" if first else vector,
            bigrams=sorted(content.bigrams) if first else [],
            impacts=content.impacts if first else b"",
            text=content.text if first else "",
        )


def _facets(article: Article) -> document.Facets:
    issue = article.page.issue
    named = [link.contributor.name for link in article.contributions.all()]
    authors = dict.fromkeys([*named, *people(article.byline)])
    return document.Facets(
        publication=issue.publication_id,
        page=article.page_id,
        label=article.page.label,
        page_name=article.page.name,
        published_on=issue.published_on,
        column=article.column,
        tags=tuple(sorted(tag.pk for tag in article.tags.all())),
        authors=tuple(authors)[: document.MAX_AUTHORS],
        contributors=tuple(
            sorted({link.contributor_id for link in article.contributions.all()})
        ),
    )


def searched_fields(article: Article) -> Iterator[tuple[str, str]]:
    """Yield every text that readers search, with its field (bm25f.WEIGHTS), as printed."""
    yield "h", article.kicker
    yield "h", article.headline
    yield "h", article.deck
    yield "k", article.column
    yield "d", article.dateline
    yield "b", article.byline
    for link in article.contributions.all():
        if link.contributor.name not in article.byline:
            yield "b", link.contributor.name
    for tag in sorted(article.tags.all(), key=lambda tag: tag.name):
        yield "t", tag.name
    for part in article.body():
        if isinstance(part, Photo):
            yield "c", part.caption
            yield "c", part.credit
        else:
            yield "d", part.text


def mark_all_stale() -> None:
    """Make ``rebuild_stale`` take every article, however often it is interrupted."""
    SearchDocument.objects.update(version=0)


def stale_ids() -> list[int]:
    """Return the articles whose documents are missing, outdated, or no longer wanted.

    So are drafts without their text, as all are that were there before it was kept.
    """
    stored = SearchDocument.objects.filter(article=OuterRef("pk"))
    published = Article.objects.published()
    missing = published.filter(~Exists(stored.filter(version=VERSION, part=0)))
    outdated = published.filter(Exists(stored.exclude(version=VERSION)))
    unpublished = Article.objects.unpublished()
    unwanted = unpublished.filter(Exists(stored))
    drafts = unpublished.filter(draft_text=None)
    found = missing.union(outdated, unwanted, drafts).values_list("pk", flat=True)
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
    flush()


def flush() -> None:
    """Tidy up after many changes: bitmaps, completions, entries that wait to go into the index."""
    bitmap_build.refresh()
    completions.refresh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_document_terms')")
