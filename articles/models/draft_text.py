"""What editors search of articles that readers do not see."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.search_document import FoldedTextQuerySet


class DraftText(models.Model):
    """The folded text of an article that is not published, with its pairs of characters.

    Search documents are of published articles only, so that nothing of a draft can come
    into a reader's search, whatever its conditions. Written by articles/search/index.py, and
    by imports.
    """

    article = models.OneToOneField(
        "Article", models.CASCADE, primary_key=True, related_name="draft_text"
    )
    bigrams = ArrayField(models.IntegerField())
    text = models.TextField()

    objects = FoldedTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("稿件文本")
        verbose_name_plural = pgettext_lazy("plural", "稿件文本")
        default_permissions = ()
        indexes = [GinIndex(fields=["bigrams"], name="draft_text_bigrams")]

    def __str__(self) -> str:
        return str(self.article_id)
