"""What hits must belong to."""

import datetime
from dataclasses import dataclass

from taggit.models import Tag

from articles.models import Contributor, Publication
from articles.search.conditions import Condition, dates, lexemes
from articles.text.fold import fold


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must belong to; None and the empty text do not restrict.

    ``author`` is one person, ``author_name`` whoever is so named in a byline; ``page`` is the
    label or the name of a page. ``narrower`` are tags by number, whose articles count as the
    tag's own.
    """

    publication: Publication | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    tag: Tag | None = None
    narrower: tuple[int, ...] = ()
    author: Contributor | None = None
    author_name: str = ""
    page: str = ""
    column: str = ""

    def condition(self) -> Condition:
        """Return the filters as a condition on search documents."""
        found = dates(self.since, self.until)
        if self.publication:
            found &= lexemes(f"=p:{self.publication.pk}")
        if self.tag:
            found &= lexemes(*(f"=t:{pk}" for pk in (self.tag.pk, *self.narrower)))
        if self.author:
            found &= lexemes(f"=c:{self.author.pk}")
        if self.author_name:
            found &= lexemes(f"=a:{fold(self.author_name)}")
        if self.page:
            found &= lexemes(f"=v:{fold(self.page)}", f"=n:{fold(self.page)}")
        if self.column:
            found &= lexemes(f"=k:{fold(self.column)}")
        return found
