"""The workspace in the native API: tags, dispositions, call outcomes, checklist, keys, webhooks, events."""

from __future__ import annotations

import time

import pytest

from leadhub.workspaces.models import ApiKey, WorkspaceEntry
from leads.changes.rotating import rotate_key
from tests.api.hub import faults, hub
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


def test_tags_are_made_renamed_and_archived():
    call = hub()
    made = call("POST", "/api/hub/tags", {"name": "VIP", "colour": "#2e7d32"})
    assert (made.status, made.body["name"], made.body["archived"]) == (201, "VIP", False)
    assert faults(call("POST", "/api/hub/tags", {"name": "vip"})) != {}
    path = f"/api/hub/tags/{made.body['id']}"
    assert call("PATCH", path, {**made.body, "name": "Very important"}).body["name"] == "Very important"
    assert call("GET", "/api/hub/tags/very%20IMPORTANT").body["id"] == made.body["id"]
    assert call("PATCH", path, {"colour": None, "description": "Calls first."}).body["colour"] is None
    assert call("DELETE", path).body["archived"] is True
    assert call("GET", "/api/hub/tags").body["data"] == []
    assert len(call("GET", "/api/hub/tags?archived=true").body["data"]) == 1
    assert call("PATCH", path, {"archived": False}).body["archived"] is False
    assert faults(call("PATCH", path, {"nmae": "x", "colour": "?", "id": "y"})) == {
        "nmae": "unknown_field",
        "colour": "invalid_colour",
        "id": "read_only",
    }
    assert faults(call("POST", "/api/hub/tags", {})) == {"name": "required"}
    assert call("GET", "/api/hub/tags/none").status == 404


def test_dispositions_are_made_changed_and_archived():
    call = hub(make_answerable())
    body = {"outcome": "signed", "label": "Signed", "stage": "won", "required_items": ["tax_id"]}
    made = call("POST", "/api/hub/dispositions", body)
    assert made.status == 201
    path = "/api/hub/dispositions/signed"
    assert call("GET", path).body == made.body
    assert call("PATCH", path, {"needs_reason": True}).body["needs_reason"] is True
    assert call("PATCH", path, made.body).body == made.body
    assert call("DELETE", path).body["archived"] is True
    listed = [row["outcome"] for row in call("GET", "/api/hub/dispositions").body["data"]]
    assert "signed" not in listed
    assert "won" in listed
    bad = {"outcome": "No Slug", "label": 5, "stage": "wno", "required_items": ["nope"], "order": -1, "x": 1}
    assert faults(call("POST", "/api/hub/dispositions", bad)) == {
        "outcome": "invalid_code",
        "label": "invalid_type",
        "stage": "invalid_choice",
        "required_items": "unknown_code",
        "order": "negative",
        "x": "unknown_field",
    }
    assert faults(call("PATCH", path, {"label": None})) == {"label": "required"}
    assert faults(call("POST", "/api/hub/dispositions", body)) == {"": "already_used"}


def test_the_default_of_a_stage_stays_free_of_rules():
    call = hub(make_answerable())
    path = "/api/hub/dispositions/won"
    assert faults(call("PATCH", path, {"required_items": ["tax_id"]})) == {
        "required_items": "default_has_rule"
    }
    assert faults(call("DELETE", path)) == {"archived": "default_has_rule"}
    assert call("PATCH", path, {"needs_reason": True}).status == 400
    call.workspace.strict_stages = True
    call.workspace.save()
    assert call("PATCH", path, {"required_items": ["tax_id"]}).body["required_items"] == ["tax_id"]


def test_call_outcomes_are_made_changed_and_archived():
    call = hub()
    made = call(
        "POST", "/api/hub/call-outcomes", {"outcome": "gatekeeper", "label": "Gatekeeper", "reaches": True}
    )
    assert made.status == 201
    path = "/api/hub/call-outcomes/gatekeeper"
    assert call("PATCH", path, {"marks_bad": True}).body["marks_bad"] is True
    assert call("DELETE", path).body["archived"] is True
    assert faults(call("POST", "/api/hub/call-outcomes", {"label": ""})) == {
        "outcome": "required",
        "label": "required",
    }


