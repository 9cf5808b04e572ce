"""From labelled units to articles: each part cut out, every character accounted for."""

import re
from collections import deque
from dataclasses import dataclass, field

from articles.ingest import patterns
from articles.ingest.lines import Unit, join
from articles.ingest.parsed import (
    SPACE,
    Excerpt,
    Jump,
    Note,
    ParsedArticle,
    ParsedPage,
    Part,
    Piece,
    Role,
)
from articles.ingest.remarks import remarks
from articles.ingest.set_forms import Aside
from articles.ingest.structure import HEADS, Decision, Label

_HEAD_ROLES = {
    Label.KICKER: Role.KICKER,
    Label.HEADLINE: Role.HEADLINE,
    Label.DECK: Role.DECK,
}
_OPENING = re.compile(r"[（(【□◎■●○◆◇★☆\s]+|[）)】\s]+$")
# Of a text read backwards: what it ends with is found at once.
_CLOSING = re.compile(r"[）)】\s。.]*")


@dataclass(slots=True)
class _Draft:
    """An article while it is put together."""

    article: ParsedArticle = field(default_factory=ParsedArticle)
    heads: dict[Role, Excerpt] = field(default_factory=dict)
    # The lines of each head, and what the last paragraph goes on with: put together at the end.
    head_lines: dict[Role, list[Excerpt]] = field(default_factory=dict)
    halves: list[Excerpt] = field(default_factory=list)
    bylines: list[Excerpt] = field(default_factory=list)
    datelines: list[Excerpt] = field(default_factory=list)
    marks: list[Excerpt] = field(default_factory=list)
    jumps: list[Excerpt] = field(default_factory=list)
    # Photos found within a sentence wait for its end.
    waiting: list[Part] = field(default_factory=list)
    started: bool = False

    @property
    def parts(self) -> list[Part]:
        return self.article.body


def page(
    source: str, units: list[Unit], decisions: list[Decision], asides: list[Aside]
) -> ParsedPage:
    """Return the page that the decisions make of the units."""
    parsed = ParsedPage(source)
    drafts: list[_Draft] = []
    queue = deque(asides)
    for i, (unit, decision) in enumerate(zip(units, decisions, strict=True)):
        while queue and queue[0].before <= i:
            _put_aside(queue.popleft(), parsed, drafts, decision.label)
        previous = decisions[i - 1].label if i else None
        if not drafts or _begins_article(decision.label, previous):
            if drafts:
                # As unsure as the next one's beginning is where this one ends.
                drafts[-1].article.notes.append(_note("ends", unit.excerpt, decision))
            drafts.append(_Draft())
        _add(drafts[-1], unit, decision, previous)
    for aside in queue:
        _put_aside(aside, parsed, drafts, None)
    for draft in drafts:
        _finish(draft, parsed)
    parsed.articles = [draft.article for draft in drafts]
    parsed.pieces.sort(key=lambda piece: piece.start)
    return parsed


def _begins_article(label: Label, previous: Label | None) -> bool:
    if label is Label.KICKER:
        return True
    return label is Label.HEADLINE and previous is not Label.KICKER


# ---- Units into the draft


def _add(draft: _Draft, unit: Unit, decision: Decision, previous: Label | None) -> None:
    label, excerpt = decision.label, unit.excerpt
    draft.article.notes.append(_note(label.name.lower(), excerpt, decision))
    if label in HEADS:
        draft.head_lines.setdefault(_HEAD_ROLES[label], []).append(excerpt)
        return
    draft.started = True
    if label in (Label.TOP_BYLINE, Label.END_BYLINE):
        _add_byline(draft, excerpt)
    elif label is Label.GOES_ON and draft.parts and _is_paragraph(draft.parts[-1]):
        draft.halves.append(excerpt)
    elif label is Label.CAPTION:
        draft.waiting.append(Part(Role.CAPTION, excerpt))
        return
    else:
        _release(draft)
        role = Role.SUBHEAD if label is Label.SUBHEAD else Role.PARAGRAPH
        draft.parts.append(Part(role, excerpt))


def _note(code: str, excerpt: Excerpt, decision: Decision) -> Note:
    confidence = round(decision.confidence, 4)
    return Note(excerpt.start, excerpt.end, code, confidence, decision.reasons)


def _is_paragraph(part: Part) -> bool:
    return part.role is Role.PARAGRAPH


