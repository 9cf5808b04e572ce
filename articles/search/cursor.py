"""A place in the order of a search, as it stands in an address."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from articles.search import best, newest

Key: TypeAlias = best.Key | newest.Key


class Stage(StrEnum):
    """How a hit was found: as asked, by its characters, or by some of the words."""

    WORDS = "w"
    LITERAL = "l"
    SOME = "s"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins, and in which stage."""

    key: Key
    stage: Stage = Stage.WORDS

    def __str__(self) -> str:
        key = self.key
        score = f"{key.score.hex()}_" if isinstance(key, best.Key) else ""
        return f"{self.stage}_{score}{key.published_on}_{key.article}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that an address says; raise ValueError where it is none."""
        name, *score, day, article = text.split("_")
        stage = Stage(name)
        date, number = datetime.date.fromisoformat(day), int(article)
        if len(score) > 1 or not 0 <= number < 2**63:
            raise ValueError(text)
        if not score:
            return cls(newest.Key(date, number), stage)
        # Not a number would be neither before nor after anything.
        value = float.fromhex(score[0])
        if not 0 <= value < 1e9:
            raise ValueError(text)
        return cls(best.Key(value, date, number), stage)
