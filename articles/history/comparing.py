"""What differs between two versions of a record, as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Model
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from articles.history.states import PART_MODELS, rows_of
from articles.models import (
    Contribution,
    Paragraph,
    Photo,
    Region,
    TagEntry,
    TaggedArticle,
    TagSynonym,
)
from articles.text.diff import Row, Span, compare, rows

# Texts of several lines, compared line by line as a body is paragraph by paragraph.
_LONG = {"source_text", "correction", "date_note"}
# What an editor does not know of.
_INTERNAL = {"import_digest", "doubts", "preview_round"}
_SHORT_TEXTS = {"CharField", "TextField", "SlugField"}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or another part of a body: what it is, and its words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side of a row: labels of its parts, and its words."""

    labels: list[str]
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row of two bodies side by side."""

    left: Side
    right: Side
    moved: bool
    split: bool
    joined: bool
    is_same: bool


@dataclass(frozen=True, slots=True)
class TextField:
    """A field whose words are compared."""

    label: str
    left: list[Span]
    right: list[Span]


@dataclass(frozen=True, slots=True)
class ValueField:
    """A field that has one value or another."""

    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Names:
    """A list of names: what both have, what is gone, what is new."""

    label: str
    kept: list[str]
    gone: list[str]
    new: list[str]


@dataclass(slots=True)
class Comparison:
    """All that differs between two states."""

    texts: list[TextField] = field(default_factory=list)
    long_texts: list[tuple[str, list[BodyRow]]] = field(default_factory=list)
    values: list[ValueField] = field(default_factory=list)
    names: list[Names] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.texts or self.long_texts or self.values or self.names)


def compared(left: str, right: str) -> Comparison:
    """Return what differs between two states of one record."""
    former, latter = rows_of(left), rows_of(right)
    found = Comparison()
    _compare_fields(former[0], latter[0], found)
    first, second = _body(former[1:]), _body(latter[1:])
    if first != second:
        found.long_texts.insert(0, (_("正文"), _body_rows(first, second)))
    for model in (TaggedArticle, Contribution, Region, TagSynonym, TagEntry):
        one, other = _names(model, former), _names(model, latter)
        if one != other:
            found.names.append(
                Names(
                    str(model._meta.verbose_name_plural),
                    [name for name in one if name in other],
                    [name for name in one if name not in other],
                    [name for name in other if name not in one],
                )
            )
    return found


def contents(data: str) -> list[tuple[str, list[str]]]:
    """Return what a state says: of each field that says something its name and lines."""
    state = rows_of(data)
    model, fields = apps.get_model(state[0]["model"]), state[0]["fields"]
    found = [
        (_label(model, name), _value(model, name, value).splitlines())
        for name, value in fields.items()
        if value not in (None, "") and name not in _INTERNAL and name != "source_text"
    ]
    if body := _body(state[1:]):
        found.append((_("正文"), [line.text for line in body]))
    names = {part: _names(part, state) for part in (TaggedArticle, Contribution)}
    lists = [(str(part._meta.verbose_name_plural), n) for part, n in names.items() if n]
    return found + lists


def labels(model: type[Model], names: Iterable[str]) -> list[str]:
    """Return what fields and kinds of parts are called, of their names in a row of history."""
    parts = {
        part._meta.model_name: str(part._meta.verbose_name) for part in PART_MODELS
    }
    found = [
        parts.get(name) or _label(model, name)
        for name in names
        if name not in _INTERNAL
    ]
    return list(dict.fromkeys(found))


# ---- Fields


def _compare_fields(
    former: dict[str, Any], latter: dict[str, Any], found: Comparison
) -> None:
    model = apps.get_model(former["model"])
    old, new = former["fields"], latter["fields"]
    for name in {**old, **new}:
        one, other = old.get(name), new.get(name)
        if one == other or name in _INTERNAL:
            continue
        label = _label(model, name)
        if name in _LONG:
            pair = [_lines(str(text or "")) for text in (one, other)]
            found.long_texts.append((label, _body_rows(*pair)))
        elif _is_text(model, name):
            found.texts.append(
                TextField(label, *compare(str(one or ""), str(other or "")))
            )
        else:
            values = (_value(model, name, value) for value in (one, other))
            found.values.append(ValueField(label, *values))


def _field(model: type[Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None  # a column of its time


def _label(model: type[Model], name: str) -> str:
    column = _field(model, name)
    return str(column.verbose_name) if column else name


def _is_text(model: type[Model], name: str) -> bool:
    column = _field(model, name)
    return bool(
        column and column.get_internal_type() in _SHORT_TEXTS and not column.choices
    )


def _value(model: type[Model], name: str, value: Any) -> str:
    column = _field(model, name)
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if column is not None and column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if column is not None and column.is_relation:
        row = column.related_model._base_manager.filter(pk=value).first()
        return str(row) if row else _("%(key)s（已删除）") % {"key": value}
    time = parse_datetime(value) if isinstance(column, DateTimeField) else None
    return f"{localtime(time):%Y-%m-%d %H:%M}" if time else str(value)


def _lines(text: str) -> list[Line]:
    return [Line("", line) for line in text.splitlines()]


# ---- The body


def _body(parts: Iterable[dict[str, Any]]) -> list[Line]:
    """Return paragraphs and photos in the order of print."""
    found: list[tuple[int, int, Line]] = []
    for part in parts:
        fields = part["fields"]
        if part["model"] == Paragraph._meta.label_lower:
            subhead = fields["kind"] == Paragraph.Kind.SUBHEAD
            label = str(Paragraph.Kind.SUBHEAD.label) if subhead else ""
            found.append((fields["position"], 0, Line(label, fields["text"])))
        elif part["model"] == Photo._meta.label_lower:
            label = str(Photo._meta.verbose_name)
            found.append((fields["position"], 1, Line(label, _photo(fields))))
    return [line for *_place, line in sorted(found, key=lambda row: row[:2])]


def _photo(fields: dict[str, Any]) -> str:
    """Return a photo's texts, and the name of its file."""
    names = ("caption", "credit", "alt")
    texts = [str(fields[name]) for name in names if fields.get(name)]
    if image := fields.get("image"):
        texts.append(f"[{PurePosixPath(image).name}]")
    return "\n".join(texts)


