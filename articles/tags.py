"""How a line of tags is read and written, in the admin and in imports."""

import re
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from taggit.models import Tag, TagBase

from articles.models.tag_entry import keys_of_tags, meant

MAX_LENGTH = 100
_LETTER = re.compile(r"\w")
_SEPARATORS = re.compile(r"[,，、;；\n]")


def parse_tags(line: str) -> list[str]:
    """Return the tag names in ``line``, in order, each once.

    Commas and semicolons of either width, 、 and line ends separate them; a blank does not,
    because names hold blanks (5G 网络).

    >>> parse_tags("经济，科技、 人工智能 芯片;经济")
    ['经济', '科技', '人工智能 芯片']
    """
    names = (" ".join(name.split()) for name in _SEPARATORS.split(line))
    return list(dict.fromkeys(name for name in names if name))


def validate_tag_name(name: str) -> None:
    """Refuse a name that is too long, unprintable, or nothing but punctuation."""
    if len(name) > MAX_LENGTH:
        raise ValidationError(
            _("标签不可超过 %(limit)d 个字。") % {"limit": MAX_LENGTH}
        )
    if not _LETTER.search(name) or not name.isprintable():
        raise ValidationError(_("标签须有文字：%(name)s") % {"name": repr(name)})


def join_tags(tags: Iterable[TagBase]) -> str:
    """Return the line that ``parse_tags`` reads back as the names of ``tags``."""
    return "，".join(sorted(tag.name for tag in tags))


def tags_named(names: Collection[str]) -> dict[str, int]:
    """Return the primary key of the tag of each name, made where it was not there.

    As in the admin (TAGGIT_CASE_INSENSITIVE), ai and AI are one tag; a synonym is its tag.
    """
    stands_for = meant(list(names))
    wanted = sorted(set(stands_for.values()))
    keys = keys_of_tags(wanted)
    for name in wanted:
        if name not in keys:
            keys[name] = _made(name)
    return {name: keys[meaning] for name, meaning in stands_for.items()}


def _made(name: str) -> int:
    """Return the key of a new tag, or of one made just now that differs in its capitals."""
    same = keys_of_tags([name])
    return same[name] if same else int(Tag.objects.create(name=name).pk)
