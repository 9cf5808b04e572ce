"""The form of an article: its heads, place and tags."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from articles.admin.body import BodyForm
from articles.admin.filling import SourceForm
from articles.admin.positions import next_position
from articles.admin.step_form import StepForm
from articles.admin.tags import SuggestingTagSelect, TagsField


class ArticleForm(SourceForm, BodyForm, StepForm):
    """The heads of an article, its body, place and tags."""

    tags = TagsField(
        label=capfirst(gettext_lazy("标签")),
        required=False,
        widget=SuggestingTagSelect,
        help_text=gettext_lazy("从提示中选，或输入新标签；用逗号、顿号或回车分开。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the position be empty."""
        super().__init__(*args, **kwargs)
        if "tags" in self.fields:
            self.fields["tags"].widget.article = self.instance.pk
        if field := self.fields.get("position"):
            field.required = False
            field.help_text = gettext_lazy("留空则排在本版最后。")

    def clean(self) -> dict[str, Any]:
        """Find a place for an article without one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        page = cleaned.get("page")
        if page and cleaned.get("position") is None and "position" in cleaned:
            cleaned["position"] = next_position(page, "articles")
        return cleaned
