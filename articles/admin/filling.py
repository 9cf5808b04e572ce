"""The form of a new article, filled from a text that was pasted; nothing is stored by it."""

import copy
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from articles.admin.base import SizedTextarea
from articles.admin.body import PHOTOS
from articles.admin.repeats import repeats
from articles.body_text import Part, write
from articles.ingest import pasted
from articles.ingest.pasted import Found, Pasted
from articles.models import Article

# Rows of a formset that a form may ask to be shown again.
_MOST_ROWS = 200
_OF_A_ROW = ("id", "article", "DELETE")


class PastedField(forms.CharField):
    """A text to be read as articles: its clean value is what was found in it."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        """Take the text as it is: what cannot be stored is taken out and told of."""
        super().__init__(**{"strip": False, **kwargs})
        self.validators = []

    def clean(self, value: Any) -> Any:
        """Return the articles; refuse a text without any, and one that is too long."""
        text = str(super().clean(value))
        lines = sum(1 for line in text.split("\n") if line.strip())
        if len(text) > pasted.MOST or lines > pasted.MOST_LINES:
            raise ValidationError(
                _(
                    "太长：%(length)d 字、%(lines)d 行。一次最多粘贴 %(most)d 字、%(most_lines)d 行，"
                    "更长的请存为文本文件，用 import_issues 导入。"
                ),
                params={
                    "length": len(text), "lines": lines,
                    "most": pasted.MOST, "most_lines": pasted.MOST_LINES,
                },
            )  # fmt: skip
        found = pasted.read(text)
        if not found.found:
            raise ValidationError(_("这里没有文章。"))
        return found


class SourceArea(SizedTextarea):
    """The source of a new article, with the buttons that read it."""

    class Media:
        css = {"all": ["admin-paste.css"]}

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return the area with its buttons below."""
        area = super().render(*args, **kwargs)
        context = {"area": area, "paste": reverse("admin:articles_article_paste")}
        return render_to_string("admin/articles/source_area.html", context)


