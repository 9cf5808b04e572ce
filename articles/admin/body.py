"""The body of an article in its form: one text with light marks, stored as rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import body_rows
from articles.admin.base import SizedTextarea, VerbatimField
from articles.body_text import BodyError, Mistake, Part, read
from articles.models import Article, Photo

# As the inline of photos is called in a form.
PHOTOS = "photos"
# A row of a photo with nothing but these is an empty one.
_NOT_SAYING = ("id", "article", "DELETE")
# Rows of a photo that a form can have at all (Django's limit of a formset).
_MOST_PHOTOS = 2000


class BodyArea(SizedTextarea):
    """A text area with the legend of its marks, and with buttons where scripts run."""

    class Media:
        css = {"all": ["admin-body.css"]}
        js = ["js/body.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Set the area as a text to read."""
        super().__init__({"class": "body-text", "spellcheck": "false", **(attrs or {})})

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return the area with its tools above and its legend below."""
        area = super().render(*args, **kwargs)
        return render_to_string("admin/articles/body_area.html", {"area": area})


class BodyField(VerbatimField):
    """A body as one text: its clean value is its parts."""

    widget = BodyArea

    def __init__(self, **kwargs: Any) -> None:
        """Ask for no body: an article may be a headline and photos."""
        super().__init__(label=gettext_lazy("正文"), required=False, **kwargs)
        # NUL is told of with its line.
        self.validators = []


def parts_of(text: str, photos: set[int] | None = None) -> list[Part]:
    """Return the parts that a body says; raise ValidationError with every mistake's line."""
    try:
        return read(text, photos)
    except BodyError as error:
        raise ValidationError([_said(mistake) for mistake in error.mistakes]) from error


def _said(mistake: Mistake) -> str:
    texts = {
        "no-text": _("第 %(line)d 行：小标题没有文字。"),
        "no-photo": _("第 %(line)d 行：没有图 %(number)d。"),
        "photo-twice": _("第 %(line)d 行：图 %(number)d 前面已经放过一次。"),
        "unstorable": _("第 %(line)d 行有无法保存的字符（U+%(code)s）。"),
    }
    return texts[mistake.code] % {
        "line": mistake.line,
        "number": mistake.number,
        "code": f"{mistake.number:04X}",
    }


class BodyForm(forms.ModelForm):
    """A form of an article with its body, whose photos are those of the same form."""

    body = BodyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the stored body."""
        super().__init__(*args, **kwargs)
        if "body" in self.fields and not self.instance._state.adding:
            self.initial["body"] = body_rows.text_of(self.instance)

    def clean_body(self) -> list[Part] | None:
        """Return the parts; None where no body was sent, which is not an empty one."""
        if self.add_prefix("body") not in self.data:
            return None
        return parts_of(self.cleaned_data["body"], self._photos())

    def _photos(self) -> set[int]:
        """Return the numbers of the photos that are sent with this form, or else stored."""
        if f"{PHOTOS}-TOTAL_FORMS" in self.data:
            return _sent_photos({**dict(self.data.items()), **dict(self.files.items())})
        stored = 0 if self.instance._state.adding else self.instance.photos.count()
        return set(range(1, stored + 1))


def _sent_photos(sent: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the rows that say something, also of those to be deleted."""
    rows = _count(str(sent.get(f"{PHOTOS}-TOTAL_FORMS", "")))
    said = set()
    for name, value in sent.items():
        prefix, _dash, rest = name.partition("-")
        number, _dash, what = rest.partition("-")
        if prefix != PHOTOS or not number.isdigit() or _count(number) >= rows:
            continue
        if (what == "id" and value) or (what not in _NOT_SAYING and str(value).strip()):
            said.add(_count(number) + 1)
    return said


def _count(digits: str) -> int:
    """Return the number, as far as rows are counted; 0 for what is none."""
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 9
    return min(int(digits), _MOST_PHOTOS) if is_number else 0


class BodyAdmin(admin.ModelAdmin):
    """Stores the body after the photos that it names."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Store tags and rows, then paragraphs and the order of all parts."""
        super().save_related(request, form, formsets, change)
        parts = form.cleaned_data.get("body")
        if parts is not None:
            body_rows.store(
                form.instance, parts, _numbered_photos(form.instance, formsets)
            )

    @admin.display(description=gettext_lazy("正文"))
    def body(self, obj: Article) -> SafeString:
        """Return the body for those who may only look."""
        return format_html('<div class="body-shown">{}</div>', body_rows.text_of(obj))


def _numbered_photos(article: Article, formsets: Any) -> dict[int, Photo]:
    """Return the stored photos by their numbers in the form."""
    for formset in formsets:
        if formset.model is Photo:
            return {
                number: form.instance
                for number, form in enumerate(formset.forms, 1)
                if form.instance.pk and form not in formset.deleted_forms
            }
    photos: Any = article.photos.order_by("position")
    return dict(enumerate(photos, 1))
