"""Readers search for tags by their other names."""

import json

import pytest
from django.urls import reverse
from taggit.models import Tag

from articles import tag_work
from articles.models import TagSynonym
from articles.search.language import MAX_TERMS, parse
from articles.search.lexicon import query_lexicon
from articles.search.tag_synonyms import read
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def archive():
    make_article("甲", ["正文。"], tags=["新型冠状病毒感染", "上海"])
    make_article("乙", ["正文。"], tags=["新冠疫苗"])
    make_article("丙", ["新冠在正文里。"], tags=["人工智能"])
    make_article("丁", ["正文。"], tags=["資訊 科技"])
    for name, of in (
        ("新冠", "新型冠状病毒感染"),
        ("AI", "人工智能"),
        ("資訊", "資訊 科技"),
        ("IT 業", "資訊 科技"),
    ):
        TagSynonym.objects.create(name=name, tag=Tag.objects.get(name=of))


def found(client, query, **more):
    response = client.get(reverse("api_search"), {"q": query, **more})
    assert response.status_code == 200
    return {hit["headline"] for hit in json.loads(response.content)["results"]}


@pytest.mark.parametrize(
    ("query", "headlines"),
    [
        ("标签:新型冠状病毒感染", {"甲"}),
        ("标签:新冠", {"甲", "乙"}),
        ('标签:"新冠"', {"甲", "乙"}),
        ("tag:ai", {"丙"}),
        ("标签:ＡＩ", {"丙"}),
        ("标签:资讯", {"丁"}),
        ("標籤:資訊", {"丁"}),
        ("标签:資訊", {"丁"}),
        ('标签:"it 业"', {"丁"}),
        ("标签:新", set()),
        ("标签:(新冠|AI) 正文", {"甲", "乙", "丙"}),
        ("标签:上海 -标签:新冠", set()),
        ("正文 -标签:新冠", {"丙", "丁"}),
        ("新冠", {"乙", "丙"}),
    ],
)
def test_a_synonym_finds_the_articles_of_its_tag(client, query, headlines):
    assert found(client, query) == headlines


def test_the_page_says_how_it_was_understood(client):
    page = client.get(reverse("search"), {"q": "标签:新冠"}).content.decode()
    assert "理解为：<code>标签:(新冠 OR 新型冠状病毒感染)</code>" in page
    assert read(read("标签:新冠").understood) == read("标签:新冠")
    page = client.get(
        reverse("search"), {"q": "标签:新型冠状病毒感染"}
    ).content.decode()
    assert "理解为" not in page


def test_a_former_name_finds_the_tag_that_it_was_merged_into(client):
    tag_work.merge(Tag.objects.get(name="上海"), [Tag.objects.get(name="新冠疫苗")])
    assert found(client, "标签:新冠疫苗") == {"甲", "乙"}


def test_a_plain_word_that_is_a_synonym_links_to_its_tag(client):
    page = client.get(reverse("search"), {"q": "新冠"}).content.decode()
    address = reverse("tag", args=[Tag.objects.get(name="新型冠状病毒感染").slug])
    assert f'<a href="{address}">看标签“新型冠状病毒感染”的文章</a>' in page
    for other in ("正文", "新冠 正文", "标题:新冠", "-新冠"):
        page = client.get(reverse("search"), {"q": other}).content.decode()
        assert address not in page.split("<!-- facets")[0].split('class="hits"')[0]


def test_only_queries_for_tags_ask_for_synonyms(django_assert_num_queries):
    query_lexicon()
    with django_assert_num_queries(1):  # the lexicon's signature
        read("新冠 标题:新冠")
    with django_assert_num_queries(2):
        read("标签:新冠 标签:AI")


def test_what_would_be_too_long_stays_as_it_is():
    text = " ".join(f"标签:类{n}" for n in range(MAX_TERMS - 1)) + " 标签:新冠"
    assert read(text) == parse(text, query_lexicon())


@pytest.mark.parametrize(
    "text", ["标签:\x7f", "标签:%", "标签:😀", "标签:'", "标签:\\", "标签:"]
)
def test_whatever_is_typed_is_no_error(text):
    assert read(text) == parse(text, query_lexicon())


def test_a_tag_that_looks_like_operators_is_searched_as_text(client):
    article = make_article("戊", tags=["(A OR B) -C"])
    TagSynonym.objects.create(name="怪名", tag=article.tags.get())
    assert found(client, "标签:怪名") == {"戊"}


def test_occurrences_and_feeds_understand_it_too(client):
    page = client.get(reverse("kwic"), {"q": "标签:新冠"})
    assert page.context["understood"] == "标签:(新冠 OR 新型冠状病毒感染)"
    feed = client.get(reverse("search_feed"), {"q": "标签:新冠"}).content.decode()
    assert "甲" in feed
