"""Checklist items through OmniAI's dialect: what is saved, what is told, what is refused one by one."""

from __future__ import annotations

import pytest

from leads.models import Answer, Entry, Lead
from tests.api.omniai import LEADS, Omni, items_of, refusal
from tests.make import make_lead

pytestmark = pytest.mark.django_db


def lead_of(call):
    return str(make_lead(call.workspace, first_name="Ada").pk)


def put_items(call, lead_id, *items, **changes):
    return call.put(lead_id, checklistItems=list(items), **changes)


def told(answer):
    return answer.body["actionLogs"][0]["input"]["checklistUpdates"]


def state_of(answer, code):
    item = items_of(answer.body)[code]
    return item["value"], item["status"]


# O4


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"code": "unheard_of", "value": "x"}, "no item with this code"),
        ({"code": "revenue", "value": 1001}, "1000"),
        ({"code": "revenue", "value": "lots"}, "number"),
        ({"code": "tax_id", "value": {"a": 1}}, "text"),
        ({"code": "statements", "value": "march.pdf"}, "document"),
    ],
)
def test_O4_a_refused_item_is_told_and_the_rest_is_saved(item, words):
    call = Omni()
    lead_id = lead_of(call)
    good = {"code": "legal_name", "value": "Ada LLC", "status": "COMPLETED"}
    answer = put_items(call, lead_id, item, good, lastName="Moreno")
    assert answer.status == 200
    assert answer.headers["Leadhub-Problems"] == "1"
    refused, saved = told(answer)
    assert (refused["code"], refused["success"]) == (item["code"], False)
    assert words in refused["error"]
    assert saved == {**good, "success": True}
    assert state_of(answer, "legal_name") == ("Ada LLC", "COMPLETED")
    assert answer.body["lead"]["lastName"] == "Moreno"


def test_O4_a_refused_item_alone_is_something_to_tell():
    call = Omni()
    lead_id = lead_of(call)
    answer = put_items(call, lead_id, {"code": "unheard_of", "value": 1})
    assert answer.status == 200
    assert told(answer)[0]["success"] is False
    assert answer.body["lead"]["updatedAt"] > answer.body["lead"]["createdAt"]


@pytest.mark.parametrize(
    ("items", "faults"),
    [
        ([{"value": "x"}], {"checklistItems[0].code": "required"}),
        ([{"code": None}], {"checklistItems[0].code": "required"}),
        ([{"code": " "}], {"checklistItems[0].code": "required"}),
        ([{"code": 7}], {"checklistItems[0].code": "invalid_type"}),
        ([{"code": "tax_id", "status": "DONE"}], {"checklistItems[0].status": "invalid_choice"}),
        ([{"code": "tax_id", "status": "completed"}], {"checklistItems[0].status": "invalid_choice"}),
        ([{"code": "tax_id", "status": 1}], {"checklistItems[0].status": "invalid_type"}),
        (["tax_id"], {"checklistItems[0]": "invalid_type"}),
        ([None], {"checklistItems[0]": "invalid_type"}),
        ([[]], {"checklistItems[0]": "invalid_type"}),
        ({"code": "tax_id"}, {"checklistItems": "invalid_type"}),
        ("tax_id", {"checklistItems": "invalid_type"}),
        ("", {"checklistItems": "invalid_type"}),
        ([{"items": ["x"]}], {"checklistItems[0].items[0]": "invalid_type"}),
        ([{"items": [{"id": "x"}]}], {"checklistItems[0].items[0].code": "required"}),
        (
            [{"code": "tax_id", "value": "1"}, {"code": ""}, {"code": "tax_id", "status": "?"}],
            {"checklistItems[1].code": "required", "checklistItems[2].status": "invalid_choice"},
        ),
    ],
)
def test_O4_a_malformed_entry_is_refused_and_nothing_is_saved(items, faults):
    call = Omni()
    lead_id = lead_of(call)
    before = call.get(lead_id)
    answer = call.put(lead_id, lastName="Moreno", checklistItems=items, email="nobody")
    assert refusal(answer) == {**faults, "email": "invalid_email"}
    assert call.get(lead_id) == before


def test_more_entries_than_a_checklist_can_have_are_refused():
    call = Omni()
    answer = call("POST", LEADS, {"firstName": "Ada", "checklistItems": [{"code": "x"}] * 601})
    assert refusal(answer) == {"checklistItems": "too_long"}


def test_no_list_of_items_is_as_if_none_were_sent():
    call = Omni()
    lead_id = lead_of(call)
    for items in (None, []):
        assert call.put(lead_id, checklistItems=items).status == 200
    assert Entry.objects.count() == 1


# O5


@pytest.mark.parametrize(
    ("value", "status"), [("12-3456789", "COMPLETED"), (None, "TODO"), ("", "TODO"), ("  ", "TODO")]
)
def test_O5_a_value_without_a_status_completes_or_reopens(value, status):
    call = Omni()
    lead_id = lead_of(call)
    put_items(call, lead_id, {"code": "tax_id", "value": "00-0000000", "status": "NEEDS_REVIEW"})
    answer = put_items(call, lead_id, {"code": "tax_id", "value": value})
    assert state_of(answer, "tax_id") == (value if status == "COMPLETED" else None, status)
    assert told(answer)[0]["status"] == status


