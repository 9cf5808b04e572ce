"""What each unit of a page is, decided for all of them together.

A line can rarely be told by itself: 提升服务水平 is a headline, a subhead or half of a sentence.
So every possible reading of the page is weighed by rules (conventions of the Chinese press,
written as weights below), and the likeliest sequence is taken: a linear chain, solved by
Viterbi's algorithm; how sure each decision is comes from the forward and backward sums over
all readings (Rabiner 1989, section III). The weights were set by hand from the conventions:
about 1 for a hint, 3 for a strong sign, 6 for what all but decides.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from articles.ingest import patterns
from articles.ingest.context import Context
from articles.ingest.lines import Unit

Reason = tuple[float, str]
NEVER = -1e9


class Label(IntEnum):
    """What a unit is."""

    KICKER = 0
    HEADLINE = 1
    DECK = 2
    TOP_BYLINE = 3
    BEGINS = 4
    GOES_ON = 5
    SUBHEAD = 6
    CAPTION = 7
    END_BYLINE = 8
    # A headline that a kicker stands above; told apart while the page is decided only.
    UNDER_KICKER = 9


HEADLINES = (Label.HEADLINE, Label.UNDER_KICKER)
HEADS = (Label.KICKER, *HEADLINES, Label.DECK)
BODY = (Label.BEGINS, Label.GOES_ON)
BYLINES = (Label.TOP_BYLINE, Label.END_BYLINE)


@dataclass(frozen=True, slots=True)
class Decision:
    """A unit's label, how sure it is, and the rules that spoke for it most."""

    label: Label
    confidence: float
    reasons: tuple[str, ...]


def decide(units: list[Unit]) -> list[Decision]:
    """Return the label of each unit in the likeliest reading of the page."""
    if not units:
        return []
    context = Context(units)
    emissions = [
        [_sum(_emission(label, i, context)) for label in Label]
        for i in range(len(units))
    ]
    steps = [
        [[_sum(_step(a, b, i, context)) for b in Label] for a in Label]
        for i in range(1, len(units))
    ]
    first = [_FIRST.get(label, NEVER) for label in Label]
    last = [_LAST.get(label, NEVER) for label in Label]
    labels = _best(emissions, steps, first, last)
    marginals = _marginals(emissions, steps, first, last)
    return [
        Decision(
            Label.HEADLINE if label in HEADLINES else label,
            _confidence(label, marginals[i]),
            _reasons(label, i, labels, context),
        )
        for i, label in enumerate(labels)
    ]


def _confidence(label: Label, marginals: list[float]) -> float:
    if label in HEADLINES:
        return sum(marginals[headline] for headline in HEADLINES)
    return marginals[label]


# ---- The rules for one unit

# What a kicker often begins with: it names a subject or an occasion.
_TOPICS = ("聚焦", "关注", "直击", "走进", "纪念", "庆祝", "写在", "学习贯彻")


def _emission(label: Label, i: int, context: Context) -> Iterator[Reason]:
    if label in HEADS:
        yield from _head(i, context)
        yield from _kind_of_head(label, i, context)
    elif label in BYLINES:
        strength = context.byline[i]
        yield (6 * strength if strength else -9, "byline-form")
    elif label in BODY:
        yield from _body(label, i, context)
    elif label is Label.SUBHEAD:
        yield from _subhead(i, context)
    else:
        yield from _caption(i, context)


def _head(i: int, context: Context) -> Iterator[Reason]:
    text = context.texts[i]
    if context.full_stop[i]:
        yield -6, "ends-with-full-stop"
    elif context.complete[i]:
        yield -1, "ends-a-sentence"
    if context.open_end[i]:
        yield -6, "ends-in-mid-sentence"
    if context.stop_inside[i]:
        yield -5, "stop-inside"
    yield -1.2 * min(context.commas[i], 3), "commas"
    if len(text) > 34:
        yield -0.12 * (len(text) - 34), "long"
    if context.leads_on[i]:
        yield -2, "ends-with-leading-word"
    if context.cannot_begin[i]:
        yield -6, "cannot-begin"
    if context.dateline[i]:
        yield -9, "dateline"
    yield -5 * context.byline[i], "byline-form"
    if context.indents and context.units[i].indented:
        yield -4, "indented-as-body"
    if context.units[i].lines > 1:
        yield -1.5 * min(context.units[i].lines - 1, 4), "wrapped"
    if len(text) < 3:
        yield -3, "very-short"


