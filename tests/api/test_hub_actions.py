"""What is to be done about a lead, messages, and what webhooks were told, by the native API."""

from __future__ import annotations

import pytest
from django.core import mail

from leadhub.web.models import RequestRecord
from leads.changes.approval import approve_message
from leads.models import Action, Entry, Lead, Message
from leads.outbox.messages import MessageQueue
from tests.api.hub import faults, hub
from tests.make import make_lead, make_member, make_user_actor, make_workspace
from tests.outbox.make import Idle, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db

AT = "2099-03-31T14:05:00+02:00"
PLAN = {"kind": "CALL", "at": AT, "zone": "Europe/Berlin", "summary": "Talk about the offer."}


def lead_of(call, **fields):
    fields = {"first_name": "Ada", "phone": "+4930901820", "email": "ada@example.com"} | fields
    return make_lead(call.workspace, **fields)


def path_of(lead, rest=""):
    return f"/api/hub/leads/{lead.pk}{rest}"


def test_a_call_is_planned_put_off_handed_over_and_done():
    call = hub()
    lead, agent = lead_of(call), make_member(call.workspace)
    made = call("POST", path_of(lead, "/actions"), PLAN)
    assert (made.status, made.body["status"], made.body["scheduled_at"]) == (
        201,
        "PENDING",
        "2099-03-31T12:05:00.000Z",
    )
    action = f"/api/hub/actions/{made.body['id']}"
    moved = call("PATCH", action, {"at": "2099-04-01T09:00:00", "zone": "America/New_York"})
    assert (made.body["zone"], moved.body["zone"]) == ("Europe/Berlin", "America/New_York")
    assert moved.body["scheduled_at"] == "2099-04-01T13:00:00.000Z"
    handed = call("PATCH", action, {"assignee": str(agent.pk)})
    assert handed.body["assignee"] == str(agent.pk)
    assert [row["id"] for row in call("GET", path_of(lead, "/actions")).body["data"]] == [made.body["id"]]
    done = call("POST", f"{action}/complete", {"outcome": "connected", "note": "Wants it."})
    assert (done.status, done.body["status"]) == (200, "COMPLETED")
    call_made = call("GET", f"/api/hub/actions/{done.body['output']['call']}")
    assert call_made.body["outcome"] == "connected"
    assert call("GET", path_of(lead, "/actions")).body["data"] == []
    again = call("POST", f"{action}/cancel", {"reason": "Too late."})
    assert (again.status, again.body["code"]) == (409, "not_open")


def test_it_is_called_off_with_a_reason():
    call = hub()
    made = call("POST", path_of(lead_of(call), "/actions"), PLAN)
    action = f"/api/hub/actions/{made.body['id']}"
    assert faults(call("POST", f"{action}/cancel", {})) == {"reason": "required"}
    assert call("POST", f"{action}/cancel", {"reason": "Has called us."}).body["status"] == "CANCELLED"
    assert call("GET", action).body["error"] == "Has called us."


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({**PLAN, "kind": "TOOL_CALL"}, {"kind": "invalid_choice"}),
        ({**PLAN, "at": "soon"}, {"at": "invalid_date"}),
        ({**PLAN, "zone": "Mars/Base"}, {"zone": "invalid_time_zone"}),
        ({**PLAN, "when": AT}, {"when": "unknown_field"}),
        ({**PLAN, "input": []}, {"input": "invalid_type"}),
        ({}, {"kind": "required", "at": "required", "summary": "required"}),
    ],
)
def test_a_bad_plan_is_refused(body, fault):
    call = hub()
    answer = call("POST", path_of(lead_of(call), "/actions"), body)
    assert (answer.status, faults(answer)) == (400, fault)
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, {"body": "required"}),
        ({"zone": "Europe/Berlin"}, {"at": "required"}),
        ({"assignee": "me"}, {"assignee": "not_found"}),
    ],
)
def test_a_bad_move_is_refused(body, fault):
    call = hub()
    made = call("POST", path_of(lead_of(call), "/actions"), PLAN)
    assert faults(call("PATCH", f"/api/hub/actions/{made.body['id']}", body)) == fault


