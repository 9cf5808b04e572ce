"""Pages as things of schema.org, for <script type="application/ld+json">.

The terms are those of https://schema.org/NewsArticle, with PublicationIssue and Newspaper.
Texts are those that were printed, addresses absolute.
"""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from articles.citation import writers
from articles.meta import Absolute
from articles.models import Article, Contributor, Issue, Page, Paragraph, Photo
from articles.models import Publication as Paper

Thing = dict[str, Any]


def site(absolute: Absolute) -> list[Thing]:
    """Return the archive with its search."""
    home = absolute(reverse("home"))
    # Braces of a template: build_absolute_uri would encode them.
    template = f"{absolute(reverse('search'))}?q={{search_term_string}}"
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": template},
        "query-input": "required name=search_term_string",
    }
    return [
        _thing("WebSite", home, name=_("报纸档案"), url=home, potentialAction=search)
    ]


def publication(paper: Paper, absolute: Absolute) -> list[Thing]:
    """Return a newspaper."""
    thing = _newspaper(paper, absolute)
    if paper.description:
        thing["description"] = paper.description
    return [thing, _breadcrumbs([(paper.name, paper)], absolute)]


def issue(printed: Issue, absolute: Absolute) -> list[Thing]:
    """Return an issue of a newspaper."""
    return [
        {**_issue(printed, absolute), "name": str(printed)},
        _breadcrumbs(_path(printed), absolute),
    ]


def page(printed: Page, absolute: Absolute) -> list[Thing]:
    """Return the way to a page; schema.org knows no printed page as a thing."""
    return [
        _breadcrumbs([*_path(printed.issue), (printed.title, printed)], absolute),
    ]


def article(
    story: Article, body: Sequence[Paragraph | Photo], absolute: Absolute
) -> list[Thing]:
    """Return an article, with its issue and newspaper, and the way to it."""
    address = absolute(story.get_absolute_url())
    on = story.page
    paper = on.issue.publication
    pictures = [part.picture for part in body if isinstance(part, Photo)]
    thing = _thing(
        "NewsArticle",
        address,
        url=address,
        mainEntityOfPage=address,
        headline=story.headline,
        alternativeHeadline=[text for text in (story.kicker, story.deck) if text],
        datePublished=on.issue.published_on.isoformat(),
        dateModified=story.updated_at.isoformat(),
        author=[_person(writer, absolute) for writer in writers(story)],
        inLanguage=paper.lang,
        printPage=on.label,
        printEdition=on.issue.edition,
        printColumn=story.column,
        articleSection=on.name,
        dateline=story.dateline,
        genre=story.genre,
        keywords=[tag.name for tag in story.tags.all()],
        image=[absolute(picture.largest) for picture in pictures if picture],
        correction=_correction(story.correction),
        isPartOf=_issue(on.issue, absolute),
        publisher=_thing("NewsMediaOrganization", name=paper.name),
        isAccessibleForFree=True,
    )
    path = [*_path(on.issue), (on.title, on), (story.headline, story)]
    return [thing, _breadcrumbs(path, absolute)]


def _thing(kind: str, key: str = "", **properties: Any) -> Thing:
    """Return a thing with those of its properties that are known."""
    known = {name: value for name, value in properties.items() if value}
    return {"@type": kind, **({"@id": key} if key else {}), **known}


def _newspaper(paper: Paper, absolute: Absolute) -> Thing:
    address = absolute(paper.get_absolute_url())
    number = _thing("PropertyValue", propertyID="CN", value=paper.cn_number)
    return _thing(
        "Newspaper",
        address,
        url=address,
        name=paper.name,
        issn=paper.issn,
        identifier=number if paper.cn_number else None,
        inLanguage=paper.lang,
    )


def _issue(printed: Issue, absolute: Absolute) -> Thing:
    address = absolute(printed.get_absolute_url())
    return _thing(
        "PublicationIssue",
        address,
        url=address,
        issueNumber=str(printed.number or ""),
        datePublished=printed.published_on.isoformat(),
        isPartOf=_newspaper(printed.publication, absolute),
    )


def _person(writer: Contributor, absolute: Absolute) -> Thing:
    address = absolute(reverse("author", args=[writer.slug]))
    return _thing("Person", name=writer.name, url=address)


def _correction(text: str) -> Thing | None:
    return _thing("CorrectionComment", text=text) if text else None


def _path(printed: Issue) -> list[tuple[str, Any]]:
    paper = printed.publication
    return [(paper.name, paper), (printed.published_on.isoformat(), printed)]


def _breadcrumbs(path: Sequence[tuple[str, Any]], absolute: Absolute) -> Thing:
    steps = [
        _thing(
            "ListItem",
            position=number,
            name=name,
            item=absolute(record.get_absolute_url()),
        )
        for number, (name, record) in enumerate(path, start=1)
    ]
    return _thing("BreadcrumbList", itemListElement=steps)
