"""An editor's day in Chromium: from a pasted page to a published, tagged, corrected story."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import expect
from taggit.models import Tag

from articles import roles
from articles.models import Article, Job, TaggedArticle
from articles.search.index import stale_ids
from articles.search.pending import indexed
from tests.browser import IN_CHROMIUM, open_page
from tests.factories import make_issue, make_page, make_publication
from tests.test_paste import SEED

pytestmark = IN_CHROMIUM
HEADLINE = "坚决打赢长三角污染防治攻坚战"
MISPRINT, MENDED = "功能布局 and 利益诉求", "功能布局和利益诉求"


@pytest.fixture
def chief(chromium, live_server):
    """Give the page of an editor in chief who signs in as people do."""
    user = User.objects.create_user("zhubian", password="一个密码", is_staff=True)
    # Tests that commit empty the database, groups too.
    roles.make(Group, Permission)
    user.groups.add(Group.objects.get(name="主编"))
    with open_page(chromium, live_server) as page:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto("/admin/")
        page.fill("#id_username", "zhubian")
        page.fill("#id_password", "一个密码")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("link", name="粘贴录入")).to_be_visible()
        yield page
        page.wait_for_load_state("networkidle")  # the database is emptied next


def test_from_a_pasted_page_to_a_story_corrected_and_restored(
    chief, chromium, live_server
):
    newspaper = make_publication("xinmin", "新民晚报")
    place = make_page("1", make_issue("2020-06-08", newspaper))
    paste(chief, place)
    key = mend_and_tag(chief)
    with open_page(chromium, live_server) as reader:
        assert reader.goto(f"/articles/{key}/").status == 404
        preview(chief, reader, key)
        publish(chief, key)
        find(reader)
        correct(chief, key)
        reader.goto(f"/articles/{key}/")
        expect(reader.locator("main")).to_contain_text("会议六月六日上午在湖州召开")
        restore(chief, key)
        reader.goto(f"/articles/{key}/")
        expect(reader.locator("main")).to_contain_text("6月6日下午")
    assert stale_ids() == []


def paste(page, place):
    """Paste the page, look at what was found, and store it as drafts."""
    page.get_by_role("link", name="粘贴录入").click()
    page.goto(f"{page.url}?page={place.pk}")
    page.fill("#id_text", (SEED / "xinmin_page_text.txt").read_text(encoding="utf-8"))
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#content")).to_contain_text("识别出 2 篇文章")
    page.get_by_role("button", name="把选中的存为草稿").click()
    drafts = Article.objects.filter(page=place, status="draft")
    expect(page.locator(".messagelist")).to_contain_text("2 篇")
    assert drafts.count() == 2


def mend_and_tag(page):
    """Open a draft from the desk, mend what is marked, take a suggested tag; return its key."""
    page.goto("/admin/")
    page.get_by_role("link", name=HEADLINE).first.click()
    key = int(re.search(r"/article/(\d+)/change/", page.url)[1])
    body = page.input_value("#id_body")
    assert MISPRINT in body
    page.fill("#id_body", body.replace(MISPRINT, MENDED))
    page.get_by_role("button", name="按正文建议标签").click()
    suggested = page.locator(".tag-suggestions li button")
    suggested.first.wait_for()
    suggested.first.click()
    (chosen,) = page.locator("#id_tags option:checked").all_text_contents()
    page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
    assert MENDED in page.input_value("#id_body")
    tagged = TaggedArticle.objects.get(content_object=key)
    assert tagged.tag.name == chosen
    return key


def preview(page, reader, key):
    """Send a reader the link of the preview, which is the page that readers will see."""
    page.goto(f"/admin/articles/article/{key}/change/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="预览").first.click()
    link = opened.value.input_value("#preview-link")
    opened.value.close()
    assert reader.goto(link).status == 200
    expect(reader.locator("h1")).to_contain_text(HEADLINE)


def publish(page, key):
    """Publish from the form."""
    page.goto(f"/admin/articles/article/{key}/change/")
    page.locator("button[name=_step][value=publish]").first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
    assert Article.objects.get(pk=key).is_published


def find(reader):
    """Find it as a reader does."""
    reader.goto("/search/?q=" + "湖州 污染防治")
    reader.get_by_role("link", name=HEADLINE).first.click()
    expect(reader.locator("h1")).to_contain_text(HEADLINE)


def correct(page, key):
    """Correct what readers see, and tell them."""
    page.goto(f"/admin/articles/article/{key}/change/")
    body = page.input_value("#id_body")
    page.fill("#id_body", body.replace("6月6日下午", "6月6日上午", 1))
    page.fill("#id_note", "会议六月六日上午在湖州召开。")
    page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()


def restore(page, key):
    """See word by word what was changed, and take the former text back."""
    page.goto(f"/admin/articles/article/{key}/history/")
    page.get_by_role("link", name="与前一版比较").first.click()
    expect(page.locator("del", has_text="下午").first).to_be_visible()
    expect(page.locator("ins", has_text="上午").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="恢复这一版…").nth(1).click()
    page.locator("#content [type=submit]").first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
    assert Article.objects.get(pk=key).paragraphs.filter(text__contains="下午").exists()


def test_two_tags_on_ten_thousand_articles_are_merged(chief):
    one, other = make_tagged("疫情防控", "疫情防控工作", 10_000)
    chief.goto("/admin/taggit/tag/?q=疫情防控")
    for tag in (one, other):
        chief.locator(f"input[name=_selected_action][value='{tag.pk}']").check()
    chief.select_option("select[name=action]", "merge_tags")
    chief.locator("button[name=index]").click()
    expect(chief.locator("#content")).to_contain_text(re.compile("10,?000"))
    chief.locator("#content form [type=submit]").first.click()
    expect(chief.locator(".job-state")).to_be_visible()
    job = Job.objects.latest("pk")
    expect(chief.locator(".job-state")).to_have_text("完成", timeout=300_000)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message
    left = Tag.objects.filter(pk__in=[one.pk, other.pk]).get()
    assert TaggedArticle.objects.filter(tag=left).count() == 10_000
    assert stale_ids() == []


def make_tagged(name, other_name, count):
    """Make so many articles, each with one of the two tags."""
    page = make_page("2")
    tags = [Tag.objects.create(name=name), Tag.objects.create(name=other_name)]
    with indexed():
        made = Article.objects.bulk_create(
            Article(page=page, position=n, headline=f"题{n}", status="published")
            for n in range(1, count + 1)
        )
        TaggedArticle.objects.bulk_create(
            TaggedArticle(content_object=article, tag=tags[article.pk % 2])
            for article in made
        )
    return tags
