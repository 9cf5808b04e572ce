"""Publications, issues and pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import gaps, workflow
from articles.admin.base import ArchiveAdmin, Compact
from articles.admin.originals import PageOriginals, WithPictures
from articles.admin.positions import PositionedForm, PositionedFormSet
from articles.admin.searching import PlaceSearch
from articles.models import Issue, Page, Publication


@admin.register(Publication)
class PublicationAdmin(ArchiveAdmin):
    """Publications."""

    list_display = ["name", "slug", "place", "script", "cn_number", "issn"]
    search_fields = ["name", "slug"]


class PageFormSet(PositionedFormSet):
    """Pages of an issue."""

    parts = ("pages",)


class PageInline(WithPictures, Compact, admin.TabularInline):
    """The pages of an issue; their articles are a link away."""

    model = Page
    form = PositionedForm
    formset = PageFormSet
    fields = ["position", "label", "name", "image"]
    ordering = ["position", "label"]
    show_change_link = True
    extra = 0


@admin.register(Issue)
class IssueAdmin(PlaceSearch, ArchiveAdmin):
    """Issues with their pages."""

    inlines = [PageInline]
    autocomplete_fields = ["publication"]
    list_display = ["published_on", "edition", "publication", "number"]
    list_display_links = ["published_on"]
    list_filter = ["publication"]
    date_hierarchy = "published_on"
    search_fields = ["edition", "=number"]
    search_help_text = gettext_lazy("报名、日期（例如 2020-06）、版次或总期号。")
    ordering = ["-published_on", "-pk"]

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the gaps."""
        view = self.admin_site.admin_view(self.gaps_view)
        return [path("gaps/", view, name="articles_issue_gaps"), *super().get_urls()]

    def gaps_view(self, request: HttpRequest) -> HttpResponse:
        """Show which issues seem to be missing, of all publications or of one, year by year."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = request.GET.get("publication", "")
        publications = Publication.objects.filter(pk=key) if key.isdecimal() else None
        publication = publications and publications.first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("缺期"),
            "found": None if publication else gaps.of_all(),
            "one": gaps.of(publication) if publication else None,
            "add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/articles/issue/gaps.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the issues with their publications, which name them everywhere."""
        return super().get_queryset(request).select_related("publication")


@admin.register(Page)
class PageAdmin(WithPictures, PageOriginals, PlaceSearch, ArchiveAdmin):
    """Pages, each with links to its articles."""

    autocomplete_fields = ["issue"]
    fields = ["issue", ("label", "position"), "name", "image", "articles"]
    readonly_fields = ["articles"]
    list_display = ["title", "issue", "label", "name", "position"]
    list_filter = ["issue__publication"]
    lookups = ("issue",)
    search_fields = ["=label", "name"]
    issue_path = "issue__"
    search_help_text = gettext_lazy("报名、日期（例如 2020-06）、版号或版名。")
    ordering = ["-issue__published_on", "issue", "position", "label"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the pages with issue and publication, which name them everywhere."""
        return super().get_queryset(request).select_related("issue__publication")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the page, and with it those of its articles that the user may see."""
        page = super().get_object(request, *args, **kwargs)
        if page is not None:
            seen = workflow.visible(request.user, page.articles.all())
            page.seen_articles = seen
        return page

    @admin.display(description=gettext_lazy("版面"), ordering="label")
    def title(self, obj: Page) -> str:
        """Return what is printed at the head of the page."""
        return obj.title

    @admin.display(description=gettext_lazy("文章"))
    def articles(self, obj: Page) -> str | SafeString:
        """Return links to the articles of the page and to the form of a new one."""
        if obj._state.adding:
            return _("保存版面之后可以录入文章。")
        seen: Any = getattr(obj, "seen_articles", obj.articles.none())
        rows = seen.order_by("position").only("position", "headline", "status")
        links = format_html_join(
            "", '<li>{}. <a href="{}">{}</a>（{}）</li>', map(_link, rows)
        )
        add = reverse("admin:articles_article_add")
        new = format_html('<a href="{}?page={}">{}</a>', add, obj.pk, _("录入文章"))
        return format_html("<ul>{}</ul>{}", links, new)


def _link(article: Any) -> tuple[Any, ...]:
    change = reverse("admin:articles_article_change", args=[article.pk])
    status = article.get_status_display()
    return article.position, change, article.headline, status
