"""Lists of words as editors paste them, and as they are saved: a word a line, its kind, its frequency."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import LexiconWord
from articles.text.fold import fold

MOST_LINES = 5_000
MAX_CHARACTERS = 200_000
# So many errors are told; who has more has another file than was meant.
MOST_ERRORS = 50
_MOST_FREQUENCY = 2_147_483_647
_Kind = LexiconWord.Kind
# Tags of jieba's dictionaries, which have the frequency second and the tag third.
_TAGS = {
    "nr": _Kind.PERSON,
    "ns": _Kind.PLACE,
    "nt": _Kind.ORGANISATION,
    "nz": _Kind.TERM,
    "n": _Kind.TERM,
}
# A list with one of these has words with blanks in them.
_MARKS = re.compile(r"[\t,，;；]")


@dataclass(frozen=True, slots=True)
class WordList:
    """What a text says: entries not stored yet, and what is wrong, a sentence for a line."""

    words: list[LexiconWord]
    errors: list[str]


def read(text: str) -> WordList:
    """Read a list: 词 种类 词频, the last two in any order or left out."""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        message = _("共 %(lines)d 行，一次最多 %(most)d 行。")
        return WordList([], [message % {"lines": len(lines), "most": MOST_LINES}])
    words: dict[str, LexiconWord] = {}
    errors: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and _is_heading(line)):
            continue
        try:
            row = _entry(line)
        except ValidationError as error:
            errors.append(_at(number, error.messages[0]))
            continue
        if fold(row.word) in words:
            errors.append(_at(number, _("“%(word)s”重复了。") % {"word": row.word}))
        words[fold(row.word)] = row
    return WordList(list(words.values()), errors)


def columns() -> list[str]:
    """Return the heading of a list that is saved."""
    return [_("词"), _("种类"), _("词频")]


def rows(words: Iterable[LexiconWord]) -> Iterator[tuple[str, str, int]]:
    """Yield the lines of a list that is saved; ``read`` reads them back."""
    for word in words:
        yield word.word, str(_Kind(word.kind).label), word.frequency


def _is_heading(line: str) -> bool:
    return _fields(line)[0] in _in_every_language(gettext_lazy("词"))


def _in_every_language(name: Any) -> list[str]:
    """Return what a name is called: a list may come from an editor of the other language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(str(name))
    return found


def _fields(line: str) -> list[str]:
    marked = _MARKS.split(line) if _MARKS.search(line) else line.split()
    return [part.strip().strip('"') for part in marked]


def _entry(line: str) -> LexiconWord:
    """Return the entry of a line; raise ValidationError where it is none."""
    word, *others = _fields(line)
    row = LexiconWord(word=word)
    if len(others) > 2:
        raise ValidationError(_("一行最多三项：词、种类、词频。"))
    for said in filter(None, others):
        if said.isdecimal() and int(said) <= _MOST_FREQUENCY:
            row.frequency = int(said)
        else:
            row.kind = _kind(said)
    row.clean_fields()
    return row


def _kind(said: str) -> str:
    known = {name: kind for kind in _Kind for name in _in_every_language(kind.label)}
    found = known.get(said) or _TAGS.get(said.lower())
    if found is None and said not in _Kind.values:
        names = "、".join(str(kind.label) for kind in _Kind)
        message = _("不知道“%(said)s”是什么：种类为%(names)s，词频为整数。")
        raise ValidationError(message % {"said": said[:40], "names": names})
    return found or said


def _at(number: int, message: str) -> str:
    return _("第 %(line)d 行：%(message)s") % {"line": number, "message": message}
