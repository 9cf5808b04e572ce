"""import_issues: from files of every kind to searchable articles, safely again and again."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reversion.models import Version

from articles.ingest import known
from articles.ingest.encoding import EncodingError, decode
from articles.ingest.export import record_of, whole_articles
from articles.ingest.formats import Chunk, Origin, Rejected, page_file
from articles.ingest.formats.page_file import split_header
from articles.ingest.record import RecordError, from_exchange
from articles.models import Article, Issue, Page, Publication, SearchDocument
from articles.search import index
from articles.search.engine import Filters, search
from articles.search.language import parse
from articles.search.lexicon import current_lexicon

SEED = Path(__file__).parent / "data" / "seed"
SOURCE = (SEED / "xinmin_page_text.txt").read_text(encoding="utf-8")
GOLDEN = [
    json.loads((SEED / f"article_{n}.json").read_text(encoding="utf-8")) for n in (1, 2)
]
# Read in the test's own process unless a test is about processes: they take a second to start.
HERE = ("--workers", "0")

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(tmp_path):
    """Give a folder, and make what is written below it importable."""
    folder = tmp_path / "来稿 inbox"
    folder.mkdir()
    return folder


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    return path


def run(*paths, report=None, options=HERE):
    """Import; return what was printed, the exit status, and the lines of the report."""
    out = io.StringIO()
    report = report or paths[0].parent / "set-aside.jsonl"
    report.unlink(missing_ok=True)
    status = 0
    arguments = [str(path) for path in paths]
    try:
        call_command(
            "import_issues", *arguments, "--report", str(report), *options, stdout=out
        )
    except CommandError as error:
        status = error.returncode
        out.write(str(error))
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    return out.getvalue(), status, [json.loads(line) for line in lines]


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def record(**fields):
    return {
        "publication": "ceshi-wanbao",
        "date": "2020-06-08",
        "headline": "沪上今起入梅",
        "paragraphs": ["梅雨季来了。"],
    } | fields


def headlines(asked):
    results = search(parse(asked, current_lexicon()), Filters())
    return sorted(hit.article.headline for hit in results.hits)


def archive():
    """Return all that an import may change, without keys, times and files' names."""
    return [
        (*record_of(article).place, record_of(article).digest(), article.needs_review)
        for article in whole_articles().order_by("page", "position")
    ]


def is_indexed_truly():
    """Say whether rebuilding every search document would change none."""
    known = set(
        SearchDocument.objects.values_list("article_id", "part", "digest", "words")
    )
    index.rebuild(Article.objects.values_list("pk", flat=True))
    return known == set(
        SearchDocument.objects.values_list("article_id", "part", "digest", "words")
    )


# ---- Pages of raw text


def test_the_real_page_comes_in_as_its_golden_records(inbox):
    put(inbox, "xinmin-wanbao/2020-06-08/1.txt", SOURCE)
    said, status, aside = run(inbox)
    assert (status, aside) == (0, [])
    assert "2 new" in said
    assert "Publications created: xinmin-wanbao" in said
    stored = [record_of(a) for a in whole_articles().order_by("position")]
    for found, golden in zip(stored, GOLDEN, strict=True):
        exchange = found.exchange()
        for name in ("kicker", "headline", "deck", "dateline", "byline", "body"):
            assert exchange[name] == golden[name]
        assert found.source_text in SOURCE
    assert headlines("黄润秋") == ["坚决打赢长三角污染防治攻坚战"]


