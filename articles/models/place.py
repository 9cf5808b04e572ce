"""Where an article was printed: publication, issue, page."""

import datetime
import re
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.db.models.functions import ExtractDay, ExtractMonth
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.base import Indexed, IndexedQuerySet
from articles.models.natural_key import keeping, key_of
from articles.models.picture import Pictured, PictureField, page_name

# First parts of addresses that are not publications (design, section 5).
RESERVED_SLUGS = (
    "admin",
    "api",
    "articles",
    "authors",
    "citations",
    "feeds",
    "healthz",
    "kwic",
    "media",
    "offline",
    "on-this-day",
    "preferences",
    "preview",
    "publications",
    "reading-list",
    "search",
    "static",
    "tags",
    "trends",
)
SLUG = r"^\w[\w-]*$"
LABEL = r"^[^/\s?#%\\]+$"

validate_slug = RegexValidator(SLUG, _("只可用文字、数字、下划线和连字符。"))
# Django puts the value into the message, so a sign of percent is written twice.
validate_label = RegexValidator(LABEL, _("不可有空格或 / ? # %% \\ 等符号。"))
validate_not_reserved = RegexValidator(
    rf"^({'|'.join(map(re.escape, RESERVED_SLUGS))})$",
    _("这个名称另有用途，请换一个。"),
    inverse_match=True,
)


class PublicationManager(models.Manager["Publication"]):
    """Publications, found by slug in fixtures."""

    @keeping
    def get_by_natural_key(self, slug: str) -> "Publication":
        """Return the publication with this slug."""
        return self.get(slug=slug)


class Publication(models.Model):
    """A newspaper with its own title and run of issues."""

    class Script(models.TextChoices):
        """The script that a publication is printed in (ISO 15924)."""

        SIMPLIFIED = "Hans", _("简体")
        TRADITIONAL = "Hant", _("繁体")

    slug = models.SlugField(
        _("网址名称"),
        max_length=80,
        unique=True,
        allow_unicode=True,
        validators=[validate_slug, validate_not_reserved],
        help_text=_("用于网址，例如 xinmin-wanbao。"),
    )
    name = models.CharField(_("报名"), max_length=200)
    place = models.CharField(_("出版地"), max_length=100, blank=True)
    script = models.CharField(
        _("字体"), max_length=4, choices=Script.choices, default=Script.SIMPLIFIED
    )
    cn_number = models.CharField(
        _("国内统一刊号"), max_length=40, blank=True, help_text=_("例如 CN31-0003。")
    )
    issn = models.CharField("ISSN", max_length=9, blank=True)
    description = models.TextField(_("简介"), blank=True)

    objects = PublicationManager()

    class Meta:
        verbose_name = _("报纸")
        verbose_name_plural = pgettext_lazy("plural", "报纸")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name__regex=r"^\s*$"), name="publication_name_given"
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=SLUG) & ~Q(slug__in=RESERVED_SLUGS),
                name="publication_slug_fits_address",
                violation_error_message=_("这个名称不能用于网址。"),
            ),
            models.CheckConstraint(
                condition=Q(script__in=["Hans", "Hant"]),
                name="publication_script_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the publication and its calendar."""
        return reverse("publication", args=[self.slug])

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (self.slug,)

    @property
    def lang(self) -> str:
        """Return the language tag that its text is set in (BCP 47)."""
        return f"zh-{self.script}"


class IssueQuerySet(IndexedQuerySet["Issue"]):
    """Issues of all publications."""

    @keeping
    def get_by_natural_key(self, slug: str, published_on: str, edition: str) -> "Issue":
        """Return the issue of a publication's slug, date and edition."""
        return self.get(
            publication__slug=slug, published_on=published_on, edition=edition
        )

    def with_articles(self) -> Self:
        """Return the issues in which readers find at least one article."""
        from articles.models.article import Article

        readable = Article.objects.published().filter(page__issue=models.OuterRef("pk"))
        return self.filter(models.Exists(readable))

    def with_readable(self) -> Self:
        """Return the issues with articles, and how many these are as ``readable``."""
        published = self.filter(pages__articles__status="published")
        return published.annotate(readable=models.Count("pages__articles"))

    def newest_of_publications(self) -> Self:
        """Return the newest readable issue of each publication, the newest of all first."""
        # Of each publication by its own index: to sort all issues takes longer with each day.
        of_one = Issue.objects.filter(publication=models.OuterRef("pk")).with_articles()
        newest = of_one.order_by("-published_on", "edition", "-pk").values("pk")[:1]
        found = Publication.objects.values(newest=models.Subquery(newest))
        return self.filter(pk__in=found).order_by("-published_on", "-pk")

    def of_day(self, date: datetime.date) -> "Issue | None":
        """Return the readable issue of a day, of several editions the first."""
        issues = self.with_articles().filter(published_on=date)
        return issues.order_by("edition").first()

    def nearest(self, date: datetime.date) -> "tuple[Issue | None, Issue | None]":
        """Return the last readable issue before a day and the first after it."""
        issues = self.with_articles()
        before = issues.filter(published_on__lt=date).order_by(
            "-published_on", "edition"
        )
        after = issues.filter(published_on__gt=date).order_by("published_on", "edition")
        return before.first(), after.first()

    def newest_first(self) -> Self:
        """Return the issues by date, newest first, the editions of a day in order."""
        return self.order_by("-published_on", "edition", "-pk")


class Issue(Indexed):
    """What a publication printed on one date, or one edition of it."""

    articles_path = "pages__articles__pk"

    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="issues", verbose_name=_("报纸")
    )
    published_on = models.DateField(_("出版日期"))
    edition = models.CharField(
        _("版次"),
        max_length=40,
        blank=True,
        validators=[validate_label],
        help_text=_("同一天出版不止一次时填写，例如 晚间。"),
    )
    number = models.PositiveIntegerField(_("总期号"), null=True, blank=True)
    date_note = models.TextField(
        _("日期说明"),
        blank=True,
        help_text=_("日期不是印在报上而是推断的，在此说明依据。"),
    )

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("报纸期次")
        verbose_name_plural = pgettext_lazy("plural", "报纸期次")
        ordering = ["-published_on", "publication", "edition", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "published_on", "edition"],
                name="issue_once_a_date",
            ),
            models.CheckConstraint(
                condition=Q(edition="") | Q(edition__regex=LABEL),
                name="issue_edition_fits_address",
            ),
        ]
        indexes = [
            models.Index(fields=["-published_on", "-id"], name="issue_newest"),
            # This day in other years: 0.2 ms instead of 7 ms for 70,000 issues.
            models.Index(
                ExtractMonth("published_on"),
                ExtractDay("published_on"),
                F("published_on").desc(),
                name="issue_day_of_year",
            ),
        ]

    def __str__(self) -> str:
        edition = f" {self.edition}" if self.edition else ""
        return f"{self.publication} {self.published_on:%Y-%m-%d}{edition}"

    def get_absolute_url(self) -> str:
        """Return the address of the issue with its pages."""
        return reverse("issue", args=[self.publication.slug, self.key])

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (*key_of(self, "publication"), self.published_on, self.edition)

    natural_key.dependencies = ["articles.publication"]  # type: ignore[attr-defined]

    def previous(self) -> "Issue | None":
        """Return the readable issue before this one in the same publication."""
        # Of rows, and not of one column or the other: the index of the order answers it.
        earlier = TupleLessThan(Tuple("published_on", "edition"), self.key)
        return (
            self._neighbours()
            .filter(earlier)
            .order_by("-published_on", "-edition")
            .first()
        )

    def next(self) -> "Issue | None":
        """Return the readable issue after this one in the same publication."""
        later = TupleGreaterThan(Tuple("published_on", "edition"), self.key)
        return (
            self._neighbours().filter(later).order_by("published_on", "edition").first()
        )

    def _neighbours(self) -> IssueQuerySet:
        issues: IssueQuerySet = self.publication.issues.with_articles()
        return issues

    @property
    def key(self) -> "IssueKey":
        """Return date and edition, which name the issue within its publication."""
        return self.published_on, self.edition


