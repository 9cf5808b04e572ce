"""A tsquery of ours worked out on sets of articles rather than on documents."""

import re
from collections.abc import Mapping

from pyroaring import AbstractBitMap

# As tsvector.quote writes a lexeme, or one of the signs between lexemes.
_TOKEN = re.compile(r"'(?P<lexeme>(?:[^'\\]|''|\\\\)*)'|(?P<sign>[&|!()])")
_ESCAPED = re.compile(r"''|\\\\")


def lexemes_in(tsquery: str) -> set[str]:
    """Return the lexemes that a tsquery names.

    >>> sorted(lexemes_in("'a' & !('it''s' | 'a')"))
    ['a', "it's"]
    """
    found = (match["lexeme"] for match in _TOKEN.finditer(tsquery))
    return {_unquoted(lexeme) for lexeme in found if lexeme is not None}


def matching(
    tsquery: str, having: Mapping[str, AbstractBitMap], every: AbstractBitMap
) -> AbstractBitMap:
    """Return the articles that match, given those that have each lexeme, and every one.

    >>> having = {"a": BitMap([1, 2, 3]), "b": BitMap([2]), "c": BitMap([3, 4])}
    >>> list(matching("'a' & !'b' | 'c'", having, BitMap(range(5))))
    [1, 3, 4]
    """
    return _Reader(tsquery, having, every).read()


def _unquoted(lexeme: str) -> str:
    return _ESCAPED.sub(lambda match: match.group()[0], lexeme)


class _Reader:
    """Recursive descent: | binds least, then &, then !."""

    def __init__(
        self, tsquery: str, having: Mapping[str, AbstractBitMap], every: AbstractBitMap
    ) -> None:
        self._tokens = list(_TOKEN.finditer(tsquery))
        self._place = 0
        self._having = having
        self._every = every

    def read(self) -> AbstractBitMap:
        found = self._any()
        if self._place < len(self._tokens):
            raise ValueError(self._tokens[self._place].string)
        return found

    def _sign(self) -> str | None:
        if self._place == len(self._tokens):
            return None
        sign: str | None = self._tokens[self._place]["sign"]
        return sign

    def _any(self) -> AbstractBitMap:
        found = self._all()
        while self._sign() == "|":
            self._place += 1
            found = found | self._all()
        return found

    def _all(self) -> AbstractBitMap:
        found = self._one()
        while self._sign() == "&":
            self._place += 1
            found = found & self._one()
        return found

    def _one(self) -> AbstractBitMap:
        sign = self._sign()
        token = self._tokens[self._place]
        self._place += 1
        if sign == "!":
            return self._every - self._one()
        if sign == "(":
            found = self._any()
            self._place += 1
            return found
        return self._having[_unquoted(token["lexeme"])]
