"""Asking before something is done to many records: what it is, to which, and how many."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

# As many of the records as the page names; the number says the rest.
NAMED = 20


def asked(
    model_admin: Any,
    request: HttpRequest,
    queryset: QuerySet,
    *,
    title: str,
    effects: Sequence[str] = (),
    form: forms.Form | None = None,
    back: str = "",
) -> TemplateResponse | None:
    """Return the page that asks whether to run this action, None where it was answered yes.

    Of no records there is nothing to ask. ``title`` is the question, ``effects`` what else it will touch, a sentence each. ``form``
    asks for what the action needs besides; it is bound to ``request.POST`` by the caller once
    ``is_answer(request)``, and the page comes again with its errors until it is valid. A
    selection that has grown or shrunk since the question is asked about again. ``back`` is where
    who says no goes, if it is not the page that was asked for.
    """
    count = queryset.count()
    same = is_answer(request) and request.POST.get("asked_count") == str(count)
    if count == 0 or (same and (form is None or form.is_valid())):
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "effects": effects,
        "form": form,
        "back": back or request.get_full_path(),
        "opts": model_admin.model._meta,
        "count": count,
        "named": list(queryset[:NAMED]),
        "more": max(0, count - NAMED),
        "action": request.POST.get("action", ""),
        "select_across": request.POST.get("select_across", "0"),
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "media": model_admin.media + (form.media if form else forms.Media()),
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def is_answer(request: HttpRequest) -> bool:
    """Return whether the request comes from the page that asks."""
    return request.POST.get("confirmed") == "yes"
