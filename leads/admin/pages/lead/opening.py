"""Which lead is meant, whether it may be seen and edited here, and what stands in its place if it is gone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from leads.admin.desk import Desk
from leads.admin.reach import lead_at, lead_to_work, refuse_hidden
from leads.change import ById
from leads.errors import NotFound
from leads.models import Lead
from leads.queries.find import find_lead, leads_in
from leads.queries.full import FullLead, load_full_lead

# What of the story stands on the page at once; the rest is asked for.
LINES = 25


def open_full(desk: Desk, lead_id: UUID) -> FullLead:
    """The lead, deleted or not; the survivor in the place of one that was merged away."""
    try:
        full = load_full_lead(
            desk.workspace, ById(lead_id), tests=None, log_limit=LINES, deleted=True, with_consents=True
        )
    except NotFound:
        raise Http404 from None
    refuse_hidden(desk, full.lead)
    return full


def open_lead(desk: Desk, lead_id: UUID, *, to_edit: bool = False) -> Lead:
    """The row alone, deleted or not, for a step or a fragment."""
    return lead_to_work(desk, lead_id, deleted=True) if to_edit else lead_at(desk, lead_id, deleted=True)


def open_any(desk: Desk, lead_id: UUID) -> Lead:
    """One that may be a colleague's who keeps it: its existence is no secret, and a note may be left."""
    try:
        return find_lead(desk.workspace, ById(lead_id), tests=None)
    except NotFound:
        raise Http404 from None


def open_row(desk: Desk, lead_id: UUID) -> Lead:
    """The row alone, deleted or not, whoever has it; what is answered must not tell more of it than whose it
    is."""
    try:
        return find_lead(desk.workspace, ById(lead_id, deleted=True), tests=None)
    except NotFound:
        raise Http404 from None


def is_out_of_sight(desk: Desk, lead_id: UUID) -> bool:
    """Whether it was handed to somebody whose leads are not seen from here."""
    if desk.sees_all:
        return False
    return not desk.may_see(open_row(desk, lead_id).assignee_id)


def find_gone(desk: Desk, lead_id: UUID) -> Lead:
    """The row of a lead that was merged away, itself."""
    lead = leads_in(desk.workspace, tests=None).filter(pk=lead_id).first()
    if lead is None:
        raise Http404
    return lead
