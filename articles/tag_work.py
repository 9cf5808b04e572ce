"""Changes to tags that touch many articles: by sets of rows, then indexed.

Few articles are indexed in the request itself, more by a job, in one transaction either way:
readers find the articles by the old names or by the new ones, and never by half of them.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles import jobs, workflow
from articles.history import actor, keep_all, recorded
from articles.models import Article, TagEntry, TaggedArticle, TagSynonym
from articles.models.change import Change
from articles.models.tag_entry import (
    ancestors,
    free_slug,
    keys_of_tags,
    lock_tree,
    meant,
)
from articles.search import changes, index
from articles.search.pending import indexed, touch
from articles.tags import tags_named

# More articles than this are indexed by a process of their own.
AT_ONCE = 300


class Ticking(Protocol):
    """Where a job says how far it is."""

    total: int

    def tick(self, number: int = 1) -> None:
        """Count so many more as done."""


def articles_with(tags: Iterable[int]) -> list[int]:
    """Return the primary keys of the articles that have one of the tags."""
    links = TaggedArticle.objects.filter(tag__in=list(tags)).order_by()
    found = links.values_list("content_object_id", flat=True).distinct()
    return sorted(found)


def _recorded(note: str) -> AbstractContextManager[Any]:
    """Run a block in a transaction, as one act in the history that can be undone."""
    return recorded(note=note, kind=Change.Kind.BULK)


# ---- Renaming


def rename(tag: Tag, name: str) -> None:
    """Give a tag another name and its address; the former ones lead to it from now on."""
    with _recorded(_("标签改名")), indexed():
        former = Tag.objects.select_for_update().get(pk=tag.pk)
        _name(tag, former, name)
        touch(articles_with([tag.pk]))


def rename_as_job(progress: Ticking, tag: int, name: str) -> dict[str, Any]:
    """Do the same, article by article."""
    with _recorded(_("标签改名")):
        former = Tag.objects.select_for_update().filter(pk=tag).first()
        if former is None:
            raise jobs.JobError(_("这个标签已被删除。"))
        renamed = Tag.objects.get(pk=tag)
        _name(renamed, former, name)
        return {_("标签有变动的文章"): _index(progress, articles_with([tag]))}


def _name(tag: Tag, former: Tag, name: str) -> None:
    keep_all(Tag.objects.filter(pk=tag.pk), _("标签改名"))
    tag.name = name
    TagSynonym.objects.named([name]).filter(tag=tag).delete()
    if name.upper() != former.name.upper():
        tag.slug = free_slug(name, but=tag.pk)
    # By the queryset: what stores the row would index its articles at once.
    Tag.objects.filter(pk=tag.pk).update(name=tag.name, slug=tag.slug)
    if name.upper() != former.name.upper():
        _lead(former, tag)
    changes.note(())


def _lead(former: Tag, tag: Tag) -> None:
    """Make the name and the address of a tag that was lead to another, or to its new name."""
    slug = former.slug if former.slug != tag.slug else ""
    TagSynonym.objects.create(name=former.name, slug=slug, tag=tag)


# ---- Merging


def merge(target: Tag, sources: Sequence[Tag]) -> int:
    """Make several tags one; return how many articles have other tags now."""
    with _recorded(_("合并标签")), indexed():
        changed = _merge(target.pk, [tag.pk for tag in sources])
        touch(changed)
    return len(changed)


def merge_as_job(
    progress: Ticking, target: int, sources: Sequence[int]
) -> dict[str, Any]:
    """Do the same, article by article."""
    with _recorded(_("合并标签")):
        return {_("标签有变动的文章"): _index(progress, _merge(target, sources))}


def _merge(target: int, sources: Sequence[int]) -> list[int]:
    lock_tree()
    locked = Tag.objects.select_for_update().order_by("pk")
    known = {tag.pk: tag for tag in locked.filter(pk__in=[target, *sources])}
    if len(known) != len({target, *sources}):
        raise jobs.JobError(_("要合并的标签里有的已被删除，什么也没有改。"))
    changed = articles_with(sources)
    # The tags first, with their synonyms and those below them: the act is one on them.
    touched = Q(pk__in=known) | Q(entry__parent__in=known)
    keep_all(Tag.objects.filter(touched), _("合并标签"))
    keep_all(Article.objects.filter(pk__in=changed), _("合并标签"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO articles_taggedarticle (content_object_id, tag_id)"
            " SELECT unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING",
            [changed, target],
        )
        cursor.execute(
            "DELETE FROM articles_taggedarticle WHERE tag_id = ANY(%s)", [list(sources)]
        )
    _merge_places(target, sources)
    TagSynonym.objects.filter(tag__in=sources).update(tag=target)
    gone = [known[pk] for pk in sources]
    Tag.objects.filter(pk__in=list(sources)).delete()
    for tag in gone:
        _lead(tag, known[target])
    return changed


def _merge_places(target: int, sources: Sequence[int]) -> None:
    """Put what stood below the merged tags below the one that stays, where it does not stand above it."""
    entry = TagEntry.objects.filter(tag=target).first()
    if entry and entry.parent_id in sources:
        above = [pk for pk in ancestors(target) if pk not in sources]
        TagEntry.objects.filter(tag=target).update(parent=next(iter(above), None))
    higher = [target, *ancestors(target)]
    below = TagEntry.objects.filter(parent__in=sources).exclude(tag__in=higher)
    below.exclude(tag__in=sources).update(parent=target)


# ---- Deleting


def delete(tags: Sequence[int]) -> int:
    """Delete tags, with their synonyms; return how many articles lose one."""
    with _deletion(), indexed():
        changed = _delete(tags)
        touch(changed)
    return len(changed)


def delete_as_job(progress: Ticking, tags: Sequence[int]) -> dict[str, Any]:
    """Do the same, article by article."""
    with _deletion():
        return {_("标签有变动的文章"): _index(progress, _delete(tags))}


def _deletion() -> AbstractContextManager[Any]:
    return recorded(note=_("删除标签"), kind=Change.Kind.DELETED)


def _delete(tags: Sequence[int]) -> list[int]:
    lock_tree()
    gone = Tag.objects.filter(pk__in=list(tags))
    known = list(gone.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not known:
        raise jobs.JobError(_("这个标签已被删除。"))
    changed = articles_with(known)
    keep_all(gone, _("删除标签"))
    keep_all(Tag.objects.filter(entry__parent__in=known), _("删除标签"))
    keep_all(Article.objects.filter(pk__in=changed), _("删除标签"))
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_taggedarticle WHERE tag_id = ANY(%s)", [known]
        )
    gone.delete()
    _changed_now(changed)
    changes.note(())
    return changed


# ---- Many articles at once


def retag(
    articles: Sequence[int], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> int:
    """Put tags on articles and take tags from them; return how many have others now."""
    with _recorded(_("给文章加、去标签")), indexed():
        changed = _retag(articles, add, remove)
        touch(changed)
    return len(changed)


def retag_as_job(
    progress: Ticking,
    articles: Sequence[int],
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> dict[str, Any]:
    """Do the same, article by article, with those that its user may change by now."""
    with _recorded(_("给文章加、去标签")):
        changed = _retag(_changeable(articles), add, remove)
        return {_("标签有变动的文章"): _index(progress, changed)}


def _changeable(articles: Sequence[int]) -> list[int]:
    """Return those of the articles that whoever acts may change, nobody none."""
    if (user := actor()) is None:
        return []
    named = Article.objects.filter(pk__in=articles)
    return list(workflow.changeable(user, named).values_list("pk", flat=True))


def _retag(
    articles: Sequence[int], add: Sequence[str], remove: Sequence[str]
) -> list[int]:
    locked = Article.objects.select_for_update(no_key=True).order_by("pk")
    present = list(locked.filter(pk__in=articles).values_list("pk", flat=True))
    changed: set[int] = set()
    keep_all(locked.filter(pk__in=present).order_by(), _("给文章加、去标签"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO articles_taggedarticle (content_object_id, tag_id)"
            " SELECT article, tag FROM unnest(%s::bigint[]) AS article,"
            " unnest(%s::int[]) AS tag ON CONFLICT DO NOTHING RETURNING content_object_id",
            [present, sorted(set(tags_named(add).values()))],
        )
        changed.update(pk for (pk,) in cursor.fetchall())
        cursor.execute(
            "DELETE FROM articles_taggedarticle WHERE content_object_id = ANY(%s)"
            " AND tag_id = ANY(%s) RETURNING content_object_id",
            [present, sorted(set(existing(remove)))],
        )
        changed.update(pk for (pk,) in cursor.fetchall())
    _changed_now(changed)
    return sorted(changed)


def _changed_now(articles: Iterable[int]) -> None:
    """Have those who have one of the articles open told that it was changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET updated_at = %s WHERE id = ANY(%s)",
            [timezone.now(), sorted(articles)],
        )


def existing(names: Iterable[str]) -> list[int]:
    """Return the primary keys of the tags so named; a synonym is its tag."""
    return list(keys_of_tags(set(meant(list(names)).values())).values())


def _index(progress: Ticking, articles: Sequence[int]) -> int:
    progress.total = len(articles)
    for start in range(0, len(articles), index.BATCH):
        batch = articles[start : start + index.BATCH]
        index.rebuild(batch)
        progress.tick(len(batch))
    return len(articles)
