"""METS/ALTO: issues of libraries, made here small, and documents that mean harm."""

import io
import pickle
import time
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.ingest.formats import Chunk, Entry, Rejected, mets_alto
from articles.ingest.record import Record, check

# ---- Builders


def alto(
    *blocks, namespace="http://www.loc.gov/standards/alto/ns-v3#", encoding="UTF-8"
):
    """Return an ALTO file of blocks: an ID, and lines of markup or of plain text."""
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    inner = "".join(block(name, *lines) for name, *lines in blocks)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><alto{xmlns}><Layout><Page ID="P">'
        f"<PrintSpace>{inner}</PrintSpace></Page></Layout></alto>"
    ).encode(encoding)


def block(name, *lines):
    lines = (line if line.startswith("<") else string(line) for line in lines)
    inner = "".join(f"<TextLine>{line}</TextLine>" for line in lines)
    return f"<TextBlock ID={quoteattr(name)}>{inner}</TextBlock>"


def string(content, **attributes):
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<String CONTENT={quoteattr(content)}{said}/>"


def words(text):
    return "<SP/>".join(map(string, text.split(" ")))


def div(kind, *inner, **attributes):
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f'<mets:div TYPE="{kind}"{said}>{"".join(inner)}</mets:div>'


def at(file, begin, end=""):
    end = f' END="{end}"' if end else ""
    return (
        f'<mets:fptr><mets:area FILEID="{file}" BETYPE="IDREF" BEGIN="{begin}"{end}/>'
        "</mets:fptr>"
    )


MODS = """<mods:mods>
<mods:relatedItem type="host"><mods:titleInfo><mods:title>新民晚报</mods:title></mods:titleInfo>
<mods:part><mods:detail type="issue"><mods:number>21245</mods:number></mods:detail>
<mods:detail type="edition"><mods:number>晚刊</mods:number></mods:detail></mods:part>
</mods:relatedItem>
<mods:originInfo><mods:dateIssued encoding="iso8601">2020-06-08</mods:dateIssued></mods:originInfo>
</mods:mods>"""
PHYSICAL = div(
    "Newspaper",
    div("PAGE", '<mets:fptr FILEID="A1"/>', ORDER="1", ORDERLABEL="A1", LABEL="第A1版：要闻"),
    div("PAGE", '<mets:fptr><mets:par><mets:area FILEID="I2"/><mets:area FILEID="A2"/>'
        "</mets:par></mets:fptr>", ORDER="2"),
)  # fmt: skip
FILES = {"A1": "file://./ALTO/0001.xml", "A2": "ALTO\\page%202.xml"}


def mets(
    *logical, mods=MODS, physical=PHYSICAL, files=FILES, links="", label="", head=""
):
    located = "".join(
        f'<mets:file ID="{name}" MIMETYPE="text/xml">'
        f'<mets:FLocat LOCTYPE="URL" xlink:href={quoteattr(href)}/></mets:file>'
        for name, href in files.items()
    )
    issue = div("ISSUE", *logical, DMDID="ISSUE1") if logical else ""
    maps = f'<mets:structMap TYPE="LOGICAL">{issue}</mets:structMap>' if logical else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        '<mets:mets xmlns:mets="http://www.loc.gov/METS/"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' xmlns:mods="http://www.loc.gov/mods/v3" LABEL={quoteattr(label)}>'
        f'<mets:dmdSec ID="ISSUE1"><mets:mdWrap MDTYPE="MODS"><mets:xmlData>{mods}'
        "</mets:xmlData></mets:mdWrap></mets:dmdSec>"
        "<mets:amdSec><mets:techMD>7</mets:techMD></mets:amdSec><mets:fileSec>"
        '<mets:fileGrp><mets:file ID="I2" MIMETYPE="image/jp2">'
        '<mets:FLocat xlink:href="2.jp2"/></mets:file></mets:fileGrp>'
        f'<mets:fileGrp USE="ALTO">{located}</mets:fileGrp></mets:fileSec>'
        f'<mets:structMap TYPE="PHYSICAL">{physical}</mets:structMap>{maps}{links}'
        "</mets:mets>"
    )  # fmt: skip


