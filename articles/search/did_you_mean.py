"""What a search that found nothing may have meant."""

from difflib import get_close_matches

from articles.models import Completion
from articles.search.completions import readable
from articles.search.database import SearchTimeoutError, rows, searching
from articles.search.language import Query, Words
from articles.text.pinyin import readings

_TIME_MS = 100
_MOST_CANDIDATES = 300
_LONGEST = 20
# One character of three may be another: 黄润邱 for 黄润秋.
_CUTOFF = 0.6
_KINDS = (Completion.Kind.WORD, Completion.Kind.AUTHOR, Completion.Kind.TAG)


def did_you_mean(query: Query) -> str | None:
    """Return a term of the archive that sounds like a query or nearly is it, and is found.

    Only a query of one word has one. A homophone comes before a near miss.
    """
    word = query.root
    if not isinstance(word, Words) or word.field or not 1 < len(word.text) <= _LONGEST:
        return None
    try:
        with searching(_TIME_MS):
            return _nearest(word.text)
    except SearchTimeoutError:
        return None


def _nearest(text: str) -> str | None:
    ways = readings(text)
    sounds = [way.whole for way in ways]
    candidates = _candidates(text, sounds, [way.initials for way in ways])
    candidates.pop(text, None)
    same = [folded for folded, (_k, _t, sound) in candidates.items() if sound]
    near = get_close_matches(text, candidates, n=5, cutoff=_CUTOFF)
    for folded in dict.fromkeys([*same, *near]):
        kind, shown, _sound = candidates[folded]
        if readable(Completion.Kind(kind), [shown]):
            return shown
    return None


def _candidates(
    text: str, sounds: list[str], initials: list[str]
) -> dict[str, tuple[int, str, bool]]:
    """Return kind, term and whether it is said the same, of what is alike, by folded term."""
    half = text[: max(1, len(text) // 2)].replace("\\", r"\\")
    beginning = half.replace("%", r"\%").replace("_", r"\_") + "%"
    conditions = {
        "pinyin = ANY(%s)": sounds,
        "initials = ANY(%s)": [*initials, text],
        "folded LIKE %s": beginning,
        # Another first character, which no index finds, though of authors there are not millions.
        "initials LIKE %s": f"_{initials[0][1:]}" if len(text) > 2 else "",
    }
    some = " UNION ALL ".join(
        "(SELECT folded, kind, text, pinyin, initials FROM articles_completion"
        f" WHERE kind = ANY(%s) AND {condition} LIMIT {_MOST_CANDIDATES})"
        for condition in conditions
    )
    kinds = [int(kind) for kind in _KINDS]
    parameters = [value for wanted in conditions.values() for value in (kinds, wanted)]
    found = rows(f"SELECT * FROM ({some}) AS found ORDER BY kind, text", parameters)
    candidates: dict[str, tuple[int, str, bool]] = {}
    for folded, kind, term, sound, first in found:
        same = sound in sounds or first == text
        # A term has a row for each of its readings.
        if same or folded not in candidates:
            candidates[folded] = kind, term, same
    return candidates
