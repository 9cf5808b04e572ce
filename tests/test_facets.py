"""Facets: counted as a plain reading of the articles counts, and one click away."""

import datetime
import math
import random
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from itertools import chain
from urllib.parse import parse_qs, quote, urlsplit

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection

from articles.models import Article
from articles.search import bitmap_build, bitmaps, changes, database
from articles.search import facets as facets_module
from articles.search.conditions import among, condition
from articles.search.facets import count, facets
from articles.search.filters import Filters
from articles.search.language import Field, parse
from articles.search.lexicon import current_lexicon
from articles.search.pending import indexed
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db


def found(asked, **filters):
    return facets(parse(asked, current_lexicon()).root, Filters(**filters))


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
@indexed()
def archive():
    """Two hundred articles of two newspapers, of random words, tags and authors."""
    rng = random.Random(4)
    papers = [make_publication("wanbao", "晚报"), make_publication("ribao", "日报")]
    pages = [
        make_page(label, make_issue(day, paper), name=name)
        for day in ("2019-12-31", "2020-01-01", "2020-01-15", "2021-07-01")
        for paper in papers
        for label, name in (("1", "要闻"), ("2", ""))
    ]
    for n in range(120):
        place = rng.choice(pages)
        words = rng.choices(["梅雨", "台风", "防汛", "地铁"], k=3)
        make_article(
            f"{rng.choice(words)}消息{n}", page=place, body=["，".join(words)],
            column=rng.choice(["", "夜光杯"]), byline=rng.choice(["", "本报记者 叶薇"]),
            tags=rng.sample(["天气", "交通", "城市"], k=rng.randint(0, 2)),
        )  # fmt: skip
    return list(Article.objects.with_text())


def test_counts_are_those_of_a_plain_reading(archive):
    matching = [a for a in archive if "梅雨" in a.headline + a.body()[0].text]
    result = found("梅雨")
    places = [article.page for article in matching]
    days = [place.issue.published_on for place in places]
    assert result.count == len(matching) > 0
    assert result.publications == Counter(p.issue.publication_id for p in places)
    assert result.months == Counter(day.replace(day=1) for day in days)
    assert result.page_names == Counter(p.name for p in places if p.name)
    assert result.columns == Counter(a.column for a in matching if a.column)
    assert result.authors == {"叶薇": sum(bool(a.byline) for a in matching)}
    tags = [tag.pk for article in matching for tag in article.tags.all()]
    assert result.tags == Counter(tags)
    assert result.kinds == {
        Field.HEADLINE: sum("梅雨" in a.headline for a in matching),
        Field.BODY: sum("梅雨" in a.body()[0].text for a in matching),
        Field.PHOTO: 0,
    }


def test_a_filter_chosen_finds_what_its_facet_counted(archive):
    result = found("梅雨")
    month = datetime.date(2020, 1, 1)
    january = {"since": month, "until": datetime.date(2020, 1, 31)}
    assert found("梅雨", **january).count == result.months[month]
    assert found("梅雨", page="要闻").count == result.page_names["要闻"]
    assert found("梅雨", column="夜光杯").count == result.columns["夜光杯"]
    assert found("梅雨", author_name="叶薇").count == result.authors["叶薇"]
    assert found("标题:梅雨").count == result.kinds[Field.HEADLINE]
    assert count(parse("梅雨", current_lexicon()).root, Filters()) == result.count


def test_where_a_literal_stands_in_very_many_texts_is_only_said_exactly(
    archive, monkeypatch
):
    node = parse('"梅雨"', current_lexicon()).root
    few = facets(node, Filters(), exact=False)
    assert few.kinds[Field.BODY] > 0
    monkeypatch.setattr("articles.search.facets.MOST_TEXTS", few.count - 1)
    many = facets(node, Filters(), exact=False)
    assert many == replace(few, kinds={}, uncounted=True)
    assert facets(node, Filters()) == few
    assert found("梅雨").kinds == few.kinds


def test_numbers_are_there_where_no_time_is_left_for_the_kinds(archive, monkeypatch):
    few = found('"梅雨"')
    monkeypatch.setattr("articles.search.facets.MOST_TEXTS", few.count - 1)
    kinds = facets_module._kinds

    def late(*asked):
        database._search.deadline = 0
        return kinds(*asked)

    monkeypatch.setattr(facets_module, "_kinds", late)
    assert found('"梅雨"') == replace(few, kinds={}, uncounted=True)
    assert Article.objects.count() == len(archive)  # the transaction goes on


