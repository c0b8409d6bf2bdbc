"""What OmniAI reads back: a lead whole and in parts, its computed status, its log in all types."""

from __future__ import annotations

import pytest

from leads.change import (
    Actor,
    ActorKind,
    Archive,
    ById,
    CallLog,
    ConsentWish,
    DispositionWish,
    LeadChange,
    NewLead,
)
from leads.changes import apply_change
from leads.changes.actions import plan_action
from leads.changes.messages import add_draft
from leads.models import Action, Entry, Lead, Message
from tests.api.caller import polly
from tests.api.omniai import BUNDLE_KEYS, LEAD_KEYS, LEADS, LINE_KEYS, UNKNOWN, Omni, items_of, refusal
from tests.make import SYSTEM, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db

PARTS = ["", "/checklist", "/documents", "/action-logs"]


def change(caller, lead_id, actor=SYSTEM, /, **words):
    return apply_change(caller.workspace, actor, ById(lead_id), LeadChange(**words))


def test_a_lead_whole_to_the_key():
    call = Omni()
    lead_id = call.create()
    body = call.get(lead_id)
    assert list(body) == [
        "lead",
        "status",
        "checklistItems",
        "documents",
        "actionLogs",
        "matchingLeads",
        "lastAction",
        "nextFollowUp",
        "nextDraft",
    ]
    assert set(body) == BUNDLE_KEYS - {"success"} | {"status", "documents"}
    assert set(body["lead"]) == LEAD_KEYS | {"isTest", "submittedAt", "workspaceId"}
    assert body["lead"]["workspaceId"] == str(call.workspace.pk)
    assert (body["status"], body["documents"]) == ("IN_PROGRESS", [])


def test_the_checklist_alone_is_a_bare_list_and_says_more():
    call = Omni()
    lead_id = call.create()
    groups = call.get(lead_id, "/checklist")
    assert isinstance(groups, list)
    items = items_of(groups)
    assert set(items["tax_id"]) == {
        "id",
        "checklistItemId",
        "value",
        "alternateValues",
        "validationError",
        "status",
        "itemOverride",
        "checklistItem",
    }
    assert set(items["tax_id"]["checklistItem"]) == {
        "id",
        "code",
        "label",
        "fieldType",
        "isRequired",
        "conditions",
        "validationRules",
        "helpText",
        "clientInstructions",
    }
    assert items["tax_id"]["checklistItem"]["validationRules"] is None
    assert items["statements"]["documents"] == []


def test_the_log_alone_is_a_bare_list_at_full_length():
    call = Omni()
    lead_id = call.create()
    call.put(lead_id, lastName="Francisco")
    newest, oldest = call.get(lead_id, "/action-logs")
    assert set(newest) == set(oldest) == LINE_KEYS
    assert [newest["summary"], oldest["summary"]] == ["Lead updated", "Lead created"]
    assert (newest["type"], newest["output"], newest["messages"]) == ("API_ACTIVITY", None, [])
    assert newest["scheduledAt"] == newest["createdAt"] == newest["completedAt"]


def test_a_long_log_goes_on_behind_a_link():
    call = Omni()
    lead_id = call.create()
    for number in range(4):
        call.put(lead_id, lastName=f"Doe {number}")
    seen, path = [], f"{LEADS}/{lead_id}/action-logs?limit=2"
    while path:
        answer = call("GET", path)
        seen += [log["id"] for log in answer.body]
        link = answer.headers.get("Link", "")
        path = link.partition("http://testserver")[2].partition(">")[0]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("limit", ["abc", "-1", "0", "1001", str(2**70), "1.5", "٣", ""])
def test_a_limit_that_is_none_is_refused(limit):
    call = Omni()
    answer = call("GET", f"{LEADS}/{call.create()}/action-logs?limit={limit}")
    assert refusal(answer) == {"limit": "invalid_number"}


@pytest.mark.parametrize("after", ["x", "0", "\u00e4", "eyJ9"])
def test_a_place_in_the_log_that_is_none_is_refused(after):
    call = Omni()
    answer = call("GET", f"{LEADS}/{call.create()}/action-logs?after={after}")
    assert list(refusal(answer)) == ["after"]


