"""Completions: from characters, pinyin or initials to terms that find something."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from articles.models import Article, Completion, TaggedArticle
from articles.search.database import rows, searching
from articles.search.tsvector import quote
from articles.text.fold import fold
from articles.text.pinyin import readings

Kind = Completion.Kind
MOST = 10
_TIME_MS = 300
# So many characters of a headline can be typed before it is chosen.
_BEGINNING = 12
# Of the rows that begin so, no more are looked at: of a single letter there are too many.
MOST_CANDIDATES = 200
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term with where it is from."""

    text: str
    kind: Kind


# ---- Looking up


def complete(typed: str) -> list[Suggestion]:
    """Return terms of published articles that begin with what was typed, by sight or by sound.

    Raise SearchTimeoutError where that takes too long.
    """
    folded = fold(typed).strip()
    if not folded:
        return []
    found: list[Suggestion] = []
    with searching(_TIME_MS):
        for kind in Kind:
            texts = beginning(kind, folded)
            known = {suggestion.text for suggestion in found}
            fresh = [text for text in texts if text not in known]
            shown = readable(kind, fresh[: 2 * MOST])
            found += [Suggestion(text, kind) for text in fresh if text in shown]
            if len(found) >= MOST:
                break
    return found[:MOST]


def beginning(kind: Kind, folded: str, among: list[str] | None = None) -> list[str]:
    """Return some texts of one kind that begin so, or sound so, shorter ones first.

    Of more than MOST_CANDIDATES any; ``among`` says which alone are looked at.
    """
    columns = ["folded"]
    if folded.isascii() and folded.replace(" ", "").isalnum():
        columns += ["initials", "pinyin"]
    pattern = f"{_escaped(folded)}%"
    typed = f"{_escaped(folded.replace(' ', ''))}%"
    these = "" if among is None else " AND text = ANY(%s)"
    some = " UNION ALL ".join(
        "(SELECT text FROM articles_completion"
        f" WHERE kind = %s AND {column} LIKE %s{these} LIMIT {MOST_CANDIDATES})"
        for column in columns
    )
    parameters: list[Any] = []
    for column in columns:
        parameters += [int(kind), pattern if column == "folded" else typed]
        parameters += [] if among is None else [among]
    found = rows(f"SELECT DISTINCT text FROM ({some}) AS found", parameters)
    return sorted((text for (text,) in found), key=lambda text: (len(text), text))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def readable(kind: Kind, texts: list[str]) -> set[str]:
    """Return those of the texts that published articles have."""
    if not texts:
        return set()
    if kind == Kind.HEADLINE:
        published = Article.objects.published().filter(headline__in=texts)
        return set(published.values_list("headline", flat=True))
    if kind == Kind.TAG:
        links = TaggedArticle.objects.filter(
            tag__name__in=texts, content_object__status=Article.Status.PUBLISHED
        )
        return set(links.values_list("tag__name", flat=True).distinct())
    prefix = "=a:" if kind == Kind.AUTHOR else ""
    return {text for text in texts if _stands(prefix + fold(text))}


def _stands(lexeme: str) -> bool:
    sql = "SELECT 1 FROM articles_searchdocument WHERE words @@ %s::tsquery LIMIT 1"
    return bool(rows(sql, [quote(lexeme)]))


# ---- Writing


def learn(terms: Iterable[tuple[Kind, str]]) -> None:
    """Store these terms where they are new."""
    wanted = dict.fromkeys(terms)
    stored = Completion.objects.filter(text__in={text for _kind, text in wanted})
    known = set(stored.values_list("kind", "text"))
    fresh = [term for term in wanted if term not in known]
    Completion.objects.bulk_create(
        (row for term in fresh for row in _rows_of(*term)), ignore_conflicts=True
    )


def terms_of(article: Article, authors: Iterable[str]) -> Iterator[tuple[Kind, str]]:
    """Yield the terms that an article is found by."""
    yield Kind.HEADLINE, article.headline
    for tag in article.tags.all():
        yield Kind.TAG, tag.name
    for author in authors:
        yield Kind.AUTHOR, author


def _rows_of(kind: Kind, text: str) -> Iterator[Completion]:
    folded = fold(text).strip()
    if kind == Kind.HEADLINE:
        # There are very many of them, and most are read in one way.
        found = readings(folded[:_BEGINNING], most=1)
    else:
        found = readings(folded[:60])
    ways = {(reading.whole[:120], reading.initials[:60]) for reading in found}
    for whole, initials in sorted(ways or {("", "")}):
        yield Completion(
            kind=kind, text=text, folded=folded[:60], pinyin=whole, initials=initials
        )


_SOURCES = {
    Kind.WORD: "SELECT word AS term FROM articles_lexiconword",
    Kind.AUTHOR: "SELECT unnest(authors) AS term FROM articles_searchdocument",
    Kind.TAG: "SELECT name AS term FROM taggit_tag UNION SELECT name FROM articles_tagsynonym",
    Kind.HEADLINE: "SELECT headline AS term FROM articles_article WHERE status = 'published'",
}


def refresh() -> None:
    """Store the terms of the archive that are new, and forget those that it has no more."""
    with connection.cursor() as cursor:
        for kind, source in _SOURCES.items():
            stored = "SELECT text FROM articles_completion WHERE kind = %s"
            cursor.execute(f"({source}) EXCEPT {stored}", [kind])
            while found := cursor.fetchmany(_BATCH):
                learn((kind, text) for (text,) in found)
            cursor.execute(
                "DELETE FROM articles_completion WHERE kind = %s AND NOT EXISTS"
                f" (SELECT FROM ({source}) AS source WHERE term = text)",
                [kind],
            )
