"""The lexicon: its words, and lists of them pasted and saved. What they touch is indexed anew."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import vocabulary, word_list
from articles.admin.base import ArchiveAdmin
from articles.admin.confirm import asked
from articles.csv_files import csv_lines
from articles.models import LexiconWord
from articles.search.lexicon import articles_with
from articles.search.pending import indexed

# The articles of so many words are counted before they are asked about.
_COUNTED = 100


def effects(words: Sequence[tuple[str, int]]) -> list[str]:
    """Return what a page that asks says of the articles of these words, each with its number."""
    if not words:
        return []
    number, exact = vocabulary.touched_together(words)
    if exact:
        told = ngettext(
            "将重新索引 %(count)d 篇文章。", "将重新索引 %(count)d 篇文章。", number
        )
    else:
        told = ngettext(
            "将重新索引至多 %(count)d 篇文章。",
            "将重新索引至多 %(count)d 篇文章。",
            number,
        )
    found = [told % {"count": number}]
    if number > vocabulary.AT_ONCE:
        found.append(_("在后台进行，可以看到进度；其间检索照常，完成后新词生效。"))
    return found


def say(request: HttpRequest, done: str, change: vocabulary.Change) -> None:
    """Tell what a change did: ``done``, with the number of words, and how articles follow."""
    text = done % {"words": change.words}
    if change.job:
        link = _("正在后台重新索引，查看进度")
        told = format_html(
            '{} <a href="{}">{}</a>', text, change.job.get_absolute_url(), link
        )
        messages.success(request, told)
    else:
        articles = _("重新索引了 %(count)d 篇文章。") % {"count": change.articles}
        messages.success(request, f"{text}{articles}")


class WordListForm(forms.Form):
    """A list of words to paste."""

    text = forms.CharField(
        label=gettext_lazy("要导入的词"),
        max_length=word_list.MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 16, "cols": 60}),
        help_text=gettext_lazy(
            "每行一个词，后面可写种类（人名、地名、机构、术语）和词频，用空格、逗号或制表符隔开；"
            "结巴分词的用户词典（词 词频 词性）也可以直接粘贴。"
        ),
    )


@admin.register(LexiconWord)
class LexiconWordAdmin(ArchiveAdmin):
    """The words that segmentation keeps whole."""

    list_display = ["word", "kind", "frequency", "is_in_use"]
    list_filter = ["kind", "is_in_use"]
    search_fields = ["word"]
    ordering = ["word"]
    actions = ["remove", "bring_into_use"]
    change_list_template = "admin/articles/lexiconword/change_list.html"

    class Media:
        css = {"all": ["admin-lexicon.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Add where lists are pasted, and saved."""
        views: dict[str, Callable[..., HttpResponse | StreamingHttpResponse]] = {
            "import": self.import_view,
            "export": self.export_view,
        }
        return [
            *(
                path(
                    f"{name}/",
                    self.admin_site.admin_view(view),
                    name=f"articles_lexiconword_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own deletion, which does not say how many articles it touches."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    # ---- One word

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Store the entry; say what was indexed where its word is another."""
        done = vocabulary.store(obj, request.user)
        if done.words:
            say(request, _("词库已更新。"), done)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the entry, and say what was indexed."""
        self._remove(request, LexiconWord.objects.filter(pk=obj.pk))

    # ---- Several

    @admin.action(description=gettext_lazy("从词库中删除"), permissions=["delete"])
    def remove(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Delete the words and index what they touch."""
        title = _("从词库中删除这些词？")
        told = _effects_of(queryset.order_by().values_list("word", flat=True))
        if page := asked(self, request, queryset, title=title, effects=told):
            return page
        self._remove(request, queryset)
        return None

    def _remove(self, request: HttpRequest, words: QuerySet) -> None:
        say(
            request,
            _("删除了 %(words)d 个词。"),
            vocabulary.remove(words, request.user),
        )

    @admin.action(
        description=gettext_lazy("重新索引，使其生效"), permissions=["change"]
    )
    def bring_into_use(
        self, request: HttpRequest, queryset: QuerySet
    ) -> HttpResponse | None:
        """Index what contains these words again, where a job was interrupted."""
        title = _("重新索引含有这些词的文章？")
        words = queryset.order_by().values_list("word", flat=True)
        told = _effects_of(words)
        if page := asked(self, request, queryset, title=title, effects=told):
            return page
        done = vocabulary.bring_into_use(words, request.user)
        say(request, _("%(words)d 个词："), done)
        return None

    # ---- Lists

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a list of words: read it, say what it would do, and do it once that is answered."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WordListForm(request.POST or None)
        context: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid():
            given = word_list.read(form.cleaned_data["text"])
            digest = hashlib.sha256(form.cleaned_data["text"].encode()).hexdigest()
            errors = given.errors
            if not errors and request.POST.get("asked") == digest:
                try:
                    return self._stored(request, given.words)
                except IntegrityError:
                    told = _("没有保存：别人刚刚存入了与此冲突的内容，请核对后再试。")
                    messages.error(request, told)
            context |= {"errors": errors[: word_list.MOST_ERRORS], "digest": digest}
            context["more"] = max(0, len(errors) - word_list.MOST_ERRORS)
            context |= {} if errors else _told(given.words)
        return TemplateResponse(
            request,
            "admin/articles/lexiconword/import.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("导入词表"),
                "media": self.media,
                **context,
            },
        )

    def _stored(self, request: HttpRequest, words: list[LexiconWord]) -> HttpResponse:
        with indexed():
            done = vocabulary.add(words, request.user)
        say(request, _("加入了 %(words)d 个词。"), done)
        return HttpResponseRedirect(reverse("admin:articles_lexiconword_changelist"))

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send the lexicon as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        words = LexiconWord.objects.order_by("word").iterator(chunk_size=2_000)
        lines = csv_lines(word_list.columns(), word_list.rows(words))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="lexicon.csv"'
        return response


def _effects_of(words: QuerySet) -> list[str]:
    """Return what is said of the articles of stored words, counted where they are few."""
    some = list(words[: _COUNTED + 1])
    if len(some) > _COUNTED:
        return [_("在后台重新索引含有这些词的文章，可以看到进度。")]
    return effects([(word, articles_with(word)) for word in some])


def _told(words: list[LexiconWord]) -> dict[str, Any]:
    """Return what the page says before a list is stored."""
    fresh = vocabulary.fresh(words)
    counted = [(row.word, articles_with(row.word)) for row in fresh[:_COUNTED]]
    many = len(fresh) > _COUNTED
    return {
        "ready": True,
        "fresh": len(fresh),
        "known": len(words) - len(fresh),
        "effects": [_("在后台重新索引含有这些词的文章，可以看到进度。")]
        if many
        else effects(counted),
    }
