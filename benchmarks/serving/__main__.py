"""Requests per second and p99 of readers' pages, against a bare view and nginx.

Everything runs on this machine, on ports and in a folder of its own: the fixtures in the embedded
PostgreSQL, the project's gunicorn, and nginx with the very bytes of each page in a file. The
bare view (bare_urls.py) returns the same bytes on the same gunicorn through the same
middleware. Rounds of all three alternate, and the ratios are of medians. Needs wrk and nginx
(apt-get install wrk nginx-light). DURATION=2 (seconds), ROUNDS=5 and CONNECTIONS=8 may be set.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, os.fspath(HERE.parent))

from startup import free_port, wait_for  # noqa: E402

PREPARE = """
import django
django.setup()
from newsarchive.prepare import collect_static, prepare_database
prepare_database(print)
collect_static(print)
"""

SECONDS = float(os.environ.get("DURATION") or "2")
ROUNDS = int(os.environ.get("ROUNDS") or "5")
CONNECTIONS = int(os.environ.get("CONNECTIONS") or "8")
PAGES = {
    "front": "/",
    "issue": "/xinmin-wanbao/2020-06-08/",
    "search": "/search/?q=" + urllib.parse.quote("长三角"),
}
RIVALS = ("ours", "bare", "nginx")
# wrk's own percentiles leave out 99 of some versions; this says all of it in one line.
REPORT = """
done = function(summary, latency, requests)
  io.write(string.format('\\nREPORT {"requests": %d, "microseconds": %d, "p99": %d,'
    .. ' "errors": %d}\\n', summary.requests, summary.duration, latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout))
end
"""
NGINX = """
worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type "text/html; charset=utf-8"; types {{}} keepalive_requests 1000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""


@dataclass
class Measured:
    """What the rounds of one rival gave."""

    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the median of requests per second."""
        return statistics.median(self.rates)

    @property
    def p99(self) -> float:
        """Return the median of the 99th percentile, in milliseconds."""
        return statistics.median(self.p99s)


def main() -> None:
    """Print a table of ratios."""
    for program in ("wrk", "nginx"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing: apt-get install wrk nginx-light")
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        (folder / "pages").mkdir()
        (folder / "report.lua").write_text(REPORT, encoding="ascii")
        archive = running.enter_context(project(folder))
        files = running.enter_context(nginx(folder))
        PAGES["article"] = newest_article(archive)
        record(archive, folder)
        rows = []
        for page in PAGES:
            addresses = addresses_of(page, archive, files)
            rows += [
                row(page, status, measure(addresses, status, folder))
                for status in (200, 304)
            ]
    show(rows)


# ---- Servers


@contextmanager
def project(folder: Path) -> Iterator[str]:
    """Yield the address of the project's gunicorn, with the bare view beside its pages."""
    environment = os.environ | {
        "NEWSARCHIVE_ENV": "local",
        "NEWSARCHIVE_VAR": os.fspath(folder / "var"),
        "BARE_PAGES": os.fspath(folder / "pages"),
        "PYTHONPATH": os.pathsep.join(map(os.fspath, (ROOT, HERE))),
        "DJANGO_SETTINGS_MODULE": "bare_settings",
        "PORT": str(free_port()),
    }
    (folder / "var").mkdir()
    run(environment, "manage.py", "db", "start")
    try:
        run(environment, "-c", PREPARE)
        with gunicorn(environment) as url:
            yield url
    finally:
        run(environment, "manage.py", "db", "stop", "--force")


def run(environment: dict[str, str], *arguments: str) -> None:
    """Run Python to its end in the project's folder."""
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603


