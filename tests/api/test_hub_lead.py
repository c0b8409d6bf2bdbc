"""One lead of the native API: made, read, changed by RFC 7396, deleted; with its ETag."""

from __future__ import annotations

import json

import pytest

from leads.models import Entry, Lead
from tests.api.hub import faults, hub
from tests.make import make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

ANA = {"first_name": "Ana", "last_name": "Example", "email": "ana@example.org", "phone": "(415) 555-2671"}


def entries(lead_id):
    return Entry.objects.filter(lead=lead_id).count()


def test_a_lead_is_made_and_read():
    call = hub()
    made = call("POST", "/api/hub/leads", {**ANA, "metadata": {"a": {"b": 1}}, "tags": ["VIP"]})
    assert made.status == 201
    assert made.headers["Location"] == f"/api/hub/leads/{made.body['id']}"
    assert made.body["name"] == "Ana Example"
    assert made.body["phone"] == "(415) 555-2671"
    assert made.body["phone_e164"] == "+14155552671"
    assert made.body["source"] == "api"
    assert made.body["tags"] == ["VIP"]
    assert made.body["disposition"]["stage"] == "new"
    read = call("GET", f"/api/hub/leads/{made.body['id']}")
    assert read.status == 200
    assert read.body == made.body
    assert read.headers["ETag"] == made.headers["ETag"]


def test_a_lead_is_found_by_its_other_spelling():
    call = hub()
    lead = make_lead(call.workspace, **ANA)
    assert call("GET", f"/api/hub/leads/lead_{lead.pk.hex}").body["id"] == str(lead.pk)


def test_an_empty_lead_is_refused():
    call = hub()
    for body in ({}, {"source": "fair"}, {"email": ""}):
        answer = call("POST", "/api/hub/leads", body)
        assert (answer.status, answer.body["code"], faults(answer)) == (
            400,
            "malformed",
            {"body": "required"},
        )
    assert not Lead.objects.exists()


def test_the_whole_body_sent_back_changes_nothing():
    call = hub(make_answerable())
    lead = make_lead(
        call.workspace,
        **ANA,
        value=12.5,
        email_verified=True,
        address={"city": "Berlin", "latitude": 52.5},
        profile={"income": 50_000, "birth_date": "1984-05-17"},
        metadata={"a": [1, {"b": None}]},
        note="Call later.",
    )
    path = f"/api/hub/leads/{lead.pk}"
    call("PATCH", path, {"answers": {"tax_id": {"value": "x"}}, "archive": {"reason": 3, "note": "old"}})
    call("PATCH", path, {"consent": {"sms": {"opted_in": False}}, "override": {"enabled": False}})
    call("PATCH", path, {"contact_points": [{"kind": "phone", "value": "415 555 2672"}], "tags": ["a", "b"]})
    call("PATCH", path, {"disposition": {"stage": "lost", "reason": "Too dear."}, "loss_reason": "price"})
    whole, before = call("GET", path), entries(lead.pk)
    answer = call("PATCH", path, whole.body)
    assert answer.status == 200
    assert answer.body == whole.body
    assert entries(lead.pk) == before


def test_absent_keys_are_left_alone_and_null_clears():
    call = hub()
    lead = make_lead(call.workspace, **ANA, address={"city": "Berlin", "state": "BE"}, profile={"income": 5})
    answer = call("PATCH", f"/api/hub/leads/{lead.pk}", {"phone": None, "address": {"state": None}})
    assert answer.status == 200
    assert answer.body["phone"] is None
    assert answer.body["phone_e164"] is None
    assert answer.body["email"] == "ana@example.org"
    assert answer.body["address"]["city"] == "Berlin"
    assert answer.body["address"]["state"] is None
    cleared = call("PATCH", f"/api/hub/leads/{lead.pk}", {"address": None, "profile": None})
    assert set(cleared.body["address"].values()) == {None}
    assert set(cleared.body["profile"].values()) == {None}


def test_metadata_merges_and_null_removes():
    call = hub()
    lead = make_lead(call.workspace, **ANA, metadata={"a": {"b": 1, "c": 2}, "d": [1, 2]})
    path = f"/api/hub/leads/{lead.pk}"
    answer = call("PATCH", path, {"metadata": {"a": {"b": None}, "d": [3], "e": {"f": {"g": None, "h": 1}}}})
    assert answer.body["metadata"] == {"a": {"c": 2}, "d": [3], "e": {"f": {"h": 1}}}
    assert call("PATCH", path, {"metadata": None}).body["metadata"] == {}


