"""Folding, segmentation and the lexicon: what index and query agree on."""

import itertools
import logging
from pathlib import Path

import jieba
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.text.fold import fold, fold_with_offsets
from articles.text.lexicon import Lexicon
from articles.text.segment import MAX_WORD_LENGTH, pair_codes, segment, segment_with

SOURCE = Path(__file__).parent / "data" / "seed" / "xinmin_page_text.txt"


@pytest.fixture(scope="module", autouse=True)
def private_jieba(tmp_path_factory):
    """Keep jieba's cache, which is read with marshal, out of the shared temporary folder."""
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    jieba.initialize()


def cut_by_jieba(text):
    return list(jieba.cut_for_search(text))


han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5)
mixed = st.text(
    st.one_of(
        han,
        st.sampled_from("的一是在不了有和人这上海市长三角污染防治黄润秋年月日"),
        st.sampled_from("abcABC0123456789.-_+#&%/ ，。“”·…〇㐀𠀀"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)

# ---- fold


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("ＡＢ１２", "ab12"),
        ("臺灣後來發展頭髮", "台湾后来发展头发"),
        ("乾隆著名", "乾隆著名"),
        ("二〇二〇年", "二〇二〇年"),
        ("㈱①", "(株)1"),
        ("　，：；！", " ,:;!"),
        ("⼈㊥", "人中"),
        ("约翰・史密斯", "约翰·史密斯"),
        ("约翰•史密斯", "约翰·史密斯"),
        ("新\u200b民\ufeff晚\u00ad报", "新民晚报"),
        ("Cafe\u0301", "café"),
        ("\ud800", "\ufffd"),
    ],
)
def test_fold_makes_printed_forms_equal(printed, folded):
    assert fold(printed) == folded


@given(mixed)
@example("ﷺ㈱e\u0301")
def test_folding_with_offsets_gives_the_same_text_and_true_places(text):
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert folded.offsets == sorted(folded.offsets)
    assert folded.offsets[-1] == len(text)


@given(mixed)
def test_the_span_of_a_folded_character_folds_to_text_that_holds_it(text):
    folded = fold_with_offsets(text)
    for place, char in enumerate(folded.text):
        start, end = folded.source_span(place, place + 1)
        assert start < end
        # Simplification depends on neighbours, so compare what does not.
        if char.isascii():
            assert char in fold(text[start:end])


@given(mixed)
def test_folding_twice_changes_nothing_in_chinese_and_latin(text):
    usual = "".join(c for c in text if c.isascii() or "\u4e00" <= c <= "\u9fd5")
    once = fold(usual)
    assert len(once) == len(usual)
    assert fold(once.upper()) == fold(once)


# ---- segment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "中华人民共和国",
            ["中华", "华人", "人民", "共和", "共和国", "中华人民共和国"],
        ),
        ("5g连线2020-2022年", ["5g", "连线", "2020", "2022", "年"]),
        ("t.s.eliot", ["t", "s", "eliot"]),
        ("二〇二〇年", ["二", "〇", "二", "〇", "年"]),
        ("。，“”!? ", []),
        ("a" * 3000, ["a" * MAX_WORD_LENGTH]),
    ],
)
def test_segment(text, words):
    assert segment(text) == words


def test_rjieba_cuts_the_source_page_as_jieba_does():
    text = fold(SOURCE.read_text(encoding="utf-8"))
    words = segment(text)
    assert len(words) > 2000
    assert words == segment_with(cut_by_jieba, text)


def test_rjieba_cuts_every_word_of_the_dictionary_as_jieba_does():
    lines = (
        Path(jieba.__file__)
        .with_name("dict.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    words = [fold(line.split(" ")[0]) for line in lines]
    assert len(words) > 349_000
    different = [w for w in words if segment(w) != segment_with(cut_by_jieba, w)]
    assert different == []


@given(mixed)
@settings(max_examples=500)
def test_rjieba_cuts_any_string_as_jieba_does(text):
    folded = fold(text)
    assert segment(folded) == segment_with(cut_by_jieba, folded)


@given(mixed)
def test_words_hold_no_punctuation_and_stand_in_the_text(text):
    folded = fold(text)
    for word in segment(folded):
        assert word in folded
        assert word.isalnum() or not word.isascii()


def test_a_long_run_of_single_characters_is_no_burden():
    assert len(segment("的" * 300_000)) == 300_000


# ---- lexicon


def test_a_lexicon_word_is_found_in_every_sentence():
    lexicon = Lexicon(["黄润秋"])
    assert "黄润秋" not in segment("副组长黄润秋在会上讲话")
    for sentence in (
        "黄润秋",
        "副组长黄润秋在会上讲话",
        "由黄润秋讲话",
        "黄润秋冬季讲话",
    ):
        assert "黄润秋" in segment(sentence, lexicon)


@given(
    st.lists(st.text(han, min_size=2, max_size=5), max_size=6),
    st.text(han, max_size=40),
)
def test_a_text_found_with_a_lexicon_is_found_by_its_own_words(words, text):
    lexicon = Lexicon(words)
    found = segment(text, lexicon)
    for word in lexicon.words:
        if word in text:
            assert set(segment(word, lexicon)) <= set(found)


def test_lexicon_words_that_overlap_or_stand_within_another_are_all_found():
    lexicon = Lexicon(["袁家军李", "李国英等", "李国英"])
    assert {"袁家军李", "李国英等", "李国英"} <= set(
        segment("袁家军李国英等出席", lexicon)
    )


# ---- codes of characters and pairs


@given(st.text(han, min_size=2, max_size=30), st.data())
def test_a_substring_has_only_codes_of_its_text(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert pair_codes(text[start:end]) <= pair_codes(text)
    pairs = set(map("".join, itertools.pairwise(text)))
    assert len(pair_codes(text)) == len(pairs) + len(set(text))


# Beyond U+FFFF, blanks, and signs that PostgreSQL, UTF-16 or a regular expression treats apart.
_ANY = st.text(st.sampled_from("黄润秋 \n\x1fA.𠮷𠮶'\\%_\u3000é"), max_size=12)


@given(_ANY, _ANY)
def test_codes_of_one_or_two_characters_are_there_if_and_only_if_the_string_is(
    text, string
):
    if string in text:
        assert pair_codes(string) <= pair_codes(text)
    for char in set(text) - set(" \n\x1f\u3000"):
        assert pair_codes(char) <= pair_codes(text)
    absent = pair_codes("𠮷𠮶") <= pair_codes(text)
    assert absent == ("𠮷𠮶" in text) or "𠮷" in text


def test_all_codes_are_integers_of_postgresql():
    assert all(-(2**31) <= c < 2**31 for c in pair_codes("\uffff\ufffe𠮷\U0010fffd"))