def test_an_article_of_which_the_parser_is_unsure_is_a_draft_for_review(inbox):
    put(inbox, "xinmin-wanbao/2020-06-08/1.txt", SOURCE)
    run(inbox)
    sure, unsure = Article.objects.order_by("position")
    assert (sure.status, sure.needs_review) == ("published", False)
    assert (unsure.status, unsure.needs_review) == ("draft", True)
    assert any(doubt["code"] == "kicker" for doubt in unsure.doubts)
    misprints = [
        unsure.source_text[doubt["start"] : doubt["end"]]
        for doubt in unsure.doubts
        if doubt["code"] == "misprint"
    ]
    assert {"的的", "柜姐柜姐"} <= set(misprints)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", SOURCE),
        ("gb18030", SOURCE),
        ("utf-16", SOURCE),
        ("utf-16-le", SOURCE),
        ("utf-16-be", SOURCE),
        ("big5hkscs", "沪上今起入梅\n\n本報訊 氣象部門今天宣布,上海進入梅雨季節,預計將持續兩個星期左右。\n"),
    ],
)  # fmt: skip
def test_encodings_are_told_by_what_they_say(inbox, encoding, text):
    if encoding == "big5hkscs":
        text = text.replace("沪", "滬")
    put(inbox, "wanbao/2020-06-08/1.txt", text.encode(encoding))
    _said, status, aside = run(inbox)
    assert (status, aside) == (0, [])
    assert Article.objects.first().headline in text


def test_a_header_says_what_no_folder_says(inbox):
    Publication.objects.create(slug="xinmin", name="新民晚报")
    path = put(
        inbox,
        "scan.txt",
        f"报纸：新民晚报\r\n日期: 2020年6月8日\n版: A02\n版名: 要闻\n\n{SOURCE}",
    )
    _said, status, _aside = run(path)
    assert status == 0
    page = Page.objects.get()
    assert (page.issue.publication.slug, page.label, page.name) == (
        "xinmin",
        "A02",
        "要闻",
    )
    assert str(page.issue.published_on) == "2020-06-08"
    assert Article.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "label"),
    [("1.txt", "1"), ("0012.txt", "0012"), ("A02.txt", "A02"), ("第3版.txt", "3"),
     ("02-要闻.txt", "02"), ("要闻.txt", "要闻")],
)  # fmt: skip
def test_the_label_of_a_page_is_the_name_of_its_file(inbox, name, label):
    put(inbox, f"wanbao/2020-06-08/{name}", SOURCE)
    run(inbox)
    assert Page.objects.get().label == label


def test_a_header_ends_where_the_text_begins():
    header, text = split_header("日期: 2020-06-08\n---\n日期: 六月\n正文")
    assert header == {"date": "2020-06-08"}
    assert text == "日期: 六月\n正文"
    assert split_header("北京: 大雨\n正文") == ({}, "北京: 大雨\n正文")


# ---- Again, and changed


def test_the_same_input_again_changes_nothing_and_says_so(inbox):
    put(inbox, "xinmin-wanbao/2020-06-08/1.txt", SOURCE)
    put(
        inbox,
        "more.jsonl",
        lines(record(), record(headline="别的事", tags=["天气", "AI"])),
    )
    run(inbox)
    before, times = (
        archive(),
        list(Article.objects.values_list("updated_at", flat=True)),
    )
    said, status, _aside = run(inbox)
    assert status == 0
    assert "0 new, 0 changed, 4 unchanged" in said
    assert archive() == before
    assert list(Article.objects.values_list("updated_at", flat=True)) == times


def test_a_large_input_is_not_segmented_again(inbox):
    # Blank lines are passed over, but make the file large enough to ask what is known.
    padding = "\n" * 4_000_000
    same = record(headline="长三角的早晨", position=1)
    put(inbox, "a.jsonl", lines(same) + padding)
    assert "1 new" in run(inbox)[0]
    moved = {**same, "position": 2}
    put(inbox, "a.jsonl", lines(same, moved) + padding)
    assert "1 new, 0 changed, 1 unchanged" in run(inbox)[0]
    assert is_indexed_truly()
    assert SearchDocument.objects.count() == 2


