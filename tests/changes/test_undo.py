"""Undo of an entry: what goes back, what stays and why, and that an undo can itself be undone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.dateparse import parse_datetime

from checklists.models import Item
from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.clock import now
from leads.change import (
    CLEAR,
    Actor,
    ActorKind,
    AnswerChange,
    Archive,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    Override,
    TagChange,
)
from leads.changes import (
    apply_change,
    mark_not_duplicate,
    merge_leads,
    undo_entry,
    undo_merge,
    unmark_not_duplicate,
)
from leads.changes.actions import plan_action
from leads.changes.claims import claim_lead
from leads.changes.messages import add_draft
from leads.changes.people import remove_member
from leads.errors import NotFound, Refused
from leads.matching import matching_leads
from leads.models import Action, ConsentEvent, DispositionChange, Entry, Event, NotDuplicate, Tag
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
OWNER = Actor(ActorKind.USER, "Olga", "admin", may_override=True)


def change(lead, actor=SYSTEM, **words):
    return apply_change(lead.workspace, actor, ById(lead.pk, deleted=True), LeadChange(**words)).entry


def undo(lead, entry, actor=SYSTEM, **words):
    return undo_entry(lead.workspace, actor, ById(lead.pk, deleted=True), entry.pk, **words)


def reasons(outcome):
    return {kept.path: kept.reason for kept in outcome.kept}


def fresh(lead):
    lead.refresh_from_db()
    return lead


def row(lead):
    """All of a lead but what every write moves."""
    moving = {"version", "updated_at", "field_sources"}
    lead = type(lead).objects.get(pk=lead.pk)
    return {f.attname: getattr(lead, f.attname) for f in lead._meta.concrete_fields if f.name not in moving}


def test_fields_go_back_to_what_they_were():
    lead = make_lead(make_workspace(), first_name="Ana", email="ana@x.org", value=100)
    before = row(lead)
    entry = change(
        lead,
        fields={"first_name": "Eva", "email": "Eva@X.org", "value": "250.50", "website": "https://x.org"},
        address={"city": "Jaén", "latitude": "37.77"},
        profile={"income": 5000, "birth_date": "1990-05-17"},
    )

    outcome = undo(lead, entry)

    assert row(lead) == before
    assert not outcome.kept
    assert set(outcome.undone) == set(entry.changes)
    undone = outcome.outcome.entry
    assert (undone.kind, undone.undoes_id, undone.input["entry"]) == ("undone", entry.pk, str(entry.pk))
    assert undone.changes["value"] == [250.5, 100]
    assert fresh(lead).field_sources["email"] == str(undone.pk)
    assert (lead.address.city, lead.address.latitude, lead.profile.income) == ("", None, None)


def test_an_undo_can_be_undone_and_that_too():
    lead = make_lead(make_workspace(), first_name="Ana", metadata={"a": {"b": 1}})
    entry = change(lead, fields={"first_name": "Eva", "last_name": "Ruiz"}, metadata={"a": {"c": 2}})
    after = row(lead)

    first = undo(lead, entry).outcome.entry
    second = undo(lead, first).outcome.entry

    assert row(lead) == after
    with pytest.raises(Refused) as refusal:
        undo(lead, first)
    assert refusal.value.reason == "already_undone"
    undo(lead, second)
    assert (fresh(lead).first_name, lead.metadata) == ("Ana", {"a": {"b": 1}})


def test_changes_are_undone_one_after_the_other_newest_first():
    lead = make_lead(make_workspace(), source="web")
    entries = [change(lead, fields={"source": f"list {number}"}) for number in range(3)]

    for entry in reversed(entries):
        assert not undo(lead, entry).kept

    assert fresh(lead).source == "web"


def test_what_was_changed_since_stays_and_says_by_whom():
    lead = make_lead(make_workspace(), first_name="Ana", last_name="Ruiz")
    entry = change(lead, fields={"first_name": "Eva", "last_name": "Díaz", "source": "web"})
    later = change(lead, fields={"last_name": "Gil"})

    outcome = undo(lead, entry)

    assert set(outcome.undone) == {"first_name", "source"}
    (kept,) = outcome.kept
    assert (kept.path, kept.reason, kept.now, kept.by) == ("last_name", "changed_since", "Gil", later.pk)
    assert kept.message == "This was changed since; the later value stays."
    assert (fresh(lead).first_name, lead.last_name, lead.source) == ("Ana", "Gil", "")
    assert outcome.outcome.entry.kept["stays"] == [
        {"path": "last_name", "reason": "changed_since", "now": "Gil", "by": str(later.pk)}
    ]


def test_a_value_that_somebody_set_again_is_theirs():
    lead = make_lead(make_workspace(), source="web")
    entry = change(lead, fields={"source": "list"})
    change(lead, fields={"source": "fair"})
    later = change(lead, fields={"source": "list"})

    outcome = undo(lead, entry)

    assert [(kept.reason, kept.by) for kept in outcome.kept] == [("changed_since", later.pk)]
    assert not outcome.outcome.changed
    assert fresh(lead).source == "list"


def test_a_value_that_was_put_back_by_hand_is_back_already():
    lead = make_lead(make_workspace(), source="web")
    entry = change(lead, fields={"source": "list"})
    change(lead, fields={"source": "web"})

    outcome = undo(lead, entry)

    assert reasons(outcome) == {"source": "already_back"}
    assert Entry.objects.filter(lead=lead).count() == 3


def test_a_dry_run_says_it_all_and_stores_nothing():
    lead = make_lead(make_workspace(), first_name="Ana", source="web")
    entry = change(lead, fields={"first_name": "Eva", "source": "list"})
    change(lead, fields={"source": "fair"})
    before = row(lead), Entry.objects.count(), Event.objects.count()

    outcome = undo(lead, entry, dry_run=True)

    assert outcome.undone == ("first_name",)
    assert reasons(outcome) == {"source": "changed_since"}
    assert (row(lead), Entry.objects.count(), Event.objects.count()) == before


# Metadata


def test_only_the_leaves_that_nobody_touched_are_taken_out_of_an_object():
    lead = make_lead(make_workspace())
    entry = change(lead, metadata={"trip": {"from": "A", "to": "B", "by": {"car": 1, "bus": 2}}})
    change(lead, metadata={"trip": {"to": "C", "on": "Monday", "by": {"car": 3}}})

    outcome = undo(lead, entry)

    assert fresh(lead).metadata == {"trip": {"to": "C", "on": "Monday", "by": {"car": 3}}}
    assert set(outcome.undone) == {"/metadata/trip/from", "/metadata/trip/by/bus"}
    assert reasons(outcome) == {
        "/metadata/trip/to": "changed_since",
        "/metadata/trip/by/car": "changed_since",
    }
    undo(lead, outcome.outcome.entry)
    assert fresh(lead).metadata["trip"]["from"] == "A"


def test_an_object_nobody_touched_goes_whole_and_comes_back_whole():
    lead = make_lead(make_workspace(), metadata={"keep": 1})
    entry = change(lead, metadata={"a/b": {"~": {}, "list": [1, {"x": None}]}})

    outcome = undo(lead, entry)

    assert fresh(lead).metadata == {"keep": 1}
    undo(lead, outcome.outcome.entry)
    assert fresh(lead).metadata == {"keep": 1, "a/b": {"~": {}, "list": [1, {"x": None}]}}


def test_true_is_not_one():
    lead = make_lead(make_workspace(), metadata={"n": 1})

    entry = change(lead, metadata={"n": True})

    assert entry.changes == {"/metadata/n": [1, True]}
    undo(lead, entry)
    assert fresh(lead).metadata["n"] is not True


def test_metadata_that_would_grow_too_large_stays_out():
    lead = make_lead(make_workspace(), metadata={"big": "x" * 40_000})
    entry = change(lead, metadata=CLEAR, fields={"source": "web"})
    change(lead, metadata={"other": "y" * 40_000})

    outcome = undo(lead, entry)

    assert (outcome.undone, reasons(outcome)) == (("source",), {"/metadata/big": "too_long"})
    assert set(fresh(lead).metadata) == {"other"}


# What belongs together


def test_a_verification_belongs_to_its_address():
    lead = make_lead(make_workspace(), email="ana@x.org", email_verified=True)
    verified_at = fresh(lead).email_verified_at
    entry = change(lead, fields={"email": "eva@x.org"})
    change(lead, fields={"email_verified": True})

    undo(lead, entry)

    assert (fresh(lead).email, lead.email_key, lead.email_verified_at) == (
        "ana@x.org",
        "ana@x.org",
        verified_at,
    )


def test_a_verification_stays_off_an_address_that_it_was_not_for():
    lead = make_lead(make_workspace(), email="ana@x.org", email_verified=True)
    entry = change(lead, fields={"email": "eva@x.org"})
    change(lead, fields={"email": "mia@x.org"})

    outcome = undo(lead, entry)

    assert reasons(outcome) == {"email": "changed_since", "email_verified_at": "goes_with"}
    assert fresh(lead).email_verified_at is None


def test_a_phone_goes_back_with_its_keys_and_is_found_by_them():
    lead = make_lead(make_workspace(), phone="(404) 555-0137")
    entry = change(lead, fields={"phone": "404 555 0199"})

    undo(lead, entry)

    assert (fresh(lead).phone, lead.phone_key) == ("(404) 555-0137", "+14045550137")
    assert "4045550137" in lead.search_text
    assert "4045550199" not in lead.search_text


def test_an_owner_goes_back_with_the_time_of_assignment():
    workspace = make_workspace()
    ana, eva = make_member(workspace), make_member(workspace)
    lead = make_lead(workspace, assignee=ana.pk)
    before = row(lead)
    entry = change(lead, fields={"assignee": eva.pk})

    undo(lead, entry)

    assert row(lead) == before


def test_an_owner_who_has_left_does_not_come_back():
    workspace = make_workspace()
    ana = make_member(workspace)
    lead = make_lead(workspace, assignee=ana.pk)
    entry = change(lead, fields={"assignee": CLEAR, "source": "web"})
    remove_member(workspace, SYSTEM, ana.pk)

    outcome = undo(lead, entry)

    assert outcome.undone == ("source",)
    assert reasons(outcome)["assignee"] == "gone"
    assert fresh(lead).assignee_id is None


def test_a_value_goes_back_with_its_currency():
    lead = make_lead(make_workspace())
    entry = change(lead, fields={"value": 100})
    assert fresh(lead).currency == "USD"

    undo(lead, entry)

    assert (fresh(lead).value, lead.currency) == (None, "")


# Standing


def test_a_step_back_is_a_step_that_says_what_was_said():
    lead = make_lead(make_workspace(), disposition=DispositionWish(stage="follow_up", reason="On holiday"))
    entry = change(lead, disposition=DispositionWish(stage="qualified"))
    assert fresh(lead).qualified_at is not None

    outcome = undo(lead, entry)

    assert lead.workspace.pk and fresh(lead).disposition.stage == "follow_up"
    assert lead.qualified_at is None
    step = lead.disposition_change
    assert (step.reason, step.previous_outcome) == ("On holiday", "qualified")
    assert DispositionChange.objects.filter(lead=lead).count() == 3
    assert Event.objects.filter(entry_id=outcome.outcome.entry.pk, kind="lead.disposition_changed").exists()
    undo(lead, outcome.outcome.entry)
    assert fresh(lead).disposition.stage == "qualified"
    assert lead.qualified_at is not None


def test_a_loss_reason_never_stands_alone():
    lead = make_lead(make_workspace())
    entry = change(lead, disposition=DispositionWish(stage="lost"), fields={"loss_reason": "Price"})
    change(lead, fields={"loss_reason": "Price, and we were late"})

    outcome = undo(lead, entry)

    assert (fresh(lead).disposition.stage, lead.loss_reason) == ("new", "")
    assert outcome.outcome.entry.changes["loss_reason"] == ["Price, and we were late", None]


def test_a_stage_that_was_left_since_stays_left():
    lead = make_lead(make_workspace())
    entry = change(lead, disposition=DispositionWish(stage="qualified"))
    change(lead, disposition=DispositionWish(stage="won"))

    outcome = undo(lead, entry)

    assert reasons(outcome) == {
        "disposition": "changed_since",
        "/disposition/change": "goes_with",
        "qualified_at": "goes_with",
    }
    assert fresh(lead).qualified_at is not None


def test_the_archive_opens_and_closes_again_as_it_was():
    lead = make_lead(make_workspace())
    archived = change(lead, archive=Archive(reason=3, note="Twice"))
    before = row(lead)
    opened = change(lead, unarchive=True)

    outcome = undo(lead, opened)

    assert row(lead) == before
    kinds = Event.objects.filter(entry_id=outcome.outcome.entry.pk).values_list("kind", flat=True)
    assert set(kinds) == {"lead.updated", "lead.archived"}
    undo(lead, archived)
    assert fresh(lead).archived_at is None


def test_a_deletion_is_undone():
    lead = make_lead(make_workspace())
    entry = change(lead, delete=True)
    assert fresh(lead).deleted_at

    undo(lead, entry)

    assert fresh(lead).deleted_at is None


def test_an_override_is_undone_by_those_who_may_override():
    lead = make_lead(make_workspace())
    entry = change(lead, OWNER, override=Override(enabled=False, reason="Complaint"))

    assert set(reasons(undo(lead, entry)).values()) == {"forbidden", "goes_with"}
    undo(lead, entry, OWNER)

    assert (fresh(lead).override_enabled, lead.override_reason, lead.override_at) == (None, "", None)


# Rows beside the lead


def test_tags_come_and_go():
    lead = make_lead(make_workspace(), tags=TagChange(names=("Hot", "Old")))
    entry = change(lead, tags=TagChange(names=("New / Big",), remove=("old",)))

    outcome = undo(lead, entry)

    assert {row.tag.name for row in lead.lead_tags.all()} == {"Hot", "Old"}
    assert Event.objects.filter(entry_id=outcome.outcome.entry.pk, kind="lead.tags_changed").exists()
    undo(lead, outcome.outcome.entry)
    assert {row.tag.name for row in lead.lead_tags.all()} == {"Hot", "New / Big"}


def test_a_tag_that_is_gone_cannot_come_back():
    lead = make_lead(make_workspace(), tags=TagChange(names=("Hot",)))
    entry = change(lead, tags=TagChange(remove=("hot",)))
    Tag.objects.all().delete()

    assert reasons(undo(lead, entry)) == {"/tags/hot": "gone"}


def test_contact_points_come_and_go():
    lead = make_lead(make_workspace(), contact_points=(ContactPointChange("email", "a@x.org", label="work"),))
    entry = change(
        lead,
        contact_points=(
            ContactPointChange("phone", "404 555 0137"),
            ContactPointChange("email", "a@x.org", remove=True),
        ),
    )

    undo(lead, entry)

    (point,) = lead.contact_points.all()
    assert (point.value, point.label) == ("a@x.org", "work")
    assert "a@x.org" in fresh(lead).search_text
    assert "4045550137" not in lead.search_text


def test_an_answer_goes_back_to_untouched_and_the_counters_with_it():
    lead = make_lead(make_answerable())
    entry = change(lead, answers=(AnswerChange("tax_id", {"value": "12"}),))
    assert (fresh(lead).checklist_done, lead.completed_at is not None) == (1, True)

    outcome = undo(lead, entry)

    assert not lead.answers.exists()
    assert (fresh(lead).checklist_required, lead.checklist_done, lead.completed_at) == (1, 0, None)
    assert {"/answers/tax_id", "completed_at"} <= set(outcome.undone)
    undo(lead, outcome.outcome.entry)
    assert (fresh(lead).checklist_done, lead.answers.get().value) == (1, "12")


def test_a_checklist_that_is_complete_all_the_same_stays_complete():
    lead = make_lead(make_answerable())
    entry = change(lead, answers=(AnswerChange("tax_id", {"value": "12"}),))
    change(lead, answers=(AnswerChange("tax_id", {"value": "34"}),))
    completed_at = fresh(lead).completed_at

    outcome = undo(lead, entry)

    assert reasons(outcome) == {"/answers/tax_id": "changed_since", "completed_at": "still_complete"}
    assert fresh(lead).completed_at == completed_at


def test_an_answer_to_an_archived_item_goes_back_too():
    workspace = make_answerable()
    lead = make_lead(workspace, answers=(AnswerChange("tax_id", {"value": "12"}),))
    entry = change(lead, answers=(AnswerChange("tax_id", {"value": "34"}),))
    ask_for(workspace, "other")
    Item.objects.filter(code="tax_id", workspace=workspace).update(archived_at=now())

    undo(lead, entry)

    assert lead.answers.get().value == "12"


# Consent


def test_an_opt_out_is_never_taken_back():
    lead = make_lead(make_workspace(), phone="404 555 0137")
    entry = change(lead, fields={"source": "web"}, consent=(ConsentWish("sms", opted_in=False),))

    outcome = undo(lead, entry)

    assert "source" in outcome.undone
    assert reasons(outcome)["/consent/sms"] == "opted_out"
    assert next(kept for kept in outcome.kept if kept.reason == "opted_out").message.startswith("An opt-out")
    assert fresh(lead).sms_opted_out_at is not None


def test_an_opt_in_is_taken_back_by_opting_out_anew():
    lead = make_lead(make_workspace(), phone="404 555 0137", consent=(ConsentWish("sms", opted_in=False),))
    before = row(lead)
    entry = change(lead, consent=(ConsentWish("sms", opted_in=True, text_shown="Yes"),))

    outcome = undo(lead, entry)

    assert row(lead) == before
    events = ConsentEvent.objects.filter(lead=lead).order_by("created_at", "id")
    assert [event.opted_in for event in events] == [False, True, False]
    assert reasons(undo(lead, outcome.outcome.entry))["/consent/sms"] == "opted_out"


# Calls and plans


def test_a_call_stays_made_and_what_it_planned_is_called_off():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    lead = make_lead(workspace)
    entry = change(lead, actor, call=CallLog("no_answer"), fields={"source": "web"})
    assert fresh(lead).next_action_at and lead.assignee_id

    outcome = undo(lead, entry, actor)

    fresh(lead)
    assert (lead.attempts, lead.next_action_at, lead.assignee_id, lead.source) == (1, None, None, "")
    made, planned = Action.objects.filter(lead=lead).order_by("scheduled_at")
    assert (made.status, planned.status) == ("COMPLETED", "CANCELLED")
    assert reasons(outcome) == {
        "attempts": "was_done",
        "last_attempt_at": "was_done",
        f"/actions/{made.pk}": "was_done",
    }
    undo(lead, outcome.outcome.entry, actor)
    planned.refresh_from_db()
    assert (planned.status, fresh(lead).assignee_id) == ("PENDING", actor.user_id)
    assert lead.next_action_at == planned.scheduled_at


def test_a_plan_is_called_off_and_a_message_that_went_out_is_not():
    workspace = make_workspace()
    lead = make_lead(workspace)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="TASK", at="2030-01-01T10:00:00Z", summary="Send it")
    planned = Entry.objects.get(lead=lead, kind="planned")
    draft = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", body="Hello")
    Action.objects.filter(pk=draft.pk).update(status="COMPLETED")

    assert undo(lead, planned).undone
    outcome = undo(lead, Entry.objects.get(lead=lead, kind="drafted"))

    assert Action.objects.get(kind="TASK").status == "CANCELLED"
    assert fresh(lead).next_action_at is None
    assert reasons(outcome) == {f"/actions/{draft.pk}": "was_done"}
    assert not outcome.outcome.changed


def test_a_plan_that_a_worker_holds_is_not_called_off():
    workspace = make_workspace()
    lead = make_lead(workspace)
    draft = add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", body="Hello")
    Action.objects.update(lease_owner="worker 1")

    outcome = undo(lead, Entry.objects.get(lead=lead, kind="drafted"))

    assert reasons(outcome) == {f"/actions/{draft.pk}": "was_done"}


def test_a_snooze_and_a_claim_are_undone():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    lead = make_lead(workspace)
    claim_lead(workspace, actor, ById(lead.pk))
    claimed = Entry.objects.get(lead=lead, kind="claimed")
    snoozed = change(lead, fields={"next_action_at": "2030-01-01T10:00:00Z"})
    assert fresh(lead).next_action_at == parse_datetime("2030-01-01T10:00:00Z")

    undo(lead, snoozed)
    outcome = undo(lead, claimed)

    assert (fresh(lead).next_action_at, lead.claimed_by_id, lead.claimed_until) == (None, None, None)
    assert outcome.outcome.entry.changes == {"claimed_by": [str(actor.user_id), None]}


def test_a_note_goes_back_to_the_one_before():
    lead = make_lead(make_workspace(), note="First")
    entry = change(lead, note="Second")

    undo(lead, entry)

    assert fresh(lead).note == "First"
    assert Entry.objects.get(pk=entry.pk).note == "Second"


# What cannot be undone


def test_what_made_the_lead_and_what_is_not_there():
    workspace = make_workspace()
    lead, other = make_lead(workspace), make_lead(workspace)
    with pytest.raises(Refused) as refusal:
        undo(lead, Entry.objects.get(lead=lead))
    assert refusal.value.reason == "cannot_undo"
    foreign = change(other, fields={"source": "web"})
    for entry_id in (foreign.pk, UUID(int=7), "nonsense", None):
        with pytest.raises(NotFound):
            undo_entry(workspace, SYSTEM, ById(lead.pk), entry_id)
    outsider = make_workspace()
    with pytest.raises(NotFound):
        undo_entry(outsider, SYSTEM, ById(other.pk), foreign.pk)


def test_a_merge_has_an_undo_of_its_own():
    workspace = make_workspace()
    lead, other = make_lead(workspace), make_lead(workspace)
    theirs = change(other, fields={"source": "web"})
    merged = merge_leads(workspace, SYSTEM, lead.pk, other.pk).outcome.entry
    with pytest.raises(Refused) as refusal:
        undo(lead, merged)
    assert refusal.value.reason == "is_merge"
    with pytest.raises(Refused) as refusal:
        undo(lead, theirs)
    assert refusal.value.reason == "merged_away"
    apart = undo_merge(workspace, SYSTEM, merged.pk).outcome.entry
    with pytest.raises(Refused) as refusal:
        undo(lead, apart)
    assert refusal.value.reason == "is_merge"


def test_what_was_said_of_the_history_of_a_lead_is_listed_where_it_cannot_be_read_back():
    lead = make_lead(make_workspace())
    entry = change(lead, fields={"source": "web"})
    Entry.objects.filter(pk=entry.pk).update(
        changes={**entry.changes, "/documents/1": [None, "a.pdf", "added"]}
    )

    outcome = undo(lead, entry)

    assert (outcome.undone, reasons(outcome)) == (("source",), {"/documents/1": "cannot_undo"})


# Not a duplicate


def test_two_who_are_not_the_same_are_told_apart_until_that_is_undone():
    workspace = make_workspace()
    one, two = (make_lead(workspace, phone="404 555 0137") for _number in range(2))
    versions = [(lead.version, lead.updated_at) for lead in (one, two)]

    assert mark_not_duplicate(workspace, SYSTEM, two.pk, one.pk)
    assert not mark_not_duplicate(workspace, SYSTEM, one.pk, two.pk)

    assert not matching_leads(workspace, one)
    assert not matching_leads(workspace, two)
    entries = Entry.objects.filter(kind="not_duplicate")
    assert {entry.lead_id for entry in entries} == {one.pk, two.pk}
    assert [(fresh(lead).version, lead.updated_at) for lead in (one, two)] == versions

    outcome = undo(one, entries.get(lead=one))

    assert outcome.outcome.changed
    assert outcome.undone == (f"/not_duplicates/{two.pk}",)
    assert [match.lead.pk for match in matching_leads(workspace, one)] == [two.pk]
    with pytest.raises(Refused) as refusal:
        undo(two, entries.get(lead=two))
    assert refusal.value.reason == "already_undone"
    undo(two, Entry.objects.get(lead=two, kind="duplicate_again"))
    assert NotDuplicate.objects.count() == 1
    assert unmark_not_duplicate(workspace, SYSTEM, one.pk, two.pk)
    assert not unmark_not_duplicate(workspace, SYSTEM, one.pk, two.pk)


def test_nobody_is_told_apart_from_themselves_or_from_a_stranger():
    workspace, elsewhere = make_workspace(), make_workspace()
    lead, stranger = make_lead(workspace), make_lead(elsewhere)
    with pytest.raises(Refused) as refusal:
        mark_not_duplicate(workspace, SYSTEM, lead.pk, lead.pk)
    assert refusal.value.reason == "same_lead"
    with pytest.raises(NotFound):
        mark_not_duplicate(workspace, SYSTEM, lead.pk, stranger.pk)


def test_a_call_logged_by_the_wrong_key_was_never_made():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    lead = make_lead(workspace, note="Before")
    change(lead, actor, call=CallLog("no_answer"))
    ladder = Action.objects.get(lead=lead, status="PENDING")
    entry = change(lead, actor, call=CallLog("connected"))
    assert fresh(lead).first_response_at

    outcome = undo_entry(workspace, actor, ById(lead.pk), entry.pk, slip=True)

    ladder.refresh_from_db()
    assert (ladder.status, ladder.output, ladder.completed_at) == ("PENDING", None, None)
    assert (fresh(lead).attempts, lead.first_response_at) == (1, None)
    assert lead.next_action_at == ladder.scheduled_at
    assert Action.objects.filter(lead=lead, status="COMPLETED").count() == 1
    assert not outcome.kept
    undo(lead, outcome.outcome.entry, actor)
    assert (fresh(lead).attempts, lead.first_response_at) != (1, None)
    assert Action.objects.filter(lead=lead, status="COMPLETED", outcome="connected").count() == 1


def test_only_who_pressed_the_key_a_moment_ago_says_that_it_was_the_wrong_one():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    lead = make_lead(workspace)
    entry = change(lead, actor, call=CallLog("no_answer"))

    undo_entry(workspace, make_user_actor(make_member(workspace)), ById(lead.pk), entry.pk, slip=True)
    assert fresh(lead).attempts == 1
    later = change(lead, actor, call=CallLog("no_answer"))
    with clock_at(now() + timedelta(hours=1)):
        undo_entry(workspace, actor, ById(lead.pk), later.pk, slip=True)
    assert fresh(lead).attempts == 2
