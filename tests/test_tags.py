"""Tags: found while one types, renamed, merged, put in a tree, and put on many articles."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from taggit.models import Tag

from articles import tag_work
from articles.models import Completion, Job, TagEntry, TagSynonym
from articles.models.tag_entry import ancestors, descendants
from articles.search import completions, database, tag_names
from articles.search.index import stale_ids
from articles.tags import parse_tags, tags_named
from tests.actions import run_action
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(admin_client):
    """Return the client of somebody who may do everything."""
    return admin_client


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def tag(name):
    return Tag.objects.get_or_create(name=name)[0]


def synonym(name, of):
    return TagSynonym.objects.create(name=name, tag=tag(of))


def below(name, parent):
    return TagEntry.objects.update_or_create(
        tag=tag(name), defaults={"parent": tag(parent)}
    )[0]


def found(typed):
    return [match.name for match in tag_names.find(typed)]


def tagged(article):
    return sorted(article.tags.names())


def by_tag(client, name):
    """Return the headlines on the readers' page of a tag."""
    response = client.get(reverse("tag", args=[tag(name).slug]), follow=True)
    return [article.headline for article in response.context["articles"]]


# ---- Lines of tags


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("经济，科技、教育；体育", ["经济", "科技", "教育", "体育"]),
        ("经济,科技;教育\n体育", ["经济", "科技", "教育", "体育"]),
        ("5G 网络，  5G  网络 ", ["5G 网络"]),
        ("“一带一路”，《红楼梦》", ["“一带一路”", "《红楼梦》"]),
        ("，、；", []),
    ],
)
def test_a_line_of_tags_is_cut_at_chinese_and_western_marks(line, names):
    assert parse_tags(line) == names


@pytest.mark.parametrize("name", ["ß", "ſt", "ŉ", "İstanbul", "ς", "ǆ"])
def test_a_letter_whose_capital_is_disputed_is_one_tag(name):
    """Python and PostgreSQL do not agree on them, and the database says what is the same."""
    first = tags_named([name])
    assert tags_named([name, "环保"])[name] == first[name]
    assert Tag.objects.filter(name=name).count() == 1
    TagSynonym.objects.create(name=f"{name}别名", tag=tag("长三角"))
    assert tags_named([f"{name}别名"]) == {f"{name}别名": tag("长三角").pk}
    assert tag_work.existing([name, f"{name}别名"]) == [first[name], tag("长三角").pk]


def test_capitals_within_one_line_are_one_tag():
    named = tags_named(["ai", "AI", "Ai"])
    assert len({*named.values()}) == 1
    assert Tag.objects.count() == 1


# ---- While one types


def test_tags_are_found_by_characters_pinyin_and_initials():
    make_article(tags=["长三角", "长城", "财政"])
    assert found("长三") == ["长三角"]
    assert found("changsanjiao") == ["长三角"]
    assert found("csj") == ["长三角"]
    assert found("三角") == ["长三角"]
    assert found("長三角") == ["长三角"]
    assert sorted(found("c")) == ["财政", "长三角", "长城"]
    assert found("没有") == []


def test_tags_that_nobody_uses_yet_are_found_too():
    tag("航天")
    assert found("hangtian") == ["航天"]


def test_the_tag_of_that_name_comes_first_then_those_used_most():
    for number in range(3):
        make_article(f"题{number}", tags=["经济", "经济学"][: number + 1])
    make_article(tags=["经济学", "经济特区"])
    assert found("经济") == ["经济", "经济学", "经济特区"]
    assert found("jj") == ["经济", "经济学", "经济特区"]
    assert [match.uses for match in tag_names.find("经济")] == [3, 3, 1]


def test_a_tag_is_found_by_its_synonyms():
    make_article(tags=["新型冠状病毒感染"])
    synonym("新冠", "新型冠状病毒感染")
    (match,) = tag_names.find("xinguan")
    assert (match.name, match.synonym) == ("新型冠状病毒感染", "新冠")
    assert found("新冠") == ["新型冠状病毒感染"]


def test_nothing_typed_shows_the_commonest():
    make_article("一", tags=["甲类", "乙类"])
    make_article("二", tags=["乙类"])
    assert found("") == ["乙类", "甲类"]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "😀", "<b>", "'", "长" * 500, " "])
def test_whatever_is_typed_is_no_error(typed):
    make_article(tags=["经济"])
    assert isinstance(found(typed), list)


def test_completions_are_kept_for_synonyms_and_forgotten_with_them():
    make_article(tags=["经济"])
    synonym("财经", "经济")
    completions.refresh()
    assert Completion.objects.filter(text="财经").exists()
    TagSynonym.objects.all().delete()
    completions.refresh()
    assert not Completion.objects.filter(text="财经").exists()


# ---- Synonyms


def test_a_synonym_gives_the_tag_wherever_it_comes_from():
    tag("人工智能")
    synonym("AI", "人工智能")
    article = make_article(tags=["ai", "机器人"])
    assert tagged(article) == ["人工智能", "机器人"]
    article.tags.set(["AI", "人工智能"])
    assert tagged(article) == ["人工智能"]
    assert tags_named(["Ai"]) == {"Ai": tag("人工智能").pk}
    assert not Tag.objects.filter(name__iexact="ai").exists()


