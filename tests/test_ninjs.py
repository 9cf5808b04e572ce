"""ninjs: items of others in each version, our own there and back, and whatever comes in."""

import datetime
import io
import json
import pickle
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from articles.ingest.formats import Chunk, Entry, Origin, Rejected, ninjs
from articles.ingest.record import Record, RecordError, check

FOLDERS = ("xinmin-wanbao", "2020-06-08", "items.json")
HEADLINE = "沪上今起入梅"
BODY = "市政府今天举行发布会，介绍雨季防汛的准备情况，要求各区落实责任。"
MORE = "气象部门说，梅雨将持续两周，市民出行要带伞，低洼路段可能积水。"


def imported(data, path=(), **options):
    """Return the records and rejections of a file with these bytes, or with this JSON."""
    if not isinstance(data, bytes):
        data = json.dumps(data, ensure_ascii=False).encode()
    entry = Entry("items.json", path, io.BytesIO(data), lambda name: None)
    found = []
    for chunk in ninjs.chunks(entry):
        if isinstance(chunk, Rejected):
            found.append(chunk)
            continue
        chunk = Chunk(**{**fields(chunk), "options": options})
        found += ninjs.records(pickle.loads(pickle.dumps(chunk)))  # noqa: S301
    return found


def fields(chunk):
    return {name: getattr(chunk, name) for name in ("format", "origin", "data", "path")}


def only(item, path=FOLDERS, **options):
    [record] = imported(item, path, **options)
    assert isinstance(record, Record), record
    return record


def refused(item, path=FOLDERS, **options):
    [rejected] = imported(item, path, **options)
    assert isinstance(rejected, Rejected), rejected
    return rejected.reason


def paragraphs(*texts):
    return [{"kind": "paragraph", "text": text} for text in texts]


# ---- Items of each version

VERSION_1 = {
    "$standard": {"name": "ninjs", "version": "1.4"},
    "uri": "http://example.com/items/1",
    "type": "text",
    "firstcreated": "2020-06-08T06:00:00+08:00",
    "versioncreated": "2021-01-01T10:00:00+08:00",
    "pubstatus": "usable",
    "language": "zh-Hans",
    "byline": "本报记者 叶薇",
    "located": "上海",
    "headline": HEADLINE,
    "headline_subhead": "防汛部门提前部署",
    "body_text": f"{BODY}\n\n　　{MORE}\n",
    "subject": [{"name": "天气", "rel": "about", "code": "17000000"}, {"code": "1"}],
    "copyrightholder": "新民晚报",
    "altids": {"local": "20200608"},
    "associations": {
        "main": {
            "uri": "http://example.com/photos/1",
            "type": "picture",
            "byline": "王凯 摄",
            "headline": "梅雨",
            "description_text": "志愿者在路口疏导车辆",
        },
        "clip": {"type": "video", "headline": "录像"},
        "gone": None,
    },
}
VERSION_2 = {
    "standard": {"name": "ninjs", "version": "2.1"},
    "uri": "http://example.com/items/1",
    "type": "text",
    "contentcreated": "2020-06-08T00:00:00+08:00",
    "versioncreated": "2021-01-01T10:00:00+08:00",
    "pubstatus": "usable",
    "by": "本报记者 叶薇",
    "located": "上海",
    "headlines": [
        {"role": "subhead", "value": "防汛部门提前部署"},
        {"role": "main", "contenttype": "text/plain", "value": HEADLINE},
    ],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": f"{BODY}\n{MORE}"},
        {"role": "nitf", "contenttype": "application/xml", "value": "<nitf/>"},
    ],
    "subjects": [{"name": "天气", "rel": "about", "literal": "17000000"}],
    "infosources": [{"name": "新民晚报", "role": "publisher"}],
    "associations": [
        {
            "name": "main",
            "type": "picture",
            "by": "王凯 摄",
            "descriptions": [{"role": "caption", "value": "志愿者在路口疏导车辆"}],
        }
    ],
}
VERSION_3 = {
    {"contentcreated": "contentCreated", "versioncreated": "versionCreated",
     "pubstatus": "pubStatus", "infosources": "infoSources"}.get(name, name): value
    for name, value in VERSION_2.items()
}  # fmt: skip


