"""An article as it is cited: GB/T 7714—2015, BibTeX, RIS and CSL-JSON.

Whatever a page shows, these give the text as it was printed.
"""

import datetime
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from articles.models import Article, Contribution, Contributor
from articles.text.people import people

# Who wrote it. Photographers and editors are no authors of the text.
_WRITERS = (Contribution.Role.REPORTER, Contribution.Role.CORRESPONDENT)
_PHOTOGRAPHER = re.compile(r"\S+\s*摄影?(?=\s|$)")
# GB/T 7714—2015, 8.1.2: of more than three authors the first three are named.
_NAMED_AUTHORS = 3


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation says of an article."""

    key: str
    headline: str
    authors: tuple[str, ...]
    publication: str
    date: datetime.date
    edition: str
    number: int | None
    page: str
    address: str
    lang: str
    city: str = ""
    issn: str = ""
    note: str = ""


def cited(article: Article, address: str) -> Cited:
    """Return what is cited of an article that readers find at an absolute address.

    The authors are the contributors who wrote it, in their order, else the people whom the
    byline names. Where it names nobody, as 本报评论员, it stands in the note as printed.
    """
    page = article.page
    issue = page.issue
    publication = issue.publication
    written = [_line(writer.name) for writer in writers(article)]
    authors = tuple(written or people(_PHOTOGRAPHER.sub(" ", article.byline)))
    byline = "" if authors or not article.byline else f"署名：{_line(article.byline)}"
    dated = f"日期说明：{_line(issue.date_note)}" if issue.date_note else ""
    slug = publication.slug if publication.slug.isascii() else "news"
    return Cited(
        key=f"{slug}-{issue.published_on.isoformat()}-{article.pk}",
        headline=_line(article.headline),
        authors=authors,
        publication=_line(publication.name),
        date=issue.published_on,
        edition=_line(issue.edition),
        number=issue.number,
        page=_line(page.label),
        address=address,
        lang=publication.lang,
        city=_line(publication.place),
        issn=_line(publication.issn),
        note="；".join(filter(None, (byline, dated))),
    )


def writers(article: Article) -> list[Contributor]:
    """Return who wrote an article, in order: the reporters and correspondents."""
    return [
        contribution.contributor
        for contribution in article.contributions.all()
        if contribution.role in _WRITERS
    ]


def _line(text: str) -> str:
    """Return a text on one line: all four formats, and BibTeX's readers, count lines."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


# ---- GB/T 7714—2015


def gb7714(item: Cited, accessed: datetime.date | None = None) -> str:
    """Return the reference as read online on a day, [N/OL], or as printed, [N].

    The form is that of 4.4.2 (析出文献) with the example of a newspaper in annex A; a blank
    follows each mark as in common use. An edition of the day stands before the page.
    """
    authors = ", ".join(item.authors[:_NAMED_AUTHORS])
    if len(item.authors) > _NAMED_AUTHORS:
        authors += ", 等"
    begin = f"{authors}. " if authors else ""
    page = f"{item.edition}, {item.page}" if item.edition else item.page
    kind = "N/OL" if accessed else "N"
    end = f"[{accessed.isoformat()}]. {item.address}" if accessed else ""
    printed = f"{item.publication}, {item.date.isoformat()}({page})"
    return f"{begin}{item.headline}[{kind}]. {printed}{end}."


def _gb7714_list(items: Iterable[Cited], accessed: datetime.date) -> str:
    return "".join(f"{gb7714(item, accessed)}\n" for item in items)


# ---- BibTeX

# A brace counts for BibTeX even behind a backslash, so that none may stand alone.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "%": r"\%", "&": r"\&", "_": r"\_", "#": r"\#", "$": r"\$",
    }
)  # fmt: skip
# TeX sets -- and '' and ?` as one sign each.
_LIGATURE = re.compile("([-'`?!,<>])(?=[-'`,<>])")


def _tex(text: str) -> str:
    return _LIGATURE.sub(r"\1{}", text.translate(_TEX))


def bibtex(item: Cited, accessed: datetime.date) -> str:
    """Return an entry for BibTeX and biblatex; ``journal`` is known to both."""
    fields = {
        # Each name and the title in braces of their own: neither is taken apart, nor is
        # a Latin word in it set in small letters.
        "author": " and ".join(f"{{{_tex(name)}}}" for name in item.authors),
        "title": f"{{{_tex(item.headline)}}}",
        "journal": _tex(item.publication),
        "entrysubtype": "newspaper",
        "date": item.date.isoformat(),
        "number": str(item.number or ""),
        "edition": _tex(item.edition),
        "pages": _tex(item.page),
        "location": _tex(item.city),
        "issn": _tex(item.issn),
        "url": item.address,
        "urldate": accessed.isoformat(),
        "langid": "chinese",
        "note": _tex(item.note),
    }
    lines = [f"  {name} = {{{text}}},\n" for name, text in fields.items() if text]
    return f"@article{{{item.key},\n{''.join(lines)}}}\n"


def _bibtex_list(items: Iterable[Cited], accessed: datetime.date) -> str:
    return "\n".join(bibtex(item, accessed) for item in items)


# ---- RIS


def ris(item: Cited, accessed: datetime.date) -> str:
    """Return a record of RIS, a tag a line, lines ended as its specification says."""
    tags = [
        ("TY", "NEWS"),
        ("ID", item.key),
        *(("AU", name) for name in item.authors),
        ("TI", item.headline),
        ("T2", item.publication),
        ("PY", item.date.isoformat()[:4]),
        ("DA", _slashed(item.date)),
        ("IS", str(item.number or "")),
        ("ET", item.edition),
        ("SP", item.page),
        ("CY", item.city),
        ("SN", item.issn),
        ("LA", item.lang),
        ("N1", item.note),
        ("UR", item.address),
        ("Y2", _slashed(accessed)),
    ]
    lines = [f"{tag}  - {text}\r\n" for tag, text in tags if text]
    return f"{''.join(lines)}ER  - \r\n"


def _slashed(day: datetime.date) -> str:
    return day.isoformat().replace("-", "/")


def _ris_list(items: Iterable[Cited], accessed: datetime.date) -> str:
    return "\r\n".join(ris(item, accessed) for item in items)


# ---- CSL-JSON


def csl(item: Cited, accessed: datetime.date) -> dict[str, Any]:
    """Return an item of CSL-JSON, as citeproc and Zotero read it."""
    fields = {
        "id": item.key,
        "type": "article-newspaper",
        "title": item.headline,
        "author": [{"literal": name} for name in item.authors],
        "container-title": item.publication,
        "issued": _parts(item.date),
        "issue": str(item.number or ""),
        "edition": item.edition,
        "page": item.page,
        "publisher-place": item.city,
        "ISSN": item.issn,
        "language": item.lang,
        "note": item.note,
        "URL": item.address,
        "accessed": _parts(accessed),
    }
    return {name: value for name, value in fields.items() if value}


def _parts(day: datetime.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _csl_list(items: Iterable[Cited], accessed: datetime.date) -> str:
    found = [csl(item, accessed) for item in items]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


# ---- Files


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which citations are downloaded."""

    content_type: str
    write: Callable[[Iterable[Cited], datetime.date], str]


# By the ending of the file's name.
FORMATS = {
    "bib": Format("application/x-bibtex; charset=utf-8", _bibtex_list),
    "ris": Format("application/x-research-info-systems; charset=utf-8", _ris_list),
    "json": Format("application/vnd.citationstyles.csl+json", _csl_list),
    "txt": Format("text/plain; charset=utf-8", _gb7714_list),
}
