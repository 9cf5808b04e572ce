"""Articles with all their parts in one form."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.admin import doubts
from articles.admin.alternative_text import AlternativeTextAdmin
from articles.admin.article_filters import (
    ColumnFilter,
    GenreFilter,
    MineFilter,
    ScheduledFilter,
    YearFilter,
)
from articles.admin.article_form import ArticleForm
from articles.admin.body import BodyAdmin
from articles.admin.drafts import KeepingAdmin
from articles.admin.edit_locks import EditLockAdmin
from articles.admin.lists import ArchiveList
from articles.admin.parts import (
    ContributionInline,
    PhotoInline,
    RegionInline,
)
from articles.admin.paste import PasteAdmin
from articles.admin.photos import PhotosAdmin
from articles.admin.positions import next_position
from articles.admin.previewing import PreviewAdmin
from articles.admin.searching import ArticleSearch
from articles.admin.tagging import TaggingAdmin
from articles.admin.tags import TagNames
from articles.models import Article, Page


class ArticleList(ArchiveList):
    """Articles with their place, without their long texts."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        """Return the articles of the list."""
        articles: Any = super().get_queryset(*args, **kwargs)
        return articles.for_lists()


@admin.register(Article)
class ArticleAdmin(
    KeepingAdmin,
    PhotosAdmin,  # keeps files before a form is filled or refused
    PasteAdmin,
    BodyAdmin,
    TaggingAdmin,
    ArticleSearch,
    PreviewAdmin,
    EditLockAdmin,
    AlternativeTextAdmin,
):
    """Articles: list, form, and what to do with several at once."""

    form = ArticleForm
    inlines = [PhotoInline, RegionInline, ContributionInline]
    autocomplete_fields = ["page"]
    save_on_top = True
    fieldsets = [
        (gettext_lazy("版面位置"), {"fields": [("page", "position")]}),
        (gettext_lazy("标题"), {"fields": ["kicker", "headline", "deck"]}),
        (
            capfirst(gettext_lazy("署名")),
            {"fields": [("byline", "dateline"), ("column", "genre")]},
        ),
        (gettext_lazy("正文"), {"fields": ["body"]}),
        (
            capfirst(gettext_lazy("状态")),
            {
                "fields": [
                    *("state", "needs_review", "tags", "correction", "note"),
                    *("publish_at", "seen"),
                ]
            },
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
    actions = [
        "send_to_review",
        "send_back",
        "publish",
        "withdraw",
        "make_draft",
        "add_tags",
        "remove_tags",
    ]

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

    def visible_versions(self, request: HttpRequest, record: Article) -> QuerySet[Any]:
        """Return the versions that the user may see: of others' articles not the drafts."""
        versions = super().visible_versions(request, record)
        return workflow.visible_versions(request.user, record, versions)

    def save_model(
        self, request: HttpRequest, obj: Article, form: Any, change: bool
    ) -> None:
        """Note who entered a new article."""
        if not change:
            obj.entered_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    # ---- The form

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
        shown = [
            *super().get_readonly_fields(request, obj),
            *("doubtful_places", "created_at", "updated_at"),
        ]
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
        """Return the time of the last change, of an earlier year the day: the column is narrow."""
        time = timezone.localtime(obj.updated_at)
        is_recent = time.year == timezone.localdate().year
        said = f"{time:%m-%d %H:%M}" if is_recent else f"{time:%Y-%m-%d}"
        return said.replace("-", "\N{NON-BREAKING HYPHEN}")
