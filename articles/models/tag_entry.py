"""What the archive says of a tag beside its name: its place in a tree, and its other names."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import _TaggableManager
from taggit.models import Tag

# Levels of the tree; the standard's own has four.
MAX_DEPTH = 20
# Held while a place in the tree is taken: two editors could otherwise close a circle together.
_TREE_LOCK = 0x7A67_7472_6565
_ABOVE = """
WITH RECURSIVE above AS (
  SELECT tag_id, parent_id, 1 AS level FROM articles_tagentry WHERE tag_id = %s
  UNION ALL
  SELECT entry.tag_id, entry.parent_id, level + 1 FROM articles_tagentry AS entry
    JOIN above ON entry.tag_id = above.parent_id WHERE level < %s
) SELECT parent_id FROM above WHERE parent_id IS NOT NULL ORDER BY level
"""
_BELOW = """
WITH RECURSIVE below AS (
  SELECT tag_id FROM articles_tagentry WHERE parent_id = ANY(%s)
  UNION
  SELECT entry.tag_id FROM articles_tagentry AS entry
    JOIN below ON entry.parent_id = below.tag_id
) SELECT tag_id FROM below LIMIT %s
"""
_MEANT = """
SELECT asked.name, tag.name FROM unnest(%s::text[]) AS asked (name)
  JOIN articles_tagsynonym AS synonym ON upper(synonym.name) = upper(asked.name)
  JOIN taggit_tag AS tag ON tag.id = synonym.tag_id
"""
_SAME_NAME = """
SELECT DISTINCT ON (asked.name) asked.name, tag.id FROM unnest(%s::text[]) AS asked (name)
  JOIN taggit_tag AS tag ON upper(tag.name) = upper(asked.name)
 ORDER BY asked.name, tag.name <> asked.name, tag.id
"""


class TagEntryQuerySet(models.QuerySet["TagEntry"]):
    """Entries, found by their tag's name in fixtures."""

    def get_by_natural_key(self, name: str) -> "TagEntry":
        """Return the entry of the tag so named."""
        return self.get(tag__name=name)


