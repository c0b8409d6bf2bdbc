"""The door itself: key, scope, rate, envelope, idempotency, dry run, request records, budgets."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadhub.web.models import RequestProblem, RequestRecord
from leads.models import Entry, Lead
from tests.api.caller import polly
from tests.api.omniai import JOHN, LEADS, UNKNOWN, Omni, refusal
from tests.api.tables import hashes
from tests.make import make_key

pytestmark = pytest.mark.django_db

WRITES = [
    ("POST", LEADS),
    ("PUT", LEADS),
    ("POST", f"{LEADS}/{UNKNOWN}/checklist-items"),
    ("POST", "/api/v1/activity"),
    ("POST", "/api/v1/documents"),
]
READS = [("GET", f"{LEADS}/{UNKNOWN}{part}") for part in ("", "/checklist", "/documents", "/action-logs")] + [
    ("GET", f"/api/v1/documents/{UNKNOWN}")
]


@pytest.mark.parametrize(("method", "path"), WRITES + READS)
def test_every_endpoint_asks_for_a_working_key(method, path):
    call = Omni()
    # Without the header a path that is shared is the other dialect's; see below.
    for text in ("", "omni_nonsense", call.call.text.swapcase()):
        answer = call(method, path, {}, headers={"X-API-KEY": text})
        assert refusal(answer, 401) == {}
        assert answer.body["code"] in {"missing_credential", "invalid_key"}


def test_a_genuine_key_of_another_dialect_is_told_so():
    call = Omni()
    _key, text = make_key(call.workspace, "octanist")
    answer = call("PUT", LEADS, {}, headers={"X-API-KEY": text})
    assert refusal(answer, 401) == {}
    assert (answer.body["code"], "octanist" in answer.body["error"]) == ("wrong_door", True)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_writing_needs_its_scope(method, path):
    call = Omni(scopes=("read",))
    assert refusal(call(method, path, {}), 403) == {}


@pytest.mark.parametrize(("method", "path"), READS)
def test_reading_needs_its_scope(method, path):
    call = Omni(scopes=("write",))
    assert refusal(call(method, path), 403) == {}


def test_the_header_says_who_speaks_on_a_shared_path():
    call = Omni()
    lead_id = call.create()
    bot = polly(call.workspace)
    path = f"{LEADS}/{lead_id}"
    assert "checklistItems" in call("GET", path).body
    assert bot("GET", path).body["data"]["name"] == "John Doe"
    assert bot("PUT", path, {"name": "Jane Roe"}).status == 200
    assert refusal(call("PUT", path, {"name": "x"}), 405) == {}
    assert bot("POST", LEADS, {"name": "Bo", "email": "bo@example.com"}).status == 201


def test_a_put_without_any_key_is_answered_in_this_envelope():
    answer = Omni()("PUT", LEADS, {}, headers={"X-API-KEY": None})
    assert refusal(answer, 401) == {}


def test_the_header_is_found_in_any_case():
    call = Omni()
    answer = call("POST", LEADS, JOHN, headers={"X-API-KEY": None, "x-api-key": call.call.text})
    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", LEADS, 405),
        ("DELETE", LEADS, 405),
        ("GET", LEADS, 405),
        ("OPTIONS", LEADS, 405),
        ("PUT", "/api/v1/activity", 405),
        ("GET", "/api/v1/documents", 405),
        ("PUT", LEADS + "/", 404),
        ("GET", f"{LEADS}/{UNKNOWN}/nothing", 404),
        ("POST", "/api/v1/activity/", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_envelope(method, path, status):
    answer = Omni()(method, path, {})
    assert refusal(answer, status) == {}


def test_the_rate_is_per_minute():
    call = Omni()
    call.workspace.rate_per_minute = 2
    call.workspace.save()
    statuses = [call("GET", f"{LEADS}/{UNKNOWN}").status for _ in range(3)]
    assert statuses == [404, 404, 429]
    answer = call("GET", f"{LEADS}/{UNKNOWN}")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.body["code"] == "rate_limited"


# Bodies

HOSTILE = [
    (b"", "empty_body"),
    (b"[]", "invalid_type"),
    (b'"x"', "invalid_type"),
    (b"null", "invalid_type"),
    (b'{"leadId": ', "invalid_json"),
    (b'{"leadId": "a\\u0000b"}', "control_character"),
    (b'{"leadId": "\\ud800"}', "control_character"),
    (b'{"leadId": NaN}', "invalid_number"),
    (b'{"leadId": 1e400}', "invalid_number"),
    (b'{"leadId": 9223372036854775808}', "invalid_number"),
    (b'{"leadId": "\xff"}', "invalid_encoding"),
    (b'\xef\xbb\xbf{"leadId": "x"}', "byte_order_mark"),
    (b"[" * 100_000, "too_deep"),
]


@pytest.mark.parametrize(("method", "path"), [write for write in WRITES if "documents" not in write[1]])
@pytest.mark.parametrize(("raw", "code"), HOSTILE)
def test_what_no_door_reads(method, path, raw, code):
    answer = Omni()(method, path, raw=raw)
    assert refusal(answer) == {"body": code}
    assert answer.body["code"] == code


def test_a_body_that_is_no_json_by_its_type():
    assert refusal(Omni()("PUT", LEADS, raw=b"{}", type="text/plain"), 415) == {}


def test_a_body_that_is_too_large():
    assert refusal(Omni()("PUT", LEADS, raw=b" " * (1024 * 1024 + 1)), 413) == {}


def test_of_a_key_given_twice_the_last_one_wins():
    call = Omni()
    lead_id = call.create()
    raw = f'{{"leadId": "{lead_id}", "lastName": "A", "lastName": "B"}}'.encode()
    assert call("PUT", LEADS, raw=raw).body["lead"]["lastName"] == "B"


# Idempotency, dry runs, records


def test_a_repeated_key_replays_the_first_answer():
    call = Omni()
    headers = {"Idempotency-Key": "k1"}
    first = call("POST", LEADS, JOHN, headers=headers)
    again = call("POST", LEADS, JOHN, headers=headers)
    assert (again.status, again.body, Lead.objects.count()) == (200, first.body, 1)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = call("POST", LEADS, {**JOHN, "lastName": "X"}, headers=headers)
    assert refusal(other, 422) == {}


@pytest.mark.django_db(transaction=True)
def test_a_repeated_key_replays_a_refusal():
    call = Omni()
    refused = call("POST", LEADS, {}, headers={"Idempotency-Key": "k2"})
    again = call("POST", LEADS, {}, headers={"Idempotency-Key": "k2"})
    assert (refused.status, again.body) == (400, refused.body)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä"])
def test_a_key_that_is_none_is_refused(key):
    answer = Omni()("POST", LEADS, JOHN, headers={"Idempotency-Key": key})
    assert refusal(answer) == {}
    assert answer.body["code"] == "invalid_idempotency_key"


def test_a_dry_run_answers_the_same_and_stores_nothing():
    call = Omni()
    lead_id = call.create()
    calls = [
        ("POST", LEADS, JOHN),
        ("PUT", LEADS, {"leadId": lead_id, "lastName": "X", "tags": ["new"], "didOptOut": True}),
        ("POST", f"{LEADS}/{lead_id}/checklist-items", {"label": "It", "fieldType": "TEXT"}),
        ("POST", "/api/v1/activity", {"leadId": lead_id, "eventType": "x", "title": "y"}),
    ]
    for method, path, body in calls:
        before = hashes()
        answer = call(method, path, body, headers={"Leadhub-Dry-Run": "true"})
        assert (answer.status, answer.headers["Leadhub-Dry-Run"]) == (200, "true")
        assert hashes() == before
    record = RequestRecord.objects.order_by("-id").first()
    assert record.dry_run is True


def test_a_request_record_tells_what_was_refused_of_which_lead():
    call = Omni()
    lead_id = call.create()
    call.put(lead_id, email="nobody")
    record = RequestRecord.objects.order_by("-id").first()
    assert (record.status, record.code, str(record.lead_id)) == (400, "invalid", lead_id)
    problem = RequestProblem.objects.get()
    assert (problem.field, problem.code, str(problem.lead_id)) == ("email", "invalid_email", lead_id)
    call.put(lead_id, checklistItems=[{"code": "nope"}])
    partly = RequestProblem.objects.order_by("-id").first()
    assert (partly.field, partly.code, str(partly.lead_id)) == ("answers.nope", "unknown_code", lead_id)


def test_a_crash_is_said_in_the_envelope(monkeypatch):
    call = Omni()

    def burst(*_args, **_words):
        raise RuntimeError("A bug.")

    monkeypatch.setattr("leads.api.omniai.leads.apply_change", burst)
    answer = call("POST", LEADS, JOHN)
    assert refusal(answer, 500) == {}
    assert answer.body["code"] == "internal_error"


# Budgets


def statements(work):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        work()
    edges = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return [
        query["sql"]
        for query in seen
        if not query["sql"].startswith(edges)
        and "last_used_at" not in query["sql"].partition("WHERE")[0][:60]
    ]


def many_items(count):
    lines = [
        f"  - {{code: item_{number}, label: Item {number}, field_type: TEXT}}" for number in range(count)
    ]
    return "groups:\n- name: All\n  items:\n" + "\n".join(lines)


@pytest.mark.parametrize(("items", "entries"), [(3, 1), (40, 105)])
def test_a_full_put_stays_within_eighteen_statements_at_any_size(items, entries):
    call = Omni(checklist=many_items(items))
    lead_id = call.create(checklistItems=[], tags=["a"])
    call.grow_log(lead_id, entries)
    body = {
        "leadId": lead_id,
        "lastName": "Last",
        "email": "new@example.com",
        "phoneNumber": "4045550137",
        "didOptOut": True,
        "tags": ["a", "b"],
        "checklistItems": [{"code": f"item_{number}", "value": "x"} for number in range(items)],
    }
    call.create(checklistItems=[], tags=["b"], email=None, phoneNumber=None)
    call.put(lead_id, firstName="Warm")
    found = statements(lambda: call("PUT", LEADS, body))
    assert len(found) <= 18, "\n".join(found)


@pytest.mark.parametrize(("items", "entries"), [(3, 1), (40, 105)])
def test_a_get_stays_within_eight_queries_and_the_key(items, entries):
    call = Omni(checklist=many_items(items))
    lead_id = call.create(
        checklistItems=[{"code": f"item_{number}", "value": "x"} for number in range(items)]
    )
    call.grow_log(lead_id, entries)
    call.get(lead_id)
    found = statements(lambda: call.get(lead_id))
    assert len(found) <= 9, "\n".join(found)


def test_what_nobody_changed_is_not_written():
    call = Omni()
    lead_id = call.create()
    before = Lead.objects.get().version
    for _ in range(3):
        call.put(lead_id, lastName="Doe", assigneeType="manual")
    assert Lead.objects.get().version == before
    assert Entry.objects.count() == 1


def test_every_answer_is_json_with_a_request_id():
    answer = Omni()("PUT", LEADS, {"leadId": "x"}, headers={"X-Request-Id": "mine-1", "Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"] == "mine-1"
    assert json.loads(answer.raw)
