"""How a line of tags is read and written, in the admin and in imports."""

import re
from collections.abc import Iterable

from taggit.models import TagBase

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


def join_tags(tags: Iterable[TagBase]) -> str:
    """Return the line that ``parse_tags`` reads back as the names of ``tags``."""
    return "，".join(sorted(tag.name for tag in tags))
