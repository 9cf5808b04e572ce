"""How many articles hold a literal, from some of those that may: not every text can be read.

The index knows the pairs of characters; whether these stand together is in the texts, and to read
a hundred thousand of them takes a second. The texts of some thousands say what share
of all candidates it is, to a hundredth or two.
"""

import math
import time
from dataclasses import dataclass

from pyroaring import AbstractBitMap, BitMap

from articles.search.bitmaps import Bitmaps, RebuiltError
from articles.search.conditions import Condition, among

# So many texts are read in any case.
FEW_TEXTS = 4_000
# Of more, so many at a time while there is time for it: where the system holds them some 6,000, from the
# disk some hundreds. A portion that comes from the disk takes half as long as all may.
_PORTION = 200
SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """The matches among those articles that were looked at, which are one in ``each``."""

    articles: AbstractBitMap
    each: float


def sample(asked: Condition, bitmaps: Bitmaps) -> Sample | None:
    """Return some of the matches, or all: ``each`` is 1. None where texts need not be sampled.

    They are evenly spread over the archive; none is of an article that was changed.
    """
    if not asked.texts:
        return None
    try:
        candidates = BitMap(bitmaps.matching(asked.by_index))
    except RebuiltError:
        return None
    if len(candidates) <= FEW_TEXTS:
        return None
    # What the index answers is known of these.
    texts = Condition(texts=asked.texts)
    matches, looked_at = BitMap(), 0
    end = time.monotonic() + SECONDS
    portions = math.ceil(len(candidates) / _PORTION)
    for portion in range(portions):
        # As stored, which is by date where issues came in order: so every year is in each.
        some = candidates[portion::portions]
        matches |= bitmaps.matching(texts & among(some))
        looked_at += len(some)
        if time.monotonic() > end:
            break
    return Sample(matches, len(candidates) / looked_at)
