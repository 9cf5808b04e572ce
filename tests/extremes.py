"""Issues and articles as they seldom are: nothing, one, very many, very long."""

import io

from django.core.files.base import ContentFile
from PIL import Image

from articles.models import Page, Region
from articles.search.pending import indexed
from tests.factories import make_article, make_issue, make_page, make_publication

SENTENCE = "梅雨季里，市民撑伞走过外白渡桥，江风把细雨吹成一片白雾。"


def make_extremes():
    """Make them; return their addresses by name."""
    return {
        "no issues": make_publication("empty", "空报").get_absolute_url(),
        "issue without articles": make_issue("2020-01-01").get_absolute_url(),
        "page of 60 briefs": _briefs().get_absolute_url(),
        "one article": _only().page.issue.get_absolute_url(),
        "only article": _only().get_absolute_url(),
        "headline of 120": _long_headline().get_absolute_url(),
        "50,000 characters": _long_body().get_absolute_url(),
        "forty captions": _many_photos().get_absolute_url(),
        "gallery": (pictured := _pictured()).get_absolute_url(),
        "issue with pictures": pictured.page.issue.get_absolute_url(),
        "page with a picture": pictured.page.get_absolute_url(),
    }


@indexed()
def _briefs():
    page = make_page("8", make_issue("2020-03-01"), name="简讯")
    for number in range(60):
        body = [SENTENCE] if number % 3 else []
        make_article(f"简讯第{number + 1}条", body=body, page=page)
    return page


def _only():
    page = make_page("1", make_issue("2020-03-02"))
    return page.articles.first() or make_article("只此一篇", page=page)


def _long_headline():
    headline = ("坚决打赢长三角污染防治攻坚战 " * 9)[:120].strip()
    page = make_page("1", make_issue("2020-03-03"))
    return make_article(headline, deck=headline[:90], body=[SENTENCE], page=page)


def _long_body():
    subhead = {"kind": "subhead", "text": "新基建支撑新经济"}
    body = [part for _ in range(36) for part in (subhead, *[SENTENCE * 10] * 5)]
    page = make_page("1", make_issue("2020-03-04"))
    return make_article("五万字长文", body=body, page=page)


def _many_photos():
    photos = [{"caption": f"第{n + 1}张：{SENTENCE}", "credit": "叶薇 摄"} for n in range(40)]  # fmt: skip
    page = make_page("1", make_issue("2020-03-05"))
    return make_article("四十张照片", body=[SENTENCE, *photos], page=page)


def _pictured():
    scan, image = _image(600, 900), _image(300, 200)
    page = Page.objects.create(issue=make_issue("2020-03-06"), label="1", image=scan)
    body = [SENTENCE, *[{"caption": SENTENCE, "credit": "叶薇 摄", "image": image}] * 3]
    article = make_article("三张照片", body=[*body, SENTENCE, body[1]], page=page)
    for position in (1, 2):
        box = {"x": 0, "y": 0.3 * position, "width": 1, "height": 0.25}
        Region.objects.create(article=article, position=position, **box)
    return article


def _image(width, height):
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return ContentFile(written.getvalue(), "雨.jpg")
