"""How many articles hold a literal, from some of those that may: not every text can be read.

The index knows the pairs of characters; whether these stand together is in the texts, and to read
a hundred thousand of them takes seconds. The texts of some thousands say what share
of all candidates it is, to a hundredth or two.
"""

import math
import time
from dataclasses import dataclass

from pyroaring import AbstractBitMap, BitMap

from articles.search.bitmaps import Bitmaps
from articles.search.conditions import Condition, among

# The texts of so many articles are read, and of more some: half as many.
MOST_TEXTS = 4_000
# Where the system holds them that takes some 30 ms. From the disk it takes a second and more: then no
# more of these portions are read than there is time for.
_PORTIONS = 16
SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """The matches among those articles that were looked at, which are one in ``each``."""

    articles: AbstractBitMap
    each: float


def sample(asked: Condition, bitmaps: Bitmaps) -> Sample | None:
    """Return some of the matches, None where all can be found as well.

    They are evenly spread over the archive; none is of an article that was changed.
    """
    if not asked.texts:
        return None
    candidates = BitMap(bitmaps.matching(asked.by_index))
    if len(candidates) <= MOST_TEXTS:
        return None
    step = math.ceil(2 * len(candidates) / MOST_TEXTS)
    # What the index answers is known of these.
    texts = Condition(texts=asked.texts)
    matches, looked_at = BitMap(), 0
    end = time.monotonic() + SECONDS
    for portion in range(_PORTIONS):
        # As stored, which is by date where issues came in order: so every year is in each.
        some = candidates[portion * step :: _PORTIONS * step]
        matches |= bitmaps.matching(texts & among(some))
        looked_at += len(some)
        if time.monotonic() > end:
            break
    return Sample(matches, len(candidates) / looked_at)
