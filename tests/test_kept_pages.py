"""Pages kept as they were sent: 304 for who has them, and never an old one after a change."""

import gzip
import time

import psycopg2
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Publication
from tests.factories import make_article, make_publication

pytestmark = pytest.mark.django_db


# A search's transaction, here a savepoint, that asks whether anything changed.
LOOK = 4


@pytest.fixture
def article():
    return make_article("沪上入梅", body=["梅雨季来了。"], tags=["天气"])


def queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


PATHS = ["/", "/wanbao/", "/wanbao/2020-06-08/", "/wanbao/2020-06-08/1/", "/tags/", "/search/?q=梅雨", "article"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_made_once_and_answers_304(path, client, article):
    url = article.get_absolute_url() if path == "article" else path
    day = timezone.localdate()
    first = client.get(url)
    assert queries(client, url) == LOOK
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert "s-maxage" in first["Cache-Control"]
    assert {"cookie", "accept-language"} <= set(
        first["Vary"].lower().replace(" ", "").split(",")
    )
    time.sleep(1.1)
    dated = client.get(url)
    since = {"if-modified-since": dated["Last-Modified"]}
    status = client.get(url, headers=since).status_code
    # At midnight all pages are made anew, for they say what day it is.
    assert status == 304 or timezone.localdate() != day


CHANGES = {
    "headline": lambda article: save(article, headline="沪上出梅"),
    "correction": lambda article: save(article, correction="应为出梅"),
    "withdrawn": lambda article: save(article, status="withdrawn"),
    "draft": lambda article: save(article, status="draft"),
    "publication": lambda article: save(article.page.issue.publication, name="新报"),
    "publication deleted": lambda article: make_publication("x", "空报").delete(),
    "tag": lambda article: save(article.tags.get(), name="气象"),
    "untagged": lambda article: article.tags.clear(),
    "paragraph kind": lambda article: save(article.paragraphs.get(), kind="subhead"),
    "alt": lambda article: article.photos.create(position=9, caption="雨", alt="雨中"),
    "page": lambda article: save(article.page, name="要闻"),
    "bulk": lambda article: Article.objects.update(deck="连日有雨"),
    "issue": lambda article: save(article.page.issue, date_note="推断"),
}


def save(record, **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_is_older_than_a_change(change, client, article):
    url = article.get_absolute_url()
    tag = client.get(url)["ETag"]
    count = queries(client, url)
    CHANGES[change](Article.objects.get(pk=article.pk))
    response = client.get(url, headers={"if-none-match": tag})
    caches["pages"].clear()
    fresh = client.get(url)
    assert (count, response.status_code == 304) == (LOOK, fresh.get("ETag") == tag)
    if response.status_code != 304:
        assert response.content == fresh.content


def test_a_change_is_seen_within_the_time_that_the_settings_say(
    client, article, settings
):
    settings.PAGES_CHECKED_SECONDS = 0.5
    client.get("/wanbao/")
    Publication.objects.get().save()
    Publication.objects.filter(slug="wanbao").update(name="新报")
    time.sleep(0.6)
    assert "新报" in client.get("/wanbao/").content.decode()


def test_readers_who_chose_differently_get_different_pages(client, article):
    url = article.get_absolute_url()
    tags = {client.get(url)["ETag"]}
    tags.add(client.get(url, headers={"accept-language": "en"})["ETag"])
    for cookie in ("theme:dark", "script:hant", "writing:vertical"):
        client.cookies["reading"] = cookie
        tags.add(client.get(url)["ETag"])
    assert len(tags) == 5


def test_a_search_that_is_sent_in_parts_is_kept_once_it_was_sent(client):
    for n in range(30):
        make_article(f"梅雨{n}", body=["梅雨季来了。"])
    first = client.get("/search/?q=梅雨")
    assert first.streaming
    body = b"".join(first)
    again = client.get("/search/?q=梅雨")
    assert not again.streaming
    assert again.content == body
    assert int(again["Content-Length"]) == len(body)
    assert again["Content-Type"] == "text/html; charset=utf-8"


def test_a_page_is_sent_compressed(client, article):
    url = article.get_absolute_url()
    plain = client.get(url)
    packed = client.get(url, headers={"accept-encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert client.head(url).status_code == 200


def test_errors_and_notices_are_not_kept(client, article):
    save(article, status="withdrawn")
    for path, status in ((article.get_absolute_url(), 410), ("/articles/0/", 404), ("/search/?q=长&sort=x", 400)):  # fmt: skip
        response = client.get(path)
        assert response.status_code == status
        assert "ETag" not in response
        assert "s-maxage" not in response.get("Cache-Control", "")


@pytest.mark.django_db(transaction=True)
def test_a_page_is_made_where_nobody_can_say_whether_anything_changed(client, article):
    client.get("/tags/")
    other = psycopg2.connect(**connection.get_connection_params())
    with other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE articles_indexchange IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        response = client.get("/offline/")
        assert response.status_code == 200
        page = client.get("/wanbao/2020-06-08/1/")
        assert "沪上入梅" in page.content.decode()
        assert "ETag" not in page
        assert time.monotonic() - begun < 10
    other.close()


@pytest.mark.parametrize("path", ["*", "", "//", "/admin/login/", "/robots.txt"])
def test_odd_addresses_and_those_of_others_pass_by(path, client):
    assert client.generic("GET", path).status_code in (200, 301, 404)
