"""A site of its own for these tests (tests/web/urls.py), with one dialect beside the native one."""

import pytest

from leadhub.web import bodies, envelopes
from leadhub.web.json import json_response


@pytest.fixture
def site(settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.web.urls"
    monkeypatch.setattr(envelopes, "_registry", [])
    monkeypatch.setattr(bodies, "_larger", [])
    envelopes.register("/dialect", render_dialect)


def render_dialect(request, failure):
    body = {"success": False, "code": failure.code, "requestId": request.request_id}
    return json_response(body, failure.status)
