"""How often words occur over time: against a plain count, on the page and as a file."""

import csv
import datetime
import io
import re
from collections import Counter

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.charts import line_chart
from articles.models import Article, SearchDocument
from articles.search import document
from articles.search import trends as search
from articles.search.database import rows
from articles.search.document import more_than_once
from articles.search.filters import Filters
from articles.text.fold import fold
from articles.text.segment import segment
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db

MONTHS = ("2020-05", "2020-06", "2021-01")
WORDS = ("上海", "长江", "长三角", "污染", "梅雨", "，", "。", "A股")


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def counted(asked, filters=None):
    found = search.trends(search.terms(asked), filters or Filters())
    assert not found.uncounted
    return found


def month(text):
    return datetime.date.fromisoformat(f"{text}-01")


@settings(
    max_examples=30, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(
            st.sampled_from(MONTHS),
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map("".join),
        ),
        max_size=6,
    )
)
def test_occurrences_are_those_of_a_plain_count(texts):
    Article.objects.all().delete()
    for number, (when, text) in enumerate(texts):
        page = make_page("1", make_issue(f"{when}-{number + 1:02}"))
        make_article("题", body=[f"开头{text}"], page=page)
    words, strings, articles, total = Counter(), Counter(), Counter(), Counter()
    for when, text in texts:
        folded = fold(f"题\n开头{text}")
        cut = segment(folded)
        words[month(when)] += cut.count("上海")
        articles[month(when)] += "上海" in cut
        strings[month(when)] += folded.count("海长")
        total[month(when)] += len(cut)
    found = counted('上海,"海长"')
    assert found.words == +total
    by_word, by_string = found.trends
    assert by_word.term.is_word
    assert not by_string.term.is_word
    assert by_word.occurrences == +words
    assert by_word.articles == +articles
    assert by_string.occurrences == +strings


@given(st.integers(1, 100_000))
def test_lexemes_add_up_to_the_number_of_times(times):
    lexemes = more_than_once("上海", times)
    assert 1 + sum(int(name.partition("#")[2]) for name in lexemes) == times


def test_terms_are_parted_by_commas_of_any_kind_and_known_once():
    terms = search.terms("长三角，污染、長三角;；“空气污染”,,  ,高质量发展,?")
    assert [(term.folded, term.is_word) for term in terms] == [
        ("长三角", True),
        ("污染", True),
        ("空气污染", False),
        ("高质量发展", False),
    ]
    assert len(search.terms(",".join(map(str, range(50))))) == search.MOST_TERMS


def test_filters_bound_what_is_counted():
    may, june = make_issue("2020-05-01"), make_issue("2020-06-01")
    make_article("梅雨梅雨", body=["无关"], page=make_page("1", may))
    make_article("梅雨", body=["无关"], page=make_page("1", june))
    filters = Filters(since=datetime.date(2020, 6, 1), until=datetime.date(2020, 6, 30))
    (trend,) = counted("梅雨", filters).trends
    assert trend.occurrences == {month("2020-06"): 1}
    assert list(counted("梅雨", filters).words) == [month("2020-06")]


def test_what_changed_is_counted_anew():
    article = make_article("梅雨", body=["无关"])
    (before,) = counted("梅雨").trends
    article.headline = "梅雨，梅雨，梅雨"
    article.save()
    (after,) = counted("梅雨").trends
    assert sum(before.occurrences.values()) == 1
    assert sum(after.occurrences.values()) == 3


@pytest.fixture
def archive():
    for when, times in (("2020-05-01", 2), ("2020-06-01", 1), ("2020-08-01", 5)):
        page = make_page("1", make_issue(when))
        make_article("题", body=["梅雨，" * times], page=page)


def test_the_page_draws_and_tabulates(client, archive):
    html = client.get("/trends/?q=梅雨,长江").text
    assert html.count("<polyline") == 2 * 1  # the stretch of May and June, for both
    rows = re.findall(r'<th scope="row">(.*?)</th>', html)
    assert rows == ["2020年5月", "2020年6月", "2020年7月", "2020年8月"]
    # Three words in all that month: 题, and twice 梅雨.
    assert ">2</a>" in html
    assert "(666666.7)" in html
    assert "/search/?q=%E6%A2%85%E9%9B%A8&amp;from=2020-05-01&amp;to=2020-05-31" in html


