"""Rows in an order that editors change: numbers may be exchanged or left out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def next_position(parent: Model, *parts: str) -> int:
    """Return the position after the last of the parent's parts, of all kinds together."""
    taken = (
        getattr(parent, part).aggregate(last=Max("position"))["last"] for part in parts
    )
    return 1 + max((position for position in taken if position is not None), default=0)


class PositionedForm(forms.ModelForm):
    """A row whose position may be left empty: it then follows the last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for no position, and suggest none, of which every new row would have the same."""
        super().__init__(*args, **kwargs)
        if field := self.fields.get("position"):
            field.required = False
            field.help_text = gettext_lazy("留空则排在最后。")
            if self.instance._state.adding:
                self.initial["position"] = None


class PositionedFormSet(forms.BaseInlineFormSet):
    """Rows of which no two may end at one position; those without one follow the last.

    A row may take the position of another that leaves it: Django compares rows with each
    other only, and the database looks when all are stored (``base._stored``).
    """

    # The parent's relations that share one order.
    parts: tuple[str, ...] = ()

    def clean(self) -> None:
        """Refuse two rows at one position, and rows that are no longer there."""
        if any("id" in form.errors for form in self.forms):
            raise ValidationError(
                _("有的行已被别人删除。请另开窗口打开本页，在那里重做改动。")
            )
        taken: set[int] = set()
        for form in self.forms:
            position = getattr(form, "cleaned_data", {}).get("position")
            if position is None or self._should_delete_form(form):  # type: ignore[attr-defined]
                continue
            if position in taken:
                message = _("次序 %(position)d 已有另一行，请改为别的数。")
                form.add_error("position", message % {"position": position})
            taken.add(position)
        super().clean()

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """Store a new row, after the last if it has no position."""
        self._place(form)
        return super().save_new(form, commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        """Store a changed row, after the last if its position was taken away."""
        self._place(form)
        return super().save_existing(form, obj, commit)

    def _place(self, form: Any) -> None:
        if form.instance.position is None:
            form.instance.position = next_position(self.instance, *self.parts)
