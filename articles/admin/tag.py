"""Tags: their names and other names, their places in a tree, several made one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from articles import jobs, tag_work
from articles.admin.base import ArchiveAdmin, Compact
from articles.admin.confirm import asked, is_answer
from articles.admin.searching import MAX_SEARCH_LENGTH
from articles.admin.tag_deletion import TagDeletion
from articles.admin.tag_tree import TagTreeAdmin
from articles.models import TagEntry, TaggedArticle, TagSynonym
from articles.search.tag_names import MOST_COUNTED, counted, sounding
from articles.tags import parse_tags, validate_tag_name

# More at a time is no decision about tags.
MOST_MERGED = 50


def clean_name(name: str) -> None:
    """Refuse a name that the article's form would not read back as one tag."""
    validate_tag_name(name)
    if parse_tags(name) != [name]:
        raise ValidationError(_("标签中不可有逗号、顿号、分号或连续空格。"))


class TagForm(forms.ModelForm):
    """A tag whose name the article's form reads back as one tag."""

    def clean_name(self) -> str:
        """Refuse separators, empty words, and another tag's name in other capitals."""
        name: str = self.cleaned_data["name"]
        if "name" in self.changed_data:
            clean_name(name)
        else:
            validate_tag_name(name)
        others = Tag.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(_("已有同名的标签。"))
        synonyms = TagSynonym.objects.named([name]).exclude(tag=self.instance.pk)
        for synonym in synonyms.select_related("tag"):
            message = _("“%(name)s”是标签“%(tag)s”的同义词。")
            raise ValidationError(message % {"name": name, "tag": synonym.tag})
        return name


class SynonymForm(forms.ModelForm):
    """Another name, which no tag may have."""

    def clean_name(self) -> str:
        """Refuse what could not be typed, and the name of a tag."""
        name: str = self.cleaned_data["name"]
        clean_name(name)
        if Tag.objects.filter(name__iexact=name).exists():
            message = _("已有标签“%(name)s”；要使它成为同义词，请把两个标签合并。")
            raise ValidationError(message % {"name": name})
        return name


class SynonymFormSet(forms.BaseInlineFormSet):
    """The other names of a tag, no two of them alike, and none its own."""

    def clean(self) -> None:
        """Refuse a name that another row, or the tag itself, has in whatever capitals."""
        super().clean()
        own, seen = str(self.instance.name).upper(), set()
        for form in self.forms:
            name = getattr(form, "cleaned_data", {}).get("name")
            if not name or form in self.deleted_forms:
                continue
            if name.upper() in seen:
                form.add_error("name", _("已有这个同义词。"))
            elif form.has_changed() and name.upper() == own:
                form.add_error("name", _("已有同名的标签。"))
            seen.add(name.upper())


class EntryInline(Compact, admin.StackedInline):
    """Where the tag stands in the tree."""

    model = TagEntry
    fk_name = "tag"
    fields = ["parent", ("vocabulary", "code"), "note"]
    autocomplete_fields = ["parent"]
    can_delete = False
    verbose_name_plural = gettext_lazy("标签的位置")


class SynonymInline(Compact, admin.TabularInline):
    """Other names of the tag."""

    model = TagSynonym
    form = SynonymForm
    formset = SynonymFormSet
    fields = ["name"]
    extra = 0


class UseFilter(admin.SimpleListFilter):
    """Tags that articles have, and those that could go."""

    title = gettext_lazy("使用")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the two choices besides all."""
        return [("used", _("有文章")), ("unused", _("没有文章，也没有下位标签"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the tags of the choice; no row of an article is read for it."""
        links = Exists(TaggedArticle.objects.filter(tag=OuterRef("pk")))
        below = Exists(TagEntry.objects.filter(parent=OuterRef("pk")))
        if self.value() == "used":
            return queryset.filter(links)
        if self.value() == "unused":
            return queryset.filter(~links, ~below)
        return queryset


