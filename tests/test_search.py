"""Search: which articles, in which order, and what is shown of them."""

import datetime
import itertools

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Contribution, Contributor, LexiconWord
from articles.search import engine, newest_of_sets
from articles.search.database import rows, searching
from articles.search.engine import Cursor, Filters, SearchTimeoutError, Stage
from articles.search.highlight import PASSAGE_LENGTH, MarkedText, Marker, passage
from articles.search.language import parse
from articles.search.lexicon import current_lexicon
from articles.search.tiers import Reaching
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from tests.factories import make_article, make_issue, make_page, make_publication


def search(text, sort="best", after=None, **filters):
    query = parse(text, current_lexicon())
    return engine.search(query, Filters(**filters), sort, after)


def all_pages(text, sort="best", **filters):
    """Return the hits of each page, following the addresses of the next."""
    results = search(text, sort, **filters)
    pages = [headlines(results)]
    while results.after:
        results = search(text, sort, Cursor.parse(str(results.after)), **filters)
        pages.append(headlines(results))
    return pages


def headlines(results):
    return [
        hit.article.headline
        for section in results.sections
        for hit in section.hits
        if section.stage != Stage.SOME
    ]


def is_literal(results):
    return [section.stage for section in results.sections] == [Stage.LITERAL]


def marked(segments):
    return "".join(f"[{s.text}]" if s.marked else s.text for s in segments)


# ---- which articles


@pytest.mark.django_db
def test_all_words_are_required():
    make_article("梅雨来了")
    make_article("梅雨与台风", body=["防汛部署"])
    assert headlines(search("梅雨 防汛")) == ["梅雨与台风"]
    assert search("梅雨").count == 2
    assert search("梅雨 地震").count == 0


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["臺灣", "台湾", "台灣"])
def test_traditional_and_simplified_find_each_other(asked):
    make_article("简体", body=["台湾同胞"])
    make_article("繁体", body=["臺灣同胞"])
    assert sorted(headlines(search(asked))) == ["简体", "繁体"]


@pytest.mark.django_db
def test_full_and_half_width_find_each_other():
    make_article("全", body=["投资２７００亿元建５Ｇ网"])
    for asked in ("2700", "5g", "５Ｇ", "5G"):
        assert search(asked).count == 1, asked


@pytest.mark.django_db
def test_what_jieba_cuts_otherwise_is_found_by_its_characters():
    make_article("题", body=["李国英分别介绍"])
    results = search("英分")
    assert (results.count, is_literal(results)) == (1, True)
    assert marked(results.hits[0].snippets[0].segments) == "李国[英分]别介绍"
    assert not is_literal(search("李国英"))


@pytest.mark.django_db
def test_drafts_and_withdrawn_articles_are_not_found():
    make_article("草稿梅雨", status="draft")
    make_article("撤回梅雨", status="withdrawn")
    assert search("梅雨").count == 0


@pytest.mark.django_db
def test_filters_restrict():
    evening, daily = make_publication(), make_publication("ribao", "测试日报")
    old = make_article(
        "旧", page=make_page("1", make_issue("2019-01-01")), tags=["天气"]
    )
    make_article("新", page=make_page("1", make_issue("2021-01-01", daily)))
    author = Contributor.objects.create(name="叶薇", slug="ye-wei")
    Contribution.objects.create(article=old, contributor=author)
    Contribution.objects.create(article=old, contributor=author, role="photographer")
    year_2020 = datetime.date(2020, 1, 1)
    assert headlines(search("梅雨", publication=evening)) == ["旧"]
    assert headlines(search("梅雨", publication=daily)) == ["新"]
    assert headlines(search("梅雨", since=year_2020)) == ["新"]
    assert headlines(search("梅雨", until=year_2020)) == ["旧"]
    assert headlines(search("梅雨", tag=old.tags.get())) == ["旧"]
    assert search("梅雨", author=author).count == 1
    assert is_literal(search("季来", tag=old.tags.get()))


# ---- in which order


@pytest.mark.django_db
@pytest.mark.parametrize(
    "dates",
    ["9999-12-31", "9999-12", "9999", "0001-01-01", "0001..9999", "9999-12-30.."],
)
def test_the_ends_of_the_calendar_are_dates_too(dates):
    make_article("梅雨")
    assert search(f"梅雨 日期:{dates}").count == (
        1 if ".." in dates and "0001" in dates else 0
    )


