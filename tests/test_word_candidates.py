"""Candidates for the lexicon: found, judged, and what they touch indexed, here or by a job."""

import random

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import candidates, jobs, vocabulary, word_list
from articles.history import recorded, undoing
from articles.models import (
    Change,
    Completion,
    Job,
    LexiconWord,
    SearchDocument,
    WordCandidate,
)
from articles.search import engine
from articles.search.filters import Filters
from articles.search.language import parse
from articles.search.lexicon import articles_with, current_lexicon, query_lexicon
from articles.search.tsvector import tsquery_all
from tests.actions import HIDDEN, run_action
from tests.factories import make_article
from tests.races import meanwhile

pytestmark = pytest.mark.django_db

WORD = "苎麻坞"
FILLING = "山川日月风云雨雪江河湖海花草树木鸟兽虫鱼东西南北春夏秋冬金石丝竹"
LIST = "admin:articles_wordcandidate_changelist"
LEXICON = "admin:articles_lexiconword_changelist"


def url(name, *args):
    return reverse(name, args=args)


def make_articles(word=WORD, number=8, seed=1, **fields):
    """Make articles in which a word stands among characters set by chance."""
    chance = random.Random(seed)

    def some():
        return "".join(chance.choices(FILLING, k=25))

    return [
        make_article(f"{word}记事", body=[some() + word + some()], **fields)
        for _number in range(number)
    ]


def make_candidate(word=WORD, **fields):
    return WordCandidate.objects.create(word=word, **fields)


def indexed_with(word):
    """Return the articles whose documents have the word as one."""
    documents = SearchDocument.objects.filter(words__matches=tsquery_all([word]))
    return set(documents.values_list("article_id", flat=True))


def searched(text):
    query = parse(text, query_lexicon())
    return {hit.article.pk for hit in engine.search(query, Filters()).hits}


def find():
    job = Job.objects.create(kind="find_words")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message
    return job


@pytest.fixture
def many(monkeypatch):
    """Take two articles for many."""
    monkeypatch.setattr(vocabulary, "AT_ONCE", 1)


def as_one_of(client, group):
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


# ---- Finding


def test_words_of_the_articles_are_found_with_what_they_touch():
    articles = make_articles()
    make_articles(status="draft", number=2, seed=2)
    find()
    found = WordCandidate.objects.get(word=WORD)
    assert found.touched == len(articles)
    assert found.occurrences == 9  # each text once, so the headline once
    assert found.score > 0
    assert found.source == "text"
    assert found.verdict == "open"
    assert set(found.examples) <= {article.pk for article in articles}
    assert found.examples


def test_names_of_bylines_and_after_titles_are_found():
    for text in ("上海市市长龚正表示", "市长龚正说"):
        make_article(body=[text], byline="本报记者 谌贻琴")
    find()
    gong, chen = (WordCandidate.objects.get(word=w) for w in ("龚正", "谌贻琴"))
    assert (gong.kind, gong.source, gong.touched) == ("person", "title", 2)
    assert (chen.kind, chen.source, chen.touched) == ("person", "byline", 2)


def test_finding_again_changes_no_judgement_and_makes_nothing_twice():
    make_articles()
    find()
    WordCandidate.objects.filter(word=WORD).update(kind="place")
    before = set(WordCandidate.objects.values_list("pk", "word"))
    find()
    assert set(WordCandidate.objects.values_list("pk", "word")) == before
    assert WordCandidate.objects.get(word=WORD).kind == "place"


def test_what_was_rejected_does_not_return():
    make_articles()
    make_candidate(verdict="rejected")
    find()
    row = WordCandidate.objects.get(word=WORD)
    assert (row.verdict, row.occurrences) == ("rejected", 0)


def test_words_of_the_lexicon_are_no_candidates():
    make_articles()
    LexiconWord.objects.create(word=WORD)
    find()
    assert not WordCandidate.objects.filter(word=WORD).exists()


def test_the_command_says_what_it_found(capsys):
    make_articles()
    call_command("find_words")
    assert "新的候选词: 1" in capsys.readouterr().out
    assert WordCandidate.objects.get().word == WORD


