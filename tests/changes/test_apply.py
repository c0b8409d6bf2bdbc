"""The one path of a write: what is stored, what is told, and what is left alone."""

from __future__ import annotations

import pytest

from leadhub.workspaces.clock import now
from leads.change import (
    CLEAR,
    AnswerChange,
    Archive,
    ByEmail,
    ById,
    ByPhone,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    NewLead,
    TagChange,
)
from leads.changes import apply_change, apply_to_all, transact
from leads.errors import Ambiguous, DuplicateEmail, NotFound
from leads.models import Action, ConsentEvent, DispositionChange, Entry, Event, Lead, Tag
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db


def change(workspace, lead, **words):
    return apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(**words))


def test_a_new_lead_has_one_entry_that_tells_all_of_it():
    workspace = make_workspace()

    lead = make_lead(
        workspace, first_name="Ana", value=5000, metadata={"utm_source": "x"}, address={"city": "Jaén"}
    )

    entry = Entry.objects.get(lead=lead)
    assert (entry.kind, entry.summary, entry.version, lead.version) == ("created", "Lead created", 1, 1)
    assert entry.changes["first_name"] == [None, "Ana"]
    assert entry.changes["value"] == [None, 5000]
    assert entry.changes["currency"] == [None, "USD"]
    assert entry.changes["/metadata/utm_source"] == [None, "x", "added"]
    assert entry.changes["/address/city"] == [None, "Jaén"]
    assert lead.created_at == lead.updated_at == entry.created_at
    assert lead.address.city == "Jaén"


def test_only_what_differs_is_written_told_and_sourced():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ana", last_name="Ruiz")

    outcome = change(workspace, lead, fields={"first_name": "Ana", "last_name": "Díaz"})

    lead.refresh_from_db()
    assert outcome.entry.changes == {"last_name": ["Ruiz", "Díaz"]}
    assert lead.field_sources["last_name"] == str(outcome.entry.pk)
    assert lead.field_sources["first_name"] != str(outcome.entry.pk)
    assert (lead.version, lead.updated_at) == (2, outcome.entry.created_at)


def test_an_unchanged_write_writes_nothing(django_assert_num_queries):
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ana", metadata={"a": {"b": [1]}}, tags=TagChange(names=("VIP",)))

    outcome = change(
        workspace,
        lead,
        fields={"first_name": "Ana"},
        metadata={"a": {"b": [1]}, "c": None},
        tags=TagChange(names=("vip",)),
    )

    assert not outcome.changed
    assert Entry.objects.filter(lead=lead).count() == 1
    assert Lead.objects.get(pk=lead.pk).updated_at == lead.updated_at


def test_clear_empties_and_absent_leaves():
    workspace = make_workspace()
    lead = make_lead(workspace, email="a@x.org", phone="6782319992", value=3, profile={"income": 9})

    outcome = change(workspace, lead, fields={"email": CLEAR, "value": CLEAR}, profile={"income": CLEAR})

    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.email, stored.email_key, stored.value, stored.profile.income) == ("", "", None, None)
    assert stored.phone_key == "+16782319992"
    assert outcome.entry.changes["email"] == ["a@x.org", None]


def test_metadata_merges_by_the_rfc_and_is_told_leaf_by_leaf():
    workspace = make_workspace()
    stored = {"a": 1, "tags": ["x", "y"], "crm": {"id": 7, "owner": "lo"}, "old": True}
    lead = make_lead(workspace, metadata=stored)

    outcome = change(
        workspace, lead, metadata={"tags": ["z"], "crm": {"owner": None, "stage": 2}, "old": None, "new": "n"}
    )

    assert outcome.lead.metadata == {"a": 1, "tags": ["z"], "crm": {"id": 7, "stage": 2}, "new": "n"}
    assert outcome.entry.changes == {
        "/metadata/tags": [["x", "y"], ["z"]],
        "/metadata/crm/owner": ["lo", None, "removed"],
        "/metadata/crm/stage": [None, 2, "added"],
        "/metadata/old": [True, None, "removed"],
        "/metadata/new": [None, "n", "added"],
    }


def test_true_and_one_are_different_values():
    workspace = make_workspace()
    lead = make_lead(workspace, metadata={"flag": 1, "list": [1]})

    outcome = change(workspace, lead, metadata={"flag": True, "list": [True]})

    assert outcome.changed
    assert Lead.objects.get(pk=lead.pk).metadata == {"flag": True, "list": [True]}


def test_a_new_address_was_never_verified():
    workspace = make_workspace()
    lead = make_lead(workspace, email="a@x.org", email_verified=True)
    assert lead.email_verified_at is not None

    assert change(workspace, lead, fields={"email": "b@x.org"}).lead.email_verified_at is None
    both = change(workspace, lead, fields={"email": "c@x.org", "email_verified": True})

    assert both.lead.email_verified_at is not None
    assert not change(workspace, lead, fields={"email_verified": False}).changed