@pytest.mark.django_db
def test_newest_first_is_by_date_of_issue():
    for date in ("2019-05-01", "2021-05-01", "2020-05-01"):
        make_article(date, page=make_page("1", make_issue(date)))
    assert headlines(search("梅雨", "newest")) == [
        "2021-05-01",
        "2020-05-01",
        "2019-05-01",
    ]


@pytest.mark.django_db
def test_headline_ranks_above_caption_and_caption_above_body():
    make_article("正文", body=["今日梅雨", "别的事情"])
    make_article("图片", body=["今日出门", {"caption": "梅雨中的行人"}])
    make_article("梅雨", body=["今日出门", "别的事情"])
    assert headlines(search("梅雨")) == ["梅雨", "图片", "正文"]


@pytest.mark.django_db
def test_heads_of_a_long_story_rank_above_a_tag_of_a_brief():
    # 长三角 is two words of the index, 长三角 and 三角: a pair.
    make_article("简讯", body=["今日出门"], tags=["长三角"])
    make_article(
        "坚决打赢长三角攻坚战",
        kicker="长三角协作会议召开",
        body=["长三角治理污染，" + "市民带伞出门。" * 9] * 9,
    )
    assert headlines(search("长三角")) == ["坚决打赢长三角攻坚战", "简讯"]


@pytest.mark.django_db
def test_more_occurrences_rank_above_fewer():
    make_article("一次", body=["梅雨来了，" + "市民带伞出门。" * 5])
    make_article("五次", body=["梅雨梅雨梅雨梅雨梅雨，" + "市民带伞出门。" * 5])
    assert headlines(search("梅雨")) == ["五次", "一次"]


@pytest.mark.django_db
def test_pages_hold_every_hit_once_and_end():
    for n in range(45):
        page = make_page("1", make_issue(f"2020-0{n % 3 + 1}-01"))
        make_article(f"梅雨第{n}天", page=page)
    for sort in ("best", "newest", "oldest"):
        pages = all_pages("梅雨", sort)
        assert list(map(len, pages)) == [20, 20, 5]
        assert len(set(itertools.chain(*pages))) == 45


@pytest.mark.django_db
def test_pages_of_the_literal_search_go_on_with_it():
    for n in range(25):
        make_article(f"第{n}天", body=["李国英分别介绍"])
    assert is_literal(search("英分"))
    pages = all_pages("英分")
    assert list(map(len, pages)) == [20, 5]
    assert len(set(itertools.chain(*pages))) == 25


CURSORS = ["x", "w_", "w_2020-02-30_1", "w_1_2020-01-01_1_2", "w_nan_2020-01-01_1",
           "w_0x1p99_2020-01-01_1", "w_2020-01-01_99999999999999999999", "q_2020-01-01_1"]  # fmt: skip


@pytest.mark.parametrize("text", CURSORS)
def test_what_is_no_place_in_the_order_is_refused(text):
    with pytest.raises(ValueError):
        Cursor.parse(text)


