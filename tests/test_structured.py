"""What pages say of themselves to machines: schema.org, Open Graph, canonical addresses."""

import html
import io
import json
import re
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from articles.models import Contribution, Contributor, Photo
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def things(client, address):
    """Return the things of a page by their type."""
    page = client.get(address).content.decode()
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL
    )
    data = json.loads(block)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def head(client, address):
    """Return what the head of a page says, by name, property or rel."""
    page = client.get(address).content.decode().split("</head>")[0]
    said = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page)
    links = re.findall(r'<link rel="([^"]+)" href="([^"]+)"', page)
    return {name: html.unescape(value) for name, value in said + links}


def night():
    """Return a small real picture."""
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(written, "PNG")
    return ContentFile(written.getvalue())


@pytest.fixture
def article():
    bao = make_publication("bao", "某报", cn_number="CN31-0003", issn="1234-5678")
    issue = make_issue("2020-06-08", bao, edition="晚间", number=21126)
    made = make_article(
        "长三角治理污染", kicker="引题", deck="副题", dateline="本报讯", column="聚焦", genre="消息",
        correction="日期有误。", tags=["长三角"],
        body=["6月6日会议召开。" * 40, {"caption": "湖州夜景", "credit": "王凯 摄"}],
        page=make_page("A02", issue, name="要闻"),
    )  # fmt: skip
    photo = Photo.objects.get()
    photo.image.save("night.png", night())
    for role, name in (("photographer", "王凯"), ("reporter", "叶薇")):
        writer = Contributor.objects.create(name=name, slug=name)
        Contribution.objects.create(article=made, contributor=writer, role=role)
    return made


def test_an_article_is_a_news_article_in_an_issue_of_a_newspaper(client, article):
    found = things(client, article.get_absolute_url())["NewsArticle"]
    photo = Photo.objects.get()
    address = f"{HOST}/articles/{article.pk}/"
    issue = HOST + article.page.issue.get_absolute_url()
    assert found == {
        "@type": "NewsArticle", "@id": address, "url": address, "mainEntityOfPage": address,
        "headline": "长三角治理污染", "alternativeHeadline": ["引题", "副题"],
        "datePublished": "2020-06-08", "dateModified": article.updated_at.isoformat(),
        "author": [{"@type": "Person", "name": "叶薇",
                    "url": HOST + reverse("author", args=["叶薇"])}],
        "inLanguage": "zh-Hans", "printPage": "A02", "printEdition": "晚间", "printColumn": "聚焦",
        "articleSection": "要闻", "dateline": "本报讯", "genre": "消息", "keywords": ["长三角"],
        "image": [HOST + photo.image.largest],
        "correction": {"@type": "CorrectionComment", "text": "日期有误。"},
        "isPartOf": {
            "@type": "PublicationIssue", "@id": issue, "url": issue, "issueNumber": "21126",
            "datePublished": "2020-06-08",
            "isPartOf": {
                "@type": "Newspaper", "@id": f"{HOST}/bao/", "url": f"{HOST}/bao/", "name": "某报",
                "issn": "1234-5678", "inLanguage": "zh-Hans",
                "identifier": {"@type": "PropertyValue", "propertyID": "CN", "value": "CN31-0003"},
            },
        },
        "publisher": {"@type": "NewsMediaOrganization", "name": "某报"},
        "isAccessibleForFree": True,
    }  # fmt: skip


def test_what_is_not_known_is_not_said(client):
    article = make_article("一句话新闻", body=[])
    found = things(client, article.get_absolute_url())["NewsArticle"]
    assert not {"author", "image", "correction", "printColumn", "genre"} & set(found)


def test_the_way_to_an_article_leads_over_its_page(client, article):
    steps = things(client, article.get_absolute_url())["BreadcrumbList"]
    names = [step["name"] for step in steps["itemListElement"]]
    assert names == ["某报", "2020-06-08", "第A02版 要闻", "长三角治理污染"]
    assert [step["position"] for step in steps["itemListElement"]] == [1, 2, 3, 4]
    for step in steps["itemListElement"]:
        assert client.get(step["item"].removeprefix(HOST)).status_code == 200


