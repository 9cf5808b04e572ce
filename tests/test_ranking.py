"""Search against brute force: every occurrence is found, and the order is BM25F's."""

import math
import random
from collections import Counter, defaultdict
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from articles.models import Article
from articles.search import (
    best,
    bitmap_build,
    bitmaps,
    bm25f,
    by_sets,
    class_order,
    engine,
    newest,
)
from articles.search.conditions import Condition
from articles.search.database import rows, searching
from articles.search.document import EVERY
from articles.search.engine import Filters
from articles.search.index import searched_fields
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from articles.search.pending import indexed
from articles.search.slices import sliced
from articles.search.some import some
from articles.search.steps import steps
from articles.search.tiers import EVERYTHING, Reaching
from articles.search.tsvector import quote_all
from articles.text.fold import fold
from articles.text.segment import segment
from tests.factories import make_article, make_issue, make_page

WORDS = [
    "长三角",
    "污染",
    "防治",
    "上海",
    "浙江",
    "会议",
    "黄润秋",
    "经济",
    "的",
    "新",
    "A股",
    "臺灣",
]
SIGNS = "，。 、（）“”A1%_\\'𠮷"

pytestmark = pytest.mark.django_db


def text_of(rng, length):
    parts = rng.choices(
        [*WORDS, *SIGNS], weights=[8] * len(WORDS) + [1] * len(SIGNS), k=length
    )
    return "".join(parts).strip() or "空"


@pytest.fixture
def archive(monkeypatch):
    """Make 60 articles of a few words each, so that every word is common."""
    rng = random.Random(20261124)
    with indexed():  # all at once
        for n in range(60):
            page = make_page("1", make_issue(f"2020-{n % 12 + 1:02}-{n % 5 + 1:02}"))
            body = [text_of(rng, rng.randint(1, 60)) for _ in range(rng.randint(1, 3))]
            tags = rng.sample(WORDS, k=rng.randint(0, 2))
            make_article(
                f"{text_of(rng, 5)}{n}", kicker=text_of(rng, 3), byline="本报记者 叶薇",
                body=body, tags=tags, page=page,
            )  # fmt: skip
    # Some words are common and some are not.
    monkeypatch.setattr(bitmap_build, "COMMON", 0.7)
    monkeypatch.setattr(bitmap_build, "_MAYBE_COMMON", 0.7)
    assert bitmap_build.build()
    articles = list(Article.objects.with_text())
    having = [a.pk for a in articles if "上海" in segment_of(a)]
    assert 0 < len(having) < 60
    return articles


def segment_of(article):
    texts = (text for _field, text in searched_fields(article))
    return segment(fold("\n".join(texts)), current_lexicon())


def found(asked, sort="newest"):
    """Return the primary keys of all hits, page after page."""
    query, after, keys = parse(asked, current_lexicon()), None, []
    while True:
        results = engine.search(query, Filters(), sort, after)
        keys += [
            hit.article.pk
            for section in results.sections
            for hit in section.hits
            if section.stage == engine.Stage.WORDS
        ]
        after = results.after
        if after is None or after.stage != engine.Stage.WORDS:
            return keys


KEEP = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
STRINGS = st.text(
    st.sampled_from("".join(WORDS) + "，。A1%_\\'𠮷 "), min_size=1, max_size=4
)


def impacts(article):
    """Return what each word of an article scores before its idf, from its texts alone.

    The article of one test is asked for again and again, and keeps it.
    """
    if not hasattr(article, "kept_impacts"):
        article.kept_impacts = impacts_anew(article)
    return article.kept_impacts


def impacts_anew(article):
    fields = defaultdict(Counter)
    for field, text in searched_fields(article):
        fields[field].update(segment(fold(text), current_lexicon()))
    body, odds = fields["d"].total(), Counter()
    for field, counts in fields.items():
        means = {"h": 12, "c": 25}
        share = counts.total() / means[field] if field in means else body / 250
        for word, times in counts.items():
            norm = 0.25 + 0.75 * share
            odds[word] += bm25f.WEIGHTS[field] * times / norm
    return {word: each / (each + 1.2) for word, each in odds.items()}


