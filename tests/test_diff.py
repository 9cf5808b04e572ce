"""Differences by word, and paragraphs side by side."""

from hypothesis import given
from hypothesis import strategies as st

from articles.text.diff import MARK, align, compare, rows, words

SOME = st.text(alphabet="梅雨季来了上海今天晴，。；\n a1¶😀", max_size=40)
TEXTS = st.one_of(st.text(max_size=60), SOME)
BODIES = st.lists(SOME, max_size=6)


def marked(spans):
    return "".join(f"[{s.text}]" if s.differs else s.text for s in spans)


def plain(spans):
    return "".join(span.text for span in spans)


@given(TEXTS)
def test_the_words_are_the_text(text):
    assert "".join(words(text)) == text


@given(TEXTS, TEXTS)
def test_both_sides_are_whole_and_agree_where_they_are_said_to(left, right):
    first, second = compare(left, right)
    assert (plain(first), plain(second)) == (left, right)
    common = ["".join(s.text for s in x if not s.differs) for x in (first, second)]
    assert common[0] == common[1]


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert not any(span.differs for span in compare(text, text)[0])


@given(BODIES, BODIES)
def test_every_paragraph_stands_once_and_in_order(left, right):
    pairs = align(left, right)
    assert [n for lefts, _ in pairs for n in lefts] == list(range(len(left)))
    assert [n for _, rights in pairs for n in rights] == list(range(len(right)))
    for row in rows(left, right):
        assert plain(row.left_spans) == MARK.join(left[n] for n in row.left)
        assert plain(row.right_spans) == MARK.join(right[n] for n in row.right)


def test_a_difference_is_a_word():
    left, right = compare("上海市气象局昨天宣布入梅。", "上海市气象台昨天宣布入梅。")
    assert marked(left) == "上海市[气象局]昨天宣布入梅。"
    assert marked(right) == "上海市[气象台]昨天宣布入梅。"


def test_what_is_new_or_gone_is_on_one_side_only():
    left, right = compare("今天晴。", "今天上海晴。")
    assert (marked(left), marked(right)) == ("今天晴。", "今天[上海]晴。")


LONG = "上海市气象局昨天下午宣布，本市今起进入梅雨季节，比常年偏早三天。"
OTHER = "记者从市防汛指挥部获悉，全市三十座泵站已全部进入汛期值守状态。"
THIRD = "市民张先生说，菜市场里的杨梅比去年便宜了不少，一斤只要八元。"


def test_a_changed_paragraph_stands_beside_what_it_was():
    changed = LONG.replace("三天", "五天")
    assert align([LONG, OTHER], [OTHER[:5], changed, OTHER]) == [
        ((), (0,)),
        ((0,), (1,)),
        ((1,), (2,)),
    ]


def test_a_paragraph_that_was_split_stands_beside_both_halves():
    (row,) = rows([LONG + OTHER], [LONG, OTHER])
    assert (row.left, row.right) == ((0,), (0, 1))
    assert marked(row.right_spans) == f"{LONG}[{MARK}]{OTHER}"
    assert not any(span.differs for span in row.left_spans)


def test_paragraphs_that_were_joined_stand_beside_the_whole():
    (row,) = rows([LONG, OTHER], [LONG + OTHER])
    assert (row.left, row.right) == ((0, 1), (0,))


def test_a_paragraph_that_moved_says_so_on_both_sides():
    found = rows([LONG, OTHER, THIRD], [OTHER, THIRD, LONG])
    assert [(r.left, r.right, r.moved, r.is_same) for r in found] == [
        ((0,), (), True, True),
        ((1,), (0,), False, True),
        ((2,), (1,), False, True),
        ((), (2,), True, True),
    ]


def test_unlike_paragraphs_do_not_stand_side_by_side():
    assert align([LONG], [THIRD]) in (
        [((0,), ()), ((), (0,))],
        [((), (0,)), ((0,), ())],
    )


def test_the_same_word_over_and_over_takes_no_time():
    left, right = compare("的" * 30_000, "了" * 30_000)
    assert (len(left), len(right)) == (1, 1)


def test_hundreds_of_new_paragraphs_take_no_time():
    left = [f"第{n}段说的是旧事。" for n in range(300)]
    right = [f"{n}号新闻另有说法！" for n in range(300)]
    assert len(rows(left, right)) == 600
