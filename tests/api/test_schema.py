"""The OpenAPI documents: complete, true to themselves, without a warning; and the pages made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator

from leadhub.web.envelopes import STANDARD
from leadhub.workspaces.models import DIALECTS
from leads.api.schema import build_document
from leads.api.view import DialectView
from leads.voices.hub.codes import CODES

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def operations(dialect):
    for path, methods in build_document(dialect)["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_document_is_made_without_a_warning(dialect, capsys):
    build_document.cache_clear()
    build_document(dialect)
    assert not dict(GENERATOR_STATS._warn_cache)
    assert not dict(GENERATOR_STATS._error_cache)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_document_is_served_to_everybody(client, dialect):
    answer = client.get(f"/api/schema/{dialect}/")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    assert document["paths"]
    assert document["components"]["securitySchemes"]


def test_an_unknown_dialect_has_no_document(client):
    for path in ("/api/schema/klingon/", "/api/docs/klingon/", "/api/docs/klingon/schemas/"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for path in (
        "/api/schema/hub/",
        "/api/docs/",
        "/api/docs/hub/",
        "/api/docs/hub/schemas/",
        "/api/docs/errors/",
    ):
        answer = client.post(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_endpoint_is_described(dialect):
    """Each path and method of the map, and nothing besides."""
    found = set()

    def walk(patterns, prefix):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, path)
                continue
            for door in getattr(pattern.callback, "doors", (pattern.callback,)):
                kind = getattr(door, "cls", object)
                if issubclass(kind, DialectView) and kind.dialect == dialect:
                    shown = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
                    methods = [
                        name for name in kind.http_method_names if hasattr(kind, name) and name != "head"
                    ]
                    found.update(f"{method.upper()} {shown}" for method in methods)

    walk(get_resolver().url_patterns, "")
    assert {place for place, _operation in operations(dialect)} == found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_operation_says_what_it_is_and_what_it_may_answer(dialect):
    ids = []
    for place, operation in operations(dialect):
        ids.append(operation["operationId"])
        assert operation.get("summary"), place
        answers = operation["responses"]
        assert any(status.startswith("2") for status in answers), place
        assert {"400", "401", "403", "429", "500", "503"} <= set(answers), place
        for status, answer in answers.items():
            assert answer["description"], (place, status)
            assert "X-Request-Id" in answer["headers"], (place, status)
            if status >= "400":
                assert answer["content"], (place, status)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_reference_leads_somewhere_and_every_example_is_one(dialect):
    document = build_document(dialect)
    components = document["components"]
    refs = set(re.findall(r"'\$ref': '([^']+)'", str(document)))
    for ref in refs:
        _hash, _components, kind, name = ref.split("/")
        assert name in components[kind], ref
    for name in components["schemas"]:
        assert f"#/components/schemas/{name}" in refs, f"{name} is not used"
    for place, schema in schemas_in(document, "#"):
        Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", ()):
            root = {**schema, "components": components}
            faults = [error.message for error in Draft202012Validator(root).iter_errors(example)]
            assert not faults, (place, faults)


def schemas_in(node, place):
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list) or isinstance(node.get("schema"), dict):
            yield place, node.get("schema", node)
        for key, value in node.items():
            yield from schemas_in(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from schemas_in(value, f"{place}/{number}")


@pytest.mark.parametrize("path", ["", "errors/", *(f"{dialect}/" for dialect in DIALECTS), "hub/schemas/"])
def test_the_pages_need_nothing_from_elsewhere(client, path):
    answer = client.get(f"/api/docs/{path}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    # Examples may show addresses, and the blanks of a message.
    page = re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL).replace("{{ first_name|there }}", "")
    for forbidden in ("<script", "<style", " style=", " onclick=", "https://", "http://", "{{", "{%"):
        assert forbidden not in page, forbidden


def test_the_page_of_a_dialect_has_every_operation(client):
    page = client.get("/api/docs/hub/").content.decode()
    for _place, operation in operations("hub"):
        assert f'<section id="{operation["operationId"]}">' in page


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_page_of_a_dialect_tells_each_answer_and_parameter_in_or_below_its_operation(client, dialect):
    page = client.get(f"/api/docs/{dialect}/").content.decode()
    parameters = build_document(dialect)["components"]["parameters"]
    for _place, operation in operations(dialect):
        section = page.partition(f'<section id="{operation["operationId"]}">')[2].partition("</section>")[0]
        for status in operation["responses"]:
            assert f'<th scope="row">{status}</th>' in section or f'"#refused-{status}">{status}<' in section
        for one in operation.get("parameters", ()):
            name = one["name"] if "name" in one else parameters[one["$ref"].rpartition("/")[2]]["name"]
            assert f"<code>{name}</code>" in section


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_pages_of_a_dialect_link_to_what_is_there_and_stay_small(client, dialect):
    page, schemas = (client.get(f"/api/docs/{dialect}/{part}").content.decode() for part in ("", "schemas/"))
    for text, linked in (
        (page, re.findall(r'href="#([^"]+)"', page)),
        (schemas, re.findall(r'href="#([^"]+)"', schemas)),
        (schemas, re.findall(r'href="schemas/#([^"]+)"', page)),
    ):
        places = re.findall(r' id="([^"]+)"', text)
        assert set(linked) <= set(places)
        assert len(places) == len(set(places))
    assert set(build_document(dialect)["components"]["schemas"]) == set(places)
    assert max(len(page.encode()), len(schemas.encode())) < 150_000


def test_every_code_has_its_place_on_the_page_of_errors_and_in_the_guide(client):
    page = client.get("/api/docs/errors/").content.decode()
    guide = (BASE_DIR / "docs" / "integrators.md").read_text()
    for code in CODES:
        assert f'<tr id="{code}">' in page
        assert f'<a id="{code}"></a>' in guide, code


# How a code is spoken: in a refusal of a value, a problem, a fault, or a refusal of the whole request.
SPOKEN = [
    r"\bcode=\"([a-z_]+)\"",
    r"violation_error_code=\"([a-z_]+)\"",
    r"ValidationError\((?:[^()]|\([^()]*\))*?, \"([a-z_]+)\"",
    r"Failed\(\s*\d+,\s*\"([a-z_]+)\"",
    r"Refused\(\s*\"([a-z_]+)\"",
    r"\b(?:Problem|Fault|problems\.add|fault)\(\s*[^,()]+,\s*\"([a-z_]+)\"",
    r"code: ClassVar\[str\] = \"([a-z_]+)\"",
]
# What the native API is made of. Links, messages and claims have doors of their own.
ROOMS = ["leadhub/web", "checklists", "leads/values", "leads/validation", "leads/api/hub", "leads/errors.py"]
CHANGES = (
    "apply calling catalogue columns comparing consent contacts definitions definitions_guard documents"
    " duplicates endpoints life merge one_offs people standing tagging transact undo uniting unmerge"
).split()


def test_every_code_of_the_rules_is_explained():
    files = [file for room in ROOMS for file in sorted((BASE_DIR / room).rglob("*.py")) or [BASE_DIR / room]]
    files += [BASE_DIR / "leads" / "changes" / f"{name}.py" for name in CHANGES]
    spoken = {code for code, _sentence in STANDARD.values()}
    for file in files:
        text = file.read_text()
        spoken |= {code for pattern in SPOKEN for code in re.findall(pattern, text)}
    assert sorted(spoken - set(CODES)) == []
