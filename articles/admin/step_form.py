"""What the form of an article asks for besides its text: the step, a note, the time, the state seen."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.admin.conflicts import Conflict, compare, with_theirs
from articles.models import Article


class StepForm(forms.ModelForm):
    """A form saved together with a step of articles/workflow.py."""

    # Who fills it in, and the step that the button pressed asks for (WorkflowAdmin.get_form).
    user: ClassVar[Any] = None
    step_name: ClassVar[str] = ""

    note = forms.CharField(
        label=gettext_lazy("新的更正或撤回说明"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy(
            "保存时加在“更正”之后，自动注明今天的日期。撤回时必填。"
        ),
    )
    # Two editors may have one article open: the later must not undo what the earlier did.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Note which state of the article is shown; take over what was chosen of another's."""
        super().__init__(*args, **kwargs)
        self.conflict: Conflict | None = None
        if not self.instance._state.adding:
            self.initial["seen"] = self.instance.updated_at.isoformat()
        if field := self.fields.get("publish_at"):
            zone = timezone.get_current_timezone_name()
            help_text = _("到这个时间自动发布，按 %(zone)s 的钟；清空则取消。")
            field.help_text = help_text % {"zone": zone}
        if self.data.get("_anyway"):
            # Fields are renewed as they are stored, the others as they were typed.
            chosen = self.data.getlist("_theirs")  # type: ignore[attr-defined]
            self.data = with_theirs(self, self.data, chosen)

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite a newer state, and a step that cannot be taken."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_seen(cleaned.get("seen", ""))
        self._check_step(cleaned.get("note", ""))
        return cleaned

    def clean_publish_at(self) -> Any:
        """Refuse a time that is over; one that was set before stays as it is."""
        time = self.cleaned_data["publish_at"]
        if time and "publish_at" in self.changed_data and time <= timezone.now():
            raise ValidationError(_("这个时间已经过去。要立即发布，请按“发布”。"))
        return time

    def _check_seen(self, seen: str) -> None:
        stored = Article.objects.select_for_update(no_key=True)
        times = stored.filter(pk=self.instance.pk).values_list("updated_at", flat=True)
        updated_at = times.first()
        if updated_at is None:
            return
        now = updated_at.isoformat()
        known = self.data.get("_anyway") or seen
        # The instance was read before the row was locked.
        if known != now or self.instance.updated_at != updated_at:
            self.conflict = compare(self, now)
            raise ValidationError(
                _(
                    "您打开本页之后别人修改了这篇文章。您写的还没有保存，请看页面上方的对照。"
                )
            )

    def _check_step(self, note: str) -> None:
        if not self.step_name:
            return
        article = None if self.instance._state.adding else self.instance
        possible = {step.name: step for step in workflow.steps(self.user, article)}
        step = possible.get(self.step_name)
        if step is None:
            raise ValidationError(_("这篇文章现在不能这样处理，或者您没有这项权限。"))
        if step.needs_note and not note:
            self.add_error("note", _("请写明撤回的原因，读者会看到。"))
