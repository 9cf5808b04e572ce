"""An article: its heads, where it stands, its state and its tags."""

from typing import Any, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Deferrable, Q
from django.db.models.functions import Coalesce, Length, RowNumber, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager
from taggit.models import TaggedItemBase

from articles.models.base import Indexed, IndexedQuerySet
from articles.models.contributor import Contributor
from articles.models.natural_key import keeping, key_of
from articles.models.part import Paragraph, Photo
from articles.models.place import Page
from articles.models.tag_entry import ArchiveTags

# Characters of the body in a teaser; the style sheet shows fewer where room is short.
LEAD_LENGTH = 120


class ArticleQuerySet(IndexedQuerySet["Article"]):
    """Articles of all pages."""

    def published(self) -> Self:
        """Return what readers may see: the only definition of it."""
        return self.filter(status=Article.Status.PUBLISHED)

    def answered(self) -> Self:
        """Return what readers get an answer about: the published, and notices of the withdrawn."""
        return self.filter(
            status__in=(Article.Status.PUBLISHED, Article.Status.WITHDRAWN)
        )

    def unpublished(self) -> Self:
        """Return what readers do not see: drafts, what is in review, what was withdrawn."""
        return self.exclude(status=Article.Status.PUBLISHED)

    def with_place(self) -> Self:
        """Return the articles with page, issue and publication, in one query."""
        return self.select_related("page__issue__publication")

    def for_lists(self) -> Self:
        """Return the articles without the columns that only the article page shows."""
        return self.with_place().defer("source_text", "correction", "doubts")

    def with_lead(self, length: int = LEAD_LENGTH) -> Self:
        """Return the articles with ``lead``, the beginning of the body, for teasers."""
        first = Paragraph.objects.filter(
            article=models.OuterRef("pk"), kind=Paragraph.Kind.PARAGRAPH
        ).order_by("position")
        lead = first.annotate(lead=Substr("text", 1, length)).values("lead")[:1]
        return self.annotate(lead=Coalesce(models.Subquery(lead), models.Value("")))

    def with_length(self) -> Self:
        """Return the articles with ``length``, the characters of the body, for layouts."""
        body: Any = Paragraph.objects.filter(article=models.OuterRef("pk")).order_by()
        length = body.values("article").annotate(length=models.Sum(Length("text")))
        return self.annotate(
            length=Coalesce(models.Subquery(length.values("length")), 0)
        )

    def first_of_pages(self, most: int) -> Self:
        """Return the first ``most`` of these articles on each page, by position."""
        number = models.Window(
            RowNumber(), partition_by="page_id", order_by=["position", "pk"]
        )
        numbered = self.order_by().annotate(number=number).filter(number__lte=most)
        articles: Any = Article.objects.filter(pk__in=numbered.values("pk"))
        return cast("Self", articles)

    def with_picture(self) -> Self:
        """Return the articles with ``picture``, in one more query for all of them."""
        firsts = Photo.objects.exclude(image_width=None).order_by(
            "article_id", "position"
        )
        first = models.Prefetch(
            "photos", firsts.distinct("article_id"), to_attr="first_pictures"
        )
        return self.prefetch_related(first)

    def with_text(self) -> Self:
        """Return the articles for lists, with everything that readers search in them."""
        parts = ("paragraphs", "photos", "tags", "contributions__contributor")
        return self.for_lists().prefetch_related(*parts)

    def for_citations(self) -> Self:
        """Return the articles with place and contributors, which a citation names."""
        return self.for_lists().prefetch_related("contributions__contributor")

    def in_print_order(self) -> Self:
        """Return the articles of an issue as they stand, page by page."""
        return self.order_by("page__position", "page__label", "position", "pk")

    def newest_first(self) -> Self:
        """Return the articles by date of issue, newest first, then as printed."""
        return self.order_by(
            "-page__issue__published_on",
            "page__issue_id",
            "page__position",
            "page__label",
            "position",
            "pk",
        )

    @keeping
    def get_by_natural_key(
        self, slug: str, date: str, edition: str, label: str, position: int
    ) -> "Article":
        """Return the article at a position of the page so named."""
        return self.with_place().get(
            page__issue__publication__slug=slug,
            page__issue__published_on=date,
            page__issue__edition=edition,
            page__label=label,
            position=position,
        )


class TaggedArticleQuerySet(IndexedQuerySet["TaggedArticle"]):
    """Which article has which tag."""

    def get_by_natural_key(self, tag: str, *article: Any) -> "TaggedArticle":
        """Return the link from a tag's name to the article so named."""
        return self.get(
            tag__name=tag, content_object=Article.objects.get_by_natural_key(*article)
        )


class TaggedArticle(Indexed, TaggedItemBase):  # type: ignore[misc]  # taggit is untyped
    """A tag on an article."""

    articles_path = "content_object_id"

    content_object = models.ForeignKey(
        "Article", models.CASCADE, related_name="tagged_items"
    )

    objects = TaggedArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("文章标签")
        verbose_name_plural = pgettext_lazy("plural", "文章标签")
        constraints = [
            models.UniqueConstraint(
                fields=["content_object", "tag"], name="tag_once_an_article"
            )
        ]

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (self.tag.name, *key_of(self, "content_object"))

    natural_key.dependencies = ["articles.article", "taggit.tag"]  # type: ignore[attr-defined]