def test_an_empty_archive_has_no_candidates():
    find()
    assert not WordCandidate.objects.exists()


def test_a_job_tells_how_far_it_is(monkeypatch):
    make_articles()
    job = find()
    assert (job.done, job.total) == (100, 100)
    assert job.report["新的候选词"] == 1


def test_a_sample_ends_where_it_is_long_enough(monkeypatch):
    make_articles(number=6)
    monkeypatch.setattr(candidates, "MOST_CHARACTERS", 100)
    monkeypatch.setattr(candidates, "_BATCH", 2)
    find()
    assert not WordCandidate.objects.filter(word=WORD).exists()


@pytest.mark.parametrize("word", ["梅雨", "苎麻坞", "麻坞", "一二三四五"])
def test_articles_are_counted_to_the_letter(word):
    make_articles(number=3)
    make_article(body=["梅，雨", "麻。坞"])
    make_article(body=["梅雨季"], status="draft")
    make_article(body=["梅雨季"])
    texts = SearchDocument.objects.values_list("text", flat=True)
    assert articles_with(word) == sum(word in text for text in texts)


# ---- Words come into use and go out of it


def test_few_articles_are_indexed_as_a_word_is_accepted(admin_user):
    articles = {article.pk for article in make_articles(number=3)}
    change = vocabulary.add([LexiconWord(word=WORD)], admin_user)
    assert (change.words, change.articles, change.job) == (1, 3, None)
    assert indexed_with(WORD) == articles
    assert LexiconWord.objects.get().is_in_use
    assert Completion.objects.filter(text=WORD, kind=Completion.Kind.WORD).exists()


def test_many_articles_are_indexed_by_a_job_and_found_meanwhile(many, admin_user):
    articles = {article.pk for article in make_articles(number=3)}
    change = vocabulary.add([LexiconWord(word=WORD)], admin_user)
    assert change.job.kind == "reindex_words"
    assert indexed_with(WORD) == set()
    # Queries are cut as before; what is indexed has the word already.
    assert WORD not in query_lexicon().words
    assert WORD in current_lexicon().words
    assert searched(WORD) == articles
    new = make_articles(number=1, seed=3)[0].pk
    assert indexed_with(WORD) == {new}
    assert searched(WORD) == articles | {new}
    jobs.run(change.job.pk)
    change.job.refresh_from_db()
    assert (change.job.state, change.job.done, change.job.total) == ("done", 4, 4)
    assert indexed_with(WORD) == articles | {new}
    assert WORD in query_lexicon().words
    assert searched(WORD) == articles | {new}


def test_many_articles_of_a_deleted_word_are_found_before_and_after(many, admin_user):
    articles = {article.pk for article in make_articles(number=3)}
    LexiconWord.objects.create(word=WORD)
    assert indexed_with(WORD) == articles
    change = vocabulary.remove(LexiconWord.objects.all(), admin_user)
    assert not LexiconWord.objects.exists()
    assert indexed_with(WORD) == articles
    assert searched(WORD) == articles
    jobs.run(change.job.pk)
    assert indexed_with(WORD) == set()
    assert searched(WORD) == articles


def test_a_renamed_word_takes_the_old_one_out(many, admin_user):
    articles = {article.pk for article in make_articles(number=2)}
    row = LexiconWord.objects.create(word=WORD)
    row.word = "麻坞"
    change = vocabulary.store(row, admin_user)
    assert searched("麻坞") == articles
    jobs.run(change.job.pk)
    assert indexed_with(WORD) == set()
    assert indexed_with("麻坞") == articles
    assert LexiconWord.objects.get().is_in_use


def test_a_killed_job_leaves_the_word_out_of_use_until_it_is_run_again(
    many, admin_user, monkeypatch
):
    make_articles(number=2)
    change = vocabulary.add([LexiconWord(word=WORD)], admin_user)
    with monkeypatch.context() as patch:
        patch.setattr(vocabulary.index, "rebuild", lambda _ids: 1 / 0)
        jobs.run(change.job.pk)
    change.job.refresh_from_db()
    assert change.job.state == "failed"
    assert not LexiconWord.objects.get().is_in_use
    jobs.run(vocabulary.bring_into_use([WORD], admin_user).job.pk)
    assert LexiconWord.objects.get().is_in_use
    assert len(indexed_with(WORD)) == 2


