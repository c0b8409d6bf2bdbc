"""What stands in the way of putting a value back: rules that no undo may break, and things that are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from leadhub.workspaces.models import Membership
from leads.change import Actor
from leads.changes.answering import find_item
from leads.changes.paths import parts_of
from leads.changes.tagging import find_tag
from leads.state import LeadState


def obstacle(state: LeadState, actor: Actor, path: str, target: object, now: object) -> str:
    """The code of the reason, or nothing."""
    head, rest = parts_of(path)
    if head == "consent" and target is None and now is not None:
        return "opted_out"
    if head == "override" and not actor.may_override:
        return "forbidden"
    is_there = _IS_THERE.get(head)
    if is_there is None or is_there(state, rest[0] if rest else target):
        return ""
    return "gone"


def is_member(state: LeadState, user_id: Any) -> bool:
    """Nobody is no member, but may own a lead."""
    if user_id is None:
        return True
    rows = Membership.objects.filter(workspace=state.workspace, user=user_id, left_at=None)
    return rows.filter(user__is_active=True).exists()


def _is_disposition(state: LeadState, outcome: Any) -> bool:
    return outcome == "change" or state.catalogue.by_outcome(str(outcome)) is not None


def _is_item(state: LeadState, code: Any) -> bool:
    return find_item(state, code) is not None


def _is_tag(state: LeadState, normalized: Any) -> bool:
    return find_tag(state, normalized) is not None


_IS_THERE: Final[Mapping[str, Callable[[LeadState, Any], bool]]] = {
    "assignee": is_member,
    "claimed_by": is_member,
    "disposition": _is_disposition,
    "answers": _is_item,
    "items": _is_item,
    "tags": _is_tag,
}