def scores(archive, words):
    """Return the BM25F score of each article that has all words, from its texts alone."""
    each = {article.pk: impacts(article) for article in archive}
    total = len(each)
    having = {word: sum(word in of for of in each.values()) for word in words}
    idf = {w: math.log1p((total - n + 0.5) / (n + 0.5)) for w, n in having.items()}
    return {
        pk: sum(idf[word] * of[word] for word in words)
        for pk, of in each.items()
        if all(word in of for word in words)
    }


def test_steps_bound_what_each_word_scores_in_each_article(archive):
    with searching(60_000):
        now = bitmaps.current()
        every = now.having([EVERY])[EVERY]
        made = {w: list(steps(w, every, now.having)) for w in ["长三角", "上海", "的"]}
    scored = {article.pk: impacts(article) for article in archive}
    for word, found in made.items():
        having = [pk for pk, of in scored.items() if word in of]
        assert sorted(pk for step in found for pk in step.articles) == sorted(having)
        for step in found:
            for pk in step.articles:
                assert step.low <= scored[pk][word] <= step.high + 1e-9
        highs = [step.high for step in found]
        assert highs == sorted(highs, reverse=True)
        # Of what has no level most is known to an octave's eighth.
        low = [step for step in found if step.high <= bm25f.least_score(4)]
        near = [step for step in low if step.low > 0.8 * step.high]
        assert (
            sum(len(s.articles) for s in near) >= sum(len(s.articles) for s in low) / 2
        )


def scores_of_any(archive, words):
    """Return the score of each article by those of the words that it has."""
    total, found = Counter(), {article.pk: 0.0 for article in archive}
    for word in words:
        total += scores(archive, [word])
    return found | dict(total)


def as_kept(expected):
    """Return scores to compare with: impacts are kept to the two-millionth of 1."""
    return pytest.approx(expected, abs=1e-4)


WAYS = st.sampled_from(["at once", "tiers", "classes", "slices"])


@contextmanager
def scored(way):
    """Score what is few in another way too: archives of tests are small."""
    with pytest.MonkeyPatch.context() as patched:
        if way != "at once":
            patched.setattr(best, "EXHAUSTIVE", 0)
            patched.setattr(best, "EXHAUSTIVE_TOGETHER", 0)
        if way not in ("classes", "slices"):
            patched.setattr(best, "current", lambda: None)
        patched.setattr(by_sets, "FEW", 0)
        if way == "slices":
            patched.setattr(by_sets, "MOST_WORDS", 0)
        yield


@KEEP
@given(string=STRINGS, sort=st.sampled_from(["newest", "oldest", "best"]), way=WAYS)
def test_a_literal_is_found_where_it_stands_and_nowhere_else(
    archive, string, sort, way
):
    string = " ".join(fold(string).split())
    if not string or '"' in string:
        return
    texts = {a.pk: [fold(t) for _field, t in searched_fields(a)] for a in archive}
    there = {
        pk for pk, fields in texts.items() if any(string in text for text in fields)
    }
    with scored(way):
        hits = found(f'"{string}"', sort)
    assert set(hits) == there
    assert len(hits) == len(there)
    if sort != "best":
        days = {a.pk: a.page.issue.published_on.toordinal() for a in archive}
        sign = 1 if sort == "oldest" else -1
        assert hits == sorted(there, key=lambda pk: (sign * days[pk], pk))


