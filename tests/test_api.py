"""For programs: the JSON interface, its description, and feeds."""

import json

import pytest
from defusedxml import ElementTree
from openapi_spec_validator import validate

from articles.ingest.record import Record, from_exchange
from articles.models import Article
from articles.search.pending import indexed
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
@indexed()
def archive():
    page = make_page("A02", make_issue("2020-06-08"), name="要闻")
    return [
        make_article(
            f"梅雨消息{n}", kicker="引", byline="本报记者 叶薇", page=page, tags=["天气"],
            body=["今年的梅雨来得早。", {"kind": "subhead", "text": "防汛"},
                  {"caption": "雨中", "credit": "王凯 摄"}],
            source_text="原文",
        )
        for n in range(25)
    ]  # fmt: skip


def test_search_answers_as_the_page_does(client, archive):
    answer = client.get("/api/v1/search/?q=梅雨&sort=newest").json()
    assert (answer["count"], answer["query"]) == (25, "梅雨")
    assert len(answer["results"]) == 20
    first = answer["results"][0]
    assert first["url"].endswith(f"/articles/{first['id']}/")
    assert first["publication"] == "wanbao"
    assert (first["date"], first["page"]) == ("2020-06-08", "A02")
    assert first["snippet"] == "今年的梅雨来得早。"
    assert first["snippets"][0]["marks"] == [[3, 5]]
    assert first["snippets"][0]["url"].endswith("#p1")
    assert (first["occurrences"], first["match"]) == (2, "words")
    following = client.get(answer["next"]).json()
    assert following["next"] is None
    assert len(following["results"]) == 5
    ids = [hit["id"] for hit in answer["results"] + following["results"]]
    assert sorted(ids) == [article.pk for article in archive]


def test_an_empty_query_has_no_results(client, archive):
    assert client.get("/api/v1/search/").json() == {
        "count": 0, "query": "", "results": [], "next": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("q=梅雨&from=2020-02-30", 400), ("q=" + "长" * 2000, 400), ("q=梅雨&sort=x", 400),
        ("q=梅雨&after=x", 404), ("q=梅雨&publication=nothing", 400),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(client, archive, asked, status):
    response = client.get(f"/api/v1/search/?{asked}")
    assert response.status_code == status
    said = response.json()
    assert said["error"]
    assert ("parameters" in said) == (status == 400)


def test_an_article_is_an_exchange_record_that_can_be_imported(client, archive):
    answer = client.get(f"/api/v1/articles/{archive[0].pk}/").json()
    assert answer.pop("id") == archive[0].pk
    assert answer.pop("url").endswith(f"/articles/{archive[0].pk}/")
    record = from_exchange(answer)
    assert isinstance(record, Record)
    assert record.exchange() == answer
    assert answer["source_text"] == "原文"
    assert answer["tags"] == ["天气"]


def test_what_readers_may_not_see_programs_do_not_either(client, archive):
    archive[0].status = Article.Status.DRAFT
    archive[0].save()
    archive[1].status = Article.Status.WITHDRAWN
    archive[1].save()
    for article, status in zip(archive, (404, 410, 200), strict=False):
        response = client.get(f"/api/v1/articles/{article.pk}/")
        assert response.status_code == status
        assert ("source_text" in response.json()) == (status == 200)
    assert client.get("/api/v1/articles/999999/").status_code == 404
    assert client.get("/api/v1/search/?q=梅雨").json()["count"] == 23


def test_unknown_addresses_and_methods_answer_as_programs_expect(client, archive):
    response = client.get("/api/v2/nothing/")
    assert response.status_code == 404
    assert response.json()["error"]
    assert client.post("/api/v1/search/", {"q": "梅雨"}).status_code == 405


def test_the_description_is_openapi_and_true(client, archive):
    description = client.get("/api/v1/openapi.json").json()
    validate(description)
    parameters = description["paths"]["/api/v1/search/"]["get"]["parameters"]
    named = {parameter["name"] for parameter in parameters}
    assert named == {
        "q", "sort", "publication", "page", "tag", "author", "column", "from", "to", "in",
        "after",
    }  # fmt: skip
    schemas = description["components"]["schemas"]
    answer = client.get("/api/v1/search/?q=梅雨").json()
    assert set(answer) <= set(schemas["SearchResults"]["properties"])
    hit = schemas["SearchResults"]["properties"]["results"]["items"]["properties"]
    assert set(answer["results"][0]) == set(hit)
    article = client.get(f"/api/v1/articles/{archive[0].pk}/").json()
    known = {"id", "url", *schemas["Record"]["properties"]}
    assert set(article) <= known


def test_scripts_of_other_pages_may_read_it(client, archive):
    response = client.get("/api/v1/search/?q=梅雨")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "梅雨" in response.text


def test_texts_come_as_they_are(client):
    make_article('<b>梅雨</b> & "引号"', body=["<script>alert(1)</script>"])
    (hit,) = client.get("/api/v1/search/?q=梅雨").json()["results"]
    assert hit["headline"] == '<b>梅雨</b> & "引号"'
    assert json.loads(client.get("/api/v1/search/?q=alert").text)["count"] == 1


# ---- feeds


def test_a_search_has_a_feed_of_its_newest(client, archive):
    late = make_article("梅雨停了", page=make_page("1", make_issue("2020-07-01")))
    response = client.get("/feeds/search/?q=梅雨")
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    assert "梅雨" in feed.findtext(f"{ATOM}title")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 20
    assert entries[0].findtext(f"{ATOM}title") == "梅雨停了"
    link = entries[0].find(f"{ATOM}link").get("href")
    assert link.endswith(late.get_absolute_url())
    assert entries[0].findtext(f"{ATOM}published").startswith("2020-07-01")
    assert entries[1].findtext(f"{ATOM}author/{ATOM}name") == "本报记者 叶薇"


@pytest.mark.parametrize("asked", ["", "?q=", "?q=梅雨&from=x", "?q=梅雨&after=x"])
def test_what_asks_nothing_has_no_feed(client, archive, asked):
    assert client.get(f"/feeds/search/{asked}").status_code == 404


def test_the_search_page_names_its_feed(client, archive):
    html = b"".join(client.get("/search/?q=梅雨&tag=天气")).decode()
    assert 'type="application/atom+xml" href="/feeds/search/?q=' in html
