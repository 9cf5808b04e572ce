"""Tags in the article's form: existing ones are suggested, new ones typed."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from taggit.models import Tag, TagBase

from articles.models import TaggedArticle
from articles.models.tag_entry import meant
from articles.search import tag_names
from articles.tags import MAX_LENGTH, parse_tags, validate_tag_name

SEPARATORS = [",", "，", "、", ";", "；"]
# No statement can hold it, so it is refused before the database is asked.
_refuse_nul = ProhibitNullCharactersValidator()


class TagNames(AutocompleteJsonView):
    """Suggestions that stand for themselves: a typed name may look like another tag's key."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        """Return the tags that fit what was typed, those used most first.

        Each is its own name, and the text says the synonym or how often it is used. select2 sets
        both as text.
        """
        term, model_admin, *_others = self.process_request(request)
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        found = tag_names.find(term[:MAX_LENGTH])
        results = [{"id": match.name, "text": _shown(match)} for match in found]
        return JsonResponse({"results": results, "pagination": {"more": False}})


def _shown(match: tag_names.Match) -> str:
    if match.synonym:
        return f"{match.name} ← {match.synonym}"
    return match.name


class TagSelect(AutocompleteSelectMultiple):
    """Django's select2 with its own option ``tags``, set by attributes and without script."""

    def __init__(self) -> None:
        """Ask TagAdmin for suggestions, as a form of TaggedArticle would."""
        super().__init__(TaggedArticle._meta.get_field("tag"), admin.site)

    def get_url(self) -> str:
        """Return the address of the suggestions."""
        return reverse("admin:articles_article_tag_names")

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """Let select2 take new names, and cut what is typed or pasted at separators."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {
            **attrs,
            "data-tags": "true",
            "data-token-separators": json.dumps(SEPARATORS, ensure_ascii=False),
        }

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        """Return the chosen names as the only options; the others are loaded on demand."""
        options = [
            self.create_option(name, tag, tag, True, index)
            for index, tag in enumerate(value)
        ]
        return [(None, options, 0)]


class SuggestingTagSelect(TagSelect):
    """The same in the form of an article, whose text suggests tags."""

    article: int | None = None

    class Media:
        css = {"all": ["admin-tags.css"]}
        js = ["js/tag-suggestions.js"]

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return the field, and below it where suggestions are shown."""
        select = super().render(*args, **kwargs)
        context = {"select": select, "article": self.article}
        return render_to_string("admin/articles/tag_field.html", context)


class TagsField(forms.Field):
    """Names of tags, each in an option of its own or several in one, separated."""

    widget = TagSelect

    def prepare_value(self, value: Any) -> list[str]:
        """Return the names, from tags, from a submitted form or from an address."""
        return parse_tags(value) if isinstance(value, str) else _names(value or [])

    def to_python(self, value: Any) -> list[str]:
        """Return the names to store, each once."""
        given = list(dict.fromkeys(value or []))
        for name in given:
            _refuse_nul(name)
        # A tag of other origin may hold a separator: as long as it exists, it is one name.
        existing = set(
            Tag.objects.filter(name__in=given).values_list("name", flat=True)
        )
        parsed = ([name] if name in existing else parse_tags(name) for name in given)
        names = list(dict.fromkeys(name for some in parsed for name in some))
        known = meant(names)
        return list(dict.fromkeys(known[name] for name in names))

    def validate(self, value: list[str]) -> None:
        """Refuse names that the table or an address cannot hold."""
        super().validate(value)
        for name in value:
            validate_tag_name(name)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether other names were submitted, in whatever order."""
        return set(self.prepare_value(initial)) != set(self.prepare_value(data))


def _names(tags: Iterable[TagBase | str]) -> list[str]:
    return [tag.name if isinstance(tag, TagBase) else tag for tag in tags]
