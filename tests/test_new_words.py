"""New words from a collection alone, and what jieba's dictionary says of strings."""

import json
import lzma
import random
from pathlib import Path

import pytest

from articles.text import names, new_words, word_shape
from articles.text.fold import fold

CORPUS = Path("/work/shared/corpora/xinwen_lianbo_2022-2025.jsonl.xz")
FILLING = "山川日月风云雨雪江河湖海花草树木鸟兽虫鱼东西南北春夏秋冬金石丝竹"


def scattered(word, times=40, seed=1):
    """Return sentences in which a word stands among characters set by chance."""
    chance = random.Random(seed)

    def some():
        return "".join(chance.choices(FILLING, k=25))

    return [some() + word + some() for _time in range(times)]


def found(runs, least=5):
    return {
        word.word: word for word in new_words.find(runs, word_shape.is_known, least)
    }


def test_a_string_that_holds_together_and_stands_freely_is_found():
    words = found(scattered("苎麻坞"))
    assert "苎麻坞" in words
    assert words["苎麻坞"].occurrences == 40
    assert words["苎麻坞"].cohesion > new_words.LEAST_COHESION
    assert words["苎麻坞"].freedom > 3


def test_a_part_of_a_word_does_not_stand_freely():
    words = found(scattered("苎麻坞"))
    assert "苎麻" not in words
    assert "麻坞" not in words


def test_what_always_follows_one_word_is_no_word_by_itself():
    assert "坞畔" not in found(scattered("苎麻坞畔"))


def test_characters_that_meet_by_chance_do_not_hold_together():
    assert found(scattered("", times=400)) == {}


def test_known_words_are_left_out():
    assert "葡萄" not in found(scattered("葡萄"))


def test_a_word_that_stands_too_seldom_is_not_found():
    assert found(scattered("苎麻坞", times=4)) == {}
    assert found(scattered("苎麻坞", times=9), least=10) == {}


@pytest.mark.parametrize(
    "gram", ["的苎麻", "苎麻了", "三百苎", "第苎", "苎麻十", "在苎"]
)
def test_edges_of_phrases_and_numbers_are_no_words(gram):
    assert not new_words.is_word_like(gram)


def test_numbers_and_latin_words_are_neighbours_but_no_free_end():
    assert new_words.sentences("a股涨3.5%，好") == ["0股涨0"]
    # 苎麻坞 always stands between numbers: a measure word, not a name.
    runs = [f"0苎麻坞0{line}" for line in scattered("", times=40)]
    assert "苎麻坞" not in found(runs)


def test_ends_of_sentences_are_free_ends():
    assert "苎麻坞" in found(["苎麻坞"] * 20 + scattered("", times=60))


def test_nothing_is_found_in_nothing():
    assert new_words.find([], word_shape.is_known) == []
    assert new_words.sentences("") == []
    assert new_words.sentences("\0🙂<script>alert(1)</script>") == []


def test_each_word_names_places_where_it_stands():
    runs = scattered("苎麻坞")
    places = found(runs)["苎麻坞"].places
    assert places
    assert all("苎麻坞" in runs[place] for place in places)
    assert len(places) <= new_words.PLACES


def test_memory_is_bounded_and_frequent_words_are_found_all_the_same(monkeypatch):
    monkeypatch.setattr(new_words, "MOST_STRINGS", 300)
    assert "苎麻坞" in found(scattered("苎麻坞", times=60))


def test_every_run_is_told_of_in_every_pass():
    told = []
    runs = scattered("苎麻坞")
    new_words.find(runs, word_shape.is_known, 5, told.append)
    assert sum(told) == new_words.passes() * len(runs)


# ---- Shapes


@pytest.mark.parametrize(
    "phrase",
    [
        "党的创新理论",
        "加快推进",
        "习近平主席",
        "情况的报告",
        "架无人机",
        "东北等地",
        "受灾群众",
    ],
)
def test_phrases_are_told_from_words(phrase):
    assert word_shape.is_phrase(phrase)


@pytest.mark.parametrize(
    "word", ["非遗", "尹锡悦", "文化和旅游部", "数字经济", "新质生产力"]
)
def test_words_are_no_phrases(word):
    assert not word_shape.is_phrase(word)


def test_compounds_are_made_of_known_words():
    assert word_shape.is_compound("数字经济")
    assert not word_shape.is_compound("非遗技艺")
    assert word_shape.is_compound("非遗技艺", {"非遗"})


def test_a_string_across_known_words_cuts_them():
    assert word_shape.cuts_word("外交部部长", "部部长")
    assert not word_shape.cuts_word("学非遗技艺", "非遗")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("谌贻琴", "person"),
        ("宁波舟山港", "place"),
        ("自然资源部", "organisation"),
        ("非遗", "term"),
    ],
)
def test_kinds_are_told_by_endings_and_family_names(word, kind):
    assert word_shape.kind_of(word) == kind


# ---- Names


def test_names_stand_between_a_title_and_a_verb():
    runs = ["上海市市长龚正表示", "市长龚正说", "本报记者叶薇", "记者叶薇报道"]
    assert names.names(runs) == {"龚正": [0, 1], "叶薇": [2, 3]}


def test_a_name_that_one_sentence_shows_is_not_enough():
    assert names.names(["市长龚正表示", "龚正表示", "记者马上到", "记者马上说"]) == {}


def test_names_with_two_characters_of_family_name():
    assert "欧阳玉靖" in names.names(["大使欧阳玉靖表示", "大使欧阳玉靖说"])


# ---- The real news


@pytest.mark.skipif(not CORPUS.exists(), reason=f"needs {CORPUS}")
def test_the_best_of_real_news_are_words():
    with lzma.open(CORPUS, "rt") as file:
        items = [
            json.loads(line) for line, _number in zip(file, range(600), strict=False)
        ]
    runs = dict.fromkeys(
        run
        for item in items
        for text in item["paragraphs"]
        for run in new_words.sentences(fold(text))
    )
    words = new_words.find(
        list(runs), lambda word: word_shape.is_known(word) or word_shape.is_phrase(word)
    )
    best = [word.word for word in words[:60]]
    # Not in jieba's dictionary, and in every newspaper of that autumn.
    for word in ("新时代", "阮富仲", "梦天实验舱"):
        assert word in best, best
