"""The fixtures: the real page as its golden records say, and the made-up archive."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from PIL import Image, ImageChops, ImageStat

from articles import demo_page, demo_pictures
from articles.demo import DRAWINGS, MARK, SCANNED, demo
from articles.models import Article, Issue, Paragraph, Publication, SearchDocument
from articles.search.engine import Filters, search
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from articles.text.fold import fold

SEED = Path(__file__).parent / "data" / "seed"
FIXTURES = [
    settings.BASE_DIR / "fixtures" / f"{name}.json"
    for name in ("xinmin-2020-06-08", "demo")
]
REAL_PEOPLE = [
    "习近平",
    "李强",
    "车俊",
    "黄润秋",
    "龚正",
    "吴政隆",
    "袁家军",
    "李国英",
    "李佳琦",
    "叶薇",
    "王凯",
]


def records(path):
    return json.loads(path.read_text(encoding="utf-8"))


def load(*names):
    call_command("loaddata", *names, verbosity=0)


def headlines(asked):
    results = search(parse(asked, current_lexicon()), Filters())
    return [hit.article.headline for hit in results.hits]


def exchange_body(article):
    kinds = {
        "photo": ("caption", "credit"),
        "paragraph": ("text",),
        "subhead": ("text",),
    }
    body = []
    for part in article.body():
        kind = getattr(part, "kind", "photo")
        body.append(
            {"kind": kind} | {name: getattr(part, name) for name in kinds[kind]}
        )
    return body


# ---- the seed


@pytest.mark.django_db
@pytest.mark.parametrize("position", [1, 2])
def test_the_seed_fixture_is_the_golden_record_field_for_field(position):
    load("xinmin-2020-06-08")
    golden = records(SEED / f"article_{position}.json")
    article = Article.objects.get(position=position)
    heads = ("kicker", "headline", "deck", "dateline", "byline")
    assert {name: getattr(article, name) for name in heads} == {
        n: golden[n] for n in heads
    }
    assert exchange_body(article) == golden["body"]
    assert article.is_published


@pytest.mark.django_db
def test_the_source_is_kept_verbatim_and_no_character_of_it_is_lost_or_doubled():
    load("xinmin-2020-06-08")
    page = (SEED / "xinmin_page_text.txt").read_bytes().decode("utf-8")
    articles = Article.objects.order_by("position")
    assert "".join(article.source_text for article in articles) == page
    # The photo's caption was lifted out of a sentence and the byline stands at the end, so
    # compare which characters there are, not their order.
    said = []
    for article in articles:
        said += [
            article.kicker,
            article.headline,
            article.deck,
            article.dateline,
            article.byline,
        ]
        said += [
            text
            for part in exchange_body(article)
            for name, text in part.items()
            if name != "kind"
        ]
    source = "".join(page.split())
    assert sorted("".join("".join(said).split())) == sorted(source)
    assert len(source) == 4083


@pytest.mark.django_db
def test_the_inferred_date_says_so():
    load("xinmin-2020-06-08")
    issue = Issue.objects.get()
    assert str(issue) == "新民晚报 2020-06-08"
    assert "推断" in issue.date_note


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "position"),
    [("黄润秋", 1), ("长三角", 1), ("在线新经济", 2), ("吴政隆", 1), ("王凯", 2)],
)
def test_a_loaded_article_is_found_at_once(asked, position):
    load("xinmin-2020-06-08")
    golden = records(SEED / f"article_{position}.json")
    assert headlines(asked) == [golden["headline"]]


# ---- both


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_fixture_carries_no_numbers_of_a_database(path):
    for record in records(path):
        assert set(record) == {"model", "fields"}
        for name in (
            "publication",
            "issue",
            "page",
            "article",
            "content_object",
            "tag",
            "contributor",
        ):
            assert isinstance(record["fields"].get(name, []), list), record


def rows():
    """Return every row of the archive with all its columns, but not when it changed."""
    tables = [
        t
        for t in connection.introspection.table_names()
        if t.startswith(("articles_", "taggit_tag")) and t != "articles_indexchange"
    ]
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT t.*::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_what_is_dumped_loads_back_the_same(tmp_path):
    load("xinmin-2020-06-08")
    path = tmp_path / "dump.json"
    options = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    exclude = ["articles.searchdocument"]
    call_command(
        "dumpdata",
        "articles",
        "taggit.tag",
        exclude=exclude,
        output=path,
        verbosity=0,
        **options,
    )
    before = rows()
    load(path)
    assert rows() == before
    Publication.objects.all()[0].issues.all().delete()
    load(path)
    assert SearchDocument.objects.count() == 2
    assert [exchange_body(a) for a in Article.objects.order_by("position")] == [
        records(SEED / f"article_{n}.json")["body"] for n in (1, 2)
    ]


# ---- the demo


def test_the_demo_fixture_is_what_the_command_makes():
    out = StringIO()
    call_command("make_demo", output="-", stdout=out)
    assert out.getvalue() == FIXTURES[1].read_text(encoding="utf-8")


def test_the_demo_names_nobody_and_is_marked_everywhere():
    text = FIXTURES[1].read_text(encoding="utf-8")
    assert [name for name in REAL_PEOPLE if name in text] == []
    for record in records(FIXTURES[1]):
        fields = record["fields"]
        if record["model"] == "articles.article":
            assert fields["headline"].startswith(MARK)
        if record["model"] == "articles.publication":
            assert "示例" in fields["name"]
            assert "示例" in fields["description"]
        if record["model"] == "articles.contributor":
            assert "示例" in fields["name"]


def test_the_demo_is_made_of_the_seeds_own_sentences():
    seed = fold("".join(r["fields"].get("text", "") for r in records(FIXTURES[0])))
    for record in records(FIXTURES[1]):
        if record["model"] == "articles.paragraph":
            # Some articles are in traditional characters; folding undoes that.
            for sentence in re.findall(
                r"[^。!?]+[。!?]?", fold(record["fields"]["text"])
            ):
                assert sentence in seed


def test_the_number_of_articles_and_the_seed_are_respected():
    source = records(FIXTURES[0])
    few, other = demo(source, 7, 1), demo(source, 7, 2)
    assert [r["model"] for r in few].count("articles.article") == 7
    assert few == demo(source, 7, 1)
    assert few != other
    with pytest.raises(ValueError, match="too few"):
        demo([], 7, 1)


@pytest.mark.parametrize("number", ["0", "-1", "x", "3001", "１"])
def test_make_demo_refuses_a_number_that_makes_no_sense(number):
    with pytest.raises(CommandError, match="is not a number from 1 to 3000"):
        call_command("make_demo", f"--articles={number}")


def test_make_demo_says_where_it_cannot_write(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("make_demo", output=str(tmp_path / "missing" / "demo.json"))


# ---- both in one archive


class TestBothLoaded(TestCase):
    """Tests of both fixtures together, which take seconds to load: once for all."""

    @classmethod
    def setUpTestData(cls):
        load("xinmin-2020-06-08", "demo")

    def test_the_made_up_archive_does_not_bury_the_real_articles(self):
        for asked, position in (("黄润秋", 1), ("长三角", 1), ("在线新经济", 2)):
            golden = records(SEED / f"article_{position}.json")
            # Short made-up stories may have the words in their headlines.
            assert golden["headline"] in headlines(asked)[:10], asked

    def test_loading_twice_changes_nothing(self):
        before = rows()
        assert len(before["articles_article"]) == 302
        load("xinmin-2020-06-08", "demo")
        assert rows() == before

    def test_the_demo_has_something_to_show_everywhere(self):
        articles = Article.objects.filter(headline__startswith=MARK)
        assert articles.count() == 300
        assert Publication.objects.count() == 3
        assert Issue.objects.dates("published_on", "year").count() >= 5
        assert Issue.objects.exclude(edition="").exists()
        assert set(articles.values_list("status", flat=True)) == {
            "draft",
            "published",
            "withdrawn",
        }
        assert articles.published().exclude(correction="").exists()
        for filled in ("kicker", "deck", "byline", "dateline", "column", "genre"):
            assert 20 < articles.exclude(**{filled: ""}).count() < 301, filled
        assert articles.filter(photos__isnull=False).count() > 30
        assert (
            Paragraph.objects.filter(kind="subhead", article__in=articles).count() > 30
        )
        hidden = articles.exclude(status="published")
        assert not SearchDocument.objects.filter(article__in=hidden).exists()
        assert SearchDocument.objects.count() == 302 - hidden.count()
        # The real issue is the newest, so it is the front page.
        assert Issue.objects.newest_first()[0].publication.slug == "xinmin-wanbao"

    def test_traditional_articles_of_the_demo_are_found_by_simplified_words(self):
        traditional = Article.objects.published().filter(headline__contains="經濟") | (
            Article.objects.published().filter(paragraphs__text__contains="經濟")
        )
        assert traditional.exists()
        documents = SearchDocument.objects.filter(words__matches="'经济'")
        assert set(traditional.values_list("pk", flat=True)) <= set(
            documents.values_list("article_id", flat=True)
        )


# ---- pictures of the demo


def test_every_picture_of_the_demo_is_there_and_all_are_small():
    folder = settings.BASE_DIR / "fixtures" / "media"
    named = {r["fields"].get("image") for r in records(FIXTURES[1])} - {None}
    files = {path for path in folder.rglob("*") if path.is_file()}
    assert named == {path.relative_to(folder).as_posix() for path in files}
    assert sum(path.stat().st_size for path in files) < 200_000
    for record in records(FIXTURES[1]):
        if record["model"] == "articles.photo" and "image" in record["fields"]:
            assert record["fields"]["alt"].startswith("示例")


def test_the_demo_is_drawn_as_the_command_draws_it():
    drawn = dict(demo_pictures.drawings())
    assert list(drawn) == list(DRAWINGS)
    for name, picture in drawn.items():
        with Image.open(demo_folder() / f"{name}.webp") as stored:
            difference = ImageChops.difference(picture, stored.convert("RGB"))
        assert max(ImageStat.Stat(difference).mean) < 3, name


def test_the_printed_page_has_room_for_each_of_its_articles():
    articles = [
        r["fields"]["position"]
        for r in records(FIXTURES[1])
        if r["model"] == "articles.article" and r["fields"]["page"] == SCANNED
    ]
    assert articles == sorted(demo_page.regions())
    for left, top, width, height in demo_page.regions().values():
        assert 0 < left < left + width < 1
        assert 0 < top < top + height < 1
    with Image.open(demo_folder() / "page.webp") as page:
        assert page.size == demo_page.SIZE


def demo_folder():
    return settings.BASE_DIR / "fixtures" / "media" / "demo"
