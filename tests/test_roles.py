"""Each role against each address and action of the admin (tests/roles.py is the table)."""

import datetime

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLResolver, reverse
from taggit.models import Tag

from articles import history, roles, workflow
from articles.history.versions import versions_of
from articles.models import (
    Article,
    ChangedRecord,
    Contribution,
    Contributor,
    Job,
    LexiconWord,
    NearDuplicate,
    SearchDocument,
    WordCandidate,
)
from tests.factories import make_article
from tests.roles import (
    ACTIONS,
    ADDRESSES,
    ARGUMENTS,
    ARTICLES,
    PARAMETERS,
    ROLES,
    STEPS,
)
from tests.test_admin import article_data, errors

pytestmark = pytest.mark.django_db
SECRET = "别人的机密草稿"
# Django's own: an object's address without a page leads to its form, any other is unknown.
UNNAMED = {"<path:object_id>/", "(?P<url>.*)$"}


def addresses(patterns):
    """Yield the name of each address of the admin, its last part where it has none."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif pattern.name or str(pattern.pattern) not in UNNAMED:
            yield pattern.name or str(pattern.pattern)


def group(name):
    """Return what addresses have in common: one test for each would take minutes."""
    return "_".join(name.split("_")[:2]) if name.count("_") > 1 else "site"


# Last the one after which nobody is signed in.
NAMES = sorted(
    dict.fromkeys(addresses(admin.site.get_urls())), key=lambda name: name == "logout"
)


@pytest.fixture
def users():
    """Make one user of each role; anonymous is nobody."""
    roles.make(Group, Permission)
    made = {"anonymous": None}
    for role in ROLES[1:]:
        made[role] = User.objects.create_user(role, is_staff=True)
        if role != "staff":
            made[role].groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def clients(users):
    """Sign each of them in."""
    made = {}
    for role, user in users.items():
        made[role] = Client()
        if user:
            made[role].force_login(user)
    return made


@pytest.fixture
def records():
    """Make a record of each model; what belongs to a draft has a secret in it."""
    article = make_article("发了的", tags=["天气"])
    page = article.page
    draft = make_article(SECRET, [SECRET], page=page, status="draft", byline=SECRET)
    author = Contributor.objects.create(name="叶薇", slug="ye-wei")
    Contribution.objects.create(article=article, contributor=author)
    Contribution.objects.create(article=draft, contributor=author)
    pair = NearDuplicate.objects.create(
        first=article, second=draft, similarity=0.9, agreement=0.9
    )
    history.keep(article, "as it is")
    gone = make_article(SECRET, [SECRET], page=page, status="draft")
    with history.recorded():
        gone.delete()
    deleted = ChangedRecord.objects.get()
    return {
        "articles_change": deleted.change_id,
        "articles_changedrecord": deleted.pk,
        "version": versions_of(Article, [article.pk]).get().pk,
        "articles_article": article.pk,
        "draft": draft.pk,
        "articles_page": page.pk,
        "articles_photo": article.photos.create(position=9, caption="图").pk,
        "articles_issue": page.issue_id,
        "articles_publication": page.issue.publication_id,
        "articles_contributor": author.pk,
        "articles_nearduplicate": pair.pk,
        "articles_job": Job.objects.create(kind="duplicates", state="done").pk,
        "import_check": Job.objects.create(kind="import_check", state="done").pk,
        "articles_lexiconword": LexiconWord.objects.create(word="入梅").pk,
        "articles_wordcandidate": WordCandidate.objects.create(word="梅雨季").pk,
        "articles_searchdocument": SearchDocument.objects.first().pk,
        "taggit_tag": Tag.objects.get().pk,
        "auth_user": User.objects.create_user("somebody").pk,
        "auth_group": Group.objects.first().pk,
        "content_type": ContentType.objects.get_for_model(Article).pk,
        "app_label": "articles",
    }


def address(name, records):
    """Return an address of this name, of the record that it belongs to."""
    if name in ARGUMENTS:
        return reverse(f"admin:{name}", args=[records[each] for each in ARGUMENTS[name]])  # fmt: skip
    record = group(name)
    for arguments in ([], [records.get(record)]):
        try:
            return reverse(f"admin:{name}", args=arguments)
        except NoReverseMatch:
            continue
    raise LookupError(f"tests/roles.py: ARGUMENTS needs a line for {name}")


def answered(clients, method, url, parameters):
    """Return the status for each role, as a row of the table; nothing is stored."""
    statuses = []
    for client in clients.values():
        with transaction.atomic():
            statuses.append(getattr(client, method)(url, parameters).status_code)
            transaction.set_rollback(True)
    return " ".join(map(str, statuses))


@pytest.mark.parametrize("of", sorted({*map(group, NAMES)}))
def test_each_role_gets_what_it_should_at_each_address(of, clients, records):
    rows = {}
    for name in (name for name in NAMES if group(name) == of):
        url = address(name, records)
        got = answered(clients, "get", url, PARAMETERS.get(name, {}))
        posted = answered(clients, "post", url, {})
        rows[name] = got if got == posted else f"{got} | {posted}"
    new = [
        f"    {name!r}: {row!r},".replace("'", '"')
        for name, row in rows.items()
        if ADDRESSES.get(name) != row
    ]
    assert not new, "\n".join(
        ["Right? Then put into ADDRESSES of tests/roles.py:", *new]
    )


def test_the_table_names_no_address_that_is_gone():
    assert set(ADDRESSES) == set(NAMES)


def test_no_address_tells_a_reporter_of_drafts_of_others(clients, records):
    of_draft = {**records, "articles_article": records["draft"]}
    for name in NAMES:
        for url in {address(name, records), address(name, of_draft)}:
            for searched in ({}, {"term": "机密", "q": "机密"}):
                parameters = {**PARAMETERS.get(name, {}), **searched}
                response = clients["记者"].get(url, parameters)
                assert SECRET not in response.content.decode(), url


# ---- Actions

LISTS = {
    f"{model._meta.app_label}_{model._meta.model_name}": model_admin
    for model, model_admin in admin.site._registry.items()
}


def test_each_role_is_offered_its_actions(users):
    new = []
    for name, model_admin in LISTS.items():
        row = {}
        for role in ROLES[1:]:
            request = RequestFactory().get("/")
            request.user = users[role]
            for action in model_admin.get_actions(request):
                row.setdefault(action, []).append(role)
        row = {action: " ".join(offered) for action, offered in row.items()}
        if ACTIONS.get(name, {}) != row:
            new.append(f"    {name!r}: {row!r},".replace("'", '"'))
    assert not new, "\n".join(["Right? Then put into ACTIONS of tests/roles.py:", *new])


def test_an_action_that_is_not_offered_does_nothing(clients, records):
    for name, actions in ACTIONS.items():
        url = reverse(f"admin:{name}_changelist")
        stored = LISTS[name].model.objects.order_by("pk")
        before = list(stored.values())
        for action, offered in actions.items():
            for role in set(ROLES) - set(offered.split()):
                data = {"action": action, "_selected_action": records[name]}
                data |= {"post": "yes", "confirmed": "yes", "asked_count": "1"}
                clients[role].post(url, {**data, "note": "x"})
                assert list(stored.values()) == before, (role, action)


# ---- Articles in each state, one's own and those of others

LATER = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
STATES = {
    "own draft": {"status": "draft", "own": True},
    "draft": {"status": "draft"},
    "own in review": {"status": "review", "own": True},
    "in review": {"status": "review"},
    "scheduled": {"status": "review", "publish_at": LATER},
    "published": {"status": "published"},
    "withdrawn": {"status": "withdrawn"},
}


def article_in(state, user, **more):
    """Make an article in a state, entered by this user where it is their own."""
    fields = {**STATES[state], **more}
    own = fields.pop("own", False)
    return make_article(
        f"题 {state}", ["一"], entered_by=user if own else None, **fields
    )


def form_of(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def allowed(client, article):
    """Return what a user may do with an article, as letters: see, change, delete."""
    url = form_of(article)
    seen = client.get(url).status_code == 200
    data = article_data(article, headline="改了的题")
    changed = client.post(url, data).status_code == 302
    article.refresh_from_db()
    assert (article.headline == "改了的题") <= (seen and changed)
    letters = "s" * seen + "c" * (article.headline == "改了的题")
    client.post(url.replace("change", "delete"), {"post": "yes"})
    deleted = not Article.objects.filter(pk=article.pk).exists()
    return letters + "d" * deleted or "-"


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_with_an_article_depends_on_its_state(role, clients, users):
    for state in STATES:
        article = article_in(state, users[role])
        assert allowed(clients[role], article) == ARTICLES[state][role], state


@pytest.mark.parametrize("role", ROLES[1:])
def test_the_steps_that_a_role_may_take_are_buttons_and_no_others_work(
    role, clients, users
):
    client = clients[role]
    for state in STATES:
        article = article_in(state, users[role])
        text = client.get(form_of(article)).content.decode()
        offered = STEPS[state].get(role, "")
        shown = [name for name in workflow.STEPS if f'value="{name}"' in text]
        assert " ".join(shown) == offered, state
        for name in set(workflow.STEPS) - set(shown):
            client.post(form_of(article), article_data(article, _step=name, note="因"))
            article.refresh_from_db()
            assert article.status == STATES[state]["status"], (state, name)


@pytest.mark.parametrize("step", workflow.STEPS.values(), ids=lambda step: step.name)
def test_a_step_is_taken_with_what_was_typed(step, clients):
    for source in step.sources:
        article = make_article("旧题", ["一"], status=source, needs_review=True)
        data = article_data(article, headline="新题", _step=step.name, note="有误")
        response = clients["主编"].post(form_of(article), data)
        assert response.status_code == 302, errors(response)
        article.refresh_from_db()
        assert (article.headline, article.status) == ("新题", step.to)
        assert (
            "有误" in article.correction
        ) == step.needs_note or source == "published"
        if step.name == "publish":
            assert not article.needs_review
        entry = LogEntry.objects.filter(object_id=article.pk).order_by("-pk").first()
        assert str(step.label) in entry.get_change_message()


def test_what_the_form_does_not_ask_cannot_be_posted(clients, users):
    article = article_in("own draft", users["记者"])
    tampered = {
        **{"status": "published", "entered_by": users["主编"].pk, "is_published": "1"},
        **{"publish_at": "2099-01-01", "publish_at_0": "2099-01-01"},
        **{"publish_at_1": "00:00", "scheduled_by": users["主编"].pk},
        **{"preview_round": "7", "import_digest": "x", "source_text": "x", "id": "1"},
        **{"doubts": "[1]", "created_at_0": "2001-01-01", "created_at_1": "00:00"},
    }
    before = Article.objects.filter(pk=article.pk).values().get()
    for data in (tampered, {**tampered, "_step": "publish"}):
        clients["记者"].post(form_of(article), article_data(article, **data))
        after = Article.objects.filter(pk=article.pk).values().get()
        assert {**after, "updated_at": before["updated_at"]} == before
    clients["记者"].post(
        reverse("admin:articles_article_add"),
        article_data(headline="新的", **{**tampered, "_step": ""}),
    )
    made = Article.objects.get(headline="新的")
    assert (made.status, made.publish_at, made.scheduled_by) == ("draft", None, None)
    assert made.entered_by == users["记者"]


def test_a_form_without_the_state_that_it_shows_is_refused(clients):
    article = make_article("题", ["一"])
    data = article_data(article, headline="改")
    del data["seen"]
    assert "别人修改了" in errors(clients["主编"].post(form_of(article), data))
    article.refresh_from_db()
    assert article.headline == "题"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_reporter_deletes_an_own_draft_that_repeats_anothers(
    clients, users, language
):
    own = make_article("自己的稿", status="draft", entered_by=users["记者"])
    other = make_article(SECRET, status="draft")
    NearDuplicate.objects.create(first=own, second=other, similarity=0.9, agreement=0.9)
    address = reverse("admin:articles_article_delete", args=[own.pk])
    page = clients["记者"].get(address, headers={"accept-language": language})
    assert SECRET not in page.content.decode()
    assert clients["记者"].post(address, {"post": "yes"}).status_code == 302
    assert list(Article.objects.all()) == [other]


def test_a_pair_is_named_as_it_is_deleted(clients, records):
    key = records["articles_nearduplicate"]
    address = reverse("admin:articles_nearduplicate_delete", args=[key])
    assert SECRET in clients["主编"].get(address).content.decode()


def test_only_a_superuser_makes_and_touches_superusers(clients, users):
    above = User.objects.create_superuser("zongguan")
    administrator = clients["管理员"]
    own = reverse("admin:auth_user_change", args=[users["管理员"].pk])
    assert 'name="is_superuser"' not in administrator.get(own).content.decode()
    for page in ("change", "delete", "password_change"):
        address = reverse(f"admin:auth_user_{page}", args=[above.pk])
        assert administrator.post(address, {"post": "yes"}).status_code == 403, page
    data = {"action": "delete_selected", "_selected_action": [above.pk], "post": "yes"}
    administrator.post(reverse("admin:auth_user_changelist"), data)
    assert User.objects.filter(pk=above.pk).exists()
    clients["anonymous"].force_login(above)
    assert 'name="is_superuser"' in clients["anonymous"].get(own).content.decode()
