"""What was changed, by whom and when, and what it was before: whole versions, parts included.

A version is an article with all that belongs to it, or another record, as one text
(``states``), in the tables of django-reversion (``versions``; docs/decisions/0015). All that
the models store and delete within ``recorded()`` is kept before and after, as one act.
"""

from typing import Any

import reversion
from django.db.models import Model
from django.db.models.signals import post_save, pre_delete, pre_save
from taggit.models import Tag

from articles.history.recording import (
    acting,
    actor,
    describe,
    imported,
    keep,
    keep_all,
    recorded,
)
from articles.history.states import PART_MODELS, RECORDS
from articles.models import (
    Article,
    NearDuplicate,
    Publication,
    TagEntry,
    TagSynonym,
    WordCandidate,
    watched,
)

__all__ = [
    "acting",
    "actor",
    "describe",
    "imported",
    "keep",
    "keep_all",
    "recorded",
    "register",
]


def register() -> None:
    """Tell reversion what has versions, and hear of what our models do not tell."""
    parts = ("paragraphs", "photos", "regions", "contributions", "tagged_items")
    reversion.register(Article, follow=parts)
    for model in {*RECORDS, *PART_MODELS} - {Article}:
        reversion.register(model)
    # The others tell of their changes themselves (articles/models/base.py).
    for plain in (Publication, Tag, WordCandidate):
        pre_save.connect(_saving, sender=plain)
        post_save.connect(_saved, sender=plain)
        pre_delete.connect(_deleting, sender=plain)
    # Pairs come and go with their articles, by jobs: only what editors say of them is kept.
    pre_save.connect(_saving, sender=NearDuplicate)
    for part in (TagEntry, TagSynonym):
        pre_save.connect(_part_changing, sender=part)
        pre_delete.connect(_part_changing, sender=part)


def _saving(sender: type[Model], instance: Any, **_kwargs: Any) -> None:
    if instance.pk is not None:
        watched.changing(sender, [instance.pk])


def _saved(sender: type[Model], instance: Any, created: bool, **_kwargs: Any) -> None:
    if created:
        watched.created(sender, [instance.pk])


def _deleting(sender: type[Model], instance: Any, **_kwargs: Any) -> None:
    watched.changing(sender, [instance.pk], gone=True)


def _part_changing(instance: Any, **_kwargs: Any) -> None:
    watched.changing(Tag, [instance.tag_id])
