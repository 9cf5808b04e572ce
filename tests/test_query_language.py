"""The query language: what is asked, what is forgiven, and what is shown of both."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.language import (
    MAX_LENGTH,
    MAX_TERMS,
    All,
    Any,
    Dates,
    Field,
    InPublication,
    Literal,
    Not,
    NoteCode,
    OnPage,
    Words,
    compose,
)
from articles.search.language import parse as parse_with
from articles.search.language.nodes import leaves
from articles.text.lexicon import Lexicon
from articles.text.segment import segment


def parse(text):
    return parse_with(text, Lexicon())


def words(text, field=None):
    return Words(text, tuple(segment(text)), field)


def day(text):
    return datetime.date.fromisoformat(text)


MEANINGS = [
    ("长三角", words("长三角")),
    ("長三角　ＡＢＣ 长三角", All((words("长三角"), words("abc")))),
    ("长三角 AND 污染", All((words("长三角"), words("污染")))),
    ('"区域 污染"', Literal("区域 污染")),
    ("“区域污染”", Literal("区域污染")),
    ("「区域污染」", Literal("区域污染")),
    ('"，"', Literal(",")),
    ("长三角 -污染", All((words("长三角"), Not(words("污染"))))),
    ("长三角 NOT 污染", All((words("长三角"), Not(words("污染"))))),
    ("－污染", Not(words("污染"))),
    ("上海 OR 北京", Any((words("上海"), words("北京")))),
    ("上海｜北京", Any((words("上海"), words("北京")))),
    ("（上海|北京）空气", All((Any((words("上海"), words("北京"))), words("空气")))),
    ("-（上海 北京）", Not(All((words("上海"), words("北京"))))),
    ("--上海", words("上海")),
    ("标题:长三角", words("长三角", Field.HEADLINE)),
    ("标题：長三角", words("长三角", Field.HEADLINE)),
    ("標題:长三角", words("长三角", Field.HEADLINE)),
    ('title:"长三角"', Literal("长三角", Field.HEADLINE)),
    ("作者:叶薇", words("叶薇", Field.AUTHOR)),
    ("图片:古镇", words("古镇", Field.PHOTO)),
    ("tag:环保", words("环保", Field.TAG)),
    (
        "正文:(上海 OR 北京)",
        Any((words("上海", Field.BODY), words("北京", Field.BODY))),
    ),
    ("-标题:上海", Not(words("上海", Field.HEADLINE))),
    ("报纸:新民晚报", InPublication("新民晚报")),
    ("版:A02", OnPage("a02")),
    ("日期:2020", Dates(day("2020-01-01"), day("2020-12-31"))),
    ("日期:2020-02", Dates(day("2020-02-01"), day("2020-02-29"))),
    ("日期:２０２０年６月８日", Dates(day("2020-06-08"), day("2020-06-08"))),
    ("日期:2020-06..2020-08", Dates(day("2020-06-01"), day("2020-08-31"))),
    ("日期:2020/6..", Dates(day("2020-06-01"), None)),
    ("date:..2020.6.8", Dates(None, day("2020-06-08"))),
    ("covid-19", words("covid-19")),
    ("3:2", words("3:2")),
    ("http://example.com", words("http://example.com")),
    ("or", words("or")),
]


@pytest.mark.parametrize(("text", "root"), MEANINGS)
def test_a_query_means(text, root):
    query = parse(text)
    assert query.root == root
    assert query.notes == ()


@pytest.mark.parametrize("text", ["", "  ", "。，！", "…", "\u200b"])
def test_a_query_without_letters_asks_nothing(text):
    assert not parse(text)
    assert not list(parse(text).positive())


FORGIVEN = [
    ('上海 "未完', NoteCode.UNCLOSED_QUOTE),
    ("(上海", NoteCode.UNCLOSED_PARENTHESIS),
    ("上海)", NoteCode.STRAY_PARENTHESIS),
    ("上海 OR", NoteCode.DANGLING_OPERATOR),
    ("上海 -", NoteCode.DANGLING_OPERATOR),
    ("上海 标题:", NoteCode.EMPTY_FIELD),
    ("标题: 上海", NoteCode.BLANK_AFTER_FIELD),
    ("上海*", NoteCode.WILDCARD),
    ("上海 日期:2020-02-30", NoteCode.IMPOSSIBLE_DATE),
    ("上海 日期:2021..2020", NoteCode.REVERSED_RANGE),
    ("上海 " * MAX_LENGTH, NoteCode.TOO_LONG),
    (" ".join(f"x{n}" for n in range(MAX_TERMS + 1)), NoteCode.TOO_MANY_TERMS),
    ("(-" * 9 + "上海" + ")" * 9, NoteCode.TOO_DEEP),
]


@pytest.mark.parametrize(("text", "code"), FORGIVEN)
def test_what_is_half_typed_is_forgiven_and_said(text, code):
    query = parse(text)
    assert code in {note.code for note in query.notes}
    assert query.root is not None


def test_only_positive_leaves_are_ranked_and_marked():
    query = parse('上海 -北京 (标题:"苏州" OR 杭州) 版:1')
    assert [leaf.text for leaf in query.positive()] == ["上海", "苏州", "杭州"]
    assert not query.only_words
    assert parse("上海 北京").only_words


SIGNS = st.text(
    st.sampled_from(
        "上海长三角ab1 　()（）\"“”「」:：-－|｜*OR..年月日'\\薴㈱\ufdfa\u0345\x1f\x00"
    ),
    max_size=60,
)
PARTS = st.lists(
    st.sampled_from(
        [
            "标题:",
            "日期:",
            "版:",
            "2020",
            "2020-06",
            "..",
            " OR ",
            " NOT ",
            "-",
            "(",
            ")",
            '"',
            "“",
            "”",
            "上海",
            "长三角",
            " ",
            "报纸：",
            "or",
            "«",
            "」",
        ]
    )
).map("".join)


@given(st.text() | SIGNS | PARTS)
def test_any_text_is_read_within_bounds_and_shown_as_it_was_understood(text):
    query = parse(text)
    assert len(list(leaves(query.root))) <= MAX_TERMS
    assert len(query.understood) <= MAX_LENGTH
    again = parse(query.understood)
    assert again.root == query.root
    assert again.understood == query.understood


@pytest.mark.parametrize(
    "unit", ["(", "-", '"', ")(", "标题:", "a OR ", "“", "2020..", "(-"]
)
def test_no_more_than_the_beginning_of_an_endless_query_is_read(unit):
    query = parse(unit * 200_000)
    assert NoteCode.TOO_LONG in {note.code for note in query.notes}
    assert len(query.understood) <= MAX_LENGTH


BOX = st.text(st.sampled_from('上海ab OR()"“”「」:-标题：|*'), max_size=12)


@given(BOX, BOX, BOX)
def test_what_is_in_a_box_of_the_form_stays_in_it(exact, without, headline):
    composed = compose(all_words="甲", exact=exact, without=without, headline=headline)
    nodes = parse(composed).root
    parts = nodes.nodes if isinstance(nodes, All) else (nodes,)
    assert parts[0] == words("甲")
    for part in parts[1:]:
        match part:
            case Not(Words(field=None) | Literal(field=None)):
                assert without.strip()
            case Words(field=Field.HEADLINE) | Literal(field=Field.HEADLINE):
                assert headline.strip()
            case Literal(field=None):
                assert exact.strip()
            case Words(field=None):
                pytest.fail(f"{part} escaped from {composed}")
            case _:
                pytest.fail(f"{part} is of no box: {composed}")


def test_the_form_asks_all_that_its_boxes_say():
    composed = compose(
        all_words="污染 防治", exact="攻坚战", any_words="上海 江苏", without="太湖",
        headline="长三角", author="叶薇", caption="古镇", tag="环保",
        publication="新民晚报", page="要闻", since=day("2020-06-01"), until=day("2020-06-30"),
    )  # fmt: skip
    assert composed == (
        '污染 防治 "攻坚战" (上海 OR 江苏) -太湖 标题:长三角 作者:叶薇 图片:古镇 标签:环保'
        ' 报纸:"新民晚报" 版:"要闻" 日期:2020-06'
    )
    assert not parse(composed).notes
