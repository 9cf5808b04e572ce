"""Text as it is shown: converted, or set vertically."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text import display


@pytest.mark.parametrize(
    ("text", "lang", "script", "shown"),
    [
        ("头发发展", "zh-Hans", "hant", "頭髮發展"),
        ("頭髮發展", "zh-Hant", "hans", "头发发展"),
        ("皇后与后来", "zh-Hans", "hant", "皇后與後來"),
        ("乾坤乾淨", "zh-Hant", "hans", "乾坤干净"),
        ("頭发", "zh-Hans", "hans", "頭发"),
        ("头发", "zh-Hans", "original", "头发"),
        ("软件", "zh-Hans", "hant", "軟件"),
    ],
)
def test_scripts(text, lang, script, shown):
    assert display.in_script(text, lang, script) == shown


def test_the_language_tag_follows_the_script():
    assert display.lang_in("zh-Hans", "hant") == "zh-Hant"
    assert display.lang_in("zh-Hant", "original") == "zh-Hant"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("“五五”‘节’", "『五五』「节」"),
        ("It’s “5G”", "It’s 『5G』"),
        ("生机;在互动", "生机；在互动"),
        ("节”,也许", "节』，也许"),
        ("1,234元, 3:2", "1,234元， 3:2"),
        ("A,B:C", "A,B:C"),
    ],
)
def test_vertical_marks(text, shown):
    assert display.vertical_marks(text) == shown


@pytest.mark.parametrize(
    ("text", "upright"),
    [
        ("6月18日", ["6", "18"]),
        ("2020年5G和3.5与12%", []),
        ("第21126期A2版", []),
        ("23条", ["23"]),
    ],
)
def test_upright_numbers(text, upright):
    runs = list(display.upright_runs(text))
    assert [run for run, is_upright in runs if is_upright] == upright
    assert "".join(run for run, _ in runs) == text


@given(st.text())
def test_no_text_is_lost_in_runs(text):
    assert "".join(run for run, _ in display.upright_runs(text)) == text


@given(st.text(alphabet="“”‘’,;:?!ab头发12 "))
def test_vertical_marks_keep_places(text):
    assert len(display.vertical_marks(text)) == len(text)