def test_O5_a_status_without_a_value_keeps_the_value():
    call = Omni()
    lead_id = lead_of(call)
    put_items(call, lead_id, {"code": "tax_id", "value": "12-3456789"})
    answer = put_items(call, lead_id, {"code": "tax_id", "status": "NEEDS_REVIEW"})
    assert state_of(answer, "tax_id") == ("12-3456789", "NEEDS_REVIEW")
    assert told(answer) == [
        {"code": "tax_id", "value": "12-3456789", "status": "NEEDS_REVIEW", "success": True}
    ]


def test_a_status_may_be_set_without_any_value():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "tax_id", "status": "SKIPPED"})
    assert state_of(answer, "tax_id") == (None, "SKIPPED")


def test_a_null_status_is_none():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "tax_id", "value": "1", "status": None})
    assert state_of(answer, "tax_id") == ("1", "COMPLETED")


def test_junk_is_kept_where_it_is_said_to_be_junk():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "revenue", "value": "lots", "status": "INVALID"})
    assert state_of(answer, "revenue") == ("lots", "INVALID")


def test_values_keep_their_type():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "revenue", "value": 12.5})
    assert state_of(answer, "revenue") == (12.5, "COMPLETED")


def test_a_code_is_found_without_regard_to_case():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "TAX_ID", "value": "1"})
    assert state_of(answer, "tax_id") == ("1", "COMPLETED")


def test_of_one_code_twice_the_last_wins_and_both_are_told():
    call = Omni()
    lead_id = lead_of(call)
    put_items(call, lead_id, {"code": "tax_id", "value": "first"})
    answer = put_items(
        call, lead_id, {"code": "tax_id", "value": "second"}, {"code": "tax_id", "value": "first"}
    )
    assert state_of(answer, "tax_id") == ("first", "COMPLETED")
    answer = put_items(
        call, lead_id, {"code": "tax_id", "value": "first"}, {"code": "tax_id", "value": "third"}
    )
    assert state_of(answer, "tax_id") == ("third", "COMPLETED")
    assert [line["value"] for line in told(answer)] == ["first", "third"]


def test_only_the_items_that_are_sent_change():
    call = Omni()
    lead_id = lead_of(call)
    put_items(call, lead_id, {"code": "tax_id", "value": "1"}, {"code": "legal_name", "value": "Ada"})
    answer = put_items(call, lead_id, {"code": "tax_id", "value": "2"})
    assert state_of(answer, "legal_name") == ("Ada", "COMPLETED")
    assert Answer.objects.count() == 2


def test_unknown_keys_of_an_entry_are_named():
    call = Omni()
    answer = put_items(call, lead_of(call), {"code": "tax_id", "value": "1", "note": "hi"})
    assert answer.headers["Leadhub-Ignored"] == "checklistItems[0].note"


# Rule 11: what is shown, sent back, moves nothing


def echo_of(shown):
    return {**shown, **shown["lead"], "leadId": shown["lead"]["id"]}


def full_lead(call):
    lead_id = call.create(email="Ada@Example.com", externalLeadId="x", tags=["vip"], didOptOut=True)
    put_items(call, lead_id, {"code": "revenue", "value": "lots", "status": "INVALID"})
    return lead_id


def test_rule_11_the_whole_get_sent_back_moves_nothing():
    call = Omni()
    lead_id = full_lead(call)
    shown, entries = call.get(lead_id), Entry.objects.count()
    answer = call("PUT", LEADS, echo_of(shown))
    assert answer.status == 200
    assert Entry.objects.count() == entries
    assert call.get(lead_id) == shown
    assert "Leadhub-Problems" not in answer.headers


def test_rule_11_one_edited_item_of_the_groups_moves_alone():
    call = Omni()
    lead_id = full_lead(call)
    body = echo_of(call.get(lead_id))
    item = items_of(body)["legal_name"]
    item |= {"value": "Ada LLC", "status": "COMPLETED"}
    answer = call("PUT", LEADS, body)
    assert state_of(answer, "legal_name") == ("Ada LLC", "COMPLETED")
    assert told(answer) == [
        {"code": "legal_name", "value": "Ada LLC", "status": "COMPLETED", "success": True}
    ]
    assert Entry.objects.order_by("-id").first().changes.keys() == {"/answers/legal_name", "completed_at"}


def test_rule_11_an_equal_value_is_not_judged_again():
    call = Omni()
    lead_id = full_lead(call)
    answer = put_items(call, lead_id, {"code": "revenue", "value": "lots"}, lastName="New")
    assert state_of(answer, "revenue") == ("lots", "INVALID")
    assert told(answer) == [{"code": "revenue", "value": "lots", "status": "INVALID", "success": True}]


def test_rule_11_an_equal_value_with_another_status_moves_the_status_alone():
    call = Omni()
    lead_id = full_lead(call)
    answer = put_items(call, lead_id, {"code": "revenue", "value": "lots", "status": "NEEDS_REVIEW"})
    assert state_of(answer, "revenue") == ("lots", "NEEDS_REVIEW")


