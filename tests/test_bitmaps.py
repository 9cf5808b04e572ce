"""Counting by bitmaps gives what counting the documents gives, whatever has changed since."""

import datetime
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap, FrozenBitMap

from articles.models import Article, Bitmap, IndexChange, Paragraph, SearchDocument
from articles.search import (
    best,
    bitmap_build,
    bitmap_memory,
    bitmaps,
    bm25f,
    engine,
    facets,
    index,
    trends,
)
from articles.search.conditions import Condition
from articles.search.database import searching
from articles.search.filters import Filters
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from articles.search.pending import indexed
from articles.search.tsvector import quote
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db

WORDS = ["梅雨", "台风", "地铁", "上海", "经济", "的"]
KEEP = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def archive(monkeypatch):
    """Make 60 articles with bitmaps of every lexeme that half of them have."""
    monkeypatch.setattr(bitmap_build, "LEAST_ARTICLES", 1)
    monkeypatch.setattr(bitmap_build, "COMMON", 0.5)
    monkeypatch.setattr(bitmap_build, "_MAYBE_COMMON", 0.5)
    monkeypatch.setattr("articles.search.kept._SLOW_SECONDS", 1e9)
    monkeypatch.setattr(facets, "FEW", 0)
    rng = random.Random(20261124)
    with indexed():  # all at once
        for n in range(60):
            make_random(rng, n)
    assert bitmap_build.build()
    assert Bitmap.objects.filter(kind=Bitmap.Kind.LEXEME, value="的").exists()
    assert Bitmap.objects.filter(kind=Bitmap.Kind.LEXEME, value="h:的").exists()
    assert not Bitmap.objects.filter(kind=Bitmap.Kind.LEXEME, value="台风").exists()
    return rng


def make_random(rng, n):
    issue = make_issue(f"2020-{n % 12 + 1:02}-0{n % 5 + 1}")
    page = make_page(str(n % 3 + 1), issue, name=rng.choice(["", "要闻", "国际"]))
    text = "，".join(
        rng.choices(WORDS, weights=[3, 1, 2, 4, 2, 8], k=rng.randint(3, 9))
    )
    return make_article(
        f"第{n}条{rng.choice(WORDS)}", body=[text], page=page,
        byline=rng.choice(["", "本报记者 叶薇", "本报记者 王凯", "通讯员 李四"]),
        column=rng.choice(["", "夜光杯"]), tags=rng.sample(["天气", "交通"], rng.randint(0, 2)),
    )  # fmt: skip


def both(asked, filters=None):
    """Return the facets by bitmaps, and those by documents alone."""
    node, filters = parse(asked, current_lexicon()).root, filters or Filters()
    by_bitmaps = facets.facets(node, filters), facets.count(node, filters)
    assert bitmaps_are_used()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(facets, "current", lambda: None)
        by_documents = facets.facets(node, filters), facets.count(node, filters)
    return by_bitmaps, by_documents


def bitmaps_are_used():
    with searching(60_000):
        return bitmaps.current() is not None