def _release(draft: _Draft) -> None:
    """Put the last paragraph together, and the photos that waited for its end after it."""
    if draft.halves:
        draft.parts[-1].excerpt = join([draft.parts[-1].excerpt, *draft.halves])
        draft.halves.clear()
    draft.parts.extend(draft.waiting)
    draft.waiting.clear()


def _add_byline(draft: _Draft, excerpt: Excerpt) -> None:
    _release(draft)
    bare = _without_brackets(excerpt, draft)
    if bare:
        draft.bylines.append(bare)


def _without_brackets(excerpt: Excerpt, draft: _Draft) -> Excerpt:
    """Return a byline without the brackets or the mark around it."""
    text = excerpt.text
    opening = _OPENING.match(text)
    start = opening.end() if opening else 0
    end = len(text)
    if start and (closing := _CLOSING.match(text[::-1])):
        end -= closing.end()
    if text[start:end].count("(") + text[start:end].count("（") > 0:
        start, end = 0, len(text)
    if end <= start:
        return excerpt
    for mark in (excerpt.cut(0, start), excerpt.cut(end)):
        if mark:
            draft.marks.append(mark)
    return excerpt.cut(start, end)


def _put_aside(
    aside: Aside, parsed: ParsedPage, drafts: list[_Draft], next_label: Label | None
) -> None:
    if aside.role is Role.FOLIO:
        parsed.folio.append(aside.excerpt.text)
        _account(parsed, aside.excerpt, Role.FOLIO)
        return
    if aside.role is Role.EDITORS:
        parsed.editors.append(aside.excerpt.text)
        _account(parsed, aside.excerpt, Role.EDITORS)
        return
    if not drafts:
        drafts.append(_Draft())
    draft = drafts[-1]
    excerpt = aside.excerpt or aside.credit
    draft.article.notes.append(
        Note(
            excerpt.start,
            excerpt.end,
            str(aside.role),
            aside.confidence,
            (aside.reason,),
        )
    )
    if aside.role is Role.JUMP:
        draft.jumps.append(aside.excerpt)
        return
    part = Part(Role.CAPTION, aside.excerpt, aside.credit)
    if next_label is Label.GOES_ON:
        draft.waiting.append(part)
    else:
        _release(draft)
        draft.parts.append(part)


# ---- Parts out of the draft


def _finish(draft: _Draft, parsed: ParsedPage) -> None:
    _release(draft)
    for role, lines in draft.head_lines.items():
        draft.heads[role] = _spaced(lines)
    _cut_jumps(draft)
    _cut_dateline(draft)
    _cut_closing_byline(draft)
    _cut_credits(draft)
    _cut_column(draft)
    draft.article.body = [part for part in draft.parts if part.excerpt or part.credit]
    _name(draft)
    _write_fields(draft)
    _account_for(draft, parsed)
    draft.article.notes += remarks(draft.article)


def _spaced(lines: list[Excerpt]) -> Excerpt:
    """Return the lines of a head as one, with a space between."""
    between = [part for line in lines for part in (SPACE, line)]
    return Excerpt.joined(between[1:])


def _cut_jumps(draft: _Draft) -> None:
    for part in draft.parts:
        if not _is_paragraph(part):
            continue
        for pattern in (patterns.JUMP_FROM, patterns.JUMP_TO):
            if found := pattern.search(part.excerpt.text):
                draft.jumps.append(part.excerpt.cut(*found.span()))
                rest = part.excerpt.cut(found.end()) if not found.start() else Excerpt()
                part.excerpt = (
                    rest if not found.start() else part.excerpt.cut(0, found.start())
                )


def _cut_dateline(draft: _Draft) -> None:
    """Take the dateline from the first paragraph, or from the one under a summary."""
    paragraphs = [part for part in draft.parts if _is_paragraph(part)][:2]
    for part in paragraphs:
        text = part.excerpt.text
        found = patterns.DATELINE.match(text)
        if not found:
            continue
        end = found.end()
        if tail := patterns.DATELINE_TAIL.match(text, end):
            end = tail.end("programme") if tail["programme"] else end
            draft.marks.append(part.excerpt.cut(*tail.span("colon")))
        draft.datelines.append(part.excerpt.cut(0, end))
        rest = part.excerpt.cut(tail.end() if tail else end)
        if reporters := patterns.DATELINE_REPORTERS.match(rest.text):
            _add_byline_of(draft, rest.cut(0, reporters.end()), first=True)
            rest = rest.cut(reporters.end())
        part.excerpt = rest
        return


