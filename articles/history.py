"""What an article was before: whole versions of it, parts and tags included.

django-reversion keeps them (docs/decisions/0007): one revision holds the article and all rows
that belong to it, so that any version can be shown, compared and restored as one thing.
"""

import reversion

from articles.models import Article, Paragraph, Photo, Region
from articles.models.article import TaggedArticle


def register() -> None:
    """Tell reversion what belongs to an article."""
    reversion.register(
        Article,
        follow=("paragraphs", "photos", "regions", "tagged_items"),
        exclude=("doubts",),
    )
    for model in (Paragraph, Photo, Region, TaggedArticle):
        reversion.register(model)


def keep(article: Article, comment: str) -> None:
    """Keep the article as it is now. Call it before a change, in the same transaction."""
    with reversion.create_revision():
        reversion.set_comment(comment)
        reversion.add_to_revision(article)
