"""Tags of templates/_head.html."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.encoding import escape_uri_path
from django.utils.html import format_html

register = template.Library()

# Those of django.utils.html.json_script, which cannot set another type: nothing ends the
# element, begins a comment in it or is read as an entity.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


class _Data:
    """JSON for a data block, in which nothing is left to escape for HTML."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __html__(self) -> str:
        return json.dumps(self._value, ensure_ascii=False).translate(_ESCAPES)


@register.simple_tag
def json_ld(things: Sequence[dict[str, Any]]) -> str:
    """Return a data block of schema.org's things; the policy lets it be, for it never runs."""
    data = _Data({"@context": "https://schema.org", "@graph": things})
    return format_html('<script type="application/ld+json">{}</script>', data)


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """Return the page's one absolute address: as its view says, else without a query."""
    if meta := context.get("meta"):
        return str(meta.canonical)
    request = context["request"]
    return str(request.build_absolute_uri(escape_uri_path(request.path)))
