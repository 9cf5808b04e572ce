"""The description of /api/v1/ in OpenAPI 3.1, made from the form and schema that it uses."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from articles.forms import SearchForm
from articles.ingest.record import SCHEMA


def description(server: str) -> dict[str, Any]:
    """Return the description of the interface as it is served at an address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": _("报纸档案"), "version": "1"},
        "servers": [{"url": server}],
        "paths": {
            "/api/v1/search/": {"get": _search()},
            "/api/v1/articles/{id}/": {"get": _article()},
        },
        "components": {"schemas": _schemas()},
    }


def _search() -> dict[str, Any]:
    after = _parameter("after", {"type": "string"}, _("下一页从哪里开始，取自 next"))
    return {
        "operationId": "search",
        "summary": _("检索已发布的文章"),
        "parameters": [*_form_parameters(), after],
        "responses": {
            "200": _json("SearchResults", _("一页结果")),
            "400": _json("Error", _("参数有误。")),
            "404": _json("Error", _("没有这一页。")),
        },
    }


def _article() -> dict[str, Any]:
    number = {"name": "id", "in": "path", "required": True, "schema": _INTEGER}
    return {
        "operationId": "article",
        "summary": _("一篇文章，即交换记录"),
        "parameters": [number],
        "responses": {
            "200": _json("Article", _("文章")),
            "404": _json("Error", _("没有这篇文章。")),
            "410": _json("Error", _("这篇文章已经撤下。")),
        },
    }


def _form_parameters() -> list[dict[str, Any]]:
    return [
        _parameter(name, _schema_of(field), str(field.label or ""))
        for name, field in SearchForm().fields.items()
    ]


def _parameter(name: str, schema: dict[str, Any], said: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": said, "schema": schema}


def _schema_of(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.ModelChoiceField):
        return {"type": "string"}
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return {"type": "string", "enum": [value for value, _label in choices]}
    if isinstance(field, forms.CharField) and field.max_length:
        return {"type": "string", "maxLength": field.max_length}
    return {"type": "string"}


def _json(name: str, said: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": said, "content": {"application/json": {"schema": schema}}}


_STRING = {"type": "string"}
_INTEGER = {"type": "integer"}
_ADDRESS = {"type": "string", "format": "uri"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _schemas() -> dict[str, Any]:
    record = json.loads(SCHEMA.read_text(encoding="utf-8"))
    record.pop("$schema")
    record.pop("$id")
    snippet = _object(
        ["text", "marks", "label", "url"],
        text=_STRING,
        marks={
            "type": "array",
            "description": _("标出的字从哪一字起、到哪一字止"),
            "items": {"type": "array", "items": _INTEGER, "minItems": 2, "maxItems": 2},
        },
        label=_STRING,
        url=_ADDRESS,
    )
    hit = _object(
        ["id", "url", "publication", "date", "page", "headline", "snippet"],
        id=_INTEGER, url=_ADDRESS, publication=_STRING, edition=_STRING, page=_STRING,
        date={"type": "string", "format": "date"},
        headline=_STRING, byline=_STRING, snippet=_STRING,
        snippets={"type": "array", "items": snippet},
        occurrences=_INTEGER,
        match={"type": "string", "enum": ["words", "literal", "some"]},
    )  # fmt: skip
    results = _object(
        ["count", "query", "results", "next"],
        count={"type": ["integer", "null"]},
        query={"type": "string", "description": _("检索词是怎样理解的")},
        results={"type": "array", "items": hit},
        next={"type": ["string", "null"], "format": "uri"},
        partial={"type": "boolean"},
        newest_instead={"type": "boolean"},
    )
    own = _object(["id", "url"], id=_INTEGER, url=_ADDRESS)
    return {
        "SearchResults": results,
        "Article": {"allOf": [own, {"$ref": "#/components/schemas/Record"}]},
        "Record": record,
        "Error": _object(
            ["error"],
            error=_STRING,
            parameters={
                "type": "object",
                "additionalProperties": {"type": "array", "items": _STRING},
            },
        ),
    }
