"""Citations: the forms they must have, read back by others' readers, and their addresses."""

import datetime
import json

import bibtexparser
import pytest
import rispy
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from articles.citation import Cited, bibtex, cited, csl, gb7714, ris
from articles.models import Article, Contribution, Contributor
from tests.factories import make_article, make_issue, make_page, make_publication

TODAY = datetime.date(2026, 11, 23)
PAPER = Cited(
    key="xinmin-wanbao-2020-06-08-2",
    headline="“五五购物节”逛出新花样 城市烟火气暗藏新密码",
    authors=("叶薇",),
    publication="新民晚报",
    date=datetime.date(2020, 6, 8),
    edition="",
    number=None,
    page="1",
    address="https://archive.example/articles/2/",
    lang="zh-Hans",
    city="上海",
)


def changed(**fields):
    values = {name: getattr(PAPER, name) for name in Cited.__dataclass_fields__}
    return Cited(**values | fields)


def contribute(article, *names, role="reporter", first=1):
    for position, name in enumerate(names, start=first):
        contributor = Contributor.objects.get_or_create(name=name, slug=name)[0]
        Contribution.objects.create(
            article=article, contributor=contributor, role=role, position=position
        )


# ---- GB/T 7714—2015


@pytest.fixture
def seed(db):
    """Load the two real articles, in print order."""
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    return list(Article.objects.for_citations().order_by("position"))


def test_the_real_articles_are_cited_as_the_standard_says(seed):
    found = [
        cited(article, f"https://a.example/{n}/") for n, article in enumerate(seed)
    ]
    assert [gb7714(item, TODAY) for item in found] == [
        "坚决打赢长三角污染防治攻坚战[N/OL]. 新民晚报, 2020-06-08(1)[2026-11-23]. https://a.example/0/.",
        "叶薇. “五五购物节”逛出新花样 城市烟火气暗藏新密码[N/OL]. 新民晚报, 2020-06-08(1)"
        "[2026-11-23]. https://a.example/1/.",
    ]
    assert gb7714(found[1]) == (
        "叶薇. “五五购物节”逛出新花样 城市烟火气暗藏新密码[N]. 新民晚报, 2020-06-08(1)."
    )
    assert "原页未印日期" in found[0].note


def test_of_four_authors_three_are_named():
    four = changed(authors=("傅刚", "赵承", "李佳路", "王凯"))
    assert gb7714(four).startswith("傅刚, 赵承, 李佳路, 等. “")
    three = changed(authors=("傅刚", "赵承", "李佳路"))
    assert gb7714(three).startswith("傅刚, 赵承, 李佳路. “")


def test_an_edition_stands_before_the_page():
    assert ", 2020-06-08(晚间, A02)." in gb7714(changed(edition="晚间", page="A02"))


@pytest.mark.django_db
def test_authors_are_those_who_wrote_in_their_order():
    article = make_article(byline="本报记者 叶薇 通讯员 李明 王凯 摄")
    contribute(article, "王凯", role="photographer")
    contribute(article, "责编", role="editor", first=2)
    contribute(article, "叶薇", "方翔", first=3)
    contribute(article, "李明", role="correspondent", first=5)
    article = Article.objects.for_citations().get()
    assert cited(article, "").authors == ("叶薇", "方翔", "李明")
    assert cited(article, "").note == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("本报记者 叶薇", ("叶薇",)),
        ("本报记者 叶　薇 通讯员 李明", ("叶薇", "李明")),
        ("本报记者 叶薇 王凯 摄", ("叶薇",)),
        ("本报评论员", ()),
    ],
)
def test_without_contributors_the_authors_are_whom_the_byline_names(byline, authors):
    make_article(byline=byline)
    item = cited(Article.objects.for_citations().get(), "x")
    assert item.authors == authors


@pytest.mark.django_db
def test_a_byline_of_nobody_is_kept_as_printed():
    make_article(byline="本报评论员")
    item = cited(Article.objects.for_citations().get(), "")
    assert item.authors == ()
    assert item.note == "署名：本报评论员"
    assert gb7714(item).startswith("沪上今起入梅[N]. ")