@pytest.mark.parametrize("item", [VERSION_1, VERSION_2, VERSION_3])
def test_an_item_of_each_version(item):
    assert ninjs.sniff(json.dumps(item).encode(), "items.json")
    assert only(item, path=()) == Record(
        publication="新民晚报",
        publication_name="新民晚报",
        date=datetime.date(2020, 6, 8),
        headline=HEADLINE,
        deck="防汛部门提前部署",
        byline="本报记者 叶薇",
        dateline="上海",
        tags=["天气"],
        body=[
            *paragraphs(BODY, MORE),
            {"kind": "photo", "caption": "志愿者在路口疏导车辆", "credit": "王凯 摄"},
        ],
    )


ITEM = {"uri": "urn:1", "headline": HEADLINE, "body_text": BODY}
HTML = "body_xhtml"


def said(**properties):
    return only({**ITEM, **properties})


def test_folders_say_publication_and_date():
    record = only({**ITEM, "versioncreated": "2021-01-01T00:00:00Z"})
    assert record.place == ("xinmin-wanbao", "2020-06-08", "", "1", 0)


def test_other_folders_say_nothing():
    assert refused(ITEM, path=("home", "downloads", "items.json")) == (
        "nothing says the publication: name it with --publication"
    )


def test_the_option_says_the_publication():
    assert only(ITEM, publication="jiefang-ribao").publication == "jiefang-ribao"


def test_without_a_date_an_item_is_refused():
    reason = refused(ITEM, path=(), publication="jiefang-ribao")
    assert reason.startswith("nothing says the date")


@pytest.mark.parametrize(
    ("item", "slug"),
    [
        ({"infosource": [{"rel": "x"}, {"name": "The News Agency"}]}, "the-news-agency"),
        ({"copyrightholder": "新民晚报社 (上海)"}, "新民晚报社-上海"),
        ({"source": "AP"}, "ap"),
        ({"provider": {"name": "新华社"}}, "新华社"),
        ({"publication": "xinmin-wanbao", "source": "AP"}, "xinmin-wanbao"),
    ],
)  # fmt: skip
def test_the_provider_is_the_publication_where_nothing_else_says_it(item, slug):
    dated = {**ITEM, **item, "firstcreated": "2020-06-08T00:00:00Z"}
    assert only(dated, path=()).publication == slug


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2020-06-07T22:00:00Z", 8),
        ("2020-06-08T10:00:00+00:00", 8),
        ("2020-06-08T23:00:00+08:00", 8),
        ("2020-06-08T23:00:00-05:00", 8),
        ("2020-06-08", 8),
    ],
)
def test_a_time_of_utc_is_one_of_china_and_others_are_as_written(time, day):
    record = only({**ITEM, "versioncreated": time}, path=(), publication="x")
    assert record.date.day == day


@pytest.mark.parametrize(
    "text",
    [
        "25T00Z",
        "9999-12-31T20:00:00Z",
        "yesterday",
        "2020-02-30T00:00:00Z",
        "0001-01-01",
    ],
)
def test_a_date_that_is_none_is_refused(text):
    assert "date" in refused({**ITEM, "firstcreated": text}, path=(), publication="x")


def test_headlines_and_bodies_in_chinese_come_first():
    record = only(
        {
            "uri": "urn:1",
            "headlines": [
                {"language": "en", "value": "Rains begin"},
                {"language": "zh-Hans", "value": HEADLINE},
            ],
            "bodies": [
                {"role": "main_en", "value": "The rains have begun."},
                {"role": "main_zh", "value": BODY},
            ],
        }
    )
    assert (record.headline, record.body) == (HEADLINE, paragraphs(BODY))


@pytest.mark.parametrize(
    "heads",
    [
        {"headlines": ["沪上今起入梅"], "subheadlines": ["副题"]},
        {"headlines": [{"value": HEADLINE}], "subheadline": "副题"},
        {"headline": HEADLINE, "headline_deck": "副题"},
        {"headlines": [{"role": "short", "value": HEADLINE}, {"role": "副题", "value": "副题"}]},
        {"headline_xhtml": f"<p>{HEADLINE}</p>", "headline_subhead_text": "副题"},
    ],
)  # fmt: skip
def test_heads_by_whatever_name(heads):
    record = only({"uri": "urn:1", "body_text": BODY, **heads})
    assert (record.kicker, record.headline, record.deck) == ("", HEADLINE, "副题")


