"""Every GET parameter of the readers' pages is read and checked here."""

import re
from dataclasses import asdict, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms
from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from articles.days import MonthDay
from articles.models import Contributor, Publication, TagSynonym
from articles.name_index import LETTERS
from articles.preferences import Preferences
from articles.search.filters import Filters
from articles.search.language import MAX_LENGTH, Field, Query, compose, within

MIN_YEAR, MAX_YEAR = 1, 9999
# A reading list; a longer one is asked for in parts.
MAX_KEYS = 500
_KEY = re.compile("[1-9][0-9]{0,17}")  # within a bigint
_NO_SUCH_DAY = _("没有这一天，请写成 2020-06-08 的样子。")


class LetterForm(forms.Form):
    """The letter that names begin with, and the place in their order after which to go on."""

    letter = forms.ChoiceField(choices=[(i, i) for i in LETTERS], required=False)
    after = forms.CharField(max_length=700, required=False, strip=False)


class TagPageForm(forms.Form):
    """Whether the page of a tag shows the articles of its narrower tags, too."""

    narrower = forms.BooleanField(required=False)

    def wide(self) -> bool:
        """Return whether it was asked for."""
        return self.is_valid() and bool(self.cleaned_data["narrower"])


class CalendarForm(forms.Form):
    """The year of a calendar, or a day whose issue is looked for."""

    year = forms.IntegerField(
        min_value=MIN_YEAR,
        max_value=MAX_YEAR,
        required=False,
        widget=forms.HiddenInput,
    )
    date = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _NO_SUCH_DAY},
    )


class MonthDayForm(forms.Form):
    """A day of the year, as two numbers that need not make a day."""

    month = forms.IntegerField(min_value=1, max_value=12)
    day = forms.IntegerField(min_value=1, max_value=31)

    def chosen(self) -> MonthDay | None:
        """Return the day, None where it is none: 31 June."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        try:
            return MonthDay.parse(f"{asked['month']:02}-{asked['day']:02}")
        except ValueError:
            return None


class BeforeYearForm(forms.Form):
    """The year before which a list goes on."""

    before = forms.IntegerField(
        min_value=MIN_YEAR, max_value=MAX_YEAR, required=False, widget=forms.HiddenInput
    )


class _Keys(forms.Field):
    """The primary keys of articles, each once, in the order asked."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[int]:
        """Return the keys; ValidationError for none, too many, or what is no key."""
        texts = list(dict.fromkeys(value or []))
        if not 0 < len(texts) <= MAX_KEYS:
            too_many = _("请给出 1 至 %(limit_value)d 篇文章的编号。")
            raise forms.ValidationError(too_many, params={"limit_value": MAX_KEYS})
        if not all(_KEY.fullmatch(text) for text in texts):
            raise forms.ValidationError(_("文章的编号是一个数。"))
        return [int(text) for text in texts]


class CitationsForm(forms.Form):
    """The articles of which citations are asked for."""

    id = _Keys()


class _ChoiceBySlug(forms.ModelChoiceField):
    """A record named by its slug in the address; an unknown one is an error, never a 500."""

    def __init__(self, model: Any, label: Any, unknown: Any, **kwargs: Any) -> None:
        super().__init__(
            model.objects.all(),
            label=label,
            required=False,
            to_field_name="slug",
            error_messages={"invalid_choice": unknown},
            **kwargs,
        )


class _TagBySlug(_ChoiceBySlug):
    """A tag named by its own slug, or by that of a synonym, which former names are."""

    def to_python(self, value: Any) -> Any:
        """Return the tag."""
        found = TagSynonym.objects.filter(slug=str(value)).select_related("tag")
        synonym = None if value in self.empty_values else found.first()
        return synonym.tag if synonym else super().to_python(value)


