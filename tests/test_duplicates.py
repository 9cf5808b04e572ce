"""Near-duplicates in the database: found once, judged by editors, never merged."""

import datetime
import io
from itertools import islice
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from articles.ingest import duplicates, near_duplicates
from articles.models import (
    Article,
    Change,
    Job,
    NearDuplicate,
    Paragraph,
    TextSketch,
)
from tests.actions import run_action
from tests.factories import make_article, make_issue, make_page

SEED = Path(__file__).parent / "data" / "seed"
STORY = [
    line
    for line in (SEED / "xinmin_page_text.txt").read_text(encoding="utf-8").split("\n")
    if len(line) > 100
]

pytestmark = pytest.mark.django_db


def find():
    out = io.StringIO()
    call_command("find_duplicates", stdout=out)
    return out.getvalue().strip()


def misread(text):
    """Return the text with every fortieth character recognised wrongly."""
    return "".join("口" if n % 40 == 7 else c for n, c in enumerate(text))


def pairs():
    return [(p.first.headline, p.second.headline) for p in NearDuplicate.objects.all()]


def test_a_story_printed_twice_is_found_and_another_is_not():
    make_article("原稿", body=STORY[:3])
    make_article("重刊", body=[misread(text) for text in STORY[:3]], byline="记者 张三",
                 page=make_page("2", make_issue("2020-06-09")))  # fmt: skip
    make_article("别的", body=STORY[4:7])
    make_article("短讯", body=["今日有雨。"])
    assert find() == "4 articles compared, 1 pairs found."
    assert pairs() == [("原稿", "重刊")]
    pair = NearDuplicate.objects.get()
    assert pair.agreement >= near_duplicates.AGREEMENT
    assert Article.objects.count() == 4


def test_each_article_is_compared_once_and_again_when_it_changes():
    make_article("原稿", body=STORY[:3])
    other = make_article("别的", body=STORY[4:7])
    find()
    assert find() == "0 articles compared, 0 pairs found."
    other.paragraphs.all().delete()
    Paragraph.objects.bulk_create(
        Paragraph(article=other, position=n, text=text)
        for n, text in enumerate(STORY[:3], 1)
    )
    other.save()
    assert find() == "1 articles compared, 1 pairs found."
    TextSketch.objects.update(version=0)
    find()
    assert NearDuplicate.objects.count() == 1


def test_what_an_editor_said_of_a_pair_stays_said(admin_client):
    for headline in ("甲", "乙"):
        make_article(headline, body=STORY[:3])
    find()
    url = reverse("admin:articles_nearduplicate_changelist")
    listed = admin_client.get(url).content.decode()
    assert "100%" in listed
    assert (
        reverse("admin:articles_article_change", args=[Article.objects.first().pk])
        in listed
    )
    pair = NearDuplicate.objects.get()
    run_action(admin_client, url, "different", [pair.pk])
    Article.objects.first().save()
    find()
    pair.refresh_from_db()
    assert (NearDuplicate.objects.count(), pair.verdict) == (1, "different")


def test_what_was_said_of_pairs_is_undone_as_one_act(admin_client):
    for headline in ("甲", "乙", "丙"):
        make_article(headline, body=STORY[:3])
    find()
    assert not Change.objects.exists()
    url = reverse("admin:articles_nearduplicate_changelist")
    keys = [pair.pk for pair in NearDuplicate.objects.order_by("pk")]
    run_action(admin_client, url, "same", keys[:1])
    run_action(admin_client, url, "different", keys)
    act = Change.objects.first()
    assert (act.kind, act.count) == (Change.Kind.BULK, 3)
    admin_client.post(reverse("admin:articles_change_undo", args=[act.pk]))
    verdicts = NearDuplicate.objects.order_by("pk").values_list("verdict", flat=True)
    assert [*verdicts] == ["same", "open", "open"]
    history = reverse("admin:articles_nearduplicate_history", args=[keys[0]])
    assert "admin" in admin_client.get(history).content.decode()


def test_a_pair_that_went_with_an_article_keeps_nobody_from_bringing_it_back(
    admin_client,
):
    for headline in ("甲", "乙"):
        make_article(headline, body=STORY[:3])
    find()
    url = reverse("admin:articles_nearduplicate_changelist")
    run_action(admin_client, url, "same", [NearDuplicate.objects.get().pk])
    said = Change.objects.first()
    gone = Article.objects.first()
    url = reverse("admin:articles_article_delete", args=[gone.pk])
    admin_client.post(url, {"post": "yes"})
    act = Change.objects.first()
    assert (act.kind, act.count) == (Change.Kind.DELETED, 1)
    admin_client.post(reverse("admin:articles_change_undo", args=[act.pk]))
    assert Article.objects.filter(pk=gone.pk).exists()
    # The pair is found again, and not yet judged.
    url = reverse("admin:articles_change_undo", args=[said.pk])
    assert "没有撤销" in admin_client.post(url, follow=True).content.decode()


def test_the_list_of_pairs_takes_few_queries(
    admin_client, django_assert_max_num_queries
):
    for n in range(6):
        make_article(f"第{n}篇", body=STORY[:3])
    find()
    assert NearDuplicate.objects.count() == 15
    with django_assert_max_num_queries(10):
        admin_client.get(reverse("admin:articles_nearduplicate_changelist"))


def test_an_article_changed_by_a_clock_that_is_ahead_is_compared_once():
    article = make_article("甲", body=STORY[:3])
    later = timezone.now() + datetime.timedelta(hours=1)
    Article.objects.filter(pk=article.pk).update(updated_at=later)
    assert [*islice(duplicates.find(), 5)] == [(1, 0)]


def test_a_comparison_that_goes_on_is_not_started_again(admin_client):
    address = reverse("admin:articles_nearduplicate_find")
    assert admin_client.post(address).url == admin_client.post(address).url
    assert Job.objects.count() == 1


def test_pairs_name_no_drafts_of_others(client):
    names = ("view_nearduplicate", "change_nearduplicate", "view_article")
    user = User.objects.create_user("shi", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    out, other = make_article("见报的"), make_article("也见报的")
    secret = make_article("绝密", status="draft")
    likeness = {"similarity": 0.9, "agreement": 0.9}
    seen = NearDuplicate.objects.create(first=out, second=other, **likeness)
    hidden = NearDuplicate.objects.create(first=out, second=secret, **likeness)
    listed = client.get(reverse("admin:articles_nearduplicate_changelist"))
    assert list(listed.context["cl"].result_list) == [seen]
    form = reverse("admin:articles_nearduplicate_change", args=[hidden.pk])
    assert client.get(form).status_code == 302


def test_a_pair_goes_with_its_article():
    make_article("甲", body=STORY[:3])
    make_article("乙", body=STORY[:3])
    find()
    Article.objects.first().delete()
    assert (NearDuplicate.objects.count(), TextSketch.objects.count()) == (0, 1)