@pytest.mark.django_db
def test_line_ends_in_a_head_or_name_become_blanks():
    make_article("上\r\n下\u2028末\x1f", page=make_page(issue=make_issue()))
    item = cited(Article.objects.for_citations().get(), "")
    assert item.headline == "上 下 末"


# ---- Written and read back


def test_the_golden_bibtex():
    assert bibtex(changed(issn="1234-5678", number=21126), TODAY) == (
        "@article{xinmin-wanbao-2020-06-08-2,\n"
        "  author = {{叶薇}},\n"
        "  title = {{“五五购物节”逛出新花样 城市烟火气暗藏新密码}},\n"
        "  journal = {新民晚报},\n"
        "  entrysubtype = {newspaper},\n"
        "  date = {2020-06-08},\n"
        "  number = {21126},\n"
        "  pages = {1},\n"
        "  location = {上海},\n"
        "  issn = {1234-5678},\n"
        "  url = {https://archive.example/articles/2/},\n"
        "  urldate = {2026-11-23},\n"
        "  langid = {chinese},\n"
        "}\n"
    )


def test_the_golden_ris():
    assert ris(PAPER, TODAY).split("\r\n") == [
        "TY  - NEWS", "ID  - xinmin-wanbao-2020-06-08-2", "AU  - 叶薇",
        "TI  - “五五购物节”逛出新花样 城市烟火气暗藏新密码", "T2  - 新民晚报", "PY  - 2020",
        "DA  - 2020/06/08", "SP  - 1", "CY  - 上海", "LA  - zh-Hans",
        "UR  - https://archive.example/articles/2/", "Y2  - 2026/11/23", "ER  - ", "",
    ]  # fmt: skip


def test_the_golden_csl_json():
    assert csl(changed(edition="晚间"), TODAY) == {
        "id": "xinmin-wanbao-2020-06-08-2", "type": "article-newspaper",
        "title": "“五五购物节”逛出新花样 城市烟火气暗藏新密码", "author": [{"literal": "叶薇"}],
        "container-title": "新民晚报", "issued": {"date-parts": [[2020, 6, 8]]},
        "edition": "晚间", "page": "1", "publisher-place": "上海", "language": "zh-Hans",
        "URL": "https://archive.example/articles/2/",
        "accessed": {"date-parts": [[2026, 11, 23]]},
    }  # fmt: skip


# What a head may hold: any text of one line, with what the formats use themselves made likely.
ODD = st.text(
    st.sampled_from("{}\\%&_#$~^\"'`-@=,，。“”<>?!/()[]* 叶薇AaZ0ßé—\u3000")
    | st.characters(exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() == text)


# What pylatexenc does not know, or takes for the accent that looks like it.
LATEX = get_default_latex_context_db()
LATEX.add_context_category(
    "ours",
    macros=[
        MacroTextSpec("textbraceleft", "{"),
        MacroTextSpec("textbraceright", "}"),
        MacroTextSpec("textasciicircum", "^"),
    ],
    prepend=True,
)


def untex(text):
    """Return what LaTeX would print, braces for grouping aside."""
    reader = LatexNodes2Text(latex_context=LATEX, strict_latex_spaces=True)
    return reader.latex_to_text(text)


def read_bibtex(text):
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    return [entry.fields_dict for entry in library.entries]


@given(title=ODD, names=st.lists(ODD, max_size=4), note=ODD)
def test_bibtex_is_read_back_as_it_was(title, names, note):
    item = changed(headline=title, authors=tuple(names), note=note, publication=title)
    (fields,) = read_bibtex(bibtex(item, TODAY))
    assert untex(fields["title"].value) == title
    assert untex(fields["journal"].value) == title
    assert untex(fields["note"].value) == note
    authors = fields["author"].value if names else ""
    assert untex(authors) == " and ".join(names)
    assert authors.count("} and {") == max(len(names) - 1, 0)


@given(title=ODD, names=st.lists(ODD, max_size=4), note=ODD)
def test_ris_is_read_back_as_it_was(title, names, note):
    item = changed(headline=title, authors=tuple(names), note=note)
    (record,) = rispy.loads(ris(item, TODAY))
    assert record["type_of_reference"] == "NEWS"
    assert record["title"] == title
    assert record.get("authors", []) == names
    assert record["notes"] == [note]
    assert record["secondary_title"] == "新民晚报"
    assert record["date"] == "2020/06/08"


# ---- Addresses


@pytest.fixture
def articles(db):
    page = make_page("A02", make_issue("2020-06-08", make_publication("bao", "某报")))
    made = [make_article(f"梅雨{n}", page=page, body=[]) for n in range(3)]
    contribute(made[1], "叶薇")
    return made


TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain; charset=utf-8",
}


