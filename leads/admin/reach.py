"""A lead as somebody at the desk reaches it: not there if hidden, refused if it is a colleague’s."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.change import ById
from leads.changes.undo import just_gave_away
from leads.errors import NotFound
from leads.models import Lead
from leads.queries.full import load_lead
from leads.queries.reach import whose


def lead_at(desk: Desk, lead_id: UUID, *, deleted: bool = False) -> Lead:
    """The lead, if it may be seen from here; another workspace's is not there, nor a colleague's where agents
    keep to their own."""
    try:
        lead = load_lead(desk.workspace, ById(lead_id, deleted=deleted), tests=None, deleted=deleted)
    except NotFound:
        raise Http404 from None
    refuse_hidden(desk, lead)
    return lead


def lead_to_work(desk: Desk, lead_id: UUID, *, deleted: bool = False) -> Lead:
    """The lead, if it may be worked from here."""
    lead = lead_at(desk, lead_id, deleted=deleted)
    refuse_reader(desk, lead)
    return lead


def lead_to_undo(desk: Desk, lead_id: UUID, entry_ids: Collection[UUID], *, deleted: bool = False) -> Lead:
    """The lead, if it may be worked from here, or was given away by these entries a moment ago."""
    where = ById(lead_id, deleted=deleted)
    try:
        lead = load_lead(desk.workspace, where, tests=None, deleted=deleted)
    except NotFound:
        raise Http404 from None
    if not just_gave_away(desk.actor, lead, entry_ids):
        refuse_hidden(desk, lead)
        refuse_reader(desk, lead)
    return lead


def lost_words(error: PermissionDenied | Http404) -> str:
    """What is said beside a page whose lead went out of reach while it was open."""
    gone = _("It is not there any more, or a colleague has it by now.")
    return gone if isinstance(error, Http404) else str(error)


def refuse_hidden(desk: Desk, lead: Lead) -> None:
    if not desk.may_see(lead.assignee_id):
        raise Http404


def refuse_reader(desk: Desk, lead: Lead) -> None:
    if not desk.may_edit(lead.assignee_id):
        raise PermissionDenied(whose(lead.assignee))
