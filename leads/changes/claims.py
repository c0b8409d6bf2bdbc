"""Claiming a lead while somebody works it, against colleagues who would press the same key."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import User, Workspace
from leads.change import Actor, ById, LeadChange, Outcome, Telling
from leads.changes.apply import apply_change
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import Refused
from leads.models import Lead
from leads.queries.find import find_lead
from leads.queries.reach import looks_after_all
from leads.state import LeadState

HELD_FOR: Final = timedelta(minutes=10)
ASSIGNED: Final = Telling(gettext_noop("Owner changed"), "assigned")


def claim_lead(workspace: Workspace, actor: Actor, where: ById, held_for: timedelta = HELD_FOR) -> Lead:
    """Hold a lead for a while. Holding it longer is no news; taking it is, and has its entry. Who looks after
    all leads may hold a colleague's, unless that colleague is on it."""

    def write() -> Lead:
        draft = Draft(LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True)), actor)
        lead = draft.lead
        _refuse_taken(draft, whoever_owns=looks_after_all(actor))
        is_new = lead.claimed_by_id != actor.user_id or _ran_out(draft)
        draft.set_column("claimed_by_id", actor.user_id)
        draft.set_column("claimed_until", draft.moment + held_for)
        if is_new:
            draft.tell("claimed_by", None, str(actor.user_id))
            store(draft, kind="claimed", summary=gettext_noop("Lead claimed"), input={})
        else:
            lead.save(update_fields=["claimed_until"])
        return lead

    return transact(write)


def take_lead(workspace: Workspace, actor: Actor, where: ById) -> Outcome:
    """Make it one's own for good, also out of the AI's hands; the second of two who press at once is told."""

    def read(state: LeadState) -> LeadChange:
        _refuse_taken(Draft(state, actor))
        return LeadChange(fields={"assignee": actor.user_id}, telling=ASSIGNED)

    return apply_change(workspace, actor, where, read)


def release_lead(workspace: Workspace, actor: Actor, where: ById) -> Lead:
    """Give back what one holds; a claim of somebody else, or none, is left alone."""

    def write() -> Lead:
        draft = Draft(LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True)), actor)
        if draft.lead.claimed_by_id == actor.user_id and actor.user_id is not None:
            draft.set_column("claimed_by_id", None)
            draft.set_column("claimed_until", None)
            draft.tell("claimed_by", str(actor.user_id), None)
            store(draft, kind="released", summary=gettext_noop("Lead given back"), input={})
        return draft.lead

    return transact(write)


def _refuse_taken(draft: Draft, *, whoever_owns: bool = False) -> None:
    lead, user_id = draft.lead, draft.actor.user_id
    if user_id is None:
        raise Refused("not_a_person", _("Only a person can claim a lead; send the request as a member."))
    holder = lead.claimed_by_id if not _ran_out(draft) else None
    owner = None if whoever_owns else lead.assignee_id
    taken_by = next((person for person in (holder, owner) if person not in {None, user_id}), None)
    if taken_by is not None:
        message = _("%(who)s is on this lead already; take the next one.")
        raise Refused("taken", message % {"who": User.objects.get(pk=taken_by)})


def _ran_out(draft: Draft) -> bool:
    until = draft.lead.claimed_until
    return until is None or until <= draft.moment
