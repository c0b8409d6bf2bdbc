"""The bulk changes of a workspace: which there are, how far they are, and what became of each lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import NotFound
from leads.models import BulkRow, Job, Lead
from leads.queries.filters import LeadFilter

CHANGE: Final = "bulk_change"
UNDO: Final = "bulk_undo"
EXPORT: Final = "lead_export"
KINDS: Final = (CHANGE, UNDO, EXPORT)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class ToldRow:
    """`lead` is None for one that is gone."""

    row: BulkRow
    lead: Lead | None


def bulk_jobs(workspace: Workspace, user_id: UUID | None) -> list[Job]:
    """The newest first; those of one member, or all."""
    rows = Job.objects.filter(workspace=workspace, kind__in=KINDS).select_related("user")
    rows = rows if user_id is None else rows.filter(user=user_id)
    return list(rows.order_by("-created_at", "-pk")[:_MOST])


def find_bulk_job(workspace: Workspace, job_id: UUID) -> Job:
    rows = Job.objects.filter(workspace=workspace, pk=job_id, kind__in=KINDS).select_related("user")
    if job := rows.first():
        return job
    raise NotFound(_("The workspace has no such bulk change."))


def find_export(workspace: Workspace, export_id: object) -> Job:
    key = parse_id(export_id)
    job = Job.objects.filter(workspace=workspace, pk=key, kind=EXPORT).first() if key else None
    if job is None:
        raise NotFound(_("There is no export with this id."))
    return job


def told_rows(job: Job) -> list[ToldRow]:
    """Those that have something to say, the refused ones first; as many as a page holds."""
    rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job).exclude(message="")
    found = list(rows.order_by("-result", "lead_id")[:_MOST])
    leads = Lead.objects.filter(workspace=job.workspace_id, deleted_at=None, merged_into=None).in_bulk(
        [row.lead_id for row in found]
    )
    return [ToldRow(row, leads.get(row.lead_id)) for row in found]


def undo_of(job: Job) -> Job | None:
    """The job that takes this one back."""
    rows = Job.objects.filter(workspace=job.workspace_id, kind=UNDO, input__of=str(job.pk))
    return rows.first()


def undone_by(job: Job) -> Job | None:
    """The job that this one takes back."""
    key = job.input.get("of")
    return Job.objects.filter(workspace=job.workspace_id, pk=key).first() if key else None


def count_exactly(filters: LeadFilter) -> int:
    """Where a capped number will not do: somebody is about to change them all."""
    number: int = filters.qs.count()
    return number