@pytest.mark.parametrize(
    "asked", ['"雨"', '"雨，地"', '梅雨 OR "雨"', '"雨，地" -"消息1"']
)
@pytest.mark.parametrize("filters", [{}, {"page": "要闻"}])
def test_kinds_counted_together_are_those_of_each_field(archive, asked, filters):
    kinds = found(asked, **filters).kinds
    assert kinds[Field.BODY] > 0
    assert kinds == {
        kind: found(
            re.sub(r'(?<!-)("[^"]*"|梅雨)', rf"{kind}:\1", asked), **filters
        ).count
        for kind in (Field.HEADLINE, Field.BODY, Field.PHOTO)
    }


@pytest.mark.parametrize(
    "asked", ["梅雨", '"雨，地"', '梅雨 OR "铁"', '"雨" 正文:地铁']
)
def test_where_all_matches_are_known_only_these_are_read(archive, asked):
    node = parse(asked, current_lexicon()).root
    whole = facets(node, Filters())
    every = [pk for pk in (a.pk for a in archive) if _is_found(node, pk)]
    assert facets(node, Filters(), known=every) == whole
    assert len(every) == whole.count > 0


def _is_found(node, pk):
    where, parameters = (condition(node) & among([pk])).where()
    sql = f"SELECT count(*) FROM articles_searchdocument WHERE {where}"
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0] > 0


@pytest.fixture
def few_texts(archive, monkeypatch):
    """Have an archive with bitmaps, of which five texts are read to count where it is many."""
    monkeypatch.setattr(bitmap_build, "LEAST_ARTICLES", 1)
    monkeypatch.setattr("articles.search.sample.FEW_TEXTS", 10)
    monkeypatch.setattr("articles.search.sample._PORTION", 5)
    monkeypatch.setattr("articles.search.sample.SECONDS", 0)
    assert bitmap_build.build()
    return archive


# As the index sees it, a text that has 梅雨，地 has 梅雨 and 雨， and ，地.
RAIN = '"雨，地"'


def candidates_and_matches(articles):
    """Return who may have RAIN as far as the index knows, and who has it, in order."""
    texts = {a.pk: f"{a.headline}|{a.body()[0].text}" for a in articles}
    may = sorted(pk for pk, text in texts.items() if "雨，" in text and "，地" in text)
    return may, {pk for pk in may if "雨，地" in texts[pk]}


def test_a_literal_in_very_many_texts_is_counted_in_some_of_them(few_texts):
    may, have = candidates_and_matches(few_texts)
    assert len(may) > 10
    assert 0 < len(have) < len(may)
    looked_at = may[:: math.ceil(len(may) / 5)]
    seen = len(have.intersection(looked_at))
    node = parse(RAIN, current_lexicon()).root
    result = facets(node, Filters(), exact=False)
    assert result.estimated
    assert result.count == float(f"{seen * len(may) / len(looked_at):.2g}")
    assert abs(sum(result.months.values()) - result.count) <= len(result.months)
    exact = facets(node, Filters())
    assert not exact.estimated
    assert exact.count == len(have)


def test_where_there_is_time_all_texts_are_read_each_once(few_texts, monkeypatch):
    monkeypatch.setattr("articles.search.sample.SECONDS", 60)
    monkeypatch.setattr("articles.search.sample._PORTION", 3)
    asked_of, matching = [], bitmaps.Bitmaps.matching

    def seen(self, asked):
        if asked.texts:
            asked_of.append(list(chain(*asked.parameters)))
        return matching(self, asked)

    monkeypatch.setattr(bitmaps.Bitmaps, "matching", seen)
    node = parse(RAIN, current_lexicon()).root
    result = facets(node, Filters(), exact=False)
    may, have = candidates_and_matches(few_texts)
    assert len(asked_of) > 3
    assert sorted(chain(*asked_of)) == may
    assert {len(ids) for ids in asked_of} <= {2, 3}
    assert all(ids[0] in may[: len(asked_of)] for ids in asked_of)  # of every year
    assert not result.estimated
    assert result.count == len(have)
    assert result == facets(node, Filters())