def test_every_problem_is_told_at_once_with_what_was_expected():
    call = hub()
    lead = make_lead(call.workspace, **ANA)
    body = {
        "emial": "x",
        "email": "nonsense",
        "value": -1,
        "id": "other",
        "assignee_type": "ROBOT",
        "address": {"citty": "Berlin"},
        "profile": {"gender": "?"},
        "disposition": {"outcome": "wno"},
        "answers": {"tax": {"value": 1}},
    }
    answer = call("PATCH", f"/api/hub/leads/{lead.pk}", body)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {fault["field"]: fault for fault in answer.body["errors"]}
    assert found["emial"]["code"] == "unknown_field"
    assert found["emial"]["nearest"] == "email"
    assert found["email"]["code"] == "invalid_email"
    assert found["value"]["code"] == "negative"
    assert found["id"]["code"] == "read_only"
    assert found["address.citty"]["nearest"] == "city"
    assert found["assignee_type"]["code"] == "invalid_choice"
    assert found["assignee_type"]["expected"] == ["AI_AGENT", "HUMAN_AGENT"]
    assert answer.body["type"] == "/api/docs/errors/#invalid"
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    assert entries(lead.pk) == 1


def test_rules_that_need_the_workspace_name_what_is_known():
    call = hub(make_answerable())
    lead = make_lead(call.workspace, **ANA)
    body = {"disposition": {"outcome": "slod"}, "answers": {"tax_di": {"value": "1"}}}
    answer = call("PATCH", f"/api/hub/leads/{lead.pk}", body)
    found = {fault["field"]: fault for fault in answer.body["errors"]}
    assert found["answers.tax_di"]["nearest"] == "tax_id"
    assert found["disposition"]["nearest"] == "sold"
    assert "sold" in found["disposition"]["expected"]


def test_a_key_that_stands_twice_is_refused():
    call = hub()
    lead = make_lead(call.workspace, **ANA)
    answer = call("PATCH", f"/api/hub/leads/{lead.pk}", raw=b'{"source": "a", "source": "b"}')
    assert (answer.status, answer.body["code"]) == (400, "duplicate_key")


def test_a_merge_patch_may_be_called_by_its_name():
    call = hub()
    lead = make_lead(call.workspace, **ANA)
    path, type = f"/api/hub/leads/{lead.pk}", "application/merge-patch+json"
    assert call("PATCH", path, {"source": "fair"}, type=type).body["source"] == "fair"
    assert call("PATCH", path, {"source": "fair"}, type="text/plain").status == 415


def test_an_etag_moves_with_the_lead_alone():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA, tags=None).pk}"
    tagged = call("PATCH", path, {"tags": ["cold"]})
    tag = tagged.headers["ETag"]
    assert call("PATCH", "/api/hub/tags/cold", {"name": "Warm"}).status == 200
    again = call("GET", path, headers={"If-None-Match": tag})
    assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", tag)
    assert call("GET", path, headers={"If-None-Match": f'"x", W/{tag}'}).status == 304
    assert call("GET", path, headers={"If-None-Match": '"other"'}).status == 200
    assert call("PATCH", path, {"source": "fair"}).headers["ETag"] != tag


def test_a_write_that_saw_an_older_lead_is_refused():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    seen = call("GET", path).headers["ETag"]
    assert call("PATCH", path, {"source": "a"}, headers={"If-Match": seen}).status == 200
    late = call("PATCH", path, {"source": "b"}, headers={"If-Match": seen})
    assert (late.status, late.body["code"], late.body["version"]) == (412, "changed_meanwhile", 2)
    assert call("PATCH", path, {"source": "b"}, headers={"If-Match": f"W/{seen}"}).status == 412
    assert call("PATCH", path, {"source": "b"}, headers={"If-Match": "*"}).status == 200
    assert call("DELETE", path, headers={"If-Match": seen}).status == 412
    assert call("PATCH", path, {"source": "c"}, headers={"If-Match": "nonsense"}).status == 400
    assert call("PATCH", path, {"version": 1, "source": "c"}).status == 412
    assert call("PATCH", path, {"version": 3, "source": "c"}).status == 200


