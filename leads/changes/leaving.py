"""Somebody leaves: what was theirs to do becomes another's, so that no lead waits for who is gone."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, User, Workspace
from leads.change import Actor
from leads.changes.catalogue import write_entry
from leads.changes.missed import keep_missed
from leads.changes.transact import transact
from leads.errors import Invalid, NotFound, Problem
from leads.models import Action, ActionStatus, Lead
from leads.timeline import change_of

_OPEN = (ActionStatus.PENDING, ActionStatus.AWAITING_APPROVAL)


def find_heir(workspace: Workspace, leaver_id: UUID, heir_id: UUID | None) -> User | None:
    """Who takes over; None lets the leads be nobody's, for whoever is free."""
    if heir_id is None:
        return None
    members = Membership.objects.filter(workspace=workspace, user=heir_id, left_at=None, user__is_active=True)
    heir = members.select_related("user").first()
    if heir is None or heir_id == leaver_id:
        message = _("Choose a member who stays, or nobody.")
        raise Invalid([Problem("heir", "not_found", message, str(heir_id))])
    return heir.user


def count_of(workspace: Workspace, user_id: UUID) -> tuple[int, int]:
    """How many leads and open steps somebody has."""
    leads = leads_of(workspace, user_id).count()
    return leads, Action.objects.filter(workspace=workspace, assignee=user_id, status__in=_OPEN).count()


def leads_of(workspace: Workspace, user_id: UUID) -> QuerySet[Lead]:
    return Lead.objects.filter(workspace=workspace, assignee=user_id, deleted_at=None, merged_into=None)


def hand_over_steps(workspace: Workspace, actor: Actor, leaver: User, heir: User | None) -> int:
    """The planned steps that are theirs by name. The leads themselves are changed one by one, by a job."""

    def write() -> int:
        steps = Action.objects.filter(workspace=workspace, assignee=leaver, status__in=_OPEN)
        keep_missed(steps, now())
        moved = steps.update(assignee=heir)
        changes = {f"/members/{leaver.email}/steps": change_of(str(leaver), str(heir) if heir else None)}
        summary = _("%(count)d planned steps of %(who)s handed over") % {"count": moved, "who": leaver}
        write_entry(workspace, actor, "handed_over", summary, changes)
        return moved

    if not Membership.objects.filter(workspace=workspace, user=leaver).exists():
        raise NotFound(_("Nobody in this workspace has this id."))
    return transact(write)
