"""Controlled vocabularies as trees of tags: a file of codes, names and what stands above."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.history import keep_all, recorded
from articles.models import Completion, TagEntry, TagSynonym, watched
from articles.models.change import Change
from articles.models.tag_entry import (
    MAX_DEPTH,
    keys_of_tags,
    lock_tree,
    meant,
    slug_of,
)
from articles.search import changes, completions
from articles.tags import validate_tag_name

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
# The vocabularies that come with the archive: how each is called, and its file.
BUILT_IN = {
    "gbt20093": (
        "GB/T 20093",
        Path(__file__).parent.parent / "data" / "gbt20093.csv",
    )
}
_HEADERS = {
    "code": "code", "代码": "code", "分类代码": "code",
    "name": "name", "名称": "name", "类目名称": "name",
    "parent": "parent", "上位": "parent", "上位代码": "parent",
    "note": "note", "备注": "note", "说明": "note",
}  # fmt: skip
_LENGTHS = {"code": 40, "note": 500}


@dataclass(slots=True)
class Term:
    """A row of the file."""

    line: int
    name: str
    code: str = ""
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was stored."""

    terms: int
    new: int


class TreeError(Exception):
    """A file that cannot be loaded, with all that is wrong with it, line by line."""

    def __init__(self, wrong: list[tuple[int, str]]) -> None:
        self.lines = [
            _("第 %(line)d 行：%(what)s") % {"line": line, "what": what}
            for line, what in sorted(wrong)
        ]
        super().__init__("\n".join(self.lines))


# ---- Reading


def read(content: bytes) -> list[Term]:
    """Return the terms of a CSV or JSON file; TreeError tells of every line that is wrong."""
    if len(content) > MAX_BYTES:
        raise TreeError([(1, _("文件太大，最大 10 MB。"))])
    text = _decoded(content)
    terms = list(_json(text) if text.lstrip().startswith(("[", "{")) else _csv(text))
    if not terms:
        raise TreeError([(1, _("文件里没有词条。"))])
    if len(terms) > MAX_ROWS:
        message = _("词条太多，最多 %(most)d 条。") % {"most": MAX_ROWS}
        raise TreeError([(terms[MAX_ROWS].line, message)])
    if wrong := [*_wrong_by_themselves(terms), *_wrong_together(terms)]:
        raise TreeError(wrong)
    if not any(term.parent for term in terms):
        _above_by_code(terms)
    return terms


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TreeError([(1, _("文字编码认不出来，请存为 UTF-8。"))])


def _csv(text: str) -> Iterator[Term]:
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    rows = csv.reader(line for _number, line in lines)
    columns: list[str] = []
    try:
        for row in rows:
            number = lines[rows.line_num - 1][0]
            if columns:
                given = zip(columns, row, strict=False)
                yield _term(number, {key: value for key, value in given if key})
            else:
                columns = [_HEADERS.get(cell.strip().lower(), "") for cell in row]
                if "name" not in columns:
                    raise TreeError([(number, _no_name())])
    except csv.Error as error:
        raise TreeError([(lines[0][0], str(error))]) from error


def _no_name() -> str:
    return _("第一行应是各列的名称，其中要有 name（名称），可以有 code、parent、note。")


def _json(text: str) -> Iterator[Term]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TreeError([(getattr(error, "lineno", 1), str(error))]) from error
    if not isinstance(rows, list):
        raise TreeError([(1, _("JSON 文件应是词条的列表。"))])
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise TreeError([(number, _("词条应有 name，可以有 code、parent、note。"))])
        yield _term(
            number,
            {
                key: str(row[key])
                for key in ("name", "code", "parent", "note")
                if row.get(key)
            },
        )


def _term(line: int, values: dict[str, str]) -> Term:
    cleaned = {key: " ".join(value.split()) for key, value in values.items()}
    return Term(line, **{"name": "", **cleaned})


def _wrong_by_themselves(terms: Iterable[Term]) -> Iterator[tuple[int, str]]:
    for term in terms:
        try:
            validate_tag_name(term.name)
        except ValidationError as error:
            yield term.line, " ".join(error.messages)
        for key, most in _LENGTHS.items():
            value = getattr(term, key)
            if len(value) > most or not (value.isprintable()):
                yield (
                    term.line,
                    _("%(column)s 太长，或含有不能用的字符。") % {"column": key},
                )


def _wrong_together(terms: Iterable[Term]) -> Iterator[tuple[int, str]]:
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    for term in terms:
        for known, value in ((names, term.name.upper()), (codes, term.code)):
            if value and (first := known.setdefault(value, term.line)) != term.line:
                message = _("“%(what)s”在第 %(line)d 行已经有了。")
                yield term.line, message % {"what": value, "line": first}


