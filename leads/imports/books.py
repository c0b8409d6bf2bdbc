"""The books of imports: a batch is opened, found again, gone on with; mappings are kept per source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.definitions import load_definitions
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ActorKind
from leads.errors import NotFound
from leads.imports.mapping import ColumnMap, read_mapping
from leads.imports.options import Options
from leads.imports.rows import Opened, open_rows
from leads.imports.source import Source, Unreadable
from leads.models import ImportBatch, ImportMapping

_NAME = 100


@dataclass(frozen=True, slots=True)
class About:
    """What a batch says of its file besides its hash; kept beside the options, for its pages and files."""

    kind: str
    header: list[str]
    delimiter: str
    lines: int
    warnings: list[str]
    notes: list[str]


def open_batch(
    opened: Opened,
    options: Options,
    *,
    user_id: UUID | None = None,
    storage_key: str = "",
    keep: bool = True,
    file_hash: str = "",
) -> ImportBatch:
    """Ready to be run. A rehearsal that nobody looks at later need not be kept."""
    layout = opened.layout
    about = About(
        str(layout.kind),
        layout.header,
        layout.delimiter,
        count_lines(opened.source),
        layout.warnings,
        opened.notes,
    )
    batch = ImportBatch(
        workspace=opened.workspace,
        name=opened.source.name[:255],
        file_hash=file_hash or opened.source.hash(),
        storage_key=storage_key,
        options={**options.as_json(), "about": asdict(about)},
        mapping=opened.mapping.as_json(),
        user_id=user_id,
    )
    if keep:
        batch.save(force_insert=True)
    return batch


def about(batch: ImportBatch) -> About:
    told = {"kind": "csv", "header": [], "delimiter": ",", "lines": 0, "warnings": [], "notes": []}
    known = batch.options.get("about")
    return About(**{**told, **(known if isinstance(known, Mapping) else {})})


def reopen(batch: ImportBatch, source: Source) -> Opened:
    """The file of a batch, read as it was when the batch began."""
    if batch.file_hash and source.hash() != batch.file_hash:
        words = _(
            "This is not the file that the import began with; give the same file, or begin a new import."
        )
        raise Unreadable("other_file", words)
    return open_rows(source, batch.workspace, mapping_of(batch.mapping, batch.workspace))


def mapping_of(raw: object, workspace: Workspace) -> ColumnMap:
    return read_mapping(raw, load_definitions(workspace))


def actor_of(batch: ImportBatch, actor: Actor | None = None) -> Actor:
    """Who writes: the import, for whoever started it."""
    name = f"{actor.name} ({batch.name})" if actor else batch.name
    return Actor(
        ActorKind.IMPORT,
        name[:200],
        "import",
        user_id=actor.user_id if actor else batch.user_id,
        may_override=Options.of(batch).may_override or bool(actor and actor.may_override),
        role=actor.role if actor else "",
    )


def find_batch(workspace: Workspace | None, batch_id: object) -> ImportBatch:
    found = parse_id(batch_id) if not isinstance(batch_id, UUID) else batch_id
    rows = ImportBatch.objects.select_related("workspace", "user")
    rows = rows.filter(workspace=workspace) if workspace else rows
    batch = rows.filter(pk=found).first() if found else None
    if batch is None:
        raise NotFound(_("There is no import with this id."))
    return batch


def earlier(workspace: Workspace, file_hash: str) -> ImportBatch | None:
    """The newest import of the same file that stored something and was not taken back."""
    rows = ImportBatch.objects.filter(workspace=workspace, file_hash=file_hash)
    rows = rows.exclude(state=ImportBatch.State.UNDONE)
    for batch in rows.order_by("-created_at")[:50]:
        if not batch.options.get("dry_run") and batch.next_row > 1:
            return batch
    return None


def count_lines(source: Source) -> int:
    """How far there is to go, where that is cheap to know; else 0."""
    if source.kind not in {"csv", "jsonl"} or source.is_packed:
        return 0
    lines = 0
    with source.open() as file:
        while chunk := file.read(1 << 20):
            lines += chunk.count(b"\n")
    return lines


def saved_mapping(workspace: Workspace, source: str) -> ColumnMap | None:
    row = ImportMapping.objects.filter(workspace=workspace, source=source[:_NAME]).first()
    return mapping_of(row.mapping, workspace) if row else None


def save_mapping(workspace: Workspace, source: str, mapping: ColumnMap) -> None:
    values: dict[str, Any] = {"mapping": mapping.as_json(), "updated_at": now()}
    ImportMapping.objects.update_or_create(workspace=workspace, source=source[:_NAME], defaults=values)


def saved_sources(workspace: Workspace) -> list[str]:
    rows = ImportMapping.objects.filter(workspace=workspace).order_by("-updated_at")
    return list(rows.values_list("source", flat=True)[:50])


def history_of(workspace: Workspace, most: int = 50) -> list[ImportBatch]:
    """The newest imports; a rehearsal belongs to its import, and is found from there."""
    rows = ImportBatch.objects.filter(workspace=workspace).select_related("user").order_by("-created_at")
    found = [row for row in rows[: 4 * most] if not row.options.get("dry_run")]
    return found[:most]


def keep_mapping(batch: ImportBatch, mapping: ColumnMap, notes: list[str] | None = None) -> None:
    """What somebody decided about the columns of an import that is still to be started; `notes` are what is
    still to be looked at."""
    batch.mapping = mapping.as_json()
    if notes is not None:
        batch.options = {**batch.options, "about": {**asdict(about(batch)), "notes": notes}}
    batch.save(update_fields=["mapping", "options"])


def keep_terms(batch: ImportBatch, options: Options) -> None:
    batch.options = {**batch.options, **options.as_json()}
    batch.save(update_fields=["options"])
