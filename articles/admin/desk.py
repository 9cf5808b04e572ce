"""The editors' first page: what waits to be done, each list as short as a glance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from articles import gaps, workflow
from articles.admin.lists import bounded_count
from articles.models import Article, NearDuplicate, WordCandidate

ROWS = 6
# A number beyond this is not counted.
COUNTED = 100
Status = Article.Status
# Accounts are not what the desk works at.
_APPS = ("articles", "taggit")
_ARTICLES = "admin:articles_article_changelist"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a panel: what it leads to, and what is said beside it."""

    text: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A list of the desk, with the address of all that it shows the first of."""

    name: str
    title: str
    rows: list[Row]
    count: int
    url: str
    none: str

    @property
    def counted(self) -> str:
        """Return the number of rows, as far as they are counted."""
        return f"{COUNTED}+" if self.count > COUNTED else str(self.count)


def panels(request: HttpRequest) -> Iterator[Panel]:
    """Yield the panels that the user may see, those that wait for them first."""
    user: Any = request.user
    if not user.has_perm("articles.view_article"):
        return
    yield _own(user)
    if workflow.sees_all(user):
        yield _in_review()
        yield _scheduled()
        yield _doubtful()
        yield _drafts()
    if user.has_perm("articles.view_nearduplicate") and workflow.sees_all(user):
        yield _near_duplicates()
    if user.has_perm("articles.change_wordcandidate"):
        yield _candidates()
    if user.has_perm("articles.view_issue"):
        yield _gaps()
    yield _recent(user)


def _own(user: Any) -> Panel:
    rows = Article.objects.filter(
        entered_by=user.pk, status__in=(Status.DRAFT, Status.REVIEW)
    ).order_by("-pk")
    url = _list("?mine=open")
    return _of_articles("own", _("我的稿件"), rows, url, _("没有未发布的稿件。"))


def _in_review() -> Panel:
    rows = Article.objects.filter(status=Status.REVIEW).order_by("updated_at")
    url = _list("?status__exact=review")
    return _of_articles("review", _("等待审稿"), rows, url, _("没有送审的稿件。"))


def _scheduled() -> Panel:
    waiting = Article.objects.unpublished().filter(publish_at__isnull=False)
    rows = waiting.order_by("publish_at")
    url = _list("?scheduled=1")
    return _of_articles(
        "scheduled", _("等候发布"), rows, url, _("没有定时发布的文章。")
    )


def _doubtful() -> Panel:
    rows = Article.objects.filter(needs_review=True).order_by("-pk")
    url = _list("?needs_review__exact=1")
    return _of_articles("doubtful", _("导入待核对"), rows, url, _("没有待核对的文章。"))


def _drafts() -> Panel:
    rows = Article.objects.filter(status=Status.DRAFT).order_by("-updated_at")
    url = _list("?status__exact=draft")
    return _of_articles("drafts", _("全部草稿"), rows, url, _("没有草稿。"))


def _of_articles(name: str, title: str, articles: Any, url: str, none: str) -> Panel:
    shown = articles.for_lists()[:ROWS]
    rows = [
        Row(article.headline, _change("article", article.pk), str(article.page))
        for article in shown
    ]
    return Panel(name, title, rows, bounded_count(articles, COUNTED), url, none)


def _near_duplicates() -> Panel:
    pairs = NearDuplicate.objects.filter(verdict=NearDuplicate.Verdict.OPEN)
    both = ("first__headline", "second__headline")
    shown = pairs.order_by("-pk").select_related("first", "second")
    shown = shown.only("agreement", *both)[:ROWS]
    rows = [
        Row(
            f"{pair.first.headline} / {pair.second.headline}",
            _change("nearduplicate", pair.pk),
            f"{pair.agreement:.0%}",
        )
        for pair in shown
    ]
    url = reverse("admin:articles_nearduplicate_changelist") + "?verdict__exact=open"
    none = _("没有待判断的近似文章。")
    count = bounded_count(pairs, COUNTED)
    return Panel("duplicates", pgettext("plural", "近似文章"), rows, count, url, none)


def _candidates() -> Panel:
    waiting = WordCandidate.objects.filter(verdict=WordCandidate.Verdict.OPEN)
    rows = [
        Row(
            candidate.word,
            _change("wordcandidate", candidate.pk),
            _("%(kind)s，涉及 %(count)d 篇")
            % {"kind": candidate.get_kind_display(), "count": candidate.touched},
        )
        for candidate in waiting.order_by("-score", "-pk")[:ROWS]
    ]
    url = reverse("admin:articles_wordcandidate_changelist")
    none = _("没有待判断的候选词。")
    count = bounded_count(waiting, COUNTED)
    return Panel("candidates", pgettext("plural", "候选词"), rows, count, url, none)


def _gaps() -> Panel:
    url = reverse("admin:articles_issue_gaps")
    found = gaps.of_all()
    rows = [
        Row(
            each.publication.name,
            f"{url}?publication={each.publication.pk}",
            _("缺 %(count)d 期") % {"count": each.size},
        )
        for each in found[:ROWS]
    ]
    none = _("没有发现缺期。")
    return Panel("gaps", _("缺期"), rows, len(found), url, none)


def _recent(user: Any) -> Panel:
    entries = LogEntry.objects.filter(content_type__app_label__in=_APPS)
    entries = entries.select_related("user", "content_type").order_by("-pk")
    if not workflow.sees_all(user):
        # What others did has the headlines of their drafts.
        entries = entries.filter(user=user.pk)
    rows = [
        Row(entry.object_repr, _entry_url(entry), _said(entry))
        for entry in entries[: 2 * ROWS]
    ]
    title, none = pgettext("heading", "最近的改动"), _("还没有改动。")
    # The audit list has all of it, with what records said.
    every = "articles.view_change"
    url = reverse("admin:articles_change_changelist") if user.has_perm(every) else ""
    count = bounded_count(entries, COUNTED)
    return Panel("recent", title, rows, count, url, none)


def _entry_url(entry: LogEntry) -> str:
    return "" if entry.is_deletion() else entry.get_admin_url() or ""


def _said(entry: LogEntry) -> str:
    return f"{localtime(entry.action_time):%m-%d %H:%M} {entry.user}"


def _change(model: str, pk: int) -> str:
    return reverse(f"admin:articles_{model}_change", args=[pk])


def _list(query: str) -> str:
    return reverse(_ARTICLES) + query