def _above_by_code(terms: list[Term]) -> None:
    """Take as a term's parent the one whose code is the longest beginning of its own."""
    codes = {term.code for term in terms if term.code}
    for term in terms:
        beginnings = (term.code[:end] for end in range(len(term.code) - 1, 0, -1))
        term.parent = next((start for start in beginnings if start in codes), "")


# ---- Storing


@dataclass(slots=True)
class _Tree:
    """The terms with the tags that they are, by name and by code."""

    vocabulary: str
    terms: list[Term]
    tags: dict[str, Tag] = field(default_factory=dict)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def load(terms: list[Term], vocabulary: str) -> Loaded:
    """Store a vocabulary as a tree of tags, or nothing of it: TreeError says why.

    A term is the tag of its name, or of a synonym, made where there is none; loaded again it
    changes nothing.
    """
    with recorded(
        note=_("载入词表 %(name)s") % {"name": vocabulary}, kind=Change.Kind.BULK
    ):
        lock_tree()
        tree = _Tree(vocabulary, terms)
        tree.tags = _tags_of(terms)
        there = Tag.objects.filter(pk__in=[tag.pk for tag in tree.tags.values()])
        keep_all(there, "")
        new = [term for term in terms if term.name not in tree.tags]
        tree.tags |= _made(new)
        entries = list(_entries(tree))
        _check_levels(tree, entries)
        if tree.wrong:
            raise TreeError(tree.wrong)
        TagEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["tag"],
            update_fields=["parent", "vocabulary", "code", "note"],
        )
        changes.note(())
    return Loaded(len(terms), len(new))


def _tags_of(terms: list[Term]) -> dict[str, Tag]:
    means = meant([term.name for term in terms])
    keys = keys_of_tags(set(means.values()))
    tags = Tag.objects.in_bulk(list(keys.values()))
    return {name: tags[keys[said]] for name, said in means.items() if said in keys}


def _made(terms: list[Term]) -> dict[str, Tag]:
    if not terms:
        return {}
    taken = {*Tag.objects.values_list("slug", flat=True)}
    taken |= {*TagSynonym.objects.values_list("slug", flat=True)}
    tags = []
    for term in terms:
        base = slug = slug_of(term.name)
        number = 0
        while slug in taken:
            number += 1
            slug = f"{base}_{number}"
        taken.add(slug)
        tags.append(Tag(name=term.name, slug=slug))
    made = Tag.objects.bulk_create(tags)
    watched.created(Tag, [tag.pk for tag in made])
    completions.learn((Completion.Kind.TAG, tag.name) for tag in made)
    return {tag.name: tag for tag in made}


def _entries(tree: _Tree) -> Iterator[TagEntry]:
    """Yield the entry of each term, and note what does not fit what is stored."""
    stored = TagEntry.objects.in_bulk([tag.pk for tag in tree.tags.values()])
    coded = TagEntry.objects.filter(vocabulary=tree.vocabulary).exclude(code="")
    owner = {entry.code: entry.tag_id for entry in coded}
    above: dict[str, Tag] = {term.name: tree.tags[term.name] for term in tree.terms}
    above |= {term.code: tree.tags[term.name] for term in tree.terms if term.code}
    for term in tree.terms:
        tag = tree.tags[term.name]
        entry = stored.get(tag.pk) or TagEntry(tag=tag)
        if term.parent and term.parent not in above:
            message = _("没有上位“%(parent)s”。") % {"parent": term.parent}
            tree.wrong.append((term.line, message))
            continue
        if entry.vocabulary not in ("", tree.vocabulary):
            message = _("标签“%(tag)s”已属于词表“%(other)s”。")
            said = {"tag": tag.name, "other": entry.vocabulary}
            tree.wrong.append((term.line, message % said))
        if term.code and owner.get(term.code, tag.pk) != tag.pk:
            message = _("代码 %(code)s 已属于另一个标签。") % {"code": term.code}
            tree.wrong.append((term.line, message))
        entry.vocabulary = tree.vocabulary
        entry.code, entry.note = term.code or entry.code, term.note or entry.note
        if term.parent:
            entry.parent = above[term.parent]
        yield entry


def _check_levels(tree: _Tree, entries: list[TagEntry]) -> None:
    """Note the terms that would stand above themselves, or too deep."""
    stored: Any = TagEntry.objects.exclude(parent=None).values_list("tag", "parent")
    parents: dict[int, int | None] = dict(stored)
    parents |= {entry.tag_id: entry.parent_id for entry in entries}
    lines = {tree.tags[term.name].pk: term.line for term in tree.terms}
    for entry in entries:
        level, pk = 0, parents.get(entry.tag_id)
        while pk is not None and level < MAX_DEPTH:
            level, pk = level + 1, parents.get(pk)
        if pk is not None:
            message = _("上位标签成为循环，或层次太多。")
            tree.wrong.append((lines[entry.tag_id], message))
