"""Background jobs: how far each is, what came of it, and its two buttons."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.template.loader import select_template
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import jobs
from articles.admin.base import ReadOnlyAdmin
from articles.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs to look at, to stop and to run again; pages elsewhere start them."""

    list_display = ["title", "started_by", "condition", "progress", "created"]
    list_filter = ["state"]
    list_select_related = ["started_by"]
    ordering = ["-pk"]

    def get_urls(self) -> list[URLPattern]:
        """Add what the page of a job asks for, and where its buttons lead."""
        views: dict[str, Callable[..., HttpResponse]] = {
            "progress": self.progress_view,
            "stop": self.stop_view,
            "again": self.again_view,
        }
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(view),
                    name=f"articles_job_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    # ---- Who may

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the jobs that the user may see."""
        return jobs.visible(request.user, super().get_queryset(request))

    # ---- The list

    @admin.display(description=gettext_lazy("任务"))
    def title(self, obj: Job) -> str:
        """Return what the kind is called."""
        return jobs.title(obj.kind)

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def condition(self, obj: Job) -> str:
        """Return its state, also where its process was killed."""
        return obj.label

    @admin.display(description=gettext_lazy("进度"))
    def progress(self, obj: Job) -> str:
        """Return how much of how much is done."""
        return f"{obj.done} / {obj.total}" if obj.total else ""

    @admin.display(description=gettext_lazy("发起时间"), ordering="created_at")
    def created(self, obj: Job) -> str:
        """Return when it was started, short enough for one line."""
        return f"{timezone.localtime(obj.created_at):%Y-%m-%d %H:%M}"

    # ---- The page of one

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far a job is, and its report once it is done."""
        if not object_id.isdecimal():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]
        job = self._job(request, int(object_id))
        named = [
            f"admin/articles/job/reports/{name}.html" for name in (job.kind, "any")
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "job": job,
            "title": jobs.title(job.kind),
            "report": select_template(named),
            "rows": [(name, _listed(said)) for name, said in job.report.items()],
            "may_start": jobs.may_start(request.user, job.kind),
            "may_repeat": jobs.may_repeat(request.user, job),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/articles/job/change_form.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return what the page of a running job asks for again and again."""
        return JsonResponse(self._job(request, pk).progress())

    def stop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask a job to stop."""
        job = self._job(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        jobs.ask_to_stop(job)
        messages.info(request, _("已要求停止，任务会在下一步停下来。"))
        return HttpResponseRedirect(job.get_absolute_url())

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start the same work anew, as this user's."""
        job = self._job(request, pk)
        if not jobs.may_start(request.user, job.kind):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            with transaction.atomic():
                job = jobs.again(job, request.user)
        except jobs.JobError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(job.get_absolute_url())

    def _job(self, request: HttpRequest, pk: int) -> Job:
        """Return a job that the user may see; one that they may not is not there for them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Job = get_object_or_404(
            self.get_queryset(request).select_related("started_by"), pk=pk
        )
        return found


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]