PAGE_1 = alto(
    ("kicker", "上海市十五届人大常委会"),
    ("title", "全力以赴", "做好防汛工作"),
    ("deck", "各区已经准备"),
    ("author", "本报记者 李响"),
    ("p1", "今天上午，记者从防汛指挥", "部获悉，全市各区"),
    ("sub", "水位平稳"),
    ("caption", "工人在检查泵站 新华社记者 张三 摄"),
    ("short", "简讯", "昨天有雨。"),
)
PAGE_2 = alto(
    ("p1", "都已经做好准备。", "市民不必担心。"),
    ("english", "A letter"),
    (
        "words",
        words("We read the") + "<SP/>" + string("news", SUBS_TYPE="HypPart1", SUBS_CONTENT="newspaper")
        + '<HYP CONTENT="-"/>',
        string("paper,", SUBS_TYPE="HypPart2", SUBS_CONTENT="newspaper") + "<SP/>" + words("and then"),
        words("the GDP grew."),
    ),
    ("advert", "大减价", "全场五折"),
)  # fmt: skip
FIRST = div(
    "ARTICLE",
    div("HEADING",
        div("OVERLINE", at("A1", "kicker")),
        div("TITLE", at("A1", "title")),
        div("SUBHEADLINE", at("A1", "deck")),
        div("AUTHOR", at("A1", "author"))),
    div("BODY", div("BODY_CONTENT",
        div("PARAGRAPH",
            div("TEXT", at("A1", "p1")),
            div("TEXT", at("A2", "p1"))),
        div("CROSSHEADING", at("A1", "sub")),
        div("ILLUSTRATION",
            div("IMAGE", '<mets:fptr><mets:area FILEID="I2"/></mets:fptr>'),
            div("CAPTION", div("PARAGRAPH", div("TEXT", at("A1", "caption"))))))),
    ID="art1",
)  # fmt: skip
SHORT = div("Article", div("BODY", div("TEXT", at("A1", "short"))), ID="art2")
ENGLISH = div(
    "SECTION",
    div("HEADING", div("TITLE", at("A2", "english"))),
    div("BODY", div("TEXT", at("A2", "words"))),
)
PAGES = {"ALTO/0001.xml": PAGE_1, "ALTO/page 2.xml": PAGE_2}


def entry(data, files=(), path=("xinmin-wanbao", "2020-06-08", "mets.xml")):
    data = data.encode() if isinstance(data, str) else data
    return Entry("/in/mets.xml", path, io.BytesIO(data), dict(files).get)


def read(data, files=PAGES, **places):
    """Return the records of a METS file with its pages, and what was rejected."""
    found = []
    for chunk in mets_alto.chunks(entry(data, files, **places)):
        assert pickle.dumps(chunk)
        found += mets_alto.records(chunk) if isinstance(chunk, Chunk) else [chunk]
    records = [item for item in found if isinstance(item, Record)]
    for record in records:
        check(record)
    return records, [item.reason for item in found if isinstance(item, Rejected)]


def articles(*logical, **parts):
    records, rejected = read(mets(*logical, **parts))
    assert rejected == []
    return records


# ---- An issue


def test_an_article_with_all_its_parts_over_two_pages():
    first, _short, _english = articles(FIRST, SHORT, ENGLISH)
    assert first.kicker == "上海市十五届人大常委会"
    assert first.headline == "全力以赴做好防汛工作"
    assert first.deck == "各区已经准备"
    assert first.byline == "本报记者 李响"
    assert first.body == [
        {
            "kind": "paragraph",
            "text": "今天上午，记者从防汛指挥部获悉，全市各区都已经做好准备。市民不必担心。",
        },
        {"kind": "subhead", "text": "水位平稳"},
        {"kind": "photo", "caption": "工人在检查泵站", "credit": "新华社记者 张三 摄"},
    ]
    assert first.doubts == []


