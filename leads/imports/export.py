"""Leads as a file that can be imported again without loss: CSV, XLSX or JSON Lines, a page at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.definitions import Definitions, load_definitions
from leadhub.workspaces.models import Workspace
from leads.errors import Refused
from leads.imports.cells import defuse
from leads.imports.columns import Columns, body_of
from leads.imports.sheets import write_sheet
from leads.models import Answer, Lead
from leads.queries.beside import with_beside
from leads.queries.filters import LeadFilter
from leads.queries.find import join_dispositions
from leads.queries.keyset import Mark, behind
from leads.queries.lists import leads_of
from leads.state import LeadState

FORMATS: Final = ("csv", "xlsx", "jsonl")
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}
_PAGE: Final = 500
_ORDER: Final = "created_at"

Progress = Callable[[int], None]


def write_export(
    workspace: Workspace,
    filters: LeadFilter | Mapping[str, Any],
    format: str,
    stream: BinaryIO,
    *,
    ids: bool = False,
    progress: Progress = lambda _count: None,
) -> int:
    """The leads that the filters pick, oldest first; how many they are. With `ids`, each with its own id.

    The same leads are the same bytes. What happened to a lead (timeline, calls, messages) is not in it.
    """
    if format not in FORMATS:
        raise ValueError(format)
    counted = _Counted(_states(workspace, filters), progress)
    if format == "jsonl":
        for state in counted:
            line = json.dumps(_sorted(body_of(state, ids=ids)), ensure_ascii=False, separators=(",", ":"))
            stream.write(line.encode() + b"\n")
        return counted.count
    columns = Columns(load_definitions(workspace), ids=ids)
    if format == "xlsx":
        write_sheet(stream, _rows(columns, counted))
    else:
        _write_csv(stream, columns, counted)
    return counted.count


def _sorted(body: dict[str, Any]) -> dict[str, Any]:
    """Free objects by their keys, because no database promises an order of its own."""
    free = {"metadata", "click_ids", "ad_consents"}
    return {name: _by_key(value) if name in free else value for name, value in body.items()}


def _by_key(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_key(value[key]) for key in sorted(value)}
    return [_by_key(one) for one in value] if isinstance(value, list) else value


class _Counted:
    def __init__(self, states: Iterable[LeadState], progress: Progress) -> None:
        self._states, self._progress, self.count = states, progress, 0

    def __iter__(self) -> Iterator[LeadState]:
        for state in self._states:
            self.count += 1
            yield state
            if self.count % _PAGE == 0:
                self._progress(self.count)


def _rows(columns: Columns, states: Iterable[LeadState]) -> Iterator[list[str]]:
    yield columns.names
    for state in states:
        yield columns.row(state)


def _write_csv(stream: BinaryIO, columns: Columns, states: Iterable[LeadState]) -> None:
    """With a byte order mark, without which Excel takes UTF-8 for something else."""
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    safe = columns.safe
    writer.writerow(columns.names)
    for state in states:
        row = columns.row(state)
        writer.writerow([cell if at in safe else defuse(cell) for at, cell in enumerate(row)])
    text.flush()
    text.detach()


def _states(workspace: Workspace, filters: LeadFilter | Mapping[str, Any]) -> Iterator[LeadState]:
    """Page by page behind the last one, so that a long export holds neither memory nor a transaction."""
    definitions = load_definitions(workspace)
    rows = leads_of(workspace, filters).order_by(_ORDER, "pk")
    mark: Mark | None = None
    while True:
        page = rows if mark is None else rows.filter(behind(_ORDER, mark, descending=False))
        found: list[Lead] = list(with_beside(page).defer("search_text", "field_sources", "absorbed")[:_PAGE])
        if not found:
            return
        join_dispositions(workspace, found)
        answers = _answers(workspace, [lead.pk for lead in found])
        for lead in found:
            yield _state(workspace, lead, definitions, answers.get(lead.pk, {}))
        mark = Mark(_ORDER, found[-1].created_at, found[-1].pk)


def _state(
    workspace: Workspace, lead: Lead, definitions: Definitions, answers: dict[UUID, Answer]
) -> LeadState:
    state = LeadState(workspace, lead).take(lead)
    state.definitions, state.answers = definitions, answers
    return state


def _answers(workspace: Workspace, leads: list[UUID]) -> dict[UUID, dict[UUID, Answer]]:
    found: dict[UUID, dict[UUID, Answer]] = {}
    for row in Answer.objects.filter(workspace=workspace, lead__in=leads):
        found.setdefault(row.lead_id, {})[row.item_id] = row
    return found


def format_of(name: str) -> str:
    """By the suffix of a file."""
    suffix = name.rpartition(".")[2].lower()
    known = {"csv": "csv", "xlsx": "xlsx", "jsonl": "jsonl", "ndjson": "jsonl"}
    if suffix not in known:
        raise Refused("unknown_format", _("Name a file that ends in .csv, .xlsx or .jsonl."))
    return known[suffix]
