"""What search reads, and nothing else does."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import lookups  # noqa: F401 - registers them
from articles.text.fold import fold
from articles.text.segment import pair_codes

M = TypeVar("M", bound=models.Model)


class FoldedTextQuerySet(models.QuerySet[M]):
    """Rows with a folded ``text`` and its ``bigrams``, by what stands in them."""

    def containing(self, folded: str) -> Self:
        """Return the rows in which a folded string stands, to the letter.

        White space in the string matches itself only.
        """
        found = self.filter(text__contains=folded)
        codes = pair_codes(folded)
        return found.filter(bigrams__contains=sorted(codes)) if codes else found


def articles_containing(words: Iterable[str]) -> set[int]:
    """Return the primary keys of the published articles in which any of these words stands."""
    found: set[int] = set()
    for word in words:
        documents: Any = SearchDocument.objects.containing(fold(word).strip())
        found.update(documents.values_list("article_id", flat=True))
    return found


class SearchDocument(models.Model):
    """The searchable form of a published article, written by articles/search/index.py only.

    Narrow columns for filters and facets come first; ``words``, ``bigrams``, ``impacts``
    and ``text`` are wide and stored out of line. Nothing refers to this table and it carries
    its own facet keys, so it can be sharded by article. An article has one document; only
    where its words would pass PostgreSQL's limit for a tsvector (1 MB) the rest of them are
    in further parts, which have nothing else. What the columns hold: articles/search/document.py.
    """

    article = models.ForeignKey(
        "Article", models.CASCADE, related_name="search_documents"
    )
    part = models.PositiveSmallIntegerField(default=0)
    publication_id = models.BigIntegerField()
    page_id = models.BigIntegerField()
    published_on = models.DateField()
    # Words of the body.
    length = models.PositiveIntegerField(default=0)
    # Words as the index has them, of the article's first document; 0 in further parts.
    word_count = models.PositiveIntegerField(default=0)
    page_name = models.CharField(max_length=100, blank=True)
    column = models.CharField(max_length=100, blank=True)
    tag_ids = ArrayField(models.IntegerField(), null=True)
    authors = ArrayField(models.CharField(max_length=100), null=True)
    # The rules it was made by (index.VERSION) and a digest of what they made: a stale
    # document is found, and an unchanged one left alone, without reading its text.
    version = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=32)
    words = SearchVectorField()
    bigrams = ArrayField(models.IntegerField())
    impacts = models.BinaryField()
    text = models.TextField()

    objects = FoldedTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("检索文档")
        verbose_name_plural = pgettext_lazy("plural", "检索文档")
        ordering = ["-published_on", "-article_id", "part"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "part"], name="search_document_part_once"
            )
        ]
        indexes = [
            # One index for both, so that words and strings together are answered by one scan
            # of it: of two indexes the planner reads one, and the rows for the other.
            GinIndex(fields=["words", "bigrams"], name="search_document_terms"),
            models.Index(
                fields=["-published_on", "-article"], name="search_document_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}/{self.part}"


class LexemeCount(models.Model):
    """In how many search documents a lexeme stands: a cache of articles/search/counts.py."""

    lexeme = models.TextField(primary_key=True)
    documents = models.PositiveIntegerField()
    # Where the sequence of the documents' keys stood: how much was written since.
    counted_at = models.BigIntegerField()

    class Meta:
        verbose_name = _("词频")
        verbose_name_plural = pgettext_lazy("plural", "词频")

    def __str__(self) -> str:
        return f"{self.lexeme}: {self.documents}"


class IndexChange(models.Model):
    """A transaction that changed search documents: what was counted before is outdated.

    Rows, unlike a sequence, become visible with the change itself. articles/search/changes.py
    reads and prunes them. ``article_ids`` are the articles that it changed, until the bitmaps
    have them as they are.
    """

    article_ids = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        verbose_name = _("索引变动")
        verbose_name_plural = pgettext_lazy("plural", "索引变动")

    def __str__(self) -> str:
        return str(self.pk)


class Bitmap(models.Model):
    """The articles that have something in common, as a Roaring bitmap of their keys.

    A copy of what the search documents say, made by articles/search/bitmaps.py for the
    lexemes that very many articles have and for every value of a facet. All rows are of one
    ``build``.
    """

    class Kind(models.IntegerChoices):
        """What the articles have in common."""

        LEXEME = 0
        PUBLICATION = 1
        MONTH = 2
        PAGE_NAME = 3
        COLUMN = 4
        AUTHOR = 5
        TAG = 6
        # Those that have several documents, and are in none of the other bitmaps.
        SPLIT = 7

    kind = models.PositiveSmallIntegerField(choices=Kind)
    value = models.TextField()
    build = models.BigIntegerField()
    articles = models.BinaryField()

    class Meta:
        verbose_name = _("位图")
        verbose_name_plural = pgettext_lazy("plural", "位图")
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="bitmap_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
