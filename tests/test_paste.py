"""Pasting: the parser's articles in the form or as drafts, nothing stored unseen, nothing lost."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from articles import roles
from articles.ingest import duplicates, pasted
from articles.ingest.pasted import read
from articles.models import Article, Issue, Page, Photo
from articles.search.index import stale_ids
from tests.factories import make_article, make_page, make_publication

SEED = Path(__file__).parent / "data" / "seed"
PASTE, ADD = (
    reverse("admin:articles_article_paste"),
    reverse("admin:articles_article_add"),
)
HEADS = ("kicker", "headline", "deck", "byline", "dateline")
ONE = """聚焦黄梅天

沪上今起入梅

比常年早了五天

昨天起，上海进入梅雨季。气象部门说，今年入梅比常年早了五天，雨量预计偏多，市民出行要带好雨具。黄梅天预计持续二十三天，雨量将比常年多两到三成。

雨水从哪里来

专家介绍，副热带高压北抬，冷暖空气在长江中下游交汇，雨带因此停留在本市上空，短时间内不会离开。入梅早晚各年不同，最早的一年在五月底，最晚的一年到了七月初。

图为外白渡桥上的行人。 本报记者 王凯 摄

有关部门提醒，低洼地区要提前做好排水准备，老旧小区要检查下水管道，遇到积水请绕行。市区排水泵站已经全部试车，抢险队伍日夜值守。

本报记者 叶薇
"""
OTHER = """长江航道今起分段清淤

本报讯 长江航道局今天起分段清淤，为期三个月，过往船只请注意灯标变化。清淤期间大型船舶限速通过，渡口照常开放，沿江各港区已经接到通知。

