"""Random and hostile searches: none may fail, and none take longer than a search may.

    .venv/bin/python benchmarks/hostile.py [N] [SEED]

runs on the archive of DATABASE_URL, or of the embedded server, through the real views.
"""

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
os.environ.setdefault("NEWSARCHIVE_ENV", "local")

COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
OPERATORS = [
    " ", "　", '"', "“", "”", "「", "」", "-", "－", "OR", "|", "｜", "(", ")", "（", "）", ":", "：",
    "标题:", "正文：", "作者:", "图片:", "标签:", "栏目:", "报纸:", "版:", "日期:", "headline:", "date:",
    "2020-06..2020-08", "2020..", "..2019-02-30", "9999-12-31", "*", "?", "\\", "%", "_", "'", "&",
    "!", "<->", "<", ">", "𠮷", "e\u0301", "\u200b", "\u202e", "AND", "NOT", "https://a.b/c?d=e",
    "'; DROP TABLE articles_article; --", "=*", "=p:1", "上海^13", "x:上海", "h:上海",
]  # fmt: skip
PATHS = [
    "/search/", "/search/", "/search/", "/api/v1/search/", "/search/complete/", "/trends/",
    "/kwic/", "/feeds/search/",
]  # fmt: skip
WORDS = [
    "中国",
    "经济",
    "发展",
    "习近平",
    "长三角",
    "台风",
    "人工智能",
    "污染",
    "新闻联播",
    "2023年",
    "5G",
]


def query(rng: random.Random) -> str:
    """Return one query: of words, of operators, of common characters, or of anything."""
    kind = rng.randrange(6)
    if kind == 0:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 6)))
    if kind == 1:
        return "".join(rng.choices(OPERATORS + WORDS, k=rng.randint(1, 30)))
    if kind == 2:
        return '"' + "".join(rng.choices(COMMON, k=rng.randint(1, 4))) + '"'
    if kind == 3:
        return "|".join(rng.choices(list(COMMON) + WORDS, k=rng.randint(2, 60)))
    if kind == 4:
        return (
            "(" * rng.randint(1, 200) + rng.choice(COMMON) + " -" * rng.randint(0, 50)
        )
    points = (
        rng.choice([0x80, 0x3000, 0xFFFF, 0x2FFFF]) for _ in range(rng.randint(1, 300))
    )
    chars = (chr(rng.randrange(0x20, point)) for point in points)
    return "".join(char for char in chars if not 0xD800 <= ord(char) < 0xE000)


def parameters(rng: random.Random, after: str) -> dict[str, str]:
    """Return the parameters of a search, some of them wrong."""
    said = {"q": query(rng)}
    choices = {
        "sort": ["best", "newest", "oldest", "worst"],
        "in": ["headline", "body", "caption", "x"],
        "from": ["2023-01-01", "0001-01-01", "2020-02-30"],
        "to": ["2024-12-31", "9999-12-31", "x"],
        "page": ["1", "要闻", "%"], "column": ["夜光杯"], "author": ["叶薇", "'"], "tag": ["x"],
        "publication": ["xinwen-lianbo", "nothing"],
        "after": [after, "w_0x1p3_2023-01-01_5", "s_0x1p3_2023-01-01_5", "l_2023-01-01_1", "w"],
    }  # fmt: skip
    for name, values in choices.items():
        if rng.random() < 0.12:
            said[name] = rng.choice(values)
    return said


def main() -> None:
    """Ask, and print what became of it."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    # Pages name their style sheet by its content.
    call_command("collectstatic", interactive=False, verbosity=0)

    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 4)
    # The test's own host name is none of the archive's.
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    bound = 2 * settings.SEARCH_TIMEOUT_MS / 1000
    statuses: Counter[str] = Counter()
    times: list[tuple[float, str, str]] = []
    after = ""
    for _ in range(number):
        said = parameters(rng, after)
        path = rng.choice(PATHS)
        begun = time.perf_counter()
        response = client.get(path, said)
        # What is streamed is made while it is read.
        _length = len(b"".join(response))
        times.append((time.perf_counter() - begun, path, repr(said)[:150]))
        statuses[f"{path} {response.status_code}"] += 1
        if response.status_code >= 500:
            print("FAILED", response.status_code, path, said)
        if path.startswith("/api") and response.status_code == 200:
            following = response.json()["next"]
            after = (
                parse_qs(urlsplit(following).query)["after"][0] if following else after
            )
    times.sort(reverse=True)
    for name, count in sorted(statuses.items()):
        print(f"{count:>7,}  {name}")
    for share in (0.5, 0.95, 0.99):
        print(f"p{share * 100:g}: {times[int((1 - share) * number)][0] * 1000:,.0f} ms")
    over = sum(seconds > bound for seconds, _path, _said in times)
    print(f"over the bound of {bound:g} s: {over}. The slowest:")
    for seconds, path, what in times[:8]:
        print(f"{seconds * 1000:>8,.0f} ms  {path} {what}")


if __name__ == "__main__":
    main()
