"""Near-duplicates: what counts as one text printed twice, and what only sounds like it."""

import hashlib
import json
import lzma
import random
import re
import struct
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.ingest.near_duplicates import (
    AGREEMENT,
    MIN_LETTERS,
    THRESHOLD,
    agreement,
    bands,
    signature,
    similarity,
)

SEED = Path(__file__).parent / "data" / "seed"
CORPUS = (
    Path(__file__).parents[2] / "shared" / "corpora" / "xinwen_lianbo_2022-2025.jsonl.xz"
)  # fmt: skip


def seed_text(number):
    record = json.loads((SEED / f"article_{number}.json").read_text(encoding="utf-8"))
    return "\n".join(part["text"] for part in record["body"] if "text" in part)


STORY, OTHER_STORY = seed_text(1), seed_text(2)
COMMON = sorted({char for char in STORY + OTHER_STORY if "\u4e00" <= char <= "\u9fff"})


def misread(text, share, seed=0):
    """Return ``text`` with that share of its characters replaced, as OCR does."""
    rng = random.Random(seed)
    chars = list(text)
    for place in rng.sample(range(len(chars)), max(1, round(share * len(chars)))):
        chars[place] = rng.choice(COMMON)
    return "".join(chars)


def cut(text):
    return text[: len(text) * 2 // 3]


def with_dateline_and_byline(text):
    return f"新华社上海6月6日电（记者 张三 李四）{text}\n本报记者 叶薇"


def under_a_headline(text):
    return f"长江两岸齐心协力守护碧水蓝天\n{text}"


CHANGES = {
    "same": lambda text: text,
    "1%": lambda text: misread(text, 0.01),
    "3%": lambda text: misread(text, 0.03),
    "5%": lambda text: misread(text, 0.05),
    "dateline": with_dateline_and_byline,
    "cut": cut,
    "headline": under_a_headline,
}


def candidates(a, b):
    return bool(set(bands(signature(a))) & set(bands(signature(b))))


def duplicates(a, b):
    """Say what the three steps say together."""
    return (
        candidates(a, b)
        and similarity(signature(a), signature(b)) >= THRESHOLD
        and agreement(a, b) >= AGREEMENT
    )


# ---- The same story


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("text", [STORY, OTHER_STORY], ids=["story", "other"])
def test_a_second_printing_is_found(text, change):
    assert duplicates(text, change(text))


@pytest.mark.parametrize("share", [0.01, 0.03, 0.05])
def test_a_misread_paragraph_is_found_as_a_whole_page_is(share):
    paragraphs = [part for part in STORY.split("\n") if len(part) > 150]
    pairs = [(text, misread(text, share, n)) for n in range(5) for text in paragraphs]
    assert sum(duplicates(*pair) for pair in pairs) >= 0.9 * len(pairs)


def test_script_width_case_white_space_and_punctuation_make_no_difference():
    simplified = "上海市长宁区今天发布5G应用方案,要求各区落实责任,并向全市的研究人员开放数据,受到各方面的欢迎。"
    traditional = "上海市長寧區今天發布５ｇ應用方案，\n　　要求各區落實責任；並向全市的研究人員開放數據　受到各方面的歡迎!"
    assert signature(simplified) == signature(traditional) != b""


# ---- Other stories


def test_another_story_is_none():
    assert similarity(signature(STORY), signature(OTHER_STORY)) < 0.1
    assert agreement(STORY, OTHER_STORY) < 0.5


def test_two_halves_of_one_story_are_two_texts():
    half = len(STORY) // 2
    assert not duplicates(STORY[:half], STORY[half:])


def welcome(country, short, guest):
    """Return what is printed each time that a head of government is welcomed."""
    return (
        f"16日上午，国务院总理李强在北京人民大会堂举行仪式，欢迎{country}{guest}对我国进行正式访问。"
        f"国务委员兼国务院秘书长吴政隆等出席欢迎仪式。军乐团奏{short}中两国国歌。"
        f"随后，{guest}在李强陪同下检阅了中国人民解放军仪仗队。"
    )


def test_a_form_filled_in_with_other_names_is_another_story():
    malaysia = welcome("马来西亚总理", "马", "安瓦尔")
    hungary = welcome("匈牙利总理", "匈", "欧尔班")
    # The shingles alone would take them for one text, hence the third step.
    assert similarity(signature(malaysia), signature(hungary)) >= THRESHOLD
    assert not duplicates(malaysia, hungary)
    assert duplicates(malaysia, misread(malaysia, 0.02))


# ---- Signatures are stored: they must be the same everywhere and for ever


def digest(text):
    return hashlib.sha256(signature(text)).hexdigest()


PINNED = "d7f434e561e79d62bb4b757a2be4bf45b89bac78a362f704930b76d56bcd3a75"
FIRST_BANDS = [7753634221005643137, 6005324687569253546]


def test_stored_signatures_stay_valid():
    # If this fails, signatures changed (rensa, OpenCC, a constant): raise VERSION.
    assert digest(STORY) == PINNED
    assert bands(signature(STORY))[:2] == FIRST_BANDS


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "7"}, {"RENSA_FORCE_KERNEL": "scalar"}])  # fmt: skip
def test_another_process_and_processor_give_the_same_signature(environment):
    code = (
        "import sys, hashlib; from articles.ingest.near_duplicates import signature;"
        "print(hashlib.sha256(signature(sys.stdin.buffer.read().decode())).hexdigest());"
        "print('django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=STORY.encode(),
        cwd=Path(__file__).parents[1],
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), **environment},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split() == [PINNED, "False"]


