"""Setting the lead's own fields, and what follows from each: keys, verifications, currency."""

from __future__ import annotations

from typing import Final

from leads.changes.draft import Draft
from leads.models import AssigneeType, Stage

_STAMPS: Final = {"email_verified": "email_verified_at", "phone_verified": "phone_verified_at"}
_KEYS: Final = {"email": ("email_key",), "phone": ("phone_e164", "phone_key")}
_FOLLOWING: Final = frozenset(key for keys in _KEYS.values() for key in keys) | frozenset(_STAMPS)
_MERGED: Final = ("click_ids", "ad_consents")
# Set once more is known of the change: the stage the lead comes to, and what is planned.
_ELSEWHERE: Final = frozenset({"loss_reason", "next_action_at"})
# Two doors know the last two by no other name than lost, and send their reason.
_LOST: Final = frozenset({Stage.LOST, Stage.INVALID, Stage.DUPLICATE})


def set_columns(draft: Draft, columns: dict[str, object]) -> None:
    for name, value in columns.items():
        if name in _FOLLOWING or name in _ELSEWHERE:
            continue
        if name in _MERGED:
            _merge_object(draft, name, value)
        elif draft.set_column(name, value):
            _follow(draft, name, columns)
    for flag, stamp in _STAMPS.items():
        if flag in columns:
            _stamp(draft, stamp, columns[flag])


def _follow(draft: Draft, name: str, columns: dict[str, object]) -> None:
    lead = draft.lead
    if name in _KEYS:
        for key in _KEYS[name]:
            draft.set_column(key, columns[key])
        # A new address was never verified, whatever the old one was.
        draft.set_column(f"{name}_verified_at", None)
    elif name == "value" and lead.value is not None and not lead.currency and not columns.get("currency"):
        draft.set_column("currency", draft.state.workspace.currency)
    elif name == "assignee_id":
        draft.set_column("assigned_at", draft.moment if lead.assignee_id else None)
        if lead.assignee_id and "assignee_type" not in columns:
            draft.set_column("assignee_type", AssigneeType.HUMAN_AGENT)
        _end_claim(draft)
    elif name == "assignee_type" and lead.assignee_type == AssigneeType.AI_AGENT:
        _end_claim(draft)


def _end_claim(draft: Draft) -> None:
    """Whoever held a lead that goes to somebody else is through with it; the new owner need not wait."""
    if draft.lead.claimed_by_id not in {None, draft.lead.assignee_id}:
        draft.set_column("claimed_by_id", None)
        draft.set_column("claimed_until", None)


def _stamp(draft: Draft, column: str, flag: object) -> None:
    """True stamps now, cleared takes the stamp away, false says nothing."""
    if flag is True:
        draft.set_column(column, draft.moment)
    elif flag is None:
        draft.set_column(column, None)


def _merge_object(draft: Draft, name: str, value: object) -> None:
    """Each key stands for itself: null removes one, an empty object sent to clear removes all."""
    assert isinstance(value, dict)
    stored = getattr(draft.lead, name)
    merged = {key: item for key, item in {**stored, **value}.items() if item is not None} if value else {}
    draft.set_object(name, merged)


def settle_loss_reason(draft: Draft, columns: dict[str, object], stage: str) -> None:
    """A loss reason belongs to a lost lead: ignored elsewhere, gone once the lead is no longer lost."""
    if stage in _LOST:
        if "loss_reason" in columns:
            draft.set_column("loss_reason", columns["loss_reason"])
    else:
        draft.set_column("loss_reason", "")