def test_a_changed_kind_indexes_nothing(admin_user):
    make_articles(number=2)
    row = LexiconWord.objects.create(word=WORD)
    row.kind = "place"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert vocabulary.store(row, admin_user) == vocabulary.Change(0)
    assert not [q for q in queries if "searchdocument" in q["sql"]]
    assert LexiconWord.objects.get().kind == "place"


def test_a_word_that_is_there_in_another_script_is_passed_over(admin_user):
    LexiconWord.objects.create(word="长三角")
    change = vocabulary.add(
        [LexiconWord(word="長三角"), LexiconWord(word="长三角")], admin_user
    )
    assert change == vocabulary.Change(0)
    assert LexiconWord.objects.count() == 1


def test_a_word_that_is_added_otherwise_is_accepted_and_a_deleted_one_rejected(
    admin_user,
):
    make_candidate()
    vocabulary.add([LexiconWord(word=WORD)], admin_user)
    assert WordCandidate.objects.get().verdict == "accepted"
    vocabulary.remove(LexiconWord.objects.all(), admin_user)
    assert WordCandidate.objects.get().verdict == "rejected"


# ---- The list


def test_the_list_shows_what_is_open_the_best_first_in_context(admin_client):
    article = make_articles(number=1)[0]
    make_candidate(score=5, examples=[article.pk, 2**40], touched=1)
    make_candidate("谌贻琴", score=9)
    make_candidate("否决词", score=99, verdict="rejected")
    response = admin_client.get(url(LIST))
    assert [row.word for row in response.context["cl"].result_list] == ["谌贻琴", WORD]
    text = response.content.decode()
    assert f"<b>{WORD}</b><span>记事" in text
    assert article.get_absolute_url() in text
    response = admin_client.get(url(LIST), {"verdict": "rejected"})
    assert [row.word for row in response.context["cl"].result_list] == ["否决词"]
    response = admin_client.get(url(LIST), {"verdict": "all", "kind__exact": "term"})
    assert len(response.context["cl"].result_list) == 3


def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_num_queries
):
    articles = make_articles(number=3)
    for number in range(1, 4):
        make_candidate(f"词{number}", examples=[articles[number - 1].pk])
    # Session, user, count, rows, and the texts of the rows.
    with django_assert_num_queries(5):
        admin_client.get(url(LIST))


def test_contexts_are_escaped(admin_client):
    article = make_article(body=[f"<script>alert(1)</script>{WORD}<b>"])
    make_candidate(examples=[article.pk])
    text = admin_client.get(url(LIST)).content.decode()
    assert "<script>alert" not in text
    assert "&lt;/script&gt;" in text


@pytest.mark.parametrize(
    "query", ["verdict=%00", "verdict=x&kind__exact=y", "score__gt=1", "q=%F0%9F%99%82"]
)
def test_addresses_with_nonsense_do_not_fail(admin_client, query):
    make_candidate()
    assert admin_client.get(f"{url(LIST)}?{query}").status_code in (200, 302, 400)


def test_a_candidates_kind_is_mended_and_nothing_else(admin_client):
    row = make_candidate()
    address = url("admin:articles_wordcandidate_change", row.pk)
    assert admin_client.get(address).status_code == 200
    data = {"kind": "place", "word": "别的", "verdict": "accepted"}
    admin_client.post(address, data)
    row.refresh_from_db()
    assert (row.kind, row.word, row.verdict) == ("place", WORD, "open")


# ---- Judging


def test_accepting_says_what_it_touches_and_does_it(admin_client):
    make_articles(number=2)
    row = make_candidate(kind="person", touched=2)
    page = admin_client.post(
        url(LIST), {"action": "accept", "_selected_action": [row.pk]}
    )
    assert "将重新索引 2 篇文章。" in page.content.decode()
    assert not LexiconWord.objects.exists()
    run_action(admin_client, url(LIST), "accept", [row.pk], kind="")
    word = LexiconWord.objects.get()
    assert (word.word, word.kind, word.frequency, word.is_in_use) == (
        WORD,
        "person",
        2,
        True,
    )
    assert len(indexed_with(WORD)) == 2
    row.refresh_from_db()
    assert row.verdict == "accepted"