def test_a_signature_is_small_and_its_bands_fit_a_bigint():
    mark = signature(STORY)
    assert len(mark) == len(signature(OTHER_STORY[:60])) == 512
    numbers = bands(mark)
    assert len(numbers) == len(set(numbers)) == 20
    assert all(-(2**63) <= number < 2**63 for number in numbers)
    assert min(numbers) < 0 < max(numbers)


# ---- Too short to judge


def test_a_text_of_a_few_words_has_no_signature():
    letters = re.sub(r"\W", "", STORY)
    assert signature(letters[:MIN_LETTERS]) != b""
    assert signature(letters[: MIN_LETTERS - 1]) == b""
    assert signature(letters[: MIN_LETTERS - 1] + "，。 \n" * 40) == b""


def test_texts_without_a_signature_are_like_no_other():
    assert bands(b"") == []
    assert similarity(b"", b"") == 0.0
    assert similarity(b"", signature(STORY)) == 0.0


def test_a_signature_of_another_length_is_refused():
    with pytest.raises(struct.error):
        similarity(signature(STORY), signature(STORY)[:100])


# ---- Real items


@pytest.fixture(scope="module")
def items():
    """Give the headline and body of each item of the corpus, in order."""
    if not CORPUS.is_file():
        pytest.skip(f"no corpus at {CORPUS}")
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [(record["headline"], "\n".join(record["paragraphs"])) for record in records]


@pytest.fixture(scope="module")
def sample(items):
    bodies = [body for _, body in items if len(body) >= 100]
    return random.Random(6).sample(bodies, 300)


@pytest.mark.parametrize(
    ("change", "least"),
    [("1%", 1), ("3%", 0.99), ("5%", 0.95), ("dateline", 0.99), ("cut", 0.95)],
)
def test_a_second_printing_of_real_items_is_found(sample, change, least):
    found = sum(duplicates(text, CHANGES[change](text)) for text in sample)
    assert found >= least * len(sample)


def test_of_real_items_no_two_are_taken_for_one(sample):
    marks = [(text, signature(text)) for text in sample]
    alike = [
        (a, b)
        for (a, mark_a), (b, mark_b) in combinations(marks, 2)
        if similarity(mark_a, mark_b) >= THRESHOLD
    ]
    assert len(alike) <= 3  # of 44,850
    assert not [pair for pair in alike if agreement(*pair) >= AGREEMENT]


def test_meetings_told_in_the_same_phrases_are_different_stories(items):
    meetings = [signature(body) for title, body in items if "习近平会见" in title]
    assert len(meetings) > 200
    assert max(similarity(a, b) for a, b in combinations(meetings, 2)) < THRESHOLD


def test_few_welcomes_are_taken_for_one_another(items):
    welcomes = [body for title, body in items if re.search("欢迎.*访华", title)]
    pairs = list(pairwise(welcomes))
    assert len(pairs) > 80
    assert sum(duplicates(a, b) for a, b in pairs) <= 0.02 * len(pairs)


# ---- Whatever comes in

pieces = st.sampled_from(
    ["中", "国", "长三角污染防治", "\x00", "\ud800", "\udfff", "\ufeff", "ＡＢc", "ß", "㈱", "e\u0301", "，", "\n", "𠀀", STORY[:45]]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=200),
    st.lists(pieces, max_size=80).map("".join),
    st.text(st.characters(categories=["Lo", "Cs", "Cc"]), min_size=40, max_size=200),
)


@settings(max_examples=200, deadline=None)
@given(texts, texts)
@example("\ud800" * 100, "\x00" * 100)
@example("中" * 50, "中" * 90)
def test_any_two_texts_compare_the_same_both_ways(a, b):
    marks = signature(a), signature(b)
    assert all(len(mark) in (0, 512) for mark in marks)
    assert 0 <= similarity(*marks) == similarity(*reversed(marks)) <= 1
    assert 0 <= agreement(a, b) == agreement(b, a) <= 1


@settings(max_examples=200, deadline=None)
@given(texts)
@example("中" * 50)
def test_any_text_is_like_itself(text):
    mark = signature(text)
    assert similarity(mark, mark) == (1.0 if mark else 0.0)
    assert len(set(bands(mark))) == len(bands(mark)) == (20 if mark else 0)


@pytest.mark.parametrize(
    "text",
    ["中" * 200_000, "中国" * 100_000, "a" * 100_000, STORY * 30],
    ids=["one", "two", "latin", "story"],
)
def test_long_and_monotonous_texts_are_done_in_time(text):
    assert len(signature(text)) == 512
    assert 0 <= agreement(text, text[1:]) <= 1
