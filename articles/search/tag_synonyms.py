"""What a reader typed, with the tags that it calls by another name."""

from dataclasses import replace
from typing import TypeGuard

from articles.models import TagSynonym
from articles.models.tag_entry import meant
from articles.search.language import (
    MAX_LENGTH,
    MAX_TERMS,
    Field,
    Literal,
    Node,
    Query,
    Words,
    either,
    leaves,
    mapped,
    parse,
)
from articles.search.lexicon import query_lexicon
from articles.text.display import in_script
from articles.text.fold import fold
from articles.text.lexicon import Lexicon


def read(text: str) -> Query:
    """Return the query that a text asks: a synonym in 标签: asks for its tag too.

    One query of the database more, and none where no tag is asked for.
    """
    lexicon = query_lexicon()
    query = parse(text, lexicon)
    asked = {leaf.text for leaf in leaves(query.root) if _is_tag(leaf)}
    names = _tags_called(asked) if asked else {}
    if not names or query.root is None:
        return query

    def with_tag(leaf: Node) -> Node:
        if _is_tag(leaf) and (name := names.get(leaf.text)):
            return either([leaf, _tag(name, lexicon)]) or leaf
        return leaf

    wider = replace(query, root=mapped(query.root, with_tag))
    return wider if _is_read_to_its_end(wider) else query


def tag_called(query: Query) -> TagSynonym | None:
    """Return the synonym that a query of one word, or one string, is, with its tag."""
    root = query.root
    if not isinstance(root, Words | Literal) or root.field is not None:
        return None
    synonyms = TagSynonym.objects.named(_spellings(root.text)).select_related("tag")
    return synonyms.first()


def _is_tag(leaf: Node) -> TypeGuard[Words | Literal]:
    return isinstance(leaf, Words | Literal) and leaf.field is Field.TAG


def _tags_called(texts: set[str]) -> dict[str, str]:
    """Return the name of the tag of each of these (folded) that is a synonym."""
    spelt = {name: text for text in texts for name in _spellings(text)}
    found = meant(list(spelt))
    return {spelt[name]: tag for name, tag in found.items() if tag != name}


def _spellings(text: str) -> list[str]:
    """Return how a folded text may be written: queries are simplified, tags need not be."""
    return list({text, in_script(text, "zh-Hans", "hant")})


def _tag(name: str, lexicon: Lexicon) -> Node:
    """Return the node that the tag's own name in 标签: is."""
    node = parse(f"{Field.TAG}:{name}", lexicon).root
    return node if node and _is_tag(node) else Literal(fold(name), Field.TAG)


def _is_read_to_its_end(query: Query) -> bool:
    """Return whether the canonical text of a query is within the bounds of what is read."""
    terms = sum(1 for _leaf in leaves(query.root))
    return terms <= MAX_TERMS and len(query.understood) <= MAX_LENGTH
