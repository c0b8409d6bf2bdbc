"""The parts of a lead in the native API: tags, dispositions, answers, notes, calls, timeline."""

from __future__ import annotations

import pytest

from leads.changes.catalogue import save_disposition
from tests.api.hub import faults, hub
from tests.make import SYSTEM, ask_for, make_answerable, make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    call = hub(make_answerable(required_items=["tax_id"]))
    lead = make_lead(call.workspace, first_name="Ana", email="ana@example.org", phone="415 555 2671")
    return call, f"/api/hub/leads/{lead.pk}"


def test_tags_are_added_replaced_and_removed(desk):
    call, path = desk
    assert call("POST", f"{path}/tags", {"tags": ["b", "A"]}).body["tags"] == ["A", "b"]
    assert call("POST", f"{path}/tags", {"tags": ["a"]}).body["tags"] == ["A", "b"]
    assert call("PUT", f"{path}/tags", {"tags": ["c", "b"]}).body["tags"] == ["b", "c"]
    tag_id = call("GET", "/api/hub/tags/B").body["id"]
    assert call("DELETE", f"{path}/tags/{tag_id}").body["tags"] == ["c"]
    assert call("DELETE", f"{path}/tags/C").body["tags"] == []
    assert call("PATCH", path, {"tags": {"add": ["x", tag_id], "remove": ["c"]}}).body["tags"] == ["b", "x"]
    assert call("GET", f"{path}/tags").body == {"tags": ["b", "x"]}
    assert faults(call("POST", f"{path}/tags", {"tags": "x"})) == {"tags": "invalid_type"}
    assert faults(call("POST", f"{path}/tags", {"tags": [""], "x": 1}))["x"] == "unknown_field"


def test_a_disposition_is_entered_by_outcome_or_stage(desk):
    call, path = desk
    stage = call("POST", f"{path}/dispositions", {"stage": "contacted", "notes": "Rang twice."})
    assert (stage.body["disposition"]["outcome"], stage.body["disposition"]["notes"]) == (
        "contacted",
        "Rang twice.",
    )
    more = call("PATCH", path, {"disposition": {"reason": "Holiday."}})
    assert (more.body["disposition"]["notes"], more.body["disposition"]["reason"]) == (
        "Rang twice.",
        "Holiday.",
    )
    steps = call("GET", f"{path}/dispositions").body["data"]
    assert [step["reason"] for step in steps] == ["Holiday.", None]
    unknown = call("POST", f"{path}/dispositions", {"outcome": "slod"})
    assert faults(unknown) == {"outcome": "unknown_code"}
    assert unknown.body["errors"][0]["message"].startswith("There is no disposition “slod”. The nearest is")
    assert faults(call("POST", f"{path}/dispositions", {"outcome": 5, "callback_at": "soon"})) == {
        "outcome": "invalid_type",
        "callback_at": "invalid_date",
    }


def test_the_rules_of_a_stage_bind_the_native_api(desk):
    call, path = desk
    save_disposition(
        call.workspace, SYSTEM, {"outcome": "no", "label": "No", "stage": "lost", "needs_reason": True}
    )
    answer = call("POST", f"{path}/dispositions", {"outcome": "sold"})
    assert faults(answer) == {"outcome": "items_open"}
    assert answer.body["errors"][0]["expected"] == ["tax_id"]
    assert faults(call("POST", f"{path}/dispositions", {"outcome": "no"})) == {"reason": "reason_required"}
    assert faults(call("PATCH", path, {"disposition": {"outcome": "no", "reason": None}})) == {
        "disposition.reason": "reason_required"
    }
    both = {"answers": {"tax_id": {"value": "12"}}, "disposition": {"outcome": "sold"}}
    assert call("PATCH", path, both).body["disposition"]["stage"] == "won"


def test_answers_are_given_and_taken_back(desk):
    call, path = desk
    shown = call("PATCH", f"{path}/answers", {"tax_id": {"value": "12-34"}}).body
    assert shown["answers"]["tax_id"]["status"] == "COMPLETED"
    assert shown["progress"] == {"required": 1, "done": 1, "in_review": 0}
    kept = call("PATCH", f"{path}/answers", {"tax_id": {"status": "NEEDS_REVIEW"}}).body["answers"]["tax_id"]
    assert (kept["value"], kept["status"]) == ("12-34", "NEEDS_REVIEW")
    back = call("PATCH", f"{path}/answers", {"tax_id": None}).body["answers"]["tax_id"]
    assert (back["value"], back["status"]) == (None, "TODO")
    bad = call("PATCH", f"{path}/answers", {"tax_id": {"staus": "DONE"}, "nope": {"value": 1}, "x": 5})
    assert faults(bad)["tax_id.staus"] == "unknown_field"


