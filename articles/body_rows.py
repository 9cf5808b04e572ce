"""The body of an article as one text: read from its rows, and stored with few of them changed."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import pgettext

from articles.body_text import Part, positions, write
from articles.models import Article, Paragraph, Photo, watched
from articles.search.pending import indexed, touch


def text_of(article: Article) -> str:
    """Return the body as an editor sees it; photos have their numbers in the order of print."""
    return write(parts_of(article), pgettext("mark", "图"))


def parts_of(article: Article) -> Iterator[Part]:
    """Yield what the body's text says."""
    number = 0
    for row in article.body():
        if isinstance(row, Photo):
            number += 1
            yield Part("photo", number=number)
        else:
            yield Part("subhead" if row.kind == "subhead" else "paragraph", row.text)


def store(
    article: Article, parts: Sequence[Part], photos: Mapping[int, Photo] | None = None
) -> None:
    """Make the rows of the article's body what the parts say.

    ``photos`` are those of the article by the numbers in the parts, all of them stored; one
    that no part names comes last, and a number without a photo is passed over. A paragraph
    whose text stays keeps its row, wherever it goes; one that was edited keeps it, too, where
    it stands between the same others. Of a new text the blanks at both ends are left out.
    """
    photos = photos or {}
    with indexed():
        stored: Any = list(article.paragraphs.order_by("position"))
        named = list(_named(parts, photos, {row.text for row in stored}))
        found = iter(_matched(stored, [p for p in named if p.kind != "photo"]))
        body = [
            photos[part.number] if part.kind == "photo" else next(found)
            for part in named
        ]
        _write(article, stored, named, body)


def _named(
    parts: Sequence[Part], photos: Mapping[int, Photo], known: set[str]
) -> Iterator[Part]:
    """Yield the parts that there is something to store of, then the photos none of them names."""
    rest = set(photos)
    for part in parts:
        if part.kind == "photo":
            if part.number in rest:
                rest.remove(part.number)
                yield part
        elif part.text in known or part.text.strip():
            yield part
    for number in sorted(rest):
        yield Part("photo", number=number)


def _matched(stored: list[Paragraph], parts: list[Part]) -> list[Paragraph]:
    """Return the row for each paragraph: the one with its text, the one edited, or a new one."""
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for number, row in enumerate(stored):
        waiting[row.text].append(number)
    same = [waiting[p.text].popleft() if waiting[p.text] else None for p in parts]
    taken = set(same)
    rows, following = [], 0
    for found in same:
        at = found
        if at is None and following < len(stored) and following not in taken:
            at = following
        rows.append(Paragraph() if at is None else stored[at])
        following = following if at is None else at + 1
    return rows


def _write(
    article: Article,
    stored: list[Paragraph],
    parts: list[Part],
    body: list[Paragraph | Photo],
) -> None:
    old = [(row.position if row.pk else None, isinstance(row, Photo)) for row in body]
    kept = {row.pk for row in body if isinstance(row, Paragraph)}
    gone = [row.pk for row in stored if row.pk not in kept]
    if gone:
        article.paragraphs.filter(pk__in=gone).delete()
    new: list[Paragraph] = []
    changed: list[Paragraph] = []
    moved: list[tuple[int, int]] = []
    for row, part, position in zip(body, parts, positions(old), strict=True):
        if isinstance(row, Photo):
            moved += [(row.pk, position)] if row.position != position else []
            row.position = position
            continue
        is_new = row.pk is None
        text = part.text if row.text == part.text else part.text.strip()
        if (row.position, row.kind, row.text) == (position, part.kind, text):
            continue
        row.article, row.position, row.kind, row.text = (
            article, position, part.kind, text,
        )  # fmt: skip
        (new if is_new else changed).append(row)
    if changed or moved:
        watched.changing(Paragraph, [row.pk for row in changed], [article.pk])
        touch([article.pk])
        _update(changed, moved)
    if new:
        Paragraph.objects.bulk_create(new)


def _update(changed: list[Paragraph], moved: list[tuple[int, int]]) -> None:
    """Store changed rows in one statement for each table: they may change places."""
    with connection.cursor() as cursor:
        if changed:
            cursor.execute(
                "UPDATE articles_paragraph AS row SET position = new.position,"
                " kind = new.kind, text = new.text FROM unnest(%s::bigint[], %s::int[],"
                " %s::text[], %s::text[]) AS new(id, position, kind, text)"
                " WHERE row.id = new.id",
                [
                    [row.pk for row in changed],
                    [row.position for row in changed],
                    [row.kind for row in changed],
                    [row.text for row in changed],
                ],
            )
        if moved:
            cursor.execute(
                "UPDATE articles_photo AS row SET position = new.position"
                " FROM unnest(%s::bigint[], %s::int[]) AS new(id, position)"
                " WHERE row.id = new.id",
                [[pk for pk, _ in moved], [position for _, position in moved]],
            )
