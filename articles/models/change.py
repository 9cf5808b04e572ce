"""What was changed, by whom and when: a row for each act, and one for each record it changed."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from reversion.models import Version

MAX_NAME = 200


class Change(models.Model):
    """An act of one person, or of the archive itself: a form stored, an action, an import."""

    class Kind(models.TextChoices):
        """What was done."""

        ADDED = "added", _("新增")
        EDITED = "edited", _("修改")
        PUBLISHED = "published", _("发布")
        WITHDRAWN = "withdrawn", _("撤回")
        DELETED = "deleted", _("删除")
        RESTORED = "restored", _("恢复")
        UNDONE = "undone", _("撤销")
        IMPORTED = "imported", _("导入")
        BULK = "bulk", _("批量处理")

    made_at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # change_by_user has it
        verbose_name=_("用户"),
    )
    # As it was: the account may be deleted, what it did may not be forgotten.
    user_name = models.CharField(
        _("用户名"), max_length=150, blank=True, editable=False
    )
    kind = models.CharField(
        _("种类"), max_length=10, choices=Kind.choices, editable=False
    )
    note = models.TextField(_("说明"), blank=True, editable=False)
    # Of the first record, which the others went with.
    content_type = models.ForeignKey(
        ContentType,
        models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,  # change_by_model has it
        verbose_name=_("记录种类"),
    )
    name = models.CharField(_("记录"), max_length=MAX_NAME, editable=False)
    count = models.PositiveIntegerField(_("记录数"), editable=False)
    undone_by = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="undoes",
        verbose_name=_("撤销于"),
    )

    class Meta:
        verbose_name = _("修改记录")
        verbose_name_plural = pgettext_lazy("plural", "修改记录")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [("undo_change", _("撤销修改，恢复已删除的记录"))]
        indexes = [
            models.Index(fields=["user", "-id"], name="change_by_user"),
            models.Index(fields=["kind", "-id"], name="change_by_kind"),
            models.Index(fields=["content_type", "-id"], name="change_by_model"),
            models.Index(fields=["made_at"], name="change_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class ChangedRecord(models.Model):
    """One record that an act changed: the version before, none if it is new, and after."""

    change = models.ForeignKey(
        Change, models.CASCADE, editable=False, related_name="records"
    )
    content_type = models.ForeignKey(
        ContentType,
        models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,  # changed_record_history has it
        verbose_name=_("记录种类"),
    )
    object_id = models.PositiveBigIntegerField(_("编号"), editable=False)
    name = models.CharField(_("名称"), max_length=MAX_NAME, editable=False)
    # Names of its fields and parts; none of a record that is new or gone.
    fields = models.JSONField(_("改动"), default=list, editable=False)
    before = models.ForeignKey(
        Version, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    after = models.ForeignKey(
        Version, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # Deleted, and not restored since.
    in_bin = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("已删除的记录")
        verbose_name_plural = pgettext_lazy("plural", "回收站")
        ordering = ["-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["content_type", "object_id", "-id"],
                name="changed_record_history",
            ),
            models.Index(
                fields=["name"],
                opclasses=["varchar_pattern_ops"],
                name="changed_record_name",
            ),
            models.Index(
                fields=["-id"], condition=Q(in_bin=True), name="changed_record_in_bin"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pruned(self) -> bool:
        """Return whether ``deleterevisions`` took a version: it is neither new nor gone."""
        missing = [key for key in (self.before_id, self.after_id) if key is None]
        return len(missing) == 2 or bool(missing and self.fields)
