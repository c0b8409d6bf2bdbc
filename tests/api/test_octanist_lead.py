"""Octanist's check, create and get; its keys, its envelope, what the house adds."""

from __future__ import annotations

import re

import pytest

from leadhub.web.models import RequestRecord
from leadhub.workspaces.ids import lead_ref
from leads.models import Entry, Lead
from tests.api.caller import octo, polly
from tests.api.tables import hashes
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

LEADS = "/api/leads"
ANA = {"name": "Ana Ruiz", "email": "ana@example.org", "phone": "+31 20 123 4567"}
CLICK_IDS = "gclid ga4cid ga4sid fbc fbp msclkid ttclid twclid rdt_cid sccid li_fat_id".split()
CONSENTS = ["ad_storage", "ad_user_data", "analytics_storage", "ad_personalization"]
KEYS = [
    *"id name email phone status value note custom lossReason conversionName source website path".split(),
    *CLICK_IDS,
    *"utm_source utm_medium utm_campaign".split(),
    *CONSENTS,
    *"googleAdsCampaignId googleAdsCampaignName googleAdsAdGroupId googleAdsAdGroupName".split(),
    "googleAdsAdId",
    *"labelId selectedConversionEventId createdAt updatedAt qualifiedAt expiresAt".split(),
]


def code_of(answer):
    assert answer.body["success"] is False
    return answer.status, answer.body["error"]["code"]


def fields_of(answer):
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    return [error["field"] for error in answer.body["error"]["details"]["errors"]]


def create(caller, body):
    answer = caller("POST", LEADS, body)
    assert answer.status == 201, answer
    return caller("GET", f"{LEADS}/{answer.body['data']['id']}").body["data"]


# Check


@pytest.mark.parametrize("scopes", [("read", "write"), ("create",)])
def test_check_says_nothing_but_success(scopes):
    assert octo(scopes=scopes)("POST", "/api/check").body == {"success": True}


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a": 1}'])
def test_check_does_not_look_at_a_body(raw):
    assert octo()("POST", "/api/check", raw=raw).status == 200


@pytest.mark.parametrize("key", [None, "", "nonsense", "oct_" + "x" * 51])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/check"),
        ("GET", LEADS),
        ("POST", LEADS),
        ("PATCH", LEADS),
        ("GET", f"{LEADS}/x"),
        ("POST", "/api/stats"),
    ],
)
def test_a_missing_or_unknown_key_is_a_401_in_the_envelope(method, path, key):
    answer = octo()(method, path, headers={"X-API-KEY": key})
    assert code_of(answer) == (401, "UNAUTHORIZED")
    assert answer.body["meta"]["requestId"] == answer.headers["X-Request-Id"]


def test_a_genuine_key_at_the_wrong_door_is_told_so():
    answer = octo()("POST", "/api/check", headers={"X-API-KEY": polly().text})
    assert code_of(answer) == (401, "UNAUTHORIZED")
    assert "pollybot" in answer.body["error"]["message"]


# Create


def test_a_lead_is_created_and_answered_by_its_id_alone():
    caller = octo()
    answer = caller("POST", LEADS, {**ANA, "note": "asked for a visit"})
    lead = Lead.objects.get()
    assert answer.status == 201
    assert answer.body == {
        "success": True,
        "data": {"id": lead_ref(lead.pk), "message": "Lead added"},
        "meta": answer.body["meta"],
    }
    assert (lead.first_name, lead.last_name, lead.note) == ("Ana", "Ruiz", "asked for a visit")
    assert Entry.objects.get().door == "octanist"