def test_known_digests_are_found_and_others_are_not(tmp_path):
    digests = sorted(hashlib.md5(b"%d" % n).hexdigest() for n in range(1_000))  # noqa: S324
    known.write(tmp_path / "known", digests[::2])
    found = known.KnownDigests(tmp_path / "known")
    assert [digest in found for digest in digests] == [True, False] * 500
    known.write(tmp_path / "none", [])
    assert digests[0] not in known.KnownDigests(tmp_path / "none")
    assert digests[0] not in known.KnownDigests()


def test_a_changed_article_is_updated_and_its_former_text_kept(inbox):
    path = put(inbox, "a.jsonl", lines(record(tags=["天气"])))
    run(path)
    put(inbox, "a.jsonl", lines(record(paragraphs=["出梅了。"], tags=["气候"])))
    said, status, _aside = run(path)
    assert (status, "1 changed" in said) == (0, True)
    assert [p.text for p in Article.objects.get().paragraphs.all()] == ["出梅了。"]
    assert headlines("出梅") == ["沪上今起入梅"]
    assert headlines("梅雨季") == []
    versions = Version.objects.all()
    assert any("梅雨季来了。" in version.serialized_data for version in versions)
    assert is_indexed_truly()


def test_what_an_editor_changed_is_not_overwritten_unasked(inbox):
    path = put(inbox, "a.jsonl", lines(record()))
    run(path)
    article = Article.objects.get()
    article.headline = "上海今起入梅"
    article.save()
    assert "1 unchanged" in run(path)[0]  # the same input: nothing to do
    put(inbox, "a.jsonl", lines(record(deck="两周")))
    _said, status, aside = run(path)
    assert status == 3
    assert "--overwrite" in aside[0]["reason"]
    article.refresh_from_db()
    assert article.headline == "上海今起入梅"
    assert run(path, options=(*HERE, "--overwrite"))[1] == 0
    article.refresh_from_db()
    assert (article.headline, article.deck) == ("沪上今起入梅", "两周")


def test_an_article_that_was_loaded_otherwise_is_recognised(inbox):
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    stored = [record_of(a).exchange() for a in whole_articles().order_by("position")]
    said, status, _aside = run(put(inbox, "a.jsonl", lines(*stored)))
    assert (status, "2 unchanged" in said) == (0, True)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(inbox):
    put(inbox, "a.jsonl", lines(record(), record(headline="乙")))
    said, status, _aside = run(inbox, options=(*HERE, "--dry-run"))
    assert status == 0
    assert "2 would be new" in said
    assert "would be created: ceshi-wanbao" in said
    assert (Article.objects.count(), Publication.objects.count()) == (0, 0)
    run(inbox)
    put(
        inbox,
        "a.jsonl",
        lines(record(deck="改"), record(headline="乙"), record(headline="丙")),
    )
    said, _status, _aside = run(inbox, options=(*HERE, "--dry-run"))
    assert "1 would be new, 1 would be changed, 1 unchanged" in said
    assert Article.objects.filter(deck="改").count() == 0


# More different words than one tsvector can hold.
LONG = " ".join(f"w{number:07x}" for number in range(150_000))


def test_search_documents_are_those_that_the_index_makes(inbox):
    put(inbox, "xinmin-wanbao/2020-06-08/1.txt", SOURCE)
    photo = {"kind": "photo", "caption": "雨中的人", "credit": "张三 摄"}
    body = [
        {"kind": "subhead", "text": "雨"},
        photo,
        {"kind": "paragraph", "text": "梅雨。"},
    ]
    del (rich := record(body=body, tags=["天气", "5G 网络"], column="今日"))[
        "paragraphs"
    ]
    put(
        inbox,
        "a.jsonl",
        lines(rich, record(headline="long", paragraphs=[LONG])),
    )
    run(inbox)
    assert SearchDocument.objects.filter(part=1).exists()
    assert is_indexed_truly()