def test_bitmaps_that_were_made_anew_are_not_sampled(few_texts, monkeypatch):
    def made_anew_before(self, asked):
        raise bitmaps.RebuiltError

    node = parse(RAIN, current_lexicon()).root
    exact = facets(node, Filters())
    monkeypatch.setattr(bitmaps.Bitmaps, "matching", made_anew_before)
    assert facets(node, Filters(), exact=False) == exact


def test_exact_numbers_that_are_kept_take_the_place_of_an_estimate(
    few_texts, monkeypatch
):
    monkeypatch.setattr("articles.search.kept._SLOW_SECONDS", 0.0)
    node = parse(RAIN, current_lexicon()).root
    assert facets(node, Filters(), exact=False).estimated
    exact = facets(node, Filters())
    assert facets(node, Filters(), exact=False) == exact


@pytest.mark.parametrize(
    "asked",
    ["梅雨", '"梅雨"', '"雨，地" 日期:2020-01', '"雨，地" OR "地铁"', '-"雨，地"'],
)
def test_what_needs_no_many_texts_is_counted_exactly(few_texts, asked):
    node = parse(asked, current_lexicon()).root
    quickly = facets(node, Filters(), exact=False)
    assert quickly == facets(node, Filters())
    assert not quickly.estimated
    assert quickly.count > 0


def test_estimated_numbers_say_so_and_exact_ones_are_a_click_away(
    client, few_texts, settings
):
    html = page(client, '/search/?q="雨消息"')
    assert re.search(r"约 \d+ 篇", html)
    assert "共 " not in html
    address = unescape(re.search(r'href="(\?[^"]*exact=on[^"]*)"', html)[1])
    number = found('"雨消息"').count
    assert f"共 {number} 篇" in page(client, f"/search/{address}")


def test_where_texts_would_be_read_for_the_kinds_of_hit_these_are_a_click_away(
    client, archive, monkeypatch
):
    monkeypatch.setattr("articles.search.facets.MOST_TEXTS", 3)
    html = page(client, '/search/?q="梅雨"')
    number = found('"梅雨"').count
    assert f"共 {number} 篇" in html
    assert "in=headline" not in html
    address = unescape(re.search(r'href="(\?[^"]*exact=on[^"]*)"', html)[1])
    exact = page(client, f"/search/{address}")
    assert f"共 {number} 篇" in exact
    assert "in=headline" in exact
    assert "准确计数" not in exact


def test_matches_that_fill_no_page_are_known_and_not_estimated(client, few_texts):
    asked = '"雨，地"'
    node = parse(asked, current_lexicon()).root
    assert facets(node, Filters(), exact=False).estimated
    assert f"共 {found(asked).count} 篇" in page(client, f"/search/?q={quote(asked)}")


def test_an_article_in_several_documents_counts_once():
    # More different words than one tsvector holds.
    words = [f"w{n:023x}" for n in range(50_000)]
    article = make_article("长", body=[" ".join(words)])
    assert article.search_documents.count() > 1
    first, last = words[0], words[-1]
    for asked in (first, last, f"{first} OR {last}"):
        assert found(asked).count == 1, asked


def test_what_was_kept_is_counted_again_after_any_change(monkeypatch):
    monkeypatch.setattr("articles.search.kept._SLOW_SECONDS", 0.0)
    article = make_article("梅雨", tags=["天气"])
    assert found("梅雨").count == 1
    make_article("梅雨又来")
    assert found("梅雨").count == 2
    article.status = Article.Status.WITHDRAWN
    article.save()
    assert found("梅雨").count == 1
    Article.objects.all().delete()
    assert found("梅雨").count == 0


def test_what_was_kept_is_not_counted_again(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("articles.search.kept._SLOW_SECONDS", 0.0)
    make_article("梅雨")
    first = found("梅雨")
    # The lexicon, a savepoint, token, the limit put back, the savepoint.
    with django_assert_num_queries(5):
        assert found("梅雨") == first


def test_old_changes_are_forgotten_and_newer_ones_are_still_seen():
    for _ in range(150):
        changes.note([1])
    changes.prune()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM articles_indexchange")
        assert cursor.fetchone()[0] == 100


# ---- on the page


def choices(html):
    """Return the addresses in the facets by what their links say."""
    aside = html.partition('<aside class="facets"')[2]
    links = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', aside, re.S)
    texts = [
        (" ".join(re.sub(r"<[^>]+>", " ", text).split()), unescape(url))
        for url, text in links
    ]
    return dict(texts)


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response).decode()


