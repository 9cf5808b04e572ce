"""Pasting: the text of an article or of a page becomes drafts, looked at before they are stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from articles.admin import doubts
from articles.admin.base import RecordSelect
from articles.admin.body import BodyField, parts_of
from articles.admin.drafts import forget, kept
from articles.admin.filling import Filling, FillingAdmin, PastedField, tell_removed
from articles.admin.positions import next_position
from articles.admin.repeats import Repeat, repeats
from articles.body_text import Part, write
from articles.ingest import pasted
from articles.ingest.formats import Origin
from articles.ingest.formats.page_file import place_of
from articles.ingest.new_articles import Placed, insert
from articles.ingest.pasted import Found, Pasted
from articles.ingest.places import Places
from articles.ingest.prepare import Prepared
from articles.ingest.record import Record, RecordError, check
from articles.models import Article, Issue, Page, Publication, watched
from articles.models.place import validate_label
from articles.search.pending import indexed


class PasteForm(forms.Form):
    """What is pasted, and where it was printed."""

    text = PastedField(label=gettext_lazy("原文"))
    page = forms.ModelChoiceField(
        Page.objects.select_related("issue__publication"),
        label=capfirst(gettext_lazy("版面")),
        required=False,
        help_text=gettext_lazy("已有的版面在这里选；没有的在下面填。"),
    )
    publication = forms.ModelChoiceField(
        Publication.objects.all(), label=capfirst(gettext_lazy("报纸")), required=False
    )
    published_on = forms.DateField(
        label=capfirst(gettext_lazy("出版日期")), required=False, widget=AdminDateWidget
    )
    edition = forms.CharField(
        label=capfirst(gettext_lazy("版次")),
        required=False,
        max_length=20,
        validators=[validate_label],
    )
    label = forms.CharField(
        label=capfirst(gettext_lazy("版号")),
        required=False,
        max_length=20,
        validators=[validate_label],
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        """Let records be chosen by typing."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["text"].widget.attrs = {"rows": 18, "class": "paste-text"}
        chosen = {"page": (Article, "page"), "publication": (Issue, "publication")}
        for name, (model, relation) in chosen.items():
            select = RecordSelect(model._meta.get_field(relation), admin.site)
            field: Any = self.fields[name]
            field.widget = select
            select.choices = field.choices

    def clean(self) -> dict[str, Any]:
        """Find the page; ``new`` is the place of one that is to be made."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["new"] = None
        if not self.errors and not cleaned.get("page"):
            self._find_page(cleaned)
        return cleaned

    def _find_page(self, cleaned: dict[str, Any]) -> None:
        place = self._typed_place(cleaned) or self._header_place(cleaned["text"].header)
        if place is None:
            return
        publication, said = place
        cleaned["page"] = (
            Page.objects.select_related("issue__publication")
            .filter(
                issue__publication=publication,
                issue__published_on=said["date"],
                issue__edition=said.get("edition", ""),
                label=said["page"],
            )
            .first()
        )
        if cleaned["page"]:
            return
        rights = ("articles.add_issue", "articles.add_page")
        if not self.user.has_perms(rights):
            text = _("还没有这一版，您也无权新建。请从已有的版面中选。")
            self.add_error("label", text)
            return
        cleaned["new"] = {**said, "publication": publication.slug}

    def _typed_place(
        self, cleaned: dict[str, Any]
    ) -> tuple[Publication, dict[str, Any]] | None:
        publication, date = cleaned.get("publication"), cleaned.get("published_on")
        if bool(publication) != bool(date):
            name = "published_on" if publication else "publication"
            self.add_error(name, _("报纸和出版日期要一起给出。"))
        if not (publication and date):
            return None
        label = cleaned.get("label") or "1"
        edition = cleaned.get("edition", "")
        return publication, {"date": date, "edition": edition, "page": label}

    def _header_place(
        self, header: dict[str, str]
    ) -> tuple[Publication, dict[str, Any]] | None:
        """Return the place that the lines above the page say, where they say enough."""
        if self.errors or not (header.get("publication") and header.get("date")):
            return None
        name = header["publication"]
        found = (
            Publication.objects.filter(slug=name).first()
            or Publication.objects.filter(name=name).first()
        )
        try:
            said = place_of(header)
        except RecordError:
            self.add_error("published_on", _("原文上方的日期不是一天。"))
            return None
        if found is None:
            text = _("原文上方的报纸“%(name)s”还没有录入。")
            self.add_error("publication", text % {"name": name})
            return None
        return found, said


class FoundForm(forms.ModelForm):
    """An article that was found: taken or left out, and mended."""

    take = forms.BooleanField(label=gettext_lazy("存为草稿"), required=False)
    body = BodyField()

    class Meta:
        model = Article
        fields = pasted.HEADS

    def __init__(
        self, data: Any = None, *, found: Found, user: Any, **kwargs: Any
    ) -> None:
        """Show what was found, with a field for each caption and credit."""
        self.found, self._user = found, user
        body = write(found.body, pgettext("mark", "图"))
        initial: dict[str, Any] = {**found.heads, "body": body}
        if data is None:  # otherwise somebody has chosen
            initial["take"] = not self.again
        super().__init__(data, initial=initial, **kwargs)
        for number, photo in enumerate(found.photos, 1):
            caption = forms.CharField(
                label=_("图 %(number)d 说明") % {"number": number}, required=False
            )
            credit = forms.CharField(
                label=_("图 %(number)d 摄影者") % {"number": number},
                required=False,
                max_length=200,
            )
            caption.initial, credit.initial = photo["caption"], photo["credit"]
            self.fields |= {f"caption_{number}": caption, f"credit_{number}": credit}

    def clean_body(self) -> list[Part]:
        """Return the parts."""
        numbers = set(range(1, len(self.found.photos) + 1))
        return parts_of(self.cleaned_data["body"], numbers)

    @cached_property
    def again(self) -> list[Repeat]:
        """Return what is in the archive already; asked only where it is shown."""
        return repeats(self._user, self.found)

    @property
    def taken(self) -> bool:
        """Return whether the article is to be stored."""
        return bool(self["take"].value())

    @property
    def heads(self) -> list[Any]:
        """Return the fields above the body."""
        return [self[name] for name in pasted.HEADS]

    @property
    def photos(self) -> list[Any]:
        """Return the fields of the photos."""
        return [
            self[name]
            for name in self.fields
            if name.startswith(("caption_", "credit_"))
        ]

    @property
    def doubtful(self) -> int:
        """Return the number of doubts."""
        return len(doubts.placed(self._article))

    @property
    def review(self) -> SafeString:
        """Return the doubts beside the source."""
        return doubts.review(self._article)

    @property
    def _article(self) -> Article:
        return Article(doubts=self.found.doubts, source_text=self.found.source_text)

    def parts(self) -> list[dict[str, str]]:
        """Return the body of the article's record; a photo without a place comes last."""
        photos = {
            number: {
                name: self.cleaned_data[f"{name}_{number}"].strip()
                for name in ("caption", "credit")
            }
            for number in range(1, len(self.found.photos) + 1)
        }
        body: list[dict[str, str]] = []
        for part in self.cleaned_data["body"]:
            if part.kind == "photo":
                body += _said(photos.pop(part.number))
            elif text := part.text.strip():
                body.append({"kind": part.kind, "text": text})
        return body + [part for photo in photos.values() for part in _said(photo)]