def test_a_loss_reason_belongs_to_a_lost_lead():
    workspace = make_workspace()
    lead = make_lead(workspace)
    lost = {"fields": {"loss_reason": "budget"}, "disposition": DispositionWish(stage="lost")}

    assert not change(workspace, lead, fields={"loss_reason": "budget"}).changed
    assert change(workspace, lead, **lost).lead.loss_reason == "budget"
    assert change(workspace, lead, fields={"loss_reason": "price"}).lead.loss_reason == "price"
    assert change(workspace, lead, disposition=DispositionWish(stage="won")).lead.loss_reason == ""


def test_qualified_is_stamped_the_first_time_only():
    workspace = make_workspace()
    lead = make_lead(workspace)
    first = change(workspace, lead, disposition=DispositionWish(stage="qualified")).lead.qualified_at

    change(workspace, lead, disposition=DispositionWish(stage="contacted"))
    again = change(workspace, lead, disposition=DispositionWish(stage="qualified")).lead

    assert first is not None
    assert again.qualified_at == first
    history = DispositionChange.objects.filter(lead=lead).order_by("id")
    assert [row.outcome for row in history] == ["qualified", "contacted", "qualified"]
    assert [row.previous_outcome for row in history] == ["new", "qualified", "contacted"]
    assert history[2].previous_id == history[1].pk


def test_a_finer_disposition_survives_the_bare_word_of_its_stage():
    workspace = make_answerable()
    lead = make_lead(workspace, disposition=DispositionWish(outcome="sold"))

    assert not change(workspace, lead, disposition=DispositionWish(stage="won")).changed


def test_tags_are_added_removed_and_replaced():
    workspace = make_workspace()
    lead = make_lead(workspace, tags=TagChange(names=("VIP", "vip", " Hot  lead ")))
    assert sorted(Tag.objects.filter(workspace=workspace).values_list("name", flat=True)) == [
        "Hot lead",
        "VIP",
    ]

    change(workspace, lead, tags=TagChange(names=("new",), remove=("VIP",)))
    assert names_of(lead) == ["Hot lead", "new"]

    outcome = change(workspace, lead, tags=TagChange(names=("vip",), replace=True))
    assert names_of(lead) == ["VIP"]
    assert outcome.entry.changes == {
        "/tags/vip": [None, "VIP", "added"],
        "/tags/hot lead": ["Hot lead", None, "removed"],
        "/tags/new": ["new", None, "removed"],
    }


def names_of(lead):
    return sorted(lead.lead_tags.values_list("tag__name", flat=True))


def test_answers_keep_the_counters():
    workspace = make_answerable()
    lead = make_lead(workspace)
    assert (lead.checklist_required, lead.checklist_done) == (1, 0)

    done = change(workspace, lead, answers=(AnswerChange("TAX_ID", {"value": "12-3456789"}),))
    assert (done.lead.checklist_done, done.lead.completed_at) == (1, done.entry.created_at)
    assert done.entry.changes["/answers/tax_id"] == [
        None,
        {"value": "12-3456789", "status": "COMPLETED"},
        "added",
    ]

    reopened = change(workspace, lead, answers=(AnswerChange("tax_id", {"value": ""}),))
    assert reopened.lead.checklist_done == 0
    assert Event.objects.filter(lead_id=lead.pk, kind="lead.completed").count() == 1


def test_an_untouched_item_costs_no_row():
    workspace = make_answerable()
    lead = make_lead(workspace)

    assert not change(workspace, lead, answers=(AnswerChange("tax_id", {"status": "TODO"}),)).changed
    assert not lead.answers.exists()


def test_a_note_is_told_each_time_and_the_newest_stands():
    workspace = make_workspace()
    lead = make_lead(workspace)

    change(workspace, lead, note="one")
    change(workspace, lead, note="two")
    repeated = change(workspace, lead, note="two")

    assert repeated.changed
    assert repeated.lead.note == "two"
    assert list(Entry.objects.filter(lead=lead).order_by("id").values_list("note", flat=True)) == [
        "",
        "one",
        "two",
        "two",
    ]
    assert not change(workspace, lead, note="  ").changed


def test_a_call_is_always_written_and_plans_the_next_try():
    workspace = make_workspace()
    agent = make_member(workspace)
    lead = make_lead(workspace, phone="6782319992")

    for _again in range(4):
        outcome = apply_change(
            workspace,
            make_user_actor(agent),
            ById(lead.pk),
            LeadChange(call=CallLog("no_answer", "rang out")),
        )

    assert (outcome.lead.attempts, outcome.lead.assignee_id) == (4, agent.pk)
    assert outcome.lead.next_action_at is None  # the ladder has three rungs
    made = Action.objects.filter(lead=lead, status="COMPLETED").exclude(outcome="")
    assert made.count() == 4
    assert outcome.entry.kind == "called"
    assert outcome.entry.action.outcome == "no_answer"


