"""What the search box offers while one types."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Completion(models.Model):
    """A term with one way to type it, written by articles/search/completions.py only.

    A term that may be read in several ways has a row for each. Rows are candidates: whether
    readers may see the term is asked of the published articles whenever it is offered.
    """

    class Kind(models.IntegerChoices):
        """Where the term is from; in the order in which they are offered."""

        WORD = 1, _("词库")
        AUTHOR = 2, _("作者")
        TAG = 3, _("标签")
        HEADLINE = 4, _("标题")

    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    text = models.CharField(max_length=500)
    # The beginnings, for that is all that is typed of a long headline.
    folded = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=120)
    initials = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("补全")
        verbose_name_plural = pgettext_lazy("plural", "补全")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "text", "pinyin"], name="completion_reading_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["kind", name],
                opclasses=["int2_ops", "varchar_pattern_ops"],
                name=f"completion_{name}",
            )
            for name in ("folded", "pinyin", "initials")
        ] + [HashIndex(fields=["text"], name="completion_text")]

    def __str__(self) -> str:
        return self.text
