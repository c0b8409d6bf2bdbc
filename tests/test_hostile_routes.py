"""Every route for machines against every row of hostile input: no 5xx, no HTML, always an envelope."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from django.urls import get_resolver

from tests.make import make_key, make_lead, make_workspace

pytestmark = pytest.mark.django_db

# Which key opens a route: the first pattern that fits. A new route without an entry fails the test below.
KEYS = [
    (r"api/v1/leads/<str:lead_id>/.*", ["omniai"]),
    (r"api/v1/leads.*", ["omniai", "pollybot"]),
    (r"api/v1/(activity|documents).*", ["omniai"]),
    (r"api/v1/chatbots.*", ["pollybot"]),
    (r"api/(check|leads|stats).*", ["octanist"]),
    (r"(leads|dispositions|tags).*", ["leadping"]),
    (r"api/hub/.*", ["hub"]),
]
# Open without a key, or not for machines.
KEYLESS = r"(api/schema/|api/docs/|files/|admin/|metrics|static/|u/).*|"
HEADERS = {"omniai": "x-api-key", "octanist": "x-api-key"}

BODIES = {
    "NUL in a text": b'{"name": "a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000b": 1}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "bad UTF-8": b'{"name": "\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "NaN": b'{"value": NaN}',
    "Infinity": b'{"value": -Infinity}',
    "1e400": b'{"value": 1e400}',
    "past 64 bits": b'{"value": 18446744073709551616}',
    "five thousand digits": b'{"value": ' + b"9" * 5000 + b"}",
    "a hundred thousand deep": b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "broken": b'{"name": ',
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "a number": b"17",
}
# These take no body, whatever is sent along.
BODYLESS = {"api/check", "leads/<str:lead_id>/unarchive"}


def routes():
    """(path pattern, methods) of every view that the resolver knows."""
    found = []

    def walk(patterns, prefix):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, path)
            else:
                found.append((path, pattern.callback))

    walk(get_resolver().url_patterns, "")
    return found


def doors_of(path):
    return next((doors for pattern, doors in KEYS if re.fullmatch(pattern, path)), None)


MACHINE = [path for path, _view in routes() if not re.fullmatch(KEYLESS, path)]


def test_every_route_has_an_entry():
    assert [path for path in MACHINE if doors_of(path) is None] == []
    assert MACHINE


@pytest.fixture
def desk():
    workspace = make_workspace(rate_per_minute=1_000_000, pollybot_rate_per_hour=1_000_000)
    return workspace, make_lead(workspace, first_name="Ana", email="ana@example.org")


def callers(workspace, path):
    for door in doors_of(path):
        scopes = ("read", "write", "delete", "admin")
        yield door, headers_of(door, make_key(workspace, door, scopes=scopes)[1])
        if door == "leadping":
            yield door, headers_of(door, make_key(workspace, door, scopes=("create",))[1])


def headers_of(door, text):
    return {HEADERS[door]: text} if door in HEADERS else {"authorization": f"Bearer {text}"}


def url(path, lead):
    def fill(match):
        return {"lead_id": str(lead.pk), "chatbot_id": f"ws_{lead.workspace_id.hex}"}.get(
            match[1], str(uuid4())
        )

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, path)


def assert_answer(answer, what):
    assert answer.status_code < 500, (what, answer.status_code, answer.content[:500])
    if answer.status_code == 204:
        return None
    assert "json" in answer["Content-Type"], (what, answer["Content-Type"], answer.content[:300])
    body = json.loads(answer.content)
    if answer.status_code >= 400:
        assert isinstance(body, dict), what
        assert set(body) != {"detail"}, what
    return body


@pytest.mark.parametrize("path", MACHINE)
def test_no_body_breaks_a_route_and_none_that_is_unreadable_is_taken(client, desk, path):
    workspace, lead = desk
    target = url(path, lead)
    for door, headers in callers(workspace, path):
        for method in ("POST", "PUT", "PATCH"):
            for what, body in BODIES.items():
                answer = client.generic(method, target, body, "application/json", headers=headers)
                assert_answer(answer, (door, method, target, what))
                taken = answer.status_code < 400 and path not in BODYLESS
                assert not taken, (door, method, target, what, answer.content[:200])


@pytest.mark.parametrize("path", MACHINE)
def test_what_is_around_a_body_is_refused_in_the_envelope(client, desk, path):
    workspace, lead = desk
    target = url(path, lead)
    for door, headers in callers(workspace, path):
        for method in ("POST", "PUT", "PATCH"):
            cases = [
                ("gzip", "application/json", {"content-encoding": "gzip"}),
                ("utf-16", "application/json; charset=utf-16", {}),
                ("plain text", "text/plain", {}),
                ("html wanted", "application/json", {"accept": "text/html"}),
            ]
            for what, kind, further in cases:
                answer = client.generic(method, target, b'{"x": 1}', kind, headers={**headers, **further})
                assert_answer(answer, (door, method, target, what))
            large = client.generic(
                method, target, b" " * (1 << 20) + b"{}", "application/json", headers=headers
            )
            assert_answer(large, (door, method, target, "over a mebibyte"))
            assert large.status_code >= 400, (door, method, target)


@pytest.mark.parametrize("path", MACHINE)
def test_no_address_or_method_breaks_a_route(client, desk, path):
    workspace, lead = desk
    for door, headers in callers(workspace, path):
        for strange in ("abc", str(2**70), f"{lead.pk}x", "lead_nonsense", "%F0%9F%98%80", "a%00b"):
            target = "/" + re.sub(r"<[^>]+>", strange, path)
            for method in ("GET", "PUT", "DELETE"):
                answer = client.generic(method, target, b"{}", "application/json", headers=headers)
                assert_answer(answer, (door, method, target))
                if "<" in path:
                    assert answer.status_code >= 400, (door, method, target)
        target = url(path, lead)
        for method in ("OPTIONS", "TRACE", "BREW", "HEAD"):
            answer = client.generic(method, target, headers=headers)
            assert answer.status_code < 500, (door, method, target)
            assert method == "HEAD" or answer.status_code in {404, 405}, (door, method, answer.status_code)
        slashed = client.get(target + "/", headers=headers)
        assert_answer(slashed, (door, target, "slash"))
        assert slashed.status_code == 404


@pytest.mark.parametrize("path", MACHINE)
def test_no_query_breaks_a_route(client, desk, path):
    workspace, lead = desk
    target = url(path, lead)
    queries = [
        "limit=abc",
        "limit=-1",
        f"limit={2**70}",
        "page=abc",
        "page=-1",
        "search=a%00b",
        "search=%ff",
        "q=%ed%a0%80",
    ]
    queries += [
        "sort=;drop",
        "fields=__class__",
        "value[gte]=x",
        "createdAt[gte]=never",
        "cursor=!!!",
        "status=nope",
    ]
    for door, headers in callers(workspace, path):
        for query in queries:
            answer = client.get(f"{target}?{query}", headers=headers)
            assert_answer(answer, (door, target, query))


@pytest.mark.parametrize("path", MACHINE)
def test_without_a_key_a_route_says_so_in_its_envelope(client, desk, path):
    workspace, lead = desk
    target = url(path, lead)
    for door, headers in callers(workspace, path):
        for given in (
            {},
            {name: value + "x" for name, value in headers.items()},
            dict.fromkeys(headers, "é"),
        ):
            for method in ("GET", "PUT", "POST"):
                answer = client.generic(method, target, b"{}", "application/json", headers=given)
                assert_answer(answer, (door, method, target))
                assert answer.status_code in {401, 404, 405}, (door, method, target, answer.status_code)


@pytest.mark.parametrize("path", [path for path in MACHINE if "<" in path])
def test_another_workspace_sees_what_a_missing_id_shows(client, desk, path):
    _workspace, lead = desk
    stranger = make_workspace(rate_per_minute=1_000_000, pollybot_rate_per_hour=1_000_000)
    theirs, missing = url(path, lead), url(path, type(lead)(pk=uuid4(), workspace_id=lead.workspace_id))
    for door, headers in callers(stranger, path):
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
            answers = [
                client.generic(method, target, b'{"name": "Eve"}', "application/json", headers=headers)
                for target in (theirs, missing)
            ]
            assert answers[0].status_code == answers[1].status_code, (door, method, path)
            assert answers[0].status_code >= 400, (door, method, path)