def test_the_address_of_a_synonym_leads_to_the_tag(client):
    article = make_article("题", tags=["人工智能"])
    other = synonym("AI", "人工智能")
    here = reverse("tag", args=[tag("人工智能").slug])
    response = client.get(reverse("tag", args=[other.slug]))
    assert (response.status_code, response.url) == (301, here)
    response = client.get(reverse("search"), {"q": article.headline, "tag": other.slug})
    assert response.context["form"].cleaned_data["tag"] == tag("人工智能")
    assert client.get(reverse("tag_feed", args=[other.slug])).status_code == 200
    assert client.get(reverse("tag", args=["没有"])).status_code == 404


# ---- The tree


def test_the_tree_has_no_circles():
    below("乙", "甲")
    below("丙", "乙")
    with pytest.raises(ValidationError):
        below("甲", "丙")
    with pytest.raises(ValidationError):
        below("甲", "甲")
    assert ancestors(tag("丙").pk) == [tag("乙").pk, tag("甲").pk]
    assert descendants([tag("甲").pk], 10) == [tag("乙").pk, tag("丙").pk]
    assert descendants([tag("甲").pk], 1) == [tag("乙").pk]


def test_readers_go_up_and_down_the_tree(client):
    make_article("田径", tags=["田径"])
    make_article("总论", tags=["体育"])
    below("田径", "体育")
    assert by_tag(client, "体育") == ["总论"]
    page = client.get(reverse("tag", args=["体育"]), {"narrower": "1"})
    assert {a.headline for a in page.context["articles"]} == {"田径", "总论"}
    assert page.context["count"] == 2
    up = client.get(reverse("tag", args=["田径"])).content.decode()
    assert f'href="{reverse("tag", args=["体育"])}"' in up


def test_a_place_in_the_tree_is_refused_with_its_reason(editor):
    below("乙", "甲")
    response = editor.post(
        url("taggit_tag_change", tag("甲").pk),
        {
            "name": "甲",
            **management("entry", 0),
            "entry-0-tag": tag("甲").pk,
            "entry-0-parent": tag("乙").pk,
            **management("synonyms", 0),
            "entry-TOTAL_FORMS": 1,
        },
    )
    assert "会成为循环" in response.content.decode()
    assert not TagEntry.objects.filter(tag=tag("甲")).exists()


def management(prefix, stored):
    return {f"{prefix}-TOTAL_FORMS": stored, f"{prefix}-INITIAL_FORMS": stored}


def tag_data(name, **more):
    return {"name": name, **management("entry", 0), **management("synonyms", 0), **more}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["财经", "FINANCE", "finance"], "已有这个同义词"),
        (["ECONOMY"], "已有同名的标签"),
    ],
)
def test_synonyms_that_are_alike_are_told_in_the_form(editor, names, said):
    rows = {f"synonyms-{n}-name": name for n, name in enumerate(names)}
    data = tag_data("economy", slug="economy", **rows)
    data["synonyms-TOTAL_FORMS"] = len(names)
    page = editor.post(url("taggit_tag_add"), data)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not Tag.objects.exists()


# ---- Renaming


def test_a_renamed_tag_keeps_its_articles_and_its_former_address(editor, client):
    article = make_article("题", tags=["新冠肺炎"])
    old = tag("新冠肺炎")
    editor.post(url("taggit_tag_change", old.pk), tag_data("新冠病毒感染"))
    assert tagged(article) == ["新冠病毒感染"]
    assert by_tag(client, "新冠病毒感染") == ["题"]
    response = client.get(reverse("tag", args=["新冠肺炎"]))
    assert response.url == reverse("tag", args=["新冠病毒感染"])
    assert stale_ids() == []
    # And back again: a name is never the tag's own and its synonym at once.
    editor.post(url("taggit_tag_change", old.pk), tag_data("新冠肺炎"))
    assert by_tag(client, "新冠肺炎") == ["题"]
    assert [s.name for s in TagSynonym.objects.all()] == ["新冠病毒感染"]


def test_other_capitals_are_the_same_address(editor):
    make_article(tags=["ai"])
    editor.post(url("taggit_tag_change", tag("ai").pk), tag_data("AI"))
    assert list(Tag.objects.values_list("name", "slug")) == [("AI", "ai")]
    assert not TagSynonym.objects.exists()


@pytest.mark.parametrize("name", ["财经", "经济，科技", "！", "长" * 101, "a\x00b"])
def test_a_name_that_is_taken_or_no_name_is_refused(editor, name):
    make_article(tags=["经济"])
    synonym("财经", of="金融")
    response = editor.post(url("taggit_tag_change", tag("经济").pk), tag_data(name))
    assert response.status_code == 200
    assert response.context["adminform"].errors["name"]


