"""Import in the browser: files come in, a check says what they hold, then they are imported."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from articles import jobs
from articles.ingest import uploads
from articles.ingest.uploads import UploadError
from articles.models import Issue, Job, Publication
from articles.models.place import validate_label

_MIB = 2**20


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of imports."""
    return [
        path("articles/import/", site.admin_view(_import_view), name="articles_import"),
        path(
            "articles/import/<int:pk>/run/",
            site.admin_view(_run_view),
            name="articles_import_run",
        ),
        path(
            "articles/import/<int:pk>/set-aside.jsonl",
            site.admin_view(_aside_view),
            name="articles_import_aside",
        ),
    ]


# ---- The form


class SeveralFilesInput(forms.ClearableFileInput):
    """A choice of any number of files, which may also be dropped on it."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Any number of files, but at least one; an empty one is the import's to report."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files."""
        one = super().clean
        return [one(file, initial) for file in data or [None]]


class ImportForm(forms.Form):
    """What is imported, and what the files do not say themselves."""

    sent = SeveralFiles(
        label=gettext_lazy("文件"),
        allow_empty_file=True,
        widget=SeveralFilesInput,
        help_text=gettext_lazy(
            "可以选几个，也可以拖到这里：版面原始文本、JSON Lines、ninjs、METS/ALTO、fixture，或者装着它们的 zip、tar。"
        ),
    )
    publication = forms.ModelChoiceField(
        Publication.objects.order_by("name"),
        label=gettext_lazy("报纸"),
        required=False,
        empty_label=gettext_lazy("照文件或文件夹所写"),
        help_text=gettext_lazy("选了就算数，不管文件夹叫什么。"),
    )
    date = forms.DateField(
        label=gettext_lazy("日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=gettext_lazy("给没有写明日期的版面文本。"),
    )
    page = forms.CharField(
        label=gettext_lazy("版号"),
        required=False,
        max_length=20,
        validators=[validate_label],
        help_text=gettext_lazy(
            "给没有写明版号的版面文本；名为 1.txt、A02.txt 的，就是那一版。"
        ),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("编码"),
        required=False,
        choices=[
            ("", gettext_lazy("自动识别")),
            ("utf-8", "UTF-8"),
            ("gb18030", "GB 18030"),
            ("big5", "Big5"),
        ],
    )
    status = forms.ChoiceField(
        label=gettext_lazy("新文章的状态"),
        widget=forms.RadioSelect,
        choices=[
            ("drafts", gettext_lazy("都作草稿")),
            ("files", gettext_lazy("照文件所写；版面文本里拿得准的直接发布")),
        ],
        initial="drafts",
    )
    overwrite = forms.BooleanField(
        label=gettext_lazy("替换在这里录入或改过的文章"),
        required=False,
        help_text=gettext_lazy("不选则搁置并列出。旧版本留在历史里。"),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        """Offer to publish only to those who may."""
        super().__init__(*args, **kwargs)
        if not user.has_perm("articles.publish_article"):
            del self.fields["status"]

    def params(self) -> dict[str, Any]:
        """Return what the job is told besides where the files are."""
        said = self.cleaned_data
        return {
            "drafts": said.get("status", "drafts") != "files",
            "overwrite": said["overwrite"],
            "publication": said["publication"].slug if said["publication"] else "",
            "date": said["date"].isoformat() if said["date"] else "",
            "page": said["page"],
            "encoding": said["encoding"],
        }


class _Quota(FileUploadHandler):
    """Passes over what is more than may be sent at once, so that it never fills the disk."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.is_exceeded = False
        self._left = most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            self.is_exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


# ---- Views


# The body is read below, once its bounds are set.
@csrf_exempt
def _import_view(request: HttpRequest) -> HttpResponse:
    """Ask for files; keep them and start their check."""
    if not jobs.may_start(request.user, "import"):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, ImportForm(user=request.user))
    length = str(request.META.get("CONTENT_LENGTH", ""))
    # Once as it arrives, once in its folder.
    has_room = uploads.has_room(2 * int(length) if length.isdecimal() else 0)
    quota = _Quota(request, settings.IMPORT_MAX_MB * _MIB if has_room else 0)
    request.upload_handlers.insert(0, quota)
    try:
        bool(request.POST)
    except TooManyFilesSent:
        messages.error(request, _too_many())
        return HttpResponseRedirect(request.path)
    trouble = ""
    if quota.is_exceeded:
        trouble = _too_large() if has_room else _("服务器的磁盘空间不够。")
    return csrf_protect(_take)(request, trouble)


def _take(request: HttpRequest, trouble: str) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES, user=request.user)
    if trouble:
        form.is_valid()
        form.errors.pop("sent", None)
        form.add_error("sent", trouble)
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form)
    try:
        upload = uploads.keep(form.cleaned_data["sent"])
    except OSError as error:
        said = _("文件存不下：%(reason)s") % {"reason": error.strerror or error}
        form.add_error("sent", said)
        return _page(request, form)
    job = jobs.start("import_check", request.user, upload=upload, **form.params())
    return HttpResponseRedirect(job.get_absolute_url())


def _page(request: HttpRequest, form: ImportForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "opts": Issue._meta,
        "title": pgettext("action", "导入"),
        "form": form,
        "most": settings.IMPORT_MAX_MB,
        "too_large": _too_large(),
        "days": settings.IMPORT_KEEP_DAYS,
    }
    return TemplateResponse(request, "admin/articles/import.html", context)


def _too_large() -> str:
    return _("一次最多上传 %(most)d MB，请分几次。") % {"most": settings.IMPORT_MAX_MB}


def _too_many() -> str:
    most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
    return _("一次最多 %(most)d 个文件，更多的请打包成 zip 或 tar。") % {"most": most}


def _run_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was checked."""
    job = _job(request, pk, ["import_check"])
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if job.state != Job.State.DONE:
        messages.error(request, _("检查没有完成，不能导入。"))
        return HttpResponseRedirect(job.get_absolute_url())
    started = jobs.start("import", request.user, **job.params)
    return HttpResponseRedirect(started.get_absolute_url())


def _aside_view(request: HttpRequest, pk: int) -> FileResponse:
    """Give what was set aside, all of it, as a file."""
    job = _job(request, pk, ["import", "import_check"])
    try:
        report = uploads.aside_path(str(job.params.get("upload")), job.pk).open("rb")
    except (OSError, UploadError):
        raise Http404 from None
    return FileResponse(
        report,
        as_attachment=True,
        filename=f"set-aside-{job.pk}.jsonl",
        content_type="application/x-ndjson",
    )


def _job(request: HttpRequest, pk: int, kinds: list[str]) -> Job:
    """Return an import that the user may see."""
    if not jobs.may_start(request.user, "import"):
        raise PermissionDenied
    visible = jobs.visible(request.user, Job.objects.all())
    return get_object_or_404(visible, pk=pk, kind__in=kinds)
