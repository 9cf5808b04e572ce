"""Articles with all their parts in one form."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.admin import doubts
from articles.admin.base import ArchiveAdmin, Compact
from articles.admin.lists import ArchiveList
from articles.admin.positions import PositionedForm, PositionedFormSet, next_position
from articles.admin.searching import ArticleSearch
from articles.admin.tags import TagNames, TagsField
from articles.models import (
    Article,
    Contribution,
    Contributor,
    Issue,
    Page,
    Paragraph,
    Photo,
    Region,
)

FREQUENT_VALUES = 30
# To count them takes half a second of a million articles.
FREQUENT_SECONDS = 600


class PartFormSet(PositionedFormSet):
    """Paragraphs or photos: both stand in one order."""

    parts = ("paragraphs", "photos")


class ParagraphInline(Compact, admin.TabularInline):
    """The text of an article, paragraph by paragraph."""

    model = Paragraph
    form = PositionedForm
    formset = PartFormSet
    fields = ["position", "kind", "text"]
    ordering = ["position"]

    def get_extra(
        self, request: HttpRequest, obj: Article | None = None, **kwargs: Any
    ) -> int:
        """Offer some empty rows to a new article; 添加 makes more."""
        return 0 if obj else 3


class PhotoInline(Compact, admin.TabularInline):
    """The pictures of an article; one at a paragraph's position follows it."""

    model = Photo
    form = PositionedForm
    formset = PartFormSet
    fields = ["position", "image", "caption", "credit", "alt"]
    ordering = ["position"]
    extra = 0


class RegionFormSet(PositionedFormSet):
    """Regions, which have an order of their own."""

    parts = ("regions",)


class RegionInline(Compact, admin.TabularInline):
    """Where the article stands on the picture of its page, in fractions of it."""

    model = Region
    form = PositionedForm
    formset = RegionFormSet
    fields = ["position", "x", "y", "width", "height"]
    ordering = ["position"]
    extra = 0


