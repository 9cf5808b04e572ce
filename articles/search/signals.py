"""Changes that none of our methods sees: taggit's own rows, and rows from fixtures."""

from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from taggit.models import Tag

from articles.models import (
    Article,
    Completion,
    Issue,
    LexiconWord,
    Page,
    Publication,
    TagEntry,
    TaggedArticle,
    TagSynonym,
    natural_key,
)
from articles.models.base import Indexed
from articles.search import changes, completions
from articles.search.pending import indexed, touch


def connect() -> None:
    """Index articles anew when their tags or fixtures change them."""
    pre_save.connect(_give_slug, sender=Tag)
    post_save.connect(_tag_stored, sender=Tag)
    pre_delete.connect(_tag_deleted, sender=Tag)
    pre_save.connect(_keep_times, sender=Article)
    post_save.connect(_word_stored, sender=LexiconWord)
    post_save.connect(_synonym_stored, sender=TagSynonym)
    for signal in (post_save, post_delete):
        for shown in (Publication, TagEntry, TagSynonym):
            signal.connect(_page_changed, sender=shown)
    for model in apps.get_app_config("articles").get_models():
        if issubclass(model, Indexed):
            pre_save.connect(_before_loading, sender=model)
            post_save.connect(_after_loading, sender=model)


# ---- Tags


def _give_slug(instance: Tag, **_kwargs: Any) -> None:
    # Of a name without letters, such as ！, taggit makes no slug, and then it has no address.
    if not instance.slug:
        instance.slug = "-".join(f"{ord(char):x}" for char in instance.name)[:100]


def _tag_stored(instance: Tag, created: bool, **_kwargs: Any) -> None:
    completions.learn([(Completion.Kind.TAG, instance.name)])
    # A tag that history brings back is one by itself again, and no name of another.
    for synonym in TagSynonym.objects.named([instance.name]):
        synonym.delete()
    if not created:
        with indexed():
            touch(_tagged(instance))


def _synonym_stored(instance: TagSynonym, **_kwargs: Any) -> None:
    completions.learn([(Completion.Kind.TAG, instance.name)])


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


def _page_changed(**_kwargs: Any) -> None:
    # No search document holds it, but pages of readers show it.
    changes.note(())


# ---- The lexicon


def _word_stored(instance: LexiconWord, **_kwargs: Any) -> None:
    completions.learn([(Completion.Kind.WORD, instance.word)])


# ---- Fixtures: the deserializer calls Model.save_base itself, past every override


def _before_loading(instance: Indexed, raw: bool, **_kwargs: Any) -> None:
    if raw and instance.pk is not None:
        if isinstance(instance, Issue | Page | Article):
            natural_key.forget_if_renamed(instance)
        with indexed():
            touch(instance.stored_article_ids())


def _after_loading(instance: Indexed, raw: bool, **_kwargs: Any) -> None:
    if raw:
        with indexed():
            touch(instance.indexed_article_ids())


def _keep_times(instance: Article, raw: bool, **_kwargs: Any) -> None:
    """Leave the times of an article alone that a fixture has as it is stored.

    A fixture without times would otherwise make it look changed whenever it is loaded.
    """
    if not raw or instance.pk is None:
        return
    times = ("created_at", "updated_at")
    names = [field.attname for field in Article._meta.concrete_fields]
    stored = Article._base_manager.filter(pk=instance.pk).values(*names).first() or {}
    if stored and all(
        stored[n] == getattr(instance, n) for n in names if n not in times
    ):
        for name in times:
            setattr(instance, name, stored[name])