@pytest.mark.django_db
def test_a_page_of_hits_takes_the_same_number_of_queries_however_many(
    django_assert_num_queries,
):
    LexiconWord.objects.create(word="黄润秋")
    for n in range(15):
        make_article(f"梅雨第{n}天", tags=["天气"])
    current_lexicon()
    search("梅雨")
    # The lexicon's signature; savepoint, known counts, count of a rare word, its matches; the signature
    # of the words in use, bitmaps, matches to the letter, time limit, release; articles, paragraphs,
    # photos, tags, contributions.
    with django_assert_num_queries(15):
        assert len(search("梅雨").hits) == 15


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_is_ended_and_says_so(settings, client):
    settings.SEARCH_TIMEOUT_MS = 50
    make_article()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE articles_searchdocument RENAME TO slow_documents;"
            "CREATE VIEW articles_searchdocument AS"
            " SELECT * FROM slow_documents WHERE pg_sleep(1) IS NOT NULL"
        )
    answers = {}
    try:
        results = search("梅雨")
        for path in (
            "/search/",
            "/kwic/",
            "/trends/",
            "/api/v1/search/",
            "/feeds/search/",
        ):
            answers[path] = client.get(path, {"q": "梅雨"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP VIEW articles_searchdocument;"
                "ALTER TABLE slow_documents RENAME TO articles_searchdocument"
            )
    assert results.partial
    assert not results.newest_instead
    assert results.count is None
    assert results.hits == []
    assert {answer.status_code for answer in answers.values()} == {200}
    for path in ("/search/", "/kwic/"):
        text = answers[path].text
        assert "什么也没有来得及找到" in text
        assert "没有找到" not in text
        assert 'rel="next"' not in text
    assert answers["/search/"]["Cache-Control"] == "no-store"
    answer = answers["/api/v1/search/"].json()
    assert answer["partial"]
    assert answer["results"] == []
    assert answer["count"] is None
    assert "<entry" not in answers["/feeds/search/"].text
    settings.SEARCH_TIMEOUT_MS = 60_000
    assert search("梅雨").count == 1


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["best", "newest"])
def test_a_page_for_which_there_was_no_time_is_asked_for_again(
    client, monkeypatch, sort
):
    for n in range(45):
        make_article(f"梅雨{n}")
    first = client.get("/api/v1/search/", {"q": "梅雨", "sort": sort}).json()["next"]
    with monkeypatch.context() as patched:
        patched.setattr("articles.search.engine.Page.fill", _takes_too_long)
        answer = client.get(first).json()
    assert answer["partial"]
    assert (answer["results"], answer["next"]) == ([], first)
    assert len(client.get(answer["next"]).json()["results"]) == 20


def _takes_too_long(_page):
    raise SearchTimeoutError


@pytest.mark.django_db
def test_what_was_found_by_date_in_the_time_is_followed_by_the_rest(
    client, monkeypatch
):
    for n in range(7):
        make_article(f"梅雨{n}")
    by_date = newest_of_sets.by_date

    def found_some(*args, **kwargs):
        raise SearchTimeoutError(by_date(*args, **kwargs)[:3])

    with monkeypatch.context() as patched:
        patched.setattr(newest_of_sets, "by_date", found_some)
        some = search("梅雨", "newest")
        html = b"".join(client.get("/search/?q=梅雨&sort=newest")).decode()
    assert some.partial
    assert "这一页只有到时为止找到的" in html
    rest = search("梅雨", "newest", Cursor.parse(str(some.after)))
    ids = [hit.article.pk for page in (some, rest) for hit in page.hits]
    assert len(set(ids)) == len(ids) == 7


@pytest.mark.django_db
def test_a_time_that_is_up_at_the_end_of_a_search_is_no_failure_of_the_database():
    # What follows the last of a search's statements has what time is left of it.
    with pytest.raises(SearchTimeoutError), searching(300):
        rows("SELECT 1")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.django_db
def test_where_there_is_no_time_for_the_best_the_newest_are_shown(client, monkeypatch):
    monkeypatch.setattr("articles.search.engine.SHARE_OF_BEST", 0)
    for date in ("2019-05-01", "2021-05-01", "2020-05-01"):
        make_article(date, page=make_page("1", make_issue(date)))
    results = search("梅雨")
    assert headlines(results) == ["2021-05-01", "2020-05-01", "2019-05-01"]
    assert results.partial
    assert results.after is None
    assert "这里是最新的几篇" in b"".join(client.get("/search/?q=梅雨")).decode()
    answer = client.get("/api/v1/search/?q=梅雨").json()
    assert answer["partial"]
    assert answer["newest_instead"]


@pytest.mark.django_db
def test_very_many_words_do_not_make_a_search_of_astronomical_size():
    words = [chr(0x4E00 + n) for n in range(32)]
    for n in range(40):
        make_article(f"第{n}条", body=["，".join(words[n % 20 : n % 20 + 12])])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("articles.search.best.EXHAUSTIVE", 0)
        patched.setattr("articles.search.best.EXHAUSTIVE_TOGETHER", 0)
        assert len(search("|".join(words)).hits) == 20
    reaching = Reaching({word: 1.0 + n for n, word in enumerate(words)}, required=False)
    assert max(len(reaching.tsquery(share * 496)) for share in (0.9, 0.95, 0.99)) < 1e6


# ---- what is shown


@pytest.mark.django_db
def test_a_hit_shows_the_best_sentence_marked_and_leads_to_its_paragraph():
    article = make_article(
        "长三角会议", body=["无关的话。", "前一句。长三角治理污染。后一句。"]
    )
    hit = search("长三角 污染").hits[0]
    assert marked(hit.headline) == "[长三角]会议"
    assert marked(hit.snippets[0].segments) == "…[长三角]治理[污染]。后一句。"
    assert hit.url == f"/articles/{article.pk}/#p2"


