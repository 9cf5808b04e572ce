"""What crawlers and browsers fetch: sitemaps by ranges of keys, robots.txt, OpenSearch."""

from urllib import robotparser

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOST = "http://testserver"


@pytest.fixture
def archive():
    """Make articles whose keys lie in the first, second and fourth range."""
    page = make_page("1", make_issue("2020-06-08", make_publication("bao", "某报")))
    made = [
        make_article(f"第{pk}篇", [], page=page, pk=pk)
        for pk in (1, 25_000, 25_001, 80_000)
    ]
    make_article("草稿", [], page=page, pk=2, status="draft")
    make_article("撤回", [], page=page, pk=60_000, status="withdrawn")
    return made


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(response.content)
    return {
        entry.findtext(f"{NS}loc"): entry.findtext(f"{NS}lastmod") for entry in root
    }


def test_the_index_names_the_files_that_have_something(
    client, archive, django_assert_num_queries
):
    # A query for each file, and one that finds the end, in each of three sections.
    with django_assert_num_queries(5 + 3):
        found = list(read(client, "/sitemap.xml"))
    articles = [address for address in found if "articles" in address]
    assert articles == [f"{HOST}/sitemap-articles-{n}.xml" for n in (1, 2, 4)]
    assert len(found) == 5
    for address in found:
        assert read(client, address.removeprefix(HOST))


def test_a_file_has_the_published_articles_of_its_range(
    client, archive, django_assert_num_queries
):
    with django_assert_num_queries(1):
        found = read(client, "/sitemap-articles-1.xml")
    assert list(found) == [f"{HOST}/articles/1/", f"{HOST}/articles/25000/"]
    changed = archive[0].updated_at.isoformat(timespec="seconds")
    assert found[f"{HOST}/articles/1/"] == changed
    assert list(read(client, "/sitemap-articles-2.xml")) == [f"{HOST}/articles/25001/"]


def test_issues_changed_with_their_last_article(
    client, archive, django_assert_num_queries
):
    make_issue("2020-06-09")  # nothing to read in it
    number = (archive[0].page.issue_id - 1) // 1000 + 1
    with django_assert_num_queries(1):
        found = read(client, f"/sitemap-issues-{number}.xml")
    changed = max(article.updated_at for article in archive)
    assert found == {f"{HOST}/bao/2020-06-08/": changed.isoformat(timespec="seconds")}


def test_publications_and_editions_stand_with_encoded_addresses(client, archive):
    other = make_publication("晚报", "某晚报")
    page = make_page("1", make_issue("2020-06-08", other, edition="晚间"))
    make_article(page=page, pk=3)
    index = read(client, "/sitemap.xml")
    pages = [a for file in index for a in read(client, file.removeprefix(HOST))]
    for page in pages:
        assert page.isascii()
        assert client.get(page.removeprefix(HOST)).status_code == 200, page
    assert f"{HOST}/%E6%99%9A%E6%8A%A5/" in pages
    assert f"{HOST}/%E6%99%9A%E6%8A%A5/2020-06-08-%E6%99%9A%E9%97%B4/" in pages


@pytest.mark.parametrize(
    "path",
    ["/sitemap-articles-3.xml", "/sitemap-articles-0.xml", "/sitemap-articles-99.xml",
     "/sitemap-nothing-1.xml", "/sitemap-articles-99999999999999999999.xml",
     "/sitemap-articles-x.xml", "/sitemap-articles.xml"],
)  # fmt: skip
def test_what_has_nothing_is_404(path, client, archive):
    assert client.get(path, follow=True).status_code == 404


def test_an_empty_archive_has_an_empty_index(client):
    assert read(client, "/sitemap.xml") == {}


def test_no_file_reads_what_stands_in_those_before_it(client, archive):
    with CaptureQueriesContext(connection) as asked:
        client.get("/sitemap-articles-2.xml")
        client.get("/sitemap.xml")
    for query in asked:
        assert "OFFSET" not in query["sql"]
        assert "COUNT(" not in query["sql"]
    assert '"id" <= 50000' in asked[0]["sql"]
    assert '"id" > 25000' in asked[0]["sql"]


# ---- robots.txt and OpenSearch


def test_crawlers_are_kept_from_what_is_asked_for(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    rules = robotparser.RobotFileParser()
    rules.parse(response.content.decode().splitlines())
    for path in (
        "/search/advanced/",
        "/kwic/?q=x",
        "/trends/",
        "/admin/",
        "/api/v1/search/",
    ):
        assert not rules.can_fetch("anything", f"{HOST}{path}"), path
    for path in (
        "/",
        "/articles/1/",
        "/bao/2020-06-08/",
        "/tags/",
        "/feeds/",
        "/static/x",
    ):
        assert rules.can_fetch("anything", f"{HOST}{path}"), path
    assert rules.site_maps() == [f"{HOST}/sitemap.xml"]


def test_browsers_are_told_how_to_search(client):
    make_article("梅雨来了")
    page = client.get("/").content.decode()
    assert 'rel="search" type="application/opensearchdescription+xml"' in page
    response = client.get("/opensearch.xml")
    kind = "application/opensearchdescription+xml"
    assert response["Content-Type"].startswith(kind)
    ns = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(response.content)
    assert 0 < len(root.findtext(f"{ns}ShortName")) <= 16
    template = root.find(f"{ns}Url[@type='text/html']").get("template")
    asked = template.replace("{searchTerms}", "%E6%A2%85%E9%9B%A8")
    found = b"".join(client.get(asked.removeprefix(HOST)))
    assert "来了" in found.decode()
