"""PollyBot's create, get and delete, flat and under a chatbot; its rate headers; its envelope."""

from __future__ import annotations

import re
import time

import pytest
from django.db import DatabaseError

from leadhub.web.models import RequestRecord
from leadhub.workspaces.ids import lead_ref
from leads.models import Entry, Lead
from tests.api.caller import polly
from tests.api.tables import hashes
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

FLAT = "/api/v1/leads"
BO = {"name": "Bo Ek", "email": "bo@example.org"}


def nested(caller, workspace=None):
    return f"/api/v1/chatbots/ws_{(workspace or caller.workspace).pk.hex}/leads"


def code_of(answer):
    assert answer.body["success"] is False
    return answer.status, answer.body["code"]


# Create


@pytest.mark.parametrize("path", [lambda _caller: FLAT, nested])
def test_a_lead_is_created_at_both_paths(path):
    caller = polly()
    sent = {**BO, "phone": "+46-8-555-0101", "source": "webinar", "status": "qualified"}
    answer = caller("POST", path(caller), {**sent, "metadata": {"a": 1, "gone": None}})
    lead = Lead.objects.get()
    assert answer.status == 201
    assert answer.body == {
        "success": True,
        "data": {
            "id": lead_ref(lead.pk),
            **sent,
            "metadata": {"a": 1},
            "createdAt": answer.body["data"]["createdAt"],
            "updatedAt": answer.body["data"]["createdAt"],
            "workspaceId": f"ws_{caller.workspace.pk.hex}",
        },
    }
    assert Entry.objects.get().door == "pollybot"
    assert list(answer.body["data"]) == [
        "id",
        "name",
        "email",
        "phone",
        "source",
        "status",
        "metadata",
        "createdAt",
        "updatedAt",
        "workspaceId",
    ]


def test_a_new_lead_has_their_defaults():
    data = polly()("POST", FLAT, BO).body["data"]
    assert (data["status"], data["source"], data["phone"], data["metadata"]) == ("new", "api", None, {})


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize("value", [..., None, "", " "])
def test_name_and_email_are_required(field, value):
    body = {**BO, field: value}
    if value is ...:
        del body[field]
    answer = polly()("POST", FLAT, body)
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == field


def test_creating_with_a_taken_email_is_a_conflict():
    caller = polly()
    first = make_lead(caller.workspace, name="First", email="BO@example.org")
    answer = caller("POST", FLAT, BO)
    assert code_of(answer) == (409, "DUPLICATE_EMAIL")
    assert answer.body["details"]["existingLeadId"] == lead_ref(first.pk)
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b'{"name": NaN}', b"\xef\xbb\xbf{}"])
def test_a_body_that_is_no_object_is_about_the_body(raw):
    answer = polly()("POST", FLAT, raw=raw)
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == "body"


def test_unknown_keys_are_ignored_by_name():
    answer = polly()("POST", FLAT, {**BO, "id": "lead_x", "customFields": {}})
    assert (answer.status, answer.headers["Leadhub-Ignored"]) == (201, "id, customFields")


# The chatbot of the path


@pytest.mark.parametrize("chatbot", ["cb_demo", "ws_" + "0" * 32, "WS"])
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "DELETE"])
def test_an_unknown_chatbot_is_not_found_before_lead_and_body(method, chatbot):
    caller = polly()
    path = f"/api/v1/chatbots/{chatbot}/leads" + ("" if method == "POST" else "/nonsense")
    answer = caller(method, path, raw=b"{")
    assert code_of(answer) == (404, "CHATBOT_NOT_FOUND")


def test_another_workspaces_chatbot_is_not_found():
    caller = polly()
    answer = caller("POST", nested(caller, make_workspace()), BO)
    assert code_of(answer) == (404, "CHATBOT_NOT_FOUND")
    assert not Lead.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_nested_path_answers_like_the_flat_one(method):
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    answer = caller(method, f"{nested(caller)}/{lead_ref(lead.pk)}", {"status": "contacted"})
    assert (answer.status, answer.body["data"]["id"]) == (200, lead_ref(lead.pk))


# Get and delete


def test_a_merged_lead_leads_to_the_survivor_but_is_never_deleted():
    caller = polly()
    winner, loser = (make_lead(caller.workspace, name=name) for name in ("Winner", "Loser"))
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    assert caller("GET", f"{FLAT}/{loser.pk}").body["data"]["id"] == lead_ref(winner.pk)
    assert caller("PUT", f"{FLAT}/{loser.pk}", {"source": "x"}).body["data"]["id"] == lead_ref(winner.pk)
    assert code_of(caller("DELETE", f"{FLAT}/{loser.pk}")) == (404, "LEAD_NOT_FOUND")
    assert Lead.objects.get(pk=winner.pk).deleted_at is None