def test_what_is_another_workspaces_is_not_there():
    call, other = hub(), hub()
    made = other("POST", path_of(lead_of(other), "/actions"), PLAN)
    action = f"/api/hub/actions/{made.body['id']}"
    assert call("GET", action).status == 404
    assert call("PATCH", action, {"at": AT}).status == 404
    assert call("POST", f"{action}/complete", {}).status == 404
    assert call("POST", f"{action}/cancel", {"reason": "No."}).status == 404
    assert call("POST", f"/api/hub/messages/{made.body['id']}/report", {"status": "sent"}).status == 404


def test_a_machines_message_waits_is_edited_and_leaves_once_a_member_approved_it():
    call = hub()
    lead, agent = lead_of(call), make_member(call.workspace)
    text = {"channel": "EMAIL", "subject": "Your offer", "body": "Hello {{ first_name }}!"}
    made = call("POST", path_of(lead, "/messages"), text)
    assert (made.status, made.body["status"]) == (201, "AWAITING_APPROVAL")
    message = f"/api/hub/messages/{made.body['id']}"
    edited = call("PATCH", message, {"body": "Good day {{ first_name }}!"})
    assert edited.body["messages"][0]["body"] == "Good day {{ first_name }}!"
    assert call("POST", f"{message}/report", {"status": "sent"}).body["code"] == "not_sent"
    approve_message(call.workspace, make_user_actor(agent), made.body["id"])
    [row] = MessageQueue().claim("test", 1, [])
    MessageQueue().work(row, Idle())
    assert [sent.body.splitlines()[0] for sent in mail.outbox] == ["Good day Ada!"]


def test_a_text_message_is_reported_back_by_its_sender():
    call = hub()
    lead, agent = lead_of(call), make_member(call.workspace)
    made = call("POST", path_of(lead, "/messages"), {"channel": "SMS", "body": "May we call?"})
    approve_message(call.workspace, make_user_actor(agent), made.body["id"])
    report = f"/api/hub/messages/{made.body['id']}/report"
    told = call("POST", report, {"status": "delivered", "external_id": "SM1"})
    assert (told.body["status"], told.body["outcome"]) == ("COMPLETED", "delivered")
    assert faults(call("POST", report, {"status": "lost"})) == {"status": "invalid_choice"}


def test_an_empty_blank_and_an_unknown_one_are_refused():
    call = hub()
    lead = lead_of(call)
    bad = call("POST", path_of(lead, "/messages"), {"channel": "SMS", "body": "Hello {{ frist_name }}"})
    assert faults(bad) == {"body": "unknown_variable"}


def test_nothing_is_written_to_who_opted_out():
    call = hub()
    lead = lead_of(call)
    stop = {"from": "+49 30 901820", "channel": "SMS", "body": "STOP", "external_id": "SM9"}
    heard = call("POST", "/api/hub/messages/received", stop)
    assert (heard.status, heard.body["lead_id"]) == (201, str(lead.pk))
    assert Lead.objects.get(pk=lead.pk).sms_opted_out_at is not None
    refused = call("POST", path_of(lead, "/messages"), {"channel": "SMS", "body": "Hello"})
    assert (refused.status, refused.body["code"]) == (409, "opted_out")
    assert refused.headers["Content-Type"] == "application/problem+json"
    # The refusal is on the timeline, and in the request log.
    [action] = Action.objects.filter(lead=lead, kind="MESSAGE", status="CANCELLED")
    assert (action.outcome, Entry.objects.filter(lead=lead, kind="message_stopped").count()) == (
        "opted_out",
        1,
    )
    record = RequestRecord.objects.get(request_id=refused.headers["X-Request-Id"])
    assert (record.status, record.code, record.lead_id) == (409, "opted_out", lead.pk)


