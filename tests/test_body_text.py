"""A body as one text: nothing is lost on the way there and back, and few rows change."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from articles.admin.body import _sent_photos
from articles.body_rows import store, text_of
from articles.body_text import BodyError, Part, plain_ends, positions, read, write
from articles.models import Article, Photo
from articles.search.index import stale_ids
from tests.factories import make_article

# What a database can hold, with much of what has a meaning in the text.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("\\#＃[［【]图 1　\n\r␍\t\x85\u2028"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    min_size=1,
    max_size=12,
)
PARTS = st.lists(
    st.builds(Part, st.sampled_from(["paragraph", "subhead"]), TEXTS), max_size=6
).map(
    lambda parts: [
        *parts, *(Part("photo", number=n) for n in range(1, len(parts) % 3 + 1)),
    ]
)  # fmt: skip


def para(text):
    return Part("paragraph", text)


def head(text):
    return Part("subhead", text)


def photo(number):
    return Part("photo", number=number)


# ---- There and back


@given(PARTS)
@example([para("\\")])
@example([para("\n第二行"), head(" \n "), para("　")])
@example([para("[图 1]"), photo(1), para("a\n")])
def test_any_parts_come_back_to_the_letter(parts):
    assert read(write(parts)) == parts


@given(PARTS)
def test_a_browser_changes_nothing(parts):
    assert read(plain_ends(write(parts)).replace("\n", "\r\n")) == parts


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_what_was_read_is_stable(text):
    try:
        parts = read(text)
    except BodyError as error:
        assert error.mistakes
    else:
        assert read(write(parts)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \r\n　\n\t", []),
        ("一\n二\r\n\r\n\r\n三\r四", [para("一"), para("二"), para("三"), para("四")]),
        ("## 小标题\n正文", [head("小标题"), para("正文")]),
        ("＃＃　小标题\n  ##小标题", [head("小标题"), head("小标题")]),
        ("#话题#", [para("#话题#")]),
        (r"\## 不是小标题", [para("## 不是小标题")]),
        ("[图 1]\n【图２】\n ［图3］ ", [photo(1), photo(2), photo(3)]),
        ("[图片 1]\n[Photo 2]\n[圖3]", [photo(1), photo(2), photo(3)]),
        ("[图 1] 说明", [para("[图 1] 说明")]),
        ("见[图 1]。", [para("见[图 1]。")]),
        (r"\[图 1]", [para("[图 1]")]),
        ("第一行\\\n第二行\n下一段", [para("第一行\n第二行"), para("下一段")]),
        (r"C:\报纸", [para(r"C:\报纸")]),
        (r"末尾\\", [para("末尾\\")]),
    ],
)
def test_what_is_typed_is_read_as_meant(text, parts):
    assert read(text) == parts


def test_what_is_written_is_light():
    parts = [para("一"), head("二"), photo(1)]
    assert write(parts, "图") == "一\n\n## 二\n\n[图 1]"
    assert read(write(parts)) == parts


def test_every_mistake_is_told_with_its_line():
    text = "一\n##\n\n[图 1]\n[图 7]\n[图 1]\n二\0三"
    with pytest.raises(BodyError) as error:
        read(text, photos={1, 2})
    assert [(m.line, m.code, m.number) for m in error.value.mistakes] == [
        (7, "unstorable", 0),
        (2, "no-text", 0),
        (5, "no-photo", 7),
        (6, "photo-twice", 1),
    ]


def test_a_paragraph_of_very_many_lines_takes_time_by_their_number():
    assert len(read("一\\\n" * 100_000)[0].text) == 200_000


# ---- Positions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], []),
        (["1", "2", "3"], [1, 2, 3]),
        (["1", "3"], [1, 3]),  # one went: those after it are cited as before
        (["1", "1+", "2"], [1, 1, 2]),
        (["1", "+", "2"], [1, 1, 2]),  # a new photo moves nothing
        (["1", "+", "+", "2"], [1, 1, 2, 3]),
        (["1", "", "2", "3"], [1, 2, 3, 4]),
        (["1", "", "5"], [1, 2, 5]),
        (["3", "1", "2"], [1, 2, 3]),
        (["2", "1", "3"], [1, 2, 3]),
        (["0", "1"], [0, 1]),
        (["+", "", ""], [1, 2, 3]),
        (["2147483647", ""], [1, 2]),
    ],
)
def test_as_many_positions_stay_as_can(old, new):
    parts = [
        (int(said.rstrip("+")) if said.rstrip("+") else None, said.endswith("+"))
        for said in old
    ]
    assert positions(parts) == new


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 2**31 - 1)), st.booleans()))
)
def test_positions_are_in_the_order_given_and_unlike_each_other(parts):
    known = set()
    for number, part in enumerate(parts):
        if part in known:
            parts[number] = (None, part[1])
        known.add(part)
    found = positions(parts)
    keys = [
        2 * position + is_photo
        for position, (_old, is_photo) in zip(found, parts, strict=True)
    ]
    assert keys == sorted(set(keys))
    assert all(0 <= position < 2**31 for position in found)


# ---- Rows


def body(article):
    return [
        (part.position, part.caption if isinstance(part, Photo) else part.text)
        for part in Article.objects.get(pk=article.pk).body()
    ]


def keys(article):
    return {p.text: p.pk for p in article.paragraphs.all()}


def save(article, text):
    photos = dict(enumerate(article.photos.order_by("position"), 1))
    store(article, read(text), photos)
    assert stale_ids() == []


@pytest.mark.django_db
def test_a_body_is_read_and_stored_as_it_was():
    article = make_article(
        body=["　　一\r\n二 ", {"kind": "subhead", "text": "## 三"}, {"caption": "图"}]
    )
    article.photos.update(position=2)
    text = text_of(article)
    assert text == "　　一\\␍\\\n二 \n\n## ## 三\n\n[图 1]"
    before = list(article.paragraphs.values())
    with CaptureQueriesContext(connection) as queries:
        store(article, read(text), {1: article.photos.get()})
    assert list(article.paragraphs.values()) == before
    assert not [
        q for q in queries if q["sql"].startswith(("UPDATE", "INSERT", "DELETE"))
    ]
    assert body(article)[-1] == (2, "图")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said", "kept"),
    [
        ("一\n二\n三", "一 二 三", "一二三"),
        ("三\n一\n二", "三 一 二", "一二三"),
        ("一\n新\n二\n三", "一 新 二 三", "一二三"),
        ("一\n二乙\n三", "一 二乙 三", "一三"),
        ("一\n二三", "一 二三", "一"),
        ("一\n二\n二\n三", "一 二 二 三", "一三"),
        ("", "", ""),
    ],
)
def test_a_paragraph_that_stays_keeps_its_row(text, said, kept):
    article = make_article(body=["一", "二", "三"])
    before = keys(article)
    save(article, text)
    assert " ".join(text for _position, text in body(article)) == said
    after = keys(article)
    assert {t for t in "一二三" if before[t] == after.get(t)} >= set(kept)


@pytest.mark.django_db
def test_an_edited_paragraph_keeps_its_row_too_and_a_subhead_may_become_one():
    article = make_article(body=["一", "二", "三"])
    before = keys(article)
    save(article, "一\n## 二乙 \n## 三")
    after = article.paragraphs.order_by("position")
    assert [(p.pk, p.kind, p.text) for p in after] == [
        (before["一"], "paragraph", "一"),
        (before["二"], "subhead", "二乙"),
        (before["三"], "subhead", "三"),
    ]


@pytest.mark.django_db
def test_photos_stand_where_the_body_says_and_the_others_last():
    article = make_article(body=["一", {"caption": "甲"}, {"caption": "乙"}, "二"])
    save(article, "[图 2]\n一\n二")
    assert [text for _position, text in body(article)] == ["乙", "一", "二", "甲"]
    save(article, "一\n[图 9]\n二")
    assert [text for _position, text in body(article)] == ["一", "二", "乙", "甲"]


@pytest.mark.django_db
def test_a_thousand_paragraphs_are_moved_split_and_joined_in_few_queries():
    article = make_article()
    texts = [f"第{n}段，雨还在下。" for n in range(1000)]
    with CaptureQueriesContext(connection) as queries:
        save(article, "\n".join(texts))
    assert len(queries) < 50
    texts = [*texts[500:], "新", *texts[:500:2]]
    with CaptureQueriesContext(connection) as queries:
        save(article, "\n\n".join(texts))
    assert len(queries) < 50
    assert [text for _position, text in body(article)] == texts


# ---- The form


def test_a_row_says_something_when_it_has_a_key_or_a_text():
    sent = {
        "photos-TOTAL_FORMS": "5",
        "photos-0-id": "7", "photos-0-caption": "",
        "photos-1-id": "", "photos-1-article": "3", "photos-1-caption": "图",
        "photos-2-id": "", "photos-2-article": "3", "photos-2-credit": " ",
        "photos-3-image": "x.png",
        "photos-9-caption": "beyond the rows",
        "photos-²-caption": "x", "photos-__prefix__-caption": "x",
    }  # fmt: skip
    assert _sent_photos(sent) == {1, 2, 4}
    assert _sent_photos({"photos-TOTAL_FORMS": "9" * 5000, "photos-0-id": "1"}) == set()
    assert _sent_photos({"photos-TOTAL_FORMS": "²", "photos-0-id": "1"}) == set()


def form_data(article, **changes):
    seen = Article.objects.get(pk=article.pk).updated_at.isoformat()
    return {
        "seen": seen,
        "page": article.page_id, "position": article.position, "status": "draft",
        "headline": article.headline,
        "regions-TOTAL_FORMS": 0, "regions-INITIAL_FORMS": 0,
        "contributions-TOTAL_FORMS": 0, "contributions-INITIAL_FORMS": 0,
        **changes,
    }  # fmt: skip


@pytest.mark.django_db
def test_the_body_names_photos_of_the_same_form_by_their_rows(admin_client):
    article = make_article(body=["一", {"caption": "甲"}, {"caption": "乙"}])
    address = f"/admin/articles/article/{article.pk}/change/"
    first, second = article.photos.order_by("position")
    data = form_data(article, body="[图 3]\n[图 2]\n一\n[图 1]")
    data |= {"photos-TOTAL_FORMS": 3, "photos-INITIAL_FORMS": 2}
    for number, (pk, caption) in enumerate(
        ((first.pk, "甲"), (second.pk, "乙"), ("", "丙"))
    ):
        data |= {f"photos-{number}-id": pk, f"photos-{number}-article": article.pk,
                 f"photos-{number}-caption": caption}  # fmt: skip
    response = admin_client.post(address, {**data, "photos-0-DELETE": "on"})
    assert response.status_code == 302
    assert [text for _position, text in body(article)] == ["丙", "乙", "一"]


@pytest.mark.django_db
def test_a_form_that_sends_no_body_leaves_it(admin_client):
    article = make_article(body=["一", {"caption": "甲"}])
    address = f"/admin/articles/article/{article.pk}/change/"
    photo = article.photos.get()
    rows = {"photos-TOTAL_FORMS": 1, "photos-INITIAL_FORMS": 1, "photos-0-id": photo.pk,
            "photos-0-article": article.pk, "photos-0-caption": "甲"}  # fmt: skip
    for sent, said in (({}, ["一", "甲"]), ({"body": ""}, ["甲"])):
        data = form_data(article, **rows, **sent)
        assert admin_client.post(address, data).status_code == 302
        assert [text for _position, text in body(article)] == said


@pytest.mark.django_db
def test_who_may_only_look_sees_the_body(client, django_user_model):
    reader = django_user_model.objects.create_user("kan", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_article"))
    client.force_login(reader)
    article = make_article(body=["<b>一</b>", {"kind": "subhead", "text": "二"}])
    address = f"/admin/articles/article/{article.pk}/change/"
    page = client.get(address).content.decode()
    assert "&lt;b&gt;一&lt;/b&gt;\n\n## 二" in page
    assert client.post(address, form_data(article, body="改")).status_code == 403
    assert article.paragraphs.count() == 2