def test_publication_issue_page_and_front_page_are_things(client, article):
    issue = article.page.issue
    found = things(client, issue.get_absolute_url())
    assert found["PublicationIssue"]["isPartOf"]["name"] == "某报"
    assert found["PublicationIssue"]["name"] == "某报 2020-06-08 晚间"
    assert len(found["BreadcrumbList"]["itemListElement"]) == 2
    found = things(client, article.page.get_absolute_url())
    assert len(found["BreadcrumbList"]["itemListElement"]) == 3
    assert things(client, "/bao/")["Newspaper"]["issn"] == "1234-5678"
    search = things(client, "/")["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    asked = search.format(search_term_string="长三角")
    assert client.get(asked.removeprefix(HOST)).status_code == 200


@pytest.mark.parametrize(
    "text", ["</script><b>", "<!--<script>", "&lt;a&amp;", '"\\u2028']
)
def test_no_text_ends_the_data_block_or_is_changed_in_it(text, client):
    article = make_article(f"题{text}", correction=text)
    found = things(client, article.get_absolute_url())["NewsArticle"]
    assert found["headline"] == f"题{text}"
    page = client.get(article.get_absolute_url()).content.decode()
    block = page.split("application/ld+json")[1].split("</script>")[0]
    assert not set(block.removeprefix('">')) & set("<>&")


# ---- Open Graph, descriptions, canonical addresses


def test_an_article_presents_itself(client, article):
    said = head(client, article.get_absolute_url())
    assert said["og:title"] == "长三角治理污染"
    assert said["og:type"] == "article"
    assert said["og:url"] == said["canonical"] == f"{HOST}/articles/{article.pk}/"
    assert said["og:image"] == HOST + Photo.objects.get().image.middle
    assert said["og:image:alt"] == "湖州夜景"
    assert said["og:locale"] == "zh_CN"
    assert said["article:published_time"] == "2020-06-08"
    assert said["description"].startswith("6月6日会议召开。")
    assert len(said["description"]) <= 150
    assert "robots" not in said


def test_an_issue_is_described_by_its_heads(client, article):
    make_article("要闻二", body=["要闻。" * 400], page=article.page)
    for record in (article.page, article.page.issue):
        said = head(client, record.get_absolute_url())
        assert said["description"] == "长三角治理污染 · 要闻二"


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/?utm_source=x", "/"), ("/bao/?year=2020", "/bao/"),
        ("/publications/?x=1", "/publications/"), ("/tags/?x=1", "/tags/"),
        ("/tags/长三角/?x=1", "/tags/%E9%95%BF%E4%B8%89%E8%A7%92/"),
        ("/tags/长三角/?page=1", "/tags/%E9%95%BF%E4%B8%89%E8%A7%92/"),
        ("/authors/叶薇/?x=1", "/authors/%E5%8F%B6%E8%96%87/"),
        ("/bao/2020-06-08-晚间/?x=1", "/bao/2020-06-08-%E6%99%9A%E9%97%B4/"),
        ("/bao/2020-06-08-晚间/A02/?x=1", "/bao/2020-06-08-%E6%99%9A%E9%97%B4/A02/"),
    ],
)  # fmt: skip
def test_a_page_has_one_address(asked, canonical, client, article):
    for n in range(20):
        make_article(f"第{n}篇", tags=["长三角"])
    said = head(client, asked)
    assert said["canonical"] == HOST + canonical
    assert said["description"]
    assert "robots" not in said


@pytest.mark.parametrize(
    "path",
    [
        "/search/?q=长三角&sort=newest",
        "/search/?q=无此",
        "/search/",
        "/search/advanced/",
        "/kwic/",
        "/trends/",
    ],
)
def test_what_a_reader_asks_for_is_not_for_indexes(path, client, article):
    said = head(client, path)
    assert said["robots"] == "noindex"
    assert said["canonical"] == HOST + path.split("?")[0]


def test_a_plain_search_that_finds_something_may_be_indexed(client, article):
    said = head(client, "/search/?q=长三角")
    assert "robots" not in said
    assert said["canonical"] == f"{HOST}/search/?q={quote('长三角')}"
    assert "长三角" in said["description"]


@pytest.mark.parametrize("status", ["withdrawn", "draft"])
def test_what_is_gone_is_not_for_indexes(status, client):
    article = make_article(status=status)
    assert head(client, article.get_absolute_url())["robots"] == "noindex"
    assert head(client, "/nothing/here/")["robots"] == "noindex"