class SearchForm(forms.Form):
    """A search and its filters."""

    SORTS = [("best", _("最相关")), ("newest", _("最新")), ("oldest", _("最早"))]
    KINDS = {"headline": Field.HEADLINE, "body": Field.BODY, "caption": Field.PHOTO}
    KIND_LABELS = [
        ("headline", _("标题")), ("body", _("正文")), ("caption", _("图片说明")),
    ]  # fmt: skip

    q = forms.CharField(
        label=_("检索词"),
        max_length=MAX_LENGTH,
        required=False,
        error_messages={"max_length": _("检索词太长，最多 %(limit_value)d 个字。")},
    )
    sort = forms.ChoiceField(
        label=_("排序"),
        choices=SORTS,
        required=False,
        error_messages={"invalid_choice": _("没有这种排序。")},
    )
    publication = _ChoiceBySlug(
        Publication,
        pgettext_lazy("label", "报纸"),
        _("没有这份报纸。"),
        empty_label=_("全部报纸"),
    )
    page = forms.CharField(
        label=_("版"), max_length=100, required=False, widget=forms.HiddenInput
    )
    tag = _TagBySlug(Tag, _("标签"), _("没有这个标签。"), widget=forms.HiddenInput)
    author = forms.CharField(
        label=_("作者"), max_length=200, required=False, widget=forms.HiddenInput
    )
    column = forms.CharField(
        label=_("栏目"), max_length=100, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the fields whose names in the address are words of Python."""
        super().__init__(*args, **kwargs)
        self.fields["in"] = forms.ChoiceField(
            label=_("出现在"),
            choices=self.KIND_LABELS,
            required=False,
            widget=forms.HiddenInput,
            error_messages={"invalid_choice": _("不能只在这里查找。")},
        )
        for name, label in (("from", _("起始日期")), ("to", _("截止日期"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": _NO_SUCH_DAY},
            )

    def clean_author(self) -> Contributor | str:
        """Return the contributor with this slug, or else the name, which bylines may have."""
        said: str = self.cleaned_data["author"]
        return Contributor.objects.filter(slug=said).first() or said

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("from"), cleaned.get("to")
        if since and until and since > until:
            self.add_error("to", _("截止日期早于起始日期。"))
        return cleaned

    def filters(self) -> Filters:
        """Return what the hits must belong to."""
        asked = self.cleaned_data
        author = asked["author"]
        if isinstance(author, Contributor) and not _shares_name(author):
            # Who is named in a byline though not linked is the same person as far as one knows.
            author = author.name
        return Filters(
            publication=asked["publication"],
            since=asked["from"],
            until=asked["to"],
            tag=asked["tag"],
            author=author if isinstance(author, Contributor) else None,
            author_name=author if isinstance(author, str) else "",
            page=asked["page"],
            column=asked["column"],
        )

    def restricted(self, query: Query) -> Query:
        """Return the query, looked for in the chosen kind of text only."""
        field = self.KINDS.get(self.cleaned_data["in"])
        return replace(query, root=within(query.root, field)) if field else query


class _ForgivingField(forms.CharField):
    """Text that is read as far as the query language goes, the page saying what is left out."""

    def __init__(self) -> None:
        box = forms.TextInput(attrs={"maxlength": MAX_LENGTH})
        super().__init__(label=_("检索词"), required=False, widget=box)


class SearchPageForm(SearchForm):
    """A search whose page may be asked to count what it would estimate."""

    q = _ForgivingField()
    exact = forms.BooleanField(label=_("准确计数"), required=False)


class KwicForm(SearchForm):
    """A search for all places where a query stands, by date, on a page or as a file."""

    SORTS = [("newest", _("最新")), ("oldest", _("最早"))]

    q = _ForgivingField()
    sort = forms.ChoiceField(
        label=_("排序"),
        choices=SORTS,
        required=False,
        error_messages={"invalid_choice": _("没有这种排序。")},
    )
    format = forms.ChoiceField(
        choices=[("csv", "CSV"), ("jsonl", "JSON Lines")],
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("没有这种格式。")},
    )


class TrendsForm(SearchForm):
    """Terms whose frequency is asked for, and how it is shown."""

    PERIODS = [("", _("自动")), ("month", _("按月")), ("year", _("按年"))]
    MEASURES = [("per_million", _("每百万词")), ("occurrences", _("次数"))]
    by = forms.ChoiceField(
        label=_("分期"),
        choices=PERIODS,
        required=False,
        error_messages={"invalid_choice": _("只能按月或按年。")},
    )
    measure = forms.ChoiceField(
        choices=MEASURES,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("没有这种计法。")},
    )
    format = forms.ChoiceField(
        choices=[("csv", "CSV")],
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("没有这种格式。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave out what only hits have: an order, and a place where words stand."""
        super().__init__(*args, **kwargs)
        del self.fields["sort"], self.fields["in"]


class CompletionForm(forms.Form):
    """What was typed so far."""

    q = forms.CharField(max_length=MAX_LENGTH, required=False, strip=False)

    def last_word(self) -> tuple[str, str]:
        """Return what stands before the word that is being typed, and this word."""
        typed: str = self.cleaned_data["q"]
        begin = max(map(typed.rfind, _BEFORE_A_WORD)) + 1
        return typed[:begin], typed[begin : begin + _LONGEST_WORD]


# A word may follow these, whatever the width; a field's name comes with its colon.
_BEFORE_A_WORD = ' \u3000()（）|｜-－"“「『:：'
_LONGEST_WORD = 60


class AdvancedSearchForm(forms.Form):
    """The boxes that make up a query for those who do not type operators."""

    all_words = forms.CharField(label=_("含有全部词"), help_text=_("以空格分开"))
    exact = forms.CharField(label=_("含有原样的字句"))
    any_words = forms.CharField(label=_("含有任一词"), help_text=_("以空格分开"))
    without = forms.CharField(label=_("不含"))
    headline = forms.CharField(label=_("标题里有"))
    author = forms.CharField(label=_("作者"))
    caption = forms.CharField(label=_("图片说明里有"))
    tag = forms.CharField(label=_("标签"))
    publication = forms.ModelChoiceField(
        Publication.objects.all(),
        label=pgettext_lazy("label", "报纸"),
        to_field_name="slug",
        empty_label=_("全部报纸"),
        error_messages={"invalid_choice": _("没有这份报纸。")},
    )
    page = forms.CharField(label=_("版"), help_text=_("版次或版名，如 1、A02、要闻"))
    since = forms.DateField(label=_("起始日期"))
    until = forms.DateField(label=_("截止日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let every box be empty, and none take more than a query may have."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            if isinstance(field, forms.CharField):
                field.max_length = MAX_LENGTH
                field.widget.attrs["maxlength"] = MAX_LENGTH
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"})
                field.input_formats = ["%Y-%m-%d"]
                field.error_messages["invalid"] = _NO_SUCH_DAY

    def clean(self) -> dict[str, Any]:
        """Refuse a query that would be cut short."""
        cleaned = super().clean() or {}
        if not self.errors and len(self.query()) > MAX_LENGTH:
            too_long = _("检索词太长，最多 %(limit_value)d 个字。")
            raise forms.ValidationError(too_long, params={"limit_value": MAX_LENGTH})
        return cleaned

    def query(self) -> str:
        """Return the query that the boxes make up, empty where all of them are."""
        boxes = dict(self.cleaned_data)
        publication = boxes.pop("publication")
        return compose(**boxes, publication=publication.slug if publication else "")


def _shares_name(author: Contributor) -> bool:
    return Contributor.objects.filter(name=author.name).exclude(pk=author.pk).exists()


class ReadingForm(forms.Form):
    """How a reader wants pages shown (articles/preferences.py), and in which language."""

    THEMES = [
        ("auto", _("随系统")), ("light", _("亮色")), ("dark", _("暗色")), ("sepia", _("护眼")),
    ]  # fmt: skip
    SIZES = [("s", _("小")), ("m", _("标准")), ("l", _("大")), ("xl", _("特大"))]
    FACES = [("serif", _("宋体")), ("sans", _("黑体"))]
    WRITINGS = [("horizontal", _("横排")), ("vertical", _("竖排"))]
    SCRIPTS = [("original", _("原文")), ("hans", _("简体")), ("hant", _("繁体"))]

    theme = forms.ChoiceField(label=_("颜色"), choices=THEMES)
    size = forms.ChoiceField(label=_("字号"), choices=SIZES)
    face = forms.ChoiceField(label=pgettext_lazy("typeface", "字体"), choices=FACES)
    writing = forms.ChoiceField(label=_("排版"), choices=WRITINGS)
    script = forms.ChoiceField(label=_("用字"), choices=SCRIPTS)
    language = forms.ChoiceField(label=_("界面语言"), choices=settings.LANGUAGES)
    # Where to go then; only ever an address of this site.
    next = forms.CharField(widget=forms.HiddenInput)

    # Radio buttons in small groups: all that one may choose is seen at once.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make every field a group of radio buttons that may be left as it is."""
        kwargs.setdefault("auto_id", "reading-%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            if isinstance(field, forms.ChoiceField):
                field.widget = forms.RadioSelect(choices=list(field.choices))  # type: ignore[arg-type]

    @classmethod
    def showing(cls, preferences: Preferences) -> Self:
        """Return the form with what the reader chose so far."""
        return cls(initial={**asdict(preferences), "language": get_language()})

    def clean_next(self) -> str:
        """Return an address of this site, without a script of its own: the chosen one holds."""
        wanted: str = self.cleaned_data["next"]
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            return "/"
        parts = urlsplit(wanted)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name != "script"]
        return parts._replace(query=urlencode(kept)).geturl()

    def preferences(self) -> Preferences:
        """Return what was chosen; valid forms only."""
        return Preferences.from_choices(self.cleaned_data)