@pytest.mark.django_db
def test_a_hit_in_a_caption_says_so():
    make_article("题", body=["正文", {"caption": "外白渡桥夜景", "credit": "王凯 摄"}])
    hit = search("外白渡桥").hits[0]
    (snippet,) = hit.snippets
    assert snippet.label == "图片说明"
    assert marked(snippet.segments) == "[外白渡桥]夜景 王凯 摄"
    assert snippet.url == hit.url
    assert hit.occurrences == 1


@pytest.mark.django_db
def test_a_hit_in_the_headline_only_shows_how_the_article_begins():
    make_article("梅雨", body=["今天出门带伞。"])
    assert marked(search("梅雨").hits[0].snippets[0].segments) == "今天出门带伞。"


@pytest.mark.django_db
def test_an_article_with_nothing_but_a_headline_is_a_hit_without_snippet():
    make_article("梅雨", body=())
    assert search("梅雨").hits[0].snippets == []


def test_a_name_is_marked_whole_and_not_in_parts():
    query = parse("黄润秋", Lexicon())
    text = "部长黄润秋说，秋冬季攻坚。"
    assert (
        marked(Marker(query, {"d": text}).mark(text, "d").segments())
        == "部长[黄润秋]说，秋冬季攻坚。"
    )


@pytest.mark.parametrize(
    ("asked", "headline", "shown"),
    [
        ("图片:上海", "上海地铁", ["[上海]外滩"]),
        ("标题:上海 外滩", "[上海]地铁", ["上海[外滩]", "上海[外滩]有灯光。"]),
        ("正文:“上海外滩”", "上海地铁", ["[上海外滩]有灯光。"]),
        ("上海", "[上海]地铁", ["[上海]外滩有灯光。", "[上海]外滩"]),
    ],
)
@pytest.mark.django_db
def test_what_is_sought_in_a_field_is_marked_only_there(asked, headline, shown):
    make_article("上海地铁", ["上海外滩有灯光。", {"caption": "上海外滩"}])
    (hit,) = search(asked).hits
    assert marked(hit.headline) == headline
    found = [marked(s.segments) for s in hit.snippets if "[" in marked(s.segments)]
    assert sorted(found) == sorted(shown)
    said = (hit.headline, *(s.segments for s in hit.snippets))
    assert hit.occurrences == sum(s.marked for segments in said for s in segments)


def test_text_is_marked_in_its_own_form():
    query = parse("台湾 5g 株", Lexicon())
    text = "臺灣的５Ｇ㈱"
    assert (
        marked(Marker(query, {"d": fold(text)}).mark(text, "d").segments())
        == "[臺灣]的[５Ｇ][㈱]"
    )


texts = st.text(
    st.sampled_from("梅雨来了上海长三角。！？”，臺灣㈱ \n<b>&aA１e\u0301"), max_size=300
)


@given(texts, st.text(st.sampled_from("梅雨来了上海长三角台湾ab1 "), max_size=8))
def test_marks_neither_lose_nor_add_a_character(text, asked):
    query = parse(asked, Lexicon())
    found = Marker(query, {"d": fold(text)}).mark(text, "d")
    assert "".join(segment.text for segment in found.segments()) == text
    for start, end, string in found.spans:
        assert fold(string) in fold(text[start:end])


@given(texts, st.text(st.sampled_from("梅雨上海 "), min_size=1, max_size=5))
def test_a_passage_is_short_and_part_of_the_text_and_shows_a_mark(text, asked):
    found = Marker(parse(asked, Lexicon()), {"d": fold(text)}).mark(text, "d")
    shown = passage(found)
    assert shown.text.strip("…") in text
    assert len(shown.text) <= PASSAGE_LENGTH + 2
    assert bool(shown.spans) == bool(found.spans)


def test_a_sentence_without_end_is_cut_around_its_first_mark():
    text = "无" * 500 + "梅雨" + "完" * 500
    shown = passage(MarkedText(text, ((500, 502, "梅雨"),)))
    assert len(shown.text) == PASSAGE_LENGTH + 2
    assert marked(shown.segments()).count("[梅雨]") == 1