def test_the_checklist_is_read_and_replaced():
    call = hub(make_answerable())
    shown = call("GET", "/api/hub/checklist").body
    assert shown["groups"][0]["items"][0]["code"] == "tax_id"
    assert call("PUT", "/api/hub/checklist", shown).body["changes"] == []
    item = {"code": "age", "label": "Age", "field_type": "NUMBER", "rules": {"min": 18}}
    shown["groups"][0]["items"].append(item)
    changed = call("PUT", "/api/hub/checklist", shown).body
    assert len(changed["changes"]) == 1
    assert changed["revision"] == shown["revision"] + 1
    stale = call("PUT", "/api/hub/checklist", shown)
    assert (stale.status, stale.body["version"]) == (412, changed["revision"])
    gone = call("PUT", "/api/hub/checklist", {"groups": [{"name": "Business Information", "items": [item]}]})
    assert [item["code"] for group in gone.body["groups"] for item in group["items"]] == ["age"]
    assert call("GET", "/api/hub/checklist/items/TAX_ID").body["archived"] is True
    assert call("GET", "/api/hub/checklist/items/none").status == 404
    bad = {"groups": [{"name": "", "items": [{"code": "a b", "label": "", "field_type": "?"}]}], "x": 1}
    assert faults(call("PUT", "/api/hub/checklist", bad)) == {"x": "unknown_field"}
    del bad["x"]
    assert faults(call("PUT", "/api/hub/checklist", bad)) == {
        "groups[0].name": "required",
        "groups[0].items[0].code": "invalid_code",
        "groups[0].items[0].label": "required",
        "groups[0].items[0].field_type": "invalid_choice",
    }


def test_revoking_a_rotated_key_names_the_older_one_that_ends_with_it():
    call = hub()
    made = call("POST", "/api/hub/keys", {"name": "Chat", "dialects": ["pollybot"]}).body
    new, _fresh = rotate_key(ApiKey.objects.get(public_id=made["id"]).workspace, SYSTEM, made["id"])

    gone = call("DELETE", f"/api/hub/keys/{new.public_id}").body

    assert (gone["id"], gone["also_revoked"]) == (new.public_id, [made["id"]])
    older = next(key for key in call("GET", "/api/hub/keys").body["data"] if key["id"] == made["id"])
    assert older["revoked_at"] == gone["revoked_at"]


def test_keys_are_issued_shown_once_and_revoked():
    call = hub()
    body = {
        "name": "Chat",
        "dialects": ["pollybot"],
        "scopes": ["read"],
        "expires_at": "2999-01-01T00:00:00Z",
    }
    made = call("POST", "/api/hub/keys", body)
    assert made.status == 201
    assert made.body["text"].startswith("sk-workspace_")
    listed = call("GET", "/api/hub/keys").body["data"]
    assert [key["name"] for key in listed] == ["Chat", "a key"]
    assert "text" not in listed[0]
    assert call("DELETE", f"/api/hub/keys/{made.body['id']}").body["revoked_at"]
    again = call("DELETE", f"/api/hub/keys/{made.body['id']}")
    assert (again.status, again.body["also_revoked"]) == (200, [])
    assert call("DELETE", "/api/hub/keys/none").status == 404
    bad = {"name": "", "dialects": ["klingon"], "scopes": "all", "expires_at": "x", "is_test": 1, "y": 0}
    assert faults(call("POST", "/api/hub/keys", bad)) == {
        "name": "required",
        "scopes": "invalid_type",
        "expires_at": "invalid_date",
        "is_test": "invalid_type",
        "y": "unknown_field",
    }
    past = {"name": "x", "dialects": ["klingon"], "expires_at": "2020-01-01T00:00:00Z"}
    assert faults(call("POST", "/api/hub/keys", past)) == {
        "dialects": "invalid_choice",
        "expires_at": "in_the_past",
    }


def test_members_are_listed():
    call = hub()
    member = make_member(call.workspace, "manager")
    make_member(make_workspace())
    assert call("GET", "/api/hub/members").body["data"] == [
        {"id": str(member.pk), "name": str(member), "role": "manager"}
    ]


