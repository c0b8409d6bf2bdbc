"""Bulk changes: which leads they are about, who may, what became of each, and taking them back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership
from leads.change import ById, LeadChange
from leads.changes import apply_change, bulk
from leads.errors import Invalid, Refused
from leads.models import BulkRow, Entry, Job, Lead, LeadTag
from leads.outbox.bulk import Frozen, enqueue_change, enqueue_undo, freeze
from leads.outbox.jobs import JobQueue, cancel
from leads.queries.jobs import CHANGE
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db


def work(watch=None):
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, watch or Idle())


def results(job):
    return {
        row.lead_id: (row.result, row.message) for row in BulkRow.objects.filter(job=job).order_by("lead_id")
    }


@pytest.fixture
def desk():
    workspace = make_answerable(needs_reason=True, required_items=["tax_id"])
    return workspace, make_user_actor(make_member(workspace))


def begin(workspace, actor, wish, leads=None, frozen=None):
    chosen = frozen or Frozen(leads=leads)
    return enqueue_change(workspace, actor, bulk.clean_wish(workspace, wish), chosen)


def test_each_lead_is_changed_by_itself_and_says_what_became_of_it(desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    mine, nobodys = make_lead(workspace, assignee=agent.user_id), make_lead(workspace)
    theirs = make_lead(workspace, assignee=colleague.pk)
    tagged, gone = make_lead(workspace, tags=None), make_lead(workspace)
    apply_change(workspace, SYSTEM, ById(tagged.pk), bulk.change_of_wish({"do": "tag", "tags": ["vip"]}))
    apply_change(workspace, SYSTEM, ById(gone.pk), LeadChange(delete=True))
    elsewhere = make_lead(make_workspace())

    leads = [lead.pk for lead in (mine, nobodys, theirs, tagged, gone, elsewhere)]
    job = begin(workspace, agent, {"do": "tag", "tags": "VIP, Spring "}, leads=[*leads, mine.pk])
    work()

    found = results(job)
    job.refresh_from_db()
    assert [found[lead][0] for lead in leads] == ["changed", "changed", "refused", "changed", "gone", "gone"]
    assert str(colleague) in found[theirs.pk][1]
    assert (job.state, job.done, job.total) == ("done", 6, 6)
    assert job.output == {"changed": 3, "refused": 1, "gone": 2}
    assert not LeadTag.objects.filter(lead__in=[theirs.pk, elsewhere.pk]).exists()
    assert Entry.objects.filter(lead=mine.pk, user=agent.user_id, kind="updated").count() == 1


def test_the_rules_of_a_stage_hold_for_each_lead(desk):
    workspace, agent = desk
    lead, sold = make_lead(workspace), make_lead(workspace, answers=())

    with pytest.raises(Invalid) as refusal:
        bulk.clean_wish(workspace, {"do": "stage", "outcome": "sold"})
    assert refusal.value.problems[0].code == "reason_required"
    job = begin(workspace, agent, {"do": "stage", "outcome": "sold", "reason": "x"}, leads=[lead.pk, sold.pk])
    work()

    assert {result for result, _message in results(job).values()} == {"refused"}
    assert "tax_id" in results(job)[lead.pk][1]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"do": "destroy"}, "do"),
        ({"do": "assign", "assignee": "0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51"}, "assignee"),
        ({"do": "tag", "tags": " , "}, "tags"),
        ({"do": "tag", "tags": "x" * 65}, "tags"),
        ({"do": "stage", "outcome": "asleep"}, "outcome"),
        ({"do": "archive", "reason": " "}, "reason"),
    ],
)
def test_what_is_wrong_for_every_lead_is_refused_at_once(desk, wish, field):
    with pytest.raises(Invalid) as refusal:
        bulk.clean_wish(desk[0], wish)
    assert field in {problem.field for problem in refusal.value.problems}


def test_a_member_of_another_workspace_is_given_nothing(desk):
    outsider = make_member(make_workspace())
    with pytest.raises(Invalid):
        bulk.clean_wish(desk[0], {"do": "assign", "assignee": str(outsider.pk)})


def test_a_filter_is_about_what_it_picked_when_it_was_confirmed(desk):
    workspace, _agent = desk
    manager = make_user_actor(make_member(workspace, "manager"), "manager")
    fresh = [make_lead(workspace, source="web") for _number in range(3)]
    make_lead(workspace, source="fair")
    make_lead(make_workspace(), source="web")
    frozen = freeze({"source": ["web"], "stage": ["new"]}, "UTC", now())
    job = begin(workspace, manager, {"do": "stage", "outcome": "contacted"}, frozen=frozen)
    Lead.objects.filter(pk=make_lead(workspace, source="web").pk).update(created_at=now())
    work()

    # What the job changes falls out of its own filter, and nothing is left out for that.
    assert set(results(job)) >= {lead.pk for lead in fresh}
    assert Lead.objects.filter(workspace=workspace, disposition__outcome="contacted").count() == 3


def test_a_filter_that_lost_a_part_picks_nobody(desk):
    workspace, agent = desk
    make_lead(workspace)
    frozen = freeze({"tag": ["gone"]}, "UTC", now())
    job = begin(workspace, agent, {"do": "archive", "reason": "old"}, frozen=frozen)
    work()
    assert results(job) == {}
    assert not Lead.objects.filter(archived_at__isnull=False).exists()


def test_an_agent_kept_to_own_leads_reaches_no_others_by_a_filter(desk):
    workspace, agent = desk
    workspace.own_leads_only = True
    workspace.save()
    theirs = make_lead(workspace, assignee=make_member(workspace).pk)
    mine = make_lead(workspace, assignee=agent.user_id)
    job = begin(workspace, agent, {"do": "tag", "tags": "x"}, frozen=freeze({}, "UTC", now()))
    work()
    assert set(results(job)) == {mine.pk}
    assert theirs.pk not in results(job)


def test_who_left_meanwhile_changes_nothing_more(desk):
    workspace, agent = desk
    lead = make_lead(workspace)
    job = begin(workspace, agent, {"do": "tag", "tags": "x"}, leads=[lead.pk])
    Membership.objects.filter(user=agent.user_id).update(left_at=now())
    work()
    assert results(job)[lead.pk][0] == "refused"
    assert not LeadTag.objects.exists()


class StopsAfter:
    """A worker that is told to stop once so many leads are done."""

    lost = False

    def __init__(self, leads):
        self.leads = leads

    @property
    def stopping(self):
        return BulkRow.objects.exclude(result="waiting").count() >= self.leads


def test_a_job_that_is_interrupted_goes_on_and_does_nothing_twice(desk, monkeypatch):
    workspace, agent = desk
    monkeypatch.setattr("leads.outbox.bulk._EVERY", 0)
    leads = [make_lead(workspace) for _number in range(6)]
    job = begin(workspace, agent, {"do": "tag", "tags": "x"}, leads=[lead.pk for lead in leads])
    work(StopsAfter(2))
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("due", 2, 6)
    work()
    job.refresh_from_db()
    assert (job.state, job.output) == ("done", {"changed": 6})
    assert Entry.objects.filter(lead__in=leads, kind="updated").count() == 6


def test_a_cancelled_job_leaves_the_rest_alone_and_can_be_taken_back(desk, monkeypatch):
    workspace, agent = desk
    monkeypatch.setattr("leads.outbox.bulk._EVERY", 0)
    leads = [make_lead(workspace) for _number in range(4)]
    job = begin(workspace, agent, {"do": "tag", "tags": "x"}, leads=[lead.pk for lead in leads])
    with pytest.raises(Refused):
        enqueue_undo(workspace, agent, job)

    class Cancels(Idle):
        @property
        def stopping(self):
            if LeadTag.objects.count() == 2:
                cancel(job)
            return False

    work(Cancels())
    job.refresh_from_db()
    assert (job.state, LeadTag.objects.count()) == ("done", 2)

    undo = enqueue_undo(workspace, agent, job)
    work()
    assert LeadTag.objects.count() == 0
    assert sorted(result for result, _message in results(undo).values()) == ["changed", "changed"]
    with pytest.raises(Refused):
        enqueue_undo(workspace, agent, job)


def test_taking_back_spares_what_was_changed_since_and_says_so(desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    kept, moved = make_lead(workspace), make_lead(workspace)
    job = begin(workspace, agent, {"do": "assign", "assignee": str(colleague.pk)}, leads=[kept.pk, moved.pk])
    work()
    assert set(Lead.objects.values_list("assignee", flat=True)) == {colleague.pk}
    apply_change(workspace, SYSTEM, ById(moved.pk), LeadChange(fields={"assignee": agent.user_id}))
    job.refresh_from_db()

    undo = enqueue_undo(workspace, agent, job)
    work()

    assert Lead.objects.get(pk=kept.pk).assignee_id is None
    assert Lead.objects.get(pk=moved.pk).assignee_id == agent.user_id
    assert results(undo)[kept.pk][0] == "changed"
    assert "changed since" in results(undo)[moved.pk][1]


@pytest.mark.parametrize("do", ["archive", "restore", "untag", "stage", "assign"])
def test_every_kind_of_change_is_done_and_taken_back(desk, do):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.user_id)
    for wish in (
        {"do": "tag", "tags": ["x"]},
        *([{"do": "archive", "reason": "old"}] if do == "restore" else []),
    ):
        apply_change(workspace, SYSTEM, ById(lead.pk), bulk.change_of_wish(wish))
    wish = {"do": do, "reason": "over", "tags": "X", "outcome": "contacted", "assignee": "none"}

    def state():
        lead.refresh_from_db()
        tags = LeadTag.objects.filter(lead=lead).count()
        return (lead.archived_at is None, lead.disposition.outcome, lead.assignee_id, tags)

    before = state()
    job = begin(workspace, agent, wish, leads=[lead.pk])
    work()
    assert state() != before
    job.refresh_from_db()
    enqueue_undo(workspace, agent, job)
    work()
    assert state() == before
    assert Job.objects.filter(kind=CHANGE).count() == 1


def test_a_job_of_long_ago_is_forgotten_with_its_rows(desk):
    workspace, agent = desk
    for days in (91, 1):
        job = begin(workspace, agent, {"do": "tag", "tags": "x"}, leads=[make_lead(workspace).pk])
        work()
        Job.objects.filter(pk=job.pk).update(finished_at=now() - timedelta(days=days))
    assert bulk.forget_jobs(now() - timedelta(days=90)) == 1
    assert list(Job.objects.all()) == [job]
    assert BulkRow.objects.count() == 1
    assert LeadTag.objects.count() == 2