def _kind_of_head(label: Label, i: int, context: Context) -> Iterator[Reason]:
    text, phrases = context.texts[i], context.phrases[i]
    dashed = text.startswith(("——", "--", "—", "──"))
    if label is Label.KICKER:
        yield (-2.5 if phrases > 1 else 0.3), "phrases"
        if dashed:
            yield -5, "dashed"
        if len(text) > 26:
            yield -1, "long-for-a-kicker"
        if patterns.COLUMN.match(text):
            yield 2, "column"
        elif text.startswith(_TOPICS):
            yield 1, "topic"
    elif label in HEADLINES:
        if dashed:
            yield -5, "dashed"
        if phrases > 3:
            yield -2, "phrases"
    else:
        yield (5 if dashed else -0.8 if phrases == 1 else 0.4 * phrases), "phrases"


def _body(label: Label, i: int, context: Context) -> Iterator[Reason]:
    text = context.texts[i]
    if context.complete[i]:
        yield 2, "ends-a-sentence"
    if context.stop_inside[i]:
        yield 2, "stop-inside"
    if len(text) > 45:
        yield min((len(text) - 45) / 20, 3), "long"
    yield 1.0 * min(context.commas[i], 2), "commas"
    if not context.sentence[i] and len(text) < 60:
        yield (-2 if len(text) < 14 or context.phrases[i] > 1 else -1), "no-sentence"
    yield -5 * context.byline[i], "byline-form"
    begins = label is Label.BEGINS
    if context.dateline[i]:
        yield (4 if begins else -6), "dateline"
    if context.cannot_begin[i]:
        yield (-6 if begins else 3), "cannot-begin"
    elif begins and context.follows[i]:
        yield -1.5, "begins-with-following-word"
    if context.indents:
        yield (2.5 if begins == context.units[i].indented else -3), "indent"
    if context.open_end[i]:
        yield 2, "ends-in-mid-sentence"
    elif context.leads_on[i]:
        yield 1, "ends-with-leading-word"


def _subhead(i: int, context: Context) -> Iterator[Reason]:
    text = context.texts[i]
    if context.full_stop[i]:
        yield -6, "ends-with-full-stop"
    elif context.complete[i]:
        yield -1.5, "ends-a-sentence"
    if context.open_end[i]:
        yield -6, "ends-in-mid-sentence"
    if context.stop_inside[i]:
        yield -5, "stop-inside"
    if context.leads_on[i]:
        yield -2, "ends-with-leading-word"
    if context.cannot_begin[i]:
        yield -6, "cannot-begin"
    if context.dateline[i]:
        yield -9, "dateline"
    yield -5 * context.byline[i], "byline-form"
    yield -2.0 * min(context.commas[i], 2), "commas"
    # 小标题: 4 to 16 characters (conventions of the press).
    if 2 <= len(text) <= 16:
        yield 1, "length-of-a-subhead"
    else:
        yield -0.5 - 0.4 * min(max(len(text) - 16, 0), 20), "long"
    if context.phrases[i] > 1:
        yield -1.5, "phrases"
    if patterns.NUMBERED.match(text):
        yield 3, "numbered"
    if context.indents and context.units[i].indented:
        yield -1, "indented-as-body"


def _caption(i: int, context: Context) -> Iterator[Reason]:
    # Without a mark or a credit: only its place, within a broken sentence, shows it.
    text = context.texts[i]
    yield -3, "no-credit"
    if not 6 <= len(text) <= 60:
        yield -4, "length"
    if context.dateline[i] or context.byline[i]:
        yield -6, "byline-form"
    if context.open_end[i] or context.cannot_begin[i]:
        yield -6, "ends-in-mid-sentence"


# ---- The rules for two units that follow each other

