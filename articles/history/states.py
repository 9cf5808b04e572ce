"""The state of a record as one text: its fields, and all rows that belong to it.

A state is a JSON list of rows in Django's own form, the record first. Rows of parts have no
keys: what an article says is the same whichever rows say it. What names a row of another
table by its key has that row's name beside it, so that it is found or made again where it is
gone (a tag).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model
from taggit.models import Tag

from articles.models import (
    Article,
    Contribution,
    Contributor,
    Issue,
    LexiconWord,
    NearDuplicate,
    Page,
    Paragraph,
    Photo,
    Publication,
    Region,
    TagEntry,
    TaggedArticle,
    TagSynonym,
    WordCandidate,
)
from articles.models.change import MAX_NAME

# Of each record, the rows that are part of it: model, column of its key, names kept beside.
PARTS: dict[type[Model], list[tuple[type[Model], str, dict[str, str]]]] = {
    Article: [
        (Paragraph, "article", {}),
        (Photo, "article", {}),
        (Region, "article", {}),
        (
            Contribution,
            "article",
            {
                "contributor_name": "contributor__name",
                "contributor_slug": "contributor__slug",
            },
        ),
        (
            TaggedArticle,
            "content_object",
            {"tag_name": "tag__name", "tag_slug": "tag__slug"},
        ),
    ],
    Tag: [
        (TagSynonym, "tag", {}),
        (TagEntry, "tag", {"parent_name": "parent__name"}),
    ],
}
# What is recorded. One of them that goes takes those before it along.
RECORDS: tuple[type[Model], ...] = (
    NearDuplicate,
    Article,
    Page,
    Issue,
    Publication,
    Contributor,
    Tag,
    LexiconWord,
    WordCandidate,
)
PART_MODELS = {part: whole for whole, parts in PARTS.items() for part, *_ in parts}
# What they are called may change, and the record that names them does not.
_BESIDE = {name for parts in PARTS.values() for *_, named in parts for name in named}
# Written at every change, made from other columns, or by jobs: no change by themselves.
_IGNORED = {
    "updated_at", "image_width", "image_height", "is_in_use",
    "score", "cohesion", "freedom", "occurrences", "touched", "examples",
}  # fmt: skip
_PLACE: dict[type[Model], list[str]] = {
    Page: ["issue__publication"],
    Issue: ["publication"],
    NearDuplicate: ["first", "second"],
}


CHUNK = 500


@dataclass(frozen=True, slots=True)
class State:
    """What a record is called, and all that it says."""

    name: str
    data: str


def states(model: type[Model], pks: Collection[int]) -> dict[int, State]:
    """Return the states of those of the records that exist, by key."""
    rows = model._base_manager.filter(pk__in=pks)
    if related := _PLACE.get(model):
        rows = rows.select_related(*related)
    found = {row.pk: row for row in rows}
    parts = _parts(model, list(found))
    return {
        pk: State(str(row)[:MAX_NAME], dumped([_row(row), *parts[pk]]))
        for pk, row in found.items()
    }


def chunks(pks: Iterable[int]) -> Iterator[list[int]]:
    """Yield so many keys at a time as one query is asked for."""
    every = list(pks)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


def rows_of(data: str) -> list[dict[str, Any]]:
    """Return the rows of a state, the record first."""
    rows: list[dict[str, Any]] = json.loads(data)
    return rows


def changed_fields(before: str, after: str) -> list[str]:
    """Return the names of the fields and kinds of parts in which two states differ."""
    former, latter = rows_of(before), rows_of(after)
    old, new = former[0]["fields"], latter[0]["fields"]
    names = [n for n in {**old, **new} if old.get(n) != new.get(n)]
    parts, others = _by_model(former[1:]), _by_model(latter[1:])
    return names + [
        model.rpartition(".")[2]
        for model in {**parts, **others}
        if parts[model] != others[model]
    ]


def same(former: str, latter: str) -> bool:
    """Return whether two states say the same, in the columns that the former knows.

    That a tag or a contributor has another name by now is a change of theirs.
    """
    old, new = rows_of(former), rows_of(latter)
    return len(old) == len(new) and all(
        a["model"] == b["model"] and _only(a, a) == _only(b, a)
        for a, b in zip(old, new, strict=True)
    )


def _only(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    known = like["fields"].keys() - _BESIDE
    return {n: v for n, v in row["fields"].items() if n in known}


def _by_model(rows: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["model"]].append(row["fields"])
    return found


def _parts(model: type[Model], pks: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part, whole, named in PARTS.get(model, ()):
        names = [f.name for f in _stored(part) if not f.primary_key or f.name == whole]
        rows = part._base_manager.filter(**{f"{whole}__in": pks})
        # In an order that no key decides, so that equal states are equal texts.
        order = sorted(names, key=lambda name: name != "position")
        beside = {name: F(path) for name, path in named.items()}
        for fields in rows.order_by(*order).values(*names, **beside):
            found[fields.pop(whole)].append(
                {"model": part._meta.label_lower, "pk": None, "fields": fields}
            )
    return found


def _row(instance: Model) -> dict[str, Any]:
    fields = {
        field.name: _value(instance, field)
        for field in _stored(type(instance))
        if not field.primary_key
    }
    label = instance._meta.label_lower
    return {"model": label, "pk": instance.pk, "fields": fields}


def _value(instance: Model, field: Any) -> Any:
    value = field.value_from_object(instance)
    return str(value) if field.get_internal_type() == "FileField" else value


def _stored(model: type[Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if f.name not in _IGNORED]


def dumped(rows: list[dict[str, Any]]) -> str:
    """Return the text of a state of these rows."""
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False)