@pytest.mark.parametrize("part", PARTS)
def test_a_deleted_lead_is_readable_and_says_when(part):
    call = Omni()
    lead_id = call.create()
    change(call, lead_id, delete=True)
    body = call.get(lead_id, part)
    if part == "":
        assert body["lead"]["deletedAt"] == body["lead"]["updatedAt"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lead_id", [UNKNOWN, "abc", "lead_x", "1" * 100])
def test_a_lead_that_is_not_there(part, lead_id):
    answer = Omni()("GET", f"{LEADS}/{lead_id}{part}")
    assert refusal(answer, 404) == {}


@pytest.mark.parametrize("part", PARTS)
def test_another_workspaces_lead_is_not_there(part):
    lead = make_lead(make_workspace(), first_name="Eve")
    assert Omni()("GET", f"{LEADS}/{lead.pk}{part}").status == 404


def test_a_merged_away_id_leads_to_the_survivor():
    call = Omni()
    winner, loser = call.create(), call.create()
    Lead.objects.filter(pk=loser).update(merged_into=winner)
    assert call.get(loser)["lead"]["id"] == winner
    assert call.put(loser, lastName="X").body["lead"]["id"] == winner


# The computed status


def status_of(call, lead_id):
    return call.get(lead_id)["status"]


def test_the_status_follows_the_checklist():
    call = Omni()
    lead_id = call.create()
    assert status_of(call, lead_id) == "IN_PROGRESS"
    call.put(lead_id, checklistItems=[{"code": "legal_name", "value": "x", "status": "NEEDS_REVIEW"}])
    assert status_of(call, lead_id) == "REVIEW"
    call.put(lead_id, checklistItems=[{"code": "legal_name", "status": "SKIPPED"}])
    assert status_of(call, lead_id) == "COMPLETED"
    change(call, lead_id, disposition=DispositionWish(stage="lost"))
    assert status_of(call, lead_id) == "NOT_INTERESTED"
    call.put(lead_id, didOptOut=True)
    assert status_of(call, lead_id) == "OPTED_OUT"


def test_a_lead_of_which_nothing_is_required_stays_in_progress():
    call = Omni(checklist="")
    assert status_of(call, call.create(checklistItems=[])) == "IN_PROGRESS"


# The log in the words of this door


def last_log(call, lead_id):
    return call.get(lead_id)["actionLogs"][0]


def test_a_write_of_another_dialect_is_told_in_this_ones_words():
    call = Omni()
    other = polly(call.workspace)
    lead_id = call.create()
    other("PUT", f"/api/v1/leads/{lead_id}", {"name": "Jane Roe", "phone": "+1 404 555 0137"})
    log = last_log(call, lead_id)
    assert set(log) == {"id", "type", "status", "summary", "input", "createdAt"}
    assert log["input"] == {
        "eventType": "lead_updated",
        "source": "api",
        "leadUpdates": {"firstName": "Jane", "lastName": "Roe", "phoneNumber": "+1 404 555 0137"},
        "checklistUpdates": [],
    }


def test_a_colleagues_change_is_a_manual_update_at_full_length():
    call = Omni()
    lead_id = call.create()
    user = make_member(call.workspace)
    change(
        call,
        lead_id,
        make_user_actor(user),
        fields={"last_name": "Roe"},
        consent=(ConsentWish("all", opted_in=False),),
        note="Called back.",
    )
    log = last_log(call, lead_id)
    assert set(log) == LINE_KEYS
    assert log["type"] == "MANUAL_UPDATE"
    assert log["input"]["leadUpdates"] == {"lastName": "Roe", "didOptOut": True}
    assert log["input"]["note"] == "Called back."


@pytest.mark.parametrize("kind", [ActorKind.IMPORT, ActorKind.SYSTEM])
def test_imports_and_the_system_leave_system_notes(kind):
    call = Omni()
    lead_id = call.create()
    change(call, lead_id, Actor(kind, "march.csv", "import"), archive=Archive(reason=1))
    log = last_log(call, lead_id)
    assert (log["type"], log["input"]["source"]) == ("SYSTEM_NOTE", "import")


def test_a_call_and_a_plan_keep_to_the_vendors_types():
    call = Omni()
    lead_id = call.create()
    change(call, lead_id, call=CallLog("connected", note="Nice talk"))
    plan_action(call.workspace, SYSTEM, ById(lead_id), kind="EMAIL", at="2030-01-01T10:00:00Z", summary="Ask")
    assert {log["type"] for log in call.get(lead_id, "/action-logs")} == {
        "API_ACTIVITY",
        "MANUAL_UPDATE",
        "MESSAGE",
    }


def make_message(call, lead_id, kind, status, direction="OUTBOUND", **values):
    lead = Lead.objects.get(pk=lead_id)
    action = Action.objects.create(
        workspace=call.workspace, lead=lead, kind=kind, status=status, summary=f"{kind} {status}", **values
    )
    Message.objects.create(
        workspace=call.workspace,
        action=action,
        lead=lead,
        channel="EMAIL",
        direction=direction,
        subject="Two things left",
        body="Hello",
    )
    return action


def test_last_action_next_follow_up_and_next_draft():
    call = Omni()
    lead_id = call.create()
    sent = make_message(call, lead_id, "MESSAGE", "COMPLETED")
    make_message(call, lead_id, "MESSAGE", "COMPLETED", direction="INBOUND")
    tool = Action.objects.create(
        workspace=call.workspace,
        lead_id=lead_id,
        kind="TOOL_CALL",
        status="COMPLETED",
        summary="Looked up",
        parent=sent,
        tool={"id": "tool_1", "name": "deep_research"},
    )
    follow_up = make_message(
        call, lead_id, "FOLLOW_UP_MESSAGE", "PENDING", scheduled_at="2030-01-01T10:00:00Z"
    )
    draft = add_draft(call.workspace, SYSTEM, ById(lead_id), channel="EMAIL", body="Hi", subject="A draft")
    body = call.get(lead_id)
    last = body["lastAction"]
    assert (last["id"], last["type"]) == (str(sent.pk), "MESSAGE")
    assert [log["id"] for log in last["toolCalls"]] == [str(tool.pk)]
    assert last["messages"][0]["subject"] == "Two things left"
    assert body["nextFollowUp"]["id"] == str(follow_up.pk)
    assert body["nextDraft"]["id"] == str(draft.pk)
    put = call.put(lead_id).body
    assert [put[key]["id"] for key in ("lastAction", "nextFollowUp", "nextDraft")] == [
        str(sent.pk),
        str(follow_up.pk),
        str(draft.pk),
    ]


# Activity


def act(call, lead_id, **changes):
    body = {"leadId": lead_id, "eventType": "sales_call", "title": "Talked terms", **changes}
    return call("POST", "/api/v1/activity", body)


def test_an_activity_is_on_the_timeline_and_changes_nothing():
    call = Omni()
    lead_id = call.create()
    answer = act(call, lead_id, description="Wants\ntwo trucks", metadata={"minutes": 7})
    assert answer.status == 200
    assert set(answer.body) == {"success", "actionLogId"}
    log = last_log(call, lead_id)
    assert log == {
        "id": answer.body["actionLogId"],
        "type": "API_ACTIVITY",
        "status": "COMPLETED",
        "summary": "Talked terms",
        "input": {
            "eventType": "sales_call",
            "source": "api",
            "title": "Talked terms",
            "description": "Wants\ntwo trucks",
            "metadata": {"minutes": 7},
        },
        "createdAt": log["createdAt"],
    }
    assert call.get(lead_id)["lastAction"] is None
    assert Entry.objects.get(pk=answer.body["actionLogId"]).changes == {}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"eventType": None}, {"eventType": "required"}),
        ({"title": " "}, {"title": "required"}),
        ({"title": "x" * 256}, {"title": "too_long"}),
        ({"title": 7, "eventType": []}, {"title": "invalid_type", "eventType": "invalid_type"}),
        ({"description": {}}, {"description": "invalid_type"}),
        ({"metadata": []}, {"metadata": "invalid_type"}),
        ({"metadata": {"x": "y" * 70_000}}, {"metadata": "too_long"}),
        ({"leadId": None}, {"leadId": "required"}),
    ],
)
def test_a_bad_activity_is_refused(changes, faults):
    call = Omni()
    lead_id = call.create()
    assert refusal(act(call, **{"lead_id": lead_id, **changes})) == faults
    assert Entry.objects.count() == 1


def test_an_activity_of_nobody_is_not_found():
    call = Omni()
    lead_id = call.create()
    change(call, lead_id, delete=True)
    other = make_lead(make_workspace(), first_name="Eve")
    for wanted in (lead_id, str(other.pk), UNKNOWN, "abc"):
        assert refusal(act(call, wanted), 404) == {}


def test_a_lead_of_other_doors_without_names_reads_null():
    call = Omni()
    outcome = apply_change(call.workspace, SYSTEM, NewLead(), LeadChange(fields={"email": "ada@example.com"}))
    shown = call.get(str(outcome.lead.pk))["lead"]
    assert (shown["firstName"], shown["lastName"], shown["source"]) == (None, None, None)
