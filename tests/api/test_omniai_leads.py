"""OmniAI's two pages, to the key and the status code: POST and PUT of a lead."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from leads.change import ById, ConsentWish, LeadChange
from leads.changes import apply_change
from leads.models import Entry, Lead, Tag
from leads.models.answer import answer_id
from tests.api.omniai import BUNDLE_KEYS, JOHN, LEAD_KEYS, LEADS, UNKNOWN, Omni, items_of, refusal
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_the_page_of_post_to_the_key():
    call = Omni()
    answer = call("POST", LEADS, JOHN)
    assert answer.status == 200
    body, lead = answer.body, Lead.objects.get()
    assert set(body) == BUNDLE_KEYS
    assert body["success"] is True
    assert {key: body[key] for key in ("actionLogs", "matchingLeads")} == {
        "actionLogs": [],
        "matchingLeads": [],
    }
    assert body["lastAction"] is body["nextFollowUp"] is body["nextDraft"] is None
    shown = body["lead"]
    assert MOMENT.fullmatch(shown["createdAt"]) and shown["updatedAt"] == shown["createdAt"]
    assert shown == {
        "id": str(lead.pk),
        "activitySummary": None,
        "assigneeType": "HUMAN_AGENT",
        "businessName": "Pacific Coast Container Haulers",
        "createdAt": shown["createdAt"],
        "deletedAt": None,
        "didOptOut": False,
        "email": "john@example.com",
        "emailVerifiedAt": None,
        "externalLeadId": None,
        "externalPortalLink": None,
        "firstName": "John",
        "lastName": "Doe",
        "phoneNumber": "+16782319992",
        "phoneVerifiedAt": None,
        "source": "api",
        "updatedAt": shown["updatedAt"],
        "website": None,
    }


def test_the_checklist_of_the_page_to_the_key():
    call = Omni()
    body = call("POST", LEADS, JOHN).body
    lead = Lead.objects.get()
    group = body["checklistItems"][0]
    assert set(group) == {"id", "name", "conditions", "items"}
    assert (group["name"], group["conditions"]) == ("Business Information", None)
    item = items_of(body)["tax_id"]
    definition = item["checklistItem"]
    assert item == {
        "id": str(answer_id(lead.pk, UUID(definition["id"]))),
        "checklistItemId": definition["id"],
        "value": "12-3456789",
        "status": "COMPLETED",
        "itemOverride": None,
        "checklistItem": {
            "id": definition["id"],
            "code": "tax_id",
            "label": "Tax ID",
            "fieldType": "TEXT",
            "isRequired": True,
            "conditions": None,
        },
    }


def test_the_whole_checklist_comes_back_with_untouched_items_to_do():
    body = Omni()("POST", LEADS, {"firstName": "Ada"}).body
    assert list(items_of(body)) == ["business_name", "tax_id", "legal_name", "revenue", "statements"]
    assert {(item["value"], item["status"]) for item in items_of(body).values()} == {(None, "TODO")}


def test_the_page_of_put_to_the_key():
    call = Omni()
    lead_id = call.create()
    names = {"lastName": "Francisco", "businessName": "OmniAI Technology LLC"}
    item = {"code": "legal_name", "value": "OmniAI Technology LLC", "status": "COMPLETED"}
    answer = call.put(lead_id, **names, checklistItems=[item])
    assert answer.status == 200
    body = answer.body
    assert set(body) == BUNDLE_KEYS and set(body["lead"]) == LEAD_KEYS
    shown = body["lead"]
    assert (shown["firstName"], shown["lastName"]) == ("John", "Francisco")
    assert shown["businessName"] == "OmniAI Technology LLC"
    assert shown["updatedAt"] > shown["createdAt"]
    log = body["actionLogs"][0]
    assert log == {
        "id": log["id"],
        "type": "API_ACTIVITY",
        "status": "COMPLETED",
        "summary": "Lead updated",
        "input": {
            "eventType": "lead_updated",
            "source": "api",
            "leadUpdates": names,
            "checklistUpdates": [{**item, "success": True}],
        },
        "createdAt": shown["updatedAt"],
    }
    values = {code: item["value"] for code, item in items_of(body).items()}
    assert values["legal_name"] == "OmniAI Technology LLC"
    assert values["business_name"] == "Pacific Coast Container Haulers"


# O1


def test_O1_the_newer_request_fields_are_accepted_and_add_no_keys():
    call = Omni()
    answer = call(
        "POST",
        LEADS,
        {
            "firstName": "Ada",
            "middleName": "M.",
            "externalLeadId": "crm-7",
            "timezone": "America/Chicago",
            "didOptOut": True,
            "tags": ["VIP", "vip", "Fleet"],
        },
    )
    assert answer.status == 200
    assert set(answer.body["lead"]) == LEAD_KEYS
    assert answer.body["lead"]["externalLeadId"] == "crm-7"
    assert answer.body["lead"]["didOptOut"] is True
    lead = Lead.objects.get()
    assert (lead.middle_name, lead.time_zone) == ("M.", "America/Chicago")
    assert lead.opted_out_at == lead.created_at
    assert {tag.name for tag in Tag.objects.all()} == {"VIP", "Fleet"}
    assert "Leadhub-Ignored" not in answer.headers


def test_O1_definitions_show_rules_only_where_there_are_any_and_files_their_documents():
    items = items_of(Omni()("POST", LEADS, {"firstName": "Ada"}).body)
    assert "validationRules" not in items["tax_id"]["checklistItem"]
    assert "documents" not in items["tax_id"]
    assert items["revenue"]["checklistItem"]["validationRules"] == {"min": 0, "max": 1000}
    statements = items["statements"]
    assert statements["checklistItem"]["validationRules"] == ["Shows the name of the business"]
    assert statements["documents"] == []


def test_O1_a_status_is_ignored_and_named():
    call = Omni()
    answer = call.put(call.create(), status="COMPLETED")
    assert answer.status == 200
    assert answer.headers["Leadhub-Ignored"] == "status"
    assert Entry.objects.count() == 1


def test_O1_tags_replace_the_whole_set_and_an_empty_list_clears_it():
    call = Omni()
    lead_id = call.create(tags=["old", "kept"])
    call.put(lead_id, tags=["KEPT", "new"])
    assert tags_of(lead_id) == {"kept", "new"}
    call.put(lead_id, lastName="Other")
    assert tags_of(lead_id) == {"kept", "new"}
    call.put(lead_id, tags=[])
    assert tags_of(lead_id) == set()


def tags_of(lead_id):
    return set(Lead.objects.get(pk=lead_id).lead_tags.values_list("tag__name", flat=True))


@pytest.mark.parametrize("tags", ["vip", {"vip": True}, 7, True, ""])
def test_tags_that_are_no_list_are_refused(tags):
    call = Omni()
    assert refusal(call.put(call.create(), tags=tags)) == {"tags": "invalid_type"}


# O2 and O3


def test_O2_the_entry_of_a_create_is_in_every_later_answer():
    call = Omni()
    lead_id = call.create()
    [log] = call.get(lead_id)["actionLogs"]
    assert log["summary"] == "Lead created"
    assert log["input"] == {
        "eventType": "lead_created",
        "source": "api",
        "leadUpdates": {
            "firstName": "John",
            "lastName": "Doe",
            "email": "john@example.com",
            "phoneNumber": "+16782319992",
            "businessName": "Pacific Coast Container Haulers",
            "assigneeType": "HUMAN_AGENT",
        },
        "checklistUpdates": [{**item, "success": True} for item in JOHN["checklistItems"]],
    }


def test_O2_a_put_answers_with_its_own_entry_first_and_at_most_a_hundred():
    call = Omni()
    lead_id = call.create()
    call.grow_log(lead_id, 103)
    logs = call.put(lead_id, lastName="Last").body["actionLogs"]
    assert len(logs) == 100
    assert logs[0]["input"]["leadUpdates"] == {"lastName": "Last"}
    assert [log["createdAt"] for log in logs] == sorted((log["createdAt"] for log in logs), reverse=True)


def test_O3_an_api_entry_has_six_keys_in_a_bundle():
    call = Omni()
    answer = call.put(call.create(), lastName="Francisco")
    for log in answer.body["actionLogs"]:
        assert set(log) == {"id", "type", "status", "summary", "input", "createdAt"}


# O6 and O7


@pytest.mark.parametrize(("sent", "shown"), [("agent", "AI_AGENT"), ("manual", "HUMAN_AGENT")])
def test_O6_the_assignee_type_has_two_words_in_and_two_out(sent, shown):
    call = Omni()
    lead_id = call.create(assigneeType="agent")
    assert call.put(lead_id, assigneeType=sent).body["lead"]["assigneeType"] == shown


def test_O6_without_an_assignee_type_the_ai_handles_a_new_lead_and_an_old_one_keeps_its_own():
    call = Omni()
    assert call("POST", LEADS, {"firstName": "Ada"}).body["lead"]["assigneeType"] == "AI_AGENT"
    assert call.put(call.create(), lastName="X").body["lead"]["assigneeType"] == "HUMAN_AGENT"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("AI_AGENT", "invalid_choice"),
        ("Agent", "invalid_choice"),
        ("", "invalid_choice"),
        (1, "invalid_type"),
    ],
)
def test_O6_any_other_assignee_type_is_refused(word, code):
    call = Omni()
    assert refusal(call.put(call.create(), assigneeType=word)) == {"assigneeType": code}


def test_O6_email_verified_stamps_now_and_false_does_nothing():
    call = Omni()
    lead_id = call.create(emailVerified=True)
    first = call.get(lead_id)["lead"]
    assert first["emailVerifiedAt"] == first["createdAt"]
    assert call.put(lead_id, emailVerified=False).body["lead"]["emailVerifiedAt"] == first["emailVerifiedAt"]
    again = call.put(lead_id, emailVerified=True).body["lead"]
    assert again["emailVerifiedAt"] == again["updatedAt"] > first["emailVerifiedAt"]


def test_a_new_email_is_unverified_unless_the_same_call_says_so():
    call = Omni()
    lead_id = call.create(emailVerified=True)
    assert call.put(lead_id, email="new@example.com").body["lead"]["emailVerifiedAt"] is None
    shown = call.put(lead_id, email="newer@example.com", emailVerified=True).body["lead"]
    assert shown["emailVerifiedAt"] == shown["updatedAt"]


@pytest.mark.parametrize("key", ["lastName", "email", "phoneNumber", "businessName", "externalLeadId"])
def test_O7_null_clears_an_optional_field(key):
    call = Omni()
    lead_id = call.create(externalLeadId="crm-7")
    answer = call.put(lead_id, **{key: None})
    assert answer.status == 200
    assert answer.body["lead"][key] is None
    assert answer.body["actionLogs"][0]["input"]["leadUpdates"] == {key: None}


@pytest.mark.parametrize("value", [None, "", "   "])
def test_O7_a_first_name_cannot_be_emptied(value):
    call = Omni()
    assert refusal(call.put(call.create(), firstName=value)) == {"firstName": "required"}
    assert refusal(call("POST", LEADS, {"firstName": value})) == {"firstName": "required"}


def test_a_first_name_is_all_that_a_create_needs():
    assert refusal(Omni()("POST", LEADS, {"lastName": "Doe"})) == {"firstName": "required"}
    assert Omni()("POST", LEADS, {"firstName": "John"}).status == 200


def test_O7_the_same_email_makes_a_second_lead_and_each_matches_the_other():
    call = Omni()
    first = call.create()
    answer = call("POST", LEADS, {"firstName": "Jon", "email": "JOHN@example.com"})
    second = answer.body["lead"]["id"]
    [match] = answer.body["matchingLeads"]
    assert match == {
        "id": first,
        "firstName": "John",
        "lastName": "Doe",
        "email": "john@example.com",
        "phoneNumber": "+16782319992",
        "businessName": "Pacific Coast Container Haulers",
        "status": "IN_PROGRESS",
        "createdAt": match["createdAt"],
    }
    assert [match["id"] for match in call.get(first)["matchingLeads"]] == [second]


def test_leads_match_by_phone_and_deleted_ones_do_not():
    call = Omni()
    first = call.create(email=None)
    second = call.create(email=None, phoneNumber="(678) 231-9992")
    assert [match["id"] for match in call.get(first)["matchingLeads"]] == [second]
    make_deleted(call.workspace, second)
    assert call.get(first)["matchingLeads"] == []


def make_deleted(workspace, lead_id):
    apply_change(workspace, SYSTEM, ById(lead_id), LeadChange(delete=True))


# O8 and O9


def test_O8_all_problems_come_at_once_in_the_documented_envelope():
    call = Omni()
    answer = call.put(call.create(), email="no email", firstName=7, timezone="Mars/Base")
    assert refusal(answer) == {
        "email": "invalid_email",
        "firstName": "invalid_type",
        "timezone": "invalid_time_zone",
    }
    detail = answer.body["details"][0]
    assert set(detail) == {"field", "code", "message"}
    assert answer.body["error"] == f"{detail['field']}: {detail['message']}"
    assert answer.body["code"] == detail["code"]
    assert Entry.objects.count() == 1


def test_O9_only_a_lead_id_is_fine_and_writes_nothing():
    call = Omni()
    lead_id = call.create()
    before = call.get(lead_id)
    answer = call.put(lead_id)
    assert answer.status == 200
    assert answer.body["lead"] == {key: before["lead"][key] for key in LEAD_KEYS}
    assert call.get(lead_id) == before


def test_O9_equal_values_are_told_with_what_changed_and_are_nothing_by_themselves():
    call = Omni()
    lead_id = call.create()
    item = JOHN["checklistItems"][1]
    assert len(call.put(lead_id, lastName="Doe", checklistItems=[item]).body["actionLogs"]) == 1
    logs = call.put(lead_id, lastName="Doe", firstName="Jon", checklistItems=[item]).body["actionLogs"]
    assert logs[0]["input"]["leadUpdates"] == {"lastName": "Doe", "firstName": "Jon"}
    assert logs[0]["input"]["checklistUpdates"] == [{**item, "success": True}]


# Which lead


@pytest.mark.parametrize(
    ("lead_id", "code"), [(None, "required"), ("", "required"), ("  ", "required"), (7, "invalid_type")]
)
def test_O4_a_lead_must_be_named(lead_id, code):
    assert refusal(Omni().put(lead_id, lastName="X")) == {"leadId": code}


def test_O4_a_body_without_a_lead_id_is_refused():
    assert refusal(Omni()("PUT", LEADS, {"lastName": "X"})) == {"leadId": "required"}


@pytest.mark.parametrize("lead_id", [UNKNOWN, "abc", "1", UNKNOWN + "x", "lead_" + "z" * 32, "\ufeff"])
def test_O4_an_unknown_lead_is_not_found(lead_id):
    answer = Omni().put(lead_id, lastName="X")
    assert refusal(answer, 404) == {}
    assert answer.body["code"] == "not_found"


def test_another_workspaces_lead_and_a_deleted_one_are_not_found():
    call = Omni()
    other = make_lead(make_workspace(), first_name="Eve")
    assert refusal(call.put(str(other.pk), lastName="X"), 404) == {}
    lead_id = call.create()
    make_deleted(call.workspace, lead_id)
    assert refusal(call.put(lead_id, lastName="X"), 404) == {}


def test_either_spelling_of_an_id_is_read():
    call = Omni()
    lead_id = call.create()
    assert call.put("lead_" + lead_id.replace("-", ""), lastName="X").body["lead"]["id"] == lead_id


# Fields


def test_a_phone_that_is_none_is_kept_as_it_was_given():
    call = Omni()
    assert call.put(call.create(), phoneNumber="call me").body["lead"]["phoneNumber"] == "call me"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("email", "nobody", "invalid_email"),
        ("email", ["a@example.com"], "invalid_type"),
        ("lastName", "x" * 101, "too_long"),
        ("lastName", True, "invalid_type"),
        ("businessName", {"a": 1}, "invalid_type"),
        ("phoneNumber", 6782319992, "invalid_type"),
        ("phoneNumber", "1" * 65, "too_long"),
        ("emailVerified", "yes", "invalid_type"),
        ("emailVerified", 1, "invalid_type"),
        ("didOptOut", "true", "invalid_type"),
        ("didOptOut", "", "invalid_type"),
        ("timezone", "Nowhere", "invalid_time_zone"),
        ("externalLeadId", "x" * 256, "too_long"),
        ("lastName", "a\u0007b", "control_character"),
        ("tags", ["x" * 65], "too_long"),
        ("tags", [7], "invalid_type"),
    ],
)
def test_a_bad_value_is_refused_by_its_code_and_nothing_is_saved(key, value, code):
    call = Omni()
    lead_id = call.create()
    before = call.get(lead_id)
    assert refusal(call.put(lead_id, middleName="Q", **{key: value})) == {key: code}
    assert call.get(lead_id) == before


def test_opting_out_and_in_again():
    call = Omni()
    lead_id = call.create()
    assert call.put(lead_id, didOptOut=True).body["lead"]["didOptOut"] is True
    assert call.get(lead_id)["status"] == "OPTED_OUT"
    assert call.put(lead_id, didOptOut=None).body["lead"]["didOptOut"] is True
    assert call.put(lead_id, didOptOut=False).body["lead"]["didOptOut"] is False
    assert Lead.objects.get().opted_out_at is None


def test_an_opt_out_of_one_channel_is_none_of_all():
    call = Omni()
    lead = make_lead(call.workspace, first_name="Ada", consent=(ConsentWish("sms", opted_in=False),))
    assert call.get(str(lead.pk))["lead"]["didOptOut"] is False


def test_unknown_and_read_only_keys_are_ignored_and_named():
    call = Omni()
    answer = call.put(call.create(), website="https://x.example", favourite="blue", createdAt="now")
    assert answer.headers["Leadhub-Ignored"] == "website, favourite, createdAt"
    assert answer.body["lead"]["website"] is None


def test_a_test_key_makes_test_leads_that_match_nobody():
    call = Omni()
    live = call.create()
    tests = Omni(call.workspace, checklist="", test=True)
    body = tests("POST", LEADS, JOHN).body
    assert body["matchingLeads"] == []
    assert tests.get(body["lead"]["id"])["lead"]["isTest"] is True
    assert call.get(live)["matchingLeads"] == []
    assert tests.put(live, lastName="X").status == 404
    assert call.put(body["lead"]["id"], lastName="X").status == 404
