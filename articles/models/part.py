"""What an article's body is made of: paragraphs, subheads and photos."""

from typing import Any

from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.base import Indexed, IndexedQuerySet
from articles.models.natural_key import found_by, key_of
from articles.models.picture import Pictured, PictureField, photo_name


class ArticlePartQuerySet(IndexedQuerySet["ArticlePart"]):
    """Paragraphs or photos of all articles."""

    def get_by_natural_key(self, *key: Any) -> Any:
        """Return the part at a position of the article so named."""
        *article, position = key
        found = found_by(self.model, "article", article)
        return self.get(**{"article": found, "position": position})


class ArticlePart(Indexed):
    """Something that stands at a position of an article's body."""

    articles_path = "article_id"
    part_kind: str

    position = models.PositiveIntegerField(_("次序"))

    objects = ArticlePartQuerySet.as_manager()

    class Meta:
        abstract = True
        # The column: "article" would sort by its own order, through four joins.
        ordering = ["article_id", "position"]

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (*key_of(self, "article"), self.position)

    natural_key.dependencies = ["articles.article"]  # type: ignore[attr-defined]

    @property
    def anchor(self) -> str:
        """Return the fragment that cites this part of the article: p3."""
        return f"p{self.position}"


class Paragraph(ArticlePart):
    """A paragraph of the body, or a subhead between two."""

    class Kind(models.TextChoices):
        """What a line of the body is."""

        PARAGRAPH = "paragraph", _("段落")
        SUBHEAD = "subhead", _("小标题")

    part_kind = "paragraph"

    article = models.ForeignKey(
        "Article", models.CASCADE, related_name="paragraphs", verbose_name=_("文章")
    )
    kind = models.CharField(
        _("种类"), max_length=10, choices=Kind.choices, default=Kind.PARAGRAPH
    )
    text = models.TextField(_("文字"))

    class Meta(ArticlePart.Meta):
        verbose_name = _("段落")
        verbose_name_plural = pgettext_lazy("plural", "段落")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"],
                name="paragraph_position_once_an_article",
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=~Q(text__regex=r"^\s*$"),
                name="paragraph_text_given",
                violation_error_message=_("段落不可为空。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["paragraph", "subhead"]),
                name="paragraph_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:40]}…"


class Photo(Pictured, ArticlePart):
    """A picture with what is printed under it; the file itself may be missing."""

    part_kind = "photo"

    article = models.ForeignKey(
        "Article", models.CASCADE, related_name="photos", verbose_name=_("文章")
    )
    image = PictureField(_("图片"), upload_to=photo_name, blank=True)
    # After the image: to assign that empties these.
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    caption = models.TextField(_("图片说明"), blank=True)
    credit = models.CharField(
        _("摄影者"),
        max_length=200,
        blank=True,
        help_text=_("照报上所印，例如 本报记者 王凯 摄。"),
    )
    alt = models.CharField(
        _("替代文字"), max_length=500, blank=True, help_text=_("说给看不见图片的读者。")
    )

    class Meta(ArticlePart.Meta):
        verbose_name = _("图片")
        verbose_name_plural = pgettext_lazy("plural", "图片")
        permissions = [("original_photo", _("可以下载图片的原件"))]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"],
                name="photo_position_once_an_article",
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=~(Q(image="") & Q(caption="") & Q(credit="")),
                name="photo_says_something",
                violation_error_message=_("请给出图片、说明或摄影者。"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=~Q(image="") & Q(image_width=None),
                name="photo_sizes_to_make",
            ),
            models.Index(fields=["image"], condition=~Q(image=""), name="photo_image"),
        ]

    def __str__(self) -> str:
        return self.caption or self.credit or str(self.image)

    @property
    def anchor(self) -> str:
        """Return the fragment that cites this photo; a paragraph may have its position, too."""
        return f"photo{self.position}"
