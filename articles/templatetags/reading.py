"""How text of a publication is shown to this reader."""

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join

from articles.preferences import Preferences
from articles.text import display

register = template.Library()


@register.simple_tag(takes_context=True)
def shown(context: Context, text: str, lang: str) -> str:
    """Return a text of this language tag in the reader's script, set vertically if asked.

    Vertical setting is for pages whose context says ``writing`` is vertical.
    """
    converted = display.in_script(text, lang, _script(context))
    if context.get("writing") != "vertical":
        return converted
    runs = display.upright_runs(display.vertical_marks(converted))
    return format_html_join(
        "",
        "{}",
        ((format_html("<b>{}</b>", run) if upright else run,) for run, upright in runs),
    )


@register.simple_tag(takes_context=True)
def head(context: Context, text: str, lang: str) -> str:
    """Return a head as ``shown``, its phrases, which blanks part, each in one piece."""
    phrases = text.split()
    if len(phrases) < 2:
        return shown(context, text, lang)
    return format_html_join(
        " ",
        "<span>{}</span>",
        ((shown(context, phrase, lang),) for phrase in phrases),
    )


@register.simple_tag(takes_context=True)
def shown_lang(context: Context, lang: str) -> str:
    """Return the language tag that ``shown`` text of this one has."""
    return display.lang_in(lang, _script(context))


def _script(context: Context) -> str:
    preferences: Preferences | None = context.get("preferences")
    return preferences.script if preferences else "original"
