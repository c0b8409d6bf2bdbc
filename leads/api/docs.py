"""The OpenAPI documents as pages to read: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadhub.workspaces.models import DIALECTS
from leads.api.schema import TITLES, build_document, require_known
from leads.api.schema_parts import REFUSALS
from leads.voices.hub.codes import CODES

_REF: Final = "#/components/schemas/"
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def show_index(request: HttpRequest) -> HttpResponse:
    require_known(request)
    dialects = [
        {"name": name, "title": TITLES[name], "operations": len(list(_operations(build_document(name))))}
        for name in DIALECTS
    ]
    return render(request, "api/index.html", {"dialects": dialects})


def show_dialect(request: HttpRequest, dialect: str) -> HttpResponse:
    require_known(request, dialect)
    document = build_document(dialect)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in _operations(document):
        tag = (operation.get("tags") or [TITLES[dialect]])[0]
        groups.setdefault(tag, []).append(_operation(document, path, method, operation))
    page = {
        "dialect": dialect,
        "title": TITLES[dialect],
        "info": document["info"],
        "groups": groups.items(),
        "headers": [_parameter(document, one) for one in document["components"]["parameters"].values()],
        "refusals": _refusals(document),
    }
    return render(request, "api/dialect.html", page)


def show_schemas(request: HttpRequest, dialect: str) -> HttpResponse:
    """What bodies are made of; a page of their own, because they are half of what there is to say."""
    require_known(request, dialect)
    schemas = build_document(dialect)["components"]["schemas"]
    page = {
        "dialect": dialect,
        "title": TITLES[dialect],
        "schemas": [_schema(name, schema) for name, schema in schemas.items()],
    }
    return render(request, "api/schemas.html", page)


def show_errors(request: HttpRequest) -> HttpResponse:
    require_known(request)
    codes = [
        {"code": code, "status": status or "", "meaning": meaning}
        for code, (status, meaning) in CODES.items()
    ]
    return render(request, "api/errors.html", {"codes": codes})


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield path, method, operations[method]


def _operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    parameters, answers = operation.get("parameters", ()), operation["responses"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "about": operation.get("description", ""),
        "parameters": [_parameter(document, one) for one in parameters if "$ref" not in one],
        "headers": [_parameter(document, one)["name"] for one in parameters if "$ref" in one],
        "bodies": [{"media": media, **_kind(content["schema"])} for media, content in body.items()],
        "example": _example(document, body),
        "answers": [_answer(status, one) for status, one in answers.items() if not _is_usual(status, one)],
        "refusals": [status for status, one in answers.items() if _is_usual(status, one)],
    }


def _is_usual(status: str, answer: Mapping[str, Any]) -> bool:
    """A refusal that means here what it means everywhere; it is told once, below the operations."""
    return answer.get("description") == REFUSALS.get(int(status))


def _refusals(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The usual refusals of all the operations, each with the bodies that it comes with."""
    found: dict[str, dict[str, Any]] = {}
    for _path, _method, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if _is_usual(status, answer):
                shown = _answer(status, answer)
                known = found.setdefault(status, {**shown, "refs": []})
                known["refs"] += [name for name in shown.get("refs", ()) if name not in known["refs"]]
    return [found[status] for status in sorted(found)]


def _parameter(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in parameter:
        parameter = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "about": parameter.get("description", ""),
        **_kind(parameter.get("schema", {})),
    }


def _answer(status: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    content = next(iter(answer.get("content", {}).items()), None)
    shown: dict[str, Any] = {"status": status, "about": answer.get("description", "")}
    return {**shown, "media": content[0], **_kind(content[1]["schema"])} if content else shown


def _example(document: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    for content in body.values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].removeprefix(_REF)]
        for example in schema.get("examples", ()):
            return json.dumps(example, indent=2, ensure_ascii=False)
    return ""


def _schema(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    rows = [
        {
            "name": key,
            "required": key in required,
            "read_only": part.get("readOnly", False),
            "about": part.get("description", ""),
            **_kind(part),
        }
        for key, part in schema.get("properties", {}).items()
    ]
    return {"name": name, "about": schema.get("description", ""), "rows": rows, **_kind(schema)}


def _kind(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a value is, in words, and the named schemas that it is made of."""
    refs: list[str] = []
    return {"kind": _words(schema, refs), "refs": list(dict.fromkeys(refs))}


def _words(schema: Any, refs: list[str]) -> str:
    if not isinstance(schema, Mapping) or not schema:
        return "anything"
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_REF)
        refs.append(name)
        return name
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(_words(one, refs) for one in schema[key])
    if "enum" in schema:
        return " | ".join("null" if word is None else str(word) for word in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    return _plain_words(schema, refs)


def _plain_words(schema: Mapping[str, Any], refs: list[str]) -> str:
    kinds = schema.get("type", "anything")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"{text} of {_words(schema['items'], refs)}"
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        return f"{text} of {_words(inner, refs)}"
    form = schema.get("format")
    return f"{text} ({form})" if form else text