def test_a_lead_to_the_key():
    caller = octo()
    utm = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "autumn"}
    sent = {
        **ANA,
        **utm,
        "custom": {"plan": "pro", "é": [1.5, None]},
        "note": "hi",
        "website": "https://example.org",
        "path": "/quote?a=1",
        "gclid": "Cj0K",
        "fbp": "fb.1.1",
        "ad_storage": True,
        "ad_user_data": "granted",
        "analytics_storage": "denied",
    }
    shown = create(caller, sent)
    assert list(shown) == KEYS
    created = Lead.objects.get().created_at
    assert shown == {
        **dict.fromkeys(KEYS),
        **sent,
        "id": lead_ref(Lead.objects.get().pk),
        "status": "open",
        "source": "api",
        "custom": '{"plan":"pro","é":[1.5,null]}',
        "ad_storage": True,
        "ad_user_data": True,
        "analytics_storage": False,
        "ad_personalization": False,
        "createdAt": shown["createdAt"],
        "updatedAt": shown["createdAt"],
        "expiresAt": shown["expiresAt"],
    }
    assert shown["createdAt"] == created.isoformat(timespec="milliseconds")[:-6] + "Z"
    assert Lead.objects.get().metadata == utm


@pytest.mark.parametrize("body", [{}, {"note": "x"}, {"name": "", "email": None, "phone": " ", "custom": ""}])
def test_something_must_say_who_it_is(body):
    assert fields_of(octo()("POST", LEADS, body)) == ["name"]
    assert not Lead.objects.exists()


@pytest.mark.parametrize("body", [{"name": "Ana"}, {"email": "a@b.org"}, {"phone": "1"}, {"custom": []}])
def test_any_one_of_four_will_do(body):
    assert octo()("POST", LEADS, body).status == 201


@pytest.mark.parametrize(
    ("custom", "shown"),
    [
        (' {"a":  1} \r\n', ' {"a":  1} \r\n'),
        ({"b": 1, "a": [True, None, "é"]}, '{"b":1,"a":[true,null,"é"]}'),
        ([], "[]"),
        (0, "0"),
        (False, "false"),
        (None, None),
        ("", None),
    ],
)
def test_custom_is_always_a_text_and_a_text_stays_to_the_letter(custom, shown):
    assert create(octo(), {"name": "Ana", "custom": custom})["custom"] == shown


@pytest.mark.parametrize(("size", "status"), [(65_536, 201), (65_537, 400)])
def test_custom_holds_64_kib(size, status):
    assert octo()("POST", LEADS, {"custom": "x" * size}).status == status


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", "N" * 101),
        ("email", "nonsense"),
        ("phone", ["1"]),
        ("note", {"a": 1}),
        ("website", "javascript:alert(1)"),
        ("path", 5),
        ("gclid", 5),
        ("li_fat_id", "x" * 2049),
        ("wbraid", {}),
        ("utm_source", 5),
        ("utm_campaign", ["x"]),
        ("ad_storage", "yes"),
        ("ad_user_data", 1),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_stored(field, value):
    assert fields_of(octo()("POST", LEADS, {**ANA, field: value})) == [field]
    assert not Lead.objects.exists()


def test_an_odd_phone_is_kept_as_given():
    assert create(octo(), {"phone": "ask for Ana"})["phone"] == "ask for Ana"


def test_an_email_that_is_there_already_makes_a_second_lead():
    caller = octo()
    assert create(caller, ANA)["id"] != create(caller, ANA)["id"]


def test_unknown_keys_and_those_that_cannot_be_sent_are_ignored_by_name():
    answer = octo()("POST", LEADS, {**ANA, "status": "won", "sessionId": "s", "value": 5})
    assert (answer.status, answer.headers["Leadhub-Ignored"]) == (201, "status, sessionId, value")


def test_newer_click_ids_are_kept():
    create(octo(), {**ANA, "gbraid": "g", "gclid": None, "ttclid": ""})
    assert Lead.objects.get().click_ids == {"gbraid": "g"}


# Get


def test_a_lead_of_any_door_can_be_read():
    caller = octo()
    lead = make_lead(caller.workspace, phone="1", metadata={"utm_source": 5, "utm_medium": "cpc"})
    Lead.objects.filter(pk=lead.pk).update(click_ids={"gclid": 5}, ad_consents={"ad_storage": "granted"})
    shown = caller("GET", f"{LEADS}/{lead.pk}").body["data"]
    assert (shown["name"], shown["email"], shown["source"], shown["custom"]) == (None, None, None, None)
    assert (shown["utm_source"], shown["utm_medium"], shown["gclid"]) == (None, "cpc", None)
    assert shown["ad_storage"] is False


