"""The job that marks further leads of somebody who opted out, where they are too many for one transaction."""

from __future__ import annotations

from uuid import UUID

from leads.change import Actor, ActorKind
from leads.changes.consent import AT_ONCE, SPREADING, spread_further
from leads.models import Job
from leads.outbox.jobs import Pace, runs


@runs(SPREADING)
def run(job: Job, pace: Pace) -> dict[str, object]:
    """Those that are marked are not found again, so it can be taken up anywhere."""
    actor = Actor(ActorKind.SYSTEM, "opt-out", "worker")
    done = job.done
    while True:
        marked = spread_further(job.workspace, actor, UUID(job.input["lead"]), job.input["channels"])
        done += marked
        if marked < AT_ONCE:
            return {"leads": done}
        pace.step(done)
