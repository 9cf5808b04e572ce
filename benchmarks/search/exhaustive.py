"""BM25F by brute force, from the texts alone: every article is cut and scored again."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from articles.search import bm25f
from articles.search.document import FIELD_SEPARATOR, FIELDS
from articles.text.lexicon import Lexicon
from articles.text.segment import segment
from benchmarks.search import ours
from benchmarks.search.processes import in_order
from benchmarks.search.queries import Asked

BANDS = ("rare", "middling", "common", "pairs", "triples", "names")
_TOP = 20
_A_CHUNK = 500
# Impacts are kept to the two-millionth of 1 (bm25f.IMPACT_PARTS): of three words, each with the
# greatest idf among a million articles, that is so much of a score.
_ROUNDING = 3 * 14 / bm25f.IMPACT_PARTS
# (query, article, what each of its words scores before its idf)
_Found = tuple[int, int, list[float]]


def agreement(asked: list[Asked]) -> dict[str, tuple[int, int]]:
    """Return for each band how many of its queries have the same best articles, of how many.

    The same, ties aside: our articles must have the scores that the best of all have.
    """
    asked = [each for each in asked if each.band in BANDS]
    scores = _scores(asked)
    agreed: dict[str, tuple[int, int]] = dict.fromkeys(BANDS, (0, 0))
    for each, of_each in zip(asked, scores, strict=True):
        best = sorted(of_each.values(), reverse=True)[:_TOP]
        # Where few have all of the words, others follow.
        mine = [of_each[pk] for pk in ours.keys(each, "best") if pk in of_each]
        same = len(best) == len(mine) and all(
            abs(one - other) < _ROUNDING for one, other in zip(best, mine, strict=True)
        )
        right, number = agreed[each.band]
        agreed[each.band] = (right + same, number + 1)
    return agreed


def _scores(asked: list[Asked]) -> list[dict[int, float]]:
    """Return the score of each article that has all words of each query."""
    having: Counter[str] = Counter()
    total = 0
    found: list[_Found] = []
    for number, counted, scored in in_order(partial(_score, asked), _documents()):
        total += number
        having.update(counted)
        found += scored
    idf = {word: bm25f.idf(total, number) for word, number in having.items()}
    scores: list[dict[int, float]] = [{} for _ in asked]
    for query, article, parts in found:
        weights = [idf[word] for word in asked[query].words]
        scores[query][article] = sum(
            weight * part for weight, part in zip(weights, parts, strict=True)
        )
    return scores


def _documents() -> Iterator[list[tuple[int, str]]]:
    sql = "SELECT article_id, text FROM articles_searchdocument"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE every NO SCROLL CURSOR FOR {sql}")
        while True:
            cursor.execute(f"FETCH {_A_CHUNK} FROM every")
            chunk = cursor.fetchall()
            if not chunk:
                return
            yield chunk


def _score(
    asked: list[Asked], chunk: list[tuple[int, str]]
) -> tuple[int, Counter[str], list[_Found]]:
    queries: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(asked):
        queries[each.words[0]].append(number)
    wanted = {word for each in asked for word in each.words}
    having: Counter[str] = Counter()
    found: list[_Found] = []
    for article, text in chunk:
        times, lengths = _counted(text)
        present = wanted & times.keys()
        having.update(present)
        for number in (n for word in present for n in queries.get(word, ())):
            words = asked[number].words
            if present.issuperset(words):
                odds = [bm25f.odds(times[word], lengths) for word in words]
                found.append((number, article, [*map(bm25f.impact, odds)]))
    return len(chunk), having, found


def _counted(text: str) -> tuple[dict[str, Counter[str]], dict[str, int]]:
    """Return how often each word stands in each field of a text, and how long the fields are."""
    times: dict[str, Counter[str]] = defaultdict(Counter)
    lengths = {}
    for field, part in zip(FIELDS, text.split(FIELD_SEPARATOR), strict=True):
        words = segment(part, Lexicon())
        lengths[field] = len(words)
        for word in words:
            times[word][field] += 1
    return times, lengths