def test_the_file_has_a_line_for_each_month_and_term(client, archive):
    response = client.get("/trends/?q=梅雨,=长江&format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 2 * 4
    assert lines[0] == {
        "period": "2020-05", "term": "梅雨", "occurrences": "2",
        "per_million_words": "666666.667", "articles": "1", "words": "3",
    }  # fmt: skip
    assert lines[1]["term"] == "'=长江"
    assert lines[4]["per_million_words"] == ""


def test_years_and_absolute_numbers(client, archive):
    html = client.get("/trends/?q=梅雨&by=year&measure=occurrences").text
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == ["2020年"]
    assert ">8</a>" in html


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/trends/", 200),
        ("/trends/?q=？，", 200),
        ("/trends/?q=梅雨", 200),
        ("/trends/?q=梅雨&by=week", 400),
        ("/trends/?q=梅雨&format=xls", 400),
        ("/trends/?q=梅雨&from=2021-02-30", 400),
        ("/trends/?q=%00", 200),
        (f"/trends/?q={'梅' * 2000}", 400),
    ],
)
def test_anything_asked_is_answered(client, address, status):
    assert client.get(address).status_code == status


def test_a_term_for_which_there_is_no_time_is_named(
    client, archive, settings, monkeypatch
):
    settings.SEARCH_TIMEOUT_MS = 500
    monkeypatch.setattr(search, "_count_string", lambda *_: rows("SELECT pg_sleep(9)"))
    html = client.get('/trends/?q=梅雨,"梅雨"').text
    assert "“梅雨”的篇数太多，来不及逐字数完" in html
    assert ">5</a>" in html


def test_no_time_at_all_is_an_answer(client, archive, settings):
    settings.SEARCH_TIMEOUT_MS = 0
    html = client.get("/trends/?q=梅雨").text
    assert "“梅雨”的篇数太多，来不及逐字数完" in html
    assert "没有文章" not in html
    file = b"".join(client.get("/trends/?q=梅雨&format=csv")).decode("utf-8-sig")
    assert file.splitlines()[1] == ",梅雨,,,,"


def test_the_search_page_leads_to_the_trends_of_its_words(client, archive):
    html = client.get('/search/?q=梅雨 -长江 "开头"|题&sort=newest').text
    assert (
        "/trends/?q=%E6%A2%85%E9%9B%A8%2C%22%E5%BC%80%E5%A4%B4%22%2C%E9%A2%98" in html
    )


def test_an_article_of_several_documents_is_counted_once(monkeypatch):
    monkeypatch.setattr(document, "MAX_VECTOR_BYTES", 80)
    make_article(
        "题", body=["上海长江污染梅雨" * 3, "发展、经济、文化、体育、教育、科学"]
    )
    assert SearchDocument.objects.count() > 1
    found = counted("上海,梅雨,体育")
    assert [list(trend.occurrences.values()) for trend in found.trends] == [
        [3],
        [3],
        [1],
    ]
    assert list(found.words.values()) == [1 + 12 + 6]


class TestChart:
    """Numbers in, places out."""

    @given(
        st.lists(
            st.none() | st.floats(0, 1e9, allow_subnormal=False),
            min_size=1, max_size=200,
        )
    )  # fmt: skip
    def test_every_point_is_within_the_axes(self, values):
        chart = line_chart([str(n) for n in range(len(values))], [("a", values)])
        places = [
            tuple(map(float, pair.split(",")))
            for stretch in chart.lines[0].stretches
            for pair in stretch.split()
        ]
        places += [(point.x, point.y) for point in chart.lines[0].marks]
        for x, y in places:
            assert chart.left <= x <= chart.right
            assert 0 <= y <= chart.bottom
        assert 2 <= len(chart.y_ticks) <= 9

    def test_a_gap_parts_the_line(self):
        chart = line_chart(list("abcd"), [("a", [1, 2, None, 3])])
        assert len(chart.lines[0].stretches) == 1
        assert [point.period for point in chart.lines[0].marks] == [0, 1, 3]

    def test_no_value_at_all_is_an_empty_chart(self):
        chart = line_chart(["a"], [("a", [0])])
        assert chart.lines[0].stretches == []
