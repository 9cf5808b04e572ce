"""Atom feeds of all articles, of a publication and of a tag."""

import pytest
from defusedxml import ElementTree
from django.urls import reverse

from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LEAD = "梅雨季来了。" * 60


@pytest.fixture
def archive():
    ribao = make_publication("ribao", "測試日報", script="Hant")
    old = make_page("1", make_issue("1950-01-01", ribao))
    make_article("舊聞", page=old, tags=["天气"], byline="本報訊")
    for day in (1, 2):
        for label, position in (("1", 1), ("2", 2)):
            issue = make_issue(f"2020-06-0{day}")
            page = make_page(label, issue, position=position)
            for n in range(10):
                make_article(
                    f"{day}日{label}版{n}", [LEAD, "次段"], ["天气", "上海"], page
                )
    make_article(
        "未发表", page=make_page("1", make_issue("2021-01-01")), status="draft"
    )


def read(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    return feed, feed.findall(f"{ATOM}entry")


def titles(entries):
    return [entry.findtext(f"{ATOM}title") for entry in entries]


def test_the_newest_articles_as_printed(client, archive, django_assert_num_queries):
    with django_assert_num_queries(3):  # newest issues, articles, tags
        _feed, entries = read(client, "/feeds/")
    assert len(entries) == 30
    expected = [
        f"{day}日{p}版{n}" for day, p in ((2, 1), (2, 2), (1, 1)) for n in range(10)
    ]
    assert titles(entries) == expected


def test_an_entry_has_all_that_readers_of_feeds_show(client, archive):
    feed, entries = read(client, "/feeds/")
    first = entries[0]
    assert first.get(LANG) == "zh-Hans"
    assert first.findtext(f"{ATOM}summary") == LEAD
    assert {c.get("term") for c in first.findall(f"{ATOM}category")} == {"天气", "上海"}
    assert first.findtext(f"{ATOM}published") == "2020-06-02T00:00:00+00:00"
    assert first.findtext(f"{ATOM}updated") > "2026"
    link = first.find(f"{ATOM}link").get("href")
    assert link.startswith("http://testserver/articles/")
    assert first.findtext(f"{ATOM}id") == link
    # RFC 4287: without an author of its own an entry has that of the feed.
    assert first.find(f"{ATOM}author") is None
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "报纸档案"
    assert (
        feed.find(f"{ATOM}link[@rel='self']").get("href") == "http://testserver/feeds/"
    )


def test_a_publication_has_its_own(client, archive, django_assert_num_queries):
    with django_assert_num_queries(4):  # publication, newest issues, articles, tags
        feed, entries = read(client, "/feeds/publications/ribao/")
    assert titles(entries) == ["舊聞"]
    assert entries[0].get(LANG) == "zh-Hant"
    assert entries[0].findtext(f"{ATOM}author/{ATOM}name") == "本報訊"
    assert feed.findtext(f"{ATOM}title") == "測試日報"
    assert feed.find(f"{ATOM}link").get("href") == "http://testserver/ribao/"


def test_a_tag_has_its_own(client, archive, django_assert_num_queries):
    address = reverse("tag_feed", args=["天气"])
    with django_assert_num_queries(4):  # tag, newest documents, articles, tags
        feed, entries = read(client, address)
    assert len(entries) == 30
    assert titles(entries)[0].startswith("2日")
    assert "天气" in feed.findtext(f"{ATOM}title")
    make_article(
        "天气新闻", page=make_page("1", make_issue("2022-01-01")), tags=["天气"]
    )
    assert titles(read(client, address)[1])[0] == "天气新闻"


def test_markup_in_a_text_is_text(client):
    make_article("<b>题</b> & 题", ["<script>alert(1)</script>"])
    _feed, (entry,) = read(client, "/feeds/")
    assert entry.findtext(f"{ATOM}title") == "<b>题</b> & 题"
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert summary.text == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_an_empty_archive_has_an_empty_feed(client):
    make_publication()
    for address in ("/feeds/", "/feeds/publications/wanbao/"):
        assert read(client, address)[1] == []


@pytest.mark.parametrize(
    "path", ["/feeds/publications/nothing/", "/feeds/tags/无此/", "/feeds/nothing/"]
)
def test_what_is_not_there_has_no_feed(path, client):
    assert client.get(path).status_code == 404


def test_pages_name_their_feeds(client, archive):
    for page, feed in (
        ("/", "/feeds/"), ("/wanbao/", "/feeds/publications/wanbao/"),
        (reverse("tag", args=["天气"]), reverse("tag_feed", args=["天气"])),
    ):  # fmt: skip
        head = client.get(page).content.decode().split("</head>")[0]
        assert 'type="application/atom+xml" title="' in head
        assert f'href="{feed}">' in head


def test_what_did_not_change_is_not_sent_again(client, archive, settings):
    conditional = "django.middleware.http.ConditionalGetMiddleware"
    if conditional not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [conditional, *settings.MIDDLEWARE]
    for address in ("/feeds/", "/feeds/publications/wanbao/", "/feeds/tags/上海/"):
        response = client.get(address)
        assert response["Last-Modified"]
        again = client.get(address, headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
    make_article("新闻", page=make_page("1", make_issue("2023-01-01")), tags=["上海"])
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 200
