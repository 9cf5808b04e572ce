"""Readers' pages: what they show, how many queries they take, what bad input gets."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from articles.models import Contribution, Contributor, Issue, SearchDocument
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>\"'&{{ 7|add:7 }}"


@pytest.fixture
def archive():
    """Two publications; 测试晚报 has three issues, the middle one two pages."""
    ribao = make_publication("ribao", "测试日报")
    make_article("日报头条", page=make_page("A01", make_issue("2020-06-05", ribao)))
    make_article("前日旧闻", page=make_page("1", make_issue("2020-06-07")))
    issue = make_issue("2020-06-08", number=21126)
    first, second = (
        make_page("1", issue, name="要闻"),
        make_page("2", issue, position=2),
    )
    lead = make_article(
        "长三角治理污染",
        kicker="会议在湖州召开",
        deck="黄润秋讲话",
        dateline="本报讯",
        byline="本报记者 叶薇",
        body=[
            "6月6日会议召开。",
            {"kind": "subhead", "text": "新基建"},
            "第二段。",
            {"caption": "湖州夜景", "credit": "王凯 摄"},
        ],
        tags=["长三角", "污染防治"],
        page=first,
    )
    Contribution.objects.create(
        article=lead, contributor=Contributor.objects.create(name="叶薇", slug="叶薇")
    )
    make_article("二版文章", page=second)
    make_article("未发表", page=first, status="draft")
    make_article("次日新闻", page=make_page("1", make_issue("2020-06-09")))
    return lead


def text_of(response):
    page = re.sub(r"<script[^>]*>[^<]*</script>", " ", response.content.decode())
    page = re.sub(r"<[^>]+>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(page))


# ---- what pages show


def test_front_page_shows_the_newest_issue_and_the_other_publications(client, archive):
    text = text_of(client.get("/"))
    assert "次日新闻" in text
    assert "测试日报" in text
    assert "未发表" not in text


def test_front_page_of_an_empty_archive(client):
    assert client.get("/").status_code == 200


def test_publications_are_listed_with_their_run(client, archive):
    make_article(page=make_page("1", make_issue("1998-02-01")))
    make_publication("kongbao", "空报", place="北京", script="Hant")
    text = text_of(client.get("/publications/"))
    for shown in (
        "测试晚报", "1998—2020", "共 4 期", "最近一期 2020年6月9日", "空报 北京 · 繁体 还没有可读的期次",
    ):  # fmt: skip
        assert shown in text, shown


def test_the_calendar_links_the_days_that_have_issues(client, archive):
    page = client.get("/wanbao/?year=2020").content.decode()
    assert 'href="/wanbao/2020-06-08/"' in page
    assert "/wanbao/2020-06-10/" not in page
    assert 'href="/wanbao/2020-06-08/"' in client.get("/wanbao/").content.decode()
    assert (
        "/wanbao/2020-06-08/" not in client.get("/wanbao/?year=2019").content.decode()
    )


def test_an_issue_shows_its_pages_articles_and_neighbours(client, archive):
    response = client.get("/wanbao/2020-06-08/")
    text, page = text_of(response), response.content.decode()
    for shown in (
        "2020年6月8日",
        "第1版",
        "要闻",
        "长三角治理污染",
        "第2版",
        "二版文章",
        "21126",
    ):
        assert shown in text, shown
    assert "未发表" not in text
    for link in ("/wanbao/2020-06-07/", "/wanbao/2020-06-09/", "/wanbao/2020-06-08/2/"):
        assert f'href="{link}"' in page, link


def test_an_inferred_date_is_shown_as_such(client):
    make_article(
        page=make_page(
            "1", make_issue("2020-06-08", date_note="报上无日期，据文推断。")
        )
    )
    assert "报上无日期，据文推断。" in text_of(client.get("/wanbao/2020-06-08/"))


def test_a_page_shows_its_articles_only(client, archive):
    text = text_of(client.get("/wanbao/2020-06-08/1/"))
    assert "长三角治理污染" in text
    assert "二版文章" not in text


def test_an_edition_has_its_own_address(client):
    make_article(
        "晚间消息", page=make_page("1", make_issue("2020-06-08", edition="晚间"))
    )
    assert "晚间消息" in text_of(client.get("/wanbao/2020-06-08-晚间/"))
    assert client.get("/wanbao/2020-06-08/").status_code == 404


def test_an_article_is_set_in_the_order_of_print(client, archive):
    text = text_of(client.get(archive.get_absolute_url()))
    parts = [
        "会议在湖州召开", "长三角治理污染", "黄润秋讲话", "本报记者 叶薇", "本报讯", "6月6日会议召开。",
        "新基建", "第二段。", "湖州夜景", "王凯 摄",
    ]  # fmt: skip
    body = text[text.index("会议在湖州召开") :]
    assert [body.index(part) for part in parts] == sorted(
        body.index(part) for part in parts
    )


def test_an_article_names_its_place_tags_and_language(client, archive):
    page = client.get(archive.get_absolute_url()).content.decode()
    for link in ("/wanbao/2020-06-08/1/", reverse("tag", args=["长三角"]), "/wanbao/"):
        assert f'href="{link}"' in page, link
    assert 'lang="zh-Hans"' in page
    assert 'id="p3"' in page


def test_a_draft_is_404_and_a_withdrawn_article_410_with_its_notice(client):
    draft = make_article("草稿题", status="draft")
    gone = make_article(
        "撤回题", status="withdrawn", correction="内容失实，已撤回。", body=["旧正文"]
    )
    assert client.get(draft.get_absolute_url()).status_code == 404
    response = client.get(gone.get_absolute_url())
    assert response.status_code == 410
    assert "内容失实，已撤回。" in text_of(response)
    assert "旧正文" not in text_of(response)


def test_a_correction_is_shown(client):
    article = make_article(correction="第二段的日期应为六月七日。")
    assert "第二段的日期应为六月七日。" in text_of(
        client.get(article.get_absolute_url())
    )


def test_search_shows_where_each_hit_was_printed(client, archive):
    response = client.get("/search/", {"q": "长三角"})
    text = text_of(response)
    for shown in ("测试晚报", "2020年6月8日", "第1版", "治理污染"):
        assert shown in text, shown
    assert "<mark>长三角</mark>" in response.content.decode()


def test_search_without_a_hit_or_a_word_says_so(client, archive):
    assert "没有" in text_of(client.get("/search/", {"q": "地震"}))
    for q in ("", "，。！", '"" - OR ('):
        assert client.get("/search/", {"q": q}).status_code == 200


def test_tags_and_authors_lead_to_articles(client, archive):
    assert "污染防治" in text_of(client.get("/tags/"))
    assert "长三角治理污染" in text_of(client.get(reverse("tag", args=["污染防治"])))
    assert "叶薇" in text_of(client.get("/authors/"))
    assert "长三角治理污染" in text_of(client.get("/authors/叶薇/"))


def test_long_lists_are_paged_by_key(client):
    for n in range(41):
        make_article(f"第{n}篇", tags=["天气"])
    url = reverse("tag", args=["天气"])
    seen = []
    for number in (20, 20, 1):
        response = client.get(url)
        assert response.content.decode().count("<article") == number
        assert ("共 41 篇" in text_of(response)) is (not seen)
        seen += re.findall(r"第\d+篇", text_of(response))
        after = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        url = reverse("tag", args=["天气"]) + html.unescape(after[1]) if after else None
    assert url is None
    assert sorted(seen) == sorted(f"第{n}篇" for n in range(41))


def test_names_stand_by_their_letters_and_only_where_they_can_be_read(client):
    make_article(tags=["污染", "2020"])
    make_article(tags=["长三角"])
    make_article(tags=["草稿"], status="draft")
    assert "草稿" not in text_of(client.get("/tags/"))
    for letter, tag in (("w", "污染"), ("c", "长三角"), ("z", "长三角"), ("0", "2020")):
        text = text_of(client.get("/tags/", {"letter": letter}))
        assert f"{tag} 1 " in text, letter
        assert "草稿" not in text
    assert "没有以这个字母开头的。" in text_of(client.get("/tags/?letter=x"))


def test_names_of_a_letter_are_paged_by_key(client, monkeypatch):
    monkeypatch.setattr("articles.name_index.NAMES_ON_A_PAGE", 2)
    make_article(tags=["天气", "天桥", "田径", "体育", "同学"])
    url, seen = "/tags/?letter=t", []
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r'href="/tags/[^"]+">([^<]+)</a>', page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        url = "/tags/" + html.unescape(after[1]) if after else None
    assert seen == ["田径", "天气", "天桥", "体育", "同学"]


def test_two_authors_of_one_name_are_both_listed(client):
    article = make_article()
    for slug in ("张三", "张三-2"):
        author = Contributor.objects.create(name="张三", slug=slug)
        Contribution.objects.create(article=article, contributor=author)
    page = client.get("/authors/?letter=z").content.decode()
    for slug in ("张三", "张三-2"):
        assert f'href="{reverse("author", args=[slug])}"' in page


def test_healthz(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


# ---- how many queries


KEPT = "and what is counted once: transaction, whether the index changed, count, limit put back"
FOUND = "and two searches, for a page and for the number, each in its transaction"


@pytest.mark.parametrize(
    ("path", "queries", "reason"),
    [
        (
            "/",
            7,
            "newest issues, pages, articles, pictures, issue before, its month, its day",
        ),
        ("/publications/", 8, f"publications, newest issues, {KEPT}"),
        ("/wanbao/", 8, f"publication, issues of the year, {KEPT}"),
        (
            "/wanbao/2020-06-08/",
            7,
            "issue, pages, articles, pictures, before, after, its day",
        ),
        ("/on-this-day/06-08/", 3, "years, issues, articles"),
        ("/wanbao/2020-06-08/1/", 2, "pages with their issue, articles"),
        (
            "article",
            22,
            "article, paragraphs, photos, tags, contributions, contributors, neighbours, and"
            " the search for related articles, which is kept",
        ),
        (
            "/search/?q=长三角",
            29,
            "as in test_search, publications, tags of which it is another name, and the counts"
            " that the first search keeps",
        ),
        ("/tags/", 7, f"tags with counts, {KEPT}"),
        ("/tags/?letter=c", 2, "names, tags with counts"),
        ("/tags/长三角/", 17, f"tag, tags below it, articles, {FOUND}"),
        ("/authors/", 7, f"contributors with counts, {KEPT}"),
        ("/authors/叶薇/", 16, f"contributor, articles, {FOUND}"),
    ],
)
def test_a_page_takes_a_known_number_of_queries(
    path, queries, reason, client, archive, django_assert_num_queries
):
    url = archive.get_absolute_url() if path == "article" else path
    client.get("/search/?q=长三角")  # the lexicon is kept from here on
    for n in range(5):
        make_article(f"长三角第{n}篇", page=archive.page, tags=["长三角", "经济"])
    # Four more, a search's, ask whether anything changed since the page was kept.
    with django_assert_num_queries(queries + 4):
        assert client.get(url).status_code == 200


# ---- bad input


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/", "/articles/0/", "/articles/999999999999999999999999/", "/articles/x/",
        "/wanbao/2020-02-30/", "/wanbao/0000-01-01/", "/wanbao/2020-13-01/", "/wanbao/2020-06-10/",
        "/wanbao/2020-06-08/99/", "/wanbao/2020-06-08-/", "/nothing/2020-06-08/", "/tags/无此/",
        "/authors/无此/", "/wanbao/?year=0", "/wanbao/?year=10000", "/wanbao/?year=abc",
        "/tags/长三角/?after=0", "/tags/长三角/?after=w_2020-02-30_1", "/tags/长三角/?after=x",
        "/tags/长三角/?after=w_0x1p0_2020-01-01_1", "/tags/长三角/?after=w_2019-01-01_1",
        "/tags/?letter=zz", "/tags/?letter=Z", "/authors/?letter=%E9%95%BF", "/tags/?letter=c&after=" + "x" * 701,
        "/on-this-day/02-30/", "/on-this-day/13-01/", "/on-this-day/6-8/", "/on-this-day/00-00/",
        "/on-this-day/?month=2&day=30", "/on-this-day/?month=13&day=1", "/on-this-day/?month=x&day=1",
        "/on-this-day/?month=6", "/on-this-day/06-08/?before=0", "/on-this-day/06-08/?before=x",
        "/search/?q=长三角&after=0", "/search/?q=长三角&after=w_2020-02-30_1",
        "/search/?q=长三角&after=w_nan_2020-01-01_1", "/search/?q=地震&after=x",
        "/search/?q=长三角&sort=newest&after=w_0x1p0_2020-01-01_1",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_with_a_page_that_helps(path, client, archive):
    response = client.get(path)
    assert response.status_code == 404
    assert 'name="q"' in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=长三角&sort=random", "q=长三角&publication=nothing",
        "q=长三角&from=2020-02-30", "q=长三角&to=yesterday", "q=长三角&from=2021-01-01&to=2020-01-01",
        "q=长三角&from=0000-00-00", "q=长三角&tag=nothing", "q=长三角&in=nothing",
        "%00=1", "page=%00", "author=a%1Bb",
    ],
)  # fmt: skip
def test_what_is_wrongly_asked_is_400_with_the_reason(query, client, archive):
    response = client.get(f"/search/?{query}")
    assert response.status_code == 400
    assert "<form" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["q=%FF%FE", "q=%ED%A0%80", "q=%", "q=" + "的" * 100, "q=%EF%B7%BA" * 5, "q[]=x", "q=a&q=b",
     "q=" + "%F0%9F%98%80" * 20, "q=*%3A*|!()%26", "q=%5C%5C'", "q='%3Btsquery", "q=长三角&x=1"],
)  # fmt: skip
def test_odd_queries_are_answered(query, client, archive):
    assert client.get(f"/search/?{query}").status_code == 200


def test_what_is_pasted_from_a_pdf_is_read_without_its_control_characters(
    client, archive
):
    html = b"".join(client.get("/search/?q=长%02三\x1b角%00")).decode()
    assert "<mark>长三角</mark>" in html
    assert 'value="长三角"' in html


@pytest.mark.parametrize("path", ["/search/", "/kwic/"])
def test_a_query_that_is_too_long_is_read_as_far_as_the_language_goes(
    path, client, archive
):
    response = client.get(path, {"q": "长三角|" + "的" * 10_000})
    assert response.status_code == 200
    html = b"".join(response).decode()
    assert "<mark>长三角</mark>" in html
    # Other addresses of the page do not repeat all of it.
    assert len(html) < 1_000_000
    if path == "/search/":
        assert "检索词太长，从“的的的" in html


@pytest.mark.parametrize("path", ["/a%00b/", "/tags/%00/", "/wanbao/2020-06-08/%00/"])
def test_nul_in_a_path_is_400(path, client):
    assert client.get(path).status_code == 400


def test_broken_utf8_in_a_path_is_404(client):
    assert client.get("/tags/%FF%FE/").status_code == 404


# A script that is neither a file of ours nor a data block without markup.
RUN = re.compile(
    r'<script(?! src="/static/)(?! type="application/ld\+json">[^<]*</script>)'
)


def test_markup_in_every_text_field_is_shown_and_never_run(client):
    publication = make_publication("evil", EVIL, place=EVIL, description=EVIL)
    issue = make_issue("2020-06-08", publication, date_note=EVIL)
    page = make_page("1", issue, name=EVIL)
    heads = dict.fromkeys(
        ("kicker", "deck", "byline", "dateline", "column", "correction"), EVIL
    )
    article = make_article(
        f"梅雨{EVIL}",
        body=[
            EVIL,
            {"kind": "subhead", "text": EVIL},
            {"caption": EVIL, "credit": EVIL, "alt": EVIL},
        ],
        tags=[EVIL],
        page=page,
        **heads,
    )
    Contribution.objects.create(
        article=article, contributor=Contributor.objects.create(name=EVIL, slug="evil")
    )
    tag = article.tags.get()
    paths = [
        "/", "/publications/", "/evil/", "/evil/2020-06-08/", "/evil/2020-06-08/1/",
        f"/articles/{article.pk}/", "/search/?q=alert", f"/search/?q=梅雨{EVIL}", "/tags/",
        reverse("tag", args=[tag.slug]), "/authors/", "/authors/evil/", "/on-this-day/06-08/",
    ]  # fmt: skip
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        assert not RUN.search(response.content.decode()), path
        assert (
            "{{ 7|add:7 }}" in html.unescape(response.content.decode()) or "q=" in path
        ), path
    article.status = "withdrawn"
    article.save()
    assert not RUN.search(client.get(f"/articles/{article.pk}/").content.decode())


def test_every_answer_carries_the_security_headers(client, archive):
    for path in ("/", "/nothing/", "/search/?q=" + "长" * 101, "/a%00/", "/healthz"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_an_unexpected_error_shows_a_page_without_details(monkeypatch, archive):
    # A broken row is the nearest that a test can come to the unexpected without mocking.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_issue RENAME TO lost")
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "articles_issue" not in response.content.decode()
    assert "lang=" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_without_a_database_each_page_says_so(unreachable_database, caplog):
    for path in ("/", "/search/?q=长三角", "/articles/1/", "/admin/login/"):
        caplog.clear()
        response = Client().get(path)
        if path == "/admin/login/":
            response = Client().post(path, {"username": "editor", "password": "x"})
        assert response.status_code == 503, path
        assert "档案库暂时没有回应" in response.content.decode()
        assert int(response["Retry-After"]) > 0
        lines = [r.getMessage() for r in caplog.records if r.name == "newsarchive"]
        assert len(lines) == 1
        assert "\n" not in lines[0]
    assert Client().get("/healthz").status_code == 503


@pytest.fixture
def unreachable_database(db):
    """Point Django at a database that is not there."""
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    yield
    connection.settings_dict["NAME"] = kept


def test_every_address_of_readers_is_in_these_tests():
    names = {pattern.name for pattern in get_resolver("articles.urls").url_patterns}
    assert names == {
        "home", "healthz", "publications", "article", "search", "tags", "tag", "authors",
        "author", "publication", "issue", "page", "advanced_search", "search_feed",
        "api_search", "api_article", "api_unknown", "openapi", "complete", "kwic",
        "trends", "preferences", "offline", "service_worker", "speculation_rules",
        "citation", "citations", "newest_feed", "publication_feed", "tag_feed",
        "sitemap_index", "sitemap", "robots", "opensearch", "reading_list",
        "on_this_day", "on_this_day_of", "preview",
    }  # fmt: skip
    assert (Issue.objects.count(), SearchDocument.objects.count()) == (0, 0)
