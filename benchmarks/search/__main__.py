"""Search at N articles and at a tenth of them: ours, and what else there is, in one run.

    make bench-search N=1000000

The archive and the rivals' indexes are filled once and kept in var/benchmarks and in the
server of DATABASE_URL, or in the embedded one.
"""

import argparse
import gc
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.search.rivals import Rival

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("NEWSARCHIVE_ENV", "local")
os.environ["DJANGO_SETTINGS_MODULE"] = "newsarchive.settings"

# ts_rank takes seconds a query and FTS5 takes one: so many of each band say how many.
QUERIES_A_BAND = {"plain": 6, "fts5": 12}
# What the issue names besides, and neither Debian nor the embedded server has.
EXTENSIONS = ("pgroonga", "pg_textsearch")
SHARES = (0.5, 0.95, 0.99, 1.0)
# The machine is shared: which articles ours and tantivy find is asked in turns so often, and the
# median of each query counts. Pages are asked once when warm, for none of them may be slow.
TURNS = 5


def main() -> None:
    """Fill what is empty, ask, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=int(os.environ.get("N", "20000")))
    count = parser.parse_args().n
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.search import archive, quality

    # Pages name their style sheet by its content.
    call_command("collectstatic", interactive=False, verbosity=0)

    for name in EXTENSIONS:
        there = "is there, and not measured" if archive.has(name) else "is not there"
        print(f"{name}: {there}")

    for number in (count // 10, count):
        print(f"\n## {number:,} articles\n", flush=True)
        measure(number)
    print("\n## Known items among the real articles\n", flush=True)
    quality.measure()


def measure(count: int) -> None:
    """Print everything about an archive of so many articles."""
    from benchmarks.search import archive, corpus, exhaustive, queries, rivals

    source = corpus.written(count)
    filled = archive.open_archive(f"newsarchive_bench_search_{count}", source)
    tantivy, fts5, plain = (
        rivals.Tantivy(count),
        rivals.Fts5(count),
        rivals.Plain(count),
    )
    rivals.fill([tantivy, fts5, plain], source)
    _print_sizes(filled, [tantivy, fts5, plain])
    asked = queries.queries(count)
    random.Random(1).shuffle(asked)
    # As gunicorn_conf.py does for its workers: else Python looks through the corpora, a tenth
    # of a second each time, while it answers.
    gc.collect()
    gc.freeze()
    times = Times()
    _time_in_turns(times, asked, tantivy)
    _time_pages(times, asked)
    for rival in (fts5, plain):
        possible = _some(asked, QUERIES_A_BAND[rival.name])
        for what in ("best", "newest"):
            # Not warm, for it takes seconds in any case.
            times.take(f"{what}: {rival.name}", possible, getattr(rival, what))
    counted = [query for query in asked if query.rivals and not query.phrase]
    for query in counted:
        tantivy.facets(query)
    times.take("facets: tantivy (3 of 7)", counted, tantivy.facets)
    times.print()
    _print_ratios(times)
    if count <= 100_000:
        _print_agreement(exhaustive.agreement(asked))


def _some(asked: list, number: int) -> list:
    """Return so many queries of each band, of those that others can be asked."""
    bands = defaultdict(list)
    for each in asked:
        if each.rivals:
            bands[each.band].append(each)
    return [each for band in bands.values() for each in band[:number]]


def _time_in_turns(times: "Times", asked: list, tantivy: "Rival") -> None:
    """Time which articles are found by us and by the limit, what the machine does beside it hitting both."""
    from benchmarks.search import ours

    possible = [query for query in asked if query.rivals]
    for what in ("best", "newest"):
        ways = [
            (f"{what}: ours", asked, lambda each: ours.keys(each, what)),  # noqa: B023
            (f"{what}: tantivy", possible, getattr(tantivy, what)),
        ]
        for _name, queries, ask in ways:
            for each in queries:
                ask(each)
        turns = [Times() for _turn in range(TURNS)]
        for turn in turns:
            for way in ways:
                turn.take(*way)
        for name, queries, _ask in ways:
            times.of[name] = {
                each: median(turn.of[name][each] for turn in turns) for each in queries
            }


def _time_pages(times: "Times", asked: list) -> None:
    from benchmarks.search import ours

    client = ours.browser()
    for _round in range(2):
        taken = {each: ours.far(each) for each in asked}
    times.of["best: ours, after half the score"] = {
        each: seconds for each, seconds in taken.items() if seconds is not None
    }
    for what in ("best", "newest"):
        hits, facets = {}, {}
        for _round in range(2):
            for each in asked:
                hits[each], facets[each] = ours.page(client, each, what)
        times.of[f"{what}: our page, hits"] = hits
        times.of[f"{what}: our page, facets after"] = facets
        times.of[f"{what}: our page, whole"] = {
            each: hits[each] + facets[each] for each in asked
        }


class Times:
    """The seconds that each query took, by what was asked how."""

    def __init__(self) -> None:
        self.of: dict[str, dict] = {}

    def take(self, name: str, asked: Iterable, ask: Callable) -> None:
        """Time these queries once."""
        self.of[name] = {}
        for each in asked:
            begun = time.perf_counter()
            ask(each)
            self.of[name][each] = time.perf_counter() - begun

    def at(
        self, name: str, share: float, band: str = "", among: Iterable | None = None
    ) -> float:
        """Return the seconds within which so many of the queries were answered."""
        asked = self.of[name] if among is None else self.of[name].keys() & set(among)
        taken = sorted(self.of[name][e] for e in asked if band in ("", e.band))
        return taken[min(len(taken) - 1, int(share * len(taken)))]

    def print(self) -> None:
        """Print a line for each way to ask."""
        heads = "".join(f"{head:>9}" for head in ("p50", "p95", "p99", "slowest"))
        print(f"\n{'milliseconds':<32}{'queries':>8}{heads}   p95 by band")
        for name, taken in self.of.items():
            figures = "".join(f"{_ms(self.at(name, share)):>9}" for share in SHARES)
            bands = dict.fromkeys(sorted(each.band for each in taken))
            by_band = "  ".join(f"{b} {_ms(self.at(name, 0.95, b))}" for b in bands)
            print(f"{name:<32}{len(taken):>8}{figures}   {by_band}")
        for name in ("best: ours", "best: our page, whole", "newest: our page, whole"):
            slow = sorted(self.of[name].items(), key=lambda item: -item[1])[:5]
            print(
                f"slowest, {name}:",
                ", ".join(f"{each.text} {_ms(taken)}" for each, taken in slow),
            )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def _print_sizes(filled: dict[str, float], rivals: list) -> None:
    text = filled["source"]
    print(f"{'':<34}{'MB':>8}{'of the records':>16}{'seconds':>10}")
    for name, size, seconds in (
        ("the records as JSON Lines", text, None),
        ("ours: import, all tables", filled["database"], filled["import"]),
        ("ours: REINDEX and VACUUM", None, filled["tidy"]),
        ("ours: index of words and strings", filled["terms"], None),
        ("ours: documents' narrow columns", filled["heap"], None),
        ("ours: bitmaps for facets", filled["maps"], filled["bitmaps"]),
        *(
            (rival.name, rival.measured["size"], rival.measured["seconds"])
            for rival in rivals
        ),
    ):
        sized = f"{size / 1e6:>8,.0f}{size / text:>15.0%} " if size else " " * 24
        print(f"{name:<34}{sized}{f'{seconds:>10,.0f}' if seconds else ''}")


def _print_ratios(times: Times) -> None:
    def ratio(one: str, other: str, share: float, band: str = "") -> str:
        # Of the queries that both were asked.
        one_at = times.at(one, share, band, times.of[other])
        return f"{one_at / times.at(other, share, band, times.of[one]):,.1f}×"

    print()
    for share in (0.5, 0.95):
        said = f"p{share * 100:g}"
        ours, other = "best: ours", "best: tantivy"
        print(f"best, ours / tantivy, {said}: {ratio(ours, other, share)}")
        ours, other = "newest: ours", "newest: tantivy"
        print(f"newest, ours / tantivy, {said}: {ratio(ours, other, share)}")
        ours = "best: ours"
        print(f"best, ts_rank / ours, {said}: {ratio('best: plain', ours, share)};"
              f" common words: {ratio('best: plain', ours, share, 'common')}")  # fmt: skip
        print(f"best, FTS5 / ours, {said}: {ratio('best: fts5', ours, share)};"
              f" common words: {ratio('best: fts5', ours, share, 'common')}")  # fmt: skip
        facets, hits = "best: our page, facets after", "best: our page, hits"
        print(f"facets after the hits / hits, {said}: {ratio(facets, hits, share)};"
              f" / tantivy's three: {ratio(facets, 'facets: tantivy (3 of 7)', share)}")  # fmt: skip


def _print_agreement(agreed: dict[str, tuple[int, int]]) -> None:
    right = sum(right for right, _number in agreed.values())
    number = sum(number for _right, number in agreed.values())
    by_band = ", ".join(f"{band} {r}/{n}" for band, (r, n) in agreed.items())
    print(f"\nthe same top 20 as brute force: {right}/{number} ({by_band})")


if __name__ == "__main__":
    main()