class SourceForm(forms.ModelForm):
    """A form that knows whether it was filled from its source, and what is doubtful there."""

    filled = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give a new article the doubts of its source; they are stored with it."""
        super().__init__(*args, **kwargs)
        said = self.data if self.is_bound else self.initial
        if self.instance._state.adding and said.get("filled"):
            self._doubt(str(said.get("source_text", "")))

    def _doubt(self, source: str) -> None:
        try:
            read: Pasted = PastedField().clean(source)
        except ValidationError:
            return
        if len(read.found) == 1:
            self.instance.source_text = read.text
            self.instance.doubts = read.found[0].doubts


@dataclass(frozen=True, slots=True)
class Filling:
    """What a form begins with: values by field, and rows by formset."""

    initial: dict[str, Any]
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)


class FillingAdmin(admin.ModelAdmin):
    """The form of a new article, which a button fills from the source pasted into it."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or store an article; fill the form of a new one where that is asked."""
        if request.method == "POST" and object_id is None and "_fill" in request.POST:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self._fill(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _fill(self, request: HttpRequest) -> HttpResponse:
        """Show the form again, what is empty in it filled from its source."""
        filling = self._posted(request)
        try:
            read: Pasted = PastedField().clean(request.POST.get("source_text", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.filled(request, filling)
        if len(read.found) > 1:
            text = ngettext(
                "原文里有 %(count)d 篇文章，请用“逐篇录入”。",
                "原文里有 %(count)d 篇文章，请用“逐篇录入”。",
                len(read.found),
            )
            messages.warning(request, text % {"count": len(read.found)})
            return self.filled(request, filling)
        return self.filled(request, self.filling(request, read, filling))

    def filling(
        self, request: HttpRequest, read: Pasted, typed: Filling | None = None
    ) -> Filling:
        """Return what the form of the one article found begins with; what was typed stays."""
        typed = typed or Filling({})
        found = read.found[0]
        rows = dict(typed.rows)
        values = _values(found, read.text, len(rows.get(PHOTOS, ())))
        if not _says(typed.initial.get("body")):
            rows[PHOTOS] = [*rows.get(PHOTOS, ()), *found.photos]
        kept = {
            name: value
            for name, value in typed.initial.items()
            if name not in values or (name in _HEADS and _says(value))
        }
        self._tell(request, read, kept)
        return Filling({**values, **kept}, rows)

    def _tell(self, request: HttpRequest, read: Pasted, kept: dict[str, Any]) -> None:
        found = read.found[0]
        if names := [name for name in _HEADS if name in kept]:
            labels = _("、").join(str(_label(name)) for name in names)
            text = _("已有内容的没有改：%(fields)s。要重填，请先清空。")
            messages.info(request, text % {"fields": labels})
        tell_removed(request, read)
        for repeat in repeats(request.user, found):
            text = _("可能已经录入：{}")
            messages.warning(request, format_html(text, repeat.link))
        text = _("已按原文填好，还没有保存。请核对。")
        messages.success(request, text)

    def filled(self, request: HttpRequest, filling: Filling) -> HttpResponse:
        """Show the form of a new article with these values and rows."""
        shown: Any = copy.copy(request)
        shown.method = "GET"
        shown.filling = filling
        add = reverse("admin:articles_article_add")
        context = {"unsaved": True}
        return self.changeform_view(shown, None, add, context)

    def _posted(self, request: HttpRequest) -> Filling:
        """Return what a form of a new article sent, as it was typed."""
        posted = request.POST
        form: Any = self.get_form(request)
        initial = {
            name: field.widget.value_from_datadict(posted, {}, name)
            for name, field in form.base_fields.items()
        }
        prefixes = [
            formset.get_default_prefix()
            for formset, _inline in super().get_formsets_with_inlines(request)
        ]
        return Filling(initial, {name: _rows(posted, name) for name in prefixes})

    # ---- What Django asks while it shows the form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with what the form was filled with."""
        initial = super().get_changeform_initial_data(request)
        filling = getattr(request, "filling", None)
        return filling.initial if filling else initial

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Begin the rows with what they were filled with."""
        kwargs: dict[str, Any] = super().get_formset_kwargs(
            request, obj, inline, prefix
        )
        if filling := getattr(request, "filling", None):
            kwargs["initial"] = filling.rows.get(prefix, [])
        return kwargs

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show as many rows as were filled."""
        filling = getattr(request, "filling", None)
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if filling:
                formset.extra = len(filling.rows.get(formset.get_default_prefix(), ()))
            yield formset, inline

    def get_fieldsets(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[tuple[Any, Any]]:
        """Begin the form of a new article with the box for its source."""
        fieldsets: list[Any] = list(super().get_fieldsets(request, obj))
        if obj is not None:
            return fieldsets
        box = (gettext_lazy("贴入原文"), {"fields": ["source_text", "filled"]})
        rest = [part for part in fieldsets if "source_text" not in part[1]["fields"]]
        filling = getattr(request, "filling", None)
        filled = (
            filling.initial.get("filled") if filling else request.POST.get("filled")
        )
        doubts = (gettext_lazy("疑点"), {"fields": ["doubtful_places"]})
        return [box, *([doubts] if filled else []), *rest]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Give the source its buttons."""
        if db_field.name == "source_text":
            kwargs["widget"] = SourceArea
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field


_HEADS = (*pasted.HEADS, "body")


def _says(value: Any) -> bool:
    return bool(str(value or "").strip())


def _label(name: str) -> Any:
    model_field: Any = None if name == "body" else Article._meta.get_field(name)
    return model_field.verbose_name if model_field else _("正文")


def _values(found: Found, source: str, photos: int) -> dict[str, Any]:
    """Return the fields of an article, whose photos follow so many others."""
    body = [
        Part("photo", number=part.number + photos) if part.kind == "photo" else part
        for part in found.body
    ]
    return {
        **found.heads,
        "body": write(body, pgettext("mark", "图")),
        "source_text": source,
        "needs_review": bool(found.doubts),
        "filled": "1",
    }


def _rows(posted: QueryDict, prefix: str) -> list[dict[str, str]]:
    """Return the rows of a formset that say anything."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in posted.items():
        begin, _dash, rest = name.partition("-")
        number, _dash, what = rest.partition("-")
        counted = number.isascii() and number.isdigit() and len(number) < 5
        if begin == prefix and counted and what not in _OF_A_ROW:
            rows.setdefault(int(number), {})[what] = str(value)
    said = [row for _number, row in sorted(rows.items()) if any(row.values())]
    return said[:_MOST_ROWS]


def tell_removed(request: HttpRequest, read: Pasted) -> None:
    """Say how many characters were taken out of what was pasted."""
    if read.removed:
        text = ngettext(
            "去掉了 %(count)d 个无法保存的字符。",
            "去掉了 %(count)d 个无法保存的字符。",
            read.removed,
        )
        messages.warning(request, text % {"count": read.removed})
