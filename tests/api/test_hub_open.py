"""What every key of every dialect may ask: about itself, its workspace, its requests, a lead's values."""

from __future__ import annotations

import pytest

from leadhub.web.models import RequestRecord
from leads.models import Entry
from tests.api.caller import Caller, bearer
from tests.api.conforms import ConformingClient
from tests.api.hub import faults, hub
from tests.make import make_answerable, make_key, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

HEADER = {
    "omniai": lambda text: {"x-api-key": text},
    "octanist": lambda text: {"X-API-KEY": text},
    "pollybot": bearer,
    "leadping": lambda text: {"X-Leadping-Api-Key": text},
    "hub": bearer,
}


def caller(dialect, workspace=None, **words):
    found = Caller(dialect, HEADER[dialect], workspace, **words)
    found.client = ConformingClient("hub")
    return found


@pytest.mark.parametrize("dialect", HEADER)
def test_a_key_of_any_dialect_learns_what_it_is(dialect):
    call = caller(dialect, test=dialect == "hub")
    answer = call("GET", "/api/hub/key")
    assert answer.status == 200
    assert answer.body["workspace"]["slug"] == call.workspace.slug
    assert answer.body["dialects"] == [dialect]
    assert answer.body["scopes"] == ["read", "write", "delete"]
    assert answer.body["is_test"] is (dialect == "hub")


@pytest.mark.parametrize(
    ("dialect", "requests", "seconds"), [("pollybot", 1000, 3600), ("octanist", 300, 60)]
)
def test_asking_counts_against_the_limit_of_the_keys_own_dialect(dialect, requests, seconds):
    call = caller(dialect)
    first, second = (call("GET", "/api/hub/key").body["limit"] for _time in range(2))
    assert (first["requests"], first["seconds"]) == (requests, seconds)
    assert first["remaining"] - second["remaining"] == 1


def test_the_hour_of_a_pollybot_key_is_not_cut_short_by_a_minute():
    call = caller("pollybot")
    path = f"/api/v1/leads/{make_lead(call.workspace, first_name='A').pk}"
    before = call.client
    call.client = type(before)("pollybot")
    used = int(call("GET", path).headers["X-RateLimit-Used"])
    call.client = before
    call("GET", "/api/hub/reference")
    call.client = type(before)("pollybot")
    assert int(call("GET", path).headers["X-RateLimit-Used"]) == used + 2


def test_a_source_key_learns_what_it_is_and_reads_no_lead():
    call = caller("leadping", scopes=("create",))
    lead = make_lead(call.workspace, first_name="Ana")
    assert call("GET", "/api/hub/key").body["scopes"] == ["create"]
    assert call("GET", "/api/hub/reference").status == 200
    assert call("GET", f"/api/hub/leads/{lead.pk}/why").status == 403


@pytest.mark.parametrize("dialect", HEADER)
def test_the_words_of_the_workspace_are_open_to_every_dialect(dialect):
    call = caller(dialect, make_answerable())
    member = make_member(call.workspace, "owner")
    hub(call.workspace)("POST", "/api/hub/tags", {"name": "VIP"})
    body = call("GET", "/api/hub/reference").body
    assert [item["code"] for item in body["checklist"]] == ["tax_id"]
    assert "sold" in [row["outcome"] for row in body["dispositions"]]
    assert {"stage": "won", "default": "won"} in body["stages"]
    assert [tag["name"] for tag in body["tags"]] == ["VIP"]
    assert [row["id"] for row in body["members"]] == [str(member.pk)]
    assert "callback" in [row["outcome"] for row in body["call_outcomes"]]


def test_a_key_finds_its_own_requests_and_nobody_elses():
    call = hub()
    lead = make_lead(call.workspace, first_name="Ana")
    path, ids = f"/api/hub/leads/{lead.pk}", {"X-Request-Id": "mine-1"}
    call("PATCH", path, {"email": "nonsense"}, headers=ids)
    record = call("GET", "/api/hub/requests/mine-1").body
    assert (record["status"], record["code"], record["door"]) == (400, "invalid", "hub")
    assert record["lead_id"] == str(lead.pk)
    assert record["body"] == '{"email": "nonsense"}'
    assert [(problem["field"], problem["value"]) for problem in record["problems"]] == [("email", "nonsense")]
    assert hub(call.workspace)("GET", "/api/hub/requests/mine-1").status == 404
    assert hub()("GET", "/api/hub/requests/mine-1").status == 404


