"""Two versions of an article side by side: what is stored now, and what somebody typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Row:
    """A field that is not the same in both."""

    name: str
    label: str
    theirs: str
    mine: str
    # Whether the stored value can be chosen here: it is one text, or a list of them.
    may_take: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """What differs, and the state to which it was compared."""

    now: str
    rows: list[Row]


def compare(form: Any, now: str) -> Conflict:
    """Return what a bound form would change in the article as it is stored now."""
    return Conflict(now, list(_rows(form)))


def compare_parts(conflict: Conflict, formsets: Iterable[Any]) -> None:
    """Add what the rows of an article's parts would change, which no tick can choose."""
    for formset in formsets:
        what = formset.model._meta.verbose_name
        for number, form in enumerate(formset.forms, start=1):
            label = f"{what} {number}"
            rows = _rows(form) if form.instance.pk else ()
            conflict.rows.extend(
                replace(row, label=f"{label} · {row.label}", may_take=False)
                for row in rows
            )


def _rows(form: Any) -> Iterator[Row]:
    for name in form.changed_data:
        bound = form[name]
        if bound.is_hidden or name == "note":
            continue
        theirs, mine = bound.field.prepare_value(bound.initial), bound.data
        plain = not isinstance(bound.field.widget, forms.MultiWidget)
        label = str(bound.label)
        yield Row(name, label, _said(bound, theirs), _said(bound, mine), plain)


def _said(bound: Any, value: Any) -> str:
    """Return a value of the form as it is read."""
    choices = getattr(bound.field, "queryset", None)
    if choices is not None and value and str(value).isdecimal():
        return str(choices.filter(pk=value).first() or value)
    if isinstance(value, list | tuple):
        return " ".join(str(each) for each in value if each)
    return "" if value is None else str(value)


def with_theirs(form: Any, data: Any, names: Iterable[str]) -> Any:
    """Return what was sent, with the stored values of the fields so named instead."""
    merged = data.copy()
    for name in names:
        if name not in form.fields or form[name].is_hidden:
            continue
        value = form.fields[name].prepare_value(
            form.get_initial_for_field(form.fields[name], name)
        )
        if isinstance(value, list | tuple):
            merged.setlist(name, [str(each) for each in value])
        elif value in (None, False):
            merged.pop(name, None)
        else:
            merged[name] = str(value)
    return merged
