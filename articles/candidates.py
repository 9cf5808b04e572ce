"""Words that the archive's own articles offer for its lexicon, kept for editors to judge.

Three sources: names in bylines, of all articles; names of persons by the title before them; and
strings that hold together and stand freely (articles/text/new_words.py). The last two are read in
a sample, which is another one each time, so that memory and time are bounded in any archive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection
from django.utils.translation import gettext as _

from articles.models import LexiconWord, SearchDocument, WordCandidate
from articles.search.document import FIELD_SEPARATOR
from articles.search.lexicon import articles_with
from articles.text import names, new_words, word_shape
from articles.text.fold import fold

# So much is read: the most that is counted in some minutes and half a gigabyte.
MOST_CHARACTERS = 6_000_000
_MOST_ARTICLES = 40_000
# A word must stand once in so many characters, and five times at least.
_CHARACTERS_A_WORD = 500_000
_LEAST = 5
# Of each source the best; nobody judges more.
MOST_FOUND = 1_500
# A name in bylines is a name: it is sorted by how often it stands, among the best words.
_NAME = 60.0
# A string of known words is rather a phrase; it comes after what is new.
_COMPOUND = 0.3
_EXAMPLES = 3
_BATCH = 200
Source = WordCandidate.Source


class Told(Protocol):
    """What is told how far the work is: a job's progress, or a terminal."""

    total: int
    message: str

    def tick(self, number: int = 1) -> None:
        """Count so many more as done."""