@pytest.mark.parametrize("extension", TYPES)
def test_a_citation_is_downloaded(
    extension, client, articles, django_assert_num_queries
):
    pk = articles[1].pk
    with django_assert_num_queries(3):  # article with its place, contributions, names
        response = client.get(f"/articles/{pk}/citation.{extension}")
    assert response.status_code == 200
    assert response["Content-Type"] == TYPES[extension]
    name = f"bao-2020-06-08-{pk}.{extension}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    text = response.content.decode()
    for shown in ("叶薇", "梅雨1", "某报", f"http://testserver/articles/{pk}/"):
        assert shown in text, shown


def test_it_was_read_today_in_the_archives_time_zone(client, articles, settings):
    address = f"/articles/{articles[0].pk}/citation.txt"
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart
        with timezone.override(zone):
            today = timezone.localdate()
            assert f"[{today.isoformat()}]" in client.get(address).content.decode()


def test_drafts_are_404_withdrawn_articles_410_and_other_formats_404(client, articles):
    draft, gone = make_article(status="draft"), make_article(status="withdrawn")
    for article, extension, status in (
        (draft, "bib", 404), (gone, "bib", 410), (articles[0], "pdf", 404),
        (articles[0], "BIB", 404),
    ):  # fmt: skip
        address = f"/articles/{article.pk}/citation.{extension}"
        assert client.get(address).status_code == status, address
    assert client.get("/articles/999999999999999999999/citation.bib").status_code == 404
    assert client.get(f"/citations.pdf?id={articles[0].pk}").status_code == 404


def test_many_are_answered_in_the_order_asked(
    client, articles, django_assert_num_queries
):
    asked = "&".join(f"id={articles[n].pk}" for n in (2, 0, 1, 0))
    with django_assert_num_queries(3):
        response = client.get(f"/citations.json?{asked}")
    assert [item["title"] for item in json.loads(response.content)] == [
        "梅雨2", "梅雨0", "梅雨1",
    ]  # fmt: skip
    assert "X-Left-Out" not in response
    entries = read_bibtex(client.get(f"/citations.bib?{asked}").content.decode())
    assert [untex(entry["title"].value) for entry in entries] == [
        "梅雨2", "梅雨0", "梅雨1",
    ]  # fmt: skip
    records = rispy.loads(client.get(f"/citations.ris?{asked}").content.decode())
    assert [record["title"] for record in records] == ["梅雨2", "梅雨0", "梅雨1"]
    lines = client.get(f"/citations.txt?{asked}").content.decode().splitlines()
    assert [line.split("[")[0] for line in lines] == ["梅雨2", "梅雨0", "叶薇. 梅雨1"]


def test_what_readers_may_not_see_is_left_out_and_named(client, articles):
    draft = make_article("草稿题", status="draft")
    response = client.get(
        f"/citations.txt?id={draft.pk}&id={articles[0].pk}&id=999999999999"
    )
    assert response["X-Left-Out"] == f"{draft.pk}, 999999999999"
    assert "草稿题" not in response.content.decode()
    assert client.get(f"/citations.txt?id={draft.pk}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["", "id=", "id=x", "id=-1", "id=0", "id=1.5", "id=1&id=9223372036854775808",
     "&".join(f"id={n}" for n in range(1, 502)), "id=１"],
)  # fmt: skip
def test_what_names_no_articles_is_400_with_the_reason(query, client, articles):
    response = client.get(f"/citations.bib?{query}")
    assert response.status_code == 400
    assert response.content.decode().strip()


def test_five_hundred_are_answered(client, articles):
    asked = "&".join(f"id={n}" for n in range(articles[0].pk, articles[0].pk + 500))
    assert client.get(f"/citations.txt?{asked}").status_code == 200
