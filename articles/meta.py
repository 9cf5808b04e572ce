"""What a page says of itself to crawlers and to other sites: templates/_head.html shows it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles.models import Article, Issue, Page, Paragraph, Photo, Publication

# From an address of this site to an absolute one: request.build_absolute_uri.
Absolute = Callable[[str], str]
# As much as search engines show.
_DESCRIPTION = 150


@dataclass(frozen=True, slots=True)
class Meta:
    """Title, description and the one address of a page, all absolute."""

    title: str
    canonical: str
    description: str = ""
    type: str = "website"
    locale: str = ""
    image: str = ""
    image_alt: str = ""
    published: str = ""
    modified: str = ""


def of_site(absolute: Absolute) -> Meta:
    """Return what the front page says of itself."""
    return Meta(_("报纸档案"), absolute("/"))


def of_publication(publication: Publication, absolute: Absolute) -> Meta:
    """Return what a publication's page says of itself, whatever the year shown."""
    about = _("《%(name)s》历年各期，按日期翻阅。") % {"name": publication.name}
    return Meta(
        title=publication.name,
        canonical=absolute(publication.get_absolute_url()),
        description=_cut(publication.description or about),
        locale=_locale(publication),
    )


def of_issue(issue: Issue, largest: Iterable[Article], absolute: Absolute) -> Meta:
    """Return what an issue says of itself, with the heads of its largest articles."""
    return Meta(
        title=str(issue),
        canonical=absolute(issue.get_absolute_url()),
        description=_heads(largest),
        locale=_locale(issue.publication),
        published=issue.published_on.isoformat(),
    )


def of_page(page: Page, articles: Iterable[Article], absolute: Absolute) -> Meta:
    """Return what a printed page says of itself, with its first heads."""
    return Meta(
        title=str(page),
        canonical=absolute(page.get_absolute_url()),
        description=_heads(articles),
        locale=_locale(page.issue.publication),
        image=absolute(page.picture.middle) if page.picture else "",
        image_alt=page.title,
        published=page.issue.published_on.isoformat(),
    )


def of_article(
    article: Article, body: Sequence[Paragraph | Photo], absolute: Absolute
) -> Meta:
    """Return what an article says of itself: the text as printed, the first photo."""
    texts = (part for part in body if isinstance(part, Paragraph))
    first = next((part.text for part in texts if part.kind == "paragraph"), "")
    photos = (part for part in body if isinstance(part, Photo) and part.picture)
    photo = next(photos, None)
    issue = article.page.issue
    return Meta(
        title=article.headline,
        canonical=absolute(article.get_absolute_url()),
        description=_cut(first or article.deck or article.headline),
        type="article",
        locale=_locale(issue.publication),
        image=absolute(photo.picture.middle) if photo and photo.picture else "",
        image_alt=(photo.alt or photo.caption) if photo else "",
        published=issue.published_on.isoformat(),
        modified=article.updated_at.isoformat(),
    )


def of_list(title: str, address: str, after: str, absolute: Absolute) -> Meta:
    """Return what a page of a list says of itself; each has an address of its own."""
    page = f"?{urlencode({'after': after})}" if after else ""
    return Meta(title, absolute(f"{address}{page}"), title)


def of_search(query: str, absolute: Absolute) -> Meta:
    """Return what the first page of a plain search says of itself; no other is indexed."""
    about = _("报纸档案中关于“%(query)s”的文章。") % {"query": query}
    address = f"{reverse('search')}?{urlencode({'q': query})}"
    return Meta(query, absolute(address), _cut(about))


def _heads(articles: Iterable[Article]) -> str:
    return _cut(" · ".join(article.headline for article in articles))


def _cut(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(_DESCRIPTION)


def _locale(publication: Publication) -> str:
    """Return the locale by Open Graph's names, which know places and not scripts."""
    return "zh_TW" if publication.script == "Hant" else "zh_CN"
