"""Who has an article open in its form."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class EditLock(models.Model):
    """Tells other editors that somebody works at an article. It keeps nobody from saving."""

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="edit_lock"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("编辑者"),
    )
    heard_at = models.DateTimeField(_("最后活动"))

    class Meta:
        verbose_name = _("正在编辑")
        verbose_name_plural = _("正在编辑")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.article_id} {self.user}"