def test_a_synonym_that_is_a_tag_is_refused(editor):
    make_article(tags=["经济", "财经"])
    rows = {"synonyms-TOTAL_FORMS": 1, "synonyms-0-name": "财经"}
    data = tag_data("经济", **rows)
    response = editor.post(url("taggit_tag_change", tag("经济").pk), data)
    assert "请把两个标签合并" in response.content.decode()


# ---- Merging


def test_merged_tags_are_one_and_their_names_lead_to_it(editor, client):
    make_article("一", tags=["新冠", "上海"])
    make_article("二", tags=["新冠肺炎"])
    both = make_article("三", tags=["新冠", "新冠肺炎"])
    below("疫苗", "新冠")
    keys = [tag("新冠").pk, tag("新冠肺炎").pk]
    run_action(editor, url("taggit_tag_changelist"), "merge_tags", keys, target=keys[1])
    assert not Tag.objects.filter(name="新冠").exists()
    assert set(by_tag(client, "新冠肺炎")) == {"一", "二", "三"}
    assert tagged(both) == ["新冠肺炎"]
    assert (
        client.get(reverse("tag", args=["新冠"])).url
        == "/tags/%E6%96%B0%E5%86%A0%E8%82%BA%E7%82%8E/"
    )
    assert TagEntry.objects.get(tag__name="疫苗").parent == tag("新冠肺炎")
    assert stale_ids() == []


def test_merging_says_first_how_many_articles_it_touches(editor):
    make_article("一", tags=["甲类"])
    make_article("二", tags=["甲类", "乙类"])
    data = {
        "action": "merge_tags",
        "_selected_action": [tag("甲类").pk, tag("乙类").pk],
    }
    page = editor.post(url("taggit_tag_changelist"), data).content.decode()
    assert "共有 2 篇文章带有这些标签" in page
    assert Tag.objects.count() == 2


def test_one_tag_is_nothing_to_merge(editor):
    data = {"action": "merge_tags", "_selected_action": [tag("甲类").pk]}
    response = editor.post(url("taggit_tag_changelist"), data, follow=True)
    assert "请选两个到" in response.content.decode()


def test_a_merge_into_a_narrower_tag_leaves_no_circle():
    below("乙", "甲")
    below("丙", "乙")
    below("丁", "甲")
    tag_work.merge(tag("丙"), [tag("甲")])
    assert ancestors(tag("丙").pk) == [tag("乙").pk]
    assert TagEntry.objects.get(tag__name="丁").parent == tag("丙")


class Counting:
    """What a job counts."""

    total = done = 0

    def tick(self, number=1):
        self.done += number


def test_many_articles_are_merged_and_renamed_by_a_job(
    editor, client, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tag_work, "AT_ONCE", 1)
    for number in range(3):
        make_article(f"题{number}", tags=["旧名"])
    target = tag("新名")
    keys = [tag("旧名").pk, target.pk]
    with django_capture_on_commit_callbacks():  # its process would see none of this
        run_action(
            editor, url("taggit_tag_changelist"), "merge_tags", keys, target=target.pk
        )
    job = Job.objects.get()
    assert (job.kind, job.params) == (
        "merge_tags",
        {"target": target.pk, "sources": [keys[0]]},
    )
    progress = Counting()
    assert tag_work.merge_as_job(progress, **job.params) == {"标签有变动的文章": 3}
    assert progress.done == progress.total == 3
    assert len(by_tag(client, "新名")) == 3
    tag_work.rename_as_job(Counting(), target.pk, "更新的名")
    assert len(by_tag(client, "更新的名")) == 3
    assert stale_ids() == []


# ---- The list


def test_the_list_finds_tags_by_synonym_code_and_sound_and_shows_unused_ones(
    editor, monkeypatch
):
    # As in a process that has not searched yet.
    monkeypatch.setattr(database._search, "deadline", 0.0)
    make_article(tags=["经济"])
    synonym("财经", "经济")
    below("金融", "经济")
    TagEntry.objects.filter(tag__name="金融").update(vocabulary="表", code="0212")
    tag("没人用")
    address = url("taggit_tag_changelist")

    def listed(**query):
        page = editor.get(address, query)
        assert page.status_code == 200, query
        return {tag.name for tag in page.context["cl"].result_list}

    assert listed(q="财经") == {"经济"}
    assert listed(q="jingji") == {"经济"}
    assert listed(q="0212") == {"金融"}
    assert listed(use="unused") == {"没人用", "金融"}
    assert listed(use="used") == {"经济"}
    assert listed(tree="top") == {"经济"}
    assert listed(tree="under") == {"金融"}
    assert listed(tree="free") == {"没人用"}
    assert listed(q="x" * 500) == set()


def test_markup_in_names_stays_text(editor, client):
    name = "<img src=x onerror=alert(1)>"
    article = make_article("题", tags=[name])
    below(name, "甲")
    for address in (
        url("taggit_tag_changelist"),
        url("taggit_tag_change", tag(name).pk),
        url("articles_article_change", article.pk),
        reverse("tag", args=[tag(name).slug]),
        reverse("tag", args=[tag("甲").slug]),
    ):
        assert name not in editor.get(address).content.decode(), address
