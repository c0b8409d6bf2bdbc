"""A member leaves: all leads that were theirs go to another, as a job that can be watched and taken back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from leadhub.workspaces.models import User, Workspace
from leads.change import Actor
from leads.changes import bulk
from leads.changes.leaving import find_heir, hand_over_steps, leads_of
from leads.changes.people import remove_member
from leads.models import Job
from leads.outbox.jobs import enqueue
from leads.queries.jobs import CHANGE


def leave(workspace: Workspace, actor: Actor, leaver: User, heir_id: UUID | None) -> Job | None:
    """The membership ends at once; the job is None where there is nothing to hand over."""
    heir = find_heir(workspace, leaver.pk, heir_id)
    with transaction.atomic():
        remove_member(workspace, actor, leaver.pk)
        hand_over_steps(workspace, actor, leaver, heir)
        wish = bulk.clean_wish(workspace, {"do": "assign", "assignee": str(heir.pk) if heir else "none"})
        given = {"wish": wish, "filter": None, "request_id": actor.request_id}
        job = enqueue(workspace, CHANGE, given, actor.user_id)
        total = bulk.select_leads(job, leads_of(workspace, leaver.pk))
        if not total:
            job.delete()
            return None
        Job.objects.filter(pk=job.pk).update(total=total)
        job.total = total
    return job
