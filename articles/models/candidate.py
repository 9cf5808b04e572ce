"""Words that the archive itself offers for its lexicon."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.base import JudgedQuerySet
from articles.models.lexicon import LexiconWord


class WordCandidate(models.Model):
    """A string found in the articles that may be a word, until an editor has judged it, and after.

    What was rejected stays here, so that it is not found again.
    """

    class Source(models.TextChoices):
        """How it was found (articles/candidates.py)."""

        BYLINE = "byline", _("署名")
        TITLE = "title", _("称谓")
        TEXT = "text", _("正文")

    class Verdict(models.TextChoices):
        """What an editor said of it."""

        OPEN = "open", _("待判断")
        ACCEPTED = "accepted", _("已采纳")
        REJECTED = "rejected", _("已否决")

    word = models.CharField(_("词"), max_length=60, unique=True, editable=False)
    kind = models.CharField(
        _("种类"),
        max_length=12,
        choices=LexiconWord.Kind,
        default=LexiconWord.Kind.TERM,
    )
    source = models.CharField(
        _("来源"), max_length=8, choices=Source, default=Source.TEXT, editable=False
    )
    score = models.FloatField(_("得分"), default=0, editable=False)
    # What the score is made of (articles/text/new_words.py); 0 of names.
    cohesion = models.FloatField(_("凝固度"), default=0, editable=False)
    freedom = models.FloatField(_("自由度"), default=0, editable=False)
    occurrences = models.PositiveIntegerField(
        _("出现次数"), default=0, editable=False, help_text=_("所读文章中的次数。")
    )
    touched = models.PositiveIntegerField(
        _("涉及文章"), default=0, editable=False, help_text=_("含有此词的文章数。")
    )
    verdict = models.CharField(
        _("判断"), max_length=8, choices=Verdict, default=Verdict.OPEN, editable=False
    )
    # Some articles that have it; no foreign keys, since it need not still be there.
    examples = ArrayField(models.BigIntegerField(), default=list, editable=False)
    found_at = models.DateTimeField(_("发现时间"), default=timezone.now, editable=False)

    objects = JudgedQuerySet.as_manager()

    class Meta:
        verbose_name = _("候选词")
        verbose_name_plural = pgettext_lazy("plural", "候选词")
        ordering = ["-score", "-pk"]
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["open", "accepted", "rejected"]),
                name="word_candidate_verdict_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["verdict", "-score", "-id"], name="word_candidate_best"
            )
        ]

    def __str__(self) -> str:
        return self.word