def _add_byline_of(draft: _Draft, excerpt: Excerpt, *, first: bool) -> None:
    bare = _without_brackets(excerpt, draft)
    if bare:
        draft.bylines.insert(0 if first else len(draft.bylines), bare)


def _cut_closing_byline(draft: _Draft) -> None:
    """Take the byline from behind the last sentence."""
    last = next((p for p in reversed(draft.parts) if _is_paragraph(p)), None)
    if last is None:
        return
    text = last.excerpt.text
    tail = max(0, len(text) - 100)
    found = patterns.CLOSING_BYLINE.search(text, tail)
    if found and not patterns.UNSEPARATED.search(found["byline"]):
        start, end = found.span("byline")
        _add_byline_of(draft, last.excerpt.cut(start, end), first=False)
        last.excerpt = last.excerpt.cut(0, start)


def _cut_credits(draft: _Draft) -> None:
    """Take brackets from credits, and marks from captions: ▲, (张三 摄)."""
    for part in draft.parts:
        if part.role is not Role.CAPTION:
            continue
        part.credit = _unbracketed(part.credit, draft)
        if mark := patterns.CAPTION_MARK.match(part.excerpt.text):
            draft.marks.append(part.excerpt.cut(0, mark.end()))
            part.excerpt = part.excerpt.cut(mark.end())


def _unbracketed(credit: Excerpt, draft: _Draft) -> Excerpt:
    found = re.fullmatch(r"[（(]\s*(.+?)\s*[）)][。.]?", credit.text)
    if not found or "(" in found[1] or "（" in found[1]:
        return credit
    start, end = found.span(1)
    draft.marks += [credit.cut(0, start), credit.cut(end)]
    return credit.cut(start, end)


def _cut_column(draft: _Draft) -> None:
    """Take a standing name in brackets from the kicker, or from before the headline."""
    for role in (Role.KICKER, Role.HEADLINE):
        head = draft.heads.get(role)
        found = patterns.COLUMN.match(head.text) if head else None
        if not head or not found:
            continue
        rest = head.cut(found.end())
        if role is Role.HEADLINE and not rest:
            continue
        group = str(found.lastgroup)
        draft.heads[Role.COLUMN] = head.cut(*found.span(group))
        draft.marks += [
            head.cut(0, found.start(group)),
            head.cut(found.end(group), found.end()),
        ]
        draft.heads[role] = rest
        return


def _name(draft: _Draft) -> None:
    """See that the article has a headline: the jump that it goes on from, or its first words."""
    if draft.heads.get(Role.HEADLINE):
        if patterns.CORRECTION.match(draft.heads[Role.HEADLINE].text):
            draft.article.genre = "更正"
        return
    if draft.heads.get(Role.KICKER):
        draft.heads[Role.HEADLINE] = draft.heads.pop(Role.KICKER)


def _write_fields(draft: _Draft) -> None:
    article, heads = draft.article, draft.heads
    article.column = heads.get(Role.COLUMN, Excerpt()).text
    article.kicker = heads.get(Role.KICKER, Excerpt()).text
    article.headline = heads.get(Role.HEADLINE, Excerpt()).text
    article.deck = heads.get(Role.DECK, Excerpt()).text
    article.byline = " ".join(excerpt.text for excerpt in draft.bylines)
    article.dateline = " ".join(excerpt.text for excerpt in draft.datelines)
    for excerpt in draft.jumps:
        found = patterns.JUMP.search(excerpt.text)
        page_label = found["page"] if found else ""
        forward = not (found and found["way"] in ("上接", "接"))
        article.jumps.append(Jump(excerpt.text, page_label, forward))


def _account_for(draft: _Draft, parsed: ParsedPage) -> None:
    first = len(parsed.pieces)
    for role, excerpt in draft.heads.items():
        _account(parsed, excerpt, role)
    for excerpts, role in (
        (draft.bylines, Role.BYLINE),
        (draft.datelines, Role.DATELINE),
        (draft.jumps, Role.JUMP),
        (draft.marks, Role.MARK),
    ):
        for excerpt in excerpts:
            _account(parsed, excerpt, role)
    for part in draft.article.body:
        _account(parsed, part.excerpt, part.role)
        _account(parsed, part.credit, Role.CREDIT)
    pieces = parsed.pieces[first:]
    if pieces:
        draft.article.span = (
            min(piece.start for piece in pieces),
            max(piece.end for piece in pieces),
        )


def _account(parsed: ParsedPage, excerpt: Excerpt, role: Role) -> None:
    parsed.pieces += [Piece(start, end, role) for start, end in excerpt.spans()]
