"""What a reader chooses: kept in a cookie, shown by the server, and never in the way."""

import pytest
from django.urls import reverse

from articles.preferences import CHOICES, Preferences
from tests.factories import make_article, make_issue, make_page, make_publication

pytestmark = pytest.mark.django_db


def choose(client, **choices):
    return client.post(
        reverse("preferences"), {"next": "/publications/?year=2020", **choices}
    )


def test_what_is_chosen_lasts_and_leads_back(client):
    response = choose(client, theme="sepia", size="xl", face="sans")
    assert (response.status_code, response.url) == (302, "/publications/?year=2020")
    assert response.cookies["reading"]["max-age"] == 365 * 24 * 3600
    page = client.get("/publications/").content.decode()
    assert 'data-theme="sepia" data-size="xl" data-face="sans"' in page
    choose(client, theme="auto", size="m", face="serif")
    assert "data-theme" not in client.get("/publications/").content.decode()


def test_the_language_is_the_browsers_or_chosen_by_hand(client):
    assert "全部报纸" in client.get("/").content.decode()
    english = client.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert '<html lang="en"' in english.content.decode()
    assert "全部报纸" not in english.content.decode()
    for chinese in ("zh-CN", "zh-TW", "zh-Hant-HK", "zh"):
        page = client.get("/", headers={"accept-language": chinese})
        assert "全部报纸" in page.content.decode(), chinese
    choose(client, language="en")
    chosen = client.get("/", headers={"accept-language": "zh-CN"})
    assert '<html lang="en"' in chosen.content.decode()


@pytest.mark.parametrize(
    "cookie", ["theme:blue", "theme", "x:y&&:", ":" * 5000, "theme:dark:light", "%00"]
)
def test_a_damaged_cookie_counts_as_no_choice(client, cookie):
    client.cookies["reading"] = cookie
    response = client.get("/")
    assert response.status_code == 200
    assert "data-theme" not in response.content.decode()


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "x\n"],
)
def test_nobody_is_led_to_another_site(client, wanted):
    response = client.post(reverse("preferences"), {"theme": "dark", "next": wanted})
    assert response.url in ("/", "x%0A", "x")


def test_what_does_not_exist_is_refused(client):
    response = choose(client, theme="blue")
    assert response.status_code == 400
    assert "reading" not in response.cookies
    assert client.put(reverse("preferences")).status_code == 405


def test_every_choice_of_the_form_is_known():
    from articles.forms import ReadingForm

    for name, values in CHOICES.items():
        offered = [value for value, _label in ReadingForm.base_fields[name].choices]
        assert sorted(offered) == sorted(values)
        assert getattr(Preferences(), name) == values[0]


# ---- The script of the text


@pytest.fixture
def simplified():
    return make_article(
        "头发的发展",
        kicker="皇后后来",
        body=["“干净”的里面有12公里。", {"caption": "台湾网络", "credit": "叶薇 摄"}],
        correction="更正里面一字",
    )


def test_text_is_converted_and_its_original_is_one_click_away(client, simplified):
    url = simplified.get_absolute_url()
    page = client.get(f"{url}?script=hant").content.decode()
    for text in ("頭髮的發展", "皇后後來", "“乾淨”的裏面有12公里。", "臺灣網絡"):
        assert text in page
    assert '<article class="story" lang="zh-Hant"' in page
    assert 'href="?script=original"' in page
    assert f'data-original="/api/v1/articles/{simplified.pk}/"' in page
    choose(client, script="hant")
    assert "頭髮的發展" in client.get(url).content.decode()
    original = client.get(f"{url}?script=original").content.decode()
    assert "头发的发展" in original
    assert "data-original" not in original


def test_what_is_in_the_readers_script_is_left_alone(client, simplified):
    page = client.get(f"{simplified.get_absolute_url()}?script=hans").content.decode()
    assert "头发的发展" in page
    assert "看原文" not in page
    ribao = make_publication("ribao", "測試日報", script="Hant")
    printed = make_article("頭髮", page=make_page("1", make_issue(publication=ribao)))
    page = client.get(f"{printed.get_absolute_url()}?script=hans").content.decode()
    assert "头发</h1>" in page
    assert "看原文" in page


def test_choosing_leads_back_without_the_script_of_the_address(client):
    wanted = {"next": "/articles/1/?script=hant&x=1", "script": "hans"}
    assert client.post(reverse("preferences"), wanted).url == "/articles/1/?x=1"


# ---- Vertical setting


def test_vertical_setting_has_its_own_marks_and_upright_numbers(client, simplified):
    choose(client, writing="vertical")
    page = client.get(simplified.get_absolute_url()).content.decode()
    assert ' data-writing="vertical">' in page
    assert "『干净』的里面有<b>12</b>公里。" in page
    assert "data-writing" not in client.get("/").content.decode()


def test_markup_in_text_stays_text_in_every_display(client):
    evil = make_article("<b>头</b>&", body=["“<script>alert(12)</script>”"])
    client.cookies["reading"] = "writing:vertical&script:hant"
    page = client.get(evil.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;頭&lt;/b&gt;&amp;" in page
