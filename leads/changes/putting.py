"""How each kind of value is put back, by the same steps as any change: what follows from it follows again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from uuid import UUID

from checklists.models import Item
from leads.change import ConsentWish
from leads.changes.answering import find_item, put_answer, remove_answer
from leads.changes.columns import set_columns, settle_loss_reason
from leads.changes.consent import COLUMNS, set_consent
from leads.changes.contacts import put_contact_point, remove_contact_point
from leads.changes.draft import Draft
from leads.changes.duplicates import put_pair, remove_pair
from leads.changes.tagging import add_tag, find_tag, remove_tag
from leads.timeline import MISSING, escape
from leads.validation.answers import AnswerVerdict
from leads.values import clean_phone, email_key

_CHANNELS: Final = {column: channel for channel, column in COLUMNS.items()}


def put_column(draft: Draft, column: str, value: Any) -> None:
    if column in _CHANNELS:
        _put_consent(draft, column, value)
    elif column in _FOLLOWED:
        _FOLLOWED[column](draft, value)
    else:
        draft.set_column(column, value)


def _put_email(draft: Draft, value: str) -> None:
    set_columns(draft, {"email": value, "email_key": email_key(value)})


def _put_phone(draft: Draft, value: str) -> None:
    text, e164, key = clean_phone(value, draft.state.workspace.region) if value else ("", "", "")
    set_columns(draft, {"phone": text, "phone_e164": e164, "phone_key": key})


def _put_assignee(draft: Draft, value: UUID | None) -> None:
    set_columns(draft, {"assignee_id": value, "assignee_type": draft.lead.assignee_type})


def _put_value(draft: Draft, value: object) -> None:
    set_columns(draft, {"value": value, "currency": draft.lead.currency})


def _put_loss_reason(draft: Draft, value: str) -> None:
    settle_loss_reason(draft, {"loss_reason": value}, draft.state.stage)


def _put_archived_at(draft: Draft, value: object) -> None:
    if draft.set_column("archived_at", value):
        draft.set_column("archived_by", draft.actor.ref if value else None)
        draft.events.append("lead.archived" if value else "lead.restored")


def _put_deleted_at(draft: Draft, value: object) -> None:
    if draft.set_column("deleted_at", value):
        draft.events.append("lead.deleted" if value else "lead.restored")


def _put_override(draft: Draft, value: bool | None) -> None:
    if draft.set_column("override_enabled", value):
        draft.set_column("override_by", None if value is None else draft.actor.ref)
        draft.set_column("override_at", None if value is None else draft.moment)


def _put_claim(draft: Draft, value: UUID | None) -> None:
    before = draft.lead.claimed_by_id
    if draft.set_column("claimed_by_id", value):
        draft.tell("claimed_by", before, value)


_FOLLOWED: Final[Mapping[str, Callable[[Draft, Any], None]]] = {
    "email": _put_email,
    "phone": _put_phone,
    "assignee_id": _put_assignee,
    "value": _put_value,
    "claimed_by_id": _put_claim,
    "loss_reason": _put_loss_reason,
    "archived_at": _put_archived_at,
    "deleted_at": _put_deleted_at,
    "override_enabled": _put_override,
}


def _put_consent(draft: Draft, column: str, value: Any) -> None:
    """Opting out anew is an event of its own; another date for the same opt-out is none."""
    if value is not None and getattr(draft.lead, column) is None:
        set_consent(draft, [ConsentWish(_CHANNELS[column], opted_in=False, at=value)])
    else:
        draft.set_column(column, value)


def put_row(draft: Draft, head: str, key: str, value: object) -> None:
    _ROWS[head](draft, key, value)


def _put_answer(draft: Draft, code: str, value: object) -> None:
    item = find_item(draft.state, code)
    assert item is not None, "whoever puts an answer back has looked its item up"
    if value is MISSING:
        remove_answer(draft, item)
    else:
        sets = {"override": None, **cast("dict[str, object]", value)}
        put_answer(draft, AnswerVerdict(item, sets), touches=True)


def _put_tag(draft: Draft, normalized: str, value: object) -> None:
    tag = find_tag(draft.state, normalized)
    assert tag is not None, "whoever puts a tag back has looked it up"
    if value is MISSING:
        remove_tag(draft, tag)
    else:
        add_tag(draft, tag)


def _put_contact_point(draft: Draft, path_key: str, value: object) -> None:
    kind, _colon, key = path_key.partition(":")
    if value is MISSING:
        remove_contact_point(draft, kind, key)
    else:
        put_contact_point(draft, kind, key, **cast("dict[str, Any]", value))


def _put_item(draft: Draft, code: str, value: object) -> None:
    """Archive an item that was made for this lead alone, or take it out of the archive."""
    live = value is not MISSING
    rows = Item.objects.filter(workspace=draft.state.workspace, only_for=draft.lead.pk, code__iexact=code)
    for row in rows:
        row.archived_at, row.updated_at = None if live else draft.moment, draft.moment
        row.save(update_fields=["archived_at", "updated_at"])
        draft.tell(f"/items/{escape(row.code)}", *((MISSING, row.label) if live else (row.label, MISSING)))
    # What was read of the checklist before is not what it is now.
    draft.state.__dict__.pop("definitions", None)
    draft.recounts = True


def _put_pair(draft: Draft, other: str, value: object) -> None:
    if value is MISSING:
        remove_pair(draft, UUID(other))
    else:
        put_pair(draft, UUID(other))


_ROWS: Final[Mapping[str, Callable[[Draft, str, object], None]]] = {
    "answers": _put_answer,
    "tags": _put_tag,
    "contact_points": _put_contact_point,
    "items": _put_item,
    "not_duplicates": _put_pair,
}