def test_several_processes_give_the_same_archive(inbox):
    many = [record(headline=f"第{n}条", paragraphs=["正文" * 200]) for n in range(1500)]
    put(inbox, "a.jsonl", lines(*many))
    put(inbox, "xinmin-wanbao/2020-06-08/1.txt", SOURCE)
    run(inbox)
    alone = archive()
    Article.objects.all().delete()
    said, status, _aside = run(inbox, options=("--workers", "2"))
    assert (status, "1502 new" in said) == (0, True)
    assert archive() == alone


# ---- Archives


def packed(kind, folder):
    """Return the path of an archive that holds the real page and a record."""
    files = {
        "xinmin-wanbao/2020-06-08/1.txt": SOURCE.encode(),
        "more.jsonl": lines(record()).encode(),
    }
    path = folder / f"issues.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, data in files.items():
                target.writestr(name, data)
        return path
    with tarfile.open(path, "w:" + kind.partition(".")[2]) as target:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            target.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_archives_are_read_in_place(inbox, kind):
    said, status, aside = run(packed(kind, inbox))
    assert (status, aside) == (0, [])
    assert "3 new" in said
    assert Issue.objects.filter(publication__slug="xinmin-wanbao").count() == 1


@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_single_files_may_be_compressed(inbox, module):
    data = module.compress(lines(record()).encode())
    assert "1 new" in run(put(inbox, "a.jsonl.packed", data))[0]