def test_the_place_of_the_issue_and_of_its_articles():
    records = articles(FIRST, SHORT, ENGLISH)
    places = [("A1", 1), ("A1", 2), ("2", 1)]
    assert [(record.page, record.position) for record in records] == places
    assert [record.page_name for record in records] == ["要闻", "要闻", ""]
    for record in records:
        assert record.publication == "xinmin-wanbao"
        assert record.publication_name == "新民晚报"
        assert record.date.isoformat() == "2020-06-08"
        assert (record.edition, record.issue_number) == ("晚刊", 21245)
        assert record.status == "published"


def test_the_source_is_line_by_line_as_printed():
    _first, _short, english = articles(FIRST, SHORT, ENGLISH)
    assert english.source_text == (
        "A letter\n\nWe read the news-\npaper, and then\nthe GDP grew."
    )


def test_broken_latin_words_are_whole_and_once():
    _first, _short, english = articles(FIRST, SHORT, ENGLISH)
    text = "We read the newspaper, and then the GDP grew."
    assert english.body == [{"kind": "paragraph", "text": text}]


def test_an_article_without_a_heading_gets_its_first_line_with_a_doubt():
    _first, short, _english = articles(FIRST, SHORT, ENGLISH)
    assert short.headline == "简讯"
    assert short.body == [{"kind": "paragraph", "text": "简讯昨天有雨。"}]
    doubt = short.doubts[0]
    assert doubt["code"] == "headline"
    assert short.source_text[doubt["start"] : doubt["end"]] == "简讯"


def test_the_label_is_the_heading_of_an_article_that_has_none():
    labelled = SHORT.replace("<mets:div", '<mets:div LABEL="天气"', 1)
    record = articles(labelled)[0]
    assert (record.headline, record.doubts) == ("天气", [])


def test_an_advertisement_needs_a_heading():
    headed = div("ADVERTISEMENT", div("HEADING", at("A2", "english")),
                 div("BODY", at("A2", "advert")))  # fmt: skip
    bare = div("ADVERTISEMENT", div("TEXTBLOCK", at("A2", "advert")))
    records, rejected = read(mets(headed, bare, SHORT))
    assert [(r.headline, r.genre) for r in records] == [
        ("A letter", "广告"),
        ("简讯", ""),
    ]
    assert rejected == ["advertisements without a heading, left out: 1"]


def test_the_heading_of_a_section_is_the_column_of_its_articles():
    section = div("SECTION", div("HEADING", at("A2", "english")), SHORT)
    records = articles(section)
    assert [(record.column, record.headline) for record in records] == [
        ("A letter", "简讯")
    ]


def test_a_picture_that_belongs_to_no_article():
    picture = div("ILLUSTRATION", div("CAPTION", at("A1", "caption")), LABEL="泵站")
    record = articles(picture)[0]
    assert record.headline == "泵站"
    assert record.body[0]["caption"] == "工人在检查泵站"


def test_a_heading_in_the_body_is_a_subhead():
    late = div("ARTICLE", div("HEADING", at("A2", "english")),
               div("BODY", div("TEXT", at("A2", "p1")), div("TITLE", at("A2", "advert"))))  # fmt: skip
    assert [part["kind"] for part in articles(late)[0].body] == ["paragraph", "subhead"]


def test_a_container_s_pointer_does_not_repeat_its_parts():
    twice = div(
        "ARTICLE",
        at("A1", "P"),
        div("HEADING", at("A1", "title")),
        div("BODY", at("A1", "p1")),
    )
    assert articles(twice)[0].source_text.count("防汛工作") == 1