def test_choosing_and_removing_is_one_click_each(client, archive):
    html = page(client, "/search/?q=梅雨&sort=newest")
    expected = found("梅雨")
    assert f"共 {expected.count} 篇" in html
    name = f"夜光杯 {expected.columns['夜光杯']}"
    chosen = choices(html)[name]
    assert parse_qs(urlsplit(chosen).query) == {
        "q": ["梅雨"], "sort": ["newest"], "column": ["夜光杯"],
    }  # fmt: skip
    narrowed = page(client, "/search/" + chosen)
    assert f"共 {expected.columns['夜光杯']} 篇" in narrowed
    removal = choices(narrowed)[name]
    assert "column" not in parse_qs(urlsplit(removal).query)
    assert 'class="chips"' in narrowed


def test_the_kind_of_hit_is_a_filter(client, archive):
    expected = found("梅雨").kinds[Field.HEADLINE]
    html = page(client, "/search/?q=梅雨")
    narrowed = page(client, "/search/" + choices(html)[f"标题 {expected}"])
    assert f"共 {expected} 篇" in narrowed
    assert "标题:梅雨" in narrowed


def test_a_bar_leads_to_its_time(client, archive):
    html = page(client, "/search/?q=梅雨")
    months = found("梅雨").months
    assert "2020年1月 " + str(months[datetime.date(2020, 1, 1)]) in choices(html)
    # Months without a match stand between those with one.
    assert html.count("<rect") == 20


def test_bars_are_years_where_months_would_be_too_many(client):
    for day in ("1999-05-01", "2020-06-08"):
        make_article("梅雨", page=make_page("1", make_issue(day)))
    html = page(client, "/search/?q=梅雨")
    assert html.count("<rect") == 22
    address = choices(html)["1999年 1"]
    assert parse_qs(urlsplit(address).query)["to"] == ["1999-12-31"]


def test_many_hits_are_sent_before_their_facets(client, archive):
    response = client.get("/search/?q=梅雨")
    assert response.streaming
    parts = [part.decode() for part in response.streaming_content]
    assert 'class="hit"' in parts[0]
    assert "共 " not in parts[0]
    assert "共 " in parts[1]
    assert parts[-1].rstrip().endswith("</html>")


@pytest.mark.django_db(transaction=True)
def test_facets_that_take_too_long_are_left_out(client, archive, settings):
    settings.SEARCH_TIMEOUT_MS = 500
    other = psycopg2.connect(**connection.get_connection_params())
    with other, other.cursor() as cursor:
        # What only the facets read.
        cursor.execute("LOCK TABLE articles_indexchange IN ACCESS EXCLUSIVE MODE")
        html = page(client, "/search/?q=梅雨")
    other.close()
    assert "来不及数完" in html
    assert 'class="hit"' in html
    assert html.rstrip().endswith("</html>")


# ---- the form of boxes


def test_the_boxes_make_up_a_query_of_the_language(client, archive):
    response = client.get(
        "/search/advanced/",
        {"all_words": "梅雨 台风", "without": "地铁", "headline": "消息", "publication": "wanbao",
         "since": "2020-01-01", "until": "2020-12-31"},
    )  # fmt: skip
    assert response.status_code == 302
    query = parse_qs(urlsplit(response["Location"]).query)["q"][0]
    assert "-地铁" in query
    assert "标题:消息" in query
    texts = [
        (a, a.body()[0].text + a.headline)
        for a in archive
        if a.page.issue.publication.slug == "wanbao"
        and a.page.issue.published_on.year == 2020
    ]
    plain = [a for a, t in texts if "梅雨" in t and "台风" in t and "地铁" not in t]
    assert found(query).count == len(plain) > 0


@pytest.mark.parametrize(
    "asked",
    [{"since": "2020-02-30"}, {"publication": "nothing"}, {"all_words": "梅雨" * 300}],
)
def test_wrong_boxes_are_explained(client, asked):
    response = client.get("/search/advanced/", asked)
    assert response.status_code == 400
    assert 'role="alert"' in response.text


def test_empty_boxes_show_the_form_again(client):
    assert client.get("/search/advanced/", {"all_words": ""}).status_code == 200