@pytest.mark.parametrize(
    "lead_id", ["abc", "lead_123", str(2**70), "lead_" + "g" * 32, "%20", "lead_" + "0" * 32]
)
def test_an_id_that_is_none_is_not_found(lead_id):
    assert code_of(octo()("GET", f"{LEADS}/{lead_id}")) == (404, "NOT_FOUND")


def test_a_merged_lead_reads_as_the_survivor_and_a_deleted_one_not_at_all():
    caller = octo()
    winner, loser, gone = (make_lead(caller.workspace, name=name) for name in ("W", "L", "G"))
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    Lead.objects.filter(pk=gone.pk).update(deleted_at=winner.created_at)
    assert caller("GET", f"{LEADS}/{loser.pk}").body["data"]["id"] == lead_ref(winner.pk)
    assert code_of(caller("GET", f"{LEADS}/{gone.pk}")) == (404, "NOT_FOUND")


def test_another_workspaces_lead_answers_like_one_that_does_not_exist():
    theirs = make_lead(make_workspace(), **ANA)
    caller = octo()
    known = caller("GET", f"{LEADS}/{lead_ref(theirs.pk)}")
    unknown = caller("GET", f"{LEADS}/lead_{'0' * 32}")
    assert (known.status, known.body["error"]) == (unknown.status, unknown.body["error"])


def test_a_test_key_makes_and_sees_test_leads_only():
    live = octo()
    test = octo(live.workspace, test=True)
    assert test.text.startswith("oct_test_")
    mine, theirs = create(test, ANA)["id"], create(live, ANA)["id"]
    for caller, lead_id in ((test, theirs), (live, mine)):
        assert code_of(caller("GET", f"{LEADS}/{lead_id}")) == (404, "NOT_FOUND")
        assert code_of(caller("PATCH", LEADS, {"id": lead_id, "status": "won"})) == (404, "NOT_FOUND")
        # The double of the other kind is in nobody's way.
        assert caller("PATCH", LEADS, {"email": ANA["email"], "note": "x"}).status == 200
        assert len(caller("GET", LEADS).body["data"]) == 1


# Envelope


@pytest.mark.parametrize(
    "path", [f"{LEADS}/", f"{LEADS}/x/", f"{LEADS}/x/y", "/api/check/", "/api/stats/", "/api/stats/x"]
)
def test_an_unknown_path_is_answered_in_the_envelope(path):
    answer = octo()("GET", path)
    assert code_of(answer) == (404, "NOT_FOUND")
    assert re.fullmatch(r"req_[0-9a-f]{12}", answer.body["meta"]["requestId"])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", LEADS, "GET, POST, PATCH, HEAD"),
        ("DELETE", LEADS, "GET, POST, PATCH, HEAD"),
        ("OPTIONS", LEADS, "GET, POST, PATCH, HEAD"),
        ("PATCH", f"{LEADS}/x", "GET, HEAD"),
        ("DELETE", f"{LEADS}/x", "GET, HEAD"),
        ("GET", "/api/check", "POST"),
        ("GET", "/api/stats", "POST"),
    ],
)
def test_an_unknown_method_is_answered_in_the_envelope(method, path, allow):
    answer = octo()(method, path)
    assert code_of(answer) == (405, "VALIDATION_ERROR")
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"type": "text/plain"}, 415),
        ({"type": "application/json; charset=latin-1"}, 415),
        ({"headers": {"Content-Encoding": "gzip"}}, 415),
        ({"raw": b"x" * (1024 * 1024 + 1)}, 413),
    ],
)
def test_bodies_of_the_wrong_kind_are_refused_in_the_envelope(words, status):
    assert code_of(octo()("PATCH", LEADS, ANA, **words)) == (status, "VALIDATION_ERROR")


