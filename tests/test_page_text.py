"""The page parser: golden records, the conventions one by one, and every character kept."""

import json
import random
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.ingest.page_text import parse_page
from articles.ingest.parsed import Role

SEED = Path(__file__).parent / "data" / "seed"
SHARED = Path(__file__).parents[2] / "shared"
SOURCE = (SEED / "xinmin_page_text.txt").read_text(encoding="utf-8")
GOLDEN = [
    json.loads((SEED / f"article_{n}.json").read_text(encoding="utf-8")) for n in (1, 2)
]
FIELDS = ("kicker", "headline", "deck", "dateline", "byline", "body")


def records(text):
    page = parse_page(text)
    assert list(page.lost()) == []
    return [
        {field: article.record()[field] for field in FIELDS}
        for article in page.articles
    ]


def golden(change=lambda text: text):
    """Return the golden records, each of their texts changed."""

    def changed(value):
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [changed(item) for item in value]
        return {k: v if k == "kind" else changed(v) for k, v in value.items()}

    return [changed({field: record[field] for field in FIELDS}) for record in GOLDEN]


# ---- The real page


def test_the_real_page_gives_the_golden_records():
    assert records(SOURCE) == golden()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: re.sub(r"\n+", "\n", text),
        lambda text: re.sub(r"(?m)^(?=.)", "\u3000\u3000", text),
        lambda text: re.sub(r"(?m)$", "  ", text),
        lambda text: "\n\n\n" + text + "\n\n",
    ],
    ids=["crlf", "cr", "no-blank-lines", "padded", "trailing-blanks", "blank-lines"],
)
def test_the_real_page_with_other_line_ends_and_margins(change):
    assert records(change(SOURCE)) == golden()


WIDTHS = str.maketrans(",;:?!()", "，；：？！（）")
NAMES = {"黄润秋": "欧阳文慧", "李强": "赵守正", "叶薇": "钱多多", "王凯": "司马光远"}


def renamed(text):
    for name, other in NAMES.items():
        text = text.replace(name, other)
    return text


@pytest.mark.parametrize("change", [lambda text: text.translate(WIDTHS), renamed])
def test_the_real_page_with_other_punctuation_and_names(change):
    assert records(change(SOURCE)) == golden(change)


def set_in_type(width, indent, broken=(), blank_lines=True):
    """Return the golden records as a page of a column's width.

    ``broken`` holds the paragraphs (by their place on the page) that a column break cut.
    """
    blocks = []
    for record in GOLDEN:
        blocks += [record[head] for head in ("kicker", "headline", "deck")]
        dateline = record["dateline"]
        for part in record["body"]:
            if part["kind"] == "photo":
                blocks.append(f"{part['caption']} {part['credit']}")
            elif part["kind"] == "subhead":
                blocks.append(part["text"])
            else:
                text = f"{dateline} {part['text']}" if dateline else part["text"]
                dateline = ""
                blocks += paragraph(text, width, indent, len(blocks) in broken)
        blocks += [record["byline"]] if record["byline"] else []
    return ("\n\n" if blank_lines else "\n").join(blocks)


def paragraph(text, width, indent, broken):
    text = "\u3000\u3000" * indent + text
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    middle = len(lines) // 2 if broken and len(lines) > 3 else len(lines)
    return ["\n".join(half) for half in (lines[:middle], lines[middle:]) if half]


@pytest.mark.parametrize("width", [13, 17, 22, 28, 36, 45])
@pytest.mark.parametrize("indent", [True, False])
@pytest.mark.parametrize("blank_lines", [True, False])
def test_the_real_page_in_narrow_columns(width, indent, blank_lines):
    if not (indent or blank_lines):
        pytest.skip("nothing marks where a paragraph begins")
    assert records(set_in_type(width, indent, blank_lines=blank_lines)) == golden()


@pytest.mark.parametrize("seed", range(8))
def test_the_real_page_with_column_breaks_elsewhere(seed):
    broken = set(random.Random(seed).sample(range(4, 40), 8))
    assert records(set_in_type(24, True, broken)) == golden()


# ---- Pages made with known structure


