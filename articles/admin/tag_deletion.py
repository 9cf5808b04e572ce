"""Deleting tags: what it touches is said first, and very many articles are left to a job."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from articles import jobs, tag_work
from articles.admin.confirm import asked
from articles.models import TagEntry, TagSynonym

# As many of the synonyms as the page names.
_NAMED = 20


class TagDeletion(admin.ModelAdmin):
    """What the admin of tags does instead of Django's own deletion.

    That would list every article that has the tag, and index all of them in the request.
    """

    @admin.action(description=gettext_lazy("删除所选的标签"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Delete the selected tags, after asking."""
        tags = Tag.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        if page := self._asked(request, tags.order_by("name")):
            return page
        return self._delete(request, tags)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> Any:
        """Delete one tag, after asking."""
        tag: Any = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, tag):
            raise PermissionDenied
        if tag is None:
            missing: Any = self._get_obj_does_not_exist_redirect  # type: ignore[attr-defined]
            return missing(request, self.opts, object_id)
        tags = Tag.objects.filter(pk=tag.pk)
        if request.method != "POST":
            back = reverse("admin:taggit_tag_change", args=[tag.pk])
            return self._asked(request, tags, back)
        there = HttpResponseRedirect(reverse("admin:taggit_tag_changelist"))
        return self._delete(request, tags) or there

    def _asked(
        self, request: HttpRequest, tags: QuerySet[Tag], back: str = ""
    ) -> HttpResponse | None:
        keys = list(tags.values_list("pk", flat=True))
        effects = _effects(keys)
        title = _("删除这些标签？")
        return asked(self, request, tags, title=title, effects=effects, back=back)

    def _delete(self, request: Any, tags: QuerySet[Tag]) -> HttpResponse | None:
        gone = list(tags)
        if not gone:
            return None
        keys = [tag.pk for tag in gone]
        self.log_deletions(request, tags)
        if len(tag_work.articles_with(keys)) > tag_work.AT_ONCE:
            job = jobs.start("delete_tags", request.user, tags=keys)
            return HttpResponseRedirect(job.get_absolute_url())
        try:
            count = tag_work.delete(keys)
        except jobs.JobError as error:  # somebody else was quicker
            messages.error(request, str(error))
            return None
        message = _("已删除 %(tags)d 个标签，%(count)d 篇文章的标签有变动。")
        messages.success(request, message % {"tags": len(keys), "count": count})
        return None


def _effects(tags: Sequence[int]) -> list[str]:
    """Return what goes with the tags, a sentence each."""
    articles = len(tag_work.articles_with(tags))
    message = _("共有 %(count)d 篇文章带有这些标签，都会去掉。")
    effects = [message % {"count": articles}]
    synonyms = TagSynonym.objects.filter(tag__in=tags).order_by("name")
    if names := [synonym.name for synonym in synonyms[: _NAMED + 1]]:
        more = "……" if len(names) > _NAMED else ""
        message = _("同义词一并删除：%(names)s")
        effects.append(message % {"names": "、".join(names[:_NAMED]) + more})
    below = TagEntry.objects.filter(parent__in=tags).exclude(tag__in=tags).count()
    if below:
        message = _("它们之下的 %(count)d 个标签不再有上位标签。")
        effects.append(message % {"count": below})
    if articles > tag_work.AT_ONCE:
        effects.append(_("文章较多，将由后台任务完成，可在任务页查看进度。"))
    return [*effects, _("删除以后可以在修改记录里撤销。")]