def test_a_headline_in_chinese_stands_before_one_without_a_language():
    assert said(headline="Rains begin", headline_zh=HEADLINE).headline == HEADLINE


def test_an_association_with_renditions_is_a_picture():
    pictures = {"a": {"headline": "路口", "renditions": {}}, "b": {"headline": "附文"}}
    photo = {"kind": "photo", "caption": "路口"}
    assert said(associations=pictures).body == [*paragraphs(BODY), photo]


def test_the_head_of_a_page_need_not_end():
    assert said(body_html=f"<head><title>x</title><body>{MORE}").body == paragraphs(
        MORE
    )


def test_a_kicker():
    assert said(headline_kicker="梅雨季提前到来").kicker == "梅雨季提前到来"


@pytest.mark.parametrize(
    "by",
    [
        {"byline": " 叶薇，\n张三 "},
        {"by": "叶薇， 张三"},
        {"bylines": ["叶薇", {"by": " 张三"}]},
        {"authors": [{"name": "叶薇"}, {"name": "张三"}]},
    ],
)
def test_bylines(by):
    assert said(**by).byline.replace(" ", "") == "叶薇，张三"


def test_tags_are_the_names_of_subjects_and_the_keywords():
    assert said(subjects=[{"name": "天气"}], keywords=["防汛", "天气", " "]).tags == [
        "天气",
        "防汛",
    ]


@pytest.mark.parametrize(
    ("pubstatus", "status"),
    [("usable", "published"), ("withheld", "draft"), ("canceled", "withdrawn")],
)
def test_status(pubstatus, status):
    assert said(pubstatus=pubstatus).status == status


def test_markup_becomes_paragraphs_subheads_and_photos():
    body = said(
        body_xhtml=f"""<?xml version="1.0"?><!DOCTYPE html><html>
        <head><title>x</title><script>if (a < b) "<p>";</script></head><body>
        <h1>{HEADLINE}</h1><!-- <p>no</p> -->
        <p>市政府今天举行<b>发布会</b>，介绍雨季防汛的准备情况，&#35201;求各区落实责任。<br/>{MORE}</p>
        <h2>各区落实责任</h2> 1 < 2 &amp; 3
        <figure><img src="http://x/1.jpg" alt="路口"><figcaption>志愿者在路口疏导车辆
          <span class="photo-credit">王凯 摄</span></figcaption></figure>
        <ul><li>其一<li>其二</ul><img alt="图"><p></p>尾</body></html>"""
    ).body
    assert body == [
        *paragraphs(BODY, MORE),
        {"kind": "subhead", "text": "各区落实责任"},
        *paragraphs("1 < 2 & 3"),
        {
            "kind": "photo",
            "alt": "路口",
            "caption": "志愿者在路口疏导车辆",
            "credit": "王凯 摄",
        },
        *paragraphs("其一", "其二"),
        {"kind": "photo", "alt": "图"},
        *paragraphs("尾"),
    ]  # fmt: skip


def test_text_stands_in_for_markup_that_says_nothing():
    assert said(body_xhtml="<div></div>").body == paragraphs(BODY)


def test_a_picture_that_the_body_shows_is_not_said_twice():
    picture = {"type": "picture", "description_text": "路口"}
    figure = "<figure><img alt='路口'></figure>"
    body = said(body_html=f"<p>{BODY}</p>{figure}", associations={"a": picture}).body
    assert [part["kind"] for part in body] == ["paragraph", "photo"]


