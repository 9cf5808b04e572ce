"""The boxes of the advanced search form, put into the query language."""

import datetime

from articles.search.language.dates import written
from articles.search.language.nodes import Field
from articles.search.language.render import quoted
from articles.search.language.tokens import Filter, Place, fold_fully, is_word


def compose(
    *,
    all_words: str = "",
    exact: str = "",
    any_words: str = "",
    without: str = "",
    headline: str = "",
    author: str = "",
    caption: str = "",
    tag: str = "",
    publication: str = "",
    page: str = "",
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> str:
    """Return the query that the boxes ask. What looks like an operator in a box is text."""
    parts = [*_items(all_words), *_phrase(exact)]
    if alternatives := _items(any_words):
        parts.append(f"({' OR '.join(alternatives)})")
    parts += [f"-{item}" for item in _items(without)]
    in_fields: list[tuple[Place, str]] = [
        (Field.HEADLINE, headline), (Field.AUTHOR, author), (Field.PHOTO, caption),
        (Field.TAG, tag),
    ]  # fmt: skip
    for place, text in in_fields:
        parts += [f"{place}:{item}" for item in _items(text)]
    for place, text in ((Filter.PUBLICATION, publication), (Filter.PAGE, page)):
        parts += [f"{place}:{item}" for item in _phrase(text)]
    if since or until:
        parts.append(f"{Filter.DATE}:{written(since, until)}")
    return " ".join(parts)


def _items(text: str) -> list[str]:
    """Return what stands between blanks, quoted where it could be read as an operator."""
    return [
        item if is_word(item) and item not in _OPERATORS else quoted(item)
        for item in fold_fully(text).split()
    ]


_OPERATORS = ("or", "and", "not")


def _phrase(text: str) -> list[str]:
    folded = " ".join(fold_fully(text).split())
    return [quoted(folded)] if folded else []
