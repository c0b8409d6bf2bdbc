"""One lead, one pair of hands: a claim holds off colleagues, runs out, and becomes ownership with a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.change import CLEAR, ById, CallLog, LeadChange
from leads.changes import apply_change, undo_entry
from leads.changes.claims import claim_lead, release_lead
from leads.errors import Refused
from leads.models import Entry
from tests.changes.test_crowds import CROWD, all_at_once
from tests.make import make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    workspace = make_workspace()
    return workspace, make_lead(workspace), *(make_user_actor(make_member(workspace)) for _agent in range(2))


def test_a_claim_holds_off_a_colleague_until_it_is_given_back(desk):
    workspace, lead, ana, ben = desk
    claim_lead(workspace, ana, ById(lead.pk))

    with pytest.raises(Refused) as refusal:
        claim_lead(workspace, ben, ById(lead.pk))
    assert (refusal.value.reason, ana.name in refusal.value.message) == ("taken", True)

    release_lead(workspace, ben, ById(lead.pk))
    with pytest.raises(Refused):
        claim_lead(workspace, ben, ById(lead.pk))

    release_lead(workspace, ana, ById(lead.pk))
    assert claim_lead(workspace, ben, ById(lead.pk)).claimed_by_id == ben.user_id


def test_holding_on_is_no_news(desk):
    workspace, lead, ana, _ben = desk
    claim_lead(workspace, ana, ById(lead.pk))
    before = claim_lead(workspace, ana, ById(lead.pk))

    longer = claim_lead(workspace, ana, ById(lead.pk), held_for=timedelta(hours=1))

    assert longer.claimed_until > before.claimed_until
    assert longer.version == 2
    assert Entry.objects.filter(lead=lead, kind="claimed").count() == 1


@pytest.mark.parametrize("to", ["colleague", "nobody", "ai"])
def test_a_claim_ends_where_the_lead_goes_to_somebody_else_and_an_undo_brings_it_back(desk, to):
    workspace, lead, ana, ben = desk
    apply_change(workspace, ana, ById(lead.pk), LeadChange(fields={"assignee": ana.user_id}))
    claim_lead(workspace, ana, ById(lead.pk))
    fields = {"assignee": ben.user_id if to == "colleague" else CLEAR}
    fields |= {"assignee_type": "AI_AGENT"} if to == "ai" else {}

    given = apply_change(workspace, ana, ById(lead.pk), LeadChange(fields=fields))

    assert given.lead.claimed_by_id is None
    undone = undo_entry(workspace, ana, ById(lead.pk), given.entry.pk).outcome.lead
    assert (undone.assignee_id, undone.claimed_by_id) == (ana.user_id, ana.user_id)
    assert claim_lead(workspace, ana, ById(lead.pk)).claimed_by_id == ana.user_id


def test_a_lead_that_nobody_owns_leaves_the_hands_that_hold_it_for_the_ais(desk):
    workspace, lead, ana, _ben = desk
    apply_change(workspace, ana, ById(lead.pk), LeadChange(fields={"assignee_type": "HUMAN_AGENT"}))
    claim_lead(workspace, ana, ById(lead.pk))

    kept = apply_change(workspace, ana, ById(lead.pk), LeadChange(fields={"source": "web"})).lead
    assert kept.claimed_by_id == ana.user_id
    given = LeadChange(fields={"assignee_type": "AI_AGENT"})
    assert apply_change(workspace, ana, ById(lead.pk), given).lead.claimed_by_id is None


def test_a_claim_runs_out(desk):
    workspace, lead, ana, ben = desk
    claim_lead(workspace, ana, ById(lead.pk), held_for=timedelta(0))

    assert claim_lead(workspace, ben, ById(lead.pk)).claimed_by_id == ben.user_id


def test_the_first_call_makes_the_claim_ownership(desk):
    workspace, lead, ana, ben = desk
    claim_lead(workspace, ana, ById(lead.pk))

    called = apply_change(workspace, ana, ById(lead.pk), LeadChange(call=CallLog("connected"))).lead

    assert (called.assignee_id, called.claimed_by_id) == (ana.user_id, None)
    with pytest.raises(Refused):
        claim_lead(workspace, ben, ById(lead.pk))


@pytest.mark.django_db(transaction=True)
def test_sixteen_agents_press_at_once_and_one_has_it():
    workspace = make_workspace()
    lead = make_lead(workspace)
    agents = [make_user_actor(make_member(workspace)) for _agent in range(CROWD)]

    def claim(number):
        try:
            return claim_lead(workspace, agents[number], ById(lead.pk)).claimed_by_id
        except Refused:
            return None

    assert sum(holder is not None for holder in all_at_once(claim)) == 1