@pytest.fixture(scope="module")
def made_pages():
    folder = SHARED / "pages" / "page-test"
    if not folder.is_dir():
        pytest.skip(f"no pages in {folder}")
    return {
        (path.parent.name, path.stem): parse_page(path.read_text(encoding="utf-8"))
        for path in folder.glob("*/*.txt")
    }


@pytest.fixture(scope="module")
def truth():
    lines = (SHARED / "pages_truth.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def squeezed(record):
    """Return what the scorer of the pages compares, with each run of white space one."""
    parts = [
        tuple(" ".join(part.get(name, "").split()) for name in ("kind", "text", "caption", "credit"))
        for part in record["body"]
    ]  # fmt: skip
    heads = [" ".join(record[field].split()) for field in FIELDS[:-1]]
    return (tuple(heads), tuple(sorted(parts)))


def test_of_made_pages_nineteen_articles_in_twenty_are_exact(made_pages, truth):
    exact = 0
    for record in truth:
        page = made_pages[record["date"], record["page"]]
        exact += squeezed(record) in {squeezed(a.record()) for a in page.articles}
    assert exact / len(truth) >= 0.96


def test_a_confident_article_is_right_and_a_wrong_one_is_doubted(made_pages, truth):
    known = {squeezed(record) for record in truth}
    articles = [article for page in made_pages.values() for article in page.articles]
    sure = [article for article in articles if article.confidence >= 0.9]
    unsure = [article for article in articles if article.confidence < 0.9]
    wrong_sure = sum(squeezed(a.record()) not in known for a in sure) / len(sure)
    wrong_unsure = sum(squeezed(a.record()) not in known for a in unsure) / len(unsure)
    assert len(sure) > 0.85 * len(articles)
    assert wrong_sure < 0.02
    assert wrong_unsure > 10 * wrong_sure


# ---- The conventions, one by one

BODY = "市政府今天举行发布会,介绍雨季防汛的准备情况,要求各区落实责任。"
MORE = "气象部门说,梅雨将持续两周,市民出行要带伞,低洼路段可能积水。"


def only(text):
    page = parse_page(text)
    assert list(page.lost()) == []
    assert len(page.articles) == 1, [a.headline for a in page.articles]
    return page.articles[0]


def story(*lines, headline="沪上今起入梅"):
    return only("\n\n".join([headline, *lines]))


@pytest.mark.parametrize(
    "dateline",
    [
        "本报讯", "本报北京6月6日电", "本报上海今日讯", "新华社北京6月6日电", "据新华社电", "新华社特稿",
        "中新社香港6月6日电", "央视网消息", "据《纽约时报》网站6月5日报道", "【本报专稿】",
    ],
)  # fmt: skip
def test_datelines(dateline):
    article = story(f"{dateline} {BODY}", MORE)
    assert article.dateline == dateline
    assert [part.excerpt.text for part in article.body] == [BODY, MORE]


def test_what_follows_a_dateline_belongs_to_the_sentence():
    article = story("新华社北京6月6日电(记者 张三 李四) 6月6日下午," + BODY)
    assert article.dateline == "新华社北京6月6日电"
    assert article.byline == "记者 张三 李四"
    assert article.body[0].excerpt.text == "6月6日下午," + BODY


BYLINES = [
    "本报记者 叶薇", "本报记者 叶　薇", "记者 张三 李四", "首席记者 张三", "本报驻京记者 张三",
    "见习记者 张三", "实习生 张三", "通讯员 王五", "文/张三 图/李四", "文图 张三",
    "作者:张三", "编译 王五", "记者 张三 通讯员 王五", "本报评论员",
]  # fmt: skip


@pytest.mark.parametrize("byline", BYLINES)
def test_bylines_at_the_end_and_under_the_heads(byline):
    assert story(BODY, MORE, byline).byline == byline
    assert story(byline, BODY, MORE).byline == byline


@pytest.mark.parametrize(
    ("printed", "byline"),
    [
        ("(记者 叶薇)", "记者 叶薇"),
        ("（本报记者 叶薇）", "本报记者 叶薇"),
        ("□ 张三", "张三"),
        ("◎张三", "张三"),
    ],
)
def test_brackets_and_marks_are_no_part_of_a_byline(printed, byline):
    assert story(BODY, MORE, printed).byline == byline


@pytest.mark.parametrize(
    "end", [" 本报记者 叶薇", "(记者 叶薇)", "　（本报记者 叶薇）"]
)
def test_a_byline_behind_the_last_sentence(end):
    article = story(BODY, MORE + end)
    assert article.byline == end.strip(" 　()（）")
    assert article.body[-1].excerpt.text == MORE


@pytest.mark.parametrize(
    "text", ["记者走进社区", "文化下乡", "图解新政", "编辑部的故事"]
)
def test_a_head_that_begins_like_a_byline_is_none(text):
    assert story(BODY, MORE, headline=text).headline == text


CREDITS = [
    "本报记者 王凯 摄", "新华社记者 张三 摄", "张三 摄", "摄影 张三", "王凯/摄", "新华社发",
    "新华社/法新", "视觉中国", "IC photo", "东方IC", "资料图片", "资料照片", "受访者供图", "图/张三",
]  # fmt: skip


@pytest.mark.parametrize("credit", CREDITS)
def test_a_caption_is_lifted_out_of_a_broken_sentence(credit):
    half = BODY.index("防汛")
    article = story(MORE, BODY[:half], f"志愿者在路口疏导车辆 {credit}", BODY[half:])
    assert [part.record() for part in article.body] == [
        {"kind": "paragraph", "text": MORE},
        {"kind": "paragraph", "text": BODY},
        {"kind": "photo", "caption": "志愿者在路口疏导车辆", "credit": credit},
    ]


@pytest.mark.parametrize("mark", ["▲", "▼ ", "◀"])
def test_the_mark_of_a_caption_is_no_part_of_it(mark):
    article = story(BODY, f"{mark}志愿者在路口疏导车辆", MORE)
    assert article.body[1].role is Role.CAPTION
    assert article.body[1].excerpt.text == "志愿者在路口疏导车辆"


@pytest.mark.parametrize("caption", ["图为市民在雨中出行", "上图:市民在雨中出行"])
def test_a_caption_may_begin_with_what_it_shows(caption):
    assert story(BODY, caption, MORE).body[1].excerpt.text == caption


def test_a_credit_on_a_line_of_its_own_belongs_to_the_caption_above():
    half = BODY.index("防汛")
    article = story(BODY[:half], "志愿者在路口疏导车辆", "张三 摄", BODY[half:])
    assert article.body[1].record() == {
        "kind": "photo", "caption": "志愿者在路口疏导车辆", "credit": "张三 摄",
    }  # fmt: skip


def test_subheads_stand_within_an_article():
    article = story(BODY, "梅雨持续两周", MORE, "一、各区落实责任", BODY)
    kinds = [part.record()["kind"] for part in article.body]
    assert kinds == ["paragraph", "subhead", "paragraph", "subhead", "paragraph"]


@pytest.mark.parametrize(
    ("line", "page", "forward"),
    [("下转第2版", "2", True), ("(下转 A3 版)", "A3", True), ("上接第1版", "1", False)],
)
def test_jump_lines_are_links_not_text(line, page, forward):
    article = story(BODY, MORE, line)
    assert [(jump.page, jump.forward) for jump in article.jumps] == [(page, forward)]
    assert [part.excerpt.text for part in article.body] == [BODY, MORE]


def test_a_jump_at_the_end_of_a_paragraph():
    article = story(BODY, MORE + "(下转第3版)")
    assert article.jumps[0].page == "3"
    assert article.body[-1].excerpt.text == MORE


def test_editors_and_folio_belong_to_the_page():
    page = parse_page(
        f"第1版 要闻 2020年6月8日 星期一 庚子年闰四月十七 第21126期 今日16版\n\n"
        f"沪上今起入梅\n\n{BODY}\n\n{MORE}\n\n责任编辑/张三 视觉设计/李四"
    )
    assert page.editors == ["责任编辑/张三 视觉设计/李四"]
    assert len(page.folio) == 1
    assert [article.headline for article in page.articles] == ["沪上今起入梅"]
    assert [part.excerpt.text for part in page.articles[0].body] == [BODY, MORE]


def test_a_correction_is_an_article_of_that_genre():
    page = parse_page(
        f"沪上今起入梅\n\n本报讯 {BODY}\n\n{MORE}\n\n本报记者 叶薇\n\n"
        "更正\n\n本报6月5日第3版《沪上入梅》一文中,“6月8日”应为“6月9日”,特此更正。"
    )
    assert [article.genre for article in page.articles] == ["", "更正"]


@pytest.mark.parametrize("column", ["【新民随笔】", "「今日论语」"])
def test_a_standing_name_is_the_column(column):
    article = only(f"{column}\n\n沪上今起入梅\n\n本报讯 {BODY}\n\n{MORE}")
    assert (article.column, article.headline) == (column[1:-1], "沪上今起入梅")


def test_three_two_and_one_heads():
    three = only(
        f"梅雨季提前到来\n\n沪上今起入梅\n\n——防汛部门提前部署\n\n本报讯 {BODY}"
    )
    assert (three.kicker, three.headline, three.deck) == (
        "梅雨季提前到来", "沪上今起入梅", "——防汛部门提前部署",
    )  # fmt: skip
    two = story("市长主持会议 张三讲话 李四等出席", f"本报讯 {BODY}")
    assert (two.headline, two.deck) == (
        "沪上今起入梅",
        "市长主持会议 张三讲话 李四等出席",
    )


def test_latin_words_are_not_run_together():
    text = "这家公司今年推出了名为Open\n\nScience的平台,向全市的研究人员开放数据,受到欢迎。"
    assert "Open Science" in story(MORE, text).body[-1].excerpt.text


# ---- Doubts


def reasons(article):
    return [note.reasons[0] for note in article.notes if note.code == "misprint"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("那是在新世界商场的的一个柜台。", "doubled-word"),
        ("柜姐柜姐切换自如，逛出新花样。", "doubled-phrase"),
        ("不同地区的布局 and 利益统一起来。", "latin-between-chinese"),
        ("他说，今天有雨,明天放晴，后天有风。", "half-width-comma"),
    ],
)
def test_a_suspected_misprint_is_kept_and_noted(text, reason):
    article = story(text + MORE.replace(",", "，"))
    assert article.body[0].excerpt.text.startswith(text)
    assert reason in reasons(article)


