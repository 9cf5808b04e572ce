"""Suspected misprints: kept as printed, and noted for the editor."""

import re
from collections.abc import Iterator

from articles.ingest import patterns
from articles.ingest.parsed import Excerpt, Note, ParsedArticle, Span

_HAN = f"[{patterns.HAN}]"
# 的的, 了了: never so in print. 柜姐柜姐: a word of two characters twice, which good Chinese
# has too (研究研究), so it is a question to the editor, no more.
_MISPRINTS = {
    "doubled-word": re.compile(r"的的|了了|是是|和和|在在|与与|为为(?!什)|将将"),
    "doubled-phrase": re.compile(
        rf"(?P<twice>(?!{_HAN}\b)(?P<one>{_HAN})(?!(?P=one)){_HAN})(?P=twice)"
    ),
    "latin-between-chinese": re.compile(
        rf"(?<={_HAN})\s+(?:and|or|the|of)\s+(?={_HAN})"
    ),
}
_BRACKETS = ("（）", "《》")
# Typed commas among Chinese characters: all of a page, or a slip.
_HALF_WIDTH = re.compile(rf"(?<={_HAN}),(?={_HAN})")
_FULL_WIDTH = re.compile("，")


def remarks(article: ParsedArticle) -> list[Note]:
    """Return a note for each suspected misprint of the article."""
    excerpts = [part.excerpt for part in article.body if part.excerpt]
    found = [note for excerpt in excerpts for note in _misprints(excerpt)]
    return found + list(_half_width_commas(excerpts))


def _misprints(excerpt: Excerpt) -> Iterator[Note]:
    found = [
        (match.span(), code)
        for code, pattern in _MISPRINTS.items()
        for match in pattern.finditer(excerpt.text)
    ]
    if (unpaired := _unpaired(excerpt.text)) is not None:
        found.append(((unpaired, len(excerpt.text)), "unpaired-bracket"))
    offsets = excerpt.offsets() if found else []
    for span, code in found:
        yield _note(offsets, span, code)


def _unpaired(text: str) -> int | None:
    """Return where the first bracket stands that nothing closes."""
    opened = (text.find(pair[0], text.rfind(pair[1]) + 1) for pair in _BRACKETS)
    return min((at for at in opened if at >= 0), default=None)


def _half_width_commas(excerpts: list[Excerpt]) -> Iterator[Note]:
    """Note half-width commas: each one where they are few, else once."""
    slips = [
        (offsets, match.span())
        for excerpt in excerpts
        if "," in excerpt.text
        for offsets in [excerpt.offsets()]
        for match in _HALF_WIDTH.finditer(excerpt.text)
    ]
    usual = sum(len(_FULL_WIDTH.findall(excerpt.text)) for excerpt in excerpts)
    if slips and len(slips) > usual:
        slips = slips[:1]
    for offsets, span in slips:
        yield _note(offsets, span, "half-width-comma")


def _note(offsets: list[int], span: Span, reason: str) -> Note:
    printed = [offset for offset in offsets[slice(*span)] if offset >= 0]
    return Note(printed[0], printed[-1] + 1, "misprint", 1.0, (reason,))
