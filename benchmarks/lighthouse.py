"""Lighthouse's four scores of readers' pages, on the project's gunicorn, as on a phone.

Lighthouse comes from npm into var/benchmarks/, in this very version; the browser is Debian's
Chromium. Prints a table, and each audit that is not perfect.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.fspath(ROOT / "benchmarks"))

from serving.__main__ import PAGES, newest_article, project  # noqa: E402

LIGHTHOUSE = "lighthouse@12.2.3"
TOOLS = ROOT / "var" / "benchmarks"
CHROMIUM = os.environ.get("CHROME_PATH") or "/usr/bin/chromium"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def main() -> None:
    """Print scores and what is missing from them."""
    program = installed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pages").mkdir()
        with project(folder) as archive:
            addresses = {"article": newest_article(archive), **PAGES}
            reports = {
                page: report(program, archive + path, folder)
                for page, path in addresses.items()
            }
    show(reports)


def installed() -> Path:
    """Return Lighthouse's program, installed if it is not there."""
    program = TOOLS / "node_modules" / ".bin" / "lighthouse"
    package = TOOLS / "node_modules" / "lighthouse" / "package.json"
    version = LIGHTHOUSE.partition("@")[2]
    if not (package.exists() and json.loads(package.read_text())["version"] == version):
        TOOLS.mkdir(parents=True, exist_ok=True)
        (TOOLS / "package.json").write_text('{"private": true}\n', encoding="ascii")
        command = ["npm", "install", "--no-audit", "--no-fund", LIGHTHOUSE]
        subprocess.run(command, cwd=TOOLS, check=True)  # noqa: S603
    return program


def report(program: Path, url: str, folder: Path) -> dict[str, Any]:
    """Return Lighthouse's report of a page."""
    output = folder / "report.json"
    command = [
        *(program, url, "--quiet", "--output=json", f"--output-path={output}"),
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    environment = os.environ | {"CHROME_PATH": CHROMIUM}
    subprocess.run(command, env=environment, check=True, timeout=300)  # noqa: S603
    found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return found


def show(reports: dict[str, dict[str, Any]]) -> None:
    """Print the table, then the audits that take points away."""
    print("\n| page | " + " | ".join(CATEGORIES) + " |")
    print("| --- " * (len(CATEGORIES) + 1) + "|")
    for page, found in reports.items():
        scores = [found["categories"][name]["score"] for name in CATEGORIES]
        cells = [f"{score:.0%}".rstrip("%") if score is not None else "–" for score in scores]  # fmt: skip
        print(f"| {page} | " + " | ".join(cells) + " |")
    for page, found in reports.items():
        for category, audit in imperfect(found):
            said = audit.get("displayValue") or ""
            print(f"\n- {page}, {category}: {audit['title']} ({audit['score']:.2f}) {said}")  # fmt: skip
            for item in audit.get("details", {}).get("items", [])[:3]:
                print(f"  - {described(item)}")


def imperfect(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the audits with a weight and less than the whole score, by category."""
    return [
        (name, found["audits"][ref["id"]])
        for name in CATEGORIES
        for ref in found["categories"][name]["auditRefs"]
        if ref["weight"] and (found["audits"][ref["id"]]["score"] or 0) < 1
        and found["audits"][ref["id"]]["score"] is not None
    ]  # fmt: skip


def described(item: dict[str, Any]) -> str:
    """Return what a finding is about: its element, its address, or all that it says."""
    node = item.get("node") or {}
    text = node.get("snippet") or item.get("url") or item.get("description")
    return str(text or item)[:200]


if __name__ == "__main__":
    main()
