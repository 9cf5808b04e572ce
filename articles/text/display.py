"""Text as it is shown: in the other script, or set vertically. What is stored stays as it is."""

import re
from collections.abc import Iterator
from functools import cache

from opencc import OpenCC

# OpenCC's own standard: characters by phrase, with no words of Taiwan or Hong Kong put in.
_CONFIGURATIONS = {"hans": "t2s", "hant": "s2t"}
# GB/T 15834-2011 §5.2: set vertically, quotation marks are ﹃﹄ and ﹁﹂. These are the
# characters whose vertical forms fonts give; ‘’ between letters is an apostrophe.
_VERTICAL_MARKS = str.maketrans({"“": "『", "”": "』", "‘": "「", "’": "」"})
# Half-width marks after a Chinese character, as some papers' text has them, would lie down.
_HALF_WIDTH = re.compile(
    r"(?<=[\u3400-\u9fff\u3001-\u301f”’』」…\uff00-\uffef])[,;:?!]"
)
_FULL_WIDTH = str.maketrans(",;:?!", "，；：？！")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")
# clreq §2.3.4 (纵中横): a number of one or two digits stands upright in one square.
_UPRIGHT = re.compile(r"(?<![0-9A-Za-z.,%])[0-9]{1,2}(?![0-9A-Za-z.,%])")


@cache
def _converter(script: str) -> OpenCC:
    return OpenCC(_CONFIGURATIONS[script])


def in_script(text: str, lang: str, script: str) -> str:
    """Return the text in ``script`` (hans, hant or original); ``lang`` is that of the text."""
    if not differs(lang, script):
        return text
    converted: str = _converter(script).convert(text)
    return converted


def differs(lang: str, script: str) -> bool:
    """Return whether a text of this language tag is printed in another script than asked."""
    return script in _CONFIGURATIONS and lang.lower() != f"zh-{script}"


def lang_in(lang: str, script: str) -> str:
    """Return the language tag (BCP 47) of such a text once it is shown in ``script``."""
    return f"zh-{script.capitalize()}" if differs(lang, script) else lang


def vertical_marks(text: str) -> str:
    """Return the text with the punctuation that vertical setting uses; for display only."""
    # A letter's apostrophe stays: put it aside under the character that looks the same.
    kept = _APOSTROPHE.sub("\u02bc", text)
    marked = kept.translate(_VERTICAL_MARKS).replace("\u02bc", "’")
    return _HALF_WIDTH.sub(lambda match: match.group().translate(_FULL_WIDTH), marked)


def upright_runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, each with whether it is a short number to set upright."""
    end = 0
    for match in _UPRIGHT.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        yield match.group(), True
        end = match.end()
    if end < len(text):
        yield text[end:], False
