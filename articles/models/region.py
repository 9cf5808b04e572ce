"""Where an article stands on the picture of its page."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.article import Article
from articles.models.part import ArticlePart

# A hundred-thousandth of a page is a tenth of a pixel of the largest scan that was seen.
PLACES = 5
_BOUNDS = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]


def _fraction(name: Any) -> models.DecimalField:
    return models.DecimalField(
        name, max_digits=PLACES + 1, decimal_places=PLACES, validators=_BOUNDS
    )


class Region(ArticlePart):
    """A rectangle of the page's picture; an article of several columns may have several.

    Lengths are fractions of the picture's width and height, so that a scan of another size
    may take its place. Exact decimals: floats would not add up to 1 at the page's edge.
    """

    part_kind = "region"

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="regions", verbose_name=_("文章")
    )
    x = _fraction(_("左"))
    y = _fraction(_("上"))
    width = _fraction(_("宽"))
    height = _fraction(_("高"))

    class Meta(ArticlePart.Meta):
        verbose_name = _("版面区域")
        verbose_name_plural = pgettext_lazy("plural", "版面区域")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"],
                name="region_position_once_an_article",
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=Q(width__gt=0) & Q(height__gt=0),
                name="region_not_empty",
                violation_error_message=_("区域的宽和高须大于 0。"),
            ),
            models.CheckConstraint(
                condition=Q(x__gte=0)
                & Q(y__gte=0)
                & Q(width__lte=1 - F("x"))
                & Q(height__lte=1 - F("y")),
                name="region_inside_page",
                violation_error_message=_(
                    "区域须在版面之内：左加宽、上加高都不超过 1。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.x}, {self.y}, {self.width} × {self.height}"

    @property
    def anchor(self) -> str:
        """Return the fragment that names this region on the page."""
        return f"region{self.position}"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, width and height, as the exchange record has them."""
        return (float(self.x), float(self.y), float(self.width), float(self.height))
