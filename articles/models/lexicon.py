"""The archive's own dictionary."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import watched
from articles.models.base import Indexed, IndexedQuerySet
from articles.search.pending import touch_words
from articles.text.fold import fold


def validate_folded(word: str) -> None:
    """Refuse control characters, and a word of which too little is left once it is folded."""
    if any(char < " " for char in word) or len(fold(word).strip()) < 2:
        raise ValidationError(_("至少两个字，首尾没有空格。"))


class LexiconWordQuerySet(IndexedQuerySet["LexiconWord"]):
    """Lexicon words; bulk changes index the articles that contain them, too."""

    def get_by_natural_key(self, word: str) -> "LexiconWord":
        """Return the entry of this word."""
        return self.get(word=word)

    def mark(self, *, in_use: bool) -> int:
        """Say whether queries are cut by these words; their articles are the caller's work."""
        return super(IndexedQuerySet, self).update(is_in_use=in_use)

    def _article_ids(self, pks: list[Any]) -> list[int | None]:
        rows = LexiconWord._base_manager.filter(pk__in=pks)
        touch_words(rows.values_list("word", flat=True))
        return []


class LexiconWord(Indexed):
    """A name or term that segmentation must keep whole, such as 黄润秋 or 长三角.

    Storing or deleting one indexes anew the articles that contain it: few in the transaction,
    many by a job (articles/vocabulary.py). Until that is done the word is not in use: what is
    indexed has it already, and queries are cut without it.
    """

    class Kind(models.TextChoices):
        """What the word names."""

        PERSON = "person", _("人名")
        PLACE = "place", _("地名")
        ORGANISATION = "organisation", _("机构")
        TERM = "term", _("术语")

    word = models.CharField(
        _("词"),
        max_length=60,
        unique=True,
        validators=[MinLengthValidator(2), validate_folded],
    )
    kind = models.CharField(
        _("种类"), max_length=12, choices=Kind.choices, default=Kind.TERM
    )
    frequency = models.PositiveIntegerField(
        _("词频"), default=1, help_text=_("提取关键词时的权重。")
    )
    is_in_use = models.BooleanField(_("已启用"), default=True, editable=False)

    objects = LexiconWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("词库词")
        verbose_name_plural = pgettext_lazy("plural", "词库")
        ordering = ["word"]
        constraints = [
            models.CheckConstraint(
                condition=Q(word__regex=r"^\S(.*\S)$"),
                name="lexicon_word_has_two_characters",
                violation_error_message=_("至少两个字，首尾没有空格。"),
            )
        ]

    def __str__(self) -> str:
        return self.word

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (self.word,)

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Store the row; index only where the word itself is another."""
        stored = type(self)._base_manager.filter(pk=self.pk)
        if self.word in stored.values_list("word", flat=True):
            watched.changing(type(self), [self.pk])
            models.Model.save_base(self, *args, **kwargs)
        else:
            super().save_base(*args, **kwargs)

    def indexed_article_ids(self) -> Iterable[int]:
        """Note the word: the articles of all words of a transaction are asked for together."""
        touch_words([self.word])
        return []

    def stored_article_ids(self) -> Iterable[int]:
        """Note the word as the database still has it."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        touch_words(rows.values_list("word", flat=True))
        return []