def test_the_etag_of_a_lead_that_was_merged_away_is_not_the_survivors():
    call = hub()
    one, other = make_lead(call.workspace, **ANA), make_lead(call.workspace, **ANA)
    tags = [call("GET", f"/api/hub/leads/{lead.pk}").headers["ETag"] for lead in (one, other)]
    assert len(set(tags)) == 2


def test_a_lead_is_deleted_and_not_found_from_then_on():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    answer = call("DELETE", path)
    assert (answer.status, answer.raw) == (204, b"")
    for method, body in (("GET", None), ("PATCH", {"source": "x"}), ("DELETE", None)):
        assert call(method, path, body).status == 404


def test_a_lead_is_archived_and_taken_out_again():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    archived = call("POST", f"{path}/archive", {"reason": 3, "note": "Moved away."})
    assert archived.body["archive"]["reason"] == 3
    assert archived.body["archive"]["note"] == "Moved away."
    assert faults(call("POST", f"{path}/archive", {"reason": 17, "nte": 1})) == {"nte": "unknown_field"} | {
        "reason": "too_large"
    }
    assert call("POST", f"{path}/restore").body["archive"] is None
    assert call("PATCH", path, {"archive": {}}).body["archive"] is not None
    assert call("PATCH", path, {"archive": None}).body["archive"] is None
    assert faults(call("POST", f"{path}/restore", {"x": 1})) == {"x": "unknown_field"}


def test_verified_is_stamped_and_taken_back():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    assert call("PATCH", path, {"email_verified": True}).body["email_verified_at"]
    assert call("PATCH", path, {"email_verified": False}).body["email_verified_at"] is None


def test_a_member_is_given_the_lead():
    call = hub()
    member = make_member(call.workspace)
    stranger = make_member(make_workspace())
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    answer = call("PATCH", path, {"assignee": str(member.pk)})
    assert answer.body["assignee"] == str(member.pk)
    assert answer.body["assignee_name"] == str(member)
    assert faults(call("PATCH", path, {"assignee": str(stranger.pk)})) == {"assignee": "not_found"}
    assert call("PATCH", path, {"assignee": None}).body["assignee_name"] is None


def test_an_override_needs_the_scope_admin():
    admin = hub()
    agent = hub(admin.workspace, scopes=("read", "write"))
    path = f"/api/hub/leads/{make_lead(admin.workspace, **ANA).pk}"
    answer = agent("PATCH", path, {"override": {"enabled": False}})
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    shown = admin("PATCH", path, {"override": {"enabled": False, "reason": "Fraud."}}).body
    assert (shown["override"]["enabled"], shown["is_enabled"], shown["enabled"]) == (False, False, True)
    assert agent("PATCH", path, {"override": shown["override"], "source": "x"}).status == 200
    assert admin("PATCH", path, {"override": None}).body["override"] is None


def test_further_phones_and_emails_come_and_go():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    two = [
        {"kind": "phone", "value": "415 555 2672"},
        {"kind": "email", "value": "a@b.example", "label": "work"},
    ]
    shown = call("PATCH", path, {"contact_points": two}).body["contact_points"]
    assert {point["value"] for point in shown} == {"415 555 2672", "a@b.example"}
    one = call("PATCH", path, {"contact_points": two[1:]}).body["contact_points"]
    assert [(point["kind"], point["label"]) for point in one] == [("email", "work")]
    added = call("PATCH", path, {"contact_points": {"add": two[:1], "remove": two[1:]}}).body
    assert [point["kind"] for point in added["contact_points"]] == ["phone"]
    bad = call("PATCH", path, {"contact_points": [{"kind": "fax", "value": "1"}, {"value": 1, "lable": "x"}]})
    assert bad.status == 400
    assert faults(bad)["contact_points[1].lable"] == "unknown_field"


def test_consent_is_told_channel_by_channel():
    call = hub()
    path = f"/api/hub/leads/{make_lead(call.workspace, **ANA).pk}"
    answer = call("PATCH", path, {"consent": {"sms": {"opted_in": False, "source": "STOP"}}})
    assert answer.body["consent"]["sms"]["opted_in"] is False
    assert answer.body["consent"]["call"]["opted_in"] is True
    bad = call("PATCH", path, {"consent": {"fax": {}, "email": {"opted_in": "no", "at": "soon"}}})
    assert faults(bad) == {
        "consent.fax": "unknown_field",
        "consent.email.opted_in": "invalid_type",
        "consent.email.at": "invalid_date",
    }