def test_a_lead_says_why_its_values_are_what_they_are():
    call = hub()
    lead = make_lead(call.workspace, first_name="Ana", metadata={"a": 1})
    path = f"/api/hub/leads/{lead.pk}"
    call("PATCH", path, {"first_name": "Anna", "metadata": {"a": 2}}, headers={"X-Request-Id": "why-1"})
    call("PATCH", path, {"email": "nonsense"}, headers={"X-Request-Id": "why-2"})
    polly = caller("pollybot", call.workspace)
    body = polly("GET", f"{path}/why").body
    name = body["fields"]["first_name"]
    assert (name["value"], name["replaced"], name["request_id"]) == ("Anna", "Ana", "why-1")
    assert name["actor"] == {"kind": "key", "name": "a key", "door": "hub"}
    assert body["fields"]["/metadata/a"]["replaced"] == 1
    (refusal,) = body["refused"]
    assert (refusal["field"], refusal["code"], refusal["request_id"]) == ("email", "invalid_email", "why-2")
    assert (refusal["value"], refusal["status"], refusal["door"]) == ("nonsense", 400, "hub")


def test_another_workspaces_lead_says_nothing():
    call, outsider = hub(), caller("octanist")
    lead = make_lead(call.workspace, first_name="Ana")
    assert outsider("GET", f"/api/hub/leads/{lead.pk}/why").status == 404
    live_of_test = caller("octanist", call.workspace, test=True)
    assert live_of_test("GET", f"/api/hub/leads/{lead.pk}/why").status == 404


def test_a_genuine_key_at_the_wrong_door_is_told_so():
    call = caller("octanist")
    answer = call("GET", "/api/hub/leads", headers={"Authorization": f"Bearer {call.text}"})
    assert (answer.status, answer.body["code"]) == (401, "wrong_door")
    assert "octanist" in answer.body["detail"]
    assert call("GET", "/api/hub/leads").body["code"] == "missing_credential"
    assert call("GET", "/api/hub/key", headers={"X-API-KEY": "oct_nonsense"}).body["code"] == "invalid_key"


def test_a_flood_of_refusals_does_not_fill_the_log():
    workspace = make_workspace()
    key, text = make_key(workspace, "hub")
    client = ConformingClient("hub")
    forged = text[:-43] + "x" * 43
    for _time in range(70):
        assert client.get("/api/hub/key", headers={"Authorization": f"Bearer {forged}"}).status_code == 401
    assert RequestRecord.objects.filter(api_key_id=key.pk, status=401).count() == 60


def test_too_many_requests_are_told_to_wait():
    workspace = make_workspace(rate_per_minute=2)
    call = hub(workspace)
    assert [call("GET", "/api/hub/key").status for _time in range(3)] == [200, 200, 429]
    answer = call("GET", "/api/hub/leads")
    assert answer.body["code"] == "rate_limited"
    assert int(answer.headers["Retry-After"]) == answer.body["retry_after"] > 0


def test_reading_writes_nothing():
    call = hub()
    call("GET", "/api/hub/key")
    before = RequestRecord.objects.count(), Entry.objects.count()
    for path in (
        "key",
        "reference",
        "leads",
        "tags",
        "dispositions",
        "checklist",
        "members",
        "keys",
        "webhooks",
    ):
        assert call("GET", f"/api/hub/{path}").status == 200
    assert (RequestRecord.objects.count(), Entry.objects.count()) == before


def test_a_dry_run_is_either_true_or_false():
    call = hub()
    answer = call("POST", "/api/hub/leads", {"name": "A"}, headers={"Leadhub-Dry-Run": "perhaps"})
    assert (answer.status, answer.body["code"]) == (400, "invalid_header")
    assert faults(answer) == {}