def test_a_kind_may_be_set_for_all_that_are_accepted(admin_client):
    rows = [make_candidate(), make_candidate("谌贻琴", kind="person")]
    run_action(admin_client, url(LIST), "accept", [r.pk for r in rows], kind="place")
    assert set(LexiconWord.objects.values_list("kind", flat=True)) == {"place"}


def test_a_tampered_kind_is_refused(admin_client):
    row = make_candidate()
    response = run_action(admin_client, url(LIST), "accept", [row.pk], kind="<b>")
    assert response.status_code == 200
    assert not LexiconWord.objects.exists()


def test_many_touched_articles_are_left_to_a_job_with_its_page(many, admin_client):
    make_articles(number=3)
    row = make_candidate(touched=3)
    response = run_action(admin_client, url(LIST), "accept", [row.pk], kind="")
    job = Job.objects.get()
    assert job.params == {"words": [WORD]}
    assert job.get_absolute_url() in response.content.decode()
    assert indexed_with(WORD) == set()
    assert admin_client.get(job.get_absolute_url()).status_code == 200


def test_accepted_candidates_are_not_accepted_twice_nor_rejected(admin_client):
    row = make_candidate(verdict="accepted")
    for action in ("accept", "reject", "reopen"):
        data = {"action": action, "_selected_action": [row.pk]}
        admin_client.post(url(LIST), data, follow=True)
    row.refresh_from_db()
    assert row.verdict == "accepted"
    assert not LexiconWord.objects.exists()


def test_rejected_candidates_can_be_reopened(admin_client):
    row = make_candidate()
    run_action(admin_client, url(LIST), "reject", [row.pk])
    row.refresh_from_db()
    assert row.verdict == "rejected"
    run_action(admin_client, f"{url(LIST)}?verdict=rejected", "reopen", [row.pk])
    row.refresh_from_db()
    assert row.verdict == "open"


def test_an_acceptance_is_one_act_that_can_be_undone(admin_client, admin_user):
    articles = {article.pk for article in make_articles(number=2)}
    rows = [make_candidate(), make_candidate("谌贻琴")]
    run_action(admin_client, url(LIST), "accept", [r.pk for r in rows], kind="")
    assert indexed_with(WORD) == articles
    act = Change.objects.order_by("-pk").first()
    undone = undoing.undo(act, admin_user)
    assert (undone.done, undone.refused) == (4, [])
    assert not LexiconWord.objects.exists()
    assert indexed_with(WORD) == set()
    assert set(WordCandidate.objects.values_list("verdict", flat=True)) == {"open"}


def test_an_acceptance_of_many_articles_is_undone_by_a_job(
    many, admin_client, admin_user
):
    articles = {article.pk for article in make_articles(number=2)}
    row = make_candidate()
    run_action(admin_client, url(LIST), "accept", [row.pk], kind="")
    jobs.run(Job.objects.get().pk)
    # The kind of a candidate is counted anew meanwhile, which is no change of it.
    WordCandidate.objects.update(touched=7, score=3)
    act = Change.objects.order_by("-pk").first()
    with recorded(admin_user):
        assert undoing.undo(act, admin_user).refused == []
    assert indexed_with(WORD) == articles
    jobs.run(Job.objects.latest("pk").pk)
    assert indexed_with(WORD) == set()


def test_a_rejection_is_undone(admin_client, admin_user):
    row = make_candidate()
    run_action(admin_client, url(LIST), "reject", [row.pk])
    undoing.undo(Change.objects.latest("pk"), admin_user)
    row.refresh_from_db()
    assert row.verdict == "open"


# ---- The lexicon's own pages


def test_deleting_words_asks_and_indexes(admin_client):
    make_articles(number=2)
    row = LexiconWord.objects.create(word=WORD)
    data = {"action": "remove", "_selected_action": [row.pk]}
    text = admin_client.post(url(LEXICON), data).content.decode()
    assert "将重新索引 2 篇文章。" in text
    run_action(admin_client, url(LEXICON), "remove", [row.pk])
    assert not LexiconWord.objects.exists()
    assert indexed_with(WORD) == set()
    assert "delete_selected" not in admin_client.get(url(LEXICON)).content.decode()