class Article(Indexed):
    """One story as the desk set it. The text as it came in is kept beside it, verbatim."""

    articles_path = "pk"

    class Status(models.TextChoices):
        """Who may see the article."""

        DRAFT = "draft", _("草稿")
        REVIEW = "review", _("送审")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤回")

    page = models.ForeignKey(
        Page, models.CASCADE, related_name="articles", verbose_name=_("版面")
    )
    position = models.PositiveSmallIntegerField(_("版内次序"), default=1)
    column = models.CharField(_("栏目"), max_length=100, blank=True)
    kicker = models.CharField(_("引题"), max_length=500, blank=True)
    headline = models.CharField(_("主题"), max_length=500)
    deck = models.CharField(_("副题"), max_length=1000, blank=True)
    byline = models.CharField(
        _("署名"),
        max_length=300,
        blank=True,
        help_text=_("照报上所印，例如 本报记者 叶薇。"),
    )
    dateline = models.CharField(
        _("电头"),
        max_length=200,
        blank=True,
        help_text=_("例如 本报讯，不带其后的空格。"),
    )
    genre = models.CharField(
        _("体裁"), max_length=40, blank=True, help_text=_("例如 消息、通讯、评论。")
    )
    status = models.CharField(
        _("状态"),
        max_length=10,
        choices=Status.choices,
        default=Status.DRAFT,
    )
    correction = models.TextField(
        _("更正"), blank=True, help_text=_("读者会在文中看到；撤回的文章在此说明原因。")
    )
    source_text = models.TextField(
        _("原始文本"), blank=True, help_text=_("来稿的原文，一字不改。")
    )
    # Readers see it from this moment on (articles/scheduling.py), by the right of whoever set it.
    publish_at = models.DateTimeField(_("定时发布"), null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,  # asked for only as an account is deleted
        verbose_name=_("定时者"),
    )
    # Links to previews hold this number, and end when it changes (articles/previews.py).
    preview_round = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Whose draft it is; imports have nobody.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,  # article_by_enterer has it
        verbose_name=_("录入者"),
    )
    needs_review = models.BooleanField(
        _("待核对"),
        default=False,
        help_text=_("导入时有拿不准的地方，请对照原文审阅。"),
    )
    # What the page parser was unsure of: places in source_text, with rule and confidence.
    doubts = models.JSONField(_("疑点"), default=list, blank=True, editable=False)
    # Of the record that it was imported from, so that the same input changes nothing.
    import_digest = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(
        _("录入时间"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(
        _("修改时间"), default=timezone.now, editable=False
    )

    tags = TaggableManager(
        _("标签"),
        through=TaggedArticle,
        manager=ArchiveTags,
        blank=True,
        help_text="",
    )
    contributors = models.ManyToManyField(
        Contributor,
        through="Contribution",
        related_name="articles",
        blank=True,
        verbose_name=_("作者"),
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("文章")
        verbose_name_plural = pgettext_lazy("plural", "文章")
        ordering = ["page", "position", "-pk"]
        constraints = [
            # Checked at the end of a statement, and of a transaction where an editor moves
            # articles: two may then change places.
            models.UniqueConstraint(
                fields=["page", "position"],
                name="article_position_once_a_page",
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=~Q(headline__regex=r"^\s*$"),
                name="article_headline_given",
                violation_error_message=_("主题不可为空。"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "review", "published", "withdrawn"]),
                name="article_status_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publish_at"],
                condition=Q(publish_at__isnull=False),
                name="article_to_publish",
            ),
            # What the editors' list is filtered by, each in the list's order.
            models.Index(fields=["status", "-id"], name="article_by_status"),
            models.Index(
                fields=["column", "-id"],
                condition=~Q(column=""),
                name="article_by_column",
            ),
            models.Index(
                fields=["genre", "-id"], condition=~Q(genre=""), name="article_by_genre"
            ),
            models.Index(
                fields=["-id"], condition=Q(needs_review=True), name="article_doubtful"
            ),
            # The desk: what was last worked at.
            models.Index(
                fields=["status", "-updated_at"],
                condition=Q(status__in=["draft", "review"]),
                name="article_in_work",
            ),
            models.Index(
                fields=["entered_by", "-id"],
                condition=Q(entered_by__isnull=False),
                name="article_by_enterer",
            ),
        ]
        # What Django's four rights do not say (articles/roles.py gives them to groups).
        permissions = [
            ("desk_article", _("处理别人的稿件")),
            ("correct_article", _("修改已发布的文章")),
            ("publish_article", _("发布、定时发布和撤回文章")),
            ("import_article", _("导入文章")),
        ]

    def __str__(self) -> str:
        return self.headline

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the article with the time of this change."""
        self.updated_at = timezone.now()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "updated_at"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the address at which readers find the article."""
        return reverse("article", args=[self.pk])

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (*key_of(self, "page"), self.position)

    natural_key.dependencies = ["articles.page"]  # type: ignore[attr-defined]

    @property
    def is_published(self) -> bool:
        """Return whether readers may see the article."""
        return self.status == self.Status.PUBLISHED

    @property
    def picture(self) -> "Photo | None":
        """Return the first photo that can be shown, of an article ``with_picture``."""
        return next(iter(getattr(self, "first_pictures", [])), None)

    def body(self) -> list["Paragraph | Photo"]:
        """Return paragraphs, subheads and photos in the order of print."""
        # A photo that shares a paragraph's position follows it.
        parts: list[tuple[int, int, Any]]
        parts = [(p.position, 0, p) for p in self.paragraphs.all()]
        parts += [(p.position, 1, p) for p in self.photos.all()]
        return [
            part for _position, _kind, part in sorted(parts, key=lambda key: key[:2])
        ]