def test_what_a_lead_wrote_is_there_once_and_finds_its_lead_by_the_number():
    call = hub()
    lead_of(call)
    newest = lead_of(call, email="eve@example.com")
    words = {"channel": "SMS", "body": "Tomorrow, please.", "external_id": "SM3"}
    first = call("POST", "/api/hub/messages/received", {"from": "+4930901820", **words})
    assert first.body["lead_id"] == str(newest.pk)
    again = call("POST", path_of(newest, "/messages/received"), words)
    assert again.body["id"] == first.body["id"]
    assert Message.objects.count() == 1
    nobody = call("POST", "/api/hub/messages/received", {"from": "+493012345678", **words})
    assert nobody.status == 404
    assert faults(call("POST", "/api/hub/messages/received", {"channel": "SMS"})) == {
        "from": "required",
        "body": "required",
    }
    number = call("POST", "/api/hub/messages/received", {"from": 4930901820, **words})
    assert faults(number) == {"from": "invalid_type"}


def test_what_has_happened_did_not_happen_in_the_future():
    call = hub()
    lead = lead_of(call)
    heard = {"channel": "SMS", "body": "Yes.", "at": AT}
    assert faults(call("POST", path_of(lead, "/messages/received"), heard)) == {"at": "not_past"}
    made = {"outcome": "no_answer", "at": AT}
    assert faults(call("POST", path_of(lead, "/calls"), made)) == {"at": "not_past"}
    assert not Action.objects.exists()


def test_the_log_of_a_webhook_is_read_and_what_failed_is_sent_again():
    call = hub()
    endpoint = make_endpoint(call.workspace)
    lead = lead_of(call)
    rows = [make_delivery(endpoint, lead.pk, state="dead", last_error="500") for _number in range(3)]
    path = f"/api/hub/webhooks/{endpoint.pk}/deliveries"
    page = call("GET", f"{path}?limit=2&state=dead")
    assert [row["id"] for row in page.body["data"]] == [str(rows[2].pk), str(rows[1].pk)]
    rest = call("GET", f"{path}?limit=2&state=dead&cursor={page.body['next']}")
    assert ([row["id"] for row in rest.body["data"]], rest.body["next"]) == ([str(rows[0].pk)], None)
    told = call("GET", path_of(lead, "/deliveries")).body["data"]
    assert {row["id"] for row in told} >= {str(row.pk) for row in rows}
    one = call("POST", f"/api/hub/deliveries/{rows[0].pk}/replay")
    assert (one.status, one.body["state"]) == (200, "due")
    assert call("POST", f"/api/hub/webhooks/{endpoint.pk}/replay").body == {"replayed": 2}
    test = call("POST", f"/api/hub/webhooks/{endpoint.pk}/test")
    assert (test.status, test.body["lead_id"]) == (201, None)
    assert call("GET", f"/api/hub/deliveries/{test.body['id']}").body["state"] == "due"


def test_a_bad_question_to_the_log_is_refused():
    call = hub()
    path = f"/api/hub/webhooks/{make_endpoint(call.workspace).pk}/deliveries"
    assert faults(call("GET", f"{path}?state=lost")) == {"state": "invalid_choice"}
    assert faults(call("GET", f"{path}?cursor=x")) == {"cursor": "invalid_cursor"}
    assert faults(call("GET", f"{path}?page=2")) == {"page": "unknown_field"}


def test_the_log_needs_the_right_to_administer_and_the_own_workspace():
    endpoint = make_endpoint(make_workspace())
    delivery = make_delivery(endpoint)
    for call, status in [(hub(scopes=("read", "write")), 403), (hub(), 404)]:
        assert call("GET", f"/api/hub/webhooks/{endpoint.pk}/deliveries").status == status
        assert call("POST", f"/api/hub/webhooks/{endpoint.pk}/replay").status == status
        assert call("POST", f"/api/hub/webhooks/{endpoint.pk}/test").status == status
        assert call("GET", f"/api/hub/deliveries/{delivery.pk}").status == status
        assert call("POST", f"/api/hub/deliveries/{delivery.pk}/replay").status == status