def test_half_width_commas_of_a_whole_article_are_noted_once():
    assert reasons(story(BODY, MORE)).count("half-width-comma") == 1


def test_every_decision_has_a_place_a_confidence_and_a_reason():
    for article in parse_page(SOURCE).articles:
        assert len(article.notes) > 5
        for note in article.notes:
            assert 0 <= note.start < note.end <= len(SOURCE)
            assert 0 <= note.confidence <= 1
    places = [n for a in parse_page(SOURCE).articles for n in a.notes if n.reasons]
    assert len(places) > 30


# ---- Whatever comes in

FRAGMENTS = [
    *BYLINES, *CREDITS, "本报讯 ", "新华社北京6月6日电(记者 张三)", "▲", "图为", "下转第2版", "(下转第3版)",
    "责任编辑/张三", "第1版 要闻", "更正", "【新民随笔】", "。", "，", "……", "”", "（", "\n", "\n\n", "\r\n", "\u3000\u3000",
    " ", "沪上今起入梅", "Open", "2020", "——", "\x00", "\ufeff", "\u2028", "\ud800", BODY, MORE,
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=40))
@example(["(", "记者 张三", "\n", ")"])
def test_no_character_of_any_text_is_lost(fragments):
    source = "".join(fragments)
    page = parse_page(source)
    assert list(page.lost()) == []
    # In order, and none of them twice.
    spans = [(piece.start, piece.end) for piece in page.pieces]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    said = sorted("".join(page.text_of(page.pieces).split()))
    assert said == sorted("".join(source.split()))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_the_parts_say_what_the_pieces_say(source):
    page = parse_page(source)
    for article in page.articles:
        for part in article.body:
            for excerpt in (part.excerpt, part.credit):
                said = "".join(source[start:end] for start, end in excerpt.spans())
                assert "".join(said.split()) == "".join(excerpt.text.split())


