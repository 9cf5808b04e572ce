"""From draft to published: who may see an article, change it, and move it on.

Every page and action of the editors' side asks here. The rights are those of Django and the
three of ``Article.Meta.permissions``; articles/roles.py gives them to groups.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from articles.history import describe
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.search.pending import indexed

Status = Article.Status


@dataclass(frozen=True, slots=True)
class Step:
    """A way from some states to another: what it is called, and the right it takes."""

    name: str
    label: Promise
    sources: frozenset[str]
    to: Status
    # Empty: whoever may change the article as it stands.
    right: str = ""
    # Readers are told why.
    needs_note: bool = False


_PUBLISH = "articles.publish_article"
STEPS = {
    step.name: step
    for step in (
        Step(
            "review",
            pgettext_lazy("step", "送审"),
            frozenset({Status.DRAFT}),
            Status.REVIEW,
        ),
        Step(
            "publish",
            pgettext_lazy("step", "发布"),
            frozenset({Status.DRAFT, Status.REVIEW, Status.WITHDRAWN}),
            Status.PUBLISHED,
            _PUBLISH,
        ),
        Step(
            "withdraw",
            pgettext_lazy("step", "撤回"),
            frozenset({Status.PUBLISHED}),
            Status.WITHDRAWN,
            _PUBLISH,
            needs_note=True,
        ),
        Step(
            "back",
            pgettext_lazy("step", "退回修改"),
            frozenset({Status.REVIEW}),
            Status.DRAFT,
        ),
        Step(
            "draft",
            pgettext_lazy("step", "转为草稿"),
            frozenset({Status.PUBLISHED, Status.WITHDRAWN}),
            Status.DRAFT,
            _PUBLISH,
        ),
    )
}


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


def visible_versions(user: Any, article: Article, versions: QuerySet) -> QuerySet:
    """Return those of an article's versions that the user may see: of others' no drafts."""
    if sees_all(user) or article.entered_by_id == user.pk:
        return versions
    # No text has this: a quotation mark in one is written with a backslash.
    said = (f'"status": "{status}"' for status in (Status.PUBLISHED, Status.WITHDRAWN))
    out = (Q(serialized_data__contains=status) for status in said)
    return versions.filter(reduce(or_, out))


def may_change(user: Any, article: Article) -> bool:
    """Return whether the user may change the article as it stands.

    Own drafts; others' drafts and what is in review with ``desk_article``; what readers see
    or saw with ``correct_article``; what waits for its time with ``publish_article``, or its
    text would not be the one that was agreed to.
    """
    if not user.has_perm("articles.change_article"):
        return False
    if article.publish_at and not may_publish(user):
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
    return articles.filter(may if may_publish(user) else may & Q(publish_at=None))


def may_delete(user: Any, article: Article) -> bool:
    """Return whether the user may delete the article: with the right to, or their own draft."""
    if user.has_perm("articles.delete_article"):
        return True
    own = article.entered_by_id == user.pk
    return own and article.status == Status.DRAFT and may_change(user, article)


def may_publish(user: Any) -> bool:
    """Return whether the user may publish, withdraw, and set the time of publishing."""
    return bool(user.has_perm(_PUBLISH))


def may_move(user: Any, article: Article, step: Step) -> bool:
    """Return whether the user may take this step with the article as it stands."""
    if article.status not in step.sources:
        return False
    if step.right:
        return bool(user.has_perm(step.right)) and may_see(user, article)
    return may_change(user, article)


def steps(user: Any, article: Article | None) -> list[Step]:
    """Return the steps that the user may take with the article; None is one not yet stored."""
    if article is None:
        article = Article(entered_by_id=user.pk)
    return [step for step in STEPS.values() if may_move(user, article, step)]


def move(user: Any, articles: ArticleQuerySet, step: Step, note: str = "") -> int:
    """Take the step with those of the articles with which the user may; return how many.

    All of it is one transaction. A note is added to what readers are told, under today's
    date. An article that went another way meanwhile stays where it is.
    """
    with indexed():
        found = Article.objects.filter(pk__in=articles.values("pk")).order_by("pk")
        locked = found.select_for_update(no_key=True).only(
            "headline", "status", "entered_by", "publish_at"
        )
        moved = [article for article in locked if may_move(user, article, step)]
        _record(user, moved, step, note)
        values: dict[str, Any] = {"status": step.to, "updated_at": timezone.now()}
        if step.to != Status.REVIEW:  # where an article waits for its time
            values |= {"publish_at": None, "scheduled_by": None}
        if step.to == Status.WITHDRAWN:
            values["preview_round"] = F("preview_round") + 1  # links end with it
        if step.to == Status.PUBLISHED:
            values["needs_review"] = False  # whoever publishes has looked at it
        if note:
            values["correction"] = _with_note(dated(note))
        pks = [article.pk for article in moved]
        return Article.objects.filter(pk__in=pks).update(**values)


def _record(user: Any, articles: list[Article], step: Step, note: str) -> None:
    """Write down who took the step: the one place for what is kept before it."""
    said = f"{step.label}：{note}" if note else str(step.label)
    LogEntry.objects.log_actions(user.pk, articles, CHANGE, said)
    describe(note)


def dated(note: str) -> str:
    """Return a note to readers as it is added to an article, which is in Chinese."""
    with translation.override("zh-hans"):
        return f"{date_format(timezone.localdate())}：{note.strip()}"


def _with_note(note: str) -> Case:
    text = TextField()
    return Case(
        When(correction="", then=Value(note, text)),
        default=Concat("correction", Value(f"\n{note}", text)),
    )