class _Stage:
    """A part of the work, told of as so many hundredths of the whole."""

    def __init__(self, progress: Told, points: int, total: int) -> None:
        self._progress, self._points, self._total = progress, points, max(1, total)
        self._done = self._told = 0

    def __call__(self, number: int = 1) -> None:
        self._done += number
        due = min(self._points, self._points * self._done // self._total)
        self._progress.tick(due - self._told)
        self._told = due


@dataclass(frozen=True, slots=True)
class _Sample:
    """Runs of characters, each once, and for each an article that has it."""

    runs: list[str]
    articles: list[int]

    def articles_of(self, places: list[int]) -> list[int]:
        return list(dict.fromkeys(self.articles[place] for place in places))[:_EXAMPLES]


def find(progress: Told) -> dict[str, Any]:
    """Find candidates and store them; say how many are new. The work of a job."""
    progress.total = 100
    progress.message = _("读取文章")
    sample = _sample(progress)
    progress.message = _("统计字串")
    found = _of_text(sample, progress)
    for name in (*_of_titles(sample), *_of_bylines()):
        if other := found.get(name.word):
            name.cohesion, name.freedom = other.cohesion, other.freedom
            name.score = max(name.score, other.score)
        found[name.word] = name
    progress.message = _("统计涉及的文章")
    fresh = _store(_without_judged(found), _Stage(progress, 20, len(found)))
    progress.message = ""
    return {
        _("读过的文章"): len(set(sample.articles)),
        _("找到的词"): len(found),
        _("新的候选词"): fresh,
    }


# ---- The sample


def _sample(progress: Told) -> _Sample:
    ids = _some_articles()
    stage = _Stage(progress, 10, len(ids))
    seen: dict[str, int] = {}
    characters = 0
    for start in range(0, len(ids), _BATCH):
        documents = SearchDocument.objects.filter(
            article__in=ids[start : start + _BATCH], part=0
        )
        for pk, text in documents.values_list("article_id", "text"):
            for run in new_words.sentences(text.replace(FIELD_SEPARATOR, "\n")):
                if run not in seen:
                    seen[run] = pk
                    characters += len(run)
        stage(_BATCH)
        if characters >= MOST_CHARACTERS:
            break
    return _Sample(list(seen), list(seen.values()))


def _some_articles() -> list[int]:
    """Return articles by chance, in any order: all of a small archive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM articles_searchdocument")
        (number,) = cursor.fetchone()
        share = min(100.0, 110 * _MOST_ARTICLES / max(1, number))
        cursor.execute(
            "SELECT article_id FROM articles_searchdocument TABLESAMPLE BERNOULLI (%s)"
            " WHERE part = 0 ORDER BY random() LIMIT %s",
            [share, _MOST_ARTICLES],
        )
        return [pk for (pk,) in cursor.fetchall()]


# ---- The sources


def _of_text(sample: _Sample, progress: Told) -> dict[str, WordCandidate]:
    least = max(_LEAST, sum(map(len, sample.runs)) // _CHARACTERS_A_WORD)
    stage = _Stage(progress, 70, new_words.passes() * len(sample.runs))
    words = new_words.find(sample.runs, _is_nothing_new, least, stage)
    words = [word for word in words if not _is_part(sample, word)]
    best = _scores(words)
    words.sort(key=lambda word: (-best[word.word], word.word))
    return {
        word.word: WordCandidate(
            word=word.word,
            kind=word_shape.kind_of(word.word),
            source=Source.TEXT,
            score=round(best[word.word], 2),
            cohesion=round(word.cohesion, 2),
            freedom=round(word.freedom, 2),
            occurrences=word.occurrences,
            examples=sample.articles_of(word.places),
        )
        for word in words[:MOST_FOUND]
    }


def _is_nothing_new(word: str) -> bool:
    return word_shape.is_known(word) or word_shape.is_phrase(word)


def _is_part(sample: _Sample, word: new_words.NewWord) -> bool:
    """Return whether a string mostly stands across known words: 部部长 in 外交部部长."""
    cut = sum(word_shape.cuts_word(sample.runs[n], word.word) for n in word.places)
    return cut * 2 >= len(word.places)


def _scores(words: list[new_words.NewWord]) -> dict[str, float]:
    """Return what words are sorted by: what is made of others comes later."""
    scores = {word.word: word.score for word in words}
    for word in words:
        is_made = word_shape.is_compound(word.word, scores.keys())
        scores[word.word] = word.score * (_COMPOUND if is_made else 1)
    return scores


def _of_titles(sample: _Sample) -> Iterator[WordCandidate]:
    found = names.names(sample.runs)
    best = sorted(found, key=lambda name: (-len(found[name]), name))
    for name in best[:MOST_FOUND]:
        examples = sample.articles_of(found[name])
        yield _name(name, len(found[name]), Source.TITLE, examples)


def _of_bylines() -> Iterator[WordCandidate]:
    """Yield the names of those who wrote several articles, and are no word of the dictionary."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT author, count(*), (array_agg(article_id))[:%s] FROM ("
            "  SELECT unnest(authors) AS author, article_id FROM articles_searchdocument"
            "  WHERE part = 0) AS written"
            " GROUP BY author HAVING count(*) > 1 ORDER BY count(*) DESC, author LIMIT %s",
            [_EXAMPLES, MOST_FOUND],
        )
        authors = cursor.fetchall()
    for author, number, examples in authors:
        name = fold(author).strip()
        if word_shape.is_name(name) and not word_shape.is_known(name):
            yield _name(name, number, Source.BYLINE, examples)


def _name(
    name: str, number: int, source: WordCandidate.Source, examples: list[int]
) -> WordCandidate:
    return WordCandidate(
        word=name,
        kind=LexiconWord.Kind.PERSON,
        source=source,
        score=round(_NAME * min(1.0, 0.5 + number / 20), 2),
        occurrences=number,
        examples=examples,
    )


# ---- Storing


def _without_judged(found: dict[str, WordCandidate]) -> list[WordCandidate]:
    """Return the candidates that nobody judged, and that the lexicon does not have."""
    judged = WordCandidate.objects.exclude(verdict=WordCandidate.Verdict.OPEN)
    done = set(judged.values_list("word", flat=True))
    done |= {fold(w) for w in LexiconWord.objects.values_list("word", flat=True)}
    return [candidate for word, candidate in found.items() if word not in done]


def _store(found: list[WordCandidate], stage: _Stage) -> int:
    """Store candidates, leaving alone what editors said of them; return how many are new."""
    before = WordCandidate.objects.count()
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]
        for candidate in batch:
            candidate.touched = articles_with(candidate.word)
            stage()
        WordCandidate.objects.bulk_create(
            batch,
            update_conflicts=True,
            unique_fields=["word"],
            update_fields=[
                "source", "score", "cohesion", "freedom", "occurrences", "touched", "examples",
            ],
        )  # fmt: skip
    return WordCandidate.objects.count() - before