def test_a_credit_line_is_found_among_the_descriptions():
    descriptions = [
        {"role": "creditline", "value": "新华社发"},
        {"role": "caption", "value": "路口"},
    ]
    pictures = [{"type": "picture", "name": "a", "descriptions": descriptions}]
    photo = {"kind": "photo", "caption": "路口", "credit": "新华社发"}
    assert said(associations=pictures).body[-1] == photo


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "picture"}, "the item is no article: its type is 'picture'"),
        ({"headline": None}, "the item has no headline"),
        ({"body_text": " \n"}, "the item has neither text nor pictures"),
        ({"pubstatus": "maybe"}, "pubStatus 'maybe' is none of ninjs"),
        ({"headline": 7}, "headline is not a text but int"),
        ({"bodies": 7}, "bodies is not a list but int"),
        ({"bodies": [7]}, "bodies is not a text but int"),
        ({"headlines": [{"value": ["x"]}]}, "value is not a text but list"),
        ({"headline": "x" * 501}, "headline must be shorter than or equal to 500"),
        ({"body_text": "\ud800"}, "text of a paragraph holds U+D800"),
        ({"altids": [{"role": "newsarchive:position", "value": "²"}]},
         "position is not a number: '²'"),
    ],
)  # fmt: skip
def test_what_makes_no_record_is_refused_with_the_reason(change, reason):
    item = json.dumps({**ITEM, **change}).encode()
    assert refused(item).startswith(reason)


# ---- There and back

RECORD = Record(
    publication="xinmin-wanbao",
    publication_name="新民晚报",
    date=datetime.date(2020, 6, 8),
    edition="早",
    issue_number=21126,
    date_note="庚子年闰四月十七",
    page="A02",
    page_name="要闻",
    position=2,
    kicker="梅雨季提前到来",
    headline=HEADLINE,
    deck="——防汛部门提前部署",
    byline="本报记者 叶薇",
    dateline="本报讯",
    column="新民随笔",
    genre="评论",
    correction="6月9日更正：“两周”应为“三周”。",
    status="withdrawn",
    source_text=f"{HEADLINE}\n\n本报讯 {BODY}",
    tags=["天气", "防汛"],
    body=[
        {"kind": "paragraph", "text": BODY},
        {"kind": "subhead", "text": "各区 <落实> 责任 &amp;"},
        {"kind": "photo", "caption": "路口", "credit": "王凯 摄", "alt": '"雨"',
         "image": "photos/2020/06/08/1.jpg"},
        {"kind": "paragraph", "text": "第一行\n第二行"},
    ],
)  # fmt: skip


def test_a_record_is_written_as_an_item_of_version_3():
    item = ninjs.write(RECORD)
    uri = "tag:newsarchive.example,2026:xinmin-wanbao/2020-06-08/%E6%97%A9/A02/2"
    photo = {
        "name": "photo 1",
        "uri": f"{uri}/photo/1",
        "type": "picture",
        "descriptions": [{"role": "caption", "value": "路口"}],
        "by": "王凯 摄",
    }
    main, text, source = item.pop("bodies")
    assert main["contentType"] == "text/html"
    assert main["value"].startswith(f"<p>{BODY}</p><h2>各区 &lt;落实&gt; 责任")
    assert text["value"].split("\n\n")[0] == BODY
    assert source["value"] == RECORD.source_text
    assert item == {
        "uri": uri,
        "standard": {
            "name": "ninjs",
            "version": "3.0",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json",
        },
        "type": "text",
        "profile": "newsarchive-article",
        "representationType": "full",
        "language": "zh",
        "contentCreated": "2020-06-08T00:00:00+08:00",
        "pubStatus": "canceled",
        "by": "本报记者 叶薇",
        "located": "本报讯",
        "headlines": [
            {"role": "main", "value": HEADLINE},
            {"role": "kicker", "value": "梅雨季提前到来"},
            {"role": "subhead", "value": "——防汛部门提前部署"},
            {"role": "newsarchive:column", "value": "新民随笔"},
        ],
        "descriptions": [
            {"role": "correction", "value": RECORD.correction},
            {"role": "newsarchive:date_note", "value": "庚子年闰四月十七"},
        ],
        "genres": [{"name": "评论"}],
        "subjects": [{"name": "天气"}, {"name": "防汛"}],
        "infoSources": [
            {"role": "publisher", "literal": "xinmin-wanbao", "name": "新民晚报"}
        ],
        "altIds": [
            {"role": "newsarchive:publication", "value": "xinmin-wanbao"},
            {"role": "newsarchive:edition", "value": "早"},
            {"role": "newsarchive:page", "value": "A02"},
            {"role": "newsarchive:page_name", "value": "要闻"},
            {"role": "newsarchive:position", "value": "2"},
            {"role": "newsarchive:issue_number", "value": "21126"},
        ],
        "associations": [photo],
    }


