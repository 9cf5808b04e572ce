"""Near-duplicates: one text printed twice, found among a million without reading them.

Three steps, each cheaper to call than the next and each asked only about what the last one
left: a shared number of ``bands`` makes a candidate, ``similarity`` from ``THRESHOLD`` makes
it worth reading, ``agreement`` from ``AGREEMENT`` shows it to editors. Give the body of an
article, without heads, dateline and byline: a re-run changes those.

MinHash (Broder, "On the resemblance and containment of documents", 1997) by rensa, of which
the low 16 bits are kept (Li and König, "b-Bit minwise hashing", 2010); candidates by bands
(Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4). Every number here was
measured: see docs/decisions/0006.
"""

import re
import struct
from difflib import SequenceMatcher
from operator import eq

from rensa import RMinHash

from articles.text.fold import fold

# Raise when signatures change (a constant below, fold(), rensa): stored ones are then remade.
VERSION = 1
# A text with every twentieth character misread comes to 0.66, one without its last third to
# 0.67 and that with misreadings to 0.54. Alone, without ``agreement``, use 0.6.
THRESHOLD = 0.5
# Every twentieth character misread leaves 0.94; another name and country in the set form of
# a state visit leave 0.88, though the two can share as many shingles.
AGREEMENT = 0.91
# A shorter text is nearly all set phrases.
MIN_LETTERS = 40

# Three characters call more set phrases alike, five lose more to a misread character.
_SHINGLE = 4
_SLOTS = 256
_SEED = 1
_SIGNATURE = struct.Struct(f"<{_SLOTS}H")
# With rows r and bands b, texts of similarity s share a band with 1 - (1 - s^r)^b: 0.94 at
# 0.6, 0.98 at 0.65. Four rows of 16 bits are a bigint as they are, with no hash of a hash.
_BANDS = struct.Struct("<20q")
_NO_LETTERS = re.compile(r"[\W_]+")
# What two texts have in common by chance is mostly shorter than three characters.
_RUN = 3
# Reading takes time by the square of the length: 0.1 s for this much.
_MAX_LETTERS = 10_000


def signature(text: str) -> bytes:
    """Return the 512 bytes that stand for ``text``, or none if it is too short to judge.

    Script, width, case, white space and punctuation make no difference.
    """
    letters = _letters(text)
    if len(letters) < MIN_LETTERS:
        return b""
    sketch = RMinHash(num_perm=_SLOTS, seed=_SEED)
    sketch.update(_shingles(letters, _SHINGLE))
    return _SIGNATURE.pack(*(value & 0xFFFF for value in sketch.digest()))


def bands(signature: bytes) -> list[int]:
    """Return the 20 signed 64-bit numbers of which a near-duplicate shares at least one.

    A shared number makes a candidate, no more: ``similarity`` decides.
    """
    return list(_BANDS.unpack_from(signature)) if signature else []


def similarity(a: bytes, b: bytes) -> float:
    """Return the estimated part of all shingles of two texts that both have, from 0 to 1.

    Texts without a signature are like no other. The standard error is 0.03 at most.
    """
    if not (a and b):
        return 0.0
    equal: int = sum(map(eq, _SIGNATURE.unpack(a), _SIGNATURE.unpack(b)))
    return equal / _SLOTS


def agreement(a: str, b: str) -> float:
    """Return the part of the shorter text that stands in the longer in the same order.

    What was cut off does not count; a name that was filled in otherwise does.
    """
    shorter, longer = sorted(
        (_letters(text)[:_MAX_LETTERS] for text in (a, b)),
        key=lambda letters: (len(letters), letters),
    )
    # Runs that are a hundredth of a text are no sign of its order and cost the most time:
    # SequenceMatcher's autojunk leaves them out.
    blocks = SequenceMatcher(
        None, _shingles(shorter, _RUN), _shingles(longer, _RUN)
    ).get_matching_blocks()
    found = end = 0
    for start, _, size in blocks[:-1]:  # the last one is empty
        stop = start + size + _RUN - 1
        found += stop - max(start, end)
        end = stop
    return found / len(shorter) if shorter else 0.0


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", fold(text))


def _shingles(letters: str, size: int) -> list[str]:
    return [letters[start : start + size] for start in range(len(letters) - size + 1)]
