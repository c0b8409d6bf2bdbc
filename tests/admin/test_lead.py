"""The page of a lead without a script: each control is a plain form, told in words, refused in sentences."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from checklists.models import Item
from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leads.change import (
    AnswerChange,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.changes import apply_change
from leads.changes.actions import plan_action, reschedule_action
from leads.changes.approval import approve_message
from leads.changes.endpoints import create_endpoint
from leads.changes.message_templates import save_template
from leads.changes.messages import add_draft, write_message
from leads.models import (
    Action,
    Answer,
    ConsentEvent,
    ContactPoint,
    Document,
    Entry,
    Event,
    Lead,
    NotDuplicate,
    WebhookDelivery,
)
from tests.leads.counting import queries_of, warm_up
from tests.leads.test_queries_full import make_items, make_rich_lead
from tests.make import (
    SYSTEM,
    ask_for,
    make_answerable,
    make_lead,
    make_member,
    make_user_actor,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    workspace = make_answerable(required_items=["tax_id"])
    agent = make_member(workspace)
    client.force_login(agent)
    return workspace, agent


def address(lead, name="", *more):
    return reverse(f"admin:lead_{name}" if name else "admin:lead", args=[lead.pk, *more])


def post(client, lead, name, form, *more, **headers):
    return client.post(address(lead, name, *more), form, headers=headers)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def change(workspace, lead, actor=SYSTEM, **words):
    return apply_change(workspace, actor, ById(lead.pk), LeadChange(**words))


@pytest.mark.parametrize("items, entries", [(3, 3), (40, 100)])
def test_the_page_costs_twelve_questions_however_much_is_on_it(client, items, entries):
    workspace = make_workspace()
    make_items(workspace, 39)
    lead = make_rich_lead(workspace, min(items, 39), entries)
    ask_for(workspace, "bank", "BANK_STATEMENT")
    for _handed_over in range(2):
        change(workspace, lead, fields={"assignee": make_member(workspace).pk})
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="CALL", at="2020-01-01T10:00:00Z", summary="Ring back")
    client.force_login(make_member(workspace, "manager"))
    warm_up(workspace)
    client.get(address(lead))

    pages = []
    assert queries_of(lambda: pages.append(client.get(address(lead)))) <= 12
    assert len(pages[0].content) < 100_000
    assert "Ring back" in text_of(pages[0])


def test_what_one_changed_and_what_another_changed_both_stay(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", last_name="Ruiz", business_name="Kiln")
    change(workspace, lead, fields={"last_name": "Ruiz-Hart"})
    form = {
        "version": "1",
        "first_name": "Anna",
        "middle_name": "",
        "last_name": "Ruiz",
        "business_name": "Kiln",
    }

    assert post(client, lead, "edit", form, "names").status_code == 302
    lead.refresh_from_db()
    assert (lead.first_name, lead.last_name) == ("Anna", "Ruiz-Hart")


@pytest.mark.parametrize("keep, kept", [("mine", "Anita"), ("theirs", "Anna")])
def test_whoever_changes_the_same_is_shown_both_and_chooses(client, desk, keep, kept):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", last_name="Ruiz")
    change(workspace, lead, fields={"first_name": "Anna"})
    form = {"version": "1", "first_name": "Anita", "last_name": "Ruiz"}

    asked = post(client, lead, "edit", form, "names")
    assert asked.status_code == 409
    assert "the tests (system, command line) changed this" in text_of(asked)
    assert "Anna" in text_of(asked)
    assert 'value="Anita"' in text_of(asked)

    post(client, lead, "edit", {**form, "version": "2", "keep.first_name": keep}, "names")
    assert Lead.objects.get(pk=lead.pk).first_name == kept


def sent_again(answer, **typed):
    """The form as a browser would send it, from what stands in the page."""
    page = answer.content.decode()
    tags = re.findall(r"<input [^>]*>", page[page.index("</nav>") :] if "</nav>" in page else page)
    found = {}
    for tag in tags:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    return {**found, **typed}


def test_what_was_given_up_for_theirs_does_not_come_back_when_it_is_asked_again(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", business_name="Old")
    form = {"version": "1", "first_name": "Mine", "business_name": "Mine too"}
    change(workspace, lead, fields={"first_name": "Theirs", "business_name": "Theirs too"})
    asked = post(client, lead, "edit", form, "names")
    assert asked.status_code == 409

    change(workspace, lead, fields={"business_name": "Theirs again"})
    again = post(client, lead, "edit", sent_again(asked, **{"keep.first_name": "theirs"}), "names")
    assert again.status_code == 409
    done = post(client, lead, "edit", sent_again(again, **{"keep.business_name": "mine"}), "names")

    assert done.status_code == 302
    lead.refresh_from_db()
    assert (lead.first_name, lead.business_name) == ("Theirs", "Mine too")


def test_nothing_is_chosen_for_whoever_is_asked_and_no_choice_overwrites_nobody(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, first_name="Ana", metadata={"page": "a"})
    apply_change(
        workspace, make_user_actor(agent), ById(lead.pk), LeadChange(disposition=DispositionWish("contacted"))
    )
    change(
        workspace,
        lead,
        fields={"first_name": "Theirs"},
        metadata={"page": "theirs"},
        disposition=DispositionWish("qualified"),
    )
    was = Lead.objects.get(pk=lead.pk)
    forms = {
        ("edit", "names"): {"first_name": "Mine"},
        ("metadata",): {"metadata": '{"page": "mine"}'},
        ("status",): {"outcome": "follow_up"},
    }
    for (step, *more), form in forms.items():
        asked = post(client, lead, step, {"version": "2", **form}, *more)
        for _again in range(2):
            assert asked.status_code == 409, step
            assert not re.search(r'name="keep\.[^"]+"[^>]* checked', asked.content.decode()), step
            asked = post(client, lead, step, {**sent_again(asked), **form}, *more)
        assert Lead.objects.get(pk=lead.pk).version == was.version, step
        name = re.search(r'name="(keep\.[^"]+)"', asked.content.decode()).group(1)
        mine = post(client, lead, step, {**sent_again(asked), **form, name: "mine"}, *more)
        assert mine.status_code == 302, step
        was.version += 1

    lead.refresh_from_db()
    assert (lead.first_name, lead.metadata, lead.disposition.outcome) == (
        "Mine",
        {"page": "mine"},
        "follow_up",
    )


def test_metadata_that_was_refused_loses_nothing_that_others_wrote_meanwhile(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, metadata={"budget": 1, "page": "a"})
    change(workspace, lead, metadata={"page": "theirs", "more": "theirs"})

    refused = post(client, lead, "metadata", {"version": "1", "metadata": '{"budget": 2, "page": "a"'})
    assert refused.status_code == 422
    version = sent_again(refused)["version"]
    post(client, lead, "metadata", {"version": version, "metadata": '{"budget": 2, "page": "a"}'})

    lead.refresh_from_db()
    assert lead.metadata == {"budget": 2, "page": "theirs", "more": "theirs"}


def test_who_keeps_the_owner_that_they_chose_gets_it(client, desk):
    workspace, _agent = desk
    client.force_login(make_member(workspace, "manager"))
    mine, theirs = make_member(workspace), make_member(workspace)
    lead = make_lead(workspace)
    change(workspace, lead, fields={"assignee": theirs.pk})

    asked = post(client, lead, "owner", {"version": "1", "assignee": str(mine.pk)})

    assert asked.status_code == 409
    assert f'<option value="{mine.pk}" selected>' in asked.content.decode()


def test_a_checklist_that_was_refused_brings_back_nothing_that_others_answered_meanwhile(client, desk):
    workspace, _agent = desk
    ask_for(workspace, "amount", "NUMBER")
    lead = make_lead(workspace)
    change(workspace, lead, answers=(AnswerChange("tax_id", {"value": "12-3456789"}),))

    refused = post(client, lead, "answer", {"version": "1", "answer.tax_id": "", "answer.amount": "much"})
    assert refused.status_code == 422
    again, names = (
        sent_again(refused, **{"answer.amount": "5"}),
        ("version", "answer.tax_id", "answer.amount"),
    )
    post(client, lead, "answer", {name: again[name] for name in names})

    values = dict(Answer.objects.filter(lead=lead).values_list("item__code", "value"))
    assert values == {"tax_id": "12-3456789", "amount": 5}


def test_a_bad_value_stays_in_its_field_with_what_is_wrong(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, email="ana@example.org")

    refused = post(client, lead, "edit", {"version": "1", "email": "not an address"}, "reach")

    assert refused.status_code == 422
    assert 'value="not an address"' in text_of(refused)
    assert 'id="f-email-p"' in text_of(refused)
    assert Entry.objects.filter(lead=lead).count() == 1


def test_the_fields_of_an_address_are_named_without_saying_so_each_time(client, desk):
    workspace, _agent = desk
    text = text_of(client.get(address(make_lead(workspace), "edit", "address")))
    assert ">Address line 1</label>" in text and ">Postal code</label>" in text
    assert "Address: " not in text


def test_metadata_is_edited_leaf_by_leaf(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, metadata={"a": 1, "utm": {"source": "x", "term": "y"}, "gone": True})
    change(workspace, lead, metadata={"b": 2})
    wanted = {"a": 5, "utm": {"source": "x"}}

    assert post(client, lead, "metadata", {"version": "1", "metadata": json.dumps(wanted)}).status_code == 302
    assert Lead.objects.get(pk=lead.pk).metadata == {"a": 5, "b": 2, "utm": {"source": "x"}}
    change(workspace, lead, metadata={"a": 7})
    asked = post(
        client, lead, "metadata", {"version": "3", "metadata": json.dumps({**wanted, "a": 6, "b": 2})}
    )
    assert asked.status_code == 409
    for bad in ('{"a": 1', "[]", '{"a": 1, "a": 2}', '{"a": NaN}'):
        assert post(client, lead, "metadata", {"version": "4", "metadata": bad}).status_code == 422


def test_answers_are_saved_one_by_one_and_all_at_once(client, desk):
    workspace, _agent = desk
    ask_for(workspace, "loans", "BOOLEAN", label="Loans")
    lead = make_lead(workspace)

    row = post(
        client, lead, "answer", {"only": "tax_id", "seen": "1", "answer.tax_id": "12"}, HX_Request="true"
    )
    assert row.status_code == 200
    assert row["HX-Trigger"] == "lead-changed"
    assert "1 of 2" in text_of(row)
    post(client, lead, "answer", {"version": "2", "answer.tax_id": "34", "answer.loans": "no"})
    answers = {answer.item.code: answer.value for answer in lead.answers.select_related("item")}
    assert answers == {"tax_id": "34", "loans": False}
    assert Entry.objects.filter(lead=lead, kind="answered").count() == 2


def test_an_answer_that_somebody_else_gave_is_not_overwritten_unasked(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)
    change(workspace, lead, answers=(AnswerChange("tax_id", {"value": "theirs"}),))
    form = {"only": "tax_id", "seen": "1", "answer.tax_id": "mine"}

    asked = post(client, lead, "answer", form, HX_Request="true")
    assert asked.status_code == 409
    assert "theirs" in text_of(asked)
    assert "Take theirs: theirs</label>" in text_of(asked)
    assert "Keep mine: mine</label>" in text_of(asked)
    kept = post(client, lead, "answer", {**form, "seen": "2", "keep.tax_id": "mine"}, HX_Request="true")
    assert kept.status_code == 200
    assert lead.answers.get().value == "mine"


def test_an_item_is_skipped_relabelled_and_added_for_one_lead(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)

    post(client, lead, "item", {"status": "NEEDS_REVIEW"}, "tax_id")
    post(client, lead, "item_accept", {}, "tax_id")
    assert lead.answers.get().status == "COMPLETED"
    post(client, lead, "item", {"label": "EIN", "is_required": "no"}, "tax_id")
    assert lead.answers.get().override == {"label": "EIN", "is_required": False}
    post(client, lead, "add_item", {"label": "Lease", "field_type": "TEXT", "is_required": "yes"})
    assert "Lease" in text_of(client.get(address(lead)))
    post(client, lead, "item_remove", {}, "LEASE")
    assert Item.objects.get(code="LEASE").archived_at
    assert post(client, lead, "add_item", {"label": "", "field_type": "TEXT"}).status_code == 422


def test_a_status_that_is_not_open_yet_says_which_item_is(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)

    shown = text_of(client.get(address(lead, "status")))
    assert re.search(r'first complete: <a href="[^"]*#item-tax_id"[^>]*>Tax ID</a>', shown)
    refused = post(client, lead, "status", {"version": "1", "outcome": "sold"})

    assert refused.status_code == 422
    assert "First complete “Tax ID” in the checklist." in text_of(refused)


def test_status_note_and_next_follow_up_are_one_gesture(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)
    gesture = {"version": "1", "outcome": "contacted", "note": "Nice", "when": "tomorrow", "kind": "task"}

    assert post(client, lead, "status", gesture).status_code == 302

    lead.refresh_from_db()
    assert (lead.disposition.outcome, lead.note, lead.version) == ("contacted", "Nice", 2)
    assert Action.objects.get(lead=lead).kind == "TASK"


def test_a_status_that_plans_a_callback_stands_in_the_timeline_beside_it(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)
    form = {"outcome": "contacted", "note": "Rang out twice", "when": "hour"}
    assert post(client, lead, "status", form).status_code == 302

    titles = re.findall(r"<strong>([^<]+)</strong>", client.get(address(lead, "timeline")).content.decode())
    assert {"Call back", "Status changed", "Lead created"} <= set(titles)
    shown = client.get(address(lead, "timeline"), {"kind": "status"})
    assert "Rang out twice" in text_of(shown)

    planned = make_lead(workspace, next_action_at=now() + timedelta(hours=1))
    titles = re.findall(
        r"<strong>([^<]+)</strong>", client.get(address(planned, "timeline")).content.decode()
    )
    assert "Lead created" in titles
    change(workspace, lead, fields={"next_action_at": now() + timedelta(days=1)})
    assert "Lead updated" not in text_of(client.get(address(lead, "timeline")))


def test_a_lead_changes_hands(client, desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    lead = make_lead(workspace)

    post(client, lead, "mine", {"version": "1"})
    lead.refresh_from_db()
    assert (lead.assignee_id, lead.assignee_type) == (agent.pk, "HUMAN_AGENT")
    post(client, lead, "owner", {"version": "2", "assignee": str(colleague.pk)})
    assert Lead.objects.get(pk=lead.pk).assignee_id == colleague.pk
    assert post(client, lead, "owner", {"version": "3", "assignee": ""}).status_code == 403


def test_who_takes_a_lead_second_hears_who_was_first(client, desk):
    workspace, _agent = desk
    manager = make_member(workspace, "manager")
    client.force_login(manager)
    lead = make_lead(workspace)
    change(workspace, lead, fields={"assignee": make_member(workspace).pk})

    assert post(client, lead, "mine", {"version": "1"}).status_code == 409


@pytest.mark.parametrize("role", ["agent", "owner"])
def test_who_takes_a_lead_second_sees_it_as_it_is_by_now_and_who_was_first(client, role):
    workspace = make_workspace()
    maria = make_member(workspace, email="maria@example.org")
    client.force_login(make_member(workspace, role))
    lead = make_lead(workspace, first_name="Ana")
    change(workspace, lead, make_user_actor(maria), fields={"assignee": maria.pk})

    plain = post(client, lead, "mine", {"version": "1"})
    part = post(client, lead, "mine", {"version": "1"}, HX_Request="true")

    assert not re.search(r'id="state-[^"]+" hx-swap-oob', text_of(part)), "a part within a part"
    for answer in (plain, part):
        assert answer.status_code == 409
        text = text_of(answer)
        assert "maria@example.org is on this lead already" in text
        assert "Choose what is to stand" not in text and "This is not open to you" not in text
        assert "<h1>Ana</h1>" in text and address(lead, "mine") not in text
        assert (address(lead, "status") in text) == (role == "owner")
    assert (part["HX-Retarget"], part["HX-Reswap"]) == ("#lead-head", "outerHTML")
    assert Lead.objects.get(pk=lead.pk).assignee_id == maria.pk


def test_who_may_not_see_a_lead_any_more_still_hears_who_took_it(client):
    workspace = make_workspace(own_leads_only=True)
    maria = make_member(workspace, email="maria@example.org")
    client.force_login(make_member(workspace))
    lead = make_lead(workspace, first_name="Ana")
    change(workspace, lead, make_user_actor(maria), fields={"assignee": maria.pk})

    assert post(client, lead, "mine", {"version": "1"}, HX_Request="true")["HX-Redirect"] == "/admin/"
    page = text_of(client.get("/admin/"))
    assert "maria@example.org is on this lead already" in page and "Ana" not in page
    for step, form in (("tag", {"name": "vip"}), ("answer", {"only": "tax_id"})):
        assert post(client, lead, step, form, HX_Request="true")["HX-Redirect"] == "/admin/", step
        page = text_of(client.get("/admin/"))
        assert "a colleague has it by now" in page and "Ana" not in page, step


def test_a_part_of_a_lead_that_went_to_a_colleague_meanwhile_is_drawn_as_theirs(client, desk):
    workspace, _agent = desk
    maria = make_member(workspace, email="maria@example.org")
    lead = make_lead(workspace, first_name="Ana")
    change(workspace, lead, fields={"assignee": maria.pk})

    for step, form in (("tag", {"name": "vip"}), ("answer", {"only": "tax_id", "answer.tax_id": "x"})):
        answer = post(client, lead, step, form, HX_Request="true")
        text = text_of(answer)
        assert (answer.status_code, answer["HX-Retarget"]) == (403, "#lead-head")
        assert "maria@example.org" in text and "This is not open to you" not in text
        assert address(lead, "tag") not in text and address(lead, "answer") in text
    asked = client.get(address(lead, "owner"), headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Retarget"]) == (403, "#lead-head")
    assert "maria@example.org" in text_of(asked) and "This is not open to you" not in text_of(asked)
    assert Lead.objects.get(pk=lead.pk).version == 2


def test_what_was_typed_into_a_dialog_stays_when_the_lead_went_to_a_colleague_meanwhile(client, desk):
    workspace, _agent = desk
    maria = make_member(workspace, email="maria@example.org")
    lead = make_lead(workspace, first_name="Ana")
    change(workspace, lead, fields={"assignee": maria.pk})

    form = {"outcome": "connected", "note": "Wants two vans."}
    answer = post(client, lead, "call", form, HX_Request="true")
    assert answer.status_code == 403
    assert "Wants two vans.</textarea>" in text_of(answer)
    assert "This lead is maria@example.org’s; ask a manager to hand it over." in text_of(answer)
    assert not Entry.objects.filter(lead=lead, kind="called").exists()

    opened = client.get(address(lead, "owner"), headers={"HX-Request": "true"})
    assert (opened.status_code, opened["HX-Retarget"]) == (403, "#lead-head")
    assert "maria@example.org" in text_of(opened) and "This is not open to you" not in text_of(opened)


def test_consent_is_three_words_and_an_opt_in_needs_its_proof(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, phone="6782319992", consent=(ConsentWish("sms", opted_in=False),))

    page = text_of(client.get(address(lead)))
    assert "opted out" in page
    assert "unknown" in page
    assert post(client, lead, "consent", {"channel": "email", "wish": "in"}).status_code == 422
    post(
        client, lead, "consent", {"channel": "email", "wish": "in", "said": "Yes, write me", "source": "call"}
    )
    assert ConsentEvent.objects.get(channel="email").text_shown == "Yes, write me"
    assert "opted in" in text_of(client.get(address(lead)))


def test_numbers_are_added_marked_made_first_and_removed(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, phone="6782319992")

    post(client, lead, "contacts_add", {"value": "4045550199", "label": "work"})
    point = ContactPoint.objects.get()
    post(client, lead, "point_bad", {"point": str(point.pk)})
    assert ContactPoint.objects.get().is_bad
    post(client, lead, "contact", {"version": "3", "value": "4045550199", "label": "office"}, point.pk)
    assert (ContactPoint.objects.get().label, ContactPoint.objects.get().is_bad) == ("office", False)
    post(client, lead, "point_first", {"point": str(point.pk)})
    assert Lead.objects.get(pk=lead.pk).phone == "4045550199"
    assert ContactPoint.objects.get().value == "6782319992"
    post(client, lead, "point_remove", {"point": str(ContactPoint.objects.get().pk)})
    assert not ContactPoint.objects.exists()
    assert post(client, lead, "contacts_add", {"value": " "}).status_code == 422


def test_the_switch_and_its_override_are_the_owners(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)

    post(client, lead, "switch", {"kind": "own", "enabled": "no"})
    assert not Lead.objects.get(pk=lead.pk).enabled
    over = {"kind": "override", "enabled": "yes", "reason": "asked by phone"}
    assert post(client, lead, "switch", over).status_code == 422
    client.force_login(make_member(workspace, "owner"))
    assert post(client, lead, "switch", over).status_code == 302
    assert Lead.objects.get(pk=lead.pk).is_enabled


def test_a_lead_is_archived_with_a_reason_deleted_and_restored(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, name="Ana Ruiz")

    assert post(client, lead, "archive", {"note": ""}).status_code == 422
    post(client, lead, "archive", {"note": "moved away"})
    assert "moved away" in text_of(client.get(address(lead)))
    post(client, lead, "restore", {})
    post(client, lead, "delete", {})
    gone = text_of(client.get(address(lead)))
    assert "Ana Ruiz was deleted" in gone
    post(client, lead, "undelete", {})
    assert "Ana Ruiz was deleted" not in text_of(client.get(address(lead)))


def test_a_next_step_is_planned_moved_and_done(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, assignee_type="HUMAN_AGENT", time_zone="America/Los_Angeles")
    assert "Nothing is planned" in text_of(client.get(address(lead)))

    theirs = {"kind": "TASK", "summary": "Send papers", "at": "2030-05-01T09:00", "whose": "theirs"}
    post(client, lead, "plan", theirs)
    action = Action.objects.get()
    assert (action.scheduled_at.hour, action.agreed_zone) == (16, "America/Los_Angeles")
    post(client, lead, "put_off", {"action": str(action.pk), "quick": "week"})
    post(client, lead, "complete", {"action": str(action.pk), "note": "sent"})
    action.refresh_from_db()
    assert action.status == "COMPLETED"
    assert post(client, lead, "complete", {"action": str(action.pk)}).status_code == 422
    assert post(client, lead, "plan", {"kind": "CALL", "at": "soon"}).status_code == 422


@pytest.mark.parametrize("wanted", ["put_off", "complete", "call_off"])
def test_a_next_step_that_a_colleague_moved_meanwhile_is_left_where_it_is(client, desk, wanted):
    workspace, _agent = desk
    lead = make_lead(workspace, assignee_type="HUMAN_AGENT")
    planned = plan_action(
        workspace, SYSTEM, ById(lead.pk), kind="TASK", at=now() + timedelta(hours=2), summary="Send papers"
    )
    page = client.get(address(lead)).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    moved = reschedule_action(workspace, SYSTEM, planned.pk, at=now() + timedelta(days=7))
    form = {"action": str(planned.pk), "quick": "hour"}

    asked = post(client, lead, wanted, {**form, "seen": seen}, HX_Request="true")
    assert asked.status_code == 409
    assert "the tests planned this for" in text_of(asked)
    planned.refresh_from_db()
    assert (planned.status, planned.scheduled_at) == ("PENDING", moved.scheduled_at)

    seen = re.search(r'name="seen" value="([^"]+)"', asked.content.decode())[1]
    assert post(client, lead, wanted, {**form, "seen": seen}).status_code == 302
    planned.refresh_from_db()
    assert (planned.status, planned.scheduled_at) != ("PENDING", moved.scheduled_at)


def test_a_callback_without_its_time_is_asked_for_and_nothing_is_logged(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.pk)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="CALL", at=now() + timedelta(hours=-1), summary="Call")

    refused = post(client, lead, "call", {"outcome": "callback", "note": "after lunch"})

    assert refused.status_code == 422
    assert "Say when they want to be called back." in text_of(refused)
    assert "after lunch" in text_of(refused)
    assert (Lead.objects.get(pk=lead.pk).attempts, Action.objects.get().status) == (0, "PENDING")
    agreed = post(client, lead, "call", {"outcome": "callback", "at": "2031-05-05T09:00"})
    assert agreed.status_code == 302
    assert Action.objects.get(status="PENDING").scheduled_at.year == 2031


def test_a_message_is_written_from_a_template_with_a_preview(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org", assignee=agent.pk)
    words = {
        "name": "Hello",
        "channel": "EMAIL",
        "subject": "Hi",
        "body": "Dear {{ first_name }}, {{ website }}",
    }
    template = save_template(workspace, SYSTEM, words)

    page = text_of(client.get(address(lead, "write"), {"template": str(template.pk)}))
    assert "{{ website }} is empty for this lead" in page
    refused = post(client, lead, "write", {"channel": "EMAIL", "subject": "Hi", "body": "{{ nonsense }}"})
    assert refused.status_code == 422
    post(client, lead, "write", {"channel": "EMAIL", "subject": "Hi", "body": "Dear {{ first_name }}"})
    assert Action.objects.get(kind="MESSAGE").status == "PENDING"
    change(workspace, lead, consent=(ConsentWish("email", opted_in=False),))
    stopped = post(client, lead, "write", {"channel": "EMAIL", "subject": "Hi", "body": "Dear"})
    assert "opted out of email" in text_of(stopped)


def test_a_message_that_has_not_left_yet_says_where_it_is(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, email="ana@example.org", phone="+14155552671")
    actor = make_user_actor(agent)
    write_message(workspace, actor, ById(lead.pk), channel="EMAIL", subject="Hi", body="Dear you")
    assert "not sent yet" not in text_of(client.get(address(lead)))
    Action.objects.update(attempt=1, last_error="The mail server did not take it: 451 Busy")
    page = text_of(client.get(address(lead)))
    assert "not sent yet, tried again" in page and "451 Busy" in page
    write_message(workspace, actor, ById(lead.pk), channel="SMS", body="Hi")
    assert "handed over, its sender has not reported back yet" in text_of(client.get(address(lead)))


def test_a_time_that_was_agreed_by_another_clock_is_shown_by_it(client, desk):
    workspace, _agent = desk
    workspace.time_zone = "America/New_York"
    workspace.save()
    lead = make_lead(workspace, name="Ana Ruiz", time_zone="America/New_York")
    words = {"kind": "CALL", "at": "2099-01-05T09:00:00", "summary": "Ring back"}
    plan_action(workspace, SYSTEM, ById(lead.pk), **words, zone="America/New_York")
    assert "as agreed" not in text_of(client.get(address(lead)))
    plan_action(workspace, SYSTEM, ById(lead.pk), **words, zone="Europe/Berlin")
    assert "09:00 in Europe/Berlin, as agreed" in text_of(client.get(address(lead)))


def test_a_text_message_that_no_service_would_hear_of_says_so_before_it_is_written(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", phone="+14155552671", email="ana@example.org")

    def warns(channel):
        return "no webhook tells one of them" in text_of(
            client.get(address(lead, "write"), {"channel": channel})
        )

    assert warns("SMS") and not warns("EMAIL")
    words = {"name": "Texts", "url": "https://texts.example/", "events": ["message.approved"]}
    create_endpoint(workspace, SYSTEM, words)
    assert not warns("SMS")


def approval_of(action, text):
    """The form that approves a draft as it was read."""
    seen = {"seen_subject": "Hi", "seen_body": text}
    return {"action": str(action.pk), **seen, "subject": "Hi", "body": text}


def test_a_draft_that_changed_meanwhile_is_not_sent_unread(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    action = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="One")
    form = approval_of(action, "Zero")

    refused = post(client, lead, "approve", form)
    assert refused.status_code == 422
    assert "The text was changed meanwhile" in text_of(refused)
    post(client, lead, "reject", {"action": str(action.pk), "reason": "too pushy"})
    action.refresh_from_db()
    assert (action.status, action.error) == ("CANCELLED", "too pushy")


def test_an_approved_message_can_be_held_back_until_it_has_left(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org", phone="+14045550137")
    offers = {}
    for channel, subject in (("EMAIL", "Hi"), ("SMS", "")):
        words = {"channel": channel, "subject": subject, "body": "One"}
        action = add_draft(workspace, SYSTEM, ById(lead.pk), **words)
        form = {"action": str(action.pk), "subject": subject, "body": "One"}
        page = text_of(client.post(address(lead, "approve"), form, follow=True))
        assert "Approved; it is on its way." in page
        offers[channel] = re.search(rf'action="({address(lead)}[^"]*/undo/)"', page)
    assert offers["SMS"] is None

    client.post(offers["EMAIL"].group(1), {"slip": "yes"})
    waits = Action.objects.filter(status="AWAITING_APPROVAL")
    assert [action.messages.get().channel for action in waits] == ["EMAIL"]


def test_a_stopped_message_is_not_said_to_be_on_its_way(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    action = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="One")
    Lead.objects.update(email_opted_out_at=now())
    form = {"action": str(action.pk), "subject": "Hi", "body": "One"}

    page = text_of(client.post(address(lead, "approve"), form, follow=True))

    assert "on its way" not in page


def test_who_decides_on_a_draft_second_hears_who_was_first_and_changes_nothing(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    action = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="One")
    form = approval_of(action, "One")
    post(client, lead, "approve", form)
    client.force_login(make_member(workspace, "manager"))

    again = post(client, lead, "approve", form)
    edited = post(client, lead, "approve", {**form, "body": "Two"}, HX_Request="true")
    rejected = post(client, lead, "reject", {"action": str(action.pk), "reason": "too pushy"})

    for refused in (again, edited, rejected):
        assert refused.status_code == 422
        assert f"{agent} approved this already; it is sent once." in text_of(refused)
    assert edited["HX-Trigger"] == "lead-changed"
    action.refresh_from_db()
    assert (action.status, action.messages.get().body) == ("PENDING", "One")


def test_a_draft_stands_beside_the_facts_it_speaks_of_and_the_consent(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", last_name="Ruiz", email="ana@example.org", source="fair")
    change(workspace, lead, consent=(ConsentWish("email", opted_in=True, text_shown="Yes"),))
    workspace.approve_all_messages = True
    colleague = make_member(workspace, email="cleo@desk.example")
    body = "Dear {{ first_name }}, we met at the fair. {{ business_name|You }} … {{ sender_email }}"
    by = make_user_actor(colleague)
    write_message(workspace, by, ById(lead.pk), channel="EMAIL", subject="Hi", body=body)

    page = text_of(client.get(address(lead)))
    told = page[page.index('class="draft"') :]
    told = " ".join(re.sub(r"<[^>]+>", " ", told[: told.index("Approve and send")]).split())
    for fact in ("Email: opted in", "first name Ana", "source fair", "business name empty; “You” stands in"):
        assert fact in told
    assert "sender email cleo@desk.example" in told
    assert "last name" not in told


def test_two_leads_are_told_apart_for_good(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, name="Ana Ruiz", email="ana@example.org")
    other = make_lead(workspace, name="A. Ruiz", email="ana@example.org")
    assert "same email" in text_of(client.get(address(lead)))

    post(client, lead, "not_duplicate", {"other": str(other.pk)})

    assert NotDuplicate.objects.exists()
    assert "same email" not in text_of(client.get(address(other)))


def test_a_merged_lead_explains_and_links(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, name="Ana Ruiz", phone="6782319992")
    other = make_lead(workspace, name="Anita Ruiz", email="ana@example.org")

    compared = text_of(client.get(address(lead, "merge", other.pk)))
    for words in ("Anita Ruiz <span", "stays", "is taken in", other.created_at.isoformat()):
        assert words in compared, words
    form = {"do": "merge", "version": "1", "other_version": "1", "pick.first_name": "loser"}
    post(client, lead, "merge", form, other.pk)
    lead.refresh_from_db()
    assert (lead.first_name, lead.email) == ("Anita", "ana@example.org")
    gone = text_of(client.get(address(other)))
    assert "was merged" in gone
    assert address(lead) in gone


def test_a_merge_tells_apart_who_has_one_name_but_not_one_number_written_twice(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, name="Ana Ruiz", phone="(678) 231-9992", email="ana@example.org")
    other = make_lead(workspace, name="Ana Ruiz", phone="+16782319992", email="ruiz@example.org")

    page = text_of(client.get(address(lead, "merge", other.pk)))

    assert "pick.email" in page
    assert "pick.phone" not in page
    assert "<strong>Ana Ruiz (ruiz@example.org)</strong>" in page
    post(client, lead, "merge", {"do": "merge", "version": "1", "other_version": "1"}, other.pk)
    assert "Ana Ruiz (ruiz@example.org) was merged into" in text_of(client.get(address(lead)))


def test_a_merge_of_what_moved_on_is_looked_at_again(client, desk):
    workspace, _agent = desk
    lead, other = make_lead(workspace, name="Ana Ruiz"), make_lead(workspace, name="Anita Ruiz")
    change(workspace, other, fields={"source": "web"})

    asked = post(client, lead, "merge", {"do": "merge", "version": "1", "other_version": "1"}, other.pk)

    assert asked.status_code == 409
    assert Lead.objects.filter(merged_into=None).count() == 2


def test_the_timeline_speaks_no_codes(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, first_name="Ana")
    change(
        workspace,
        lead,
        make_user_actor(agent),
        fields={"assignee": agent.pk, "value": "500"},
        address={"city": "Macon"},
        answers=(AnswerChange("tax_id", {"value": "1", "status": "NEEDS_REVIEW"}),),
        tags=TagChange(names=("VIP",)),
        contact_points=(ContactPointChange("phone", "4045550199"),),
    )
    change(workspace, lead, call=CallLog("no_answer"))

    page = text_of(client.get(address(lead, "timeline")))
    for words in (
        "Owner:",
        "Address: city:",
        "Tax ID:",
        "1, needs review",
        "Tag:",
        "Further phone:",
        "No answer",
    ):
        assert words in page, words
    for code in ("tax_id", "/answers", "contact_points", "NEEDS_REVIEW", str(agent.pk)):
        assert code not in page, code


def test_the_timeline_goes_back_page_by_page_and_by_kind(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)
    for number in range(30):
        change(workspace, lead, note=f"note number {number}.")

    page = client.get(address(lead))
    assert "note number 29." in text_of(page)
    assert "note number 2." not in text_of(page)
    older = page.context["sight"].full.older
    assert "note number 2." in text_of(client.get(address(lead, "timeline"), {"after": older}))
    assert "Lead created" not in text_of(client.get(address(lead, "timeline"), {"kind": "talk"}))
    assert client.get(address(lead, "timeline"), {"after": "nonsense"}).status_code == 404


def test_every_value_tells_where_it_comes_from(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, email="ana@example.org")
    change(workspace, lead, fields={"email": "anna@example.org"})

    page = text_of(client.get(address(lead, "why"), {"path": "email"}))

    assert "anna@example.org" in page
    assert "before: ana@example.org" in page
    assert "the tests (system, command line)" in page


def test_an_undo_says_what_stays_before_it_is_made(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", source="web")
    entry = change(workspace, lead, fields={"first_name": "Anna", "source": "fair"}).entry
    change(workspace, lead, fields={"first_name": "Anita"})

    page = text_of(client.get(address(lead, "undo", entry.pk)))
    assert "This was changed since" in page
    assert Lead.objects.get(pk=lead.pk).source == "fair"
    post(client, lead, "undo", {}, entry.pk)
    lead.refresh_from_db()
    assert (lead.first_name, lead.source) == ("Anita", "web")
    assert "was undone already" in text_of(client.get(address(lead, "undo", entry.pk)))


def test_an_undo_of_what_left_says_what_stays_and_what_is_called_off(client, desk):
    workspace, agent = desk
    User.objects.filter(pk=agent.pk).update(date_format="d.m.Y, H:i", time_zone="UTC")
    create_endpoint(
        workspace, SYSTEM, {"name": "CRM", "url": "https://crm.example/in", "events": ["lead.updated"]}
    )
    with clock_at(datetime(2026, 3, 5, 9, 30, tzinfo=UTC)):
        lead = make_lead(workspace, phone="+14045550137", email="ana@example.org")
        made, where = make_user_actor(agent), ById(lead.pk)
        written = write_message(workspace, made, where, channel="EMAIL", subject="Hi", body="Hello")
        called = change(workspace, lead, made, call=CallLog("no_answer")).entry
    sent = datetime(2026, 3, 5, 9, 31, tzinfo=UTC)
    Action.objects.filter(pk=written.pk).update(status="COMPLETED", state="done", completed_at=sent)
    heard = WebhookDelivery.objects.filter(event_id__in=Event.objects.filter(entry_id=called.pk))
    heard.update(state="done", finished_at=sent)

    message = Entry.objects.get(lead=lead, kind="messaged")
    page = text_of(client.get(address(lead, "entry", message.pk)))
    assert "Email written:</span> sent 05.03.2026, 09:31 – What was done or sent stays on record." in page
    assert "told to others" not in page

    page = text_of(client.get(address(lead, "entry", called.pk)))
    assert "Call: No answer:</span> done 05.03.2026, 09:30" in page
    assert "</span>due 05.03.2026, 13:30</del>" in page
    assert "</span>called off</ins>" in page
    assert 'CRM:</span> <time datetime="2026-03-05T09:31:00+00:00"' in page
    assert "told to them in turn" in page


def test_an_undo_of_an_approval_says_that_the_message_has_left(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, email="ana@example.org", assignee=agent.pk)
    draft = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="Hello Ana")
    approve_message(workspace, make_user_actor(agent), draft.pk)
    Action.objects.filter(pk=draft.pk).update(status="COMPLETED", state="done", completed_at=now())
    approval = Entry.objects.get(lead=lead, kind="message_approved")

    asked = text_of(client.get(address(lead, "undo", approval.pk)))
    assert "What was done or sent stays on record." in asked
    assert "If you take it back" not in asked
    post(client, lead, "undo", {"slip": "yes"}, approval.pk)
    told = text_of(client.get(address(lead)))
    assert "Nothing could be taken back. What was done or sent stays on record." in told


def test_a_person_is_exported_and_erased_by_managers_alone(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, name="Ana Ruiz", email="ana@example.org")
    assert post(client, lead, "export", {}).status_code == 403
    assert client.get(address(lead, "erase")).status_code == 403

    client.force_login(make_member(workspace, "manager"))
    assert b"".join(post(client, lead, "export", {}).streaming_content)[:2] == b"PK"
    assert post(client, lead, "erase", {"reason": "asked", "sure": "yes"}).status_code == 422
    assert post(client, lead, "erase", {"reason": "Ana Ruiz asked", "sure": "erase"}).status_code == 422
    assert post(client, lead, "erase", {"reason": "asked", "sure": "erase"}).status_code == 302
    assert not Lead.objects.filter(pk=lead.pk).exists()


def test_who_is_to_be_erased_may_have_an_item_of_their_own(client, desk):
    workspace, _agent = desk
    client.force_login(make_member(workspace, "manager"))
    lead = make_lead(workspace)
    post(client, lead, "add_item", {"label": "Lease", "field_type": "TEXT", "is_required": "yes"})
    assert "1 × items" in text_of(client.get(address(lead, "erase")))


def test_a_colleagues_hidden_lead_takes_a_note_and_shows_nothing(client, desk):
    workspace, _agent = desk
    workspace.own_leads_only = True
    workspace.save()
    owner = make_member(workspace)
    hidden = make_lead(workspace, name="Secret Name", email="ana@example.org", assignee=owner.pk)
    mine = make_lead(workspace, name="Ana Ruiz", email="ana@example.org")

    page = text_of(client.get(address(mine)))
    assert f"A lead of {owner}" in page
    assert "Secret Name" not in page
    post(client, hidden, "note", {"note": "called me too"})
    assert Lead.objects.get(pk=hidden.pk).note == "called me too"
    assert client.get(address(hidden, "timeline")).status_code == 404


def test_a_lead_handed_over_out_of_sight_is_told_and_can_be_had_back(client, desk):
    workspace, agent = desk
    workspace.own_leads_only = True
    workspace.save()
    colleague, lead = make_member(workspace), make_lead(workspace, assignee=agent.pk)
    form = {"version": str(lead.version), "assignee": str(colleague.pk)}

    by_script = post(client, lead, "owner", form, **{"HX-Request": "true"})

    assert (by_script.status_code, by_script["HX-Redirect"]) == (200, "/admin/")
    page = client.get("/admin/").content.decode()
    assert "Owner changed." in page
    back = re.search(rf'action="(/admin/leads/{lead.pk}/entries/[0-9a-f-]+/undo/)"', page)
    assert client.post(back.group(1), {"slip": "yes"})["Location"].startswith(f"/admin/leads/{lead.pk}/")
    assert Lead.objects.get(pk=lead.pk).assignee_id == agent.pk
    form["version"] = "3"
    assert post(client, lead, "owner", form)["Location"] == "/admin/"


READS = (
    "status owner consent switch archive metadata contacts_add call write add_item why told timeline".split()
)
WRITES = (
    "answer note plan put_off complete call_off mine claim release tag untag restore delete undelete"
    " point_bad point_remove point_first approve edit_draft reject resend not_duplicate"
).split()


def test_a_lead_of_another_workspace_is_not_there(client, desk):
    theirs = make_lead(make_workspace(), name="Secret")

    for name in [*READS, *WRITES]:
        assert post(client, theirs, name, {}).status_code == 404, name
        if name in READS:
            assert client.get(address(theirs, name)).status_code == 404, name


def test_an_agent_takes_no_step_on_a_colleagues_lead(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, assignee=make_member(workspace).pk)

    for name in WRITES:
        if name != "note":
            refused = post(client, lead, name, {})
            assert refused.status_code == 403, name
            assert "ask a manager to hand it over" in text_of(refused), name


def test_who_may_only_read_a_lead_is_shown_no_heading_with_nothing_below_it(client):
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ana", assignee=make_member(workspace).pk)
    shown = {}
    for role in ("agent", "manager"):
        client.force_login(make_member(workspace, role))
        shown[role] = text_of(client.get(address(lead)))

    for heading in ("<h3>Address</h3>", "<h3>Metadata</h3>", "You can add items for this lead alone."):
        assert (heading in shown["agent"], heading in shown["manager"]) == (False, True), heading
    assert "<h3>Names</h3>" in shown["agent"]
    keeping = {role: re.search(r'<section id="lead-keeping"[^>]*>', page)[0] for role, page in shown.items()}
    assert [" hidden" in keeping[role] for role in ("agent", "manager")] == [True, False]


def test_the_page_says_who_has_the_lead_before_them(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace)
    other = make_member(workspace, email="maria@example.org")
    post(client, lead, "claim", {})
    assert "right now" not in text_of(client.get(address(lead)))

    client.force_login(other)
    assert f"{agent} holds this lead right now." in text_of(client.get(address(lead)))


def test_a_planned_call_and_a_document_stand_on_the_page(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.pk)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="CALL", at="2020-01-01T10:00:00Z", summary="Ring back")
    Document.objects.create(
        workspace=workspace, lead=lead, filename="lease.pdf", mime_type="application/pdf", size=9
    )

    page = text_of(client.get(address(lead)))

    assert "overdue by" in page
    assert "lease.pdf" in page


FIELDS = """
action assignee at body channel code enabled field_type first_name group is_bad kind label metadata name
note only options other outcome point quick reason said seen seen_body subject summary tag template to value
version whose wish answer.tax_id keep.first_name pick.email
""".split()


@pytest.mark.parametrize("junk", ["\0", "x" * 20_000, "-1", "01a1fc75-85cd-79d6-a89b-3873b39b9c7z"])
def test_no_form_breaks_a_page_whatever_stands_in_it(client, desk, junk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    others = [name for name in WRITES if name not in {"delete", "mine", "claim"}]

    for name in [*others, *READS, "edit names", "edit details", "item tax_id", "documents"]:
        step, *more = name.split()
        answer = post(client, lead, step, dict.fromkeys(FIELDS, junk), *more)
        assert answer.status_code < 500, name
    assert Lead.objects.get(pk=lead.pk).email == "ana@example.org"


def test_a_whole_checklist_that_is_refused_keeps_what_was_typed(client, desk):
    workspace, _agent = desk
    ask_for(workspace, "founded", "DATE")
    lead = make_lead(workspace)

    refused = post(
        client, lead, "answer", {"version": "1", "answer.tax_id": "typed", "answer.founded": "soon"}
    )

    assert refused.status_code == 422
    assert 'value="typed"' in text_of(refused)
    assert 'value="soon"' in text_of(refused)
    assert not lead.answers.exists()