# Pages that nobody printed, each of a size: what they cost must grow as their size does.
HOSTILE = {
    "a letter a line": lambda n: "字\n" * n,
    "a letter, a blank line": lambda n: "字\n\n" * n,
    "one line": lambda n: "今天天气很好，" * (60 * n),
    "one line without a stop": lambda n: "中" * (400 * n),
    "blank lines": lambda n: "字" + "\n" * (1_000 * n) + "字",
    "bylines": lambda n: "本报记者 叶薇\n" * (40 * n),
    "heads": lambda n: "沪上今起入梅\n\n" * n,
    "heads of a column": lambda n: "沪上今起入梅雨季节到\n" * (40 * n),
    "decks": lambda n: "沪上入梅\n\n" + "——今起\n\n" * n,
    "captions": lambda n: "图为孩子们在公园玩耍 张三 摄\n" * (8 * n),
    "credits under lines": lambda n: "中" * 50 * n + "\n沪上今起入梅雨\n张三 摄" * n,
    "list numbers": lambda n: "1、\n" * n,
    "list items": lambda n: "一、提升服务水平\n" * (40 * n),
    "column breaks": lambda n: "今天在北京举行的\n\n会议指出要进一步\n\n" * (n // 2),
    "a sentence without end": lambda n: "今天在北京举行的会议，\n" * (40 * n),
    "datelines": lambda n: "新华社北京6月7日电\n" * (40 * n),
    "punctuation": lambda n: "，。！？" * (100 * n),
    "punctuation, a line each": lambda n: "，\n" * n,
    "spaces": lambda n: " " * (1_000 * n),
    "spaces within": lambda n: "字" + " " * (1_000 * n) + "字",
    "misprints": lambda n: "的的\n" * n,
    "open brackets": lambda n: "（" * (300 * n) + "）",
    "folios": lambda n: "第1版 要闻\n" * (30 * n),
    **{f"only {c!r}": lambda n, c=c: c * (300 * n) for c in "字。”(《A驻图—\u3000\ufeff"},
}  # fmt: skip


def seconds(source):
    begin = time.process_time()
    parse_page(source)
    return time.process_time() - begin


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_four_times_a_hostile_page_take_some_four_times_as_long(make):
    small, large = make(60), make(240)
    assert list(parse_page(small).lost()) == []
    # Quadratic work would be sixteen times; what the machine does besides may disturb a try.
    for _try in range(4):
        if seconds(large) < 9 * seconds(small) + 0.02:
            return
    pytest.fail("it takes more time than its size explains")


@pytest.mark.parametrize(
    "line",
    [
        "驻" * 80, "驻京" * 40, "责编 张三 " * 17, "编辑 张三" * 15, "实习生 " * 22,
        "评论员本报记者 叶薇 农历甲子" * 6, "(编辑 张三" + "编辑 张三" * 20 + "!",
        "好。" + " 记者 张三记者" * 14, "首席驻本报记者 叶薇 首席" * 6,
        "摄影本报记者 叶薇 评论员" * 7, "张三 " * 30 + "摄", "报" * 90, "文 图 " * 30,
    ],
)  # fmt: skip
def test_a_line_full_of_roles_is_read_in_one_pass(line):
    # Every reading of such a line tried in turn took hours; ordinary lines take a millisecond.
    assert min(seconds(line) for _try in range(3)) < 400 * seconds(BODY * 8) + 0.5


@pytest.mark.parametrize(
    "source",
    [
        "", " \n ", "张三 " * 20_000, "(" * 50_000, "记者 张三、" * 5_000,
        "图/张三" * 5_000, "本报讯" * 20_000, "A" * 100_000, "——" * 30_000,
    ],
    ids=lambda source: f"{source[:6]!r}×{len(source)}",
)  # fmt: skip
def test_nothing_of_an_odd_page_is_lost(source):
    assert list(parse_page(source).lost()) == []
