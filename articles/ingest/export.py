"""From the database to records: what export_issues writes and an import compares with."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet
from taggit.models import Tag

from articles.ingest.record import Record
from articles.models import (
    Article,
    ArticleQuerySet,
    Contribution,
    Contributor,
    Issue,
    Page,
    Paragraph,
    Photo,
    Publication,
    Region,
)
from articles.models.article import TaggedArticle

_BATCH = 500


def whole_articles() -> ArticleQuerySet:
    """Return the articles with all that an exchange record says of them."""
    parts = ("paragraphs", "photos", "regions", "tags")
    return Article.objects.with_place().prefetch_related(*parts)


def record_of(article: Article) -> Record:
    """Return the exchange record of an article."""
    page = article.page
    issue = page.issue
    return Record(
        publication=issue.publication.slug,
        publication_name=issue.publication.name,
        date=issue.published_on,
        edition=issue.edition,
        issue_number=issue.number,
        date_note=issue.date_note,
        page=page.label,
        page_name=page.name,
        position=article.position,
        kicker=article.kicker,
        headline=article.headline,
        deck=article.deck,
        byline=article.byline,
        dateline=article.dateline,
        column=article.column,
        genre=article.genre,
        correction=article.correction,
        status=article.status,
        source_text=article.source_text,
        tags=sorted(tag.name for tag in article.tags.all()),
        body=[_part(part) for part in article.body()],
        regions=[_box(region) for region in article.regions.all()],
        doubts=article.doubts,
    )


def _box(region: Any) -> list[float]:
    return list(region.box)


def _part(part: object) -> dict[str, str]:
    if isinstance(part, Photo):
        texts = {
            "caption": part.caption,
            "credit": part.credit,
            "alt": part.alt,
            "image": part.image.name or "",
        }
        return {"kind": "photo", **{name: text for name, text in texts.items() if text}}
    return {"kind": part.kind, "text": part.text}  # type: ignore[attr-defined]


def records(articles: ArticleQuerySet) -> Iterator[Record]:
    """Yield the records of articles, issue by issue in the order of print.

    Memory stays flat: so many at a time are read, each time from where the last ended.
    """
    order = ("page__issue__publication__slug", "page__issue__published_on",
             "page__issue__edition", "page__position", "page__label", "position", "pk")  # fmt: skip
    ids = articles.order_by(*order).values_list("pk", flat=True)
    batch: list[int] = []
    for pk in ids.iterator(chunk_size=10 * _BATCH):
        batch.append(pk)
        if len(batch) == _BATCH:
            yield from _batch(batch)
            batch = []
    yield from _batch(batch)


def _batch(ids: list[int]) -> Iterator[Record]:
    found = whole_articles().in_bulk(ids)
    yield from (record_of(found[pk]) for pk in ids if pk in found)


def rows(articles: ArticleQuerySet) -> Iterator[Model]:
    """Yield all rows that make up articles, each after those that it refers to."""
    chosen = articles.order_by("pk").values("pk")
    pages = Page.objects.filter(articles__in=chosen)
    issues = Issue.objects.filter(pages__in=pages)
    querysets: list[QuerySet[Any]] = [
        Publication.objects.filter(issues__in=issues),
        issues.select_related("publication"),
        pages.select_related("issue__publication"),
        articles.with_place().order_by("pk"),
        Paragraph.objects.filter(article__in=chosen),
        Photo.objects.filter(article__in=chosen),
        Region.objects.filter(article__in=chosen),
        Tag.objects.filter(
            pk__in=TaggedArticle.objects.filter(content_object__in=chosen).values("tag")
        ),
        TaggedArticle.objects.filter(content_object__in=chosen),
        Contributor.objects.filter(contributions__article__in=chosen),
        Contribution.objects.filter(article__in=chosen),
    ]
    for queryset in querysets:
        yield from queryset.order_by("pk").distinct().iterator(chunk_size=_BATCH)