_FIRST = {
    Label.KICKER: 0.0,
    Label.HEADLINE: 0.0,
    Label.BEGINS: -3.0,
    Label.GOES_ON: -4.0,
    Label.SUBHEAD: -5.0,
    Label.TOP_BYLINE: -6.0,
    Label.END_BYLINE: -6.0,
}
_LAST = {
    Label.BEGINS: 0.0,
    Label.GOES_ON: 0.0,
    Label.END_BYLINE: 0.0,
    Label.TOP_BYLINE: -5.0,
    Label.HEADLINE: -4.0,
    Label.DECK: -5.0,
    Label.SUBHEAD: -6.0,
}
_ALLOWED: dict[Label, dict[Label, float]] = {
    Label.KICKER: {Label.UNDER_KICKER: -0.5},
    Label.UNDER_KICKER: {Label.DECK: -0.5, Label.TOP_BYLINE: 0.0, Label.BEGINS: 0.0},
    Label.HEADLINE: {
        Label.DECK: -0.5,
        Label.TOP_BYLINE: 0.0,
        Label.BEGINS: 0.0,
        Label.HEADLINE: -6.0,
        Label.KICKER: -6.0,
    },
    Label.DECK: {Label.DECK: -2.5, Label.TOP_BYLINE: 0.0, Label.BEGINS: 0.0},
    Label.TOP_BYLINE: {Label.BEGINS: 1.0, Label.TOP_BYLINE: -1.0},
    Label.BEGINS: {},
    Label.GOES_ON: {},
    Label.SUBHEAD: {Label.BEGINS: 0.5, Label.SUBHEAD: -3.0},
    Label.CAPTION: {Label.GOES_ON: 0.0},
    Label.END_BYLINE: {
        Label.KICKER: 1.0,
        Label.HEADLINE: 1.0,
        Label.END_BYLINE: -1.0,
        Label.BEGINS: -5.0,
        Label.SUBHEAD: -5.0,
    },
}


def _step(a: Label, b: Label, i: int, context: Context) -> Iterator[Reason]:
    """Weigh that unit ``i - 1`` is ``a`` and unit ``i`` is ``b``."""
    if a in BODY:
        yield from _after_body(b, i, context)
        return
    allowed = _ALLOWED[a].get(b)
    if allowed is None:
        yield NEVER, "never"
        return
    yield allowed, "order"
    if a is Label.HEADLINE and b is Label.DECK:
        yield from _headline_first(i, context)
    elif a is Label.UNDER_KICKER and b is not Label.DECK:
        yield from _kicker_first(i - 1, context)
    if b is Label.BEGINS:
        yield from _body_under(a, i, context)
    if a is Label.CAPTION:
        # Only body text stands before a caption of this kind.
        yield from _continuation(i - 2, i, context)


def _body_under(a: Label, i: int, context: Context) -> Iterator[Reason]:
    """Weigh that a paragraph begins in unit ``i``, under a head or a byline."""
    if a is not Label.TOP_BYLINE and not context.sentence[i]:
        yield -2.5, "no-sentence"
    if a not in BYLINES and context.follows[i]:
        yield -1.5, "begins-with-following-word"
    if a is Label.SUBHEAD and context.dateline[i]:
        yield -5, "dateline"
    if a not in BYLINES and context.word_across(i - 1, i):
        yield -1.5, "word-across-the-break"


# Of three heads the order says which is which. Of two, the headline is the one that says
# more of what the story says; a deck is longer, and tells more things than one.


def _headline_first(i: int, context: Context) -> Iterator[Reason]:
    """Weigh that the first of two heads, unit ``i - 1``, is the headline."""
    gain = context.cohesion[i] - context.cohesion[i - 1]
    yield 4 * min(-gain - 0.5, 0), "says-what-the-story-says"
    if len(context.texts[i]) > len(context.texts[i - 1]):
        yield 0.5, "longer-than-the-headline"


def _kicker_first(i: int, context: Context) -> Iterator[Reason]:
    """Weigh that the second of two heads, unit ``i``, is the headline."""
    gain = context.cohesion[i] - context.cohesion[i - 1]
    yield 4 * min(gain - 0.5, 0), "says-what-the-story-says"
    if len(context.texts[i - 1]) > len(context.texts[i]) + 8:
        yield -0.5, "longer-than-the-headline"


