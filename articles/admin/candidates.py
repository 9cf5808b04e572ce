"""Words that the archive offers: seen where they stand, taken into the lexicon or not."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from articles import jobs, vocabulary
from articles.admin.base import ArchiveAdmin
from articles.admin.confirm import asked, is_answer
from articles.admin.lexicon import effects, say
from articles.admin.lists import ArchiveList
from articles.models import LexiconWord, SearchDocument, WordCandidate
from articles.search.document import FIELD_SEPARATOR

Verdict = WordCandidate.Verdict
# Characters on either side of a word; a row of the list has a line for each place.
_CONTEXT = 14


class VerdictFilter(admin.SimpleListFilter):
    """What waits to be judged, unless other candidates are asked for."""

    title = gettext_lazy("判断")
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return what may be asked for besides what is open."""
        done = (Verdict.ACCEPTED, Verdict.REJECTED)
        return [(v.value, v.label) for v in done] + [
            ("all", pgettext_lazy("candidates", "全部"))
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the candidates of one verdict, or all."""
        wanted = self.value() or Verdict.OPEN
        return queryset if wanted == "all" else queryset.filter(verdict=wanted)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices, the first of which is what is open."""
        first, *others = super().choices(changelist)
        yield {**first, "display": Verdict.OPEN.label}
        yield from others


class AcceptForm(forms.Form):
    """What else the lexicon should know of the words."""

    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        required=False,
        choices=[("", gettext_lazy("照各候选词所标")), *LexiconWord.Kind.choices],
    )


class CandidateList(ArchiveList):
    """The list with the places where its words stand, read in one query for the rows shown."""

    def get_results(self, request: HttpRequest) -> None:
        """Give each row its places."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        wanted = {pk for row in self.result_list for pk in row.examples}
        documents = SearchDocument.objects.filter(article__in=wanted, part=0).order_by()
        texts = dict(documents.values_list("article_id", "text"))
        for row in self.result_list:
            row.places = [
                (pk, *_around(texts[pk], row.word))
                for pk in row.examples
                if pk in texts
            ]


def _around(text: str, word: str) -> tuple[str, str, str]:
    """Return what stands before a word, the word, and what stands after, as it was indexed."""
    start = text.find(word)
    if start < 0:
        return text[:_CONTEXT].replace(FIELD_SEPARATOR, " "), "", ""
    end = start + len(word)
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    line = str.maketrans(FIELD_SEPARATOR + "\n", "  ")
    return before.translate(line), word, after.translate(line)


@admin.register(WordCandidate)
class WordCandidateAdmin(ArchiveAdmin):
    """Candidates for the lexicon, the best first."""

    list_display = [
        "word", "contexts", "articles", "kind", "source", "sorted_by", "verdict",
    ]  # fmt: skip
    list_filter = [VerdictFilter, "kind", "source"]
    search_fields = ["word__startswith"]
    ordering = ["-score", "-pk"]
    readonly_fields = [
        "word", "verdict", "source", "articles", "occurrences", "sorted_by", "cohesion",
        "freedom", "found_at",
    ]  # fmt: skip
    fields = ["word", "kind", *readonly_fields[1:]]
    actions = ["accept", "reject", "reopen"]
    change_list_template = "admin/articles/wordcandidate/change_list.html"

    class Media:
        css = {"all": ["admin-lexicon.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ArchiveList]:
        """Return the list with places."""
        return CandidateList

    def get_urls(self) -> list[URLPattern]:
        """Add the address that starts a search for words."""
        view: Callable[..., HttpResponse] = self.admin_site.admin_view(self.find_view)
        name = "articles_wordcandidate_find"
        return [path("find/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with the button that finds more for who may press it."""
        context = {"may_find": self.has_change_permission(request)}
        page: HttpResponse = super().changelist_view(
            request, context | (extra_context or {})
        )
        return page

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say that candidates are found, not entered."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say that what was rejected stays, or it would be found again."""
        return False

    def has_accept_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may judge, and write the lexicon."""
        return self.has_change_permission(request) and request.user.has_perm(
            "articles.add_lexiconword"
        )

    # ---- The list

    @admin.display(description=gettext_lazy("语境"))
    def contexts(self, obj: WordCandidate) -> SafeString:
        """Return some places where the word stands, a line each, with the articles."""
        return format_html_join(
            "",
            '<a class="kwic" href="{}"><span><bdi>{}</bdi></span><b>{}</b><span>{}</span></a>',
            (
                (reverse("article", args=[pk]), before, word, after)
                for pk, before, word, after in getattr(obj, "places", ())
            ),
        )

    @admin.display(description=gettext_lazy("涉及文章"), ordering="touched")
    def articles(self, obj: WordCandidate) -> str:
        """Return how many articles would be indexed anew."""
        return f"{obj.touched:,}"

    @admin.display(description=gettext_lazy("得分"), ordering="score")
    def sorted_by(self, obj: WordCandidate) -> str:
        """Return the score without what nobody reads."""
        return f"{obj.score:.0f}"

    # ---- Judging

    @admin.action(description=gettext_lazy("采纳，加入词库"), permissions=["accept"])
    def accept(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Take the words into the lexicon and index what they touch."""
        chosen = queryset.exclude(verdict=Verdict.ACCEPTED)
        form = AcceptForm(request.POST if is_answer(request) else None)
        touched = list(chosen.order_by().values_list("word", "touched"))
        page = asked(
            self,
            request,
            chosen,
            title=_("把这些候选词加入词库？"),
            effects=effects(touched),
            form=form,
        )
        if page:
            return page
        kind = form.cleaned_data["kind"] if touched else ""
        words = [
            LexiconWord(
                word=row.word, kind=kind or row.kind, frequency=max(1, row.touched)
            )
            for row in chosen.order_by("pk").select_for_update()
        ]
        say(request, _("加入了 %(words)d 个词。"), vocabulary.add(words, request.user))
        return None

    @admin.action(description=gettext_lazy("否决，不再提出"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Say that these are no words for the lexicon."""
        chosen = queryset.exclude(verdict=Verdict.ACCEPTED)
        title = _("否决这些候选词？")
        told = [_("否决的词以后不再提出；已采纳的词不受影响，要从词库中删除。")]
        if page := asked(self, request, chosen, title=title, effects=told):
            return page
        count = chosen.judge(Verdict.REJECTED)
        done = _("否决了 %(count)d 个候选词。") % {"count": count}
        self.message_user(request, done, messages.SUCCESS)
        return None

    @admin.action(description=gettext_lazy("重新列为待判断"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Have rejected candidates judged again."""
        chosen = queryset.filter(verdict=Verdict.REJECTED)
        if page := asked(self, request, chosen, title=_("重新判断这些候选词？")):
            return page
        count = chosen.judge(Verdict.OPEN)
        done = _("%(count)d 个候选词重新待判断。") % {"count": count}
        self.message_user(request, done, messages.SUCCESS)
        return None

    # ---- Finding

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Start a search for words, or show the one that goes on."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        job = jobs.start_once("find_words", request.user)
        return HttpResponseRedirect(job.get_absolute_url())
