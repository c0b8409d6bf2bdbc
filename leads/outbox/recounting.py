"""The job that counts checklists anew after the definitions changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.changes.recounting import BATCH, recount_leads
from leads.models import Job, Lead
from leads.models.outbox import Leased
from leads.outbox.jobs import Pace, enqueue, runs

KIND: Final = "recount_checklists"
# One that was given up is not begun again at once.
_NOT_AGAIN_FOR: Final = timedelta(minutes=10)


def enqueue_recounts() -> list[Job]:
    """A job for each workspace with counters of an older revision, unless there is one."""
    old = Lead.objects.filter(
        workspace=OuterRef("pk"), checklist_revision__lt=OuterRef("definitions_revision")
    )
    open_or_new = Q(state=Leased.State.DUE) | Q(
        created_at__gt=now() - _NOT_AGAIN_FOR, state=Leased.State.DEAD
    )
    jobs = Job.objects.filter(open_or_new, workspace=OuterRef("pk"), kind=KIND)
    wanting = Workspace.objects.filter(Exists(old), ~Exists(jobs))
    return [enqueue(workspace, KIND, {"revision": workspace.definitions_revision}) for workspace in wanting]


@runs(KIND)
def run(job: Job, pace: Pace) -> dict[str, object]:
    """In batches that hold nobody up; where it is, is kept with the job."""
    kept = job.output if isinstance(job.output, dict) else {}
    after = UUID(kept["after"]) if kept.get("after") else None
    done = job.done
    while True:
        batch = recount_leads(job.workspace, after, only_old=True, batch=BATCH)
        done, after = done + batch.leads, batch.last
        if after is None:
            return {"leads": done}
        pace.step(done, output={"after": str(after)})
