"""The archive's records. A publication has issues, an issue pages, a page articles."""

from articles.models.article import Article, ArticleQuerySet, TaggedArticle
from articles.models.candidate import WordCandidate
from articles.models.change import Change, ChangedRecord
from articles.models.completion import Completion
from articles.models.contributor import Contribution, Contributor
from articles.models.draft_text import DraftText
from articles.models.duplicate import NearDuplicate, TextSketch
from articles.models.edit_lock import EditLock
from articles.models.job import Job
from articles.models.lexicon import LexiconWord
from articles.models.part import Paragraph, Photo
from articles.models.photo_upload import PhotoUpload
from articles.models.place import Issue, IssueQuerySet, Page, Publication
from articles.models.region import Region
from articles.models.search_document import (
    Bitmap,
    IndexChange,
    LexemeCount,
    SearchDocument,
)
from articles.models.tag_entry import TagEntry, TagSynonym

__all__ = [
    "Article",
    "ArticleQuerySet",
    "Bitmap",
    "Change",
    "ChangedRecord",
    "Completion",
    "Contribution",
    "Contributor",
    "DraftText",
    "EditLock",
    "IndexChange",
    "Issue",
    "IssueQuerySet",
    "Job",
    "LexemeCount",
    "LexiconWord",
    "NearDuplicate",
    "Page",
    "Paragraph",
    "Photo",
    "PhotoUpload",
    "Publication",
    "Region",
    "SearchDocument",
    "TagEntry",
    "TagSynonym",
    "TaggedArticle",
    "TextSketch",
    "WordCandidate",
]
