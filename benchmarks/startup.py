"""From `make run` to the first page when all is set up, and the memory of a worker.

The limit in the same run: a bare Django view on the same gunicorn, with the same number of
workers. Uses a folder and a port of its own.
"""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
BARE_VIEW = """
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="bare")
urlpatterns = [path("", lambda request: HttpResponse("ok"))]
application = get_wsgi_application()
"""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(
    command: list[str], folder: Path, **environment: str
) -> tuple[float, list[float]]:
    """Run a server; return the seconds to its first page and each worker's memory in MB."""
    port = environment["PORT"]
    start = time.perf_counter()
    server = subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        seconds = wait_for(f"http://127.0.0.1:{port}/", start)
        return seconds, workers_memory(port)
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(30)


def wait_for(url: str, start: float) -> float:
    """Return when the address first answers, in seconds after ``start``."""
    while time.perf_counter() - start < 300:
        try:
            with urllib.request.urlopen(url):  # noqa: S310
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{url} did not answer")


def workers_memory(port: str) -> list[float]:
    """Return the proportional set size of gunicorn's workers, in MB, after one more page."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            parent_command = Path(f"/proc/{parent}/cmdline").read_bytes()
            memory = (process / "smaps_rollup").read_text()
        except (OSError, IndexError):
            continue
        ours = f"PORT={port}".encode() in environment.split(b"\0")
        if ours and b"gunicorn" in command and b"gunicorn" in parent_command:
            found.append(int(re.search(r"Pss:\s+(\d+)", memory)[1]) / 1024)  # type: ignore[index]
    return found


def main() -> None:
    """Print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE_VIEW, encoding="utf-8")
        ours = {"NEWSARCHIVE_VAR": str(folder / "var")}
        bare_command = [sys.executable, "-m", "gunicorn", "--workers=2", "--threads=4"]
        started(["make", "run"], ROOT, PORT=str(free_port()), **ours)
        times: dict[str, list[float]] = {"make run": [], "bare": []}
        memory: dict[str, list[float]] = {"make run": [], "bare": []}
        for _ in range(RUNS):
            port = str(free_port())
            bind = ["--bind", f"127.0.0.1:{port}", "--log-level=error", "bare"]
            for label, command, place, extra in (
                ("make run", ["make", "run"], ROOT, ours),
                ("bare", bare_command + bind, folder, {}),
            ):
                seconds, sizes = started(command, place, PORT=port, **extra)
                times[label].append(seconds)
                memory[label] += sizes
    for label in times:
        print(
            f"{label:10} first page after {statistics.median(times[label]):.2f} s"
            f" (worst {max(times[label]):.2f}), a worker {statistics.median(memory[label]):.0f} MB"
        )
    ratio = statistics.median(times["make run"]) / statistics.median(times["bare"])
    weight = statistics.median(memory["make run"]) / statistics.median(memory["bare"])
    print(
        f"make run / bare view: {ratio:.1f}× the time, {weight:.1f}× the memory (PSS)"
    )


if __name__ == "__main__":
    main()
