"""Folding and segmentation in characters a second, against jieba, on the seed page."""

import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import jieba  # noqa: E402

from articles.text.fold import fold, fold_with_offsets  # noqa: E402
from articles.text.segment import pair_codes, segment, segment_with  # noqa: E402

REPEATS = 5


def best_time(work: Callable[[], object]) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print a table of speeds with their ratios to jieba's."""
    jieba.setLogLevel(logging.WARNING)
    page = (ROOT / "tests/data/seed/xinmin_page_text.txt").read_text(
        encoding="utf-8"
    ) * 20
    folded = fold(page)
    with tempfile.TemporaryDirectory() as folder:
        jieba.dt.tmp_dir = folder
        jieba.initialize()
        rival = best_time(
            lambda: segment_with(lambda text: list(jieba.cut_for_search(text)), folded)
        )
    print(f"{len(page):,} characters of running text, best of {REPEATS}")
    print(f"{'':28}{'Mchar/s':>9}{'of jieba':>10}")
    rows = {
        "segment by jieba": rival,
        "segment (rjieba)": best_time(lambda: segment(folded)),
        "fold": best_time(lambda: fold(page)),
        "fold with offsets": best_time(lambda: fold_with_offsets(page)),
        "pair codes": best_time(lambda: pair_codes(folded)),
    }
    for name, seconds in rows.items():
        print(f"{name:28}{len(page) / seconds / 1e6:9.2f}{rival / seconds:9.1f}×")


if __name__ == "__main__":
    main()