def test_a_word_is_changed_and_deleted_by_its_form(many, admin_client):
    make_articles(number=2)
    data = {"word": WORD, "kind": "term", "frequency": 1}
    admin_client.post(url("admin:articles_lexiconword_add"), data)
    assert Job.objects.count() == 1
    row = LexiconWord.objects.get()
    jobs.run(Job.objects.get().pk)
    change = url("admin:articles_lexiconword_change", row.pk)
    admin_client.post(change, {**data, "frequency": 7})
    assert Job.objects.count() == 1
    delete = url("admin:articles_lexiconword_delete", row.pk)
    admin_client.post(delete, {"post": "yes"})
    assert not LexiconWord.objects.exists()
    assert Job.objects.count() == 2


def test_an_interrupted_word_is_brought_into_use_from_the_list(admin_client):
    make_articles(number=2)
    row = LexiconWord.objects.create(word=WORD)
    LexiconWord.objects.mark(in_use=False)
    run_action(admin_client, url(LEXICON), "bring_into_use", [row.pk])
    row.refresh_from_db()
    assert row.is_in_use
    assert len(indexed_with(WORD)) == 2


@pytest.mark.parametrize(
    "word", ["\u200b\u200b\u200b", "词", " 词", "", "长\0角", "词" * 61]
)
def test_what_is_no_word_is_refused(admin_client, word):
    data = {"word": word, "kind": "term", "frequency": 1}
    response = admin_client.post(url("admin:articles_lexiconword_add"), data)
    assert response.status_code == 200
    assert not LexiconWord.objects.exists()


# ---- Lists of words


def entries(text):
    return [(row.word, row.kind, row.frequency) for row in word_list.read(text).words]


def test_lists_are_read_in_any_of_their_forms():
    assert entries(
        "\ufeff词,种类,词频\n谌贻琴 人名 12\n长三角,地名\n\n市场监管总局\t机构\t3\n非遗 5 nz\nAI 绘画，术语\n"
    ) == [
        ("谌贻琴", "person", 12),
        ("长三角", "place", 1),
        ("市场监管总局", "organisation", 3),
        ("非遗", "term", 5),
        ("AI 绘画", "term", 1),
    ]


def test_each_wrong_line_is_told_with_its_number():
    errors = word_list.read(
        "谌贻琴 人名\n词\n长三角 山名\n非遗 1 2 3\n谌贻琴\n数字 99999999999\n词\0语"
    ).errors
    assert [error.split("：")[0] for error in errors] == [
        "第 2 行", "第 3 行", "第 4 行", "第 5 行", "第 6 行", "第 7 行",
    ]  # fmt: skip
    assert "山名" in errors[1]


def test_a_list_that_is_too_long_is_refused_as_a_whole():
    found = word_list.read("谌贻琴\n" * (word_list.MOST_LINES + 1))
    assert (found.words, len(found.errors)) == ([], 1)


def test_a_list_is_checked_then_stored(admin_client):
    make_articles(number=2)
    LexiconWord.objects.create(word="长三角")
    address = url("admin:articles_lexiconword_import")
    data = {"text": f"{WORD} 地名 4\n长三角"}
    page = admin_client.post(address, data).content.decode()
    assert "将加入 1 个新词。" in page
    assert "词库中已有 1 个，不变。" in page
    assert "将重新索引 2 篇文章。" in page
    assert not LexiconWord.objects.filter(word=WORD).exists()
    digest = dict(HIDDEN.findall(page))["asked"]
    # Another text than was asked about is asked about again.
    admin_client.post(address, {"text": WORD, "asked": digest})
    assert not LexiconWord.objects.filter(word=WORD).exists()
    admin_client.post(address, {**data, "asked": digest})
    row = LexiconWord.objects.get(word=WORD)
    assert (row.kind, row.frequency) == ("place", 4)
    assert len(indexed_with(WORD)) == 2