def test_a_delete_answers_with_a_body_and_is_for_good():
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    answer = caller("DELETE", f"{FLAT}/{lead.pk}")
    lead.refresh_from_db()
    assert answer.status == 200
    assert answer.body == {
        "success": True,
        "message": "Lead deleted successfully",
        "data": {
            "id": lead_ref(lead.pk),
            "deletedAt": lead.deleted_at.isoformat(timespec="milliseconds")[:-6] + "Z",
        },
    }
    for method in ("DELETE", "GET", "PUT"):
        assert code_of(caller(method, f"{FLAT}/{lead.pk}", {"source": "x"})) == (404, "LEAD_NOT_FOUND")
    assert caller("POST", FLAT, BO).status == 201


def test_a_delete_needs_the_scope():
    caller = polly(scopes=("read", "write"))
    lead = make_lead(caller.workspace, **BO)
    assert code_of(caller("DELETE", f"{FLAT}/{lead.pk}")) == (403, "FORBIDDEN")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("lead_id", ["abc", "lead_123", str(2**70), "lead_" + "g" * 32, "%20"])
def test_an_id_that_is_none_is_not_found(method, lead_id):
    assert code_of(polly()(method, f"{FLAT}/{lead_id}", {"source": "x"})) == (404, "LEAD_NOT_FOUND")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_workspaces_lead_answers_like_one_that_does_not_exist(method):
    theirs = make_lead(make_workspace(), **BO)
    caller = polly()

    def answer(lead_id):
        found = caller(method, f"{FLAT}/{lead_id}", {"source": "x"})
        return found.status, found.body["code"], found.body["details"]["message"]

    assert answer(lead_ref(theirs.pk)) == answer("lead_" + "0" * 32)
    assert Lead.objects.get(pk=theirs.pk).deleted_at is None


# Keys


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MISSING_AUTH_HEADER"),
        ("", "MISSING_AUTH_HEADER"),
        ("Bearer ", "MISSING_AUTH_HEADER"),
        ("Token sk-workspace_x", "MISSING_AUTH_HEADER"),
        ("Bearer sk-workspace_" + "x" * 51, "INVALID_API_KEY"),
        ("Bearer nonsense", "INVALID_API_KEY"),
    ],
)
def test_a_missing_or_unknown_key_is_a_401_without_rate_headers(authorization, code):
    answer = polly()("GET", f"{FLAT}/x", headers={"Authorization": authorization})
    assert code_of(answer) == (401, code)
    assert "X-RateLimit-Limit" not in answer.headers


def test_a_genuine_key_at_the_wrong_door_is_told_so():
    from tests.api.caller import octo

    answer = polly()("GET", f"{FLAT}/x", headers={"Authorization": f"Bearer {octo().text}"})
    assert code_of(answer) == (401, "INVALID_API_KEY")
    assert "octanist" in answer.body["details"]["message"]


def test_a_test_key_makes_and_sees_test_leads_only():
    live = polly()
    test = polly(live.workspace, test=True)
    mine = test("POST", FLAT, BO).body["data"]["id"]
    theirs = live("POST", FLAT, BO).body["data"]["id"]
    assert Lead.objects.get(is_test=True).pk.hex == mine.removeprefix("lead_")
    assert test("GET", f"{FLAT}/{mine}").status == live("GET", f"{FLAT}/{theirs}").status == 200
    for caller, lead_id in ((test, theirs), (live, mine)):
        for method in ("GET", "PUT", "DELETE"):
            assert code_of(caller(method, f"{FLAT}/{lead_id}", {"source": "x"})) == (404, "LEAD_NOT_FOUND")


# Rate


def rate_of(answer):
    names = ("Limit", "Remaining", "Used", "Reset")
    return [int(answer.headers[f"X-RateLimit-{name}"]) for name in names]


def test_every_answer_says_how_much_is_left():
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    calls = [
        ("GET", f"{FLAT}/{lead.pk}", None, 200),
        ("POST", FLAT, {**BO, "email": "new@example.org"}, 201),
        ("POST", FLAT, BO, 409),
        ("PUT", f"{FLAT}/{lead.pk}", {}, 400),
        ("GET", f"{FLAT}/nonsense", None, 404),
        ("PATCH", f"{FLAT}/{lead.pk}", {}, 405),
        ("DELETE", f"{FLAT}/{lead.pk}", None, 200),
    ]
    for number, (method, path, body, status) in enumerate(calls, 1):
        answer = caller(method, path, body)
        limit, remaining, used, reset = rate_of(answer)
        assert (answer.status, limit, remaining, used) == (status, 1000, 1000 - number, number)
        assert 0 < reset - time.time() <= 3601


