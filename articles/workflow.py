"""From draft to published: who may see an article, change it, and move it on.

Every page and action of the editors' side asks here. The rights are those of Django and the
three of ``Article.Meta.permissions``; articles/roles.py gives them to groups.
"""

from typing import Any

from django.db.models import Q

from articles.models import Article
from articles.models.article import ArticleQuerySet

Status = Article.Status


def sees_all(user: Any) -> bool:
    """Return whether the user sees, and works at, the drafts of others."""
    return bool(user.has_perm("articles.desk_article"))


def visible(user: Any, articles: ArticleQuerySet) -> ArticleQuerySet:
    """Return those of the articles that the user may see: all, or what is out and their own."""
    if sees_all(user):
        return articles
    out = Q(status__in=(Status.PUBLISHED, Status.WITHDRAWN))
    return articles.filter(out | Q(entered_by=user.pk))


def may_see(user: Any, article: Article) -> bool:
    """Return whether the user may see this article in the admin."""
    out = article.status in (Status.PUBLISHED, Status.WITHDRAWN)
    return out or sees_all(user) or article.entered_by_id == user.pk


def may_change(user: Any, article: Article) -> bool:
    """Return whether the user may change the article as it stands.

    Own drafts; others' drafts and what is in review with ``desk_article``; what readers see
    or saw with ``correct_article``.
    """
    if not user.has_perm("articles.change_article"):
        return False
    if article.status in (Status.PUBLISHED, Status.WITHDRAWN):
        return bool(user.has_perm("articles.correct_article"))
    if sees_all(user):
        return True
    return article.status == Status.DRAFT and article.entered_by_id == user.pk


def changeable(user: Any, articles: ArticleQuerySet) -> ArticleQuerySet:
    """Return those of the articles that the user may change, as ``may_change`` says of one."""
    if not user.has_perm("articles.change_article"):
        return articles.none()
    out = Q(status__in=(Status.PUBLISHED, Status.WITHDRAWN))
    own = Q(status=Status.DRAFT, entered_by=user.pk)
    may = ~out if sees_all(user) else own
    if user.has_perm("articles.correct_article"):
        may |= out
    return articles.filter(may)


def may_delete(user: Any, article: Article) -> bool:
    """Return whether the user may delete the article: with the right to, or their own draft."""
    if user.has_perm("articles.delete_article"):
        return True
    own = article.entered_by_id == user.pk
    return own and article.status == Status.DRAFT and may_change(user, article)


def choices(user: Any, article: Article | None) -> list[Status]:
    """Return the states that the user may give the article, its own first."""
    now = Status(article.status) if article else Status.DRAFT
    if article is not None and not may_change(user, article):
        return [now]
    if user.has_perm("articles.publish_article"):
        return [now, *(status for status in Status if status != now)]
    if now in (Status.PUBLISHED, Status.WITHDRAWN):
        return [now]
    back = [Status.DRAFT, Status.REVIEW]
    return [now, *(status for status in back if status != now)]
