"""export_issues: what was exported and imported again is what it was."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles.ingest.export import record_of, whole_articles
from articles.ingest.record import RecordError, from_exchange
from articles.models import Article, Contribution, Contributor, Page, Publication
from tests.factories import make_article, make_page
from tests.test_import import is_indexed_truly

FORMATS = ["jsonl", "ninjs", "fixture"]

pytestmark = pytest.mark.django_db


def export(path, kind, *options):
    out = io.StringIO()
    call_command(
        "export_issues", "--format", kind, "--output", str(path), *options, stdout=out
    )
    return out.getvalue()


def load(path):
    call_command(
        "import_issues", str(path), "--workers", "0", "--report", f"{path}.aside",
        stdout=io.StringIO(),
    )  # fmt: skip


def archive():
    return [
        record_of(a).exchange()
        for a in whole_articles().order_by("page__label", "position")
    ]


def clear():
    Article.objects.all().delete()
    Page.objects.all().delete()
    Publication.objects.get().issues.all().delete()
    Publication.objects.all().delete()


def make_archive():
    page = make_page("1", name="要闻")
    article = make_article(
        "长三角治理污染", kicker="会议召开", deck="多人讲话", dateline="本报讯", byline="本报记者 叶薇",
        column="今日", genre="消息", correction="第二段有误。", source_text="原\n文　\t", page=page,
        body=["第一段。", {"kind": "subhead", "text": "小标题"}, {"caption": "湖州", "credit": "王凯 摄"}],
        tags=["环保", "5G 网络"],
    )  # fmt: skip
    author = Contributor.objects.create(name="叶薇", slug="ye-wei")
    Contribution.objects.create(article=article, contributor=author)
    make_article("稿件", status="draft", page=page)
    make_article("撤回", status="withdrawn", correction="与事实不符", page=page)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_archive_comes_back_as_it_was(tmp_path, kind):
    make_archive()
    before = archive()
    assert "3 articles exported" in export(tmp_path / "out", kind)
    clear()
    load(tmp_path / "out")
    assert archive() == before
    assert is_indexed_truly()


def test_a_fixture_is_loaded_by_loaddata_too(tmp_path):
    make_archive()
    before = archive()
    export(tmp_path / "out.json", "fixture")
    clear()
    Contributor.objects.all().delete()
    call_command("loaddata", str(tmp_path / "out.json"), verbosity=0)
    assert archive() == before
    assert Contribution.objects.get().contributor.name == "叶薇"


@pytest.mark.parametrize("kind", FORMATS)
def test_export_import_export_gives_the_same_file(tmp_path, kind):
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    export(tmp_path / "first", "jsonl")
    export(tmp_path / "between", kind)
    clear()
    load(tmp_path / "between")
    export(tmp_path / "second", "jsonl")
    assert (tmp_path / "first").read_text() == (tmp_path / "second").read_text()


# What the database stores: no NUL, no half of a surrogate pair.
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
)
SAID = TEXT.filter(lambda text: text.strip())
PARTS = st.one_of(
    st.fixed_dictionaries({"kind": st.sampled_from(["paragraph", "subhead"]), "text": SAID}),
    st.fixed_dictionaries(
        {"kind": st.just("photo"), "caption": SAID}, optional={"credit": SAID, "alt": SAID}
    ),
)  # fmt: skip
ANY = {
    "publication": "ceshi-wanbao",
    "date": "2020-06-08",
    "headline": "题",
    "body": [],
}
RECORDS = st.fixed_dictionaries(
    {
        "publication": st.just("ceshi-wanbao"), "date": st.just("2020-06-08"),
        "headline": SAID, "body": st.lists(PARTS, max_size=4),
    },
    optional={
        "kicker": SAID, "deck": SAID, "byline": SAID, "dateline": SAID, "column": SAID,
        "genre": SAID, "correction": SAID, "source_text": SAID,
        "status": st.sampled_from(["draft", "published", "withdrawn"]),
        "tags": st.lists(SAID, max_size=3),
    },
)  # fmt: skip


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(records=st.lists(RECORDS, min_size=1, max_size=3), kind=st.sampled_from(FORMATS))
@example(records=[{**ANY, "tags": ["ß"]}, {**ANY, "tags": ["ſ", "s"]}], kind="jsonl")
def test_export_is_the_inverse_of_import(tmp_path, records, kind):
    Publication.objects.all().exists() and clear()
    source, first = tmp_path / "source.jsonl", tmp_path / "first.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    load(source)
    export(first, "jsonl")
    between, second = tmp_path / "between", tmp_path / "second.jsonl"
    export(between, kind)
    clear()
    load(between)
    export(second, "jsonl")
    assert first.read_text() == second.read_text()
    for record in records:
        try:
            digest = from_exchange(record).digest()
        except RecordError:
            continue
        assert Article.objects.filter(import_digest=digest).exists()


def test_what_is_taken_may_be_chosen(tmp_path):
    make_archive()
    assert "1 articles" in export(tmp_path / "a", "jsonl", "--published")
    assert "0 articles" in export(tmp_path / "a", "jsonl", "--from", "2021-01-01")
    assert "3 articles" in export(tmp_path / "a", "jsonl", "--to", "2021-01-01")
    with pytest.raises(CommandError, match="no publication 'nothing'"):
        export(tmp_path / "a", "jsonl", "--publication", "nothing")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "out").write_text("before")
    with pytest.raises(CommandError, match="cannot write"):
        export(tmp_path / "nowhere" / "out", "jsonl")
    make_archive()
    export(tmp_path / "out", "jsonl")
    assert len((tmp_path / "out").read_text().splitlines()) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_it_goes_to_standard_output_unless_told():
    make_archive()
    out = io.StringIO()
    call_command("export_issues", stdout=out)
    assert [json.loads(line)["position"] for line in out.getvalue().splitlines()]
