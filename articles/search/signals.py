"""Changes to taggit's own rows, which none of our methods sees."""

from typing import Any

from django.db.models.signals import post_save, pre_delete
from taggit.models import Tag

from articles.models import TaggedArticle
from articles.search.pending import indexed, touch


def connect() -> None:
    """Index articles anew when a tag of theirs is renamed or deleted."""
    post_save.connect(_tag_renamed, sender=Tag)
    pre_delete.connect(_tag_deleted, sender=Tag)


def _tag_renamed(instance: Tag, created: bool, **_kwargs: Any) -> None:
    if not created:
        with indexed():
            touch(_tagged(instance))


def _tag_deleted(instance: Tag, **_kwargs: Any) -> None:
    # Through the queryset, so that the links and the index go together; the tag itself
    # follows in the transaction that Django opened for the deletion.
    TaggedArticle.objects.filter(tag=instance).delete()


def _tagged(tag: Tag) -> list[int]:
    return list(
        TaggedArticle.objects.filter(tag=tag).values_list(
            "content_object_id", flat=True
        )
    )