def test_dangerous_archives_cost_nothing_else(inbox):
    with zipfile.ZipFile(inbox / "a.zip", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("../../etc/passwd", "root")
        target.writestr("/absolute/2020-06-08/1.txt", SOURCE)
        target.writestr("inner.zip", (inbox / "a.zip").read_bytes() or b"PK\x03\x04")
        target.writestr("good.jsonl", lines(record()))
        with target.open("bomb.txt", "w", force_zip64=True) as bomb:
            for _megabyte in range(80):
                bomb.write(bytes(2**20))
    _said, status, aside = run(inbox / "a.zip")
    assert status == 3
    reasons = {line["file"].rsplit("!", 1)[1]: line["reason"] for line in aside}
    assert "climbs out" in reasons["../../etc/passwd"]
    assert "climbs out" in reasons["/absolute/2020-06-08/1.txt"]
    assert "no text does" in reasons["bomb.txt"]
    assert "within an archive" in reasons["inner.zip"]
    assert Article.objects.count() == 1


def test_a_compressed_bomb_is_given_up(inbox):
    put(inbox, "bomb.jsonl.xz", lzma.compress(b'{"publication": "' + bytes(90 * 2**20)))
    put(inbox, "good.jsonl", lines(record()))
    _said, status, aside = run(inbox, report=inbox.parent / "report")
    assert status == 3
    assert any("no text does" in line["reason"] for line in aside)
    assert Article.objects.count() == 1


@pytest.mark.parametrize("cut", [20, 200, -30])
def test_archives_cut_short_are_reported(inbox, cut):
    path = packed("tar.gz", inbox)
    path.write_bytes(path.read_bytes()[:cut])
    _said, status, aside = run(path)
    assert status == 3
    assert aside[0]["file"].startswith(str(path))


# ---- Bad input

BAD_LINES = [
    ("nonsense", "not JSON"),
    ("[1, 2]", "JSON object"),
    ('{"publication": "x"', "not JSON"),
    ("[" * 100_000, "nested too deep"),
    ("1" * 5_000, "digits"),
    (lines(record(date="2020-02-30")), "2020-02-30"),
    (lines(record(date="June 8")), "date"),
    (lines(record(date=20200608)), "date"),
    (lines(record(headline="")), "headline"),
    (lines(record(headline=" 　")), "headline is blank"),
    (lines(record(headline="长" * 501)), "headline"),
    (lines(record(headline=None)), "headline"),
    (lines(record(publication="admin")), "address"),
    (lines(record(publication="a/b")), "not a slug"),
    (lines(record(page="第 1 版")), "page"),
    (lines(record(page="1/2")), "page"),
    (lines(record(position=0)), "position"),
    (lines(record(position=1.5)), "position"),
    (lines(record(paragraphs="text")), "paragraphs"),
    (lines(record(body=[{"kind": "video"}])), "body[0]"),
    (lines(record(body=[{"kind": "paragraph"}])), "body[0]"),
    (lines(record(body=[{"kind": "photo"}])), "photo"),
    (lines(record(headline="a\u0000b")), "U+0000"),
    ('{"publication":"a","date":"2020-06-08","headline":"\\ud800","paragraphs":[]}', "U+D800"),
    (lines(record(status="secret")), "status"),
    (lines(record(tags=["x" * 101])), "tags"),
    ("\udcff", "UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"), BAD_LINES, ids=lambda text: repr(text[:40])
)
def test_a_bad_line_is_set_aside_with_its_number_and_reason(inbox, line, reason):
    good = lines(record(headline="好"))
    data = (good + line.strip("\n") + "\n").encode("utf-8", "surrogateescape")
    path = put(inbox, "a.jsonl", data + lines(record(headline="也好")).encode())
    _said, status, aside = run(path)
    assert status == 3
    assert [(item["file"], item["line"]) for item in aside] == [(str(path), 2)]
    assert reason in aside[0]["reason"]
    assert aside[0]["raw"]
    assert set(Article.objects.values_list("headline", flat=True)) == {"好", "也好"}


def test_two_articles_that_claim_one_place(inbox):
    path = put(
        inbox, "a.jsonl", lines(record(position=1), record(position=1, headline="乙"))
    )
    _said, status, aside = run(path)
    assert status == 3
    assert "has its place" in aside[0]["reason"]
    assert "乙" in aside[0]["raw"]
    assert run(path)[1] == 3  # and again, with the same outcome
    assert Article.objects.get().headline == "沪上今起入梅"


def test_unknown_publications_may_be_refused(inbox):
    path = put(inbox, "a.jsonl", lines(record()))
    _said, status, aside = run(path, options=(*HERE, "--strict"))
    assert status == 3
    assert "unknown" in aside[0]["reason"]
    assert Publication.objects.count() == 0


BAD_PAGES = [
    (b"", "empty"),
    (b" \n\n ", "empty"),
    (b"\x00\x01\x02" * 400, "none that can be imported"),
    ("正文\0结束".encode(), "NUL"),
    (SOURCE.encode()[:-1], "cut short"),
    (SOURCE[:300].encode() + SOURCE[300:600].encode("gb18030"), "not utf-8"),
    (bytes(range(128, 256)) * 40, "encoding cannot be told"),
    (b"\xff\xfe" + SOURCE.encode("utf-16-le") + b"\x00\xd8", "cut short"),
    (b"\xff\xfe" + SOURCE.encode("utf-16-le") + b"\x00\xd8ab", "utf-16"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 50, "none that can be imported"),
    ("字\n".encode() * 150_000, "than 50000 lines: it has 150000"),
    ("字".encode() * 5_000_000, "than 1000000 characters: it has 5000000"),
]


@pytest.mark.parametrize(
    ("data", "reason"), BAD_PAGES, ids=lambda value: repr(value[:12])
)
def test_a_bad_page_is_set_aside_and_the_good_ones_go_in(inbox, data, reason):
    put(inbox, "wanbao/2020-06-08/1.txt", data)
    put(inbox, "wanbao/2020-06-08/2.txt", SOURCE)
    _said, status, aside = run(inbox, report=inbox.parent / "report")
    assert status == 3
    assert len(aside) == 1
    assert aside[0]["file"].endswith("1.txt")
    assert reason in aside[0]["reason"]
    assert Article.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.txt", SOURCE, "neither a header nor the folders"),
        ("a.txt", "报纸: 晚报\n日期: 2020-02-30\n\n" + SOURCE, "2020-02-30"),
        ("a.txt", "报纸: 晚报\n日期: 昨天\n\n" + SOURCE, "not a day"),
        ("a.txt", "报纸: 晚 报\n日期: 2020-06-08\n\n" + SOURCE, "not a slug"),
        ("wanbao/2020-13-01/1.txt", SOURCE, "2020-13-01"),
    ],
)
def test_a_page_that_does_not_say_where_it_belongs(inbox, name, text, reason):
    _said, status, aside = run(put(inbox, name, text))
    assert status == 3
    assert reason in aside[0]["reason"]
    assert Article.objects.count() == 0


