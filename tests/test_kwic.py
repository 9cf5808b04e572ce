"""Keyword in context: every occurrence, on pages and in files."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article
from articles.search import kwic
from articles.search.filters import Filters
from articles.search.language import Query, parse
from articles.search.lexicon import current_lexicon
from articles.search.pending import indexed
from tests.factories import make_article, make_issue, make_page

pytestmark = pytest.mark.django_db


def all_lines(asked, **options):
    query = parse(asked, current_lexicon())
    return list(kwic.lines(query, Filters(), **options))


def streamed(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


@pytest.fixture
@indexed()
def archive():
    for n in range(50):
        page = make_page("1", make_issue(f"2020-06-{n % 28 + 1:02}"))
        make_article(f"梅雨{n}", body=["今年梅雨早，梅雨长。", "无关。"], page=page)


@settings(
    max_examples=30, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    texts=st.lists(
        st.text("梅雨早a ，", min_size=1, max_size=30).filter(str.strip), max_size=3
    ),
    asked=st.text("梅雨早a", min_size=1, max_size=2),
)
def test_every_occurrence_is_a_line(texts, asked):
    Article.objects.all().delete()
    article = make_article("题", body=texts)
    stored = [part.text for part in article.body()]
    found = all_lines(f'"{asked}"')
    assert len(found) == sum(text.count(asked) for text in stored)
    for line in found:
        assert line.keyword == asked
        assert any(line.left + asked + line.right in text for text in stored)


def test_lines_show_both_sides_and_lead_to_their_paragraph():
    article = make_article("题", body=["首段。", "长江" * 30 + "梅雨" + "黄河" * 30])
    (line,) = all_lines("梅雨")
    assert line.left == ("长江" * 30)[-kwic.CONTEXT :]
    assert line.right == ("黄河" * 30)[: kwic.CONTEXT]
    assert line.url == f"/articles/{article.pk}/#p2"


def test_pages_hold_every_line_once(client, archive):
    address, number = "/kwic/?q=梅雨", 0
    for _page in range(10):
        html = client.get(address).text
        number += html.count("<mark>梅雨</mark>")
        _before, found, rest = html.partition('rel="next" href="')
        if not found:
            break
        address = "/kwic/" + rest.partition('"')[0].replace("&amp;", "&")
    assert number == 150


def test_files_hold_every_line(client, archive):
    rows = list(csv.DictReader(io.StringIO(
        streamed(client.get("/kwic/?q=梅雨&format=csv")).removeprefix("\ufeff")
    )))  # fmt: skip
    lines = [
        json.loads(line)
        for line in streamed(client.get("/kwic/?q=梅雨&format=jsonl")).splitlines()
    ]
    assert rows == lines
    assert len(rows) == 150
    dates = [row["date"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    oldest = streamed(client.get("/kwic/?q=梅雨&format=jsonl&sort=oldest")).splitlines()
    assert json.loads(oldest[0])["date"] == "2020-06-01"


def test_no_cell_is_a_formula(client):
    make_article("=梅雨()", body=["=1+1，梅雨"])
    text = streamed(client.get("/kwic/?q=梅雨&format=csv"))
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_drafts_are_in_no_line(client):
    make_article("梅雨", status="draft")
    assert streamed(client.get("/kwic/?q=梅雨&format=jsonl")) == ""


@pytest.mark.parametrize(
    ("asked", "status"),
    [("q=梅雨&format=exe", 400), ("q=梅雨&sort=best", 400), ("q=梅雨&after=x", 404),
     ("q=梅雨&after=w_0x1p0_2020-01-01_1", 404), ("q=", 200), ("q=-梅雨", 200), ("", 200),
     ("q=日期:2020", 200)],
)  # fmt: skip
def test_bad_input_gets_a_clear_answer(client, archive, asked, status):
    assert client.get(f"/kwic/?{asked}").status_code == status


def test_nothing_asked_has_no_lines():
    assert kwic.page(Query(None), Filters()) == kwic.Page([], None)
