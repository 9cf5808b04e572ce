"""Undoing what was done to tags: whether their names are free still, and the tags of many articles."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.history.restoring import read
from articles.history.states import chunks
from articles.models import Article, TagEntry, TaggedArticle, TagSynonym
from articles.models.change import ChangedRecord
from articles.models.tag_entry import keys_of_tags
from articles.search.pending import touch
from articles.tags import tags_named

_LINKS = TaggedArticle._meta.model_name
_ADD = """
INSERT INTO articles_taggedarticle (content_object_id, tag_id)
SELECT unnest(%s::bigint[]), unnest(%s::int[]) ON CONFLICT DO NOTHING
"""
_REMOVE = """
DELETE FROM articles_taggedarticle AS link
 USING unnest(%s::bigint[], %s::int[]) AS gone (article, tag)
 WHERE link.content_object_id = gone.article AND link.tag_id = gone.tag
"""
Refused = list[tuple[ChangedRecord, str]]
# Of an article's tags, the names by their keys.
Names = dict[int, str]


# ---- Tags


def in_the_way(
    tag: int, rows: Sequence[dict[str, Any]], act: Collection[int]
) -> str | None:
    """Return what keeps a tag from being what these rows say, None where nothing does.

    ``act`` are the tags that are undone with it: what they have is given back.
    """
    said = rows[0]["fields"]
    names = [said["name"], *other_names(rows)]
    same = (name for name, pk in keys_of_tags(names).items() if pk not in {tag, *act})
    if name := next(same, None):
        message = _("已经有了标签“%(name)s”，请先把它改名，或删除。")
        return message % {"name": name}
    others = TagSynonym.objects.named(names).exclude(tag__in=[tag, *act])
    if other := others.select_related("tag").first():
        message = _("“%(name)s”是标签“%(tag)s”的同义词。")
        return message % {"name": other.name, "tag": other.tag}
    for row in rows:
        if _is(row, TagEntry) and (code := row["fields"]["code"]):
            coded = TagEntry.objects.exclude(tag__in=[tag, *act])
            vocabulary = row["fields"]["vocabulary"]
            if coded.filter(vocabulary=vocabulary, code=code).exists():
                return _("代码 %(code)s 已属于另一个标签。") % {"code": code}
    return None


def other_names(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the synonyms in the rows of a tag."""
    return [row["fields"]["name"] for row in rows if _is(row, TagSynonym)]


def free_names(tag: int, rows: Iterable[dict[str, Any]], act: Collection[int]) -> None:
    """Take the synonyms that a tag gets back from the others of the act."""
    synonyms = TagSynonym.objects.named(other_names(rows)).filter(tag__in=act)
    synonyms.exclude(tag=tag).delete()


def claim(records: Iterable[ChangedRecord], added: Iterable[ChangedRecord]) -> bool:
    """Return whether tags get names back that tags have which an act had added."""
    wanted = {
        name
        for row in records
        if row.before
        for name in other_names(read(row.before)[2])
    }
    for row in added:
        rows = read(row.after)[2]
        if wanted & {rows[0]["fields"]["name"], *other_names(rows)}:
            return True
    return False


def _is(row: dict[str, Any], model: Any) -> bool:
    return bool(row["model"] == model._meta.label_lower)


# ---- Tags of articles


def of_articles(records: Iterable[ChangedRecord]) -> list[ChangedRecord]:
    """Return those of the records which are articles whose tags changed, and nothing else."""
    article = ContentType.objects.get_for_model(Article).pk
    return [
        record
        for record in records
        if record.content_type_id == article
        and record.fields == [_LINKS]
        and record.before
        and record.after
    ]


def retag(records: Sequence[ChangedRecord]) -> Refused:
    """Give the articles the tags back that an act took, and take those that it gave.

    What else was changed since, tags too, stays. Returned are the articles that are left
    alone, each with the reason. Call it within ``indexed()``.
    """
    refused: Refused = []
    by_article = {record.object_id: record for record in records}
    for chunk in chunks(by_article):
        refused += _retag([by_article[pk] for pk in chunk])
    return refused


@dataclass(slots=True)
class _Links:
    """Pairs of an article and a tag."""

    articles: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)

    def add(self, article: int, tags: Iterable[int]) -> None:
        for tag in tags:
            self.articles.append(article)
            self.tags.append(tag)


def _retag(records: Sequence[ChangedRecord]) -> Refused:
    refused: Refused = []
    add, remove = _Links(), _Links()
    now = _tags_now([record.object_id for record in records])
    lost: dict[int, Names] = {}
    for record in records:
        before, after = _tags_in(record.before), _tags_in(record.after)
        given = after.keys() - before.keys()
        if record.object_id not in now:
            refused.append((record, _("后来被删除了。")))
        elif given - now[record.object_id]:
            refused.append((record, _("后来又有改动。")))
        else:
            remove.add(record.object_id, given)
            taken = before.keys() - after.keys()
            lost[record.object_id] = {tag: before[tag] for tag in taken}
    for article, tags in _to_give_back(lost):
        add.add(article, tags)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [add.articles, add.tags])
        cursor.execute(_REMOVE, [remove.articles, remove.tags])
    changed = {*add.articles, *remove.articles}
    # Who has one of them open is told that it was changed.
    Article._base_manager.filter(pk__in=changed).update(updated_at=timezone.now())
    touch(changed)
    return refused


def _tags_now(articles: Sequence[int]) -> dict[int, set[int]]:
    """Return the tags of those of the articles that are there, which nobody changes now."""
    locked = Article._base_manager.select_for_update(no_key=True).order_by("pk")
    found: dict[int, set[int]] = {
        pk: set() for pk in locked.filter(pk__in=articles).values_list("pk", flat=True)
    }
    links = TaggedArticle.objects.filter(content_object__in=found)
    for article, tag in links.values_list("content_object_id", "tag_id"):
        found[article].add(tag)
    return found


def _tags_in(version: Any) -> Names:
    return {
        row["fields"]["tag"]: row["fields"].get("tag_name", "")
        for row in read(version)[2]
        if _is(row, TaggedArticle)
    }


def _to_give_back(lost: dict[int, Names]) -> Iterator[tuple[int, list[int]]]:
    """Yield the keys of the tags that each article gets: one that is gone is made again."""
    names: Names = {tag: name for tags in lost.values() for tag, name in tags.items()}
    there = set(Tag.objects.filter(pk__in=names).values_list("pk", flat=True))
    gone = {tag: name for tag, name in names.items() if tag not in there and name}
    made = tags_named([*gone.values()])
    keys = {tag: tag for tag in there} | {tag: made[name] for tag, name in gone.items()}
    for article, tags in lost.items():
        yield article, [keys[tag] for tag in tags if tag in keys]
