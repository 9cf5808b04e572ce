"""An import killed at any moment goes on when it is run again: nothing lost, nothing twice.

Five kills in a usual run; ``NEWSARCHIVE_KILLS=60 make test ARGS="-k killed"`` for more.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.embedded import (
    PROJECT,
    kill,
    needs_proc,
    needs_root,
    open_workshop,
    query,
)

KILLS = int(os.environ.get("NEWSARCHIVE_KILLS", "5"))
# Enough that the last kill still meets an import at work.
RECORDS = max(3500, 700 * KILLS)
SEED = Path(__file__).parent / "data" / "seed"
STATE = """
    SELECT p.slug, i.published_on::text, g.label, g.image, a.position, a.import_digest, a.status,
           md5(string_agg(s.text, '|' ORDER BY s.position)), d.digest IS NOT NULL,
           length(d.words), cardinality(d.bigrams), md5(d.impacts), md5(d.text)
    FROM articles_article a
    JOIN articles_page g ON g.id = a.page_id JOIN articles_issue i ON i.id = g.issue_id
    JOIN articles_publication p ON p.id = i.publication_id
    LEFT JOIN articles_paragraph s ON s.article_id = a.id
    LEFT JOIN articles_searchdocument d ON d.article_id = a.id
    GROUP BY a.id, p.slug, i.published_on, g.label, g.image, d.id
    ORDER BY 1, 2, 3, 5
"""


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    """Give a folder with a large file of records, and pages of raw text."""
    folder = tmp_path_factory.mktemp("inbox")
    page = (SEED / "xinmin_page_text.txt").read_text(encoding="utf-8")
    for day in range(1, 25):
        path = folder / "xinmin-wanbao" / f"2020-06-{day:02}" / "1.txt"
        path.parent.mkdir(parents=True)
        path.write_text(page, encoding="utf-8")
        Image.new("L", (400, 600), day).save(path.with_suffix(".tif"))
    sentences = [line for line in page.splitlines() if len(line) > 60]
    chance = random.Random(1)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for n in range(RECORDS):
            record = {
                "publication": "ceshi-wanbao", "headline": f"第{n}条 沪上今起入梅",
                "date": f"20{n % 50 + 10}-0{n % 9 + 1}-1{n % 10}", "page": str(n % 8 + 1),
                "paragraphs": chance.sample(sentences, 3), "tags": [f"标签{n % 7}"],
            }  # fmt: skip
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return folder


@pytest.fixture(scope="module")
def empty(template):
    """Give a folder with a stopped cluster of empty tables, to copy."""
    with open_workshop(template) as workshop:
        (workshop.folder / "empty").mkdir(mode=0o755)
        workshop.cluster("empty/postgres")
        archive = Archive(workshop, "empty")
        archive.run("migrate", "-v0")
        archive.server.stop()
        yield archive.var


class Archive:
    """A var folder with an embedded server, and commands run on it."""

    def __init__(self, workshop, name, empty=None):
        self.var = workshop.folder / name
        if empty:
            subprocess.run(["cp", "-a", empty, self.var], check=True)
        self.server = workshop.server(f"{name}/postgres")
        self.workshop = workshop

    def begin(self, *arguments):
        env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
            "NEWSARCHIVE_VAR": str(self.var), "NEWSARCHIVE_ENV": "local",
        }  # fmt: skip
        env.pop("DJANGO_SETTINGS_MODULE", None)
        process = subprocess.Popen(
            [sys.executable, PROJECT / "manage.py", *arguments], cwd="/", env=env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.workshop.processes.append(process)
        return process

    def run(self, *arguments):
        process = self.begin(*arguments)
        output = process.communicate(timeout=600)[0]
        assert process.returncode == 0, output
        return output

    def state(self):
        self.server.start()
        return query(self.server, STATE)


def children_of(pid):
    """Return the worker processes of an import."""
    try:
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it ended
        return []
    return [int(child) for child in pids if is_worker(child)]


def is_worker(pid):
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return False


def strike(archive, process, part):
    """Kill a part of an import at work; return whether there was one to kill."""
    if process.poll() is not None:
        return False
    if part == "the command":
        process.kill()
    elif part == "a worker":
        workers = children_of(process.pid)
        if not workers:
            return False
        os.kill(workers[0], signal.SIGKILL)
    else:
        kill(archive.server)
    return True


@needs_proc
def test_killed_imports_end_as_one_that_was_not(inbox, empty):
    chance = random.Random(os.environ.get("NEWSARCHIVE_SEED", "7"))
    with open_workshop() as workshop:
        calm = Archive(workshop, "calm", empty)
        calm.run("import_issues", str(inbox), "--workers", "1")
        expected = calm.state()
        assert len(expected) == RECORDS + 48
        calm.server.stop()

        archive = Archive(workshop, "killed", empty)
        struck = {"the command": 0, "a worker": 0, "the database": 0}
        while sum(struck.values()) < KILLS:
            process = archive.begin("import_issues", str(inbox), "--workers", "1")
            part = min(struck, key=lambda part: (struck[part], chance.random()))
            time.sleep(chance.uniform(1.0, 4.0))
            struck[part] += strike(archive, process, part)
            if part == "a worker":
                time.sleep(chance.uniform(0.5, 2.0))
                process.kill()
            process.communicate(timeout=120)
            archive.server.start()
        said = archive.run("import_issues", str(inbox), "--workers", "1")
        assert archive.state() == expected, said
        assert "The index is up to date" in archive.run("update_index")


@needs_proc
def test_a_killed_worker_is_replaced(inbox, empty):
    with open_workshop() as workshop:
        archive = Archive(workshop, "worker", empty)
        process = archive.begin("import_issues", str(inbox), "--workers", "2")
        deadline = time.monotonic() + 60
        while not children_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        assert strike(archive, process, "a worker")
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        assert len(archive.state()) == RECORDS + 48


@needs_proc
def test_no_process_outlives_a_killed_command(inbox, empty):
    with open_workshop() as workshop:
        archive = Archive(workshop, "orphan", empty)
        process = archive.begin("import_issues", str(inbox), "--workers", "2")
        deadline = time.monotonic() + 60
        while len(children_of(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        workers = children_of(process.pid)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while any(is_alive(pid) for pid in workers):
            assert time.monotonic() < deadline, "a worker lives on"
            time.sleep(0.1)


@needs_root
@needs_proc
def test_a_full_disk_stops_an_import_that_then_goes_on(inbox, empty):
    with open_workshop() as workshop:
        folder = workshop.folder / "full"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=1g,mode=755", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("needs the right to mount a tmpfs")
        try:
            archive = Archive(workshop, "full/var", empty)
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
            ballast = folder / "ballast"
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, free - 25 * 2**20)
            process = archive.begin("import_issues", str(inbox), "--workers", "1")
            output = process.communicate(timeout=300)[0]
            assert process.returncode == 1
            assert "Traceback" not in output
            assert "No space left on device" in output
            assert "run the same command again" in output
            ballast.unlink()
            archive.run("import_issues", str(inbox), "--workers", "1")
            assert len(archive.state()) == RECORDS + 48
        finally:
            archive.server.stop()
            subprocess.run(["umount", "-l", folder], check=False)


def is_alive(pid):
    try:
        return (
            "Z"
            not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        )
    except (FileNotFoundError, ProcessLookupError):
        return False