def _body_rows(left: list[Line], right: list[Line]) -> list[BodyRow]:
    aligned = rows([line.text for line in left], [line.text for line in right])
    return [_body_row(row, left, right) for row in aligned]


def _body_row(row: Row, left: list[Line], right: list[Line]) -> BodyRow:
    first = [left[n].label for n in row.left]
    second = [right[n].label for n in row.right]
    both = len(row.left) > 0 and len(row.right) > 0
    return BodyRow(
        Side([label for label in first if label], row.left_spans),
        Side([label for label in second if label], row.right_spans),
        moved=row.moved,
        split=both and len(row.right) > 1,
        joined=both and len(row.left) > 1,
        is_same=row.is_same and not row.moved and first == second,
    )


# ---- Names


def _names(model: type[Model], state: list[dict[str, Any]]) -> list[str]:
    label = model._meta.label_lower
    return [_name(row) for row in state[1:] if row["model"] == label]


def _name(row: dict[str, Any]) -> str:
    fields = row["fields"]
    if "tag" in fields:
        return str(fields.get("tag_name", fields["tag"]))
    if "contributor" in fields:
        roles = dict(Contribution.Role.choices)
        who = fields.get("contributor_name", fields["contributor"])
        return f"{who}（{roles.get(fields['role'], fields['role'])}）"
    if "vocabulary" in fields:
        place = (fields.get(n) for n in ("parent_name", "vocabulary", "code", "note"))
        return " · ".join(str(said) for said in place if said)
    if "name" in fields:
        return str(fields["name"])
    box = (fields[name] for name in ("x", "y", "width", "height"))
    return " × ".join(str(number) for number in box)