def test_a_crash_says_it_too(monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("boom")

    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    monkeypatch.setattr("leads.api.pollybot.find_lead", crash)
    answer = caller("GET", f"{FLAT}/{lead.pk}")
    assert code_of(answer) == (500, "INTERNAL_ERROR")
    assert rate_of(answer)[:3] == [1000, 999, 1]
    assert RequestRecord.objects.get().status == 500


def test_a_database_that_is_away_is_a_503_in_the_envelope(monkeypatch):
    from django.db import OperationalError

    def away(*args, **kwargs):
        raise OperationalError("the connection is lost") from DatabaseError()

    caller = polly()
    monkeypatch.setattr("leads.api.pollybot.find_lead", away)
    answer = caller("GET", f"{FLAT}/{'0' * 32}")
    assert code_of(answer) == (503, "SERVICE_UNAVAILABLE")
    assert answer.body["retryAfter"] == int(answer.headers["Retry-After"])
    assert rate_of(answer)[2] == 1


def test_the_request_past_the_limit_is_told_when_to_come_back():
    caller = polly(make_workspace(pollybot_rate_per_hour=2))
    for _ in range(2):
        assert caller("GET", f"{FLAT}/x").status == 404
    for _ in range(2):
        answer = caller("GET", f"{FLAT}/x")
        assert code_of(answer) == (429, "RATE_LIMIT_EXCEEDED")
        assert rate_of(answer)[:3] == [2, 0, 2]
        assert answer.body["retryAfter"] == int(answer.headers["Retry-After"]) > 3500
    assert polly(caller.workspace)("GET", f"{FLAT}/x").status == 404


# Unknown paths and methods


@pytest.mark.parametrize(
    "path", [f"{FLAT}/", f"{FLAT}/x/", f"{FLAT}/x/y", "/api/v1/chatbots", "/api/v1/chatbots/ws_x/leads/"]
)
def test_an_unknown_path_is_answered_in_the_envelope(path):
    answer = polly()("GET", path)
    assert code_of(answer) == (404, "NOT_FOUND")
    assert re.fullmatch(r"req_[0-9a-f]{12}", answer.body["requestId"])


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "LINK"])
def test_an_unknown_method_is_answered_in_the_envelope(method):
    answer = polly()(method, f"{FLAT}/x")
    assert code_of(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "GET, PUT, DELETE, HEAD"


def test_what_asks_for_html_gets_json():
    answer = polly()("GET", f"{FLAT}/x", headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"type": "application/json; charset=latin-1"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"headers": {"Content-Encoding": "gzip"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"raw": b"x" * (1024 * 1024 + 1)}, 413, "PAYLOAD_TOO_LARGE"),
    ],
)
def test_bodies_of_the_wrong_kind_are_refused_in_the_envelope(words, status, code):
    assert code_of(polly()("POST", FLAT, BO, **words)) == (status, code)


# Idempotency and dry runs


def test_the_same_key_and_body_create_one_lead():
    caller = polly()
    first, second = (caller("POST", FLAT, BO, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status, first.raw) == (second.status, second.raw)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert rate_of(second)[2] == 2
    assert Lead.objects.count() == 1


def test_the_same_key_with_another_body_is_a_422():
    caller = polly()
    caller("POST", FLAT, BO, headers={"Idempotency-Key": "k1"})
    answer = caller("POST", FLAT, {**BO, "name": "X"}, headers={"Idempotency-Key": "k1"})
    assert code_of(answer) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_replayed_even_when_the_way_is_free_by_then():
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    assert caller("POST", FLAT, BO, headers={"Idempotency-Key": "k1"}).status == 409
    caller("DELETE", f"{FLAT}/{lead.pk}")
    replay = caller("POST", FLAT, BO, headers={"Idempotency-Key": "k1"})
    assert (replay.status, replay.headers["Idempotent-Replayed"]) == (409, "true")


def test_a_replayed_delete_answers_as_the_first_did():
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    answers = [caller("DELETE", f"{FLAT}/{lead.pk}", headers={"Idempotency-Key": "d"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].raw == answers[1].raw


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_dry_run_answers_the_same_and_stores_nothing(method):
    caller = polly()
    lead = make_lead(caller.workspace, **{**BO, "email": "old@example.org"})
    path = FLAT if method == "POST" else f"{FLAT}/{lead.pk}"
    caller("GET", f"{FLAT}/{lead.pk}")
    before = hashes()
    body = {**BO, "status": "qualified", "metadata": {"a": 1}}
    headers = {"Leadhub-Dry-Run": "true", "Idempotency-Key": "dry"}
    dry = caller(method, path, body, headers=headers)
    assert hashes() == before
    assert dry.headers["Leadhub-Dry-Run"] == "true"
    assert RequestRecord.objects.get(dry_run=True).status == dry.status
    wet = caller(method, path, body)
    assert (dry.status, set(dry.body["data"])) == (wet.status, set(wet.body["data"]))


def test_a_dry_run_that_is_neither_true_nor_false_is_refused():
    caller = polly()
    assert caller("POST", FLAT, BO, headers={"Leadhub-Dry-Run": "maybe"}).status == 400
    assert not Lead.objects.exists()


def test_a_callers_own_request_id_is_kept():
    answer = polly()("GET", f"{FLAT}/x", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["X-Request-Id"] == answer.body["requestId"] == "mine-1"


def test_a_refused_write_is_kept_with_its_lead_and_its_problems():
    caller = polly()
    lead = make_lead(caller.workspace, **BO)
    caller("PUT", f"{FLAT}/{lead.pk}", {"name": None, "status": "x"})
    record = RequestRecord.objects.get()
    assert (record.status, record.lead_id, record.door) == (400, lead.pk, "pollybot")
    assert {problem.field for problem in record.problems.all()} == {"name", "disposition"}
