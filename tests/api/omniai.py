"""What the tests of OmniAI share: a workspace with the checklist of the page, and the calls of the page."""

from __future__ import annotations

from checklists.files import parse_checklist
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.changes.definitions import apply_definitions
from tests.api.caller import omni
from tests.make import SYSTEM, make_workspace

LEADS = "/api/v1/leads"
# Of no lead, and the same in every process that collects the tests.
UNKNOWN = "0b9a6f3e-55d2-4c1b-8e67-3f1f6a0c9d20"

CHECKLIST = """
groups:
- name: Business Information
  items:
  - {code: business_name, label: Business Name, field_type: TEXT}
  - {code: tax_id, label: Tax ID, field_type: TEXT}
  - {code: legal_name, label: Legal Name, field_type: TEXT}
- name: Money
  items:
  - {code: revenue, label: Revenue, field_type: NUMBER, is_required: false, rules: {min: 0, max: 1000}}
  - code: statements
    label: Statements
    field_type: BANK_STATEMENT
    is_required: false
    rules: {checks: [Shows the name of the business]}
"""
JOHN = {
    "firstName": "John",
    "lastName": "Doe",
    "email": "john@example.com",
    "phoneNumber": "6782319992",
    "businessName": "Pacific Coast Container Haulers",
    "assigneeType": "manual",
    "checklistItems": [
        {"code": "business_name", "value": "Pacific Coast Container Haulers", "status": "COMPLETED"},
        {"code": "tax_id", "value": "12-3456789", "status": "COMPLETED"},
    ],
}
BUNDLE_KEYS = {
    "success",
    "lead",
    "checklistItems",
    "actionLogs",
    "matchingLeads",
    "lastAction",
    "nextFollowUp",
    "nextDraft",
}
LEAD_KEYS = {
    "id",
    "activitySummary",
    "assigneeType",
    "businessName",
    "createdAt",
    "deletedAt",
    "didOptOut",
    "email",
    "emailVerifiedAt",
    "externalLeadId",
    "externalPortalLink",
    "firstName",
    "lastName",
    "phoneNumber",
    "phoneVerifiedAt",
    "source",
    "updatedAt",
    "website",
}
LINE_KEYS = {
    "id",
    "type",
    "status",
    "summary",
    "input",
    "output",
    "error",
    "parentActionId",
    "scheduledAt",
    "createdAt",
    "completedAt",
    "tool",
    "messages",
}


class Omni:
    """A caller of OmniAI with the checklist of the page, and the calls by their names."""

    def __init__(self, workspace=None, checklist=CHECKLIST, **words):
        self.workspace = workspace or make_workspace()
        if checklist:
            apply_definitions(self.workspace, SYSTEM, parse_checklist(checklist))
        self.call = omni(self.workspace, **words)

    def __call__(self, method, path, body=None, **words):
        return self.call(method, path, body, **words)

    def create(self, **changes):
        answer = self("POST", LEADS, {**JOHN, **changes})
        assert answer.status == 200, answer
        return answer.body["lead"]["id"]

    def put(self, lead_id, **changes):
        return self("PUT", LEADS, {"leadId": lead_id, **changes})

    def grow_log(self, lead_id, entries):
        """Many entries, by a quicker way than through the door."""
        for number in range(entries):
            change = LeadChange(fields={"last_name": f"Doe {number}"})
            apply_change(self.workspace, SYSTEM, ById(lead_id), change)

    def get(self, lead_id, part=""):
        answer = self("GET", f"{LEADS}/{lead_id}{part}")
        assert answer.status == 200, answer
        return answer.body


def items_of(body, key="checklistItems"):
    """The items of the groups by their codes."""
    groups = body if isinstance(body, list) else body[key]
    return {item["checklistItem"]["code"]: item for group in groups for item in group["items"]}


def refusal(answer, status=400):
    """The details of a refusal as {field: code}."""
    assert answer.status == status, answer
    assert set(answer.body) == {"success", "error", "code", "details"}
    assert answer.body["success"] is False
    assert isinstance(answer.body["error"], str) and answer.body["error"]
    return {detail["field"]: detail["code"] for detail in answer.body["details"]}
