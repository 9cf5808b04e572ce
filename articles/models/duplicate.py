"""Articles that say nearly the same: what they are compared by, and the pairs found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.article import Article
from articles.models.base import JudgedQuerySet


class TextSketch(models.Model):
    """What an article's body is compared by (articles/ingest/near_duplicates.py).

    It is old when the article was changed after ``made_at``, or when the way of making it
    has another ``version`` by now.
    """

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="sketch"
    )
    version = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    # Empty where the text is too short to judge.
    signature = models.BinaryField()
    bands = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("文本指纹")
        verbose_name_plural = _("文本指纹")
        indexes = [GinIndex(fields=["bands"], name="sketch_bands")]

    def __str__(self) -> str:
        return str(self.article_id)


class NearDuplicate(models.Model):
    """Two articles with nearly the same text, until an editor has judged them, and after.

    Nothing is merged: what an editor says is kept with the pair.
    """

    class Verdict(models.TextChoices):
        """What an editor said of the pair."""

        OPEN = "open", _("待判断")
        SAME = "same", _("同一篇")
        DIFFERENT = "different", _("不同")

    first = models.ForeignKey(
        Article, models.CASCADE, related_name="+", verbose_name=_("文章")
    )
    second = models.ForeignKey(
        Article, models.CASCADE, related_name="+", verbose_name=_("另一篇")
    )
    similarity = models.FloatField(_("相似度"))
    agreement = models.FloatField(_("一致度"))
    verdict = models.CharField(
        _("判断"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN
    )
    found_at = models.DateTimeField(_("发现时间"), default=timezone.now, editable=False)

    objects = JudgedQuerySet.as_manager()

    class Meta:
        verbose_name = _("近似文章")
        verbose_name_plural = pgettext_lazy("plural", "近似文章")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="near_duplicate_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="near_duplicate_in_order"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["open", "same", "different"]),
                name="near_duplicate_verdict_known",
            ),
        ]
        indexes = [
            models.Index(fields=["verdict", "-id"], name="near_duplicate_by_verdict")
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