def test_articles_tied_to_areas_of_a_page_by_links():
    physical = div(
        "physSequence",
        div("page", '<mets:fptr FILEID="A1"/>',
            div("pagearea", at("A1", "title"), ID="a1", LABEL="Headline"),
            div("pagearea", at("A1", "p1", "sub"), ID="a2", LABEL="Textblock"),
            ORDER="1", ORDERLABEL="3"),
    )  # fmt: skip
    group = "".join(
        f'<mets:smLocatorLink xlink:href="#{name}" xlink:label="{name}"/>'
        for name in ("art1", "a1", "a2")
    ) + "".join(
        f'<mets:smArcLink xlink:from="art1" xlink:to="{name}"/>'
        for name in ("a1", "a2")
    )
    links = (
        f"<mets:structLink><mets:smLinkGrp>{group}</mets:smLinkGrp></mets:structLink>"
    )
    record = articles(div("ARTICLE", ID="art1"), physical=physical, links=links)[0]
    assert (record.headline, record.page) == ("全力以赴做好防汛工作", "3")
    assert [part["text"][:4] for part in record.body] == ["今天上午", "水位平稳"]


def test_a_mets_without_articles_is_parsed_page_by_page():
    records = articles()
    assert {record.page for record in records} == {"A1", "2"}
    assert {record.publication_name for record in records} == {"新民晚报"}


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("20200608", "2020-06-08"),
        ("2020-06-08T00:00:00+08:00", "2020-06-08"),
        ("8.6.2020", "2020-06-08"),
        ("2020年6月8日", "2020-06-08"),
        ("2020-06", "2019-01-02"),
        ("2020-13-40", "2019-01-02"),
    ],
)
def test_dates_in_mods_else_in_the_label(date, expected):
    mods = MODS.replace("2020-06-08", date)
    record = articles(SHORT, mods=mods, label="新民晚报 2019-01-02")[0]
    assert record.date.isoformat() == expected


def test_title_and_date_from_the_label_and_the_slug_from_the_title():
    data = mets(SHORT, mods="", label="新民晚报 第21245号 2020-06-08")
    record = read(data, path=("mets.xml",))[0][0]
    assert (record.publication, record.publication_name) == ("新民晚报", "新民晚报")
    assert record.date.isoformat() == "2020-06-08"


def test_the_command_s_publication_goes_before_the_folders():
    chunk = next(mets_alto.chunks(entry(mets(SHORT), PAGES)))
    chunk = Chunk(
        chunk.format,
        chunk.origin,
        chunk.data,
        chunk.path,
        chunk.attached,
        {"publication": "xm"},
    )
    assert next(mets_alto.records(chunk)).publication == "xm"


def test_an_issue_without_a_date_is_rejected():
    records, rejected = read(mets(SHORT, mods=""), path=("mets.xml",))
    assert records == []
    assert rejected == ["neither MODS nor a LABEL nor the folders say the date"]


def test_the_first_edition_of_ndnp_has_no_name():
    assert articles(SHORT, mods=MODS.replace("晚刊", "1"))[0].edition == ""


# ---- Text of ALTO


def said(*lines, **parts):
    pages = {**PAGES, "ALTO/0001.xml": alto(("b", *lines), **parts)}
    article = div("ARTICLE", div("BODY", at("A1", "b")), LABEL="题")
    records, rejected = read(mets(article), pages)
    assert rejected == []
    return records[0]


@pytest.mark.parametrize(
    "namespace",
    ["", "http://schema.ccs-gmbh.com/ALTO"]
    + [f"http://www.loc.gov/standards/alto/ns-v{n}#" for n in (2, 3, 4)],
)
def test_any_namespace_of_alto(namespace):
    assert said("新闻", namespace=namespace).body[0]["text"] == "新闻"


