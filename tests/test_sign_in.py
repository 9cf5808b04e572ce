"""A form that comes after its user was signed out, or with an old token, is not lost."""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from articles.models import Article
from tests.factories import make_article
from tests.test_admin import article_data

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")
TYPED = "我写了一上午的“标题” <b>&amp;</b> 🙂"
HIDDEN = re.compile(r'<input type="hidden"[^>]*?name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def client():
    User.objects.create_superuser("bianji", password="mima")
    return Client(enforce_csrf_checks=True)


def form_of(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def hidden(response):
    found = {}
    for name, value in HIDDEN.findall(response.content.decode()):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def token(client, address=LOGIN):
    return hidden(client.get(address))["csrfmiddlewaretoken"][0]


def sign_in(client, page, typed="mima"):
    """Fill in the page of signing in that carries a form."""
    data = {name: values[-1] for name, values in hidden(page).items()}
    return client.post(LOGIN, {**data, "username": "bianji", "password": typed})


def test_what_was_typed_comes_back_after_signing_in_and_is_not_stored(client):
    article = make_article("旧题", ["旧文。"])
    data = article_data(article, headline=TYPED, body="新的正文。", tags=["甲", "乙"])
    sent = client.post(form_of(article), {**data, "csrfmiddlewaretoken": token(client)})
    assert "您填写的内容没有丢" in sent.content.decode()
    assert "no-store" in sent["Cache-Control"]
    wrong = sign_in(client, sent, "x")
    assert "您填写的内容没有丢" in wrong.content.decode()
    lead = sign_in(client, wrong)
    assert f'action="{form_of(article)}"' in lead.content.decode()
    back = client.post(form_of(article), hidden(lead))
    assert "还没有保存" in back.content.decode()
    form = back.context["adminform"].form
    assert form["headline"].value() == TYPED
    assert form["body"].value() == "新的正文。"
    assert form["tags"].value() == ["甲", "乙"]
    assert Article.objects.get().headline == "旧题"
    again = {**data, "csrfmiddlewaretoken": hidden(back)["csrfmiddlewaretoken"][0]}
    assert client.post(form_of(article), again).status_code == 302
    assert Article.objects.get().headline == TYPED


def test_a_form_with_an_old_token_comes_back(client):
    article = make_article("旧题", ["一"])
    client.force_login(User.objects.get())
    data = article_data(article, headline=TYPED)
    lead = client.post(form_of(article), {**data, "csrfmiddlewaretoken": "a" * 32})
    assert lead.status_code == 403
    assert Article.objects.get().headline == "旧题"
    back = client.post(form_of(article), hidden(lead))
    assert back.context["adminform"].form["headline"].value() == TYPED
    assert Article.objects.get().headline == "旧题"


def test_a_form_of_another_site_is_refused(client):
    article = make_article("旧题", ["一"])
    client.force_login(User.objects.get())
    data = {
        **article_data(article, headline=TYPED),
        "csrfmiddlewaretoken": token(client, form_of(article)),
    }
    origin = {"HTTP_ORIGIN": "https://evil.example"}
    refused = client.post(form_of(article), data, **origin)
    assert refused.status_code == 403
    assert "旧题" not in refused.content.decode()
    assert "我写了一上午" not in refused.content.decode()


def test_files_are_named_to_be_chosen_again(client):
    article = make_article("旧题", ["一"])
    picture = SimpleUploadedFile("<i>外滩.jpg", b"x", "image/jpeg")
    data = {**article_data(article, headline=TYPED), "photos-0-image": picture}
    sent = client.post(form_of(article), {**data, "csrfmiddlewaretoken": token(client)})
    text = sent.content.decode()
    assert "这些文件要重新选择" in text
    assert "&lt;i&gt;外滩.jpg" in text
    assert "外滩" in sign_in(client, sent).content.decode()


def test_an_action_is_asked_about_again(client):
    article = make_article("发了的")
    listed = reverse("admin:articles_article_changelist")
    data = {"action": "withdraw", "_selected_action": article.pk, "note": "失实"}
    data |= {"confirmed": "yes", "asked_count": "1", "select_across": "0"}
    sent = client.post(listed, {**data, "csrfmiddlewaretoken": token(client)})
    back = client.post(listed, hidden(sign_in(client, sent)))
    text = back.content.decode()
    assert "将处理 1 条记录" in text
    assert "失实" in text
    assert Article.objects.get().is_published


def test_passwords_are_not_carried(client):
    address = reverse("admin:auth_user_add")
    data = {"username": "xin", "password1": "mimima", "password2": "mimima"}
    sent = client.post(address, {**data, "csrfmiddlewaretoken": token(client)})
    lead = sign_in(client, sent)
    assert "xin" in lead.content.decode()
    assert "mimima" not in lead.content.decode()


@pytest.mark.parametrize("carried", ["", "x", "eyJwYXRoIjoiLyJ9:1x:y", "🙂"])
def test_what_was_not_carried_by_us_leads_nowhere_else(client, carried):
    data = {"username": "bianji", "password": "mima", "carried": carried}
    data |= {"csrfmiddlewaretoken": token(client), "next": reverse("admin:index")}
    assert client.post(LOGIN, data)["Location"] == reverse("admin:index")


def test_signing_in_without_a_form_is_as_ever(client):
    response = client.get(reverse("admin:articles_article_changelist"))
    assert response["Location"].startswith(LOGIN)
    empty = client.post(
        reverse("admin:articles_article_add"), {"csrfmiddlewaretoken": token(client)}
    )
    assert empty["Location"].startswith(LOGIN)


@pytest.mark.django_db(transaction=True)
def test_what_another_got_in_the_way_of_comes_back_too(admin_client):
    page = make_article("在先的").page
    data = article_data(
        page=page.pk, position=30_000, headline=TYPED, body="新的正文。"
    )

    def take_the_place(**_signal):
        pre_save.disconnect(take_the_place, Article)
        with ThreadPoolExecutor(1) as other:
            other.submit(in_its_place).result()

    def in_its_place():
        make_article("抢先的", page=page, position=30_000)
        connection.close()

    # After the form was found right, before it is stored.
    pre_save.connect(take_the_place, Article)
    address = reverse("admin:articles_article_add")
    refused = admin_client.post(address, data)
    assert refused.status_code == 409
    back = admin_client.post(address, hidden(refused))
    assert back.context["adminform"].form["headline"].value() == TYPED
    assert back.context["adminform"].form["body"].value() == "新的正文。"
    assert not Article.objects.filter(headline=TYPED).exists()