def test_a_crash_is_answered_in_the_envelope(monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr("leads.api.octanist.find_lead", crash)
    answer = octo()("GET", f"{LEADS}/x")
    assert code_of(answer) == (500, "INTERNAL_ERROR")
    assert answer.body["meta"]["requestId"] == answer.headers["X-Request-Id"]


def test_the_request_past_the_limit_is_told_when_to_come_back():
    caller = octo(make_workspace(rate_per_minute=1))
    assert caller("POST", "/api/check").status == 200
    answer = caller("POST", "/api/check")
    assert code_of(answer) == (429, "RATE_LIMITED")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("scopes", "refused"),
    [(("read",), {"POST", "PATCH"}), (("write",), {"GET"}), (("create",), {"GET", "POST", "PATCH"})],
)
def test_a_key_does_only_what_its_scopes_say(scopes, refused):
    caller = octo(scopes=scopes)
    for method in ("GET", "POST", "PATCH"):
        answer = caller(method, LEADS, {"name": "Ana", "id": "x"})
        assert (answer.status == 403) == (method in refused)
    assert (caller("POST", "/api/stats", {}).status == 403) == ("read" not in scopes)


# Idempotency and dry runs


def test_the_same_key_and_body_append_one_note():
    caller = octo()
    lead = make_lead(caller.workspace, **ANA)
    body = {"id": str(lead.pk), "note": "x"}
    first, second = (caller("PATCH", LEADS, body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status, first.raw) == (second.status, second.raw)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Entry.objects.filter(note="x").count() == 1


def test_the_same_key_creates_one_lead():
    caller = octo()
    answers = [caller("POST", LEADS, ANA, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].raw == answers[1].raw
    assert Lead.objects.count() == 1


def test_the_same_key_with_another_body_is_a_422():
    caller = octo()
    caller("POST", LEADS, ANA, headers={"Idempotency-Key": "k"})
    answer = caller("POST", LEADS, {**ANA, "name": "X"}, headers={"Idempotency-Key": "k"})
    assert code_of(answer) == (422, "VALIDATION_ERROR")
    assert answer.body["error"]["details"] == {"reason": "idempotency_key_reused"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "body"), [(400, {"email": ANA["email"], "value": "x"}), (409, {"email": ANA["email"]})]
)
def test_a_refusal_is_replayed_even_when_the_way_is_free_by_then(status, body):
    caller = octo()
    leads = [make_lead(caller.workspace, **ANA) for _ in range(2)]
    assert caller("PATCH", LEADS, body, headers={"Idempotency-Key": "k"}).status == status
    Lead.objects.filter(pk=leads[0].pk).update(merged_into=leads[1])
    replay = caller("PATCH", LEADS, body, headers={"Idempotency-Key": "k"})
    assert (replay.status, replay.headers["Idempotent-Replayed"]) == (status, "true")


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_dry_run_answers_the_same_and_stores_nothing(method, bulk):
    caller = octo(make_workspace(allow_bulk_update=bulk))
    for _ in range(1 + bulk):
        make_lead(caller.workspace, **ANA)
    caller("POST", "/api/check")
    before = hashes()
    body = {"email": ANA["email"], "status": "lost", "lossReason": "x", "note": "n", "gclid": "g"}
    headers = {"Leadhub-Dry-Run": "true", "Idempotency-Key": "dry"}
    dry = caller(method, LEADS, body, headers=headers)
    assert hashes() == before
    assert dry.headers["Leadhub-Dry-Run"] == "true"
    assert RequestRecord.objects.get(dry_run=True).status == dry.status
    wet = caller(method, LEADS, body)
    assert dry.status == wet.status
    assert dry.headers["Leadhub-Ignored"] == wet.headers["Leadhub-Ignored"]
    assert dry.body["data"].get("leadsUpdated") == wet.body["data"].get("leadsUpdated")


def test_a_create_takes_few_statements(django_assert_max_num_queries):
    caller = octo()
    caller("POST", "/api/check")
    body = {**ANA, "gclid": "g", "utm_source": "u", "note": "n", "custom": {"a": 1}}
    with django_assert_max_num_queries(10):
        assert caller("POST", LEADS, body).status == 201