def _after_body(b: Label, i: int, context: Context) -> Iterator[Reason]:
    body = i - 1
    complete = context.complete[body]
    colon = context.colon_end[body]
    if b is Label.GOES_ON:
        yield from _continuation(body, i, context)
        return
    if b is Label.CAPTION:
        yield (-6 if complete else 0), "sentence-is-complete"
        return
    if b is Label.END_BYLINE:
        yield (1 if complete else -2), "sentence-is-complete"
        return
    if b is Label.BEGINS:
        yield (0 if complete else -0.7 if colon else -4), "sentence-is-complete"
        if context.dateline[i]:
            yield -4, "dateline"
        return
    if b not in (Label.SUBHEAD, Label.KICKER, Label.HEADLINE):
        yield NEVER, "never"
        return
    if not complete:
        yield (-2 if colon else -4), "sentence-is-complete"
    # The same subject on both sides: a subhead; another one: another article.
    same = context.continuity(i)
    if b is Label.SUBHEAD:
        yield -0.5 + 1.5 * same, "same-subject"
    else:
        yield -0.5 - 1.5 * same, "another-subject"
        head = i + 1 if b is Label.KICKER else i
        said = context.cohesion[min(head, len(context.cohesion) - 1)]
        yield min(3 * (said - 0.3), 0.8), "says-what-the-story-says"


def _continuation(body: int, i: int, context: Context) -> Iterator[Reason]:
    """Weigh that unit ``i`` goes on with the sentence that unit ``body`` broke off."""
    if context.complete[body]:
        # Where paragraphs are indented, that says whether one begins.
        yield (-3 if context.indents else -6), "sentence-is-complete"
        return
    yield 0.5, "sentence-is-open"
    if context.open_end[body]:
        yield 2, "ends-in-mid-sentence"
    elif context.leads_on[body]:
        yield 1.5, "ends-with-leading-word"
    elif context.colon_end[body]:
        yield -1, "colon"
    if context.follows[i]:
        yield 2, "begins-with-following-word"
    if context.word_across(body, i):
        yield 3.5, "word-across-the-break"


# ---- The likeliest sequence


def _sum(reasons: Iterator[Reason]) -> float:
    return sum(weight for weight, _reason in reasons)


Matrix = list[list[float]]


def _best(
    emissions: Matrix, steps: list[Matrix], first: list[float], last: list[float]
) -> list[Label]:
    score = [e + f for e, f in zip(emissions[0], first, strict=True)]
    back: list[list[int]] = []
    for emission, step in zip(emissions[1:], steps, strict=True):
        choice = [
            max(range(len(score)), key=lambda a: score[a] + step[a][b])
            for b in range(len(score))
        ]
        score = [score[a] + step[a][b] + emission[b] for b, a in enumerate(choice)]
        back.append(choice)
    label = max(range(len(score)), key=lambda a: score[a] + last[a])
    labels = [label]
    for choice in reversed(back):
        label = choice[label]
        labels.append(label)
    return [Label(label) for label in reversed(labels)]


def _marginals(
    emissions: Matrix, steps: list[Matrix], first: list[float], last: list[float]
) -> Matrix:
    size = range(len(first))
    forward = [[e + f for e, f in zip(emissions[0], first, strict=True)]]
    for emission, step in zip(emissions[1:], steps, strict=True):
        before = forward[-1]
        forward.append(
            [
                _logsum([before[a] + step[a][b] for a in size]) + emission[b]
                for b in size
            ]
        )
    backward = [last]
    for emission, step in zip(reversed(emissions[1:]), reversed(steps), strict=True):
        after = [emission[b] + backward[-1][b] for b in size]
        backward.append([_logsum([step[a][b] + after[b] for b in size]) for a in size])
    backward.reverse()
    total = _logsum([f + b for f, b in zip(forward[-1], last, strict=True)])
    return [
        [math.exp(min(f + b - total, 0.0)) for f, b in zip(fs, bs, strict=True)]
        for fs, bs in zip(forward, backward, strict=True)
    ]


def _logsum(values: list[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))


def _reasons(
    label: Label, i: int, labels: list[Label], context: Context
) -> tuple[str, ...]:
    """Return the rules that spoke for the decision, the weightiest first."""
    weighed = list(_emission(label, i, context))
    if i:
        weighed += _step(labels[i - 1], label, i, context)
    for_it = sorted((r for r in weighed if r[0] > 0.2), reverse=True)
    return tuple(dict.fromkeys(reason for _weight, reason in for_it[:4]))