def test_webhooks_are_made_changed_paused_and_deleted():
    call = hub()
    body = {"name": "CRM", "url": "https://crm.example/hooks", "events": ["lead.created"]}
    made = call("POST", "/api/hub/webhooks", body)
    assert made.status == 201
    assert made.body["secret"].startswith("whsec_")
    path = f"/api/hub/webhooks/{made.body['id']}"
    shown = call("GET", path).body
    assert "secret" not in shown
    assert call("PATCH", path, shown).body == shown
    assert call("PATCH", path, {"state": "paused", "name": "CRM 2"}).body["state"] == "paused"
    assert call("PATCH", path, {"state": "active"}).body["state"] == "active"
    assert call("POST", f"{path}/secret").body["secret"] != made.body["secret"]
    assert "lead.created" in call("GET", "/api/hub/webhooks").body["events"]
    bad = {"name": "x", "url": "http://127.0.0.1/", "events": ["lead.eaten"]}
    assert faults(call("POST", "/api/hub/webhooks", bad)) == {
        "url": "invalid_url",
        "events": "invalid_choice",
    }
    assert faults(call("PATCH", path, {"state": "gone", "secret": "x"})) == {
        "state": "invalid_choice",
        "secret": "unknown_field",
    }
    assert call("DELETE", path).status == 204
    assert call("GET", path).status == 404
    assert call("GET", "/api/hub/webhooks/nonsense").status == 404


@pytest.mark.django_db(transaction=True)
def test_events_are_fed_in_their_order():
    call = hub()
    for number in range(3):
        make_lead(call.workspace, first_name=str(number))
    # The feed stays behind writers that are still at work, so that nothing is skipped.
    until = time.monotonic() + 20
    while len(call("GET", "/api/hub/events?limit=3").body["data"]) < 3 and time.monotonic() < until:
        time.sleep(0.2)
    first = call("GET", "/api/hub/events?limit=2").body
    assert [event["type"] for event in first["data"]] == ["lead.created"] * 2
    rest = call("GET", f"/api/hub/events?after={first['next']}").body
    assert len(rest["data"]) == 1
    assert call("GET", f"/api/hub/events?after={rest['next']}").body == {"data": [], "next": None}
    assert faults(call("GET", "/api/hub/events?after=x")) == {"after": "invalid_cursor"}
    old = call("GET", "/api/hub/events?after=00000000-0000-7000-8000-000000000000")
    assert (old.status, old.body["code"]) == (410, "events_gone")
    assert call("GET", "/api/hub/events?after=ffffffff-ffff-7fff-bfff-ffffffffffff").status == 200


def test_the_workspace_is_administered_with_the_scope_admin_and_never_by_a_test_key():
    admin = hub(make_answerable())
    writer = hub(admin.workspace, scopes=("read", "write", "delete"))
    test = hub(admin.workspace, test=True)
    writes = [
        ("PATCH", "/api/hub/tags/x", {}),
        ("POST", "/api/hub/dispositions", {}),
        ("PATCH", "/api/hub/dispositions/won", {"label": "X"}),
        ("POST", "/api/hub/call-outcomes", {}),
        ("PUT", "/api/hub/checklist", {"groups": []}),
        ("POST", "/api/hub/keys", {"name": "x", "dialects": ["hub"]}),
        ("DELETE", f"/api/hub/keys/{admin.key.public_id}", None),
        ("POST", "/api/hub/webhooks", {}),
    ]
    before = WorkspaceEntry.objects.count()
    for caller in (writer, test):
        for method, path, body in writes:
            answer = caller(method, path, body)
            assert (answer.status, answer.body["code"]) == (403, "forbidden"), path
    assert writer("GET", "/api/hub/keys").status == 403
    assert writer("GET", "/api/hub/webhooks").status == 403
    assert writer("POST", "/api/hub/tags", {"name": "x"}).status == 201
    assert WorkspaceEntry.objects.count() == before + 1


def test_a_change_of_the_workspace_is_audited():
    call = hub()
    call("POST", "/api/hub/tags", {"name": "VIP"})
    entry = WorkspaceEntry.objects.order_by("-id").first()
    assert (entry.kind, entry.actor_name, entry.door) == ("tag_saved", "a key", "hub")
