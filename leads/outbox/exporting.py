"""The jobs that write leads into a file, which is kept for a day and fetched from the page of the job."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from typing import Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.bulk import chosen_leads, pick_leads
from leads.changes.catalogue import write_entry
from leads.errors import Forbidden, Problem
from leads.errors import Invalid as Wrong
from leads.imports.export import FORMATS, write_export
from leads.models import Job
from leads.models.outbox import Leased
from leads.outbox import lease
from leads.outbox.bulk import Frozen, actor_of_job, thaw
from leads.outbox.jobs import Pace, enqueue, runs
from leads.queries.filters import LeadFilter
from leads.queries.jobs import EXPORT
from leads.queries.reach import looks_after_all

# The file holds personal data, so it goes by itself.
KEPT_FOR: Final = timedelta(hours=24)
FOLDER: Final = "exports"


def enqueue_export(workspace: Workspace, actor: Actor, format: str, chosen: Frozen) -> Job:
    """For the leads that are named, or for all that a frozen filter picks."""
    if not looks_after_all(actor):
        raise Forbidden(_("Managers and owners export leads; ask one of them."))
    if format not in FORMATS:
        raise Wrong([Problem("format", "invalid_choice", _("Choose one of these formats."), format, FORMATS)])
    wish = {"do": "export", "label": format}
    given = {"wish": wish, "filter": chosen.filter, "request_id": actor.request_id}
    if actor.api_key_id is not None:
        given["key"] = str(actor.api_key_id)
    with transaction.atomic():
        job = enqueue(workspace, EXPORT, given, actor.user_id)
        if chosen.leads is not None:
            pick_leads(job, chosen.leads)
    return job


@runs(EXPORT)
def run_export(job: Job, pace: Pace) -> dict[str, object]:
    """From the beginning each time it is taken up: a file with half of the leads twice would be worse."""
    actor = actor_of_job(job)
    if actor is None or not looks_after_all(actor):
        return {"refused": _("Whoever began this may not export leads any more.")}
    filters, format = _meant(job, actor), job.input["wish"]["label"]
    if filters is None:
        return {
            "refused": _("A part of the filter is not in the workspace any more; choose the leads again.")
        }
    with tempfile.TemporaryFile() as stream:
        number = write_export(
            job.workspace, filters, format, stream, ids=True, progress=lambda done: pace.step(done)
        )
        stream.seek(0)
        # By attempt, so that a worker whose lease ran out cleans up after itself alone.
        name = f"{FOLDER}/{job.workspace_id}/{job.pk}.{job.attempt}.{format}"
        name = default_storage.save(name, File(stream))
    kept = {"file": name, "leads": number}
    try:
        # From here on an erasure knows of the file; one that came before has cancelled the job.
        pace.step(number, number, kept)
    except Exception:
        default_storage.delete(name)
        lease.note(job, output=None)
        raise
    said = _("%d leads exported") % number
    write_entry(job.workspace, actor, "leads_exported", said, {"job": [None, str(job.pk)]})
    return kept


def refusal_of(job: Job) -> str:
    """Why there is no file and will be none."""
    return str((job.output or {}).get("refused", ""))


def file_of(job: Job) -> str:
    """Its name, as long as it is kept."""
    return str((job.output or {}).get("file", ""))


def open_file(job: Job) -> File[bytes] | None:
    """None before it is written, and once it is gone."""
    name = file_of(job)
    try:
        return default_storage.open(name) if name else None
    except FileNotFoundError:
        return None


def prune_exports() -> int:
    """Delete the files of a day ago."""
    old = Job.objects.filter(
        kind=EXPORT, state=Leased.State.DONE, finished_at__lt=now() - KEPT_FOR, output__file__isnull=False
    )
    gone = 0
    for job in old[:1000]:
        kept = dict(job.output or {})
        default_storage.delete(kept.pop("file"))
        job.output = kept
        job.save(update_fields=["output"])
        gone += 1
    return gone


def _meant(job: Job, actor: Actor) -> LeadFilter | None:
    frozen = job.input["filter"]
    if frozen is None:
        chosen = Q(pk__in=chosen_leads(job))
        return LeadFilter({"archived": "all"}, workspace=job.workspace, also=chosen)
    filters = thaw(job.workspace, actor, frozen, Q(created_at__lte=datetime.fromisoformat(frozen["at"])))
    return None if filters.problems else filters