IssueKey = tuple[datetime.date, str]


class PageQuerySet(IndexedQuerySet["Page"]):
    """Pages of all issues."""

    def get_by_natural_key(
        self, slug: str, date: str, edition: str, label: str
    ) -> "Page":
        """Return the page of a publication's slug, date, edition and label."""
        return self.select_related("issue__publication").get(
            issue__publication__slug=slug,
            issue__published_on=date,
            issue__edition=edition,
            label=label,
        )


class Page(Pictured, Indexed):
    """A printed page (版) of an issue."""

    articles_path = "articles__pk"

    issue = models.ForeignKey(
        Issue, models.CASCADE, related_name="pages", verbose_name=_("期次")
    )
    label = models.CharField(
        _("版号"),
        max_length=20,
        validators=[validate_label],
        help_text=_("例如 1 或 A02。"),
    )
    position = models.PositiveSmallIntegerField(_("次序"), default=1)
    name = models.CharField(
        _("版名"), max_length=100, blank=True, help_text=_("例如 要闻。")
    )
    image = PictureField(_("版面图"), upload_to=page_name, blank=True)
    # After the image: to assign that empties these.
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("版面")
        verbose_name_plural = pgettext_lazy("plural", "版面")
        ordering = ["issue", "position", "label", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "label"], name="page_label_once_an_issue"
            ),
            models.CheckConstraint(
                condition=Q(label__regex=LABEL), name="page_label_fits_address"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=~Q(image="") & Q(image_width=None),
                name="page_sizes_to_make",
            ),
            models.Index(fields=["image"], condition=~Q(image=""), name="page_image"),
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the page with its articles."""
        return reverse(
            "page", args=[self.issue.publication.slug, self.issue.key, self.label]
        )

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (*key_of(self, "issue"), self.label)

    natural_key.dependencies = ["articles.issue"]  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """Return what is printed at the head of the page: 第1版 要闻."""
        label = _("第%(label)s版") % {"label": self.label}
        return f"{label} {self.name}" if self.name else str(label)