class TagEntry(models.Model):
    """A tag's broader tag, and what a controlled vocabulary says of it."""

    tag = models.OneToOneField(
        Tag,
        models.CASCADE,
        primary_key=True,
        related_name="entry",
        verbose_name=_("标签"),
    )
    parent = models.ForeignKey(
        Tag,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="narrower",
        verbose_name=_("上位标签"),
    )
    vocabulary = models.CharField(_("词表"), max_length=60, blank=True)
    code = models.CharField(_("代码"), max_length=40, blank=True)
    note = models.CharField(_("备注"), max_length=500, blank=True)

    objects = TagEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("标签的位置")
        verbose_name_plural = pgettext_lazy("plural", "标签的位置")
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("tag")),
                name="tag_not_above_itself",
                violation_error_message=_("标签不可是自己的上位标签。"),
            ),
            models.UniqueConstraint(
                fields=["vocabulary", "code"],
                condition=~Q(code=""),
                name="tag_code_once_a_vocabulary",
                violation_error_message=_("词表里已有这个代码。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.tag)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the entry; ValidationError where its place would close a circle."""
        with transaction.atomic():
            lock_tree()
            self.check_place()
            super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a broader tag that is a narrower one of this tag already."""
        self.check_place()

    def check_place(self) -> None:
        """Raise ValidationError where the tag would stand above itself, or too deep."""
        if self.parent_id is None:
            return
        above = [self.parent_id, *ancestors(self.parent_id)]
        if self.tag_id in above:
            message = _("上位标签已经在这个标签之下，会成为循环。")
            raise ValidationError({"parent": message})
        if len(above) >= MAX_DEPTH:
            raise ValidationError({"parent": _("标签的层次太多。")})

    def natural_key(self) -> tuple[str]:
        """Return what names this row in fixtures."""
        return (self.tag.name,)

    natural_key.dependencies = ["taggit.tag"]  # type: ignore[attr-defined]


class TagSynonymQuerySet(models.QuerySet["TagSynonym"]):
    """Other names of tags."""

    def get_by_natural_key(self, name: str) -> "TagSynonym":
        """Return the synonym so named."""
        return self.get(name=name)

    def named(self, names: Iterable[str]) -> "TagSynonymQuerySet":
        """Return the synonyms of these names, whatever their capitals."""
        # By the database's capitals, which are not Python's: it leaves ß as it is.
        wanted = [Upper(Value(name)) for name in names]
        return self.annotate(folded=Upper("name")).filter(folded__in=wanted)


class TagSynonym(models.Model):
    """Another name of a tag: who types or imports it gets the tag, its address leads there."""

    name = models.CharField(_("同义词"), max_length=100)
    slug = models.SlugField(
        _("网址名称"), max_length=110, unique=True, allow_unicode=True, editable=False
    )
    tag = models.ForeignKey(
        Tag, models.CASCADE, related_name="synonyms", verbose_name=_("标签")
    )

    objects = TagSynonymQuerySet.as_manager()

    class Meta:
        verbose_name = _("标签的同义词")
        verbose_name_plural = pgettext_lazy("plural", "标签的同义词")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="tag_synonym_once",
                violation_error_message=_("已有这个同义词。"),
            ),
            models.CheckConstraint(
                condition=~Q(name__regex=r"^\s*$"), name="tag_synonym_given"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name with an address of its own."""
        if not self.slug:
            self.slug = free_slug(self.name)
        super().save(*args, **kwargs)

    def natural_key(self) -> tuple[str]:
        """Return what names this row in fixtures."""
        return (self.name,)

    natural_key.dependencies = ["taggit.tag"]  # type: ignore[attr-defined]


class ArchiveTags(_TaggableManager):  # type: ignore[misc]  # taggit is untyped
    """The tags of an article; a synonym stands for its tag."""

    def _to_tag_model_instances(self, tags: Iterable[Any], tag_kwargs: Any) -> Any:
        """Return the tags that these names, or tags, mean."""
        given = list(tags)
        known = meant([name for name in given if isinstance(name, str)])
        named = [known[tag] if isinstance(tag, str) else tag for tag in given]
        return super()._to_tag_model_instances(named, tag_kwargs)


def meant(names: Sequence[str]) -> dict[str, str]:
    """Return for each name the name of the tag it stands for: itself, or that of a synonym."""
    if not names:
        return {}
    return {name: name for name in names} | _asked(_MEANT, names)


def keys_of_tags(names: Iterable[str]) -> dict[str, int]:
    """Return the key of each tag so named that there is, whatever the capitals."""
    return _asked(_SAME_NAME, names)


def _asked(statement: str, names: Iterable[str]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(names)])
        return dict(cursor.fetchall())


def lock_tree() -> None:
    """Let nobody else change the tree until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def ancestors(tag: int) -> list[int]:
    """Return the primary keys of the broader tags of a tag, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [tag, MAX_DEPTH])
        return [pk for (pk,) in cursor.fetchall()]


def descendants(tags: Iterable[int], most: int) -> list[int]:
    """Return the primary keys of the narrower tags of tags, at most so many."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [list(tags), most])
        return [pk for (pk,) in cursor.fetchall()]


def slug_of(name: str) -> str:
    """Return a name as an address has it; one without letters is spelt by its code points."""
    spelt = "-".join(f"{ord(char):x}" for char in name)
    return (slugify(name, allow_unicode=True) or spelt)[:90]


def free_slug(name: str, but: int | None = None) -> str:
    """Return an address for a name that no tag (but this one) and no synonym has."""
    base = slug_of(name)
    taken = set(
        Tag.objects.exclude(pk=but)
        .filter(slug__startswith=base)
        .values_list("slug", flat=True)
    ) | set(
        TagSynonym.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    )
    numbered = (f"{base}_{number}" for number in range(1, len(taken) + 1))
    return next(slug for slug in (base, *numbered) if slug not in taken)
