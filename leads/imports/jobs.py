"""The worker's part of imports: running one from its kept file, and taking one back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from leadhub.workspaces.clock import now
from leads.change import Actor, ActorKind
from leads.imports.books import find_batch
from leads.imports.report import causes_of, counts_of
from leads.imports.running import run_import
from leads.imports.source import Unreadable
from leads.imports.starting import IMPORT, UNDO, forget_file, kept_file
from leads.imports.undo import UndoReport, undo_import
from leads.models import ImportBatch, Job
from leads.outbox.jobs import Cancelled, Pace, runs
from leads.queries import reach

# Enough for the names that are unknown, each by itself, and what else there is.
_MOST_CAUSES: Final = 100


@runs(IMPORT)
def import_file(job: Job, pace: Pace) -> dict[str, Any]:
    """From the checkpoint on, so that it can be taken up anywhere, by any worker."""
    batch = find_batch(job.workspace, job.input["batch"])
    if batch.state in {ImportBatch.State.FINISHED, ImportBatch.State.UNDONE}:
        return dict(counts_of(batch))
    actor = _actor(job) if job.user else None
    try:
        with kept_file(batch) as source:
            run_import(batch, source, actor, progress=lambda at: pace.step(at.next_row - 1))
    except Unreadable as refusal:
        # Trying again would find the same file.
        batch.state, batch.error = ImportBatch.State.FAILED, refusal.message
        batch.save(update_fields=["state", "error"])
        return {"error": refusal.message, **counts_of(batch)}
    except Cancelled:
        batch.state, batch.finished_at = ImportBatch.State.CANCELLED, now()
        batch.save(update_fields=["state", "finished_at"])
        raise
    _note_causes(batch)
    if not batch.options.get("dry_run"):
        forget_file(batch)
    return dict(counts_of(batch))


def _note_causes(batch: ImportBatch) -> None:
    """Counted once, because a page is not to read a hundred thousand refused rows."""
    names = ("result", "field", "code", "message", "first", "count", "same", "lead")
    told = [{name: getattr(kind, name) for name in names} for kind in causes_of(batch).most(_MOST_CAUSES)]
    batch.options = {**batch.options, "causes": told}
    batch.save(update_fields=["options"])


@runs(UNDO)
def take_back(job: Job, pace: Pace) -> dict[str, Any]:
    batch = find_batch(job.workspace, job.input["batch"])
    dry_run = bool(job.input.get("dry_run"))

    def tell(report: UndoReport) -> None:
        pace.step(report.removed + report.put_back + report.stay, batch.created + batch.updated)

    report = undo_import(batch, _who_takes_back(job), dry_run=dry_run, progress=tell)
    listed = [
        {"lead": str(one.lead_id), "reason": one.reason, "paths": list(one.paths)}
        for one in report.listed[:100]
    ]
    return {
        "dry_run": dry_run,
        "removed": report.removed,
        "put_back": report.put_back,
        "stay": report.stay,
        "listed": listed,
    }


def _actor(job: Job) -> Actor:
    name = str(job.user) if job.user else "import"
    kind = ActorKind.USER if job.user else ActorKind.SYSTEM
    return Actor(kind, name, "import", user_id=job.user_id)


def _who_takes_back(job: Job) -> Actor:
    """An override goes back for whoever may set one: an owner, and a key for imports."""
    member = reach.actor_of(job.workspace, job.user_id, "import") if job.user_id else None
    return replace(_actor(job), may_override=member.may_override if member else not job.user_id)
