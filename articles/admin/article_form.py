"""The form of an article: its heads, place, tags and state."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.body import BodyForm
from articles.admin.filling import SourceForm
from articles.admin.positions import next_position
from articles.admin.tags import TagsField
from articles.models import Article


class ArticleForm(SourceForm, BodyForm):
    """The heads of an article, its body, place, tags and status."""

    tags = TagsField(
        label=gettext_lazy("标签"),
        required=False,
        help_text=gettext_lazy("从提示中选，或输入新标签；用逗号、顿号或回车分开。"),
    )
    # Two editors may have one article open: the later must not undo what the earlier did.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Note which state of the article is shown."""
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["seen"] = self.instance.updated_at.isoformat()
        if field := self.fields.get("position"):
            field.required = False
            field.help_text = gettext_lazy("留空则排在本版最后。")

    def clean(self) -> dict[str, Any]:
        """Find a place for an article without one; refuse to overwrite a newer state."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        page = cleaned.get("page")
        if page and cleaned.get("position") is None and "position" in cleaned:
            cleaned["position"] = next_position(page, "articles")
        stored = Article.objects.select_for_update(no_key=True).filter(
            pk=self.instance.pk
        )
        updated_at = stored.values_list("updated_at", flat=True).first()
        if updated_at and cleaned.get("seen") not in ("", updated_at.isoformat()):
            raise ValidationError(
                _("您打开本页之后别人修改了这篇文章。请另开窗口打开，在那里重做改动。")
            )
        return cleaned