def test_a_list_with_errors_stores_nothing_and_keeps_what_was_typed(admin_client):
    address = url("admin:articles_lexiconword_import")
    response = admin_client.post(address, {"text": "谌贻琴\n<script>x</script> 山名"})
    text = response.content.decode()
    assert "第 2 行" in text
    assert "&lt;script&gt;x&lt;/script&gt; 山名" in text
    assert "<script>x" not in text
    assert not LexiconWord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_list_that_meets_another_editors_word_is_told_and_kept(admin_client):
    address, text = url("admin:articles_lexiconword_import"), "外滩源 地名"
    asked = admin_client.post(address, {"text": text})
    digest = asked.context["digest"]
    with meanwhile(lambda: LexiconWord.objects.create(word="外滩源")):
        page = admin_client.post(address, {"text": text, "asked": digest})
    assert page.status_code == 200
    assert "别人刚刚存入了与此冲突的内容" in page.content.decode()
    assert page.context["form"]["text"].value() == text


def test_what_is_exported_is_read_back(admin_client):
    LexiconWord.objects.create(word="AI 绘画", kind="term", frequency=3)
    LexiconWord.objects.create(word="谌贻琴", kind="person")
    response = admin_client.get(url("admin:articles_lexiconword_export"))
    text = b"".join(response).decode()
    assert sorted(entries(text)) == [("AI 绘画", "term", 3), ("谌贻琴", "person", 1)]


# ---- The job from the list, and who may


def test_finding_is_started_once(admin_client):
    address = url("admin:articles_wordcandidate_find")
    assert f'action="{address}"' in admin_client.get(url(LIST)).content.decode()
    first = admin_client.post(address)
    job = Job.objects.get()
    assert first.url == job.get_absolute_url()
    assert admin_client.post(address).url == job.get_absolute_url()
    assert Job.objects.count() == 1
    assert admin_client.get(address).status_code == 405


RIGHTS = {
    "记者": {"list": 403, "find": 403, "import": 403, "export": 403, "accept": 403},
    "编辑": {"list": 200, "find": 302, "import": 200, "export": 200, "accept": 200},
    "主编": {"list": 200, "find": 302, "import": 200, "export": 200, "accept": 200},
    "管理员": {"list": 200, "find": 302, "import": 200, "export": 200, "accept": 200},
}


@pytest.mark.parametrize("group", RIGHTS)
def test_each_role_gets_what_it_should(client, group):
    row = make_candidate()
    as_one_of(client, group)
    asked = {"action": "accept", "_selected_action": [row.pk]}
    got = {
        "list": client.get(url(LIST)),
        "find": client.post(url("admin:articles_wordcandidate_find")),
        "import": client.get(url("admin:articles_lexiconword_import")),
        "export": client.get(url("admin:articles_lexiconword_export")),
        "accept": client.post(url(LIST), asked),
    }
    assert {name: response.status_code for name, response in got.items()} == RIGHTS[
        group
    ]


@pytest.mark.parametrize(
    "name", ["wordcandidate_find", "lexiconword_import", "lexiconword_export"]
)
def test_plain_staff_and_strangers_get_nothing(client, name):
    address = url(f"admin:articles_{name}")
    assert client.get(address).status_code == 302
    assert "login" in client.get(address).url
    client.force_login(User.objects.create_user("plain", is_staff=True))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize(("group", "may"), [("编辑", False), ("主编", True)])
def test_only_chiefs_delete_words(client, group, may):
    row = LexiconWord.objects.create(word=WORD)
    as_one_of(client, group)
    data = {
        "action": "remove",
        "_selected_action": [row.pk],
        "confirmed": "yes",
        "asked_count": "1",
    }
    client.post(url(LEXICON), data)
    assert LexiconWord.objects.exists() is not may


def test_who_may_not_write_the_lexicon_cannot_accept(client):
    row = make_candidate()
    user = as_one_of(client, "编辑")
    user.groups.clear()
    names = ["view_wordcandidate", "change_wordcandidate"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    data = {
        "action": "accept",
        "_selected_action": [row.pk],
        "confirmed": "yes",
        "asked_count": "1",
        "kind": "",
    }
    client.post(url(LIST), data)
    assert not LexiconWord.objects.exists()
