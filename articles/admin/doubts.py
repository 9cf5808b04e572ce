"""What the page parser was unsure of, in words, beside the source with its places marked."""

from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from articles.models import Article

# What was decided: a label of articles/ingest/structure.py, or what else a format notes.
DECISIONS = {
    "kicker": gettext_lazy("引题"),
    "headline": gettext_lazy("主题"),
    "deck": gettext_lazy("副题"),
    "top_byline": gettext_lazy("署名"),
    "end_byline": gettext_lazy("署名"),
    "begins": gettext_lazy("段落开始"),
    "goes_on": gettext_lazy("接上一段"),
    "subhead": gettext_lazy("小标题"),
    "caption": gettext_lazy("图片说明"),
    "jump": gettext_lazy("转版"),
    "ends": gettext_lazy("下一篇从这里开始"),
    "misprint": gettext_lazy("可能有误"),
    "ocr": gettext_lazy("识别质量低"),
    "incomplete": gettext_lazy("缺少内容"),
}
# Why: the rules that spoke for it.
REASONS = {
    "another-subject": gettext_lazy("前后内容不同"),
    "begins-with-following-word": gettext_lazy("以承接词开头"),
    "byline-form": gettext_lazy("形式像署名"),
    "cannot-begin": gettext_lazy("不能作开头"),
    "caption-mark": gettext_lazy("有图片说明的标志"),
    "colon": gettext_lazy("以冒号结尾"),
    "column": gettext_lazy("形式像栏目"),
    "commas": gettext_lazy("有逗号"),
    "credit-form": gettext_lazy("有摄影署名"),
    "dashed": gettext_lazy("以破折号开头"),
    "dateline": gettext_lazy("有电头"),
    "doubled-phrase": gettext_lazy("词语重复"),
    "doubled-word": gettext_lazy("虚词重复"),
    "ends-a-sentence": gettext_lazy("以句末标点结尾"),
    "ends-in-mid-sentence": gettext_lazy("句子没有完"),
    "ends-with-full-stop": gettext_lazy("以句号结尾"),
    "ends-with-leading-word": gettext_lazy("末词之后应有下文"),
    "half-width-comma": gettext_lazy("半角逗号"),
    "indent": gettext_lazy("段首缩进"),
    "indented-as-body": gettext_lazy("缩进与正文相同"),
    "jump-form": gettext_lazy("形式像转版"),
    "latin-between-chinese": gettext_lazy("中文之间有外文词"),
    "length": gettext_lazy("长度"),
    "length-of-a-subhead": gettext_lazy("长度像小标题"),
    "long": gettext_lazy("较长"),
    "long-for-a-kicker": gettext_lazy("作引题太长"),
    "longer-than-the-headline": gettext_lazy("长于主题"),
    "no-credit": gettext_lazy("没有摄影署名"),
    "no-sentence": gettext_lazy("不像句子"),
    "numbered": gettext_lazy("有序号"),
    "order": gettext_lazy("先后次序"),
    "phrases": gettext_lazy("由几个短语组成"),
    "same-subject": gettext_lazy("前后内容相同"),
    "says-what-the-story-says": gettext_lazy("与正文用词相合"),
    "sentence-is-complete": gettext_lazy("上一句已经完"),
    "sentence-is-open": gettext_lazy("上一句没有完"),
    "stop-inside": gettext_lazy("中间有句号"),
    "topic": gettext_lazy("以话题词开头"),
    "unpaired-bracket": gettext_lazy("括号不成对"),
    "very-short": gettext_lazy("太短"),
    "word-across-the-break": gettext_lazy("断处恰是一个词"),
    "wrapped": gettext_lazy("占几行"),
}
# So many are shown: of a text that is none of a newspaper there are thousands.
MOST_SHOWN = 300
_UNKNOWN = pgettext_lazy("heading", "其他")


def review(article: Article) -> SafeString:
    """Return the doubts of an article as a list, and the source with their places marked."""
    found = placed(article)
    if not found:
        return format_html("<p>{}</p>", _("没有疑点。"))
    doubts, more = found[:MOST_SHOWN], len(found) - MOST_SHOWN
    rows = format_html_join(
        "", "<li><b>{}</b> {} <q>{}</q></li>", _rows(doubts, article)
    )
    rest = ngettext("以及另外 %(more)s 处", "以及另外 %(more)s 处", max(more, 0))
    marked = format_html_join(
        "", "{}", ((piece,) for piece in _marked(doubts, article))
    )
    return format_html(
        '<ol class="doubts">{}</ol>{}<div class="source" lang="{}">{}</div>',
        rows, format_html("<p>{}</p>", rest % {"more": more}) if more > 0 else "",
        _lang(article), marked,
    )  # fmt: skip


def placed(article: Article) -> list[dict[str, Any]]:
    """Return the doubts whose places are in the source."""
    return [doubt for doubt in article.doubts if _is_placed(doubt, article)]


def _lang(article: Article) -> str:
    """Return the language of the source; an article that is being entered may have no page."""
    return article.page.issue.publication.lang if article.page_id else "zh-Hans"


def _is_placed(doubt: dict[str, Any], article: Article) -> bool:
    length = len(article.source_text)
    return 0 <= int(doubt["start"]) < int(doubt["end"]) <= length


def _rows(doubts: list[dict[str, Any]], article: Article) -> list[tuple[str, str, str]]:
    return [
        (
            str(DECISIONS.get(doubt["code"], _UNKNOWN)),
            _explained(doubt),
            " ".join(article.source_text[doubt["start"] : doubt["end"]][:40].split()),
        )
        for doubt in doubts
    ]


def _explained(doubt: dict[str, Any]) -> str:
    """Return how sure it is, and why: 62%, 前后内容不同."""
    reasons = [str(REASONS[code]) for code in doubt["reasons"] if code in REASONS]
    sure = [] if doubt["code"] == "misprint" else [f"{doubt['confidence']:.0%}"]
    return _("，").join(sure + reasons)


def _marked(doubts: list[dict[str, Any]], article: Article) -> list[str]:
    """Return the source in pieces, those that any doubt is about marked."""
    text = article.source_text
    cuts = sorted(
        {0, len(text), *(d["start"] for d in doubts), *(d["end"] for d in doubts)}
    )
    beginning: dict[int, list[dict[str, Any]]] = {}
    for doubt in doubts:
        beginning.setdefault(doubt["start"], []).append(doubt)
    pieces: list[str] = []
    # Those that are open here, not all of them: a page may have thousands.
    about: list[dict[str, Any]] = []
    for start, end in pairwise(cuts):
        about = [d for d in about if d["end"] > start] + beginning.get(start, [])
        if about:
            title = _("；").join(
                f"{DECISIONS.get(d['code'], _UNKNOWN)} {_explained(d)}" for d in about
            )
            pieces.append(
                format_html('<mark title="{}">{}</mark>', title, text[start:end])
            )
        else:
            pieces.append(text[start:end])
    return pieces
