"""The formats of libraries and agencies through the command, into the database."""

import gzip
import json
import tarfile
import zipfile

import pytest

from articles.ingest.export import record_of, whole_articles
from articles.management.commands import import_issues
from articles.models import Article, Issue
from tests import test_mets_alto as made
from tests.test_import import archive, inbox, is_indexed_truly, put, run

__all__ = ["inbox"]
pytestmark = pytest.mark.django_db

PLACE = "xinmin-wanbao/2020-06-08"
METS = made.mets(made.FIRST, made.SHORT, made.ENGLISH)


def pack(kind, folder, name):
    """Return the path of an archive of a folder, or the folder itself."""
    if kind == "folder":
        return folder
    path = folder.parent / f"{name}.{kind}"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for file in files:
                target.write(file, file.relative_to(folder))
        return path
    with tarfile.open(path, "w:" + kind.partition(".")[2]) as target:
        for file in files:
            # As `tar -C folder .` names them.
            target.add(file, f"./{file.relative_to(folder)}")
    return path


def issue_of_a_library(inbox):
    put(inbox, f"in/{PLACE}/mets.xml", METS)
    for name, data in made.PAGES.items():
        put(inbox, f"in/{PLACE}/{name}", data)
    return inbox / "in"


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "tar.xz"])
def test_an_issue_of_mets_and_alto_comes_in_from_any_package(inbox, kind):
    path = pack(kind, issue_of_a_library(inbox), "issue")
    said, status, aside = run(path)
    assert (status, aside) == (0, [])
    assert "3 new" in said
    expected, rejected = made.read(METS)
    assert rejected == []
    stored = {article.headline: article for article in whole_articles()}
    for record in expected:
        written = record_of(stored[record.headline]).exchange()
        # An edition and a title that the file gives are the place's, not the article's.
        for field in (
            "kicker",
            "deck",
            "byline",
            "body",
            "page",
            "date",
            "source_text",
        ):
            assert written[field] == record.exchange()[field], field
    assert Issue.objects.get().edition == "晚刊"
    assert is_indexed_truly()
    before = archive()
    said, status, _aside = run(path)
    assert (status, "0 new" in said or "3 unchanged" in said) == (0, True)
    assert archive() == before


def test_a_page_missing_from_a_tar_is_reported_and_the_rest_comes_in(inbox):
    folder = issue_of_a_library(inbox)
    (folder / PLACE / "ALTO" / "page 2.xml").unlink()
    _said, status, aside = run(pack("tar.gz", folder, "issue"))
    assert status == 3
    assert "page" in aside[0]["reason"]
    assert Article.objects.exists()


def test_a_path_that_climbs_out_of_a_tar_gives_nothing_to_others(inbox):
    folder = issue_of_a_library(inbox)
    path = inbox / "issue.tar"
    with tarfile.open(path, "w") as target:
        target.add(folder / PLACE / "mets.xml", f"{PLACE}/mets.xml")
        for name in made.PAGES:
            target.add(folder / PLACE / name, f"../{PLACE}/{name}")
    _said, status, aside = run(path)
    assert status == 3
    reasons = {line["reason"] for line in aside}
    assert any("climbs out" in reason for reason in reasons)
    assert any("missing" in reason for reason in reasons)


def test_a_bomb_behind_a_mets_file_is_given_up(inbox):
    folder = issue_of_a_library(inbox)
    (folder / PLACE / "ALTO" / "page 2.xml").write_bytes(bytes(90 * 2**20))
    _said, status, aside = run(pack("tar.xz", folder, "issue"))
    assert status == 3
    assert any("no text does" in line["reason"] for line in aside)


def test_a_page_of_alto_alone_is_placed_by_its_folders_or_set_aside(inbox):
    put(inbox, f"in/{PLACE}/A03.xml", made.PAGE_1)
    put(inbox, "in/elsewhere/page.xml", made.PAGE_1)
    _said, status, aside = run(inbox / "in")
    assert status == 3
    (line,) = aside
    assert line["file"].endswith("page.xml")
    assert "needs its METS file" in line["reason"]
    places = {(a.page.issue.publication.slug, a.page.label) for a in whole_articles()}
    assert places == {("xinmin-wanbao", "A03")}


@pytest.mark.parametrize("packed", [False, True])
def test_items_of_ninjs_come_in_field_for_field(inbox, packed):
    item = {
        "uri": "urn:x:1", "standard": {"name": "ninjs", "version": "2.0"}, "type": "text",
        "headlines": [{"value": "沪上今起入梅"}], "byline": "本报记者 叶薇",
        "bodies": [{"contentType": "text/html", "value":
            "<p>市政府今天举行发布会。</p><h2>水位平稳</h2><p>市民出行要带伞。</p>"}],
        "subjects": [{"name": "天气"}],
    }  # fmt: skip
    data = json.dumps(item, ensure_ascii=False).encode()
    name = f"in/{PLACE}/items.json" + (".gz" if packed else "")
    put(inbox, name, gzip.compress(data) if packed else data)
    said, status, aside = run(inbox / "in")
    assert (status, aside, "1 new" in said) == (0, [], True)
    record = record_of(whole_articles().get())
    assert (record.headline, record.byline) == ("沪上今起入梅", "本报记者 叶薇")
    assert record.body == [
        {"kind": "paragraph", "text": "市政府今天举行发布会。"},
        {"kind": "subhead", "text": "水位平稳"},
        {"kind": "paragraph", "text": "市民出行要带伞。"},
    ]
    assert record.tags == ["天气"]
    assert (record.publication, str(record.date)) == ("xinmin-wanbao", "2020-06-08")
    before = archive()
    assert "1 unchanged" in run(inbox / "in")[0]
    assert archive() == before


def test_progress_is_told_also_after_a_file_that_is_damaged(inbox, monkeypatch):
    monkeypatch.setattr(import_issues, "_SECONDS_BETWEEN_LINES", 0)
    path = inbox / "issue.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(200))
    said, status, aside = run(path)
    assert status == 3, said
    assert "cannot be read" in aside[0]["reason"]