class TreeFilter(admin.SimpleListFilter):
    """Tags by their place in the tree."""

    title = gettext_lazy("层次")
    parameter_name = "tree"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the three choices besides all."""
        return [
            ("top", _("最上层")),
            ("under", _("有上位标签")),
            ("free", _("不在树中")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the tags of the choice."""
        below = Exists(TagEntry.objects.filter(parent=OuterRef("pk")))
        under = Q(entry__parent__isnull=False)
        chosen = {
            "top": ~under & below,
            "under": under,
            "free": ~under & ~below,
        }
        return (
            queryset.filter(chosen[str(self.value())])
            if str(self.value()) in chosen
            else queryset
        )


class MergeForm(forms.Form):
    """Which of the tags stays."""

    target = forms.ModelChoiceField(
        Tag.objects.none(),
        label=gettext_lazy("并入"),
        empty_label=None,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("其余的名称成为它的同义词，地址也转到它。"),
    )

    def __init__(self, tags: QuerySet, *args: Any, **kwargs: Any) -> None:
        """Offer the tags, the one used most first."""
        super().__init__(*args, **kwargs)
        self.tags = list(counted(tags).order_by("-uses", "name"))
        field: Any = self.fields["target"]
        field.queryset = tags
        field.choices = [(tag.pk, f"{tag.name}（{uses(tag)}）") for tag in self.tags]
        field.initial = self.tags[0].pk if self.tags else None


def uses(tag: Any) -> str:
    """Return how many articles have a tag, up to where they are counted."""
    return f"{tag.uses}+" if tag.uses >= MOST_COUNTED else str(tag.uses)


# Its own has an inline for every article tagged, of a table that is not used here.
admin.site.unregister(Tag)