BOOLEAN = st.recursive(
    st.sampled_from([*WORDS, '"雨"', '"，上海"', "日期:2020-02..2020-05", "版:要闻"]),
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
def test_bitmaps_count_what_the_documents_count(archive, asked):
    by_bitmaps, by_documents = both(asked)
    assert by_bitmaps == by_documents


@KEEP
@given(seed=st.integers(0, 10**6), asked=BOOLEAN)
def test_articles_changed_since_are_counted_as_they_are(archive, seed, asked):
    rng = random.Random(seed)
    ids = list(Article.objects.values_list("pk", flat=True))
    for _ in range(rng.randint(1, 4)):
        pk = rng.choice(ids)
        change = rng.choice(["write", "withdraw", "delete", "add", "tag"])
        article = Article.objects.filter(pk=pk).first()
        if change == "add" or article is None:
            ids.append(make_random(rng, rng.randint(100, 10**6)).pk)
        elif change == "write":
            Paragraph.objects.filter(article=article).update(text=rng.choice(WORDS))
        elif change == "withdraw":
            article.status = Article.Status.WITHDRAWN
            article.save()
        elif change == "tag":
            article.tags.set(["天气", "新闻"])
        else:
            article.delete()
    by_bitmaps, by_documents = both(asked)
    assert by_bitmaps == by_documents
    bitmap_build.build()
    assert not IndexChange.objects.filter(article_ids__isnull=False).exists()
    by_bitmaps, by_documents = both(asked)
    assert by_bitmaps == by_documents


@pytest.mark.parametrize("word", WORDS)
def test_trends_by_bitmaps_are_those_by_the_index(archive, word):
    make_random(archive, 4242)
    Article.objects.first().delete()
    asked = trends.terms(word)
    for filters in (Filters(), Filters(since=datetime.date(2020, 3, 5))):
        by_bitmaps = trends.trends(asked, filters)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(trends, "current", lambda: None)
            assert trends.trends(asked, filters) == by_bitmaps
        assert sum(by_bitmaps.trends[0].occurrences.values()) > 0


DAYS = [datetime.date(2020, *day) for day in ((1, 1), (2, 2), (2, 29), (5, 31), (9, 4))]


@pytest.mark.parametrize("since", [None, datetime.date.min, *DAYS])
@pytest.mark.parametrize("until", [None, datetime.date.max, *DAYS])
def test_the_articles_of_a_range_of_days_are_a_set(archive, since, until):
    make_article(page=make_page("1", make_issue("2020-02-29")))
    bitmap_build.build()
    expected = {
        pk
        for pk, day in Article.objects.values_list("pk", "page__issue__published_on")
        if (since or day) <= day <= (until or day)
    }
    with searching(60_000):
        found = bitmaps.current().matching(Condition(since=since, until=until))
    assert set(found) == expected


@pytest.mark.parametrize(
    "filters",
    [Filters(), Filters(since=DAYS[1]), Filters(until=DAYS[3])],
    ids=["all", "since", "until"],
)
@pytest.mark.parametrize(
    ("asked", "sort"),
    [("上海 的", "best"), ("上海 台风 梅雨", "best"), ("的 梅雨", "best")],
)
def test_the_best_are_the_same_when_articles_changed_since(
    archive, monkeypatch, asked, sort, filters
):
    monkeypatch.setattr(best, "EXHAUSTIVE", 0)
    monkeypatch.setattr(best, "EXHAUSTIVE_TOGETHER", 0)
    for n in range(5):
        make_random(archive, 5000 + n)
    for article in Article.objects.order_by("pk")[:3]:
        article.headline = f"{article.headline}上海的梅雨"
        article.save()
    Article.objects.order_by("pk")[3].delete()
    by_bitmaps = pages(asked, sort, filters)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(best, "current", lambda: None)
        assert pages(asked, sort, filters) == by_bitmaps
    assert len(by_bitmaps) > 0


def pages(asked, sort, filters):
    """Return the keys of all hits in their order, page after page."""
    query, after, found = parse(asked, current_lexicon()), None, []
    while True:
        results = engine.search(query, filters, sort, after)
        found += [hit.article.pk for hit in results.hits]
        after = results.after
        if after is None:
            return found


def test_filters_are_counted_by_bitmaps_too(archive):
    publication = Article.objects.first().page.issue.publication
    for filters in (
        Filters(publication=publication, since=datetime.date(2020, 3, 1)),
        Filters(author_name="叶薇", until=datetime.date(2020, 9, 2)),
        Filters(page="要闻", column="夜光杯"),
    ):
        by_bitmaps, by_documents = both("上海 OR 的", filters)
        assert by_bitmaps == by_documents
        assert by_bitmaps[1] > 0


def test_an_article_in_several_documents_counts_once(archive):
    words = [f"w{n:023x}" for n in range(50_000)]
    article = make_article("长的", body=[" ".join(words)])
    assert article.search_documents.count() > 1
    bitmap_build.build()
    for asked in (words[0], f"{words[0]} OR {words[-1]}", "的"):
        by_bitmaps, by_documents = both(asked)
        assert by_bitmaps == by_documents


def test_too_many_changes_are_counted_by_documents_until_bitmaps_are_made(
    archive, monkeypatch
):
    monkeypatch.setattr(bitmaps, "MOST_CHANGED", 3)
    monkeypatch.setattr(bitmap_build, "_OUTDATED", 3)
    for n in range(4):
        make_random(archive, 1000 + n)
    assert not bitmaps_are_used()
    index.flush()
    assert bitmaps_are_used()


def test_bitmaps_made_anew_while_they_are_read_are_not_mixed(archive):
    with searching(60_000):
        before = bitmaps.current()
    make_article("又一条的")
    bitmap_build.build()
    node = parse("的", current_lexicon()).root
    with searching(60_000), pytest.raises(bitmaps.RebuiltError):
        before.matching(facets.condition(node))


def indexed_articles(lexeme):
    documents = SearchDocument.objects.extra(
        where=["words @@ %s::tsquery"], params=[quote(lexeme)]
    )
    return BitMap(documents.values_list("article_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_sets_are_read_once_and_changes_are_seen_all_the_same(
    archive, django_assert_num_queries
):
    asked = ["台风", "台风^4", "的", "的^4", "=*"]
    with searching(60_000):
        first = bitmaps.current()
        # A rare word that is remembered is not taken for one whose levels are stored.
        assert first.having(["台风"])["台风"]
        having = first.having(asked)
        levels = first.having(["台风", *bm25f.levels_of("台风")])
        assert sum(map(len, levels.values())) > len(levels["台风"])
        assert levels == {name: indexed_articles(name) for name in levels}
        with django_assert_num_queries(0):
            assert first.having(reversed(asked)) == having
    assert {*having} == {*asked}
    assert 0 < len(having["台风"]) < len(having["的"]) < len(having["=*"]) == 60
    added = make_article("台风又来", body=["台风的消息。"])
    assert added.pk not in having["台风"]
    by_bitmaps, by_documents = both("台风")
    assert by_bitmaps == by_documents
    bitmap_build.build()
    with searching(60_000):
        anew = bitmaps.current().having(asked)
    assert added.pk in anew["台风"]
    assert added.pk in anew["的"]


def test_what_a_transaction_may_take_back_is_not_remembered(archive):
    with pytest.MonkeyPatch.context() as patched:
        remembered = bitmap_memory.Memory()
        patched.setattr(bitmaps, "_memory", remembered)
        with searching(60_000):
            now = bitmaps.current()
            assert now.having(["台风", "的"]).keys() == {"台风", "的"}
        assert remembered.read(now.values.build, ["台风", "的"]).keys() == {"的"}


def test_the_memory_is_of_one_build_and_forgets_what_was_not_asked_for(monkeypatch):
    monkeypatch.setattr(bitmap_memory, "MOST_BYTES", 2_000)
    memory = bitmap_memory.Memory()
    three = FrozenBitMap([1, 2, 3])
    for n in range(4):
        memory.keep(1, {f"w{n}": three})
        assert memory.read(1, ["w0"]) == {"w0": three}
    for n in range(4, 10):
        memory.keep(1, {f"w{n}": three})
    assert memory.read(1, ["w0", "w8", "w9"]) == {"w8": three, "w9": three}
    # Larger than all that may be remembered.
    memory.keep(1, {"huge": FrozenBitMap(range(0, 9_999, 3))})
    assert memory.read(1, ["huge", "w9"]) == {"w9": three}
    assert memory.read(2, ["w9"]) == {}
    memory.keep(2, {"w9": three})
    assert memory.read(1, ["w8"]) == {}
    assert memory.read(2, ["w8", "w9"]) == {"w9": three}


def test_a_small_archive_has_no_bitmaps():
    make_article("梅雨")
    index.flush()
    assert not Bitmap.objects.exists()
    assert not bitmaps_are_used()


def test_changes_that_bitmaps_lack_are_not_forgotten(archive):
    article = make_random(archive, 7777)
    for n in range(150):
        IndexChange.objects.create(article_ids=None if n else [article.pk])
    index.flush()
    assert IndexChange.objects.filter(article_ids__contains=[article.pk]).exists()
    assert IndexChange.objects.count() < 150
