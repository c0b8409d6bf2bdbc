"""Somebody who calls the doors of one dialect with one key: a status, a body, headers."""

from __future__ import annotations

import json

from leadhub.workspaces.models import ApiKey, Workspace
from tests.api.conforms import ConformingClient
from tests.make import make_key, make_workspace


class Answer:
    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.raw = response.content
        self.body = json.loads(response.content) if response.content else None

    def __repr__(self):
        return f"{self.status} {self.body}"


class Caller:
    """`headers` turns a key's text into the headers that carry it."""

    def __init__(self, dialect, headers, workspace=None, scopes=("read", "write", "delete"), test=False):
        self.workspace: Workspace = workspace or make_workspace()
        self.key: ApiKey
        self.key, self.text = make_key(self.workspace, dialect, scopes=scopes, test=test)
        self.carried = headers(self.text)
        # Holds each answer against the dialect's document. A crash is answered, not raised into the test.
        self.client = ConformingClient(dialect)

    def __call__(self, method, path, body=None, /, *, raw=None, headers=None, type="application/json"):
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        sent = {**self.carried, **(headers or {})}
        sent = {name: value for name, value in sent.items() if value is not None}
        response = self.client.generic(method, path, data, content_type=type, headers=sent)
        return Answer(response)


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def api_key(text):
    return {"X-API-KEY": text}


def polly(workspace=None, **words) -> Caller:
    return Caller("pollybot", bearer, workspace, **words)


def octo(workspace=None, **words) -> Caller:
    return Caller("octanist", api_key, workspace, **words)


def omni(workspace=None, **words) -> Caller:
    return Caller("omniai", api_key, workspace, **words)


def ping(workspace=None, **words) -> Caller:
    return Caller("leadping", bearer, workspace, **words)


def ping_source(workspace=None, **words) -> Caller:
    return ping(workspace, scopes=("create",), **words)
