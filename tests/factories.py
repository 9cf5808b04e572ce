"""Plain functions that make records; what a test does not name has a sensible value."""

import datetime
from itertools import count

from articles.models import Article, Issue, Page, Paragraph, Photo, Publication
from articles.search.pending import indexed

_serial = count(1)


def make_publication(slug="wanbao", name="测试晚报", **fields):
    return Publication.objects.get_or_create(
        slug=slug, defaults={"name": name, **fields}
    )[0]


def make_issue(published_on="2020-06-08", publication=None, edition="", **fields):
    return Issue.objects.get_or_create(
        publication=publication or make_publication(),
        published_on=datetime.date.fromisoformat(str(published_on)),
        edition=edition,
        defaults=fields,
    )[0]


def make_page(label="1", issue=None, **fields):
    issue = issue or make_issue()
    return Page.objects.get_or_create(issue=issue, label=label, defaults=fields)[0]


def make_article(
    headline="沪上今起入梅", body=("梅雨季来了。",), tags=(), page=None, **fields
):
    """Make a published article; ``body`` holds paragraph texts, or dicts of a part's fields."""
    fields.setdefault("status", Article.Status.PUBLISHED)
    fields.setdefault("position", next(_serial))
    with indexed():  # once, not for every row
        article = Article.objects.create(
            page=page or make_page(), headline=headline, **fields
        )
        for position, part in enumerate(body, start=1):
            part = {"text": part} if isinstance(part, str) else dict(part)
            model = Photo if "caption" in part or "credit" in part else Paragraph
            model.objects.create(article=article, position=position, **part)
        article.tags.add(*tags)
    return article
