"""A full lead: what is on it, in how many queries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checklists.definitions import load_definitions
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import lead_ref
from leads.change import AnswerChange, ById, ContactPointChange, LeadChange, TagChange
from leads.changes import apply_change
from leads.errors import NotFound
from leads.models import Action, Document, Entry, Lead, Message, NotDuplicate
from leads.queries.full import full_lead_of, load_full_lead, load_lead
from tests.leads.counting import queries_of, warm_up
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


def make_items(workspace, count):
    for number in range(count):
        ask_for(workspace, f"fact_{number}", label="A fact", is_required=False)


def make_action(lead, kind="MESSAGE", status="COMPLETED", direction="", at=None, **columns):
    at = at or now()
    columns = {"scheduled_at": at, "completed_at": at if status == "COMPLETED" else None, **columns}
    action = Action.objects.create(
        workspace_id=lead.workspace_id, lead=lead, kind=kind, status=status, created_at=at, **columns
    )
    if direction:
        Message.objects.create(
            workspace_id=lead.workspace_id, action=action, lead=lead, channel="EMAIL", direction=direction
        )
    return action


def make_entry(lead, at, **columns):
    return Entry.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        kind=columns.pop("kind", "updated"),
        summary="Lead updated",
        actor_kind="system",
        actor_name="the tests",
        door="command",
        created_at=at,
        **columns,
    )


def make_rich_lead(workspace, items, entries):
    """A lead with everything on it, `items` answers, and `entries` entries and actions."""
    owner = make_member(workspace)
    lead = make_lead(
        workspace,
        name="Ada Moreno",
        email="ada@kiln.example",
        phone="+14045550137",
        assignee=owner.pk,
        address={"city": "Atlanta"},
        profile={"income": 5000},
        tags=TagChange(names=("VIP", "Old friend")),
        contact_points=(ContactPointChange("phone", "+14045550138"),),
        answers=tuple(AnswerChange(f"fact_{number}", {"value": "yes"}) for number in range(items)),
    )
    start = now()
    for number in range(entries):
        at = start - timedelta(minutes=number + 1)
        make_entry(lead, at)
        make_action(lead, at=at, direction="OUTBOUND")
    for number in range(3):
        Document.objects.create(
            workspace=workspace, lead=lead, filename=f"{number}.pdf", mime_type="application/pdf", size=1
        )
        make_lead(workspace, email="ada@kiln.example")
    return lead


@pytest.mark.parametrize("items, entries", [(1, 1), (40, 110)])
def test_a_full_lead_takes_seven_queries_however_much_is_on_it(items, entries):
    workspace = make_workspace()
    make_items(workspace, 40)
    lead = make_rich_lead(workspace, items, entries)
    warm_up(workspace)
    assert queries_of(lambda: load_full_lead(workspace, ById(lead.pk))) == 7


@pytest.mark.parametrize("items, entries", [(1, 1), (40, 110)])
def test_a_full_lead_after_a_write_takes_four_queries(items, entries):
    workspace = make_workspace()
    make_items(workspace, 40)
    lead = make_rich_lead(workspace, items, entries)
    answer = (AnswerChange("fact_0", {"value": "no"}),)
    outcome = apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(answers=answer))
    assert queries_of(lambda: full_lead_of(outcome.state)) == 4


def test_a_full_lead_after_a_write_is_the_one_that_is_read():
    workspace = make_workspace()
    make_items(workspace, 3)
    lead = make_rich_lead(workspace, 2, 5)
    change = LeadChange(
        fields={"first_name": "Grace"},
        tags=TagChange(names=("New",), remove=("VIP",)),
        contact_points=(ContactPointChange("email", "grace@kiln.example"),),
        answers=(AnswerChange("fact_2", {"value": "yes"}),),
    )
    outcome = apply_change(workspace, SYSTEM, ById(lead.pk), change)
    written, read = full_lead_of(outcome.state), load_full_lead(workspace, ById(lead.pk))
    for name in ("address", "profile", "tags", "contact_points", "documents"):
        assert getattr(written, name) == getattr(read, name), name
    assert {key: answer.value for key, answer in written.answers.items()} == {
        key: answer.value for key, answer in read.answers.items()
    }
    assert [line.key for line in written.log] == [line.key for line in read.log]
    assert written.lead.first_name == read.lead.first_name == "Grace"
    assert written.lead.assignee == read.lead.assignee
    assert written.log[0].entry == outcome.entry


def test_everything_on_a_lead_is_joined():
    workspace = make_workspace()
    make_items(workspace, 3)
    lead = make_rich_lead(workspace, 2, 2)
    full = load_full_lead(workspace, ById(lead_ref(lead.pk)))

    def read_all():
        assert full.lead.disposition.stage == full.stage == "new"
        assert full.lead.assignee.email
        assert full.lead.disposition_change is None
        assert full.address.city == "Atlanta"
        assert full.profile.income == 5000
        assert [tag.name for tag in full.tags] == ["Old friend", "VIP"]
        assert full.tags[0].created_at.tzinfo is not None
        assert [(point.kind, point.key) for point in full.contact_points] == [("phone", "+14045550138")]
        assert len(full.answers) == 2
        assert len(list(full.definitions.items)) == 3
        assert len(full.documents) == 3
        assert len(full.matching) == 3
        assert full.matches[0].reasons == ("email",)
        assert [message.direction for message in full.log[1].messages or full.log[2].messages] == ["OUTBOUND"]

    assert queries_of(read_all) == 0


def test_an_empty_lead_is_full_too():
    workspace = make_workspace()
    full = load_full_lead(workspace, ById(make_lead(workspace, name="Ada").pk))
    assert (full.address, full.profile, full.tags, full.contact_points) == (None, None, [], [])
    assert (full.documents, full.matches, full.last_action) == ([], [], None)
    assert [line.entry.kind for line in full.log] == ["created"]


def test_the_items_of_one_lead_alone_are_among_its_definitions():
    workspace = make_workspace()
    lead, other = make_lead(workspace, name="Ada"), make_lead(workspace, name="Grace")
    ask_for(workspace, "passport", label="Passport", only_for=lead.pk, group=None)
    assert load_full_lead(workspace, ById(lead.pk)).definitions.item("passport")
    assert not load_full_lead(workspace, ById(other.pk)).definitions.item("passport")
    assert not load_definitions(workspace).item("passport")


def test_the_log_ends_after_its_limit_and_says_where_it_goes_on():
    workspace = make_workspace()
    lead = make_rich_lead(workspace, 0, 60)
    full = load_full_lead(workspace, ById(lead.pk))
    assert len(full.log) == 100
    assert full.older is not None
    assert [line.key for line in full.log] == sorted((line.key for line in full.log), reverse=True)
    assert load_full_lead(workspace, ById(lead.pk), log_limit=200).older is None


def test_an_entry_whose_action_is_in_the_log_is_not_shown_twice():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    at = now() + timedelta(minutes=1)
    action = make_action(lead, "CALL", at=at)
    make_entry(lead, at, kind="called", action=action)
    full = load_full_lead(workspace, ById(lead.pk))
    assert [line.row.kind for line in full.log] == ["CALL", "created"]


def test_an_entry_about_an_action_that_is_out_of_sight_is_shown():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    action = make_action(lead, at=now() - timedelta(days=9))
    make_entry(lead, now() + timedelta(minutes=1), kind="approved", action=action)
    full = load_full_lead(workspace, ById(lead.pk), log_limit=1)
    assert [line.row.kind for line in full.log] == ["approved"]


def test_the_last_action_is_the_newest_message_that_went_out_however_old():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    start = now()
    old = start - timedelta(days=2)
    make_action(lead, direction="OUTBOUND", at=old - timedelta(days=1))
    sent = make_action(lead, "FOLLOW_UP_MESSAGE", direction="OUTBOUND", at=old)
    tool = make_action(lead, "TOOL_CALL", at=old, parent=sent)
    make_action(lead, direction="INBOUND", at=start)
    make_action(lead, status="FAILED", direction="OUTBOUND", at=start)
    make_action(lead, "EMAIL", direction="OUTBOUND", at=start)
    for number in range(12):
        make_action(lead, "CALL", at=start - timedelta(minutes=number))
    full = load_full_lead(workspace, ById(lead.pk), log_limit=10)
    assert full.last_action.action == sent
    assert [message.direction for message in full.last_action.messages] == ["OUTBOUND"]
    assert full.tool_calls == {sent.pk: [tool]}
    assert len(full.log) == 10


def test_a_draft_made_long_ago_and_sent_today_is_the_last_action():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    start = now()
    draft = make_action(lead, direction="OUTBOUND", at=start - timedelta(days=2), completed_at=start)
    make_action(lead, direction="OUTBOUND", at=start - timedelta(days=1))
    assert load_full_lead(workspace, ById(lead.pk)).last_action.action == draft


def test_the_next_follow_up_is_the_earliest_and_the_next_draft_the_oldest():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    start = now()
    soon = start + timedelta(days=1)
    follow_up = make_action(
        lead, "FOLLOW_UP_MESSAGE", "PENDING", at=start - timedelta(days=5), scheduled_at=soon
    )
    make_action(lead, "FOLLOW_UP_MESSAGE", "PENDING", scheduled_at=soon + timedelta(days=1))
    make_action(lead, "CALL", "PENDING", scheduled_at=start)
    draft = make_action(lead, "MESSAGE", "AWAITING_APPROVAL", "OUTBOUND", at=start - timedelta(days=4))
    make_action(lead, "MESSAGE", "AWAITING_APPROVAL", "OUTBOUND")
    full = load_full_lead(workspace, ById(lead.pk), log_limit=1)
    assert full.next_follow_up.action == follow_up
    assert full.next_draft.action == draft
    assert len(full.next_draft.messages) == 1


def test_a_merged_lead_is_read_as_one():
    workspace = make_workspace()
    lead, gone = make_lead(workspace, name="Ada"), make_lead(workspace, name="A. Moreno")
    make_action(gone, direction="OUTBOUND")
    Lead.objects.filter(pk=gone.pk).update(merged_into=lead)
    Lead.objects.filter(pk=lead.pk).update(absorbed=[str(gone.pk)])
    full = load_full_lead(workspace, ById(gone.pk))
    assert full.lead.pk == lead.pk
    assert {line.row.lead_id for line in full.log} == {lead.pk, gone.pk}
    assert full.last_action.action.lead_id == gone.pk


def test_a_deleted_lead_is_shown_only_to_who_asks_for_it():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada")
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(delete=True))
    with pytest.raises(NotFound):
        load_full_lead(workspace, ById(lead.pk))
    with pytest.raises(NotFound):
        load_lead(workspace, ById(lead.pk))
    assert load_full_lead(workspace, ById(lead.pk), deleted=True).lead.deleted_at
    assert load_lead(workspace, ById(lead.pk), deleted=True).deleted_at


def test_a_lead_of_another_workspace_or_kind_is_not_found():
    workspace, other = make_workspace(), make_workspace()
    lead = make_lead(workspace, name="Ada")
    for work in (load_lead, load_full_lead):
        with pytest.raises(NotFound):
            work(other, ById(lead.pk))
        with pytest.raises(NotFound):
            work(workspace, ById(lead.pk), tests=True)


def test_a_small_dialect_reads_one_row():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada", assignee=make_member(workspace).pk)
    warm_up(workspace)

    def read():
        found = load_lead(workspace, ById(lead.pk))
        assert found.disposition.stage == "new"
        assert found.assignee.email

    assert queries_of(read) == 1


def test_leads_that_were_told_apart_do_not_match():
    workspace = make_workspace()
    lead, twin = (make_lead(workspace, email="ada@kiln.example") for _ in range(2))
    assert load_full_lead(workspace, ById(lead.pk)).matching == [twin]
    first, second = sorted([lead.pk, twin.pk])
    NotDuplicate.objects.create(workspace=workspace, first_id=first, second_id=second)
    assert load_full_lead(workspace, ById(lead.pk)).matching == []
    assert load_full_lead(workspace, ById(twin.pk)).matching == []
