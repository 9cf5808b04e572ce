"""Tags that a text asks for: those that stand in it, its keywords and names, its neighbours'."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.models import Completion, LexiconWord, TaggedArticle
from articles.models.tag_entry import meant
from articles.search.database import SearchTimeoutError
from articles.search.lexicon import current_lexicon
from articles.search.related import nearest
from articles.search.tag_names import counted
from articles.text.fold import fold
from articles.text.keywords import (
    LEXICON,
    MAX_LENGTH,
    Token,
    keywords,
    tokens,
)

MOST_EXISTING, MOST_NEW = 15, 8
_NEIGHBOURS = 10
_KEYWORDS = 20
# A tag is no more words than this: 新型 冠状 病毒 感染 者.
_MOST_WORDS = 5


@dataclass(slots=True)
class Suggestion:
    """A tag that is suggested: whether it exists, how often it is used, and for which reasons."""

    name: str
    exists: bool = False
    uses: int = 0
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def add(self, score: float, reason: str) -> None:
        """Suggest it for one more reason."""
        self.score += score
        self.reasons.append(reason)


def suggest(
    text: str, chosen: Collection[str] = (), article: int | None = None
) -> list[Suggestion]:
    """Return tags for a text (its headline in the first line), existing ones first, best first.

    None of those ``chosen`` already; of an article that is stored, not by its own example.
    """
    lexicon = current_lexicon()
    words = tokens(text, lexicon)
    head = len(tokens(text.partition("\n")[0], lexicon))
    found = _Suggestions()
    found.standing(words, head)
    found.telling(words)
    found.named(words)
    found.of_neighbours(text, article)
    return found.best({name.upper() for name in chosen})


class _Suggestions:
    def __init__(self) -> None:
        self._known: dict[str, Suggestion] = {}

    def _named(self, name: str) -> Suggestion:
        return self._known.setdefault(name.upper(), Suggestion(name))

    # ---- Where they come from

    def standing(self, words: Sequence[Token], head: int) -> None:
        """Suggest the tags, by their names or synonyms, that stand in the text."""
        places = Counter(phrase for phrase, _start in _phrases(words))
        first = {phrase for phrase, start in _phrases(words[:head])}
        known = Completion.objects.filter(
            kind=Completion.Kind.TAG, folded__in=list(places)
        )
        folded = dict(known.values_list("text", "folded"))
        means = meant(list(folded))
        for text, phrase in folded.items():
            number = places[phrase]
            score = 0.4 + min(number, 5) / 10 + (0.4 if phrase in first else 0)
            reason = _("文中出现 %(number)d 次") % {"number": number}
            self._named(means[text]).add(score, reason)

    def telling(self, words: Sequence[Token]) -> None:
        """Suggest the keywords of the text."""
        found = [key for key in keywords(words) if not key.common][:_KEYWORDS]
        printed = {key.word: _printed(key.printed) for key in found}
        means = meant(list(printed.values()))
        for key in found:
            weight = key.tfidf + 0.7 * key.textrank
            self._named(means[printed[key.word]]).add(weight, _("关键词"))

    def named(self, words: Sequence[Token]) -> None:
        """Suggest the persons, places and organisations of the lexicon."""
        printed = {
            token.word: _printed(token.printed)
            for token in words
            if token.flag == LEXICON
        }
        kinds = LexiconWord.objects.filter(word__in={*printed, *printed.values()})
        kind_of = {fold(row.word): row.get_kind_display() for row in kinds}
        means = meant(list(printed.values()))
        for word, name in printed.items():
            kind = kind_of.get(word, _("词"))
            self._named(means[name]).add(0.6, _("词库：%(kind)s") % {"kind": kind})

    def of_neighbours(self, text: str, article: int | None) -> None:
        """Suggest the tags of the articles that say nearly the same."""
        others = [article] if article else []
        try:
            near = nearest(fold(text[:MAX_LENGTH]), others, _NEIGHBOURS)
        except SearchTimeoutError:
            return
        links = TaggedArticle.objects.filter(content_object__in=near).order_by()
        counts = links.values_list("tag__name").annotate(number=Count("pk"))
        for name, number in counts:
            reason = _("%(of)d 篇相近文章中有 %(number)d 篇")
            said = reason % {"number": number, "of": len(near)}
            self._named(name).add(number / len(near), said)

    # ---- The end

    def best(self, chosen: Collection[str]) -> list[Suggestion]:
        """Return the best, existing tags first."""
        found = [s for key, s in self._known.items() if key not in chosen]
        names = [suggestion.name for suggestion in found]
        for tag in counted(Tag.objects.filter(name__in=names)):
            known = self._named(tag.name)
            known.exists, known.uses = True, tag.uses
        found.sort(key=lambda s: (-s.score, -s.uses, s.name))
        existing = [s for s in found if s.exists][:MOST_EXISTING]
        new = [s for s in found if not s.exists and _may_be_new(s.name)]
        return existing + new[:MOST_NEW]


def _phrases(words: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """Yield what may be a tag in the text: words, and some that stand together."""
    for start in range(len(words)):
        phrase = ""
        for token in words[start : start + _MOST_WORDS]:
            if token.flag == "x":
                break
            phrase += token.word
            if len(phrase) > 1:
                yield phrase, start


def _printed(text: str) -> str:
    """Return a word as it would be typed: full-width letters are a printer's."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _may_be_new(name: str) -> bool:
    return 1 < len(name) <= 30 and name.isprintable()
