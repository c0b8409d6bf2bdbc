"""The request log: one row per request of a known caller and one per problem; find, prune and erase them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from leadhub.web.json import write_json
from leadhub.web.models import RequestProblem, RequestRecord
from leadhub.web.requests import Trail, trail_of
from leadhub.web.sealing import Unsealable, seal, unseal
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.rows import insert_row

LONGEST_PATH = 2048
LONGEST_VALUE = 500
MOST_PROBLEMS = 1000


class Fault(Protocol):
    """What a problem must be able to say; leads.errors.Problem does."""

    @property
    def field(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def value(self) -> object: ...


def record_request(
    request: HttpRequest,
    status: int,
    code: str = "",
    *,
    lead_id: UUID | None = None,
    problems: Iterable[Fault] | Mapping[UUID, Iterable[Fault]] = (),
    dry_run: bool = False,
    keep_body: bool = True,
) -> UUID | None:
    """Keep one request: one INSERT, and a second one if it had problems.

    Whose it is was said by `identify`; the request of nobody is not kept. The problems are of `lead_id`, or
    of each lead of a bulk request. Runs in the caller's transaction, if there is one.
    """
    trail = trail_of(request)
    trail.code = code
    if trail.workspace_id is None:
        return None
    record_id = new_id()
    said = {"status": status, "code": code[:64], "lead_id": lead_id, "dry_run": dry_run}
    body = _sealed_body(request) if keep_body else None
    insert_row(
        RequestRecord, {"id": record_id, **_known(request, trail), **said, "body": body, "created_at": now()}
    )
    if problems:
        by_lead = problems if isinstance(problems, Mapping) else {lead_id: problems}
        faults = [
            _problem(record_id, trail.workspace_id, lead, fault)
            for lead, its in by_lead.items()
            for fault in its
        ]
        RequestProblem.objects.bulk_create(faults[:MOST_PROBLEMS])
    return record_id


def _known(request: HttpRequest, trail: Trail) -> dict[str, object]:
    return {
        "workspace_id": trail.workspace_id,
        "api_key_id": trail.api_key_id,
        "request_id": trail.request_id,
        "door": trail.door,
        "method": (request.method or "")[:16],
        "path": request.get_full_path()[:LONGEST_PATH],
        "duration_ms": trail.milliseconds,
        "is_test": trail.is_test,
    }


def find_request(workspace_id: UUID, request_id: str, api_key_id: UUID | None = None) -> RequestRecord | None:
    """The newest request of that id, of one key or of the whole workspace: callers may use an id twice."""
    found = RequestRecord.objects.filter(workspace_id=workspace_id, request_id=request_id)
    if api_key_id is not None:
        found = found.filter(api_key_id=api_key_id)
    return found.order_by("-id").first()


def problems_of_lead(workspace_id: UUID, lead_id: UUID, most: int = 100) -> list[RequestProblem]:
    """What was refused about a lead, newest first, each with its request."""
    about = RequestProblem.objects.filter(workspace_id=workspace_id, lead_id=lead_id)
    return list(about.select_related("record").defer("record__body").order_by("-id")[:most])


def body_of(record: RequestRecord) -> bytes | None:
    """The body as it was sent, if it was kept and can still be opened."""
    return _opened(record.body)


def value_of(problem: RequestProblem) -> str | None:
    """The offending value as JSON, cut when long."""
    value = _opened(problem.value)
    return None if value is None else value.decode(errors="replace")


def prune_requests(older_than: datetime | None = None, batch: int = 1000) -> int:
    """Forget what is older (by default than REQUEST_RECORD_DAYS), in transactions that hold nobody up."""
    older_than = older_than or now() - timedelta(days=settings.REQUEST_RECORD_DAYS)
    gone = 0
    while True:
        # Ids rise with time: the oldest rows are the first of the primary key, no further index is needed.
        oldest = RequestRecord.objects.order_by("id").values_list("id", "created_at")[:batch]
        ids = [id for id, created_at in oldest if created_at < older_than]
        with transaction.atomic():
            RequestProblem.objects.filter(record__in=ids).delete()
            RequestRecord.objects.filter(id__in=ids).delete()
        gone += len(ids)
        if len(ids) < batch:
            return gone


def _problem(record_id: UUID, workspace_id: UUID, lead_id: UUID | None, fault: Fault) -> RequestProblem:
    return RequestProblem(
        id=new_id(),
        record_id=record_id,
        workspace_id=workspace_id,
        lead_id=lead_id,
        field=fault.field[:200],
        code=fault.code[:64],
        message=str(fault.message),
        value=None if fault.value is None else seal(_shown(fault.value)[:LONGEST_VALUE]),
    )


def _shown(value: object) -> bytes:
    try:
        return write_json(value)
    except TypeError:
        return str(value).encode(errors="backslashreplace")


def _sealed_body(request: HttpRequest) -> bytes | None:
    """Only a body that was received whole; files were streamed to where documents are kept."""
    body: bytes = getattr(request, "_body", b"")
    return seal(body) if body else None


def _opened(sealed: bytes | memoryview | None) -> bytes | None:
    if sealed is None:
        return None
    try:
        return unseal(sealed)
    except Unsealable:
        return None
