"""How a reader wants pages shown: kept in one cookie, which script may read and write too.

Nothing here identifies anybody: readers with the same choices have the same cookie, and
whoever chose nothing has none, so that what is shown to most may be kept by a CDN.
"""

from dataclasses import dataclass, fields
from typing import Self

from django.http import HttpRequest, HttpResponseBase

COOKIE = "reading"
_SECONDS_KEPT = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a reader chose; the first of the values of each name is the default."""

    theme: str = "auto"
    size: str = "m"
    face: str = "serif"
    writing: str = "horizontal"
    script: str = "original"

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the choices of a request; what is unknown or damaged counts as not chosen.

        ``script`` in the address goes before the cookie, so that a converted text has an
        address of its own and its original is one click away.
        """
        chosen = dict(
            part.split(":", 1)
            for part in request.COOKIES.get(COOKIE, "").split("&")
            if ":" in part
        )
        if "script" in request.GET:
            chosen["script"] = request.GET["script"]
        return cls.from_choices(chosen)

    @classmethod
    def from_choices(cls, chosen: dict[str, str]) -> Self:
        """Return the preferences with those of the choices that exist."""
        known = {
            name: value
            for name, value in chosen.items()
            if value in CHOICES.get(name, ())
        }
        return cls(**known)

    def chosen(self) -> dict[str, str]:
        """Return what differs from the defaults, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value for name, value in values.items() if value != CHOICES[name][0]
        }

    def keep(self, response: HttpResponseBase) -> None:
        """Set the cookie of these preferences, or remove it where nothing was chosen."""
        chosen = self.chosen()
        if not chosen:
            response.delete_cookie(COOKIE, samesite="Lax")
            return
        value = "&".join(f"{name}:{value}" for name, value in chosen.items())
        response.set_cookie(COOKIE, value, max_age=_SECONDS_KEPT, samesite="Lax")


CHOICES = {
    "theme": ("auto", "light", "dark", "sepia"),
    "size": ("m", "s", "l", "xl"),
    "face": ("serif", "sans"),
    "writing": ("horizontal", "vertical"),
    "script": ("original", "hans", "hant"),
}