def test_one_bad_answer_keeps_all_of_them_out(desk):
    call, path = desk
    ask_for(call.workspace, "age", "NUMBER")
    call.workspace.refresh_from_db()
    call("PUT", "/api/hub/checklist", call("GET", "/api/hub/checklist").body)
    answer = call("PATCH", f"{path}/answers", {"tax_id": {"value": "12"}, "tax": {"value": 1}})
    assert faults(answer) == {"tax": "unknown_code"}
    assert call("GET", path).body["answers"] == {}


def test_an_item_is_added_for_one_lead(desk):
    call, path = desk
    made = call("POST", f"{path}/items", {"label": "Proof of address", "field_type": "TEXT"})
    assert made.status == 201
    items = [item for group in made.body["groups"] for item in group["items"]]
    mine = next(item for item in items if item["only_for_this_lead"])
    assert mine["code"] == "PROOF_OF_ADDRESS"
    assert call("GET", f"{path}/checklist").body == made.body
    gone = call("DELETE", f"{path}/items/{mine['id']}")
    assert [item["code"] for group in gone.body["groups"] for item in group["items"]] == ["tax_id"]
    assert call("DELETE", f"{path}/items/{mine['id']}").status == 404
    bad = call("POST", f"{path}/items", {"label": "x", "field_type": "TXET", "group_id": "nope", "lable": 1})
    assert faults(bad) == {"lable": "unknown_field"}
    assert faults(call("POST", f"{path}/items", {"label": "x", "field_type": "TXET"})) == {
        "field_type": "invalid_choice"
    }


def test_a_note_joins_the_timeline(desk):
    call, path = desk
    assert call("POST", f"{path}/notes", {"note": "First."}).body["note"] == "First."
    assert call("POST", f"{path}/notes", {"note": "Second."}).body["note"] == "Second."
    lines = call("GET", f"{path}/timeline?kinds=noted").body["data"]
    assert [line["note"] for line in lines] == ["Second.", "First."]
    assert lines[0]["actor"] == {"kind": "key", "name": "a key", "door": "hub"}
    assert faults(call("POST", f"{path}/notes", {"note": ""})) == {"note": "required"}
    assert faults(call("POST", f"{path}/notes", {"note": 5})) == {"note": "invalid_type"}


def test_a_call_is_always_written(desk):
    call, path = desk
    body = {"outcome": "no_answer", "note": "Rang out."}
    assert call("POST", f"{path}/calls", body).body["attempts"] == 1
    assert call("POST", f"{path}/calls", body).body["attempts"] == 2
    agreed = call("POST", f"{path}/calls", {"outcome": "callback", "next_at": "2030-01-01T10:00:00+01:00"})
    assert agreed.body["next_action_at"] == "2030-01-01T09:00:00.000Z"
    assert faults(call("POST", f"{path}/calls", {"outcome": "nobody", "at": "noon"})) == {
        "at": "invalid_date"
    }
    assert faults(call("POST", f"{path}/calls", {"outcome": "nobody"})) == {"outcome": "unknown_code"}
    call("PATCH", path, {"consent": {"call": {"opted_in": False}}})
    assert faults(call("POST", f"{path}/calls", body)) == {"reason": "opted_out"}
    assert call("POST", f"{path}/calls", {**body, "reason": "Asked for it."}).status == 200


def test_the_timeline_is_paged(desk):
    call, path = desk
    for number in range(5):
        call("POST", f"{path}/notes", {"note": f"Note {number}."})
    found, cursor = [], ""
    while cursor is not None:
        page = call("GET", f"{path}/timeline?limit=2{cursor and f'&cursor={cursor}'}").body
        found += [line["kind"] for line in page["data"]]
        cursor = page["next"]
    assert found == ["noted"] * 5 + ["created"]
    assert faults(call("GET", f"{path}/timeline?cursor=x")) == {"cursor": "invalid_cursor"}


def test_a_match_is_shown_with_its_reasons(desk):
    call, path = desk
    twin = make_lead(call.workspace, first_name="Twin", phone="(415) 555-2671")
    assert [(row["id"], row["reasons"]) for row in call("GET", f"{path}/matches").body["data"]] == [
        (str(twin.pk), ["phone"])
    ]