@pytest.mark.parametrize(
    "encoding", ["UTF-8", "GB18030", "GBK", "GB2312", "Big5", "UTF-16"]
)
def test_encodings_that_the_declaration_names(encoding):
    assert said("新民", encoding=encoding).body[0]["text"] == "新民"


@pytest.mark.parametrize(
    "encoding", ["GB18030", "UTF-16", "UTF-16-LE", "UTF-16-BE", "UTF-8-SIG"]
)
def test_encodings_of_mets(encoding):
    name = encoding.removesuffix("-LE").removesuffix("-BE").removesuffix("-SIG")
    data = mets(SHORT).replace("UTF-8", name, 1).encode(encoding)
    assert mets_alto.sniff(data[:2000], "mets.xml")
    assert read(data)[0][0].publication_name == "新民晚报"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["新民", "晚报"], "新民晚报"),
        (["the first", "line"], "the first line"),
        (["in May,", "12 of them"], "in May, 12 of them"),
        (["增长20", "20元"], "增长2020元"),
        ([words("a b"), words("c d")], "a b c d"),
        ([words("疫情之下 如何生活")], "疫情之下 如何生活"),
        ([words("新 民 晚 报 今 天")], "新民晚报今天"),
        (["".join(map(string, "新民GDP晚报"))], "新民GDP晚报"),
        ([string("Si") + string("les") + string("hommes") + string(",") + string("et")], "Si les hommes, et"),
        ([string("exam") + '<HYP CONTENT="-"/>', "ple"], "example"),
        ([string("1990") + '<HYP CONTENT="-"/>', "1991"], "1990- 1991"),
        (["news", string("paper", SUBS_TYPE="HypPart2", SUBS_CONTENT="x")], "news paper"),
    ],
)  # fmt: skip
def test_how_words_and_lines_are_joined(lines, text):
    assert said(*lines).body[0]["text"] == text


def test_indented_lines_begin_paragraphs():
    body = said("\u3000\u3000第一段，", "还有。", "\u3000\u3000第二段。").body
    assert [part["text"] for part in body] == ["第一段，还有。", "第二段。"]


def test_low_confidences_are_doubts():
    record = said(
        string("新民", WC="0.9") + string("晚", WC="0.3") + string("报", WC="0.1"),
        string("今天", CC="99") + string("雨", CC="0") + string("停", CC="9", WC="1"),
    )
    doubts = [
        (record.source_text[d["start"] : d["end"]], d["code"], d["confidence"])
        for d in record.doubts
    ]
    assert doubts == [("晚报\n今天", "ocr", 0.1333)]


# ---- Files


def test_a_missing_page_is_rejected_and_the_rest_goes_in():
    records, rejected = read(mets(FIRST, SHORT, ENGLISH), {"ALTO/0001.xml": PAGE_1})
    assert [record.page for record in records] == ["A1", "A1"]
    assert records[0].doubts[0]["code"] == "incomplete"
    assert rejected == [
        "page ALTO\\page%202.xml: the file is missing",
        "SECTION: its page or block is missing",
    ]


@pytest.mark.parametrize(
    "href",
    ["../1.xml", "a/../../1.xml", "/etc/1.xml", "file:///etc/1.xml", "C:\\1.xml",
     "%2e%2e/1.xml", "..\\1.xml", "http://example.org/1.xml", "a%00.xml", "./.xml/.."],
)  # fmt: skip
def test_a_file_that_is_not_below_the_mets_file_is_refused(href):
    asked = []
    found = mets_alto.chunks(entry(mets(SHORT, files={"A1": href})))
    opened = entry(mets(SHORT, files={"A1": href}))
    opened.sibling = asked.append
    found = list(mets_alto.chunks(opened))
    assert asked == []
    assert [type(item) for item in found] == [Rejected]
    assert found[0].reason.startswith(f"page {href}: ")


def test_a_path_that_turns_back_within_the_folder():
    files = {"A1": "text/../ALTO/0001.xml"}
    assert read(mets(SHORT, files=files))[0][0].headline == "简讯"