QUERIES = st.lists(
    st.sampled_from(["长三角", "污染", "防治", "上海", "浙江", "会议", "经济", "的", "台湾"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip


@KEEP
@given(words=QUERIES, way=WAYS)
def test_best_first_is_exhaustive_bm25f(archive, words, way):
    expected = scores(archive, words)
    with scored(way):
        hits = found(" ".join(words), "best")
    assert sorted(hits) == sorted(expected)
    ranked = [expected[pk] for pk in hits]
    assert ranked == as_kept(sorted(expected.values(), reverse=True))


@given(
    levels=st.lists(
        st.dictionaries(st.integers(0, 40), st.integers(0, 20), max_size=30), max_size=9
    ),
    weights=st.lists(st.floats(0.1, 9), min_size=9, max_size=9),
)
def test_sums_of_sets_bound_what_all_words_score_together(levels, weights):
    words = dict(zip("甲乙丙丁戊己庚辛壬", levels, strict=False))
    idf = dict(zip(words, weights, strict=False))
    having = defaultdict(BitMap)
    for word, level_of in words.items():
        for article, level in level_of.items():
            having[word].add(article)
            if level:  # else it has none: what stands once or twice
                lexeme = bm25f.lexeme(word, bm25f.FIRST_LEVEL + level - 1)
                having[lexeme].add(article)

    def read(lexemes):
        return {lexeme: having[lexeme] for lexeme in lexemes}

    everything = BitMap(range(41))
    most, least = Counter(), Counter()
    for word, weight in idf.items():
        for step in steps(word, everything, read):
            for article in step.articles:
                most[article] += weight * step.high
                least[article] += weight * step.low
    found = list(sliced(everything, idf, read))
    assert [of.bound for of in found] == sorted({of.bound for of in found})[::-1]
    seen = [article for of in found for article in of.articles]
    assert sorted(seen) == list(everything)
    close = 9 * sum(idf.values()) / 4096 + 1e-9
    for of in found:
        for article in of.articles:
            assert most[article] - 1e-9 <= of.bound <= most[article] + close
        lowest = min(least[article] for article in of.articles)
        assert lowest - close <= of.least <= lowest + 1e-9


@KEEP
@given(
    words=QUERIES,
    joiner=st.sampled_from([" ", " OR "]),
    literal=st.sampled_from(["", ' "的"', ' "会议"']),
    sure=st.integers(0, 40),
    rough=st.integers(1, 60),
    most_by_number=st.sampled_from([1, 3_000]),
    way=st.sampled_from(["classes", "slices"]),
)  # fmt: skip
def test_far_from_the_best_nothing_is_missed_or_seen_twice(
    archive, words, joiner, literal, sure, rough, most_by_number, way
):
    asked = f"({joiner.join(words)}){literal}"
    with scored("at once"):
        expected = scores_of(asked)
    with scored(way), pytest.MonkeyPatch.context() as patched:
        patched.setattr(class_order, "EXACT", 0)
        patched.setattr(class_order, "SURE", sure)
        patched.setattr(class_order, "ROUGH", rough)
        patched.setattr(class_order, "_MOST_BY_NUMBER", most_by_number)
        hits = found(asked, "best")
    assert sorted(hits) == sorted(expected)
    best_scores = sorted(expected.values(), reverse=True)
    assert [expected[pk] for pk in hits[:sure]] == as_kept(best_scores[:sure])


def scores_of(asked):
    """Return the score of each article that is found."""
    page = engine.Page(parse(asked, current_lexicon()), Filters(), "best", None)
    with pytest.MonkeyPatch.context() as patched, searching(60_000):
        patched.setattr(engine, "HITS_PER_PAGE", 1_000)
        page.fill()
    return {
        k.article: k.score for stage, k in page.found if stage == engine.Stage.WORDS
    }


@KEEP
@given(
    words=st.lists(
        st.sampled_from(["长三角", "污染", "防治", "上海", "浙江", "会议", "经济", "的", "台湾"]),
        min_size=2, max_size=7, unique=True,
    ),
    weights=st.lists(st.floats(0.1, 9), min_size=7, max_size=7),
    way=WAYS,
)  # fmt: skip
def test_some_of_the_words_are_ranked_as_reading_all_would(
    archive, words, weights, way
):
    idf = dict(zip(words, weights, strict=False))
    with scored(way), searching(60_000):
        keys = some(Condition(), idf, 20)
    expected = []
    for article in archive:
        of = impacts(article)
        present = [word for word in words if word in of]
        if sum(idf[word] for word in present) >= 0.18 * sum(idf.values()) - 1e-9:
            expected.append(sum(idf[word] * of[word] for word in present))
    expected.sort(reverse=True)
    assert [key.score for key in keys] == as_kept(expected[:20])
    assert len({key.article for key in keys}) == len(keys)


@KEEP
@given(
    words=st.lists(
        st.sampled_from(["长三角", "污染", "防治", "上海", "浙江"]),
        min_size=2, max_size=5, unique=True,
    ),
    parts=st.lists(st.sampled_from(["会议", "经济", "台湾"]), min_size=1, max_size=3, unique=True),
    weights=st.lists(st.floats(0.1, 9), min_size=8, max_size=8),
    way=WAYS,
)  # fmt: skip
def test_parts_of_words_count_less_where_articles_are_few(
    archive, words, parts, weights, way
):
    idf = dict(zip(words, weights, strict=False))
    within = dict(zip(parts, weights[5:], strict=False))
    weighed = idf | {part: 0.3 * weight for part, weight in within.items()}
    without = [article.pk for article in archive[::7]]
    with scored(way), searching(60_000):
        keys = some(Condition(), idf, 20, parts=within, without=without)
    expected = []
    for article in archive:
        if article.pk in without:
            continue
        of = impacts(article)
        present = [word for word in weighed if word in of]
        there = sum(weighed[word] for word in present)
        if there >= 0.18 * sum(weighed.values()) - 1e-9:
            expected.append(sum(weighed[word] * of[word] for word in present))
    expected.sort(reverse=True)
    assert [key.score for key in keys] == as_kept(expected[:20])


def test_parts_of_words_do_not_count_where_articles_are_many(archive, monkeypatch):
    monkeypatch.setattr("articles.search.some.MOST_LOOKED_AT", 0)
    idf = {"长三角": 2.0, "污染": 1.0}
    with searching(60_000):
        with_parts = some(Condition(), idf, 20, parts={"会议": 5.0})
        without = some(Condition(), idf, 20)
    assert with_parts == without != []


def test_an_article_with_a_part_of_a_word_is_better_than_one_without():
    make_article("题", body=["甲骨文的消息，说的是通行。"])
    meant = make_article("题", body=["甲骨文的消息，说的是交通。"])
    make_article("题", body=["事故很少。"])
    results = engine.search(
        parse("甲骨文 交通事故", current_lexicon()), Filters(), "best"
    )
    (section,) = results.sections
    assert section.stage == engine.Stage.SOME
    assert section.hits[0].article.pk == meant.pk
    assert len(section.hits) == 3


@pytest.mark.parametrize("way", ["at once", "tiers", "classes", "slices"])
def test_matches_without_any_of_the_words_come_last_and_newest_first(archive, way):
    with indexed():
        for n in range(30):
            page = make_page("2", make_issue(f"2020-0{n % 9 + 1}-17"))
            archive.append(make_article(f"另说{n}", body=["别的。"], page=page))
    bitmap_build.build()
    with scored(way):
        hits = found("(污染 上海) OR 日期:2020", "best")
    everything = {article.pk: article for article in archive}
    assert sorted(hits) == sorted(everything)
    idf = scores_of_any(archive, ["污染", "上海"])
    ranked = [idf[pk] for pk in hits]
    assert ranked == as_kept(sorted(ranked, reverse=True))
    assert 0.0 in ranked
    days = [everything[pk].page.issue.published_on for pk in hits if not idf[pk]]
    assert days == sorted(days, reverse=True)


def test_of_very_many_words_a_rare_one_is_enough():
    for word in ("甲骨文", "博物馆", "考古队", "青铜器"):
        make_article("题", body=[f"{word}的消息。"])
    asked = "甲骨文 苏州 杭州 南京 合肥 无锡 常州 宁波 温州 嘉兴 湖州 绍兴 金华 博物馆"
    query = parse(asked, current_lexicon())
    results = engine.search(query, Filters(), "best")
    (section,) = results.sections
    assert section.stage == engine.Stage.SOME
    texts = {hit.article.body()[0].text for hit in section.hits}
    assert texts == {"甲骨文的消息。", "博物馆的消息。"}


def test_of_very_many_words_rare_ones_decide_even_without_the_rarest():
    for n in range(30):
        make_article("题", body=[f"第{n}篇，苏州杭州南京合肥无锡常州宁波温州嘉兴。"])
    alone = make_article("题", body=["绍兴的消息。"])
    for n in range(3):
        make_article("题", body=[f"绍兴也有消息，第{n}条。"])
    asked = "苏州 杭州 南京 合肥 无锡 常州 宁波 温州 嘉兴 绍兴"
    with searching(60_000):
        idf = dict.fromkeys(asked.split(), 5.0) | {"绍兴": 0.5}
        numbers = dict.fromkeys(asked.split(), 30) | {"绍兴": 4}
        keys = some(Condition(), idf, 60, None, numbers)
        without = some(Condition(), idf, 60)
    assert alone.pk in {key.article for key in keys}
    assert alone.pk not in {key.article for key in without}


ODDS = st.floats(0.01, 5000)


@KEEP
@given(
    idf=st.dictionaries(st.sampled_from(WORDS), st.floats(0.01, 9), min_size=1, max_size=5),
    share=st.floats(0.5, 0.999),
    odds=st.lists(st.lists(ODDS, min_size=5, max_size=5), min_size=20, max_size=20),
    required=st.booleans(),
)  # fmt: skip
def test_a_tier_has_every_document_that_may_score_so_much(idf, share, odds, required):
    least = share * sum(idf.values())
    documents, high = [], []
    for of_words in odds:
        scored = dict(zip(idf, of_words, strict=False))
        levels = [
            bm25f.lexeme(word, bm25f.level(odd))
            for word, odd in scored.items()
            if bm25f.level(odd) >= bm25f.FIRST_LEVEL
        ]
        documents.append(quote_all([*levels, *idf]))
        high.append(sum(idf[w] * odd / (1 + odd) for w, odd in scored.items()) >= least)
    tier = Reaching(idf, required=required).tsquery(least - 1e-8)
    if tier == EVERYTHING:
        return
    with searching(60_000):
        matched = rows(
            "SELECT vector::tsvector @@ %s::tsquery FROM unnest(%s::text[])"
            " WITH ORDINALITY AS made (vector, place) ORDER BY place",
            [tier, documents],
        )
    missed = [n for n, (there,) in enumerate(matched) if high[n] and not there]
    assert not missed


@KEEP
@given(word=st.sampled_from(WORDS), oldest=st.booleans(), in_stretches=st.booleans())
def test_by_date_is_by_date(archive, word, oldest, in_stretches):
    dates = {article.pk: article.page.issue.published_on for article in archive}
    usual = newest.ALL_AT_ONCE, newest.FEW
    if in_stretches:
        newest.ALL_AT_ONCE = newest.FEW = 0
    try:
        hits = found(
            f'"{word}"' if word == "A股" else word, "oldest" if oldest else "newest"
        )
    finally:
        newest.ALL_AT_ONCE, newest.FEW = usual
    ordered = [dates[pk] for pk in hits]
    assert ordered == sorted(ordered, reverse=not oldest)
    assert len(hits) == len(set(hits)) > 20


BOOLEAN = st.recursive(
    st.sampled_from(WORDS[:8]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} OR {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} {p[1]})"),
        inner.map(lambda p: f"-({p})"),
        inner.map(lambda p: f"标题:({p})"),
    ),
    max_leaves=4,
)


@KEEP
@given(asked=BOOLEAN)
def test_what_a_query_leaves_out_is_what_its_negation_finds(archive, asked):
    # In the language of sets: A and not-A are everything, and nothing is in both.
    positive, negative = found(f"({asked}) -日期:1999"), found(f"-({asked}) -日期:1999")
    assert not set(positive) & set(negative)
    assert len(positive) + len(negative) == len(archive)
