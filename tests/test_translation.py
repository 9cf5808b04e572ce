"""The interface in English: a complete catalogue, and nothing Chinese left unmarked."""

import ast
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.urls import reverse
from django.utils import translation

from articles.models import Article
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "articles" / "locale" / "en" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
HAN = re.compile(r"[\u3007\u4e00-\u9fff]")
# Chinese as data, and not as words for a reader or an editor.
DATA_MODULES = {
    "articles/demo.py",
    "articles/converters.py",
    "articles/demo_page.py",
    "articles/calendar.py",
    "articles/citation.py",
}
DATA_PACKAGES = {"text", "search", "migrations", "management", "ingest"}
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}


def entries():
    return [entry for entry in polib.pofile(CATALOGUE) if not entry.obsolete]


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def placeholders(text):
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|</?a\b", text))


def test_every_message_has_its_english():
    for entry in polib.pofile(CATALOGUE):
        assert not entry.obsolete, entry.msgid
        assert not entry.fuzzy, entry.msgid
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert text, entry.msgid
            assert placeholders(text) == placeholders(entry.msgid), entry.msgid


def test_chinese_in_the_english_stands_for_what_is_printed_in_the_paper():
    for entry in entries():
        if HAN.search(entry.msgstr):
            assert "例如" in entry.msgid or "照报上所印" in entry.msgid, entry.msgstr


def test_the_compiled_catalogue_is_that_of_the_source():
    compiled = polib.mofile(CATALOGUE.with_suffix(".mo"))
    said = {key(entry): (entry.msgstr, entry.msgstr_plural) for entry in compiled}
    assert said == {
        key(entry): (entry.msgstr, entry.msgstr_plural) for entry in entries()
    }


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext's programs")
def test_the_catalogue_has_what_code_and_templates_mark_and_no_more(tmp_path):
    for name in ("articles", "newsarchive", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "manage.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=en", "--no-obsolete"],
        cwd=tmp_path, env=os.environ | {"DJANGO_SETTINGS_MODULE": "newsarchive.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = polib.pofile(tmp_path / CATALOGUE.relative_to(ROOT))
    assert {key(entry) for entry in found} == {key(entry) for entry in entries()}


# ---- Nothing unmarked


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_templates_have_no_chinese_outside_of_messages(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}", "", text)
    text = re.sub(
        r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.DOTALL
    )
    text = re.sub(r"{% translate .*?%}", "", text)
    assert not HAN.search(text)


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_templates_have_neither_unescaped_text_nor_inline_code(path):
    text = path.read_text(encoding="utf-8")
    for forbidden in (
        r"\|\s*safe\b", r"autoescape\s+off", r"\sstyle=", r"<style", r"\son\w+=",
        r"<script(?![^>]*\bsrc=)",
    ):  # fmt: skip
        assert not re.search(forbidden, text), forbidden


def modules_with_words():
    for path in sorted(ROOT.glob("articles/**/*.py")):
        name = str(path.relative_to(ROOT))
        if name not in DATA_MODULES and not DATA_PACKAGES & set(path.parts):
            yield pytest.param(path, id=name)


def unmarked(tree):
    """Yield the Chinese strings that are neither messages nor docstrings nor patterns."""
    marked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (
            ast.unparse(node.func) in GETTEXT or ast.unparse(node.func) == "re.compile"
        ):
            marked |= {id(child) for child in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            marked.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.strip(string.whitespace + string.punctuation)
            if HAN.search(words) and id(node) not in marked:
                yield node.value


@pytest.mark.parametrize("path", list(modules_with_words()))
def test_modules_have_no_chinese_outside_of_messages(path):
    assert not list(unmarked(ast.parse(path.read_text(encoding="utf-8"))))


# ---- As an English reader sees it


@pytest.fixture
def english(settings, client):
    settings.LANGUAGE_CODE = "en"
    # The language of a request is that of its thread, here also of the test itself.
    with translation.override("en"):
        yield client


def latin_article():
    """Return an article in an archive without a Chinese character in it."""
    publication = factories.make_publication(slug="evening", name="Evening News")
    page = factories.make_page(issue=factories.make_issue(publication=publication))
    return factories.make_article("Clean air for all", ["It is."], ["air"], page)


def chinese_in(response):
    """Find Chinese in a page but for what says so itself, as a language's own name does."""
    text = response.content.decode()
    return HAN.search(re.sub(r'<label lang="zh-hans">.*?</label>', "", text))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["/nothing-here/", "/search/?page=%00", "/search/?q=x&after=0"]
)
def test_error_pages_speak_english(english, name):
    assert not chinese_in(english.get(name))


@pytest.mark.django_db
def test_readers_pages_speak_english(english):
    article = latin_article()
    issue = article.page.issue
    addresses = [
        "/", "/publications/", "/tags/", "/tags/air/", "/authors/", "/tags/?letter=a", "/tags/?letter=b",
        "/on-this-day/06-08/", "/on-this-day/06-09/", "/evening/?date=2020-06-09",
        issue.publication.get_absolute_url(), issue.get_absolute_url(),
        article.page.get_absolute_url(), article.get_absolute_url(),
        "/search/", "/search/?q=air", "/search/?q=absent", "/search/?q=!!",
    ]  # fmt: skip
    for address in addresses:
        response = english.get(address)
        assert response.status_code == 200, address
        assert '<html lang="en"' in response.content.decode()
        assert not chinese_in(response), address


@pytest.mark.django_db
def test_a_withdrawn_article_says_so_in_english(english):
    article = latin_article()
    article.status = Article.Status.WITHDRAWN
    article.save()
    response = english.get(article.get_absolute_url())
    assert response.status_code == 410
    assert not chinese_in(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", ["article", "page", "issue", "publication", "contributor", "lexiconword"]
)
def test_editors_pages_speak_english(english, admin_user, model):
    english.force_login(admin_user)
    for view in ("changelist", "add"):
        text = english.get(reverse(f"admin:articles_{model}_{view}")).content.decode()
        # Examples of what is printed in a Chinese paper.
        text = re.sub(r"(As printed, for|For) example [^<]*", "", text)
        text = re.sub(r"简体中文|Where there is more than one on a day[^<]*", "", text)
        assert not HAN.search(text), HAN.search(text)
