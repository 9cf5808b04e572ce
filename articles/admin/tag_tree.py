"""Loading a controlled vocabulary as a tree of tags, in the browser."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.ingest import tag_tree

# As many lines that are wrong as anybody mends before trying again.
_SHOWN = 50
_OWN = ""


class TreeForm(forms.Form):
    """A vocabulary that comes with the archive, or a file."""

    built_in = forms.ChoiceField(
        label=gettext_lazy("词表"),
        required=False,
        choices=[
            *((key, name) for key, (name, _path) in tag_tree.BUILT_IN.items()),
            (_OWN, gettext_lazy("自己的文件")),
        ],
        widget=forms.RadioSelect,
        initial=next(iter(tag_tree.BUILT_IN)),
    )
    file = forms.FileField(
        label=gettext_lazy("词表文件"),
        required=False,
        help_text=gettext_lazy(
            "CSV，第一行是列名 code、name、parent、note（代码、名称、上位、备注），"
            "只有 name 必须有；没有 parent 时按代码的开头定上下位。或同样字段的 JSON 列表。"
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("词表的名称"), required=False, max_length=60
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what an own file needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("built_in") == _OWN:
            for field in ("file", "name"):
                if field not in self.errors and not cleaned.get(field):
                    self.add_error(field, _("请填写。"))
        return cleaned

    def content(self) -> tuple[str, bytes]:
        """Return how the vocabulary is called, and its file."""
        chosen = self.cleaned_data["built_in"]
        if chosen in tag_tree.BUILT_IN:
            name, source = tag_tree.BUILT_IN[chosen]
            return name, source.read_bytes()
        file: UploadedFile = self.cleaned_data["file"]
        return self.cleaned_data["name"], file.read(tag_tree.MAX_BYTES + 1)


class TagTreeAdmin(admin.ModelAdmin):
    """What the admin of tags offers for vocabularies."""

    change_list_template = "admin/taggit/tag/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that loads a vocabulary."""
        view = self.admin_site.admin_view(self.load_tree_view)
        return [
            path("load-tree/", view, name="taggit_tag_load_tree"),
            *super().get_urls(),
        ]

    def load_tree_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a vocabulary and load it, all of it or nothing."""
        if not (
            self.has_add_permission(request) and self.has_change_permission(request)
        ):
            raise PermissionDenied
        form = TreeForm(request.POST or None, request.FILES or None)
        wrong: list[str] = []
        if form.is_bound and form.is_valid():
            try:
                name, content = form.content()
                loaded = tag_tree.load(tag_tree.read(content), name)
            except tag_tree.TreeError as error:
                wrong = error.lines
            else:
                message = _("已载入 %(terms)d 个词条，其中 %(new)d 个是新标签。")
                said = message % {"terms": loaded.terms, "new": loaded.new}
                messages.success(request, said)
                return HttpResponseRedirect(reverse("admin:taggit_tag_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("载入词表"),
            "opts": self.model._meta,
            "form": form,
            "wrong": wrong[:_SHOWN],
            "more": max(0, len(wrong) - _SHOWN),
        }
        return TemplateResponse(request, "admin/taggit/tag/load_tree.html", context)
