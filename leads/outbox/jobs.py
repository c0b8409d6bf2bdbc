"""The queue of jobs: work too long for a request, done by kind, that can be watched and stopped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.web.logs import redact
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.models import Job
from leads.models.outbox import Leased
from leads.outbox import lease, schedule
from leads.outbox.queue import Interrupted, Queue, Watch


class Cancelled(Exception):
    """Somebody wants the job no more."""


class Pace:
    """A job's way of saying how far it is, and of hearing that it is to leave off."""

    def __init__(self, job: Job, watch: Watch) -> None:
        self.job = job
        self._watch = watch

    def step(self, done: int, total: int | None = None, output: object = None) -> None:
        """At each place where the job could be taken up again; `output` is where that place is noted.

        Raises when the job is cancelled, taken over, or the worker is to stop: let it pass.
        """
        job = self.job
        job.done, job.total = done, job.total if total is None else total
        columns: dict[str, Any] = {"done": job.done, "total": job.total}
        if output is not None:
            columns["output"] = job.output = output
        if self._watch.lost or not lease.note(job, **columns) or self._watch.stopping:
            raise Interrupted
        if Job.objects.filter(pk=job.pk, cancelled_at__isnull=False).exists():
            raise Cancelled


# What it returns is the job's output.
Run = Callable[[Job, Pace], object]
_runs: Final[dict[str, Run]] = {}


def runs(kind: str) -> Callable[[Run], Run]:
    """Says which function does the jobs of a kind. The worker imports every module that has one."""

    def register(run: Run) -> Run:
        _runs[kind] = run
        return run

    return register


def enqueue(
    workspace: Workspace, kind: str, input: Mapping[str, object], user_id: UUID | None = None, total: int = 0
) -> Job:
    """A job that is due at once, or, in a transaction, as soon as that is committed."""
    moment = now()
    return Job.objects.create(
        workspace=workspace,
        kind=kind,
        input=dict(input),
        total=total,
        user_id=user_id,
        state=Leased.State.DUE,
        due_at=moment,
        created_at=moment,
    )


def cancel(job: Job) -> bool:
    """It leaves off at its next step, and what it did by then stays done."""
    leased = Job.objects.filter(pk=job.pk, state=Leased.State.DUE, cancelled_at=None)
    return leased.update(cancelled_at=now()) == 1


def retry(job: Job) -> bool:
    """Let a job that was given up begin again where it left off."""
    leased = Job.objects.filter(pk=job.pk, state=Leased.State.DEAD)
    again = {
        "state": Leased.State.DUE,
        "due_at": now(),
        "attempt": 0,
        "finished_at": None,
        "cancelled_at": None,
    }
    return leased.update(**again) == 1


class JobQueue(Queue[Job]):
    name: ClassVar[str] = "jobs"
    renews: ClassVar[bool] = True

    def claim(self, owner: str, room: int, held: Collection[Job]) -> list[Job]:
        due = Job.objects.filter(state=Leased.State.DUE, due_at__lte=now())
        if not due.exists():
            return []
        return lease.take(due.order_by("due_at", "pk")[:room], owner, self.length)

    def work(self, row: Job, watch: Watch) -> None:
        if row.attempt > len(schedule.JOB):
            # Each time it was at work, its worker died.
            self._give_up(row, _("No worker lived to see the last attempt end."))
            return
        if row.cancelled_at is not None:
            self._close(row)
            return
        run = _runs.get(row.kind)
        if run is None:
            self._give_up(row, _("Nothing here does jobs of the kind %s.") % row.kind)
            return
        try:
            output = run(row, Pace(row, watch))
        except Interrupted:
            lease.give_back(row)
        except Cancelled:
            self._close(row)
        else:
            self._close(row, output=output)

    def fail(self, row: Job, error: Exception) -> None:
        reason = redact(f"{type(error).__name__}: {error}"[:1000])
        again = schedule.next_attempt(now(), row.attempt, schedule.JOB)
        if again is None:
            self._give_up(row, reason)
        else:
            lease.finish(row, due_at=again, last_error=reason)

    def _close(self, row: Job, **columns: object) -> None:
        done = {"state": Leased.State.DONE, "due_at": None, "last_error": "", "finished_at": now()}
        lease.finish(row, **done, **columns)

    def _give_up(self, row: Job, reason: str) -> None:
        dead = {"state": Leased.State.DEAD, "due_at": None, "last_error": reason, "finished_at": now()}
        lease.finish(row, **dead)
