"""Photos in the form of an article: uploaded at once, several together, kept until it is saved."""

import re
from typing import Any

from django import forms
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from articles import uploads
from articles.admin.originals import PhotoOriginals, WithPictures
from articles.admin.positions import PositionedForm
from articles.models import Article, PhotoUpload
from articles.models.picture import ACCEPTED

# As the rows are called in the form, and the field of new files beside them.
PREFIX = "photos"
NEW = f"{PREFIX}-new"
_TOTAL = f"{PREFIX}-TOTAL_FORMS"
_FILE_OF_ROW = re.compile(rf"{PREFIX}-(\d{{1,4}})-image")
_MOST_ROWS = 1000


class PhotoForm(PositionedForm):
    """A photo with its picture: stored already, or uploaded and waiting."""

    upload = forms.CharField(required=False, widget=forms.HiddenInput, max_length=36)

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        """Take whose uploads are meant."""
        super().__init__(*args, **kwargs)
        self._user = user
        self._upload: PhotoUpload | None = None
        if "alt" in self.fields:
            # For the style sheet, by which an empty one is marked.
            self.fields["alt"].widget.attrs["placeholder"] = " "

    def clean(self) -> dict[str, Any]:
        """Take the picture that waits; say so if it waits no longer."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("upload"):
            return cleaned
        self._upload = uploads.waiting(self._user, cleaned["upload"])
        if self._upload:
            self.fields["image"].widget.pending = self._upload
            cleaned["image"] = self._upload.image.name
        else:
            self.add_error("image", _("这张图片已经用过，或放得太久，请重新上传。"))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Store the photo; its picture waits no longer."""
        if self._upload:
            uploads.attach(self._upload, self.instance)
        return super().save(commit)


class UploadedRows(forms.BaseInlineFormSet):
    """Rows of photos: knows whose uploads they name, and which files were refused."""

    user: Any = None
    refusals: tuple[str, ...] = ()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tell each row whose uploads it may name."""
        return {**super().get_form_kwargs(index), "user": self.user}

    def clean(self) -> None:
        """Say which of the new files were refused; let no two rows name one upload."""
        super().clean()
        rows = [getattr(form, "cleaned_data", {}) for form in self.forms]
        keys = [row["upload"] for row in rows if row.get("upload")]
        if len(set(keys)) < len(keys):
            raise ValidationError(_("同一张刚上传的图片出现了两次。"))
        if self.refusals:
            raise ValidationError(list(self.refusals))


class PhotoRows(WithPictures, InlineModelAdmin):
    """The rows of photos, with a place to drop files above them."""

    template = "admin/articles/article/photos.html"
    accepted = ACCEPTED
    most_megabytes = uploads.MOST_BYTES // 2**20

    class Media:
        css = {"all": ["admin-photos.css"]}
        js = ["js/photo-drop.js"]

    def get_formset(
        self, request: HttpRequest, obj: Article | None = None, **kwargs: Any
    ) -> Any:
        """Return the class of this request's rows."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.user = request.user
        formset.refusals = getattr(request, "photo_refusals", ())
        return formset

    def get_fields(self, request: HttpRequest, obj: Article | None = None) -> Any:
        """Add the hidden field of an upload, where the article may be changed."""
        fields = super().get_fields(request, obj)
        articles = self.admin_site.get_model_admin(Article)
        if obj is None or articles.has_change_permission(request, obj):
            return [*fields, "upload"]
        return fields


class PhotosAdmin(PhotoOriginals):
    """The part of the article's admin that takes photos in."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of uploads."""
        view = self.admin_site.admin_view(self.upload_photo)
        return [
            path("photos/", view, name="articles_article_photos"),
            *super().get_urls(),
        ]

    def _may_upload(self, request: HttpRequest) -> bool:
        may_write = self.has_add_permission(request) or self.has_change_permission(
            request
        )
        return may_write and request.user.has_perm("articles.add_photo")

    def upload_photo(self, request: HttpRequest) -> HttpResponse:
        """Keep one photo until its article is saved; say what is wrong with it."""
        if not self._may_upload(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        file = request.FILES.get("file")
        if file is None:
            return JsonResponse({"error": _("没有收到文件。")}, status=400)
        try:
            upload = uploads.receive(request.user, file)
        except ValidationError as error:
            return JsonResponse({"error": " ".join(error.messages)}, status=400)
        caption, credit = upload.said
        return JsonResponse(
            {
                "upload": str(upload.pk),
                "preview": upload.image.smallest,
                "caption": caption,
                "credit": credit,
            }
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Keep the files that come with the form first: a mistake in it then loses none."""
        # Outside of the transaction in which the form is stored, or not.
        if request.method == "POST" and request.FILES and self._may_upload(request):
            _keep_files(request)
        return super().changeform_view(request, *args, **kwargs)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Store the rows, and ask for what pictures still lack."""
        super().save_related(request, form, formsets, change)
        silent = form.instance.photos.exclude(image="").filter(alt="").count()
        if silent:
            message = _(
                "%(count)d 张图片还没有替代文字，看不见图片的读者不知道上面是什么。"
            )
            self.message_user(request, message % {"count": silent}, "WARNING")


# ---- Files that a form without script sends


def _keep_files(request: Any) -> None:
    """Turn the files of the form into uploads that its rows name, and note the refusals."""
    data = request.POST.copy()
    for name in list(request.FILES):
        row = _FILE_OF_ROW.fullmatch(name)
        if row:
            _keep_row(request, data, name, row[1])
    refusals = []
    for file in request.FILES.getlist(NEW):
        try:
            upload = uploads.receive(request.user, file)
        except ValidationError as error:
            refusals.append(f"{file.name}：{' '.join(error.messages)}")
        else:
            _add_row(data, upload)
    request.photo_refusals = tuple(refusals)
    request.POST = data


def _keep_row(request: Any, data: Any, name: str, row: str) -> None:
    try:
        upload = uploads.receive(request.user, request.FILES[name])
    except ValidationError:
        return  # the row's own field says it
    data[f"{PREFIX}-{row}-upload"] = str(upload.pk)
    del request.FILES[name]


def _add_row(data: Any, upload: PhotoUpload) -> None:
    sent = data.get(_TOTAL, "")
    total = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 5 else 0
    if total >= _MOST_ROWS:
        return  # Django takes no more rows, and says so
    caption, credit = upload.said
    row = {"upload": str(upload.pk), "caption": caption, "credit": credit}
    for field, value in row.items():
        data[f"{PREFIX}-{total}-{field}"] = value
    data[_TOTAL] = str(total + 1)
