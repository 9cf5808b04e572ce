"""The archive's words come into use and out of it, with the articles that contain them.

Few articles are indexed in the transaction of the change itself. Many are indexed by a job, in
batches that each commit; until it is done, every search finds what it found before:

- A word that comes in is stored at once, not in use. From then on articles are indexed with it
  (``current_lexicon``), but queries are cut without it (``query_lexicon``), which finds articles
  with the word as well as without: those with it have its parts too. Its job ends by putting it
  in use.
- A word that goes out is deleted at once. Queries are cut without it from then on, and articles
  that still have it have its parts too.

A job that was killed is run again, or a word that is not in use is put in use from the lexicon's
list; nothing is lost meanwhile but what the word is for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from articles import jobs
from articles.history import actor
from articles.models import (
    Article,
    Completion,
    Job,
    LexiconWord,
    SearchDocument,
    WordCandidate,
)
from articles.models.search_document import articles_containing
from articles.search import changes, completions, index
from articles.search.pending import indexed, take_words, touch, touch_words
from articles.text.fold import fold

# So many articles are indexed while an editor waits: a second or two.
AT_ONCE = 200
# The words of so many candidates and articles are counted together exactly.
_MOST_COUNTED = 100
_MOST_READ = 20_000
# Of the words of a job, its report names so many.
_MOST_NAMED = 50
_Verdict = WordCandidate.Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of words does to articles: ``articles`` were indexed, or ``job`` will."""

    words: int
    articles: int = 0
    job: Job | None = None


def add(words: Iterable[LexiconWord], user: Any) -> Change:
    """Store new words, pass over those that the lexicon has, and bring them into use."""
    wanted = list(words)
    with indexed():
        new = fresh(wanted)
        LexiconWord.objects.bulk_create(new)
        completions.learn((Completion.Kind.WORD, row.word) for row in new)
        _judge((fold(row.word) for row in wanted), _Verdict.ACCEPTED)
        return settle(user)


def fresh(words: Iterable[LexiconWord]) -> list[LexiconWord]:
    """Return those of the entries that the lexicon does not have in any form, each once."""
    known = {fold(word) for word in LexiconWord.objects.values_list("word", flat=True)}
    wanted = {fold(row.word): row for row in words}
    return [row for word, row in wanted.items() if word not in known]


def store(row: LexiconWord, user: Any) -> Change:
    """Store an entry as an editor left it; its old word goes out and its new one comes in."""
    with indexed():
        row.save()
        change = settle(user)
        if change.words:
            _judge([fold(row.word)], _Verdict.ACCEPTED)
        return change


def remove(words: QuerySet, user: Any) -> Change:
    """Delete entries; candidates that were accepted for them do not return."""
    with indexed():
        gone = list(words.order_by().values_list("word", flat=True))
        LexiconWord.objects.filter(word__in=gone).delete()
        _judge(map(fold, gone), _Verdict.REJECTED)
        return settle(user)


def bring_into_use(words: Iterable[str], user: Any) -> Change:
    """Index what contains these words of the lexicon, which a job did not come to."""
    with indexed():
        touch_words(words)
        return settle(user)


def settle(user: Any = None) -> Change:
    """Look after the articles of the words that this transaction stored or deleted.

    They are indexed here if they are few, or if nobody waits: a command has time. Else by a job.
    """
    words = take_words()
    if not words:
        return Change(0)
    user = user or actor()
    stored = LexiconWord.objects.filter(word__in=words)
    ids = _few(words) if user else articles_containing(words)
    if ids is None:
        stored.mark(in_use=False)
        return Change(len(words), job=jobs.start("reindex_words", user, words=words))
    touch(ids)
    _put_in_use(words)
    return Change(len(words), len(ids))


def reindex(progress: jobs.Progress, words: list[str]) -> dict[str, Any]:
    """Index what contains these words and put in use those that are stored: a job's work."""
    done: set[int] = set()
    written = 0
    # Twice: a process that had the old lexicon may have stored articles meanwhile.
    for _time in range(2):
        ids = sorted(articles_containing(words) - done)
        progress.total += len(ids)
        for start in range(0, len(ids), index.BATCH):
            batch = ids[start : start + index.BATCH]
            written += index.rebuild(batch)
            progress.tick(len(batch))
        done.update(ids)
    with transaction.atomic():
        _put_in_use(words)
    index.flush()
    return {
        _("词"): words[:_MOST_NAMED],
        _("含有它们的文章"): len(done),
        _("改动的检索文档"): written,
    }


def touched_together(candidates: Sequence[tuple[str, int]]) -> tuple[int, bool]:
    """Return how many articles contain any of these words, each given with its own number.

    And whether that is exact: of very many it is only said what the most can be.
    """
    most = sum(number for _word, number in candidates)
    if len(candidates) > _MOST_COUNTED or most > _MOST_READ:
        return min(most, Article.objects.published().count()), False
    return len(articles_containing(word for word, _number in candidates)), True


def _few(words: Sequence[str]) -> set[int] | None:
    """Return the articles that contain any of these words, None where they are too many."""
    found: set[int] = set()
    for word in words:
        documents: Any = SearchDocument.objects.containing(fold(word).strip())
        ids = documents.order_by().values_list("article_id", flat=True)
        found.update(ids[: AT_ONCE + 1])
        if len(found) > AT_ONCE:
            return None
    return found


def _put_in_use(words: Sequence[str]) -> None:
    LexiconWord.objects.filter(word__in=words).mark(in_use=True)
    # Pages that were kept were found without them.
    changes.note(())


def _judge(words: Iterable[str], verdict: WordCandidate.Verdict) -> None:
    WordCandidate.objects.filter(word__in=list(words)).judge(verdict)
