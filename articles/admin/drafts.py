"""What editors type is kept in their browser until it is stored: the server's side of it.

static/js/draft-keep.js keeps the fields of a form that shows what ``kept()`` gives, under a
name that no other user's page asks for; the answer to a successful save says that name in a
cookie, and the next page forgets what was kept.
"""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

COOKIE = "stored_drafts"
# The hidden field of a form, by which its answer knows what to forget.
FIELD = "kept_as"
_SECONDS = 7 * 24 * 3600
_LONGEST = 100
_AT_ONCE = 20
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-")


def kept(request: HttpRequest, form: str, *, dirty: bool = False) -> dict[str, Any]:
    """Return what a template needs to keep a form: its name, of this user alone.

    ``form`` says what is written: ``article:7``. One that has no key yet (``new-article:``)
    gets a name of its own, so that two windows keep two texts. ``dirty`` is a page that shows what
    is not stored, and needs no keystroke to be kept. ``also`` are the forms that led here,
    which are stored with this one.
    """
    begin = f"{request.user.pk}:{form}"
    sent = _names(request)
    name = begin
    if form.endswith(":"):
        new = begin + secrets.token_urlsafe(9)
        name = next((said for said in sent if said.startswith(begin)), new)
    return {
        "name": name,
        "user": request.user.pk,
        "form": form,
        "dirty": dirty,
        "also": [said for said in sent if said != name],
    }


def forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Have the browser forget what it kept of the form that was just stored."""
    if names := _names(request):
        before = request.COOKIES.get(COOKIE, "").split("|")
        known = [said for said in before if said and set(said) <= _SAFE]
        response.set_cookie(
            COOKIE,
            "|".join([*known, *names][-_AT_ONCE:]),
            max_age=_SECONDS,
            path=reverse("admin:index"),
            secure=bool(settings.SESSION_COOKIE_SECURE),
            samesite="Lax",
        )
    return response


def _names(request: HttpRequest) -> list[str]:
    """Return the names that the form sent, those that are this user's."""
    begin = f"{request.user.pk}:"
    sent = request.POST.getlist(FIELD)[:_AT_ONCE]
    return [
        name
        for name in dict.fromkeys(sent)
        if name.startswith(begin) and len(name) <= _LONGEST and set(name) <= _SAFE
    ]


class KeepingAdmin(admin.ModelAdmin):
    """Articles whose forms are kept until they are stored."""

    @property
    def media(self) -> forms.Media:
        """Return the scripts and style sheets of the pages, those of keeping among them."""
        keeping = forms.Media(
            css={"all": ["admin-drafts.css"]}, js=["js/draft-keep.js"]
        )
        media: forms.Media = super().media
        return media + keeping

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Give the form its name."""
        obj = kwargs.get("obj")
        dirty = request.method == "POST" or bool(context.get("unsaved"))
        # No beginning of the other: a new article is offered no text of a stored one.
        form = f"article:{obj.pk}" if obj else "new-article:"
        context["kept"] = kept(request, form, dirty=dirty)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say that the new article is stored."""
        return forget(request, super().response_add(request, *args, **kwargs))

    def response_change(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say that the changes are stored."""
        return forget(request, super().response_change(request, *args, **kwargs))
