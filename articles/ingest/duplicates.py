"""Near-duplicates in the database: sketches of what is new, and the pairs that they show.

Every article is compared once with all that were there before it; what an editor said of a
pair stays said. An interrupted run goes on where it stopped: what has no sketch is new.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.ingest import near_duplicates
from articles.jobs import Progress
from articles.models import Article, NearDuplicate, Paragraph, TextSketch

BATCH = 200
# Of a form that is printed a thousand times, an editor need not see every pair.
_MOST_CANDIDATES = 200


def find() -> Iterator[tuple[int, int]]:
    """Compare the articles that have no sketch or an old one; yield (compared, pairs found)."""
    compared = pairs = last = 0
    # Each once: one that changes meanwhile, or by a clock that is ahead, is the next run's.
    while ids := _unsketched(after=last):
        pairs += compare(ids)
        compared += len(ids)
        last = ids[-1]
        yield compared, pairs


def work(progress: Progress) -> dict[str, Any]:
    """Compare what is new, as a background job; return its report."""
    progress.total = _new().count()
    pairs = 0
    for compared, found in find():
        pairs = found
        progress.tick(compared - progress.done)
    return {_("比较的文章"): progress.done, _("发现的近似文章（对）"): pairs}


def _new() -> QuerySet[Article]:
    old = Q(sketch__isnull=True) | ~Q(sketch__version=near_duplicates.VERSION)
    changed = Q(sketch__made_at__lt=F("updated_at"))
    return Article.objects.filter(old | changed)


def _unsketched(after: int) -> list[int]:
    rest = _new().filter(pk__gt=after).order_by("pk")
    return list(rest.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def compare(ids: list[int]) -> int:
    """Compare these articles with all that were there before; return how many pairs are new."""
    now = timezone.now()
    texts = _bodies(ids)
    sketches = []
    for pk in ids:
        signature = near_duplicates.signature(texts.get(pk, ""))
        sketches.append(
            TextSketch(
                article_id=pk,
                version=near_duplicates.VERSION,
                made_at=now,
                signature=signature,
                bands=near_duplicates.bands(signature),
            )
        )
    TextSketch.objects.bulk_create(
        sketches,
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["version", "made_at", "signature", "bands"],
    )
    found = [pair for sketch in sketches for pair in _pairs(sketch, texts)]
    NearDuplicate.objects.bulk_create(found, ignore_conflicts=True)
    return len({(pair.first_id, pair.second_id) for pair in found})


def _bodies(ids: list[int]) -> dict[int, str]:
    """Return the paragraphs of articles, without heads: a re-run changes those."""
    rows = (
        Paragraph.objects.filter(article__in=ids)
        .order_by("article", "position")
        .values_list("article", "text")  # type: ignore[misc]  # stubs know the abstract base
    )
    texts: dict[int, list[str]] = {}
    for pk, text in rows:
        texts.setdefault(pk, []).append(text)
    return {pk: "\n".join(parts) for pk, parts in texts.items()}


def alike(text: str) -> list[tuple[int, float]]:
    """Return the keys of articles with nearly this body, and how much of it they have."""
    signature = near_duplicates.signature(text)
    likely = _likely(signature, near_duplicates.bands(signature))
    bodies = _bodies(list(likely))
    found = [(pk, near_duplicates.agreement(text, bodies.get(pk, ""))) for pk in likely]
    return [pair for pair in found if pair[1] >= near_duplicates.AGREEMENT]


def _likely(
    signature: bytes, bands: list[int], but: int | None = None
) -> dict[int, float]:
    """Return the articles that are worth reading, with how similar they seem."""
    if not bands:
        return {}
    candidates = TextSketch.objects.filter(bands__overlap=bands)
    others = candidates.exclude(article=but).order_by("-article")
    similar = {
        other.article_id: near_duplicates.similarity(signature, bytes(other.signature))
        for other in others[:_MOST_CANDIDATES]
    }
    return {pk: s for pk, s in similar.items() if s >= near_duplicates.THRESHOLD}


def _pairs(sketch: TextSketch, texts: dict[int, str]) -> Iterator[NearDuplicate]:
    signature = bytes(sketch.signature)
    likely = _likely(signature, sketch.bands, sketch.article_id)
    read = _bodies([pk for pk in likely if pk not in texts])
    for pk, similarity in likely.items():
        other = texts.get(pk) or read.get(pk, "")
        agreement = near_duplicates.agreement(texts[sketch.article_id], other)
        if agreement >= near_duplicates.AGREEMENT:
            first, second = sorted((sketch.article_id, pk))
            yield NearDuplicate(
                first_id=first,
                second_id=second,
                similarity=round(similarity, 3),
                agreement=round(agreement, 3),
            )