@admin.register(Tag)
class TagAdmin(TagDeletion, TagTreeAdmin, ArchiveAdmin):
    """Tags; renaming one indexes its articles, and its former name leads to it."""

    form = TagForm
    fields = ["name", "slug"]
    inlines = [EntryInline, SynonymInline]
    list_display = ["name", "broader", "code", "articles"]
    list_filter = [UseFilter, TreeFilter, "entry__vocabulary"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("标签、同义词、代码，或拼音。")
    ordering = ["name"]
    actions = ["merge_tags", "delete_selected"]

    # ---- The list

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the tags, each with how many articles have it, and its broader tag."""
        return counted(super().get_queryset(request)).select_related("entry__parent")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Return the tags whose names, synonyms, sounds or codes fit."""
        term = search_term[:MAX_SEARCH_LENGTH].strip()
        if not term:
            return queryset, False
        sounds = sounding(term)
        synonyms = TagSynonym.objects.filter(
            Q(name__icontains=term) | Q(name__in=sounds)
        )
        codes = TagEntry.objects.filter(code__istartswith=term)
        fits = Q(name__icontains=term) | Q(name__in=sounds)
        fits |= Q(pk__in=synonyms.values("tag")) | Q(pk__in=codes.values("tag"))
        return queryset.filter(fits), False

    @admin.display(description=gettext_lazy("上位标签"))
    def broader(self, obj: Tag) -> str:
        """Return the name of the broader tag."""
        entry = getattr(obj, "entry", None)
        return str(entry.parent) if entry and entry.parent else "-"

    @admin.display(description=gettext_lazy("代码"))
    def code(self, obj: Tag) -> str:
        """Return the code in the vocabulary."""
        entry = getattr(obj, "entry", None)
        return entry.code if entry and entry.code else "-"

    @admin.display(description=gettext_lazy("文章数"), ordering="uses")
    def articles(self, obj: Any) -> str:
        """Return how many articles have the tag, with a link to them."""
        list_url = reverse("admin:articles_article_changelist")
        return format_html(
            '<a href="{}?tags__slug={}">{}</a>', list_url, obj.slug, uses(obj)
        )

    # ---- The form

    def get_readonly_fields(
        self, request: HttpRequest, obj: Tag | None = None
    ) -> list[str]:
        """Leave the address of a tag to its name: a former one must lead on."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Tag | None = None
    ) -> dict[str, Sequence[str]]:
        """Write the address of a new tag while its name is typed."""
        return {} if obj else {"slug": ["name"]}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show or store a tag; what another editor did meanwhile may forbid it."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: Tag, form: forms.ModelForm, change: bool
    ) -> None:
        """Store a new tag, or rename one: at once, or by a job where many articles have it."""
        if not change:
            super().save_model(request, obj, form, change)
        elif "name" in form.changed_data:
            self._rename(request, obj)

    def _rename(self, request: HttpRequest, tag: Tag) -> None:
        number = len(tag_work.articles_with([tag.pk]))
        if number <= tag_work.AT_ONCE:
            tag_work.rename(tag, tag.name)
            return
        job = jobs.start("rename_tag", request.user, tag=tag.pk, name=tag.name)
        message = _("%(count)d 篇文章要重新编入索引，改名正在后台进行。")
        link = format_html('<a href="{}">{}</a>', job.get_absolute_url(), _("看进度"))
        said = format_html("{} {}", message % {"count": number}, link)
        messages.info(request, said)

    # ---- Several at once

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Say who may make several tags one: who may rename them."""
        return self.has_change_permission(request)

    @admin.action(description=gettext_lazy("合并标签"), permissions=["merge"])
    def merge_tags(
        self, request: HttpRequest, queryset: QuerySet
    ) -> HttpResponse | None:
        """Make the selected tags one, after asking which stays."""
        selected = Tag.objects.filter(
            pk__in=list(queryset.values_list("pk", flat=True)[: MOST_MERGED + 1])
        )
        number = selected.count()
        if not 2 <= number <= MOST_MERGED:
            message = _("请选两个到 %(most)d 个标签来合并。")
            messages.error(request, message % {"most": MOST_MERGED})
            return None
        form = MergeForm(selected, request.POST if is_answer(request) else None)
        if page := self._asked_to_merge(request, selected, form):
            return page
        target = form.cleaned_data["target"]
        sources = [tag for tag in form.tags if tag.pk != target.pk]
        return self._merge(request, target, sources)

    def _asked_to_merge(
        self, request: HttpRequest, selected: QuerySet, form: MergeForm
    ) -> TemplateResponse | None:
        touched = len(tag_work.articles_with(tag.pk for tag in form.tags))
        effects = [
            _("共有 %(count)d 篇文章带有这些标签，都会带上留下的那个标签。")
            % {"count": touched}
        ]
        if touched > tag_work.AT_ONCE:
            effects.append(_("文章较多，将由后台任务完成，可在任务页查看进度。"))
        title = _("把这些标签合并为一个？")
        return asked(self, request, selected, title=title, effects=effects, form=form)

    def _merge(
        self, request: Any, target: Tag, sources: list[Tag]
    ) -> HttpResponse | None:
        keys = [tag.pk for tag in sources]
        names = "、".join(tag.name for tag in sources)
        said = [{"changed": {"fields": [_("并入：%(names)s") % {"names": names}]}}]
        LogEntry.objects.log_actions(
            request.user.pk, Tag.objects.filter(pk=target.pk), CHANGE, said
        )
        if len(tag_work.articles_with(keys)) > tag_work.AT_ONCE:
            job = jobs.start("merge_tags", request.user, target=target.pk, sources=keys)
            return HttpResponseRedirect(job.get_absolute_url())
        try:
            count = tag_work.merge(target, sources)
        except jobs.JobError as error:  # somebody else was quicker
            messages.error(request, str(error))
            return None
        message = _("已并入“%(tag)s”，%(count)d 篇文章的标签有变动。")
        messages.success(request, message % {"tag": target, "count": count})
        return None
