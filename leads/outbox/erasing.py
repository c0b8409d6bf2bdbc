"""The jobs of erasing: a lead, on request of a page that does not wait; and the files that a crash left."""

from __future__ import annotations

from uuid import UUID

from leads.change import Actor, ActorKind, ById
from leads.changes.erase import DISCARDING, discard_files, erase_lead
from leads.errors import NotFound
from leads.models import Job
from leads.outbox.jobs import Pace, runs

ERASING = "erase_lead"


@runs(DISCARDING)
def discard(job: Job, pace: Pace) -> dict[str, object]:
    return {"files": discard_files(job)}


@runs(ERASING)
def erase(job: Job, pace: Pace) -> dict[str, object]:
    """`input` is the lead and the reason; whoever asked for it is told in the audit."""
    name = str(job.user) if job.user else "erasure"
    actor = Actor(ActorKind.USER if job.user else ActorKind.SYSTEM, name, "worker", user_id=job.user_id)
    try:
        erased = erase_lead(job.workspace, actor, ById(UUID(job.input["lead"])), job.input["reason"])
    except NotFound:
        return {"leads": 0}
    return {"leads": len(erased.leads), "files": erased.files}