@contextmanager
def gunicorn(environment: dict[str, str]) -> Iterator[str]:
    """Yield the address of gunicorn as `make run` starts it."""
    config = "python:newsarchive.gunicorn_conf"
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "gunicorn", "--config", config, "newsarchive.wsgi"],
        cwd=ROOT,
        env=environment,
    )
    url = f"http://127.0.0.1:{environment['PORT']}"
    try:
        wait_for(url + "/healthz", time.perf_counter())
        yield url
    finally:
        server.terminate()
        server.wait(60)


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """Yield the address of an nginx that serves the folder's pages."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port), encoding="ascii")
    # Its workers are another user's otherwise, who may not read the folder.
    directives = "user root;" if os.geteuid() == 0 else ""
    program = shutil.which("nginx") or "nginx"
    command = [program, "-c", os.fspath(config), "-p", os.fspath(folder)]
    server = subprocess.Popen(  # noqa: S603
        [*command, *(["-g", directives] if directives else [])]
    )
    try:
        time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


# ---- Pages


def addresses_of(page: str, archive: str, files: str) -> dict[str, str]:
    """Return the address of the page at each rival."""
    return {
        "ours": archive + PAGES[page],
        "bare": f"{archive}/bare/{page}/",
        "nginx": f"{files}/{page}",
    }


def newest_article(archive: str) -> str:
    """Return the path of the first article of the issue."""
    body = fetched(archive + PAGES["issue"])[1].decode()
    found = re.search(r"/articles/\d+/", body)
    if not found:
        sys.exit("the issue shows no article")
    return found[0]


def record(archive: str, folder: Path) -> None:
    """Write the bytes of each page to files, for the bare view and nginx."""
    for page, path in PAGES.items():
        (folder / "pages" / page).write_bytes(fetched(archive + path)[1])


def fetched(url: str, etag: str = "") -> tuple[int, bytes, str]:
    """Return status, body and ETag."""
    request = urllib.request.Request(url)  # noqa: S310 - our own servers
    if etag:
        request.add_header("If-None-Match", etag)
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, answer.read(), answer.headers.get("ETag", "")
    except urllib.error.HTTPError as error:
        return error.code, b"", ""


# ---- Rounds


def measure(
    addresses: dict[str, str], status: int, folder: Path
) -> dict[str, Measured | None]:
    """Return what each rival did in rounds that alternate; None where it has no such answer."""
    # A search that is sent in parts has an ETag from the second time on, in each worker.
    for url in addresses.values():
        for _ in range(20):
            fetched(url)
    etags = {
        rival: fetched(url)[2] if status == 304 else ""
        for rival, url in addresses.items()
    }
    able = [r for r, url in addresses.items() if fetched(url, etags[r])[0] == status]
    results: dict[str, Measured | None] = dict.fromkeys(RIVALS)
    results |= {rival: Measured() for rival in able}
    for number in range(ROUNDS + 1):
        for rival in able if number % 2 else reversed(able):
            rate, p99 = load(addresses[rival], etags[rival], folder)
            measured = results[rival]
            if number and measured:  # the first round is for caches
                measured.rates.append(rate)
                measured.p99s.append(p99)
    return results


def load(url: str, etag: str, folder: Path) -> tuple[float, float]:
    """Ask for so long over connections kept alive; return requests a second and p99 in ms."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS:g}s",
        "-s",
        folder / "report.lua",
    ]
    command += ["-H", f"If-None-Match: {etag}"] if etag else []
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)  # noqa: S603
    said = json.loads(done.stdout.rpartition("REPORT ")[2])
    if said["errors"]:
        sys.exit(f"{url}: {said['errors']} errors of {said['requests']}")
    return said["requests"] / said["microseconds"] * 1e6, said["p99"] / 1000


# ---- The table


def row(page: str, status: int, results: dict[str, Measured | None]) -> list[str]:
    """Return the cells of a page and a status."""
    cells = [page, str(status)]
    cells += [f"{m.rate:,.0f} ({m.p99:.1f})" if m else "–" for m in results.values()]
    ours = results["ours"]
    for rival in ("bare", "nginx"):
        other = results[rival]
        cells.append(f"{ours.rate / other.rate:.1%}" if ours and other else "–")
    return cells


def show(rows: list[list[str]]) -> None:
    """Print Markdown."""
    print(
        f"\n{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s; requests a second (p99 in ms)\n"
    )
    head = ["page", "status", *RIVALS, "ours / bare", "ours / nginx"]
    for cells in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
