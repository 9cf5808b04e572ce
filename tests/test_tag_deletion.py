"""Tags are deleted after saying what goes with them; of very many articles by a job."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from taggit.models import Tag

from articles import jobs, tag_work
from articles.history.undoing import undo
from articles.models import Change, ChangedRecord, Job, TagEntry, TagSynonym
from articles.search.index import stale_ids
from tests.actions import run_action
from tests.factories import make_article

pytestmark = pytest.mark.django_db

LIST = "admin:taggit_tag_changelist"
BY_A_JOB = "将由后台任务完成"


def tag(name):
    return Tag.objects.get_or_create(name=name)[0]


@pytest.fixture
def weather():
    """Return a tag with articles, another name, and a tag below it."""
    for number in range(3):
        make_article(f"第{number}篇", tags=["天气", "上海"])
    TagSynonym.objects.create(name="天候", tag=tag("天气"))
    TagEntry.objects.create(tag=tag("梅雨"), parent=tag("天气"))
    return tag("天气")


def test_the_page_says_what_goes_with_tags(admin_client, weather):
    address = reverse("admin:taggit_tag_delete", args=[weather.pk])
    data = {"action": "delete_selected", "_selected_action": [weather.pk]}
    pages = [admin_client.get(address), admin_client.post(reverse(LIST), data)]
    for page in pages:
        said = page.content.decode()
        assert "共有 3 篇文章带有这些标签，都会去掉。" in said
        assert "同义词一并删除：天候" in said
        assert "它们之下的 1 个标签不再有上位标签。" in said
        assert BY_A_JOB not in said
    back = reverse("admin:taggit_tag_change", args=[weather.pk])
    assert f'href="{back}">返回，不处理' in pages[0].content.decode()
    assert Tag.objects.filter(pk=weather.pk).exists()


@pytest.mark.parametrize("from_list", [True, False])
def test_tags_are_deleted_and_brought_back(admin_client, client, weather, from_list):
    if from_list:
        run_action(admin_client, reverse(LIST), "delete_selected", [weather.pk])
    else:
        admin_client.post(reverse("admin:taggit_tag_delete", args=[weather.pk]))
    assert not Tag.objects.filter(name="天气").exists()
    assert client.get(reverse("tag", args=["天气"])).status_code == 404
    assert stale_ids() == []
    act = Change.objects.first()
    assert (act.kind, act.count, act.user.username) == ("deleted", 5, "admin")
    assert ChangedRecord.objects.get(in_bin=True).name == "天气"
    assert undo(act).refused == []
    page = client.get(reverse("tag", args=["天气"]))
    assert page.context["count"] == 3
    assert TagEntry.objects.get(tag=tag("梅雨")).parent == weather
    assert TagSynonym.objects.get().tag == weather
    assert stale_ids() == []


def test_very_many_articles_are_left_to_a_job(admin_client, weather, monkeypatch):
    monkeypatch.setattr(tag_work, "AT_ONCE", 2)
    monkeypatch.setattr("articles.jobs._spawn", lambda pk: None)
    address = reverse("admin:taggit_tag_delete", args=[weather.pk])
    assert BY_A_JOB in admin_client.get(address).content.decode()
    answer = admin_client.post(address)
    job = Job.objects.get()
    assert (job.kind, job.params) == ("delete_tags", {"tags": [weather.pk]})
    assert answer.url == job.get_absolute_url()
    assert Tag.objects.filter(pk=weather.pk).exists()
    run_action(admin_client, reverse(LIST), "delete_selected", [weather.pk])
    assert Job.objects.count() == 2
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.report) == ("done", {"标签有变动的文章": 3})
    assert not Tag.objects.filter(pk=weather.pk).exists()
    assert stale_ids() == []
    other = Job.objects.exclude(pk=job.pk).get()
    jobs.run(other.pk)
    other.refresh_from_db()
    assert (other.state, other.message) == ("failed", "这个标签已被删除。")
    assert undo(Change.objects.first()).refused == []


def test_the_page_reads_no_articles(admin_client, weather):
    address = reverse("admin:taggit_tag_delete", args=[weather.pk])
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(address)
    assert not [q for q in queries if 'FROM "articles_article"' in q["sql"]]


def test_who_has_an_article_open_is_told_that_it_changed(weather):
    article = make_article(tags=["天气"])
    before = article.updated_at
    tag_work.delete([weather.pk])
    article.refresh_from_db()
    assert article.updated_at > before


def test_tags_that_are_gone_already_are_no_error(admin_client):
    gone = tag("一时")
    key = gone.pk
    gone.delete()
    response = admin_client.post(reverse("admin:taggit_tag_delete", args=[key]))
    assert response.status_code == 302
    data = {"action": "delete_selected", "_selected_action": [key], "confirmed": "yes"}
    assert admin_client.post(reverse(LIST), data, follow=True).status_code == 200
    with pytest.raises(jobs.JobError):
        tag_work.delete([key])
