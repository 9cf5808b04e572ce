"""What reports of imports say."""

from typing import Any

from django import template

from articles.import_reasons import reason_in_words

register = template.Library()


@register.filter
def reason(said: Any) -> str:
    """Return why something was set aside, in words of an editor."""
    return reason_in_words(str(said))


@register.filter
def percent(part: Any) -> str:
    """Return a part of one in percent."""
    return f"{float(part):.0%}"
