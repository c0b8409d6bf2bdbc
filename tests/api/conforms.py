"""Whether an answer is what the dialect's OpenAPI document promises: its status, its type, its body."""

from __future__ import annotations

import json
import re
from functools import cache

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from leads.api.schema import build_document

# What stands in front of every endpoint is no endpoint's own answer: an unknown path, a method it lacks.
_OUTSIDE = {405}


def assert_conforms(response, dialect):
    """`response` is one of Django's test client."""
    method, path = response.request["REQUEST_METHOD"].lower(), response.request["PATH_INFO"]
    check(dialect, method, path, response.status_code, response.headers, response.content)


def check(dialect, method, path, status, headers, body):
    operation = find_operation(dialect, method, path)
    if operation is None:
        assert status in {404, 405}, f"{method.upper()} {path} is not in the document of {dialect}."
        return
    if status in _OUTSIDE:
        return
    place = f"{operation['operationId']} {status}"
    answer = operation["responses"].get(str(status))
    assert answer is not None, f"{place} is not documented."
    content = answer.get("content")
    if not content or method == "head":
        assert not body, f"{place} has a body."
        return
    kind = headers.get("Content-Type", "").split(";")[0]
    assert kind in content, f"{place} is {kind}, not {' or '.join(content)}."
    if kind.endswith("json"):
        faults = [
            f"{error.json_path}: {error.message[:300]}"
            for error in validator(dialect, str(status), kind, operation["operationId"]).iter_errors(
                json.loads(body)
            )
        ]
        assert not faults, f"{place}: " + "; ".join(faults[:5])


def find_operation(dialect, method, path):
    for regex, operations in patterns(dialect):
        if method in operations and regex.fullmatch(path):
            return operations[method]
    return None


@cache
def patterns(dialect):
    """The most particular paths first: those with the fewest parameters."""
    found = build_document(dialect)["paths"].items()
    ordered = sorted(found, key=lambda pair: pair[0].count("{"))
    return [
        (re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), operations)
        for path, operations in ordered
    ]


@cache
def validator(dialect, status, kind, operation_id):
    document = build_document(dialect)
    operation = next(
        operation
        for operations in document["paths"].values()
        for operation in operations.values()
        if operation["operationId"] == operation_id
    )
    schema = operation["responses"][status]["content"][kind]["schema"]
    root = {**schema, "components": document["components"]}
    return Draft202012Validator(root, format_checker=FormatChecker())


class ConformingClient(Client):
    """Django's test client, which holds every answer against the document of its dialect."""

    def __init__(self, dialect, **options):
        super().__init__(raise_request_exception=False, **options)
        self.dialect = dialect

    def request(self, **request):
        response = super().request(**request)
        assert_conforms(response, self.dialect)
        return response
