"""Who wrote, photographed or edited, and for which articles."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.base import Indexed, IndexedQuerySet
from articles.models.natural_key import found_by, key_of
from articles.models.place import validate_slug


class ContributorQuerySet(IndexedQuerySet["Contributor"]):
    """Contributors, found by slug in fixtures."""

    def get_by_natural_key(self, slug: str) -> "Contributor":
        """Return the contributor with this slug."""
        return self.get(slug=slug)


class Contributor(Indexed):
    """Somebody who wrote, photographed or edited; two of one name have two slugs."""

    articles_path = "contributions__article"

    name = models.CharField(_("姓名"), max_length=100)
    slug = models.SlugField(
        _("网址名称"),
        max_length=120,
        unique=True,
        allow_unicode=True,
        validators=[validate_slug],
    )

    objects = ContributorQuerySet.as_manager()

    class Meta:
        verbose_name = _("作者")
        verbose_name_plural = pgettext_lazy("plural", "作者")
        ordering = ["name", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name__regex=r"^\s*$"), name="contributor_name_given"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """Return what names this row in fixtures."""
        return (self.slug,)


class ContributionQuerySet(IndexedQuerySet["Contribution"]):
    """Contributions, found by article, contributor and role in fixtures."""

    def get_by_natural_key(
        self, contributor: str, role: str, *article: Any
    ) -> "Contribution":
        """Return what a contributor did for the article so named."""
        return self.get(
            contributor__slug=contributor,
            role=role,
            article=found_by(self.model, "article", article),
        )


class Contribution(Indexed):
    """What a contributor did for an article."""

    articles_path = "article_id"

    class Role(models.TextChoices):
        """How newspapers name what somebody did."""

        REPORTER = "reporter", _("记者")
        CORRESPONDENT = "correspondent", _("通讯员")
        PHOTOGRAPHER = "photographer", _("摄影")
        EDITOR = "editor", _("编辑")

    article = models.ForeignKey(
        "Article", models.CASCADE, related_name="contributions", verbose_name=_("文章")
    )
    contributor = models.ForeignKey(
        Contributor,
        models.PROTECT,
        related_name="contributions",
        verbose_name=_("作者"),
    )
    role = models.CharField(
        _("身份"), max_length=15, choices=Role.choices, default=Role.REPORTER
    )
    position = models.PositiveSmallIntegerField(_("次序"), default=1)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("署名作者")
        verbose_name_plural = pgettext_lazy("plural", "署名作者")
        ordering = ["article_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "contributor", "role"], name="contribution_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contributor}({self.get_role_display()})"

    def natural_key(self) -> tuple[Any, ...]:
        """Return what names this row in fixtures."""
        return (*key_of(self, "contributor"), self.role, *key_of(self, "article"))

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "articles.article",
        "articles.contributor",
    ]