def test_archive_and_back():
    workspace = make_workspace()
    lead = make_lead(workspace)

    archived = change(workspace, lead, archive=Archive(reason=0, note="gone"))
    assert (archived.lead.archive_reason, archived.lead.archive_note) == (0, "gone")
    assert not change(workspace, lead, archive=Archive(reason=3)).changed

    back = change(workspace, lead, unarchive=True)
    assert (back.lead.archived_at, back.lead.archive_reason, back.lead.archive_note) == (None, None, "")
    assert not change(workspace, lead, unarchive=True).changed


def test_a_deleted_lead_is_not_found_until_it_is_restored():
    workspace = make_workspace()
    lead = make_lead(workspace)
    change(workspace, lead, delete=True)

    with pytest.raises(NotFound):
        change(workspace, lead, fields={"source": "web"})
    apply_change(workspace, SYSTEM, ById(lead.pk, deleted=True), LeadChange(undelete=True))

    assert change(workspace, lead, fields={"source": "web"}).changed


def test_opting_out_is_kept_as_it_happened():
    workspace = make_workspace()
    lead = make_lead(workspace, phone="6782319992")

    out = change(workspace, lead, consent=(ConsentWish("sms", opted_in=False, source="STOP"),))
    again = change(workspace, lead, consent=(ConsentWish("sms", opted_in=False),))
    back = change(workspace, lead, consent=(ConsentWish("sms", opted_in=True, text_shown="START"),))

    assert out.lead.sms_opted_out_at is None or out.changed
    assert not again.changed
    assert back.lead.sms_opted_out_at is None
    assert back.lead.sms_opted_in_at is not None
    said = ConsentEvent.objects.filter(lead=lead).order_by("id")
    assert [(event.channel, event.opted_in, event.source) for event in said] == [
        ("sms", False, "STOP"),
        ("sms", True, "command"),
    ]


def test_further_contact_points_are_found_and_searched():
    workspace = make_workspace()
    lead = make_lead(workspace, email="a@x.org")

    change(workspace, lead, contact_points=(ContactPointChange("email", "Second@X.org", label="work"),))

    assert "second@x.org" in Lead.objects.get(pk=lead.pk).search_text
    found = apply_change(workspace, SYSTEM, ByEmail("second@x.ORG"), LeadChange(fields={"source": "web"}))
    assert found.lead.pk == lead.pk
    change(workspace, lead, fields={"first_name": "Ana"})
    assert "second@x.org" in Lead.objects.get(pk=lead.pk).search_text
    change(workspace, lead, contact_points=(ContactPointChange("email", "second@x.org", remove=True),))
    assert "second@x.org" not in Lead.objects.get(pk=lead.pk).search_text


def test_several_matches_are_ambiguous_unless_all_are_meant():
    workspace = make_workspace()
    leads = [make_lead(workspace, phone="678-231-9992") for _lead in range(3)]
    wanted = LeadChange(fields={"source": "web"})

    with pytest.raises(Ambiguous) as refusal:
        apply_change(workspace, SYSTEM, ByPhone("(678) 231 9992"), wanted)
    outcomes = apply_to_all(workspace, SYSTEM, ByPhone("+16782319992"), wanted)

    assert refusal.value.count == 3
    assert [outcome.lead.pk for outcome in outcomes] == [lead.pk for lead in reversed(leads)]
    assert set(Lead.objects.values_list("source", flat=True)) == {"web"}


def test_another_workspace_has_no_such_lead():
    lead = make_lead(make_workspace())

    with pytest.raises(NotFound):
        apply_change(make_workspace(), SYSTEM, ById(lead.pk), LeadChange(fields={"source": "web"}))


def test_one_lead_per_email_where_the_door_asks_for_it():
    workspace = make_workspace()
    first = make_lead(workspace, email="Ana@x.org")
    second = make_lead(workspace, email="ana@x.org")
    third = make_lead(workspace)

    with pytest.raises(DuplicateEmail) as refusal:
        change(workspace, third, fields={"email": "ANA@x.org"}, unique_email=True)

    assert refusal.value.existing == first.pk
    assert change(workspace, second, fields={"email": "ANA@x.org"}, unique_email=True).changed
    change(workspace, first, delete=True)
    change(workspace, second, delete=True)
    assert change(workspace, third, fields={"email": "ANA@x.org"}, unique_email=True).changed


def test_a_dry_run_answers_and_stores_nothing():
    workspace = make_workspace()

    outcome = transact(
        lambda: apply_change(
            workspace,
            SYSTEM,
            NewLead(),
            LeadChange(fields={"first_name": "Ana"}, tags=TagChange(names=("VIP",))),
        ),
        dry_run=True,
    )

    assert outcome.created
    assert (Lead.objects.count(), Entry.objects.count(), Tag.objects.count(), Event.objects.count()) == (
        0,
        0,
        0,
        0,
    )


def test_times_are_cut_to_milliseconds():
    assert now().microsecond % 1000 == 0
    assert make_lead(make_workspace()).created_at.microsecond % 1000 == 0
