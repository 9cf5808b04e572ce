"""Work that takes longer than a request: what was asked, how far it is, what came of it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

# A job that says nothing for so long was killed: it is heard every second otherwise.
SILENCE = timedelta(seconds=30)


class Job(models.Model):
    """One run of a kind of work (articles/jobs.py), by a process of its own."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("出错")
        STOPPED = "stopped", _("已停止")

    kind = models.CharField(_("种类"), max_length=40, editable=False)
    params = models.JSONField(_("参数"), default=dict, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("发起人"),
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=State.choices,
        default=State.WAITING,
        editable=False,
    )
    done = models.PositiveBigIntegerField(_("已完成"), default=0, editable=False)
    total = models.PositiveBigIntegerField(_("总数"), default=0, editable=False)
    message = models.TextField(_("说明"), blank=True, editable=False)
    report = models.JSONField(_("结果"), default=dict, editable=False)
    # That of who started it: what it says is in it.
    language = models.CharField(max_length=10, blank=True, editable=False)
    stop_asked = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("发起时间"), auto_now_add=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, editable=False)
    heard_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = pgettext_lazy("plural", "后台任务")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the address of the page that shows how far it is."""
        return reverse("admin:articles_job_change", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will happen to it."""
        return self.ended_at is not None or self.is_lost

    @property
    def is_lost(self) -> bool:
        """Return whether its process ended without saying so: it was killed."""
        heard = self.heard_at or self.created_at
        return self.ended_at is None and timezone.now() - heard > SILENCE

    @property
    def label(self) -> str:
        """Return its state in words, also where it can say nothing itself any more."""
        return gettext("进程已中断") if self.is_lost else self.get_state_display()

    def progress(self) -> dict[str, Any]:
        """Return what a page that shows it asks for again and again."""
        return {
            "state": "lost" if self.is_lost else self.state,
            "label": self.label,
            "over": self.is_over,
            "done": self.done,
            "total": self.total,
            "message": self.message,
        }