def test_dangling_ids_and_articles_without_text_are_rejected():
    nowhere = div("ARTICLE", div("BODY", at("A1", "nowhere")), ID="a")
    unknown = div("ARTICLE", div("BODY", at("A9", "p1")), ID="b")
    empty = div("ARTICLE", ID="c", LABEL="空")
    records, rejected = read(mets(nowhere, unknown, empty, SHORT))
    assert len(records) == 1
    assert rejected == [
        "ARTICLE a: its page or block is missing",
        "ARTICLE b: its page or block is missing",
        "ARTICLE c: no text",
    ]


def test_what_sniff_takes():
    assert mets_alto.sniff(mets().encode(), "x")
    assert mets_alto.sniff(b"<!-- a --><mets xmlns='http://www.loc.gov/METS/'>", "x")
    assert mets_alto.sniff(PAGE_1, "x")
    assert not mets_alto.sniff(b"<mets>", "x")
    assert not mets_alto.sniff(b"<html><mets>", "x")
    assert not mets_alto.sniff("新民晚报".encode(), "x")
    assert not mets_alto.sniff(b"", "x")


# ---- A page of its own


LONE = alto(
    ("a", "全力以赴做好防汛工作"),
    ("b", "本报讯（记者 李响）今天上午，记者获悉，全市都已经做好准备。"),
)


def test_an_alto_file_where_a_page_s_text_would_stand():
    records, rejected = read(LONE, {}, path=("xinmin-wanbao", "2020-06-08", "A02.xml"))
    assert rejected == []
    assert [(r.publication, r.page, r.headline) for r in records] == [
        ("xinmin-wanbao", "A02", "全力以赴做好防汛工作")
    ]


@pytest.mark.parametrize("name", ["mets.xml", "2020-06-08.xml", "p-METS.xml"])
def test_an_alto_file_beside_its_mets_is_passed_over(name):
    path = ("xinmin-wanbao", "2020-06-08", "p_0001.xml")
    assert read(LONE, {name: mets().encode()}, path=path) == ([], [])


def test_an_alto_file_in_a_folder_below_a_mets_is_passed_over():
    assert read(LONE, {}, path=("xinmin-wanbao", "2020-06-08", "ALTO", "1.xml")) == (
        [],
        [],
    )


def test_an_alto_file_from_nowhere_is_rejected():
    records, rejected = read(LONE, {}, path=("somewhere", "1.xml"))
    assert records == []
    assert "needs its METS file" in rejected[0]


# ---- Harm

BOMB = '<!DOCTYPE mets [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE mets [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
def test_entities_are_rejected(head):
    data = mets(SHORT, head=head)
    assert mets_alto.sniff(data.encode(), "mets.xml")
    assert "entities" in read(data)[1][0]
    page = PAGE_1.replace(b"<alto", head.replace("mets", "alto").encode() + b"<alto", 1)
    records, rejected = read(mets(ENGLISH), {**PAGES, "ALTO/0001.xml": page})
    assert len(records) == 1
    assert "entities" in rejected[0]


def test_deep_nesting_is_rejected():
    begun = time.perf_counter()
    deep = mets("<mets:div>" * 100_000 + "</mets:div>" * 100_000)
    assert "deeper than 200" in read(deep)[1][0]
    page = b"<alto>" + b"<a>" * 100_000
    assert "deeper than 200" in read(mets(SHORT), {"ALTO/0001.xml": page})[1][1]
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (mets(SHORT)[:-300], "broken or cut short"),
        (
            mets(SHORT).encode()[:900] + b"\xff" + mets(SHORT).encode()[900:],
            "not utf-8",
        ),
        ("<html/>", "root element is 'html'"),
        ("", "broken or cut short"),
        (b"\xff\xfe<", "not utf-16"),
        (mets(SHORT).replace("UTF-8", "punycode", 1), "'punycode' is unknown"),
        (mets(SHORT, files={}), "refers to no ALTO files"),
    ],
)
def test_what_cannot_be_read_is_rejected(data, reason):
    records, rejected = read(data)
    assert records == []
    assert len(rejected) == 1
    assert reason in rejected[0]


