r"""A body as one text with light marks, and back: what editors type instead of rows.

A line is a paragraph, ``## `` before it makes it a subhead, ``[图 2]`` or ``[photo 2]`` alone on a
line says where the second photo stands, and blank lines are air. Pure, and without loss: ``read(write(
parts))`` gives the same parts whatever their texts hold. What would be read otherwise has a
backslash before it: a mark at the beginning of a paragraph (``\##``), a backslash itself, and
the end of a line within a paragraph (a backslash as its last character).
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["paragraph", "subhead", "photo"]
# Of positions in the database.
_LAST = 2**31 - 1
# A carriage return, which a text area would make a line feed.
_RETURN = "\N{SYMBOL FOR CARRIAGE RETURN}"
_SUBHEAD = re.compile(r"\s*[#＃]{2,}[ \t　]?")
_PHOTO = re.compile(
    r"\s*[\[［【]\s*(?:[图圖][片]?|photo)\s*(\d{1,5})\s*[\]］】]\s*", re.IGNORECASE
)
_ESCAPED = re.compile(rf"\\([\\#＃\[［【{_RETURN}]|\s)")
# PostgreSQL cannot store NUL, and UTF-8 cannot say half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, a subhead, or the place of a photo, which has a number and no text."""

    kind: Kind
    text: str = ""
    number: int = 0
    # Where it begins in the text that it was read from.
    line: int = field(default=0, compare=False)


Code = Literal["no-text", "no-photo", "photo-twice", "unstorable"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be meant: where, what kind, and the photo or the character it is about."""

    line: int
    code: Code
    number: int = 0


class BodyError(ValueError):
    """A text with mistakes, all of them."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes, the first: {mistakes[0]}")
        self.mistakes = mistakes


def write(parts: Iterable[Part], word: str = "photo") -> str:
    """Return the parts as one text; ``word`` is that of photos in the editor's language."""
    return "\n\n".join(_written(part, word) for part in parts)


def _written(part: Part, word: str) -> str:
    if part.kind == "photo":
        return f"[{word} {part.number}]"
    text = part.text.replace("\\", r"\\").replace("\r", f"\\{_RETURN}")
    text = text.replace("\n", "\\\n")
    if text.isspace():
        text = f"\\{text}"
    if part.kind == "subhead":
        return f"## {text}"
    first = text.partition("\n")[0]
    marked = _SUBHEAD.match(text) or _PHOTO.fullmatch(first)
    return _with_mark_escaped(text) if marked else text


def _with_mark_escaped(text: str) -> str:
    blank = len(text) - len(text.lstrip())
    return f"{text[:blank]}\\{text[blank:]}"


def read(text: str, photos: Collection[int] | None = None) -> list[Part]:
    """Return the parts that the text says; raise BodyError for what cannot be meant.

    ``photos`` are the numbers of the photos there are, where the caller knows them.
    """
    parts = list(_read(text))
    if mistakes := list(_mistakes(parts, text, photos)):
        raise BodyError(mistakes)
    return parts


def _read(text: str) -> Iterator[Part]:
    lines = iter(enumerate(plain_ends(text).split("\n"), 1))
    for number, line in lines:
        if not line.strip():
            continue
        if mark := _PHOTO.fullmatch(line):
            yield Part("photo", number=int(mark[1]), line=number)
            continue
        run = [line]
        while _goes_on(run[-1]):
            run.append(next(lines, (0, ""))[1])
        head = _SUBHEAD.match(line)
        said = "\n".join(run)[head.end() if head else 0 :]
        kind: Kind = "subhead" if head else "paragraph"
        yield Part(kind, "" if said.isspace() else _unescaped(said), line=number)


def _goes_on(line: str) -> bool:
    """Say whether the last backslash of a line is no other's."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\r" if found[1] == _RETURN else found[1], text)


def _mistakes(
    parts: list[Part], text: str, photos: Collection[int] | None
) -> Iterator[Mistake]:
    if found := _UNSTORABLE.search(text):
        line = plain_ends(text[: found.start()]).count("\n") + 1
        yield Mistake(line, "unstorable", ord(found.group()))
    seen: set[int] = set()
    for part in parts:
        if part.kind != "photo":
            if not part.text:
                yield Mistake(part.line, "no-text")
        elif photos is not None and part.number not in photos:
            yield Mistake(part.line, "no-photo", part.number)
        elif part.number in seen:
            yield Mistake(part.line, "photo-twice", part.number)
        seen.add(part.number)


def plain_ends(text: str) -> str:
    """Return the text with the line ends that it has in the database."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


# ---- Positions

Old = tuple[int | None, bool]


def positions(parts: Sequence[Old]) -> list[int]:
    """Return a position for each part, as many as before as can be: readers cite them.

    Given are, in the new order, the position that each had and whether it is a photo. A photo
    may share the position of the paragraph before it, so a new one moves nothing.
    """
    found = _placed(parts)
    if found and found[-1] > _LAST:
        return _placed([(None, is_photo) for _old, is_photo in parts])
    return found


def _placed(parts: Sequence[Old]) -> list[int]:
    # Twice the position, and one more for photos, is the order of print.
    keys = [None if old is None else 2 * old + photo for old, photo in parts]
    staying = _longest_rise([key for key in keys if key is not None])
    last, placed = -1, []
    for key, (_old, photo) in zip(keys, parts, strict=True):
        if key is not None and key in staying and key > last:
            last = key
        else:
            last = max(last, 1)  # the first position is 1
            last += 2 if last % 2 == photo else 1
        placed.append(last // 2)
    return placed


def _longest_rise(keys: list[int]) -> set[int]:
    """Return the longest choice of keys that rise from first to last."""
    ends: list[int] = []  # the smallest key that ends a rise of each length
    lengths = []
    for key in keys:
        length = bisect_left(ends, key)
        ends[length : length + 1] = [key]
        lengths.append(length)
    chosen: set[int] = set()
    above, wanted = float("inf"), len(ends) - 1
    for key, length in zip(reversed(keys), reversed(lengths), strict=True):
        if length == wanted and key < above:
            chosen.add(key)
            above, wanted = key, wanted - 1
    return chosen