def test_neither_folders_nor_options_move_our_own_items():
    item = ninjs.write(RECORD)
    assert only(item, path=("a", "2001-01-01", "b"), publication="c") == RECORD


# Characters that HTML, JSON and readers of either might not give back.
AWKWARD = st.sampled_from(
    ["<p>", "</p>", "<!--", "-->", "&lt;", "&amp", "&#60;", '"', "'", "<br>", "\r\n", "\t",
     "\u2028", "\x0b", "\x85", " ", "\u3000", "]]>", "<script>", "\\", "\ufeff", "报"]
)  # fmt: skip
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


def texts(longest=40, shortest=0):
    pieces = st.lists(AWKWARD | LETTERS, max_size=longest // 6).map("".join)
    return pieces.filter(lambda text: len(text) >= shortest)


def photos():
    named = {name: texts(shortest=1) for name in ("caption", "credit", "alt", "image")}
    return st.fixed_dictionaries({"kind": st.just("photo")}, optional=named)


def blocks():
    kinds = st.sampled_from(["paragraph", "subhead"])
    return st.fixed_dictionaries({"kind": kinds, "text": texts(shortest=1)})


LABELS = st.sampled_from(["1", "A02", "头版", "早"]) | texts(12, shortest=1)
TAGS = st.lists(texts(shortest=1).map(str.strip).filter(bool), max_size=3)
SLUGS = st.from_regex(r"\w[\w-]{0,79}", fullmatch=True)
RECORDS = st.builds(
    Record,
    publication=SLUGS,
    date=st.dates(datetime.date(1600, 1, 1), datetime.date(2200, 1, 1)),
    headline=texts(shortest=1),
    body=st.lists(blocks() | photos(), max_size=5),
    edition=st.just("") | LABELS,
    page=LABELS,
    position=st.integers(0, 32767),
    status=st.sampled_from(["draft", "published", "withdrawn"]),
    # As from_exchange leaves them: each once, in order.
    tags=TAGS.map(lambda tags: sorted({t.casefold(): t for t in tags}.values())),
    issue_number=st.none() | st.integers(0, 2**31 - 1),
    doubts=st.just([]),
    **dict.fromkeys(
        ["kicker", "deck", "byline", "dateline", "column", "genre", "correction",
         "source_text", "publication_name", "page_name", "date_note"],
        texts(),
    ),
)  # fmt: skip


def is_valid(record):
    try:
        check(record)
    except RecordError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(RECORDS)
@example(RECORD)
def test_a_record_written_and_read_is_the_same_record(record):
    assume(is_valid(record))
    item = ninjs.write(record)
    data = json.dumps(item).encode()
    assert ninjs.sniff(data, "item.json")
    assert imported(data) == [record]
    assert_of_version_3(item)


ROLE_AND_VALUE = {"role", "value"}
NAMES_OF_VERSION_3 = {
    "headlines": ROLE_AND_VALUE,
    "descriptions": ROLE_AND_VALUE,
    "altIds": ROLE_AND_VALUE,
    "bodies": {"role", "contentType", "value"},
    "subjects": {"name"},
    "genres": {"name"},
    "infoSources": {"role", "literal", "name"},
    "associations": {"name", "uri", "type", "descriptions", "by"},
}
TEXTS_OF_VERSION_3 = {
    "uri", "type", "profile", "representationType", "language", "contentCreated",
    "pubStatus", "by", "located",
}  # fmt: skip


def assert_of_version_3(item):
    """Check names and types against those that the standard's schema allows."""
    for name, value in item.items():
        if name in NAMES_OF_VERSION_3:
            assert all(thing.keys() <= NAMES_OF_VERSION_3[name] for thing in value)
        else:
            assert name == "standard" or name in TEXTS_OF_VERSION_3
            assert name == "standard" or isinstance(value, str)
    assert all(
        {"name", "uri"} <= thing.keys() for thing in item.get("associations", [])
    )


# ---- Files


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n \r\n"])
@pytest.mark.parametrize(
    "layout",
    [
        lambda items: "\n".join(map(json.dumps, items)),
        lambda items: "\r\n\r\n".join(map(json.dumps, items)) + "\n",
        json.dumps,
        lambda items: json.dumps(items, indent=2, ensure_ascii=False),
        lambda items: "[" + ",\n\n".join(map(json.dumps, items)) + "\n]\n",
    ],
)
def test_arrays_and_lines(layout, start):
    heads = ["一", '二 "]}, \\', "三\\"]
    items = [{**ITEM, "headline": head, "x": [[], {}]} for head in heads]
    data = start + layout(items).encode()
    assert ninjs.sniff(data, "items.json")
    assert [record.headline for record in imported(data, FOLDERS)] == heads


def test_one_item_over_many_lines():
    data = json.dumps(VERSION_3, indent=1, ensure_ascii=False).encode()
    assert only(data).headline == HEADLINE
    assert imported(b"[]") == imported(b"") == imported(b" \n") == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_an_array_is_cut_the_same_in_blocks_of_any_size(size, monkeypatch):
    monkeypatch.setattr(ninjs, "_BLOCK", size)
    items = [ninjs.write(RECORD), VERSION_1, {"a": '\\\\\\"[{'}]
    text = "[\n" + ",\n".join(json.dumps(item, indent=1) for item in items) + "]"
    entry = Entry("x", (), io.BytesIO(text.encode()), lambda name: None)
    found = list(ninjs.chunks(entry))
    assert [json.loads(chunk.data) for chunk in found] == items
    begins = [text[: text.index(json.dumps(i, indent=1))].count("\n") for i in items]
    assert [chunk.origin.line for chunk in found] == [line + 1 for line in begins]


def lines(*texts):
    return "\n".join(texts).encode()


GOOD = json.dumps(ITEM)


def test_a_bad_line_does_not_take_the_others_with_it():
    found = imported(
        lines('{"uri": "x", "headline": "', GOOD, "[1]", GOOD[:-9], GOOD), FOLDERS
    )
    assert [isinstance(one, Record) for one in found] == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert [(str(one.origin), one.reason) for one in found if isinstance(one, Rejected)] == [
        ("items.json:1", "it is not JSON: it is cut short"),
        ("items.json:3", "an item is a JSON object"),
        ("items.json:4", "it is not JSON: it is cut short"),
    ]  # fmt: skip


def test_a_fault_in_an_item_over_many_lines_is_given_its_line():
    [rejected] = imported(lines("", "{", '"uri": "x",', '"headline" 7', "}"))
    assert "(line 4, column 12)" in rejected.reason
    assert rejected.raw.startswith("{")


@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_file_that_is_cut_short(end):
    assert refused(json.dumps(VERSION_3, indent=1).encode()[:-end]).endswith(
        "cut short"
    )
    array = json.dumps([ITEM, ITEM], indent=1).encode()
    found = imported(array[:-end], FOLDERS)
    assert isinstance(found[0], Record)
    assert found[-1].reason == "the array of items is cut short"
    # The last item is whole if only the bracket is missing.
    assert len(found) == (3 if end == 1 else 2)


def test_what_follows_an_array_is_not_passed_over():
    found = imported(f"[{GOOD}]\n{GOOD}".encode(), FOLDERS)
    assert found[1].reason == "something follows the array of items"
    assert found[1].origin.line == 1


def test_text_that_is_not_utf_8():
    assert refused(b'{"uri": "\xff"}') == "it is not UTF-8 at byte 10"


@pytest.mark.parametrize("deep", ["[", '{"a":', '[{"a":', '{"uri": "x", "bodies": ['])
@pytest.mark.parametrize("before", ["", GOOD + "\n"])
def test_deep_nesting_is_refused(deep, before):
    found = imported((before + deep * 100_000).encode(), FOLDERS)
    assert isinstance(found[-1], Rejected)
    closed = "[" * 100_000 + "]" * 100_000
    assert "too deep" in refused(f'{{"uri": {closed}}}'.encode())
    assert "too deep" in refused(f"[{closed}]".encode())


def test_what_is_too_long_is_set_aside_and_the_rest_read(monkeypatch):
    monkeypatch.setattr(ninjs, "LARGEST_RECORD", 2000)
    long = json.dumps({**ITEM, "body_text": "x" * 5000})
    for data in (
        lines(long, GOOD),
        lines(GOOD, long, GOOD),
        f"[{long},\n{GOOD}]".encode(),
    ):
        found = imported(data, FOLDERS)
        [rejected] = [one for one in found if isinstance(one, Rejected)]
        assert "longer than" in rejected.reason
        assert len(rejected.raw) == 300
        assert isinstance(found[-1], Record)
    [rejected] = imported(json.dumps(json.loads(long), indent=1).encode())
    assert "longer than" in rejected.reason


@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a ", "<a b='", "<", "</", "<![", "&", "<p>", "<figure>", "<script>"],
)
def test_odd_markup_is_read_in_seconds(unit):
    begin = time.perf_counter()
    imported({**ITEM, "body_xhtml": unit * 50_000}, FOLDERS)
    assert time.perf_counter() - begin < 10  # a bound against blow-up, no measurement


