"""What a search page says about how the query was read."""

from django.utils.translation import gettext_lazy as _

from articles.search.language import NoteCode, Query

_WORDED = {
    NoteCode.UNCLOSED_QUOTE: _("引号没有另一半"),
    NoteCode.STRAY_QUOTE: _("多出的引号没有计入"),
    NoteCode.UNCLOSED_PARENTHESIS: _("括号没有另一半"),
    NoteCode.STRAY_PARENTHESIS: _("多出的括号没有计入"),
    NoteCode.DANGLING_OPERATOR: _("“%(text)s”旁边没有检索词，没有计入"),
    NoteCode.EMPTY_FIELD: _("“%(text)s”后面没有检索词，没有计入"),
    NoteCode.BLANK_AFTER_FIELD: _("“%(text)s”限定了空格后面的检索词"),
    NoteCode.WILDCARD: _("不支持通配符 *，没有计入"),
    NoteCode.IMPOSSIBLE_DATE: _("“%(text)s”不是日期，按文字查找"),
    NoteCode.REVERSED_RANGE: _("“%(text)s”的先后已对调"),
    NoteCode.TOO_LONG: _("检索词太长，从“%(text)s”起没有计入"),
    NoteCode.TOO_MANY_TERMS: _("检索词太多，从“%(text)s”起没有计入"),
    NoteCode.TOO_DEEP: _("括号套得太深，里层的没有计入"),
}


def notes(query: Query) -> list[str]:
    """Return what was forgiven in reading a query, worded for readers, each once."""
    worded = (str(_WORDED[note.code]) % {"text": note.text} for note in query.notes)
    return list(dict.fromkeys(worded))