航道局负责人说，这次清淤之后，万吨轮全年都可以直达上游港口，货主不必再等涨水。清出的泥沙将用来加固江堤。
"""
TWO = f"{ONE}\n\n\n{OTHER}"

pytestmark = pytest.mark.django_db


def errors(response):
    text = response.content.decode()
    return " ".join(
        re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', text, re.DOTALL)
    )


def filled(response):
    assert response.status_code == 200, response
    return response.context["adminform"].form


def sent(value):
    return "" if value is None or value is False else "on" if value is True else value


def as_posted(response):
    """Return what a browser sends of the form of an article that is shown."""
    form = filled(response)
    data = {name: sent(form[name].value()) for name in form.fields}
    for inline in response.context["inline_admin_formsets"]:
        for row in (inline.formset.management_form, *inline.formset.forms):
            data |= {
                row.add_prefix(name): sent(row[name].value()) for name in row.fields
            }
    return data


def found(response):
    assert response.status_code == 200, response
    return response.context["articles"]


def as_found(response, **changes):
    """Return what a browser sends of the list of what was found."""
    data = {"_store": "1", "text": response.context["form"]["text"].value()}
    place = response.context["form"]
    for name in ("page", "publication", "published_on", "edition", "label"):
        data[name] = sent(place[name].value())
    for article in found(response):
        for name in article.fields:
            data[article.add_prefix(name)] = sent(article[name].value())
    return {**data, **changes}


def make_user(role):
    roles.make(Group, Permission)
    user = User.objects.get_or_create(username=f"u-{role}", is_staff=True)[0]
    user.groups.set(Group.objects.filter(name=role))
    return user


# ---- One article: the form, filled


def test_one_article_fills_the_form_and_nothing_is_stored(admin_client):
    page = make_page("3")
    response = admin_client.post(
        PASTE, {"text": ONE.replace("\n", "\r\n"), "page": page.pk}
    )
    form = filled(response)
    assert [form[name].value() for name in HEADS] == [
        "聚焦黄梅天", "沪上今起入梅", "比常年早了五天", "本报记者 叶薇", "",
    ]  # fmt: skip
    body = form["body"].value()
    assert body.startswith("昨天起，上海进入梅雨季。")
    assert "\n\n## 雨水从哪里来\n\n专家介绍" in body
    assert "\n\n[图 1]\n\n有关部门" in body
    assert form["source_text"].value() == ONE
    assert form["page"].value() == page.pk
    text = response.content.decode()
    assert f'action="{ADD}"' in text
    assert "图为外白渡桥上的行人。" in text
    assert "还没有保存" in text
    assert not Article.objects.exists()


def test_what_the_form_was_filled_with_is_stored_as_shown(admin_client, admin_user):
    page = make_page("3")
    shown = admin_client.post(PASTE, {"text": ONE, "page": page.pk})
    doubtful = "doubtful_places" in shown.content.decode()
    data = as_posted(shown) | {"status": "draft"}
    response = admin_client.post(ADD, data)
    assert response.status_code == 302, errors(response)
    article = Article.objects.get()
    assert article.source_text == ONE
    assert article.entered_by == admin_user
    assert bool(article.doubts) == doubtful == article.needs_review
    assert [part.kind if hasattr(part, "kind") else "photo" for part in article.body()] == [
        "paragraph", "subhead", "paragraph", "photo", "paragraph",
    ]  # fmt: skip
    assert Photo.objects.get().credit == "本报记者 王凯 摄"


def test_the_button_in_the_form_fills_what_is_empty_and_keeps_what_was_typed(
    admin_client,
):
    page = make_page()
    data = {
        "_fill": "1", "source_text": ONE, "page": page.pk, "headline": "我的题目",
        "tags": ["天气", "上海"], "status": "draft",
        "photos-TOTAL_FORMS": 1, "photos-INITIAL_FORMS": 0, "photos-0-caption": "我的图",
    }  # fmt: skip
    response = admin_client.post(ADD, data)
    form = filled(response)
    assert form["headline"].value() == "我的题目"
    assert form["kicker"].value() == "聚焦黄梅天"
    assert form["tags"].value() == ["天气", "上海"]
    assert str(form["page"].value()) == str(page.pk)
    assert "[图 2]" in form["body"].value()
    posted = as_posted(response)
    captions = [posted[f"photos-{n}-caption"] for n in (0, 1)]
    assert captions == ["我的图", "图为外白渡桥上的行人。"]
    text = response.content.decode()
    assert "已有内容的没有改：主题" in text
    assert not Article.objects.exists()


@pytest.mark.parametrize("source", ["", " \r\n", TWO, "字" * (pasted.MOST + 1)])
def test_a_source_that_is_not_one_article_leaves_the_form_as_it_was(
    admin_client, source
):
    response = admin_client.post(
        ADD, {"_fill": "1", "source_text": source, "headline": "题", "body": "正文"}
    )
    form = filled(response)
    assert (form["headline"].value(), form["body"].value()) == ("题", "正文")
    assert form["source_text"].value() == source
    assert len(response.context["messages"]) == 1


# ---- Several: a list, then drafts


def test_several_are_listed_and_those_taken_become_drafts_in_one_go(
    admin_client, admin_user
):
    page = make_page()
    make_article(page=page, position=4)
    listed = admin_client.post(PASTE, {"text": TWO, "page": page.pk})
    assert [form["headline"].value() for form in found(listed)] == [
        "沪上今起入梅", "长江航道今起分段清淤",
    ]  # fmt: skip
    assert Article.objects.count() == 1
    data = as_found(listed, **{"a1-headline": "改过的题", "a1-credit_1": "王凯"})
    response = admin_client.post(PASTE, data)
    assert response.status_code == 302, errors(response)
    assert response.url.endswith(f"?page={page.pk}")
    first, second = Article.objects.filter(status="draft").order_by("position")
    assert (first.headline, first.position, first.entered_by) == (
        "改过的题",
        5,
        admin_user,
    )
    assert first.photos.get().credit == "王凯"
    assert f"{first.source_text}\n\n\n\n{second.source_text}\n" == TWO
    for article in (first, second):
        assert article.needs_review == bool(article.doubts)
    assert stale_ids() == []
    history = admin_client.get(
        reverse("admin:articles_article_history", args=[first.pk])
    )
    assert "admin" in history.content.decode()


def test_what_is_left_out_is_not_stored_and_a_mistake_stores_nothing(admin_client):
    page = make_page()
    listed = admin_client.post(PASTE, {"text": TWO, "page": page.pk})
    wrong = as_found(listed, **{"a1-body": "[图 9]", "a2-headline": " "})
    again = admin_client.post(PASTE, wrong)
    assert "第 1 行：没有图 9" in errors(again)
    assert "必填" in errors(again)
    assert not Article.objects.exists()
    data = as_found(listed)
    del data["a1-take"]
    assert admin_client.post(PASTE, data).status_code == 302
    assert Article.objects.get().headline == "长江航道今起分段清淤"
    none = {
        name: value for name, value in as_found(listed).items() if "take" not in name
    }
    assert "一篇也没有选" in admin_client.post(PASTE, none).content.decode()


def test_a_page_that_is_not_there_is_made_for_those_who_may(client):
    paper = make_publication()
    place = {"publication": paper.pk, "published_on": "2020-06-09", "label": "A2"}
    client.force_login(make_user("记者"))
    assert "无权新建" in errors(client.post(PASTE, {"text": TWO, **place}))
    client.force_login(make_user("编辑"))
    listed = client.post(PASTE, {"text": ONE, **place})
    assert "将新建版面" in listed.content.decode()
    assert not Issue.objects.exists()
    assert client.post(PASTE, as_found(listed)).status_code == 302
    assert Article.objects.get().page == Page.objects.get(label="A2")
    # Now it is there, also for a reporter.
    client.force_login(make_user("记者"))
    assert filled(client.post(PASTE, {"text": OTHER, **place}))


def test_the_lines_above_a_page_say_where_it_was_printed(admin_client):
    page = make_page("A02")
    text = f"报纸: 测试晚报\n日期: 2020年6月8日\n版: A02\n\n{TWO}"
    listed = admin_client.post(PASTE, {"text": text})
    assert listed.context["page"] == page
    assert len(found(listed)) == 2
    wrong = {"报纸: 没有报": "还没有录入", "报纸: 测试晚报\n日期: 昨天": "不是一天"}
    for header, said in wrong.items():
        text = (
            f"{header}\n日期: 2020-06-08\n{TWO}"
            if "日期" not in header
            else f"{header}\n{TWO}"
        )
        assert said in errors(admin_client.post(PASTE, {"text": text}))


def test_without_a_page_it_is_asked_for_and_nothing_is_lost(admin_client):
    listed = admin_client.post(PASTE, {"text": TWO})
    data = as_found(listed, **{"a1-headline": "改过的题"})
    again = admin_client.post(PASTE, data)
    assert "请先给出版面" in errors(again)
    assert found(again)[0]["headline"].value() == "改过的题"
    assert admin_client.post(PASTE, data | {"page": make_page().pk}).status_code == 302
    assert Article.objects.count() == 2


def test_a_mistake_in_the_place_loses_nothing_of_what_was_mended(admin_client):
    listed = admin_client.post(PASTE, {"text": TWO})
    data = as_found(listed, **{"a1-headline": "改过的题"})
    for wrong in ({"published_on": "2020-06-08"}, {"page": "9" * 9}, {"edition": "/"}):
        again = admin_client.post(PASTE, {**data, **wrong})
        assert found(again)[0]["headline"].value() == "改过的题"
        page = again.content.decode()
        assert 'name="publication"' in page
        assert "将新建版面" not in page
        assert 'class="errorlist"' in page
    assert not Article.objects.exists()


def test_a_new_article_is_offered_no_text_of_a_stored_one(admin_client):
    stored = make_article(status="draft")
    change = reverse("admin:articles_article_change", args=[stored.pk])
    kept = admin_client.get(change).context["kept"]["name"]
    new = admin_client.get(ADD).context["kept"]
    assert new["name"].startswith(f"{new['user']}:{new['form']}")
    assert not kept.startswith(f"{new['user']}:{new['form']}")


# ---- What was entered before


@pytest.mark.parametrize("compared", [True, False])
def test_what_is_in_the_archive_already_is_told(admin_client, compared):
    text = [line.strip() for line in OTHER.splitlines()[2:] if line]
    there = make_article(
        "清淤", [t.removeprefix("本报讯 ") for t in text], status="draft"
    )
    if compared:
        list(duplicates.find())
    response = admin_client.post(PASTE, {"text": OTHER})
    page = response.content.decode()
    assert "可能已经录入" in page
    assert reverse("admin:articles_article_change", args=[there.pk]) in page
    listed = found(admin_client.post(PASTE, {"text": TWO}))
    assert [form["take"].value() for form in listed] == [True, False]


def test_a_reporter_is_not_told_of_the_drafts_of_others(client):
    text = [line.strip() for line in OTHER.splitlines()[2:] if line]
    make_article("机密", text, status="draft")
    client.force_login(make_user("记者"))
    page = client.post(PASTE, {"text": OTHER}).content.decode()
    assert "机密" not in page
    assert "可能已经录入" not in page


# ---- Whose, and who may


@pytest.mark.parametrize("role", ["记者", "编辑", "主编", "管理员"])
def test_every_role_pastes_drafts_of_its_own(client, role):
    user = make_user(role)
    client.force_login(user)
    assert client.get(PASTE).status_code == 200
    listed = client.post(PASTE, {"text": TWO, "page": make_page().pk})
    data = as_found(listed, **{"a1-status": "published", "status": "published"})
    assert client.post(PASTE, data).status_code == 302
    stored = Article.objects.values_list("status", "entered_by")
    assert set(stored) == {("draft", user.pk)}


def test_others_may_not_paste(client):
    assert client.get(PASTE).status_code == 302
    for data in ({"text": TWO}, {"text": TWO, "_store": "1"}):
        # What was typed waits for the password.
        assert 'type="password"' in client.post(PASTE, data).content.decode()
    client.force_login(User.objects.create_user("plain", is_staff=True))
    assert client.get(PASTE).status_code == 403
    assert client.post(PASTE, {"text": TWO, "_store": "1"}).status_code == 403
    assert client.post(ADD, {"_fill": "1", "source_text": ONE}).status_code == 403
    assert not Article.objects.exists()


def test_the_page_is_a_click_away(admin_client):
    for address in (
        reverse("admin:index"),
        reverse("admin:articles_article_changelist"),
    ):
        assert f'href="{PASTE}"' in admin_client.get(address).content.decode()


# ---- Bad input


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "必填"),
        (" \r\n　\t\r\n", "没有文章"),
        ("字" * (pasted.MOST + 1), "太长"),
        ("字\n" * (pasted.MOST_LINES + 1), "太长"),
        ("\0", "没有文章"),
    ],
)
def test_what_cannot_be_read_is_said(admin_client, text, said):
    assert said in errors(admin_client.post(PASTE, {"text": text}))


@pytest.mark.parametrize(
    "text",
    [
        "图为外滩夜景。 王凯 摄",
        "Nothing here is Chinese.\r\n\r\nNot a word of it.\r\n",
        "<script>alert(1)</script>\r\n<b>雨</b>",
        "🚇🚇🚇\r\n　　🚇",
        "\t沪上今起入梅\r\n\t　 昨天起，上海进入梅雨季。\r\n",
        "\ufeff沪上今起入梅\0\r\n昨天起，上海进入梅雨季。",
    ],
)
def test_odd_texts_fill_the_form_and_run_nothing(admin_client, text):
    response = admin_client.post(PASTE, {"text": text})
    assert filled(response)["source_text"].value().strip()
    assert "<script>alert" not in response.content.decode()


def test_characters_that_cannot_be_stored_are_taken_out_and_told_of(admin_client):
    response = admin_client.post(PASTE, {"text": ONE + "\0\0"})
    assert "去掉了 2 个无法保存的字符" in response.content.decode()
    assert filled(response)["source_text"].value() == ONE
    assert read("a\ud800b").text == "ab"


def test_too_much_is_refused_with_a_page_that_says_what_to_do(admin_client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        data = b"text=" + b"a" * 200_000
        if kind[-1] == "x":
            head = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
            data = head + b"a" * 200_000 + b"\r\n--x--\r\n"
        response = admin_client.post(PASTE, data, content_type=kind)
        assert response.status_code == 413
        assert "import_issues" in response.content.decode()


# ---- The real page


def test_the_seed_page_comes_out_as_the_golden_records():
    found = read((SEED / "xinmin_page_text.txt").read_text(encoding="utf-8")).found
    assert len(found) == 2
    for number, article in enumerate(found, 1):
        golden = json.loads(
            (SEED / f"article_{number}.json").read_text(encoding="utf-8")
        )
        assert {name: article.heads[name] for name in HEADS} == {
            name: golden[name] for name in HEADS
        }
        photos = iter(article.photos)
        body = [
            {"kind": "photo", **next(photos)}
            if part.kind == "photo"
            else {"kind": part.kind, "text": part.text}
            for part in article.body
        ]
        assert body == golden["body"]


def test_the_source_of_one_article_is_all_that_was_pasted_with_its_doubts_in_place():
    text = f"报纸: 测试晚报\n日期: 2020-06-08\n\n\n{ONE}"
    article = read(text.replace("\n", "\r\n")).found[0]
    assert article.source_text == text
    for doubt in article.doubts:
        assert text[doubt["start"] : doubt["end"]].strip() in ONE