# ---- What is ninjs and what is not


@pytest.mark.parametrize(
    "head",
    [
        b'{"uri": "x", "type": "text"',
        b'{"URI": "x", "Headlines": [',
        b'\xef\xbb\xbf [ {"body_text": "x", "versioncreated": "',
        b'{"$standard": {"name": "ninjs"}, "title": "x"}',
        b'{"bodies": [{"value": "' + "报".encode() * 100 + b'"}], "uri": "x"}',
    ],
)
def test_marks_of_ninjs(head):
    assert ninjs.sniff(head, "x")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"[",
        b"[]",
        b"[[{",
        b'"uri" "headline"',
        '沪上今起入梅 "uri": "headline":'.encode(),
        json.dumps(RECORD.exchange()).encode(),
        json.dumps({**RECORD.exchange(), "uri": "x", "type": "text"}).encode(),
        b'[{"model": "articles.article", "fields": {"uri": "x", "headline": "y"}}]',
        b'{"a": {"uri": "x", "headline": "y"}}',
        b'{"a": 1}\n{"uri": "x", "headline": "y"}',
        b'{"headline": "x", "body": "uri"}',
        b'{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "x"}',
        b'<mets uri="x" headline="y">',
    ],
)
def test_what_is_no_ninjs(head):
    assert not ninjs.sniff(head, "items.ninjs.json")


