"""Tags on articles: suggested for the text in the form, and put on many at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles import jobs, tag_work, workflow
from articles.admin.confirm import asked, is_answer
from articles.admin.tags import TagsField
from articles.models import Article, Paragraph
from articles.tag_suggestions import suggest

# A form may post the text of a whole page; more is no article.
MAX_TEXT = 200_000


class TextForm(forms.Form):
    """The text of an article as it stands in its form, stored or not."""

    text = forms.CharField(max_length=MAX_TEXT, required=False, strip=False)
    article = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class TagsForm(forms.Form):
    """Some tags."""

    tags = TagsField(label=capfirst(gettext_lazy("标签")))


class TaggingAdmin(admin.ModelAdmin):
    """What the admin of articles offers for tags."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of suggestions."""
        site = self.admin_site
        return [
            path(
                "suggest-tags/",
                site.admin_view(require_POST(self.suggest_tags_view)),
                name="articles_article_suggest_tags",
            ),
            path(
                "<int:pk>/suggested-tags/",
                site.admin_view(self.suggested_tags_view),
                name="articles_article_suggested_tags",
            ),
            *super().get_urls(),
        ]

    # ---- Suggestions

    def suggest_tags_view(self, request: HttpRequest) -> JsonResponse:
        """Return tags for the posted text, which need not be stored."""
        if not (
            self.has_add_permission(request) or self.has_change_permission(request)
        ):
            raise PermissionDenied
        form = TextForm(request.POST)
        if not form.is_valid():
            message = _("文字太长，或含有不能用的字符。")
            return JsonResponse({"error": message}, status=400)
        asked_for = form.cleaned_data
        found = suggest(
            asked_for["text"], request.POST.getlist("tags"), asked_for["article"]
        )
        shown = [
            {"name": one.name, "exists": one.exists, "reasons": one.reasons}
            for one in found
        ]
        return JsonResponse({"suggestions": shown})

    def suggested_tags_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show suggestions for a stored article in a list to tick, and put on what was ticked."""
        articles: Any = self.get_queryset(request)
        article = get_object_or_404(articles, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        form = TagsForm(request.POST or None)
        if form.is_bound and form.is_valid():
            tag_work.retag([article.pk], add=form.cleaned_data["tags"])
            self.log_change(request, article, _("加标签"))
            there = reverse("admin:articles_article_change", args=[pk])
            return HttpResponseRedirect(there)
        context = {
            **self.admin_site.each_context(request),
            "title": _("建议的标签"),
            "article": article,
            "opts": self.model._meta,
            "form": form,
            "suggestions": suggest(text_of(article), article.tags.names(), pk),
        }
        template = "admin/articles/article/suggested_tags.html"
        return TemplateResponse(request, template, context)

    # ---- Several at once

    @admin.action(description=gettext_lazy("加标签"), permissions=["change"])
    def add_tags(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Put tags on the selected articles, after asking which."""
        return self._retag(request, queryset, "add", _("给这些文章加标签？"))

    @admin.action(description=gettext_lazy("去标签"), permissions=["change"])
    def remove_tags(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Take tags from the selected articles, after asking which."""
        return self._retag(request, queryset, "remove", _("从这些文章去掉标签？"))

    def _retag(
        self, request: Any, queryset: QuerySet, how: str, title: str
    ) -> HttpResponse | None:
        selected = list(queryset.values_list("pk", flat=True))
        allowed: Any = workflow.changeable(
            request.user, Article.objects.filter(pk__in=selected)
        )
        form = TagsForm(request.POST if is_answer(request) else None)
        number = allowed.count()
        effects = _effects(number, len(selected))
        if page := asked(
            self, request, allowed.for_lists(), title=title, effects=effects, form=form
        ):
            return page
        if not number:
            messages.error(request, _("所选的文章您都不可修改。"))
            return None
        params = {
            "articles": sorted(allowed.values_list("pk", flat=True)),
            how: form.cleaned_data["tags"],
        }
        return self._done(request, params)

    def _done(self, request: Any, params: dict[str, Any]) -> HttpResponse | None:
        articles = Article.objects.filter(pk__in=params["articles"])
        said = [{"changed": {"fields": [_("标签")]}}]
        LogEntry.objects.log_actions(request.user.pk, articles, CHANGE, said)
        if len(params["articles"]) > tag_work.AT_ONCE:
            job = jobs.start("retag", request.user, **params)
            return HttpResponseRedirect(job.get_absolute_url())
        count = tag_work.retag(**params)
        message = _("%(count)d 篇文章的标签有变动。") % {"count": count}
        messages.success(request, message)
        return None


def _effects(number: int, selected: int) -> list[str]:
    effects = []
    if left_out := selected - number:
        message = _("所选的文章中有 %(count)d 篇您不可修改，不会处理。")
        effects.append(message % {"count": left_out})
    if number > tag_work.AT_ONCE:
        effects.append(_("文章较多，将由后台任务完成，可在任务页查看进度。"))
    return effects


def text_of(article: Article) -> str:
    """Return the heads and the body of an article, the headline first."""
    heads = (article.headline, article.kicker, article.deck)
    paragraphs: Any = Paragraph.objects.filter(article=article).order_by("position")
    return "\n".join(filter(None, (*heads, *(p.text for p in paragraphs))))
