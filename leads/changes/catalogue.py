"""Writing a workspace's catalogue: dispositions, call outcomes, tags, settings; each with its audit entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models import Owned, Workspace, WorkspaceEntry
from leads.change import Actor
from leads.changes.transact import transact
from leads.errors import Invalid, NotFound, Problem
from leads.models import CallOutcome, Disposition, Stage, Tag
from leads.timeline import MISSING, Change, change_of, plain
from leads.validation.settings import clean_metadata_columns
from leads.validation.tags import clean_tag_row

OUTCOMES: Final = (
    ("no_answer", "No answer", False, False),
    ("voicemail", "Voicemail", False, False),
    ("busy", "Busy", False, False),
    ("connected", "Connected", True, False),
    ("wrong_number", "Wrong number", False, True),
    ("callback", "Callback agreed", True, False),
)


def write_entry(
    workspace: Workspace, actor: Actor, kind: str, summary: str, changes: Mapping[str, Change]
) -> WorkspaceEntry:
    """The audit of a workspace: who changed which setting, key, member or definition."""
    return WorkspaceEntry.objects.create(
        workspace=workspace,
        kind=kind,
        summary=summary[:255],
        changes=dict(changes),
        actor_kind=actor.kind,
        actor_name=actor.name[:200],
        user_id=actor.user_id,
        door=actor.door,
        request_id=actor.request_id,
    )


def renew_catalogue(workspace: Workspace) -> None:
    """Let every process read the catalogue anew."""
    workspace.catalogue_token = new_id()
    workspace.save(update_fields=["catalogue_token"])


def fill_catalogue(workspace: Workspace) -> None:
    """What a new workspace starts with: a default disposition for each stage, and the usual call outcomes."""
    Disposition.objects.bulk_create(
        Disposition(
            workspace=workspace,
            outcome=stage.value,
            label=str(stage.label),
            stage=stage,
            is_default=True,
            order=order,
        )
        for order, stage in enumerate(Stage)
    )
    CallOutcome.objects.bulk_create(
        CallOutcome(workspace=workspace, slug=slug, label=label, reaches=reaches, marks_bad=bad, order=order)
        for order, (slug, label, reaches, bad) in enumerate(OUTCOMES)
    )


def save_row(
    workspace: Workspace, actor: Actor, row: Owned, values: Mapping[str, object], *, noun: str
) -> bool:
    """Set columns of a catalogue row, new or stored; an unchanged one writes nothing."""

    def write() -> bool:
        is_new = row._state.adding
        changes: dict[str, Change] = {}
        for column, value in values.items():
            old = MISSING if is_new else getattr(row, column)
            setattr(row, column, value)
            if is_new or plain(old) != plain(value):
                changes[column] = change_of(old, value)
        if not changes:
            return False
        check_row(row)
        _save(row, None if is_new else list(changes))
        verb = _("added") if is_new else _("changed")
        write_entry(workspace, actor, f"{noun}_saved", f"{noun.capitalize()} “{row}” {verb}", changes)
        renew_catalogue(workspace)
        return True

    return transact(write)


def _save(row: Owned, columns: list[str] | None) -> None:
    """Two may add one name at once: the second hears what a later one would have heard."""
    try:
        with transaction.atomic():
            row.save(force_insert=columns is None, update_fields=columns)
    except IntegrityError:
        check_row(row)
        raise


def save_disposition(
    workspace: Workspace, actor: Actor, values: Mapping[str, object], disposition_id: UUID | None = None
) -> Disposition:
    row: Disposition = stored_row(Disposition, workspace, disposition_id) or _last(Disposition, workspace)
    save_row(workspace, actor, row, values, noun="disposition")
    return row


def save_call_outcome(
    workspace: Workspace, actor: Actor, values: Mapping[str, object], outcome_id: UUID | None = None
) -> CallOutcome:
    row: CallOutcome = stored_row(CallOutcome, workspace, outcome_id) or _last(CallOutcome, workspace)
    save_row(workspace, actor, row, values, noun="call outcome")
    return row


def _last(kind: type[Any], workspace: Workspace) -> Any:
    """A new row, which comes last unless it is told where it stands."""
    last = kind.objects.filter(workspace=workspace).aggregate(last=Max("order"))["last"]
    return kind(workspace=workspace, order=0 if last is None else last + 1)


def save_tag(
    workspace: Workspace, actor: Actor, values: Mapping[str, object], tag_id: UUID | None = None
) -> Tag:
    """Add or rename a tag; two names that differ only in case are one."""
    row = stored_row(Tag, workspace, tag_id) or Tag(workspace=workspace, created_by=actor.ref)
    cleaned = clean_tag_row({"name": None, **values} if row._state.adding else values)
    if row.merged_into_id and cleaned.get("archived_at", row) is None:
        cleaned["merged_into_id"] = None
    if not row._state.adding:
        cleaned["updated_at"] = now() if _differs(row, cleaned) else row.updated_at
    save_row(workspace, actor, row, cleaned, noun="tag")
    return row


def save_workspace(workspace: Workspace, actor: Actor, values: Mapping[str, object]) -> bool:
    """Change settings of the workspace itself."""

    def write() -> bool:
        changes: dict[str, Change] = {}
        for column, value in values.items():
            old = getattr(workspace, column)
            if plain(old) != plain(value):
                setattr(workspace, column, value)
                changes[column] = change_of(old, value)
        if changes:
            check_row(workspace)
            workspace.save(update_fields=list(changes))
            write_entry(workspace, actor, "settings_changed", _("Settings changed"), changes)
        return bool(changes)

    return transact(write)


def save_metadata_columns(workspace: Workspace, actor: Actor, keys: Iterable[object]) -> bool:
    return save_workspace(workspace, actor, {"metadata_columns": clean_metadata_columns(keys)})


def _differs(row: models.Model, values: Mapping[str, object]) -> bool:
    return any(plain(getattr(row, column)) != plain(value) for column, value in values.items())


def stored_row(kind: type[Any], workspace: Workspace, row_id: UUID | None) -> Any:
    if row_id is None:
        return None
    row = kind.objects.filter(workspace=workspace, pk=row_id).first()
    if row is None:
        raise NotFound(_("The workspace has nothing with this id."))
    return row


def check_row(row: models.Model) -> None:
    """The constraints of the table speak with their own codes; nothing here repeats them."""
    try:
        row.full_clean()
    except ValidationError as refusal:
        raise Invalid(
            Problem("" if field == "__all__" else field, error.code or "invalid", error.messages[0])
            for field, errors in refusal.error_dict.items()
            for error in errors
        ) from None