class ContributionInline(Compact, admin.TabularInline):
    """Who did what for an article."""

    model = Contribution
    fields = ["position", "contributor", "role"]
    autocomplete_fields = ["contributor"]
    ordering = ["position", "pk"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the contributions with the names that their rows show."""
        return super().get_queryset(request).select_related("contributor")


class ArticleForm(forms.ModelForm):
    """The heads of an article, its place, tags and status."""

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


class MineFilter(admin.SimpleListFilter):
    """What the user entered."""

    title = gettext_lazy("录入者")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice besides all."""
        return [("1", _("我录入的"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles that the user entered."""
        own = self.value() == "1"
        return queryset.filter(entered_by=request.user.pk) if own else queryset


class ScheduledFilter(admin.SimpleListFilter):
    """What waits for its time."""

    title = gettext_lazy("定时发布")
    parameter_name = "scheduled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice besides all."""
        return [("1", _("等候发布"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the articles that will be published by themselves."""
        if self.value() != "1":
            return queryset
        return queryset.unpublished().filter(publish_at__isnull=False)


class YearFilter(admin.SimpleListFilter):
    """Years, read from the issues: there are far fewer of them than articles."""

    title = gettext_lazy("年份")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the years in which something was printed, newest first."""
        years = Issue.objects.dates("published_on", "year", order="DESC")
        return [(str(day.year), str(day.year)) for day in years]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles of the year."""
        year = self.value()
        if year is None:
            return queryset
        if year not in dict(self.lookup_choices):
            return queryset.none()
        return queryset.filter(page__issue__published_on__year=int(year))


class FrequentValues(admin.SimpleListFilter):
    """The most frequent values of a field; all of them would be a very long list."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the values, most frequent first."""
        name = str(self.parameter_name)
        values = cache.get_or_set(
            f"frequent-{name}", lambda: _frequent(name), FREQUENT_SECONDS
        )
        return [(value, value) for value in values or ()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the articles with the value."""
        value = self.value()
        return (
            queryset
            if value is None
            else queryset.filter(**{str(self.parameter_name): value})
        )


def _frequent(name: str) -> list[str]:
    given = Article.objects.exclude(**{name: ""}).values_list(name)
    frequent = given.annotate(articles=Count("pk")).order_by("-articles", name)
    return [value for value, _count in frequent[:FREQUENT_VALUES]]


class ColumnFilter(FrequentValues):
    """By column."""

    title = gettext_lazy("栏目")
    parameter_name = "column"


class GenreFilter(FrequentValues):
    """By genre."""

    title = gettext_lazy("体裁")
    parameter_name = "genre"


class ArticleList(ArchiveList):
    """Articles with their place, without their long texts."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        """Return the articles of the list."""
        articles: Any = super().get_queryset(*args, **kwargs)
        return articles.for_lists()


@admin.register(Article)
class ArticleAdmin(ArticleSearch, ArchiveAdmin):
    """Articles: list, form, and what to do with several at once."""

    form = ArticleForm
    inlines = [ParagraphInline, PhotoInline, RegionInline, ContributionInline]
    autocomplete_fields = ["page"]
    radio_fields = {"status": admin.HORIZONTAL}
    save_on_top = True
    fieldsets = [
        (gettext_lazy("版面位置"), {"fields": [("page", "position")]}),
        (gettext_lazy("标题"), {"fields": ["kicker", "headline", "deck"]}),
        (
            gettext_lazy("署名"),
            {"fields": [("byline", "dateline"), ("column", "genre")]},
        ),
        (
            gettext_lazy("状态"),
            {"fields": ["status", "needs_review", "tags", "correction", "seen"]},
        ),
        (
            gettext_lazy("来源"),
            {
                "classes": ["collapse"],
                "fields": ["source_text", ("created_at", "updated_at")],
            },
        ),
    ]
    list_display = ["headline", "place", "position", "status", "byline", "changed"]
    list_filter = [
        "status",
        "needs_review",
        MineFilter,
        ScheduledFilter,
        "page__issue__publication",
        YearFilter,
        ColumnFilter,
        GenreFilter,
    ]
    lookups = ("page", "page__issue", "tags__slug", "contributors")
    search_fields = ["headline"]  # ArticleSearch looks into the whole text instead
    search_help_text = gettext_lazy(
        "标题、署名或正文里的字句，草稿也在内；日期例如 2020-06。"
    )
    # Last entered first: by date of issue, a million rows would be joined and sorted.
    ordering = ["-pk"]
    actions = ["publish", "withdraw", "make_draft"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the class of the list."""
        return ArticleList

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the tag field's suggestions."""
        names = self.admin_site.admin_view(TagNames.as_view(admin_site=self.admin_site))
        return [
            path("tag-names/", names, name="articles_article_tag_names"),
            *super().get_urls(),
        ]

    # ---- Who may

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the articles that the user may see: not the drafts of others."""
        articles: Any = super().get_queryset(request)
        return workflow.visible(request.user, articles)

    def has_view_permission(
        self, request: HttpRequest, obj: Article | None = None
    ) -> bool:
        """Say whether the user may see the article."""
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or workflow.may_see(request.user, obj))

    def has_change_permission(
        self, request: HttpRequest, obj: Article | None = None
    ) -> bool:
        """Say whether the user may change the article as it stands."""
        if obj is None:
            return super().has_change_permission(request, obj)
        return workflow.may_change(request.user, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Article | None = None
    ) -> bool:
        """Say whether the user may delete the article."""
        if obj is None:
            return super().has_delete_permission(request, obj)
        return workflow.may_delete(request.user, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Say whether the user may publish and withdraw."""
        return request.user.has_perm("articles.publish_article")

    def save_model(
        self, request: HttpRequest, obj: Article, form: Any, change: bool
    ) -> None:
        """Note who entered a new article."""
        if not change:
            obj.entered_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    # ---- The form

    def get_form(
        self,
        request: HttpRequest,
        obj: Article | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Offer only the states that the user may give the article."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if field := form.base_fields.get("status"):
            allowed = workflow.choices(request.user, obj)
            field.choices = [(status.value, status.label) for status in allowed]
        return form

    def get_fieldsets(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[tuple[Any, Any]]:
        """Begin with the doubts of an import, where it had any."""
        fieldsets: list[Any] = list(super().get_fieldsets(request, obj))
        if obj and obj.doubts:
            doubts = (gettext_lazy("疑点"), {"fields": ["doubtful_places"]})
            fieldsets.insert(0, doubts)
        return fieldsets

    @admin.display(description=gettext_lazy("拿不准的地方"))
    def doubtful_places(self, obj: Article) -> str:
        """Return what the import was unsure of, and the source with its places marked."""
        return doubts.review(obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[str]:
        """Let the source be pasted once, and never be rewritten."""
        shown = ["doubtful_places", "created_at", "updated_at"]
        return ["source_text", *shown] if obj else shown

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest the next position of the page that the address names."""
        initial = super().get_changeform_initial_data(request)
        key = str(initial.get("page", ""))
        page = Page.objects.filter(pk=key).first() if key.isdecimal() else None
        position = next_position(page, "articles") if page else None
        return {"position": position, **initial}

    def view_on_site(self, obj: Article) -> str | None:
        """Return the readers' address of a published article."""
        return obj.get_absolute_url() if obj.is_published else None

    @admin.display(
        description=gettext_lazy("版面"), ordering="page__issue__published_on"
    )
    def place(self, obj: Article) -> str:
        """Return publication, date and page; a hyphen of a date is no place to break it."""
        return str(obj.page).replace("-", "\N{NON-BREAKING HYPHEN}")

    @admin.display(description=gettext_lazy("修改时间"), ordering="updated_at")
    def changed(self, obj: Article) -> str:
        """Return the time of the last change, short enough for one line."""
        return f"{timezone.localtime(obj.updated_at):%Y-%m-%d %H:%M}"

    @admin.action(description=gettext_lazy("发布"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Show the selected articles to readers."""
        self._set_status(request, queryset, Article.Status.PUBLISHED)

    @admin.action(description=gettext_lazy("撤回"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take the selected articles from readers, leaving their notice."""
        self._set_status(request, queryset, Article.Status.WITHDRAWN)

    @admin.action(description=gettext_lazy("转为草稿"), permissions=["publish"])
    def make_draft(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take the selected articles back to the desk."""
        self._set_status(request, queryset, Article.Status.DRAFT)

    def _set_status(
        self, request: Any, queryset: QuerySet, status: Article.Status
    ) -> None:
        selected = list(queryset.values_list("pk", flat=True))
        changed = Article.objects.filter(pk__in=selected).exclude(status=status)
        # Noted first: afterwards none of them would be found by its old status.
        message = [{"changed": {"fields": [str(status.label)]}}]
        LogEntry.objects.log_actions(request.user.pk, changed, CHANGE, message)
        values: dict[str, Any] = {"status": status, "updated_at": timezone.now()}
        if status == Article.Status.PUBLISHED:
            values["needs_review"] = False  # whoever publishes has looked at it
        count = changed.update(**values)
        done = _("%(count)d 篇文章的状态已改为“%(status)s”。")
        self.message_user(
            request, done % {"count": count, "status": status.label}, messages.SUCCESS
        )


@admin.register(Contributor)
class ContributorAdmin(ArchiveAdmin):
    """Contributors."""

    list_display = ["name", "slug", "articles"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the contributors, each with how many articles name them."""
        named = Contribution.objects.filter(contributor=OuterRef("pk")).order_by()
        number = named.values("contributor").annotate(n=Count("article", distinct=True))
        counted = Coalesce(Subquery(number.values("n")), 0)
        contributors = super().get_queryset(request)
        found: QuerySet = contributors.annotate(article_count=counted)
        return found

    @admin.display(description=gettext_lazy("文章数"), ordering="article_count")
    def articles(self, obj: Any) -> int:
        """Return how many articles name the contributor."""
        count: int = obj.article_count
        return count
