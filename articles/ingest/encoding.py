"""From bytes to text: a byte order mark, strict UTF-8, or what reads as Chinese.

Big5 and even UTF-8 decode as GB18030 without an error, into rubbish, so an encoding is not
taken because it decodes: the text must consist of words. What stays unclear is refused.
"""

import codecs
from dataclasses import dataclass

import rjieba

from articles.text.fold import fold

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_SAMPLE = 3000
# Of Chinese prose two characters in three stand in words of the dictionary; of rubbish, one
# in fifteen.
_READS_AS_CHINESE = 0.3
_CLEARLY_BETTER = 1.5


class EncodingError(ValueError):
    """Bytes that are no text; the message says where, or what they might be."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding that it was in."""

    text: str
    encoding: str


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of a file, in ``encoding`` where the caller knows it.

    Raise EncodingError for bytes that are not in that encoding, for a text cut short in the
    middle of a character, for NUL, and where no encoding, or more than one, reads as Chinese.
    """
    if encoding:
        return _checked(_strictly(data, encoding), encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _checked(_strictly(data[len(mark) :], name), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(data, error)
    if "\0" in text and (guess := _best(data)) is not None:
        return guess
    return _checked(text, "utf-8")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise EncodingError(f"there is no encoding {encoding!r}") from None
    except UnicodeDecodeError as error:
        raise EncodingError(_said(error)) from None


def _said(error: UnicodeDecodeError) -> str:
    where = f"byte {error.start + 1} (0x{error.object[error.start]:02x})"
    if error.end >= len(error.object) and "unexpected end" in error.reason:
        return f"it is cut short in the middle of a character at {where}"
    return f"it is not {error.encoding} at {where}"


def _checked(text: str, encoding: str) -> Decoded:
    if "\0" in text:
        raise EncodingError(f"it holds NUL at character {text.index(chr(0)) + 1}")
    return Decoded(text, encoding)


def _guessed(data: bytes, error: UnicodeDecodeError) -> Decoded:
    guess = _best(data)
    if guess is not None:
        return guess
    if _reads_as_chinese(data[: error.start].decode("utf-8", "ignore")):
        raise EncodingError(_said(error))
    raise EncodingError(
        f"its encoding cannot be told ({_said(error)}); name it with --encoding"
    )


def _best(data: bytes) -> Decoded | None:
    """Return the text in the one encoding in which it reads as Chinese, or None."""
    scores = []
    for encoding in _GUESSED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and "\ufffd" not in text:
            scores.append((share_in_words(text), encoding, text))
    scores.sort(reverse=True)
    if not scores or scores[0][0] < _READS_AS_CHINESE:
        return None
    if len(scores) > 1 and scores[0][0] < _CLEARLY_BETTER * scores[1][0]:
        return None
    return Decoded(scores[0][2], scores[0][1])


def _reads_as_chinese(text: str) -> bool:
    return share_in_words(text) >= _READS_AS_CHINESE


def share_in_words(text: str) -> float:
    """Return which share of a text's characters stand in words of the dictionary.

    White space, digits and Latin letters aside; 0.0 for a text without any other.
    """
    sample = "".join(
        c for c in fold(text[: 4 * _SAMPLE]) if not c.isspace() and not c.isascii()
    )[:_SAMPLE]
    if not sample:
        return 0.0
    # Punctuation and single characters are in no word of two; rubbish has few that are.
    words = (word for word in rjieba.cut(sample, False) if len(word) > 1)
    return sum(map(len, words)) / len(sample)