def test_what_a_lead_includes_on_request():
    call = hub(make_answerable())
    lead = make_lead(call.workspace, **ANA)
    make_lead(call.workspace, **ANA)
    answer = call("GET", f"/api/hub/leads/{lead.pk}?include=checklist,timeline,matches")
    assert answer.body["checklist"]["groups"][0]["items"][0]["code"] == "tax_id"
    assert answer.body["timeline"]["data"][0]["kind"] == "created"
    assert answer.body["matches"][0]["reasons"] == ["phone", "email"]
    assert faults(call("GET", f"/api/hub/leads/{lead.pk}?include=all")) == {"include": "invalid_choice"}
    assert faults(call("GET", f"/api/hub/leads/{lead.pk}?inclde=checklist")) == {"inclde": "unknown_field"}


def test_a_patch_takes_ten_statements_however_big_the_lead(django_assert_max_num_queries):
    call = hub(make_answerable())
    lead = make_lead(call.workspace, **ANA)
    path = f"/api/hub/leads/{lead.pk}"
    call("PATCH", path, {"source": "warm"})
    with django_assert_max_num_queries(10):
        call("PATCH", path, {"source": "small", "phone": None})
    big = {
        "tags": [f"tag {number}" for number in range(40)],
        "metadata": {f"key{number}": number for number in range(200)},
        "contact_points": [{"kind": "email", "value": f"a{n}@b.example"} for n in range(30)],
        "answers": {"tax_id": {"value": "x"}},
    }
    assert call("PATCH", path, big).status == 200
    with django_assert_max_num_queries(10):
        call("PATCH", path, {"source": "big", "phone": "415 555 2671"})


def test_nobody_elses_lead_is_found():
    call, outsider = hub(), hub()
    lead = make_lead(call.workspace, **ANA)
    path = f"/api/hub/leads/{lead.pk}"
    for method, suffix, body in (
        ("GET", "", None),
        ("PATCH", "", {"source": "x"}),
        ("DELETE", "", None),
        ("POST", "/archive", {}),
        ("POST", "/notes", {"note": "x"}),
        ("GET", "/timeline", None),
        ("GET", "/why", None),
    ):
        answer = outsider(method, path + suffix, body)
        assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_test_keys_and_live_keys_do_not_see_each_others_leads():
    live = hub()
    test = hub(live.workspace, test=True)
    lead = make_lead(live.workspace, **ANA)
    made = test("POST", "/api/hub/leads", ANA)
    assert made.body["is_test"] is True
    assert test("GET", f"/api/hub/leads/{lead.pk}").status == 404
    assert live("GET", f"/api/hub/leads/{made.body['id']}").status == 404
    assert [row["id"] for row in live("GET", "/api/hub/leads").body["data"]] == [str(lead.pk)]
    assert [row["id"] for row in test("GET", "/api/hub/leads").body["data"]] == [made.body["id"]]


def test_a_request_sent_again_does_nothing_twice():
    call = hub()
    first = call("POST", "/api/hub/leads", ANA, headers={"Idempotency-Key": "k1"})
    again = call("POST", "/api/hub/leads", ANA, headers={"Idempotency-Key": "k1"})
    assert (again.status, again.raw) == (201, first.raw)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert Lead.objects.count() == 1
    other = call("POST", "/api/hub/leads", {**ANA, "source": "x"}, headers={"Idempotency-Key": "k1"})
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")


def test_scopes_decide_what_a_key_may_do():
    workspace = make_workspace()
    path = f"/api/hub/leads/{make_lead(workspace, **ANA).pk}"
    reader, writer = hub(workspace, scopes=("read",)), hub(workspace, scopes=("write",))
    assert reader("GET", path).status == 200
    assert reader("PATCH", path, {"source": "x"}).status == 403
    assert writer("GET", path).status == 403
    assert writer("PATCH", path, {"source": "x"}).status == 200
    assert writer("DELETE", path).status == 403
    assert writer("POST", "/api/hub/keys", {}).status == 403


def test_an_unknown_path_answers_in_the_native_form():
    call = hub()
    for method, path, status in (
        ("GET", "/api/hub/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/hub/leads/", 404),
        ("PUT", "/api/hub/leads", 405),
    ):
        answer = call.client.generic(method, path, headers=call.carried)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["instance"] == path
