"""What was asked, and what was forgiven in reading it."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.search.language.nodes import All, Literal, Node, Words, leaves
from articles.search.language.notes import Note
from articles.search.language.render import render


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood. It is false when it asks nothing."""

    root: Node | None
    notes: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        return self.root is not None

    @property
    def understood(self) -> str:
        """Return the canonical text: reading it gives the same root, and no notes."""
        return render(self.root)

    def positive(self) -> Iterator[Words | Literal]:
        """Yield what is ranked and marked: words and literals that are not under a Not."""
        for leaf in leaves(self.root, negative=False):
            if isinstance(leaf, Words | Literal):
                yield leaf

    @property
    def only_words(self) -> bool:
        """Say whether nothing but words was asked, in no field."""
        nodes = self.root.nodes if isinstance(self.root, All) else (self.root,)
        return all(isinstance(node, Words) and node.field is None for node in nodes)
