"""The steps from draft to withdrawn in the admin: buttons of the form, actions of the list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from articles import workflow
from articles.admin.base import ArchiveAdmin
from articles.admin.confirm import asked, is_answer
from articles.admin.conflicts import compare_parts
from articles.models import Article

Status = Article.Status
# What readers read of an article: to change it calls for a correction.
_READ = frozenset(
    ("headline", "kicker", "deck", "byline", "dateline", "column", "body")
)
_PARTS = frozenset(("paragraphs", "photos"))


class NoteForm(forms.Form):
    """Why articles are withdrawn."""

    note = forms.CharField(
        label=gettext_lazy("撤回的原因"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("读者会在文章的地址看到。"),
    )


class WorkflowAdmin(ArchiveAdmin):
    """An article's state is changed by steps, each for those who may take it."""

    class Media:
        css = {"all": ["admin-workflow.css"]}

    # ---- The form

    def get_form(
        self,
        request: HttpRequest,
        obj: Article | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Tell the form who fills it in, and which button was pressed."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        form.step_name = request.POST.get("_step", "")
        return form

    def get_fieldsets(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[tuple[Any, Any]]:
        """Leave out what does not apply to the article's state."""
        published = obj is not None and obj.is_published
        hidden = "publish_at" if published else "note"
        return [
            (name, {**options, "fields": [f for f in options["fields"] if f != hidden]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[str]:
        """Let nobody type the state, and the time of publishing only who may publish."""
        fixed = [*super().get_readonly_fields(request, obj), "state"]
        return fixed if workflow.may_publish(request.user) else [*fixed, "publish_at"]

    @admin.display(description=gettext_lazy("状态"))
    def state(self, obj: Article) -> str:
        """Return the state, and the time at which it will end by itself."""
        label = str(Status(obj.status).label)
        if not obj.publish_at:
            return label
        time = timezone.localtime(obj.publish_at)
        message = _("%(state)s，将于 %(time)s 发布")
        return message % {"state": label, "time": f"{time:%Y-%m-%d %H:%M}"}

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the steps as buttons beside those for saving."""
        obj = kwargs.get("obj")
        if obj is None or self.has_change_permission(request, obj):
            context["steps"] = workflow.steps(request.user, obj)
        if conflict := getattr(context["adminform"].form, "conflict", None):
            inlines = context["inline_admin_formsets"]
            compare_parts(conflict, (inline.formset for inline in inlines))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Article, form: Any, change: bool
    ) -> None:
        """Store the article with a dated note; to set a time is to have agreed to the text."""
        note = form.cleaned_data.get("note")
        if note and obj.is_published and form.step_name != "withdraw":
            obj.correction = "\n".join(
                filter(None, (obj.correction, workflow.dated(note)))
            )
        if "publish_at" in form.changed_data:
            obj.scheduled_by_id = request.user.pk if obj.publish_at else None
            if obj.publish_at and obj.status == Status.DRAFT:
                obj.status = Status.REVIEW
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Store the rows; remind of a correction where what readers read was changed."""
        super().save_related(request, form, formsets, change)
        obj = form.instance
        told = form.step_name or {"note", "correction"} & {*form.changed_data}
        if not change or not obj.is_published or told:
            return
        parts = any(rows.has_changed() for rows in formsets if rows.prefix in _PARTS)
        if parts or _READ & {*form.changed_data}:
            message = _(
                "读者看到的文字改了，而没有写更正说明。需要时请写在“新的更正或撤回说明”里。"
            )
            self.message_user(request, message, messages.WARNING)

    def response_add(
        self, request: HttpRequest, obj: Article, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Take the step with what was stored."""
        self._take_step(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """Take the step with what was stored."""
        self._take_step(request, obj)
        return super().response_change(request, obj)

    def _take_step(self, request: HttpRequest, obj: Article) -> None:
        step = workflow.STEPS.get(request.POST.get("_step", ""))
        if step is None:
            return
        note = request.POST.get("note", "").strip() if step.needs_note else ""
        workflow.move(request.user, Article.objects.filter(pk=obj.pk), step, note)
        obj.refresh_from_db()
        if obj.status != step.to:
            return
        message = _("文章的状态已改为“%(state)s”。") % {"state": step.to.label}
        self.message_user(request, message, messages.SUCCESS)

    # ---- The list

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Say whether the user may publish and withdraw."""
        return workflow.may_publish(request.user)

    @admin.action(description=pgettext_lazy("step", "送审"), permissions=["change"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Hand drafts in."""
        return self._ask_and_move(request, queryset, "review")

    @admin.action(description=pgettext_lazy("step", "退回修改"), permissions=["change"])
    def send_back(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Hand back what was handed in."""
        return self._ask_and_move(request, queryset, "back")

    @admin.action(description=pgettext_lazy("step", "发布"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Show the selected articles to readers."""
        return self._ask_and_move(request, queryset, "publish")

    @admin.action(description=pgettext_lazy("step", "撤回"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Take the selected articles from readers, leaving a notice of why."""
        return self._ask_and_move(request, queryset, "withdraw")

    @admin.action(
        description=pgettext_lazy("step", "转为草稿"), permissions=["publish"]
    )
    def make_draft(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Take what readers saw back to the desk, without a notice."""
        return self._ask_and_move(request, queryset, "draft")

    def warnings(self, step: workflow.Step, articles: QuerySet) -> Sequence[str]:
        """Return what is to be said before the step is taken with these articles."""
        return ()

    def _ask_and_move(
        self, request: Any, queryset: Any, name: str, back: str = ""
    ) -> Any:
        step = workflow.STEPS[name]
        title = _("把文章的状态改为“%(state)s”？") % {"state": step.to.label}
        form = None
        if step.needs_note:
            typed = {"note": request.POST.get("note", "")}
            form = NoteForm(request.POST if is_answer(request) else None, initial=typed)
        effect = _effect(request.user, queryset, step)
        effects = [effect, *self.warnings(step, queryset)]
        if page := asked(
            self, request, queryset, title=title, effects=effects, form=form, back=back
        ):
            return page
        note = form.cleaned_data["note"] if form else ""
        selected = queryset.count()
        moved = workflow.move(request.user, queryset, step, note)
        done = _("%(count)d 篇文章的状态已改为“%(state)s”。")
        message = done % {"count": moved, "state": step.to.label}
        self.message_user(request, message, messages.SUCCESS)
        if left := selected - moved:
            message = _("%(count)d 篇没有改：它们的状态不能这样改，或者您没有权限。")
            self.message_user(request, message % {"count": left}, messages.WARNING)
        return None


def _effect(user: Any, queryset: Any, step: workflow.Step) -> str:
    """Return how many of the articles the step will touch."""
    rows = queryset.only("status", "entered_by", "publish_at").select_related(None)
    count = sum(workflow.may_move(user, article, step) for article in rows)
    return _("其中能这样改的有 %(count)d 篇，其余不动。") % {"count": count}
