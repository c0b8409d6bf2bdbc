"""The books of a workspace: the audit of its settings, and the log of the requests of its integrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from leadhub.web.models import RequestProblem, RequestRecord
from leadhub.workspaces.models import ApiKey, Workspace, WorkspaceEntry
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor

PAGE: Final = 50
_AUDIT: Final = "audit"


@dataclass(frozen=True, slots=True)
class Page:
    """`next` asks for the older rows; None on the last page."""

    rows: list[Any]
    next: str | None


def load_audit(workspace: Workspace, *, kind: str = "", after: str | None = None) -> Page:
    rows = WorkspaceEntry.objects.filter(workspace=workspace)
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        rows = rows.filter(behind("created_at", read_cursor(after, _AUDIT)))
    found = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
    more = len(found) > PAGE
    last = found[PAGE - 1] if more else None
    return Page(found[:PAGE], write_cursor(Mark(_AUDIT, last.created_at, last.pk)) if last else None)


def kinds_of_audit(workspace: Workspace) -> list[str]:
    rows = WorkspaceEntry.objects.filter(workspace=workspace).order_by("kind")
    return list(rows.values_list("kind", flat=True).distinct())


def load_requests(
    workspace: Workspace,
    *,
    request_id: str = "",
    key: UUID | None = None,
    lead: UUID | None = None,
    refused: bool = False,
    before: UUID | None = None,
) -> Page:
    """Newest first; ids rise with time, so the last one seen is the cursor. Bodies stay where they are."""
    rows: QuerySet[RequestRecord] = RequestRecord.objects.filter(workspace_id=workspace.pk).defer("body")
    rows = rows.filter(request_id=request_id) if request_id else rows
    rows = rows.filter(api_key_id=key) if key else rows
    rows = rows.filter(lead_id=lead) if lead else rows
    rows = rows.filter(status__gte=400) if refused else rows
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-id")[: PAGE + 1])
    names: dict[UUID | None, str] = dict(ApiKey.objects.filter(workspace=workspace).values_list("pk", "name"))
    for record in found:
        record.key_name = names.get(record.api_key_id, "")  # type: ignore[attr-defined]
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else None)


def find_record(workspace: Workspace, record_id: UUID) -> RequestRecord | None:
    return RequestRecord.objects.filter(workspace_id=workspace.pk, pk=record_id).first()


def problems_in(record: RequestRecord) -> list[RequestProblem]:
    rows = RequestProblem.objects.filter(record=record, workspace_id=record.workspace_id)
    return list(rows.order_by("id"))
