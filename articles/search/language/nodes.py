"""What a query asks, as a tree in one normal form.

Trees are made by ``every``, ``either`` and ``negated``: no group stands in a group of its
kind, none has fewer than two parts or the same part twice, and nothing is negated twice.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """A part of an article in which words are looked for; its value is its canonical name."""

    HEADLINE = "标题"
    BODY = "正文"
    AUTHOR = "作者"
    PHOTO = "图片"
    TAG = "标签"
    COLUMN = "栏目"


@dataclass(frozen=True, slots=True)
class Words:
    """A string between two blanks, folded, with the words in it, all of which are required."""

    text: str
    words: tuple[str, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A folded string that must stand in the text as it is, blanks collapsed."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """Days from ``since`` to ``until``, both included; None is open. One of them is a day."""

    since: datetime.date | None
    until: datetime.date | None


@dataclass(frozen=True, slots=True)
class InPublication:
    """A publication by its folded slug or part of its name."""

    text: str


@dataclass(frozen=True, slots=True)
class OnPage:
    """A page by its folded number or name."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be found."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """Two or more different nodes, all of which are required."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Two or more different nodes, one of which is enough."""

    nodes: tuple["Node", ...]


Leaf: TypeAlias = Words | Literal | Dates | InPublication | OnPage
Node: TypeAlias = Leaf | Not | All | Any


def every(nodes: Iterable[Node]) -> Node | None:
    """Return the node that requires all of these, None if there are none."""
    parts = dict.fromkeys(
        part
        for node in nodes
        for part in (node.nodes if isinstance(node, All) else (node,))
    )
    return All(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def either(nodes: Iterable[Node]) -> Node | None:
    """Return the node for which one of these is enough, None if there are none."""
    parts = dict.fromkeys(
        part
        for node in nodes
        for part in (node.nodes if isinstance(node, Any) else (node,))
    )
    return Any(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def negated(node: Node) -> Node:
    """Return what is found where ``node`` is not."""
    return node.node if isinstance(node, Not) else Not(node)


def leaves(node: Node | None, *, negative: bool = True) -> Iterator[Leaf]:
    """Yield the leaves of a tree in order, those under a Not only if ``negative``."""
    match node:
        case None:
            return
        case All(nodes) | Any(nodes):
            for part in nodes:
                yield from leaves(part, negative=negative)
        case Not(inner):
            if negative:
                yield from leaves(inner)
        case _:
            yield node


def mapped(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """Return the tree with each leaf changed, in normal form."""
    match node:
        case All(nodes):
            return every(mapped(part, change) for part in nodes) or node
        case Any(nodes):
            return either(mapped(part, change) for part in nodes) or node
        case Not(inner):
            return negated(mapped(inner, change))
    return change(node)


def first_leaves(node: Node | None, count: int) -> Node | None:
    """Return the tree with no more than its first ``count`` leaves, in normal form."""
    return _kept(node, iter(range(count))) if node is not None else None


def _kept(node: Node, places: Iterator[int]) -> Node | None:
    match node:
        case All(nodes):
            return every(part for n in nodes if (part := _kept(n, places)))
        case Any(nodes):
            return either(part for n in nodes if (part := _kept(n, places)))
        case Not(inner):
            kept = _kept(inner, places)
            return negated(kept) if kept else None
    return node if next(places, None) is not None else None


def within(node: Node | None, field: Field) -> Node | None:
    """Return the node with everything that is looked for in no field of its own in this one."""
    match node:
        case All(nodes):
            return every(part for n in nodes if (part := within(n, field)))
        case Any(nodes):
            return either(part for n in nodes if (part := within(n, field)))
        case Words() | Literal() if node.field is None:
            return replace(node, field=field)
    return node
