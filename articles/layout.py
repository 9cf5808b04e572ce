"""A page as a newspaper would set it: which story leads, and which is a line in a list.

The rules are those of the desk. A story weighs more the higher it stands on the page, the
longer it runs, the more parts its heads have, and with a picture: the means by which a
newspaper says what matters (版面语言: 版位、篇幅、标题、图片).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

# Shorter ones say no more than their headline does.
BRIEF_LENGTH = 100
# A story this long, or with a deck or a picture, may stand beside the lead.
MAJOR_LENGTH = 300
# With no more stories than these a page has room for the beginning of each.
FEW = 3
MAJORS = 2
MAJORS_BESIDE_A_PICTURE = 3
# Two rows of four columns; what is left is listed.
MINORS = 8
_POSITIONS = (4.0, 2.0, 1.0)
_LONG = 2_000
_Item = TypeVar("_Item")


class Rank(StrEnum):
    """How large a story is set."""

    LEAD = "lead"
    MAJOR = "major"
    MINOR = "minor"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class Story:
    """What the weight of a story depends on; ``length`` is that of its body in characters."""

    length: int = 0
    kicker: bool = False
    deck: bool = False
    picture: bool = False

    def is_brief(self) -> bool:
        """Return whether the headline alone says what there is."""
        return self.length < BRIEF_LENGTH and not (
            self.kicker or self.deck or self.picture
        )

    def may_be_major(self) -> bool:
        """Return whether there is enough of it to stand beside the lead."""
        return self.length >= MAJOR_LENGTH or self.deck or self.picture

    def weight(self, place: int) -> float:
        """Return how heavy it is at a place of the page, counted from 0."""
        position = _POSITIONS[place] if place < len(_POSITIONS) else 0.0
        body = 4.0 * min(self.length, _LONG) / _LONG
        return position + body + self.kicker + self.deck + 2 * self.picture


def ranks(stories: Sequence[Story]) -> list[Rank]:
    """Return the ranks of a page's stories, given in the order of print.

    The heaviest story leads; up to two (three beside a picture) of the next that have enough
    text are major; eight more are minor, and the rest is brief. Stories without a text to speak
    of are brief, too, unless the page has but a few, where they come last: a page of nothing
    else has no lead.
    """
    few = len(stories) <= FEW
    found = [Rank.BRIEF] * len(stories)
    set_out = [n for n, story in enumerate(stories) if few or not story.is_brief()]
    # sorted() is stable: of equals the first in print leads.
    heaviest = sorted(
        set_out, key=lambda n: (stories[n].is_brief(), -stories[n].weight(n))
    )
    if not heaviest:
        return found
    lead, *others = heaviest
    found[lead] = Rank.LEAD
    room = MAJORS_BESIDE_A_PICTURE if stories[lead].picture else MAJORS
    majors = [n for n in others if stories[n].may_be_major()][:room]
    for n in majors:
        found[n] = Rank.MAJOR
    for n in [n for n in others if n not in majors][:MINORS]:
        found[n] = Rank.MINOR
    return found


@dataclass(slots=True)
class Layout(Generic[_Item]):
    """The items of a page by rank, each rank in the order of print."""

    lead: _Item | None = None
    majors: list[_Item] = field(default_factory=list)
    minors: list[_Item] = field(default_factory=list)
    briefs: list[_Item] = field(default_factory=list)


def lay_out(items: Sequence[_Item], story: Callable[[_Item], Story]) -> Layout[_Item]:
    """Return the layout of items in the order of print; ``story`` says what each is."""
    layout: Layout[_Item] = Layout()
    for item, rank in zip(items, ranks([story(item) for item in items]), strict=True):
        if rank is Rank.LEAD:
            layout.lead = item
        elif rank is Rank.MAJOR:
            layout.majors.append(item)
        elif rank is Rank.MINOR:
            layout.minors.append(item)
        else:
            layout.briefs.append(item)
    return layout
