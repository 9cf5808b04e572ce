"""Links by which somebody without an account sees an article as readers will see it.

A link is signed and says until when it holds; nothing is stored of it. All links to an article
end when its ``preview_round`` changes.
"""

import datetime

from django.core import signing
from django.urls import reverse

from articles.models import Article

HOLDS = datetime.timedelta(days=7)
_SALT = "articles.previews"


class EndedError(Exception):
    """The link was right, and holds no longer."""


def address(article: Article) -> str:
    """Return the address of a link that holds from now on."""
    token = signing.dumps([article.pk, article.preview_round], salt=_SALT)
    return reverse("preview", args=[token])


def find(token: str) -> Article | None:
    """Return the article of a link, None where it never was one. Raise EndedError after its time."""
    try:
        pk, preview_round = signing.loads(token, salt=_SALT, max_age=HOLDS)
    except signing.SignatureExpired:
        raise EndedError from None
    except signing.BadSignature:
        return None
    article = Article.objects.filter(pk=pk).first()
    if article is None or article.preview_round != preview_round:
        raise EndedError
    return article


def revoke(article: Article) -> None:
    """End all links to the article that were made so far."""
    Article.objects.filter(pk=article.pk).update(
        preview_round=article.preview_round + 1
    )