def test_a_broken_page_is_rejected_and_the_rest_goes_in():
    records, rejected = read(
        mets(SHORT, ENGLISH), {**PAGES, "ALTO/0001.xml": PAGE_1[:-9]}
    )
    assert len(records) == 1
    assert rejected[0].startswith("page ALTO/0001.xml: its XML is broken")


def test_a_page_that_is_not_alto_is_rejected():
    rejected = read(mets(ENGLISH), {**PAGES, "ALTO/0001.xml": b"<html/>"})[1]
    assert rejected == ["page ALTO/0001.xml: it is not ALTO"]


def test_what_is_too_long_is_rejected(monkeypatch):
    monkeypatch.setattr(mets_alto, "LARGEST_ISSUE", len(PAGE_1) + 1)
    assert "over 0 MiB" in read(mets(SHORT))[1][0]
    monkeypatch.setattr(mets_alto, "LARGEST_RECORD", 100)
    assert "no METS or ALTO file is longer" in read(mets(SHORT))[1][0]


def test_many_articles_take_linear_time():
    count = 10_000
    page = alto(*((f"b{n}", f"第{n}条新闻", "就这些。") for n in range(count)))
    many = [div("ARTICLE", div("BODY", at("A1", f"b{n}"))) for n in range(count)]
    begun = time.perf_counter()
    records = read(mets(*many), {"ALTO/0001.xml": page, "ALTO/page 2.xml": PAGE_2})[0]
    assert len(records) == count
    assert time.perf_counter() - begun < 20


def test_articles_that_all_point_at_all_are_stopped():
    each = div("ARTICLE", div("BODY", at("A1", "kicker", "short")))
    records, rejected = read(mets(*[each] * 1000))
    assert len(records) < 20
    assert rejected == ["its articles share most of their text with others"]


def test_links_in_circles():
    circle = "".join(
        f'<mets:smLink xlink:from="{a}" xlink:to="{b}"/>' for a, b in ("xy", "yx", "xx")
    )
    links = f"<mets:structLink>{circle}</mets:structLink>"
    twice = div("ARTICLE", div("BODY", ID="y"), ID="x"), div("ARTICLE", ID="x")
    records, _rejected = read(mets(*twice, SHORT, links=links))
    assert len(records) == 1


@pytest.mark.parametrize(
    "data",
    [
        mets(SHORT, label="n" + " " * 1_000_000 + "x", mods=MODS + "\n.第" * 300_000),
        mets(div("ARTICLE", *[div("ILLUSTRATION", at("A1", "p1"))] * 20_000), SHORT),
        mets(*[SHORT] * 5, "<mets:div TYPE='ISSUE'/>" * 399),
    ],
    ids=["long texts", "many pictures", "many issues"],
)
def test_what_is_made_to_take_long_does_not(data):
    begun = time.perf_counter()
    assert read(data)
    assert time.perf_counter() - begun < 10


WHOLE = mets(FIRST, SHORT, ENGLISH).encode()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["mets", "ALTO/0001.xml"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), max_size=4),
)
def test_no_change_of_bytes_raises(which, changes):
    files = {"mets": WHOLE, **PAGES}
    data = bytearray(files[which])
    for place, new in changes:
        place %= len(data)
        data[place : place + len(new)] = new
    files[which] = bytes(data)
    mets_alto.sniff(files["mets"], "mets.xml")
    read(files["mets"], files)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(WHOLE)), st.text(max_size=8))
def test_no_text_in_it_raises(place, text):
    data = WHOLE.decode()
    place = place % len(data)
    read(data[:place] + text + data[place:])
