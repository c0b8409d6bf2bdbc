"""What every operation of a document shares: refusals, headers, parameters; and named schemas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from leads.api.view import DialectView

Component = dict[str, Any]

REFUSALS: Final[Mapping[int, str]] = {
    400: "The request is malformed, or breaks a rule.",
    401: "No key was sent, or it does not open this door.",
    403: "The key may not do this.",
    404: "There is no such thing in the key's workspace.",
    409: "Something is in the way: another lead, or the same request still running.",
    410: "What is asked for is not kept so long.",
    411: "The length of the body is unknown.",
    412: "The lead was changed since it was looked at.",
    413: "The body is too large.",
    415: "The body is not plain UTF-8 JSON.",
    422: "The Idempotency-Key came with another body before.",
    429: "Too many requests with this key.",
    500: "A bug; the request id helps to find it.",
    503: "The database is away or too busy; try again.",
    507: "The server has no room left.",
}
_ALWAYS: Final = (400, 401, 403, 429, 500, 503)
_ON_WRITES: Final = (409, 411, 413, 415, 422, 507)
_WAITS: Final = (429, 503, 507)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_PARAMETERS: Final[Mapping[str, Component]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body within 24 hours get the first answer, and nothing twice.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
    "DryRun": {
        "name": "Leadhub-Dry-Run",
        "in": "header",
        "description": "`true`: do everything, answer the same, and store nothing.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
}
_HEADERS: Final[Mapping[str, Component]] = {
    "RequestId": {
        "description": "Finds the line of the server's log, and the record of a write or a refusal.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "Ignored": {"description": "Keys of the body that were ignored.", "schema": {"type": "string"}},
    "Problems": {"description": "How many parts were refused.", "schema": {"type": "string"}},
    "Replayed": {"description": "This answer was given before.", "schema": {"type": "string"}},
}


def shared_components() -> Component:
    return {
        "schemas": {},
        "parameters": {name: dict(parameter) for name, parameter in _PARAMETERS.items()},
        "headers": {name: dict(header) for name, header in _HEADERS.items()},
        "securitySchemes": {},
    }


def complete(
    operation: Component, door: type[DialectView], path: str, method: str, components: Component
) -> None:
    """Add to an operation what its door does for all of them."""
    is_write = method != "get"
    components["securitySchemes"] |= {name: dict(scheme) for name, scheme in door.security.items()}
    operation["security"] = [{name: []} for name in door.security]
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    if is_write:
        named = operation.setdefault("parameters", [])
        named += [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS]
    refusals = {*_ALWAYS, *operation.pop("x-refusals", ()), *(_ON_WRITES if is_write else ())}
    if "{" in path:
        refusals.add(404)
    answers = operation["responses"]
    for status in sorted(refusals):
        answers.setdefault(str(status), _refusal(status, door))
    operation["responses"] = dict(sorted(answers.items()))
    for status, answer in operation["responses"].items():
        answer["description"] = answer.get("description") or operation.get("summary", "")
        answer["headers"] = {**_headers(int(status), is_write=is_write), **_own_headers(door, answer)}


def _refusal(status: int, door: type[DialectView]) -> Component:
    schema = dict(door.error_schema)
    return {"description": REFUSALS[status], "content": {door.error_content_type: {"schema": schema}}}


def _headers(status: int, *, is_write: bool) -> Component:
    names = {"X-Request-Id": "RequestId"}
    if status in _WAITS:
        names["Retry-After"] = "RetryAfter"
    if is_write and status < 300:
        names |= {"Leadhub-Ignored": "Ignored", "Leadhub-Problems": "Problems"}
    if is_write and (status < 300 or status in {400, 404, 409}):
        names["Idempotent-Replayed"] = "Replayed"
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in names.items()}


def _own_headers(door: type[DialectView], answer: Component) -> Component:
    return {**answer.get("headers", {}), **{name: dict(one) for name, one in door.answer_headers.items()}}


def hoist(document: Component) -> None:
    """Put each schema that has a `title` among the components, once, and refer to it."""
    schemas: Component = document["components"]["schemas"]

    def refer(schema: Any) -> Any:
        schema = _mapped(schema, refer)
        title = schema.get("title") if isinstance(schema, Mapping) else None
        if not (isinstance(title, str) and _NAME.fullmatch(title)):
            return schema
        if schemas.setdefault(title, schema) != schema:
            raise ValueError(f"Two schemas are called {title}.")
        return {"$ref": f"#/components/schemas/{title}"}

    for holder in _holders(document["paths"]):
        holder["schema"] = refer(holder["schema"])
    document["components"]["schemas"] = dict(sorted(schemas.items()))


def _holders(node: Any) -> Iterator[Component]:
    """Every parameter, header and media type: what carries a schema."""
    if isinstance(node, list):
        for item in node:
            yield from _holders(item)
    elif isinstance(node, dict):
        if "schema" in node:
            yield node
        else:
            for item in node.values():
                yield from _holders(item)


def _mapped(schema: Any, change: Callable[[Any], Any]) -> Any:
    """The schema with each schema inside it changed."""
    if not isinstance(schema, Mapping):
        return schema
    changed: Component = {}
    for key, value in schema.items():
        if key in {"properties", "patternProperties", "$defs"}:
            changed[key] = {name: change(inner) for name, inner in value.items()}
        elif key in {"allOf", "anyOf", "oneOf", "prefixItems"}:
            changed[key] = [change(inner) for inner in value]
        elif key in {"items", "additionalProperties", "propertyNames", "not", "if", "then", "else"}:
            changed[key] = change(value)
        else:
            changed[key] = value
    return changed
