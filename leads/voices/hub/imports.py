"""An import as the native API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.models import ImportBatch
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import FLAG, ID, MOMENT, OBJECT, TEXT, WHOLE, maybe, one_of, several, thing

_COUNTS: Final = ("read", "created", "updated", "unchanged", "skipped", "refused")
_OF_CAUSE: Final = {
    "result": TEXT,
    "field": TEXT,
    "code": TEXT,
    "message": TEXT,
    "first": WHOLE,
    "count": WHOLE,
}
_CAUSE: Final = thing("ImportCause", _OF_CAUSE)
# A list of imports shows those of each.
_MOST_CAUSES: Final = 20
IMPORT: Final = thing(
    "Import",
    {
        "id": ID,
        "name": TEXT,
        "state": one_of(ImportBatch.State.values),
        "dry_run": FLAG,
        **dict.fromkeys(_COUNTS, WHOLE),
        "error": maybe(TEXT),
        "warnings": several(TEXT),
        "causes": {**several(_CAUSE), "description": "Why rows were refused or skipped, once it is over."},
        "mapping": OBJECT,
        "undo": {**maybe(OBJECT), "description": "What taking it back comes to, or came to."},
        "created_at": MOMENT,
        "finished_at": maybe(MOMENT),
        "undone_at": maybe(MOMENT),
    },
)
_TEXT_PARTS: Final = {
    "mapping": "What each column becomes, as YAML or JSON; without it, a good guess.",
    "source": "Who sent the list; the leads' source unless a column says otherwise.",
    "match": "What finds a lead that is there, in order: external_id,email,phone.",
    "on_match": "skip, fill, overwrite or create.",
    "tags": "Names, separated by commas.",
    "assign": "The email of the member who works them.",
    "disposition": "Where they stand.",
    "consent": "On what basis they may be contacted.",
    "region": "The country of phone numbers without one.",
    "announce": "true: send the events of each lead, too.",
    "dry_run": "true: judge every row and store none.",
    "again": "true: although this very file was imported before.",
}
TEXTS: Final = tuple(_TEXT_PARTS)
SENT: Final = {
    "title": "ImportFile",
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV, TSV, XLSX, JSON or JSON Lines."},
        **{name: {"type": "string", "description": about} for name, about in _TEXT_PARTS.items()},
    },
}


def show_import(batch: ImportBatch, undo: object = None) -> dict[str, Any]:
    told: Mapping[str, Any] = batch.options.get("about", {})
    return {
        "id": str(batch.pk),
        "name": batch.name,
        "state": str(batch.state),
        "dry_run": bool(batch.options.get("dry_run")),
        **{name: getattr(batch, name) for name in _COUNTS},
        "error": batch.error or None,
        "warnings": [*told.get("warnings", []), *told.get("notes", [])],
        "causes": [
            {name: cause[name] for name in _OF_CAUSE}
            for cause in batch.options.get("causes", [])[:_MOST_CAUSES]
        ],
        "mapping": batch.mapping,
        "undo": undo if isinstance(undo, dict) else None,
        "created_at": show_moment(batch.created_at),
        "finished_at": show_moment(batch.finished_at),
        "undone_at": show_moment(batch.undone_at),
    }
