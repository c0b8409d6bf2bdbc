"""Whatever a dialect's document allows, and what it does not: no 5xx, and no answer it does not name."""

from __future__ import annotations

import time

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from leadhub.workspaces.ids import lead_ref
from leadhub.workspaces.models import DIALECTS
from leads.api.schema import build_document
from tests.make import make_answerable, make_key, make_lead

# The server closes connections between requests, so no transaction may be held around them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SECONDS = 40
# What an honest answer must do. Others judge how strict a door is, and the vendors are lenient.
JUDGED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
HEADER = {"omniai": "x-api-key", "octanist": "X-API-KEY"}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.filterwarnings("ignore")
def test_no_request_breaks_a_door(dialect):
    workspace = make_answerable()
    workspace.rate_per_minute = workspace.pollybot_rate_per_hour = 1_000_000
    workspace.save()
    scopes = ("read", "write", "delete", "admin")
    credentials = [headers_of(dialect, make_key(workspace, dialect, scopes=scopes)[1])]
    if dialect == "leadping":
        credentials.append(headers_of(dialect, make_key(workspace, dialect, scopes=("create",))[1]))
    schema = schemathesis.openapi.from_dict(build_document(dialect))
    schema.app = closed(get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        ids = {"lead_id": known_id(dialect, workspace), "chatbot_id": f"ws_{workspace.pk.hex}"}
        for headers in credentials:
            fuzz(operation, headers, ids, SECONDS / len(operations) / len(credentials))


def closed(app):
    """Ends each request as a server does: nobody else closes its answer, and so the files it brought."""

    def serve(environ, start_response):
        answer = app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()

    return serve


def headers_of(dialect, text):
    return {HEADER[dialect]: text} if dialect in HEADER else {"Authorization": f"Bearer {text}"}


def known_id(dialect, workspace):
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org", phone="415 555 2671")
    return lead_ref(lead.pk) if dialect in {"octanist", "pollybot"} else str(lead.pk)


def fuzz(operation, headers, ids, seconds):
    """Requests that the document allows and such as it does not, at any path and at one that exists."""
    until = time.monotonic() + seconds
    named = {parameter.name for parameter in operation.path_parameters}
    known = {name: value for name, value in ids.items() if name in named}
    strategies = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    checks = CHECKS.get_by_names(JUDGED)

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(strategies), finds_it=st.booleans())
    def send(case, finds_it):
        if time.monotonic() > until:
            return
        if finds_it and known:
            case.path_parameters = {**(case.path_parameters or {}), **known}
        if "intake" in (case.path_parameters or {}).values():
            return  # no id: the path is then that of another operation
        # Always with the key, and never a replay: both would hide what the request does.
        dropped = {"idempotency-key", *map(str.lower, headers)}
        kept = {name: value for name, value in case.headers.items() if name.lower() not in dropped}
        case.headers = {**kept, **headers}
        case.call_and_validate(checks=checks)

    send()