# ---- Whatever comes in

NAMES = sorted(
    {*VERSION_1, *VERSION_2, *VERSION_3, "keywords", "body_html", "provider"}
)
INNER = st.sampled_from(
    ["role", "value", "name", "type", "language", "descriptions", "by"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["<p>x</p>", "2020-06-08", "picture", "main", "usable", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([VERSION_1, VERSION_2, VERSION_3, ninjs.write(RECORD)]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
def test_wrong_values_are_refused_and_never_an_error(item, wrong):
    data = json.dumps({**item, **wrong}).encode()
    ninjs.sniff(data, "x")
    for path in ((), FOLDERS):
        [found] = imported(data, path)
        assert isinstance(found, Rejected) or is_valid(found)
        assert not isinstance(found, Rejected) or found.reason


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_json_is_read_or_refused(value):
    for found in imported(json.dumps(value).encode(), FOLDERS):
        assert isinstance(found, Rejected | Record)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(list('[]{},:"\\\n x')) | st.just(GOOD), max_size=12))
def test_any_bytes_are_read_or_refused(pieces):
    data = "".join(pieces).encode()
    ninjs.sniff(data, "x")
    found = imported(data, FOLDERS)
    assert all(isinstance(one, Rejected | Record) for one in found)
    assert found or not data.strip(b"[] \n,")


@pytest.mark.parametrize("data", ["[}", "[,}", " [ } "])
def test_an_array_that_a_brace_ends_is_refused(data):
    (found,) = imported(data.encode(), FOLDERS)
    assert found.reason == "something follows the array of items"
    good, rest = imported(f"[{GOOD}{data.strip()[-1]}".encode(), FOLDERS)
    assert isinstance(good, Record)
    assert rest.raw == "}"


def test_chunks_hold_the_place_of_the_item():
    entry = Entry("a.json", FOLDERS, io.BytesIO(GOOD.encode()), lambda name: None)
    assert list(ninjs.chunks(entry)) == [
        Chunk("ninjs", Origin("a.json", 1), GOOD.encode(), FOLDERS)
    ]