def test_rule_11_a_phone_sent_back_as_shown_keeps_the_text_as_given():
    call = Omni()
    lead_id = call.create(phoneNumber="(678) 231-9992")
    assert call.put(lead_id, phoneNumber="+16782319992").status == 200
    assert Lead.objects.get().phone == "(678) 231-9992"
    assert Entry.objects.count() == 1


def test_true_is_not_one():
    call = Omni()
    lead_id = lead_of(call)
    put_items(call, lead_id, {"code": "revenue", "value": 1})
    assert told(put_items(call, lead_id, {"code": "revenue", "value": True}))[0]["success"] is False


# One-off items


def add_item(call, lead_id, **changes):
    body = {"label": "Lease agreement", "fieldType": "FILE", **changes}
    return call("POST", f"{LEADS}/{lead_id}/checklist-items", body)


def test_an_item_for_one_lead_to_the_key():
    call = Omni()
    lead_id, other = lead_of(call), lead_of(call)
    answer = add_item(
        call, lead_id, agentInstructions="Must be signed", clientInstructions="Upload your lease"
    )
    assert answer.status == 200
    item = answer.body["checklistItem"]
    assert answer.body == {
        "success": True,
        "checklistItem": {
            "id": item["id"],
            "leadId": lead_id,
            "code": "LEASE_AGREEMENT",
            "label": "Lease agreement",
            "fieldType": "FILE",
            "isRequired": True,
            "status": "TODO",
            "agentInstructions": "Must be signed",
            "clientInstructions": "Upload your lease",
            "createdAt": item["createdAt"],
        },
    }
    assert items_of(call.get(lead_id))["LEASE_AGREEMENT"]["id"] == item["id"]
    assert "LEASE_AGREEMENT" not in items_of(call.get(other))


@pytest.mark.parametrize(
    ("field_type", "config", "value"),
    [
        ("NUMBER", {"min": 1, "max": 5}, 3),
        ("SELECT", {"options": ["a", "b"]}, "b"),
        ("TEXT", {"pattern": "[a-z]+"}, "abc"),
        ("DATE", None, "2026-06-01"),
        ("EIN", None, "12-3456789"),
        ("EMAIL", None, "a@example.com"),
        ("PHONE", None, "+14045550137"),
    ],
)
def test_an_item_of_each_type_takes_its_values(field_type, config, value):
    call = Omni()
    lead_id = lead_of(call)
    assert add_item(call, lead_id, label="It", fieldType=field_type, config=config).status == 200
    assert state_of(put_items(call, lead_id, {"code": "IT", "value": value}), "IT") == (value, "COMPLETED")


def test_the_rules_of_file_items_are_stored():
    call = Omni()
    lead_id = lead_of(call)
    config = {"months": 3, "gracePeriodDays": 5, "isPersonal": False}
    rules = ["Statement is for a business account"]
    answer = add_item(
        call,
        lead_id,
        fieldType="BANK_STATEMENT",
        config=config,
        validationRules=rules,
        isRequired=False,
        code="bank",
    )
    assert answer.body["checklistItem"]["isRequired"] is False
    item = items_of(call.get(lead_id))["bank"]
    assert item["checklistItem"]["validationRules"] == rules
    assert item["documents"] == []


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"label": None}, {"label": "required"}),
        ({"label": 7}, {"label": "invalid_type"}),
        ({"fieldType": None}, {"fieldType": "required"}),
        ({"fieldType": "ADDRESS"}, {"fieldType": "invalid_choice"}),
        ({"fieldType": "TOOL"}, {"fieldType": "invalid_choice"}),
        ({"fieldType": 7}, {"fieldType": "invalid_type"}),
        ({"fieldType": "SELECT"}, {"config.options": "required"}),
        ({"fieldType": "NUMBER", "config": {"min": "a"}}, {"config.min": "invalid_number"}),
        ({"fieldType": "NUMBER", "config": [1]}, {"config": "invalid_type"}),
        ({"fieldType": "NUMBER", "config": {"size": 1}}, {"config.size": "unknown_field"}),
        (
            {"fieldType": "BANK_STATEMENT", "config": {"gracePeriodDays": -1}},
            {"config.gracePeriodDays": "negative"},
        ),
        ({"fieldType": "TEXT", "validationRules": ["x"]}, {"validationRules": "unknown_field"}),
        ({"isRequired": "yes"}, {"isRequired": "invalid_type"}),
        ({"code": "tax_id"}, {"code": "duplicate_code"}),
        ({"code": "no spaces"}, {"code": "invalid_code"}),
        ({"code": 7}, {"code": "invalid_type"}),
    ],
)
def test_a_bad_item_is_refused(changes, faults):
    call = Omni()
    lead_id = lead_of(call)
    assert refusal(add_item(call, lead_id, **changes)) == faults
    assert Entry.objects.count() == 1


def test_an_item_for_nobody_is_not_found():
    call = Omni()
    assert refusal(add_item(call, "abc"), 404) == {}
