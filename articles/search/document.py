"""What a search document holds of an article's texts. Pure: importing runs it in workers."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from articles.search.tsvector import Positions, positions, quote_all, tsvector
from articles.text.fold import fold
from articles.text.lexicon import Lexicon
from articles.text.segment import bigrams, segment

# Raise it with every change to what documents hold: ``update_index`` then rebuilds them.
VERSION = 2
# A tsvector ends at 1 MB of lexemes; what counts is their bytes and a little for each.
MAX_VECTOR_BYTES = 900_000
# Of the longest lexemes there are (128 characters of 4 bytes), with 255 positions each.
_NEVER_TOO_MANY = MAX_VECTOR_BYTES // (128 * 4 + 2 * 255 + 4)
# Folded characters in one document; a novel has more, a newspaper article never.
MAX_TEXT_LENGTH = 100_000
# A text is cut with this much said again, so that no search string falls between two parts.
TEXT_OVERLAP = 200


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """The wide columns of one search document: two tsvectors as text, and the folded text."""

    words: str
    bigrams: str
    text: str


def parts(fields: Iterable[tuple[str, str]], lexicon: Lexicon) -> list[DocumentPart]:
    """Return what is stored of an article's texts, each given with its weight.

    That is one part, or more where a text would pass PostgreSQL's limit for a tsvector.
    """
    folded = [(weight, fold(text)) for weight, text in fields if text]
    segmented = [(weight, segment(text, lexicon)) for weight, text in folded]
    vectors = [tsvector(lexemes) for lexemes in _chunks(positions(segmented))]
    texts = _text_parts([text for _weight, text in folded])
    return [
        DocumentPart(words, _pairs(text), text)
        for words, text in zip_longest(vectors, texts, fillvalue="")
    ]


def content_digest(part: DocumentPart) -> str:
    """Return 32 hexadecimal digits that change with what the part says."""
    hashed = hashlib.blake2b(part.words.encode(), digest_size=16)
    hashed.update(b"\0" + part.text.encode())
    return hashed.hexdigest()


def digest(
    content: str, publication_id: int, page_id: int, published_on: datetime.date
) -> str:
    """Return what changes with the content's digest or with the document's facets."""
    said = repr((publication_id, page_id, published_on, content))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _pairs(text: str) -> str:
    return quote_all(bigrams(text))


def _chunks(lexemes: Positions) -> Iterator[Positions]:
    """Yield the lexemes in portions that each fit one tsvector."""
    if len(lexemes) < _NEVER_TOO_MANY:
        yield lexemes
        return
    portion: Positions = {}
    size = 0
    for lexeme, places in lexemes.items():
        # In the vector: the lexeme, two bytes a position, and alignment.
        weight = len(lexeme.encode()) + 2 * len(places) + 4
        if size + weight > MAX_VECTOR_BYTES:
            yield portion
            portion, size = {}, 0
        portion[lexeme] = places
        size += weight
    yield portion


def _text_parts(texts: list[str]) -> list[str]:
    """Join the fields, one a line, and cut the whole where it passes the longest text."""
    joined = "\n".join(text for text in texts if text)
    step = MAX_TEXT_LENGTH - TEXT_OVERLAP
    last = max(len(joined) - TEXT_OVERLAP, 1)
    return [joined[start : start + MAX_TEXT_LENGTH] for start in range(0, last, step)]
