"""The jobs that change many leads, and those that take such a change back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes import bulk
from leads.changes.tag_merging import MERGE, merge_tag, unmerge_tag
from leads.errors import Refused
from leads.models import BulkRow, Job, Lead
from leads.models.outbox import Leased
from leads.outbox.jobs import Pace, enqueue, runs
from leads.queries.filters import LeadFilter
from leads.queries.jobs import CHANGE, UNDO
from leads.queries.reach import actor_of, actor_of_key, in_sight
from leads.values import zone_of

_BATCH: Final = 25
# How often a long job says how far it is.
_EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Frozen:
    """The leads that are named one by one; or a filter as it was meant, whenever the job begins."""

    leads: list[UUID] | None = None
    filter: dict[str, object] | None = None


def enqueue_change(workspace: Workspace, actor: Actor, wish: bulk.Wish, chosen: Frozen) -> Job:
    given = {"wish": dict(wish), "filter": chosen.filter, "request_id": actor.request_id}
    with transaction.atomic():
        job = enqueue(workspace, CHANGE, given, actor.user_id)
        if chosen.leads is not None:
            job.total = bulk.pick_leads(job, chosen.leads)
            Job.objects.filter(pk=job.pk).update(total=job.total)
    return job


def enqueue_tag_merge(workspace: Workspace, actor: Actor, tag_id: UUID, into_id: UUID | None) -> Job:
    with transaction.atomic():
        wish = merge_tag(workspace, actor, tag_id, into_id)
        return enqueue_change(workspace, actor, wish, Frozen())


def enqueue_undo(workspace: Workspace, actor: Actor, undone: Job) -> Job:
    """Once for each job; an undo is itself undone lead by lead only."""
    with transaction.atomic():
        again = Job.objects.filter(workspace=workspace, kind=UNDO, input__of=str(undone.pk))
        if undone.kind != CHANGE or again.exists():
            raise Refused("already_undone", _("This was taken back already; look at its result."))
        if undone.state not in {Leased.State.DONE, Leased.State.DEAD}:
            raise Refused("still_running", _("This still goes on; cancel it first, then take it back."))
        if undone.input["wish"]["do"] == MERGE:
            unmerge_tag(workspace, actor, undone.input["wish"])
        given = {"of": str(undone.pk), "wish": undone.input["wish"], "request_id": actor.request_id}
        return enqueue(workspace, UNDO, given, actor.user_id)


def freeze(query: Mapping[str, list[str]], zone: object, at: datetime) -> Frozen:
    """Today stays today."""
    return Frozen(filter={"query": dict(query), "zone": str(zone), "at": at.isoformat()})


def thaw(workspace: Workspace, actor: Actor, frozen: Mapping[str, Any], also: Q) -> LeadFilter:
    return LeadFilter(
        # Some take one value and some take several, and kept are lists.
        MultiValueDict(frozen["query"]),
        workspace=workspace,
        user_id=actor.user_id,
        zone=zone_of(frozen["zone"]),
        also=(in_sight(workspace, actor) or Q()) & also,
        at=datetime.fromisoformat(frozen["at"]),
    )


@runs(CHANGE)
def run_change(job: Job, pace: Pace) -> object:
    wish = job.input["wish"]
    return _run(job, pace, lambda actor, row: bulk.change_row(job.workspace, actor, row, wish))


@runs(UNDO)
def run_undo(job: Job, pace: Pace) -> object:
    return _run(job, pace, lambda actor, row: bulk.undo_row(job.workspace, actor, row))


def _run(job: Job, pace: Pace, work: Callable[[Actor, BulkRow], object]) -> dict[str, int]:
    """The member is looked up for each batch: who leaves or changes roles meanwhile changes nothing more."""
    _select(job)
    counts = Counter(bulk.count_results(job))
    total = counts.total()
    told = time.monotonic()
    pace.step(total - counts[BulkRow.Result.WAITING], total, output=counts)
    while rows := bulk.waiting_rows(job, _BATCH) or _others(job):
        actor = actor_of_job(job)
        if actor is None:
            bulk.refuse_rest(job, _("Whoever began this is no longer a member of the workspace."))
            break
        for row in rows:
            result = work(actor, row)
            counts[BulkRow.Result.WAITING] -= 1
            counts[str(result)] += 1
            if time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                pace.step(total - counts[BulkRow.Result.WAITING], output=counts)
    counts = Counter(bulk.count_results(job))
    pace.step(counts.total(), counts.total(), output=counts)
    return counts


def actor_of_job(job: Job) -> Actor | None:
    request_id = job.input.get("request_id", "")
    if key := job.input.get("key"):
        return actor_of_key(job.workspace, UUID(key), "hub", request_id)
    return actor_of(job.workspace, job.user_id, "admin", request_id)


def _select(job: Job) -> None:
    """Which leads it is about is written down once, in one statement."""
    if BulkRow.objects.filter(workspace=job.workspace_id, job=job).exists():
        return
    actor = actor_of_job(job)
    if actor is None:
        return
    if job.kind == UNDO:
        with transaction.atomic():
            bulk.pick_changed(job, Job.objects.get(workspace=job.workspace_id, pk=job.input["of"]))
    elif job.input.get("filter"):
        bulk.select_leads(job, _meant(job, actor))
    else:
        bulk.pick_tagged(job)


def _others(job: Job) -> list[BulkRow]:
    """Who wrote while the job began may have meant the tag as it was."""
    return bulk.waiting_rows(job, _BATCH) if job.kind == CHANGE and bulk.pick_tagged(job) else []


def _meant(job: Job, actor: Actor) -> QuerySet[Lead]:
    """Those that were there when it was confirmed. A filter that has lost a part picks nobody: it would pick
    more than was meant."""
    frozen = job.input["filter"]
    filters = thaw(job.workspace, actor, frozen, Q(created_at__lte=datetime.fromisoformat(frozen["at"])))
    rows: QuerySet[Lead] = Lead.objects.none() if filters.problems else filters.qs
    return rows