def _said(photo: dict[str, str]) -> list[dict[str, str]]:
    texts = {name: text for name, text in photo.items() if text}
    return [{"kind": "photo", **texts}] if texts else []


@dataclass(frozen=True, slots=True)
class _Reading:
    """A request that was read: the form, and the articles found in it."""

    form: PasteForm
    articles: list[FoundForm]

    @property
    def pasted(self) -> Pasted:
        read: Pasted = self.form.cleaned_data["text"]
        return read

    @property
    def page(self) -> Page | None:
        page: Page | None = self.form.cleaned_data.get("page")
        return page

    @property
    def new(self) -> dict[str, Any] | None:
        place: dict[str, Any] | None = self.form.cleaned_data["new"]
        return place


class PasteAdmin(FillingAdmin):
    """The page for pasting."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the page."""
        view = self.admin_site.admin_view(self.paste_view)
        paste = path("paste/", view, name="articles_article_paste")
        return [paste, *super().get_urls()]

    def paste_view(self, request: HttpRequest) -> HttpResponse:
        """Read what was pasted; fill the form of one article, or list several."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            initial = {"page": request.GET.get("page")}
            return self._ask(request, PasteForm(user=request.user, initial=initial))
        data = request.POST.copy()
        # The form of a new article sends its source here.
        data.setdefault("text", data.get("source_text", ""))
        if "_again" in data:
            return self._ask(request, PasteForm(user=request.user, initial=data.dict()))
        form = PasteForm(data, user=request.user)
        is_valid = form.is_valid()
        if "_store" in data and "text" in form.cleaned_data:
            return self._store(request, _reading(request, form, data))
        if not is_valid:
            return self._ask(request, form)
        read: Pasted = form.cleaned_data["text"]
        if len(read.found) == 1 and not form.cleaned_data["new"]:
            typed = Filling({"page": form.cleaned_data["page"]})
            return self.filled(request, self.filling(request, read, typed))
        tell_removed(request, read)
        return self._list(request, _reading(request, form))

    def _ask(self, request: HttpRequest, form: PasteForm) -> HttpResponse:
        dirty = request.method == "POST"
        keeping = kept(request, "paste:", dirty=dirty)
        media = self.media + form.media
        return self._paste_page(request, "paste", form=form, media=media, kept=keeping)

    def _list(self, request: HttpRequest, reading: _Reading) -> HttpResponse:
        media = self.media + reading.form.media
        for form in reading.articles:
            media += form.media
        return self._paste_page(
            request,
            "found",
            form=reading.form,
            articles=reading.articles,
            page=reading.page,
            new=reading.new,
            placed=not reading.form.errors and bool(reading.page or reading.new),
            media=media,
            kept=kept(request, _name(reading.pasted), dirty="_store" in request.POST),
        )

    def _paste_page(
        self, request: HttpRequest, name: str, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/articles/article/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("粘贴录入"),
                "most": pasted.MOST,
                **context,
            },
        )

    def _store(self, request: HttpRequest, reading: _Reading) -> HttpResponse:
        """Store what was taken as drafts, all or nothing."""
        taken = [form for form in reading.articles if form.taken]
        if reading.form.errors:
            messages.error(request, _("有的地方要改，什么都还没有存。"))
            return self._list(request, reading)
        if not (reading.page or reading.new):
            reading.form.add_error("page", _("请先给出版面。"))
            return self._list(request, reading)
        if not taken:
            messages.error(request, _("一篇也没有选。"))
            return self._list(request, reading)
        mistaken = [form for form in taken if not form.is_valid()]
        if mistaken:
            messages.error(request, _("有的地方要改，什么都还没有存。"))
            return self._list(request, reading)
        try:
            with indexed():
                keys = self._insert(request, reading, taken)
        except (RecordError, IntegrityError) as error:
            text = _("没有存：%(reason)s")
            clash = _("别人刚刚存入了与此冲突的内容，请再试一次。")
            reason = clash if isinstance(error, IntegrityError) else str(error)
            messages.error(request, text % {"reason": reason})
            return self._list(request, reading)
        return self._stored_as(request, keys)

    def _insert(
        self, request: HttpRequest, reading: _Reading, taken: list[FoundForm]
    ) -> list[int]:
        records = list(_records(reading, taken))
        places = Places(strict=True)
        places.expect(records)
        new: list[Placed] = []
        for record in records:
            check(record)
            prepared = Prepared(record, Origin("paste"), "", None)
            new.append((prepared, places.find(record)))
        keys = insert(new, entered_by=request.user.pk)
        watched.created(Article, keys)
        entered = Article.objects.filter(pk__in=keys)
        message: Any = [{"added": {}}]
        user: Any = request.user
        LogEntry.objects.log_actions(user.pk, entered, ADDITION, message)
        return keys

    def _stored_as(self, request: HttpRequest, keys: list[int]) -> HttpResponse:
        text = ngettext("存了 %(count)d 篇草稿。", "存了 %(count)d 篇草稿。", len(keys))
        messages.success(request, text % {"count": len(keys)})
        if len(keys) == 1:
            change = reverse("admin:articles_article_change", args=keys)
            return forget(request, HttpResponseRedirect(change))
        page = Article.objects.get(pk=keys[0]).page_id
        listed = reverse("admin:articles_article_changelist")
        return forget(request, HttpResponseRedirect(f"{listed}?page={page}"))


def _name(read: Pasted) -> str:
    """Return a name for what is written about one text, the same whenever it is pasted."""
    return f"found:{blake2b(read.text.encode(), digest_size=8).hexdigest()}"


def _reading(request: HttpRequest, form: PasteForm, data: Any = None) -> _Reading:
    articles = [
        FoundForm(data, prefix=f"a{number}", found=found, user=request.user)
        for number, found in enumerate(form.cleaned_data["text"].found, 1)
    ]
    return _Reading(form, articles)


def _records(reading: _Reading, taken: list[FoundForm]) -> Iterator[Record]:
    page = reading.page
    place = reading.new or {}
    first = 1
    if page:
        issue = page.issue
        place = {
            "publication": issue.publication.slug,
            "date": issue.published_on,
            "edition": issue.edition,
            "page": page.label,
        }
        first = next_position(page, "articles")
    for position, form in enumerate(taken, first):
        yield Record(
            **place,
            **{name: form.cleaned_data[name].strip() for name in pasted.HEADS},
            body=form.parts(),
            position=position,
            status="draft",
            source_text=form.found.source_text,
            doubts=form.found.doubts,
        )
