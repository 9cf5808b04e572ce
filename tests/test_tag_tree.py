"""Controlled vocabularies as trees of tags: read, stored whole or not at all, loaded twice."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from taggit.models import Tag

from articles.history.undoing import undo
from articles.ingest.tag_tree import MAX_BYTES, TreeError, load, read
from articles.models import Completion, TagEntry, TagSynonym
from articles.models.change import Change
from tests.factories import make_article

pytestmark = pytest.mark.django_db

SPORT = """code,name,parent,note
39,体育,,运动和比赛
3901,田径,39,
3902,球类,39,
390201,足球,3902,
"""


def stored():
    """Return code and parent's name of each entry, by the tag's name."""
    entries = TagEntry.objects.select_related("tag", "parent")
    return {e.tag.name: (e.code, e.parent.name if e.parent else "") for e in entries}


def tree(text=SPORT, name="表"):
    return load(read(text.encode()), name)


def wrong(text, name="表"):
    with pytest.raises(TreeError) as error:
        tree(text, name)
    return error.value.lines


SPORT_TREE = {
    "体育": ("39", ""),
    "田径": ("3901", "体育"),
    "球类": ("3902", "体育"),
    "足球": ("390201", "球类"),
}


def test_a_vocabulary_becomes_a_tree_of_tags():
    loaded = tree()
    assert (loaded.terms, loaded.new) == (4, 4)
    assert stored() == SPORT_TREE
    assert TagEntry.objects.get(tag__name="体育").note == "运动和比赛"
    assert Completion.objects.filter(text="田径", initials="tj").exists()


def test_loaded_again_it_changes_nothing():
    tree()
    before = list(TagEntry.objects.values()), list(Tag.objects.values())
    assert tree().new == 0
    assert (list(TagEntry.objects.values()), list(Tag.objects.values())) == before


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff代码,名称\r\n39,体育\r\n3901,田径\r\n3902,球类\r\n390201,足球\r\n",
        "# 一行说明\nname,code\n体育,39\n\n田径,3901\n球类,3902\n足球,390201\n",
        json.dumps(
            [
                {"code": "39", "name": "体育"},
                {"code": "3901", "name": "田径"},
                {"code": "3902", "name": "球类"},
                {"code": "390201", "name": "足球"},
            ]
        ),
        "name,code,parent\n足球,390201,球类\n球类,3902,体育\n田径,3901,体育\n体育,39,\n",
    ],
    ids=["Chinese heads", "comments", "JSON", "parents by name, in any order"],
)
def test_other_forms_of_the_same(text):
    tree(text)
    assert stored() == SPORT_TREE


def test_gb18030_is_read():
    load(read(SPORT.encode("gb18030")), "表")
    assert stored() == SPORT_TREE


def test_tags_and_synonyms_that_are_there_take_their_places():
    article = make_article(tags=["足球"])
    make_article(tags=["田赛和径赛"])
    tag = Tag.objects.get(name="田赛和径赛")
    TagSynonym.objects.create(name="田径", tag=tag)
    assert tree().new == 2
    assert stored()["足球"] == ("390201", "球类")
    assert stored()["田赛和径赛"] == ("3901", "体育")
    assert list(article.tags.names()) == ["足球"]
    assert Tag.objects.count() == 4


def test_names_with_list_marks_stay_whole():
    tree("name\n法律、司法\n")
    article = make_article()
    article.tags.add("法律、司法")
    assert Tag.objects.get().name == "法律、司法"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("name\n体育\n！\n", 3, "标签须有文字"),
        ("name\n体育\n" + "长" * 101 + "\n", 3, "不可超过 100"),
        ("name\n体育\n田径\n体育\n", 4, "第 2 行已经有了"),
        ("code,name\n1,体育\n1,田径\n", 3, "第 2 行已经有了"),
        ("name,parent\n体育,\n田径,运动\n", 3, "没有上位“运动”"),
        ("name,parent\n体育,田径\n田径,体育\n", 2, "成为循环"),
        ("name,parent\n体育,体育\n", 2, "成为循环"),
        ("code,name\n" + "1" * 41 + ",体育\n", 2, "code 太长"),
        ("# 说明\n编号,类目\n1,体育\n", 2, "name（名称）"),
        ("", 1, "没有词条"),
        ("name\n", 1, "没有词条"),
        ('{"a": 1}', 1, "列表"),
        ("[1, 2]", 1, "name"),
        ("[" * 100_000, 1, ""),
        ("name\n体\x00育\n", 2, ""),
    ],
)
def test_what_is_wrong_is_told_by_line_and_nothing_is_stored(text, line, what):
    told = wrong(text)
    assert any(f"第 {line} 行" in one and what in one for one in told), told
    assert not Tag.objects.exists()
    assert not TagEntry.objects.exists()


def test_what_is_no_text_or_too_much_of_it_is_refused():
    for content in (b"name\n\xff\xff\xff", b"x" * (MAX_BYTES + 1)):
        with pytest.raises(TreeError):
            read(content)


def test_a_tag_belongs_to_one_vocabulary_and_a_code_to_one_tag():
    tree()
    assert "已属于词表“表”" in wrong("name\n体育\n", "另一词表")[0]
    assert "代码 39 已属于" in wrong("code,name\n39,运动\n")[0]
    assert stored() == SPORT_TREE


def test_new_tags_of_a_vocabulary_can_be_undone():
    tree()
    undo(Change.objects.first())
    assert not Tag.objects.exists()


def test_the_command_loads_a_file_and_the_vocabulary_that_comes_with_the_archive(
    tmp_path, capsys
):
    path = tmp_path / "sport.csv"
    path.write_text(SPORT, encoding="utf-8")
    call_command("load_tag_tree", path)
    assert "4 terms, 4 of them new tags." in capsys.readouterr().out
    assert TagEntry.objects.filter(vocabulary="sport").count() == 4
    TagEntry.objects.all().delete()
    call_command("load_tag_tree", "gbt20093")
    entries = TagEntry.objects.filter(vocabulary="GB/T 20093")
    assert entries.count() == 24
    assert entries.filter(tag__name="对外关系、国际关系").exists()
    path.write_text("name\n！\n", encoding="utf-8")
    with pytest.raises(CommandError, match="第 2 行"):
        call_command("load_tag_tree", path)
    with pytest.raises(CommandError):
        call_command("load_tag_tree", tmp_path / "none.csv")


# ---- In the browser


def page():
    return reverse("admin:taggit_tag_load_tree")


def test_a_vocabulary_is_loaded_in_the_browser(admin_client):
    assert (
        page()
        in admin_client.get(reverse("admin:taggit_tag_changelist")).content.decode()
    )
    admin_client.post(page(), {"built_in": "gbt20093"})
    assert TagEntry.objects.count() == 24
    file = SimpleUploadedFile("表.csv", "name\n航天\n！\n".encode())
    data = {"built_in": "", "name": "表", "file": file}
    response = admin_client.post(page(), data)
    assert "第 3 行：标签须有文字" in response.content.decode()
    assert not Tag.objects.filter(name="航天").exists()
    response = admin_client.post(page(), {"built_in": ""})
    assert set(response.context["form"].errors) == {"file", "name"}
    assert admin_client.post(page(), {"built_in": "x"}).context["form"].errors
