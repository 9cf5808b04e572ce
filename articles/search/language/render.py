"""Nodes to canonical text: what the page shows, and an address can hold."""

from articles.search.language.dates import written
from articles.search.language.nodes import (
    All,
    Any,
    Dates,
    InPublication,
    Leaf,
    Literal,
    Node,
    Not,
    OnPage,
    Words,
)
from articles.search.language.tokens import (
    MAX_DEPTH,
    MAX_LENGTH,
    QUOTES,
    Filter,
    is_word,
)


def render(node: Node | None) -> str:
    """Return the text that is read as ``node``.

    Clear text names a field once for a group and puts alternatives into parentheses. Where
    that would be deeper or longer than what is read, only necessary parentheses are left.
    """
    if node is None:
        return ""
    if _depth(node) <= MAX_DEPTH:
        clear = _Writer(clear=True).text(node)
        if len(clear) <= MAX_LENGTH:
            return clear
    return _Writer(clear=False).text(node)


def _depth(node: Node) -> int:
    match node:
        case All(nodes) | Any(nodes):
            return 1 + max(map(_depth, nodes))
        case Not(inner):
            return _depth(inner)
    return 0


class _Writer:
    def __init__(self, *, clear: bool) -> None:
        self._clear = clear

    def text(self, node: Node) -> str:
        match node:
            case All(nodes):
                return self._in_common_field(node) or " ".join(
                    # OR binds closer than a blank.
                    self._part(part, bare=isinstance(part, Any) and not self._clear)
                    for part in nodes
                )
            case Any(nodes):
                return self._in_common_field(node) or self._either().join(
                    self._part(part) for part in nodes
                )
            case Not(inner):
                return f"-{self._part(inner)}"
        return _prefix(node) + _value(node)

    def _either(self) -> str:
        return " OR " if self._clear else "|"

    def _part(self, node: Node, *, bare: bool = False) -> str:
        text = self.text(node)
        if bare or not isinstance(node, All | Any) or self._in_common_field(node):
            return text
        return f"({text})"

    def _in_common_field(self, group: All | Any) -> str:
        leaves = [node for node in group.nodes if not isinstance(node, Not | All | Any)]
        prefixes = set(map(_prefix, leaves))
        if not self._clear or len(leaves) < len(group.nodes) or prefixes == {""}:
            return ""
        if len(prefixes) > 1:
            return ""
        join = " " if isinstance(group, All) else self._either()
        return f"{prefixes.pop()}({join.join(map(_value, leaves))})"


def _prefix(leaf: Leaf) -> str:
    match leaf:
        case Words(field=field) | Literal(field=field):
            return f"{field}:" if field else ""
        case InPublication():
            return f"{Filter.PUBLICATION}:"
        case OnPage():
            return f"{Filter.PAGE}:"
        case Dates():
            return f"{Filter.DATE}:"


def _value(leaf: Leaf) -> str:
    match leaf:
        case Words(text):
            return text
        case Literal(text):
            return quoted(text)
        case InPublication(text) | OnPage(text):
            return text if is_word(text) else quoted(text)
        case Dates(since, until):
            return written(since, until)


def quoted(text: str) -> str:
    """Return folded ``text`` in the first quotation marks of which it does not hold the closing.

    Text that was read between quotation marks does not hold that one; other text may hold
    all of them and then loses one kind.
    """
    for opening, closing in QUOTES.items():
        if closing not in text:
            return f"{opening}{text}{closing}"
    return f'"{text.replace(chr(34), " ")}"'
