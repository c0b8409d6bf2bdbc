"""A person's data, handed out: everything that is kept as JSON, table by table, and the stored files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Model

from checklists.models import Item
from leadhub.web.sealing import Unsealable, unseal
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User, Workspace
from leads.change import ById, Where
from leads.models import Action, Answer, Disposition, Document, ImportRow, Lead, LeadTag, WebhookEndpoint
from leads.queries.find import find_lead
from leads.queries.person import AT_DOORS, TABLES, Marks, admin_log, in_batches, marks_of, whole_family
from leads.timeline import plain

# How we find it again, and who holds it at the moment, is nothing about the person.
_INTERNAL: Final = frozenset(
    "storage_key lease_owner lease_until fingerprint scope workspace workspace_id field_sources".split()
)
_SEALED: Final = frozenset({"body", "value"})


@dataclass(frozen=True, slots=True)
class Export:
    """`data` is plain JSON. `documents` by the name of their file in the archive."""

    lead: Lead
    data: dict[str, Any]
    documents: Mapping[str, Document]


def export_lead(workspace: Workspace, where: Where, *, tests: bool | None = None) -> Export:
    """A lead, deleted or not, with all that was merged into it, whatever table it stands in."""
    if isinstance(where, ById):
        where = replace(where, deleted=True)
    lead = find_lead(workspace, where, tests=tests)
    family = whole_family(workspace, lead)
    ids = [one.pk for one in family]
    data: dict[str, Any] = {
        "workspace": workspace.name,
        "exported_at": plain(now()),
        "lead": str(lead.pk),
        "merged_leads": [str(key) for key in ids[1:]],
    }
    words = _Words(workspace, ids)
    for table in (*TABLES, *AT_DOORS):
        data[table.name] = [words.show(row) for row in in_batches(table.find(workspace, ids))]
    data["admin_log"] = [words.show(row) for row in admin_log(ids)]
    data["import_rows"] += _refused_rows(workspace, ids, marks_of(workspace, family), words)
    documents = {_archived_as(number, row): row for number, row in enumerate(_documents(workspace, ids), 1)}
    data["files"] = {name: str(row.pk) for name, row in documents.items()}
    return Export(lead, data, documents)


def write_archive(export: Export, file: BinaryIO) -> list[str]:
    """A ZIP of `data.json` and the files; the names of those whose bytes are not in the storage any more."""
    missing: list[str] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(export.data, ensure_ascii=False, indent=2, sort_keys=True))
        for name, row in export.documents.items():
            try:
                with default_storage.open(row.storage_key, "rb") as source, archive.open(name, "w") as target:
                    while piece := source.read(64 * 1024):
                        target.write(piece)
            except FileNotFoundError:
                missing.append(name)
    return missing


class _Words:
    """Rows as JSON, with the names of what they point at."""

    def __init__(self, workspace: Workspace, leads: Sequence[UUID]) -> None:
        self.workspace = workspace
        self._names: dict[tuple[type[Model], Any], str] = {}

    def show(self, row: Model) -> dict[str, Any]:
        shown = {
            column.attname: self._value(column.attname, getattr(row, column.attname))
            for column in row._meta.concrete_fields
            if column.attname not in _INTERNAL
        }
        return {**shown, **self._named(row)}

    def _value(self, name: str, value: object) -> Any:
        if isinstance(value, bytes | memoryview):
            return _opened(value) if name in _SEALED else None
        return plain(getattr(value, "as_e164", value))

    def _named(self, row: Model) -> dict[str, str]:
        """What an id alone would not tell a reader."""
        if isinstance(row, Answer):
            return {"item": self._name(Item, row.item_id, "label")}
        if isinstance(row, LeadTag):
            return {"tag": row.tag.name}
        if isinstance(row, Lead):
            return {
                "disposition": self._name(Disposition, row.disposition_id, "label"),
                "assignee": self._name(User, row.assignee_id, "full_name"),
            }
        if isinstance(row, Action):
            return {"assignee": self._name(User, row.assignee_id, "full_name")}
        endpoint = getattr(row, "endpoint_id", None)
        return {"endpoint": self._name(WebhookEndpoint, endpoint, "name")} if endpoint else {}

    def _name(self, model: type[Model], key: object, column: str) -> str:
        known = (model, key)
        if key is not None and known not in self._names:
            found = model._default_manager.filter(pk=key).values_list(column, flat=True).first()
            self._names[known] = str(found or "")
        return self._names.get(known, "")


def _opened(sealed: bytes | memoryview) -> str | None:
    try:
        return unseal(sealed).decode("utf-8", "replace")
    except Unsealable:
        return None


def _refused_rows(
    workspace: Workspace, ids: Sequence[UUID], marks: Marks, words: _Words
) -> list[dict[str, Any]]:
    """Rows of imports that came to no lead, and name the person."""
    return [
        words.show(row)
        for row in in_batches(ImportRow.objects.filter(workspace=workspace))
        if row.lead_id not in ids and marks.stand_in(json.dumps(row.columns, ensure_ascii=False))
    ]


def _documents(workspace: Workspace, ids: Sequence[UUID]) -> list[Document]:
    rows = Document.objects.filter(workspace=workspace, lead__in=ids)
    return list(rows.order_by("created_at", "pk"))


def _archived_as(number: int, row: Document) -> str:
    """The name that it came under, which was cleaned then, behind a number that tells namesakes apart."""
    return f"files/{number:03}-{row.filename}"
