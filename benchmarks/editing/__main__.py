"""The editors' pages with N articles, as a ratio to the same with a thousand.

    make bench-editing N=1000000

Both archives are kept, and brought to today's tables; of the large one the first articles are
imported and the others copied (grown.py). One article in a hundred becomes a draft
meanwhile; all that this changes is rolled back. Times are medians of whole answers by Django's
test client, in one process.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("NEWSARCHIVE_ENV", "local")
os.environ["DJANGO_SETTINGS_MODULE"] = "newsarchive.settings"

FEW = 1_000
ROUNDS = int(os.environ.get("ROUNDS") or "7")
LIST = "/admin/articles/article/"
CHANGES = "/admin/articles/change/"
DRAFTS = """
CREATE TEMP TABLE drafts ON COMMIT DROP AS
    SELECT id FROM articles_article WHERE id % 100 = 0 AND status = 'published';
INSERT INTO articles_drafttext (article_id, bigrams, text)
    SELECT article_id, bigrams, text FROM articles_searchdocument
    WHERE part = 0 AND article_id IN (SELECT id FROM drafts);
DELETE FROM articles_searchdocument WHERE article_id IN (SELECT id FROM drafts);
UPDATE articles_article SET status = 'draft', needs_review = (id % 1000 = 0)
    WHERE id IN (SELECT id FROM drafts);
ANALYZE articles_article;
"""


def main() -> None:
    """Measure both archives and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=int(os.environ.get("N", "100000")))
    count = parser.parse_args().n
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    few, many = (dict(measured(number)) for number in (FEW, count))
    print(f"| page | {FEW:,}: ms | {count:,}: ms | ratio |\n|---|---|---|---|")
    for name, seconds in few.items():
        ratio = many[name] / seconds
        print(
            f"| {name} | {seconds * 1000:.0f} | {many[name] * 1000:.0f} | {ratio:.1f} |"
        )


def measured(count: int) -> Iterator[tuple[str, float]]:
    """Yield the median seconds of each page in an archive of so many articles."""
    from django.core.management import call_command
    from django.db import connection, transaction

    _open(count)
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(DRAFTS)
        yield from _pages()
        transaction.set_rollback(True)


def _open(count: int) -> None:
    """Connect to the archive of so many articles, making it where it is not there."""
    from articles.search import bitmap_build
    from benchmarks.editing.grown import IMPORTED, grow
    from benchmarks.search import archive, corpus

    times = max(1, count // IMPORTED)
    name = f"newsarchive_bench_editing_{count}"
    grown = corpus.KEPT / f"{name}.grown"
    if not grown.exists():
        (corpus.KEPT / f"{name}.json").unlink(missing_ok=True)
    archive.open_archive(name, corpus.written(count // times))
    if not grown.exists():
        grow(times)
        bitmap_build.build()
        grown.touch()


def _pages() -> Iterator[tuple[str, float]]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _is_new = get_user_model().objects.get_or_create(
        username="bench-editing", is_staff=True, is_superuser=True
    )
    client = Client()
    client.force_login(user)
    for name, address in _addresses(client).items():
        yield name, _median(client, address)


def _addresses(client: Any) -> dict[str, str]:
    from articles.models import Article, Issue, Page

    middle = Article.objects.order_by("pk")[Article.objects.count() // 2]
    issue = Issue.objects.get(pages__articles=middle)
    columns = Article.objects.exclude(column="").values_list("column", flat=True)
    column = columns.first() or ""
    further = getattr(client.get(LIST).context_data["cl"], "further", None) or "?p=2"
    page = Page.objects.select_related("issue__publication").get(pk=middle.page_id)
    place = f"{page.issue.publication.name} {page.issue.published_on} {page.label}"
    autocomplete = (
        "/admin/autocomplete/?app_label=articles&model_name=article&field_name=page"
    )
    return {
        "desk": "/admin/",
        "articles": LIST,
        "articles, last page": f"{LIST}?p={_last_page(client)}",
        "articles, beyond it": LIST + further,
        "drafts": f"{LIST}?status__exact=draft",
        "to be checked": f"{LIST}?needs_review__exact=1",
        "of a publication": f"{LIST}?page__issue__publication__id__exact={issue.publication_id}",
        "of a year": f"{LIST}?year={issue.published_on.year}",
        "of a column": f"{LIST}?column={column}",
        "search, a common word": f"{LIST}?q=上海",
        "search, two words": f"{LIST}?q=上海+{middle.headline[:2]}",
        "search, a headline": f"{LIST}?q={middle.headline.split()[0]}",
        "search, a day": f"{LIST}?q={issue.published_on}",
        "issues": "/admin/articles/issue/",
        "pages": "/admin/articles/page/",
        "tags": "/admin/taggit/tag/",
        "near-duplicates": "/admin/articles/nearduplicate/",
        "jobs": "/admin/articles/job/",
        "changes": CHANGES,
        "changes of a kind": f"{CHANGES}?kind__exact=published",
        "changes by a word": f"{CHANGES}?q={middle.headline[:2]}",
        "bin": "/admin/articles/changedrecord/",
        "page by typing": f"{autocomplete}&term={place}",
        "article": f"{LIST}{middle.pk}/change/",
        "its history": f"{LIST}{middle.pk}/history/",
        "new article": f"{LIST}add/?page={middle.page_id}",
        "issue": f"/admin/articles/issue/{issue.pk}/change/",
    }


def _last_page(client: Any) -> int:
    return int(client.get(LIST).context_data["cl"].paginator.num_pages)


def _median(client: Any, address: str) -> float:
    times = []
    for _round in range(ROUNDS + 1):
        begun = time.perf_counter()
        response = client.get(address)
        times.append(time.perf_counter() - begun)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
    # The first fills caches, as on any day of an editor.
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()
