"""Regions: what the database accepts, and their way in and out of the archive."""

import io
import json
from decimal import Decimal

import pytest
import reversion
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles import history
from articles.history import restoring
from articles.ingest.record import RecordError, from_exchange
from articles.models import Article, Region
from tests.factories import make_article
from tests.test_admin import article_data, part_row, rows
from tests.test_export import FORMATS, archive, clear, export, load

pytestmark = pytest.mark.django_db

TWO = [[0.05, 0.1, 0.4, 0.3], [0.45, 0.25, 0.2, 0.75]]


def record(**fields):
    return {
        "publication": "wanbao", "date": "2020-06-08", "headline": "沪上今起入梅",
        "body": [{"kind": "paragraph", "text": "梅雨季来了。"}], "position": 1, **fields,
    }  # fmt: skip


def write(path, *records):
    lines = [json.dumps(item, ensure_ascii=False) for item in records]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def make_regions(article, boxes=TWO):
    for position, (x, y, width, height) in enumerate(boxes, 1):
        Region.objects.create(
            article=article, position=position,
            x=str(x), y=str(y), width=str(width), height=str(height),
        )  # fmt: skip


# ---- The database


@pytest.mark.parametrize(
    "box",
    [
        (-0.1, 0, 0.5, 0.5), (0, -0.1, 0.5, 0.5), (0, 0, 0, 0.5), (0, 0, 0.5, 0),
        (0, 0, -0.5, 0.5), (0.6, 0, 0.5, 0.5), (0, 0.6, 0.5, 0.5), (0, 0, 1.1, 0.5),
    ],
)  # fmt: skip
def test_a_region_is_inside_its_page_and_not_empty(box):
    article = make_article()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_regions(article, [box])
    x, y, width, height = (Decimal(str(length)) for length in box)
    wrong = Region(article=article, position=1, x=x, y=y, width=width, height=height)
    with pytest.raises(ValidationError):
        wrong.full_clean()


def test_a_region_may_reach_the_edges():
    make_regions(make_article(), [(0, 0, 1, 1), (0.7, 0.1, 0.3, 0.9)])
    assert Region.objects.count() == 2


def test_two_regions_of_an_article_have_two_positions():
    article = make_article()
    make_regions(article)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_regions(article, TWO[:1])


# ---- The editors' form


def test_an_editor_draws_and_moves_a_region_and_errors_are_said(admin_client):
    article = make_article(body=())
    box = {"x": "0.1", "y": "0.2", "width": "0.5", "height": "0.25"}
    save = reverse("admin:articles_article_change", args=[article.pk])
    data = article_data(article, **rows("regions", [box]))
    assert admin_client.post(save, data).status_code == 302
    region = article.regions.get()
    assert (region.position, region.box) == (1, (0.1, 0.2, 0.5, 0.25))
    article.refresh_from_db()
    moved = part_row(region, **{**box, "x": "0.9"})
    data = article_data(article, **rows("regions", stored=[moved]))
    response = admin_client.post(save, data)
    assert "区域须在版面之内" in response.content.decode()
    assert article.regions.get().box == region.box


# ---- History


def test_a_former_version_has_its_regions():
    article = make_article()
    make_regions(article)
    history.keep(article, "before")
    article.regions.all().delete()
    version = reversion.models.Version.objects.get_for_object(article).get()
    restoring.restore(version)
    assert [list(region.box) for region in Region.objects.all()] == TWO


# ---- The exchange record


def test_regions_of_a_record_are_stored_and_changed(tmp_path):
    load(write(tmp_path / "in.jsonl", record(regions=TWO)))
    assert [list(region.box) for region in Region.objects.all()] == TWO
    load(write(tmp_path / "in.jsonl", record(regions=TWO[1:])))
    assert [list(region.box) for region in Region.objects.all()] == TWO[1:]
    load(write(tmp_path / "in.jsonl", record()))
    assert not Region.objects.exists()


@pytest.mark.parametrize("kind", FORMATS)
def test_export_and_import_change_nothing(tmp_path, kind):
    article = make_article()
    make_regions(article)
    before = archive()
    assert before[0]["regions"] == TWO
    export(tmp_path / "out", kind)
    out = io.StringIO()
    call_command("import_issues", str(tmp_path / "out"), "--workers", "0", stdout=out)
    assert "0 new, 0 changed, 1 unchanged" in out.getvalue()
    clear()
    load(tmp_path / "out")
    assert archive() == before


def test_a_fixture_is_loaded_by_loaddata_too(tmp_path):
    make_regions(make_article())
    export(tmp_path / "out.json", "fixture")
    clear()
    call_command("loaddata", str(tmp_path / "out.json"), verbosity=0)
    assert [list(region.box) for region in Article.objects.get().regions.all()] == TWO


BAD = [
    [[0, 0, 1]],
    [[0, 0, 1, 1, 1]],
    [[0, 0, 0, 1]],
    [[0, 0, 1, 0.000001]],
    [[0.5, 0, 0.6, 1]],
    [[0, 0.5, 1, 0.6]],
    [[0, 0, 1, 2]],
    [[0, 0, 1, "1"]],
    [[0, 0, 1, None]],
    [[0, 0, 1, float("nan")]],
    [[0, 0, 1, float("inf")]],
    ["0, 0, 1, 1"],
    [[True, 0, 1, 1]],
    "whole page",
    [[0, 0, 1, 1]] * 501,
]


@pytest.mark.parametrize("regions", BAD, ids=lambda regions: str(regions)[:24])
def test_a_bad_region_sets_its_record_aside(regions):
    with pytest.raises(RecordError, match="region"):
        from_exchange(record(regions=regions))


def test_the_records_beside_a_bad_one_come_in(tmp_path):
    good = record(regions=TWO)
    bad = record(regions=[[0.9, 0, 0.9, 1]], position=2)
    with pytest.raises(CommandError, match="1 set aside"):
        load(write(tmp_path / "in.jsonl", good, bad))
    assert (
        "region 1 is not inside the page" in (tmp_path / "in.jsonl.aside").read_text()
    )
    assert Article.objects.get().regions.count() == 2


LENGTH = st.floats(0, 1)


@given(LENGTH, LENGTH, LENGTH, LENGTH)
def test_what_is_inside_stays_inside_when_it_is_rounded(x, y, right, bottom):
    x, right = sorted((x, right))
    y, bottom = sorted((y, bottom))
    try:
        found = from_exchange(record(regions=[[x, y, right - x, bottom - y]]))
    except RecordError as error:
        assert "empty" in str(error)
        return
    [(left, top, width, height)] = found.regions
    assert Decimal(str(left)) + Decimal(str(width)) <= 1
    assert Decimal(str(top)) + Decimal(str(height)) <= 1
    assert from_exchange(record(regions=found.regions)).digest() == found.digest()