def test_the_line_of_an_article_that_cannot_come_in_counts_the_header(inbox):
    head = "报纸: 新民晚报\n日期: 2020-06-08\n版: 1\n\n"
    decks = "——市民出行请带雨具\n\n" * 150
    page = (
        f"沪上今起入梅\n\n本报讯 今天下雨。\n\n明天有雨\n\n{decks}\n本报讯 明天有雨。\n"
    )
    chunk = Chunk("page", Origin("1.txt"), (head + page).encode())
    found = [item for item in page_file.records(chunk) if isinstance(item, Rejected)]
    assert [(item.origin.line, item.reason) for item in found] == [
        (9, "deck is longer than 1000 characters")
    ]


def test_blank_lines_do_not_count_against_a_page(inbox):
    put(inbox, "wanbao/2020-06-08/1.txt", SOURCE + "\n" * 200_000)
    _said, status, _aside = run(inbox)
    assert status == 0
    assert Article.objects.count() == 2


def test_a_line_of_many_megabytes_costs_only_itself(inbox):
    path = inbox / "a.jsonl"
    with path.open("wb") as file:
        file.write(lines(record(headline="好")).encode() + b'{"headline": "')
        for _megabyte in range(40):
            file.write(b"x" * 2**20)
        file.write(b'"}\n' + lines(record(headline="也好")).encode())
    _said, status, aside = run(path)
    assert status == 3
    assert [(item["line"], "longer than" in item["reason"]) for item in aside] == [
        (2, True)
    ]
    assert Article.objects.count() == 2


def test_paths_that_are_not_there(inbox):
    _said, status, aside = run(inbox / "nothing.jsonl", report=inbox / "report")
    assert status == 3
    assert "no such file" in aside[0]["reason"]
    assert run(inbox, report=inbox.parent / "report")[1] == 3  # an empty folder


def test_the_report_can_be_worked_through(inbox):
    path = put(
        inbox, "a.jsonl", lines(record(headline="好"), record(date="2020-02-30"))
    )
    _said, _status, aside = run(path)
    mended = json.loads(aside[0]["raw"]) | {"date": "2020-02-28"}
    assert run(put(inbox, "mended.jsonl", lines(mended)))[1] == 0
    assert Article.objects.count() == 2


# ---- Fixtures


def test_a_fixture_is_imported_as_loaddata_loads_it(inbox):
    fixture = Path("fixtures/xinmin-2020-06-08.json")
    said, status, aside = run(fixture, report=inbox / "report")
    assert (status, "2 new" in said) == (3, True)
    assert ["articles.lexiconword" in line["reason"] for line in aside] == [True]
    imported = archive()
    Publication.objects.get().issues.all().delete()
    Publication.objects.all().delete()
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    assert archive() == imported


# ---- Whatever comes in


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["publication", "date", "headline", "body", "kind", "text", "page"])
            | st.text(max_size=4), inner, max_size=5),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_is_a_record_or_an_error(value):
    try:
        found = from_exchange(value)
    except RecordError as error:
        assert str(error)
    else:
        assert from_exchange(found.exchange()).digest() == found.digest()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_an_error(data):
    try:
        assert "\0" not in decode(data).text
    except EncodingError as error:
        assert str(error)
