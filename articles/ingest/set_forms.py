"""Units that show by their form what they are, wherever they stand.

Captions with a credit or a mark, the editors' line, the folio (page, date, number of the
issue) and lines that lead to another page. They stand between the halves of a sentence
often enough that the rest is easier to read without them.
"""

from dataclasses import dataclass
from itertools import pairwise

from articles.ingest import patterns
from articles.ingest.context import looks_like_sentence, word_across
from articles.ingest.forms import find_credit
from articles.ingest.lines import Unit
from articles.ingest.parsed import Excerpt, Role

_LONGEST_CAPTION = 150
_LONGEST_LINE = 120


@dataclass(slots=True)
class Aside:
    """A unit set aside, with the index of the ordinary unit that it stood before."""

    role: Role
    before: int
    excerpt: Excerpt
    credit: Excerpt
    confidence: float
    reason: str


def sort_out(units: list[Unit]) -> tuple[list[Unit], list[Aside]]:
    """Return the ordinary units, and what was set aside."""
    ordinary: list[Unit] = []
    asides: list[Aside] = []
    for unit in units:
        aside = _aside(unit.excerpt, len(ordinary))
        if aside is None:
            ordinary.append(unit)
            continue
        if aside.role is Role.CAPTION and not aside.excerpt:
            _take_caption(aside, ordinary, asides)
        asides.append(aside)
    return ordinary, _with_credits(asides)


def _aside(excerpt: Excerpt, before: int) -> Aside | None:
    text = excerpt.text
    none = Excerpt()
    if len(text) <= _LONGEST_LINE:
        if _is_folio(text):
            return Aside(Role.FOLIO, before, excerpt, none, 0.95, "folio-form")
        if patterns.EDITORS.fullmatch(text):
            return Aside(Role.EDITORS, before, excerpt, none, 0.95, "editors-form")
        if patterns.JUMP.fullmatch(text):
            return Aside(Role.JUMP, before, excerpt, none, 0.95, "jump-form")
    return _caption(excerpt, before) if len(text) <= _LONGEST_CAPTION else None


def _caption(excerpt: Excerpt, before: int) -> Aside | None:
    text, none = excerpt.text, Excerpt()
    if patterns.CREDIT.fullmatch(text) and not patterns.EDITORS.fullmatch(text):
        return Aside(Role.CAPTION, before, none, excerpt, 0.9, "credit-form")
    if patterns.BYLINE.fullmatch(text):
        return None
    marked = patterns.CAPTION_START.match(text)
    if split := find_credit(text):
        caption = excerpt.cut(0, split)
        if not patterns.STOP_INSIDE.search(caption.text) or marked or len(text) < 80:
            credit = excerpt.cut(split)
            return Aside(Role.CAPTION, before, caption, credit, 0.95, "credit-form")
    if marked and not (len(text) > 60 and patterns.STOP_INSIDE.search(text)):
        return Aside(Role.CAPTION, before, excerpt, none, 0.9, "caption-mark")
    return None


def _is_folio(text: str) -> bool:
    """Say whether a line is made of date, page, number of the issue and the like."""
    rest, parts = text, 0
    while rest:
        found = patterns.FOLIO.match(rest) or (
            patterns.FOLIO_TITLE.match(rest) if parts else None
        )
        if not found:
            title = patterns.FOLIO_TITLE.match(rest)
            if not title or title.end() == len(rest):
                return False
            found = title
            parts -= 1
        parts += 1
        rest = rest[found.end() :]
        rest = rest[patterns.FOLIO_SEPARATOR.match(rest).end() :]  # type: ignore[union-attr]
    return parts > 0


def _take_caption(aside: Aside, ordinary: list[Unit], asides: list[Aside]) -> None:
    """Give a credit that stands alone the short line above it, if that is no sentence."""
    if asides and asides[-1].before == len(ordinary) and not asides[-1].credit:
        return  # a caption with a mark stands above it: see _with_credits
    if len(ordinary) < 2:
        return
    line, above = ordinary[-1], ordinary[-2]
    if (
        8 <= len(line.text) <= 60
        and line.lines == 1
        and not above.is_complete
        and not patterns.OPEN_END.search(line.text)
        and not patterns.DATELINE.match(line.text)
        and (len(above.text) > 30 or looks_like_sentence(above.text))
        and not word_across(above.text, line.text)
        and not patterns.CANNOT_BEGIN.match(line.text)
    ):
        ordinary.pop()
        aside.excerpt = line.excerpt
        aside.before -= 1
        aside.confidence = 0.7


def _with_credits(asides: list[Aside]) -> list[Aside]:
    """Join a caption to the credit on the line under it."""
    joined = set()
    for above, below in pairwise(range(len(asides))):
        caption, credit = asides[above], asides[below]
        if (
            caption.role is credit.role is Role.CAPTION
            and caption.before == credit.before
            and not caption.credit
            and not credit.excerpt
        ):
            caption.credit = credit.credit
            joined.add(below)
    return [aside for i, aside in enumerate(asides) if i not in joined]
