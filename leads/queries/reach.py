"""Which leads a member may see and may change: everything by default, or an agent's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import ApiKey, Membership, Role, User, Workspace
from leads.change import Actor, ActorKind
from leads.models import Lead
from leads.queries.find import live_leads
from leads.queries.search import Wanted, search_leads

_LOOK_AFTER_ALL: Final = frozenset({Role.MANAGER, Role.OWNER})


def looks_after_all(actor: Actor) -> bool:
    return actor.role in _LOOK_AFTER_ALL


def may_edit(actor: Actor, assignee_id: object) -> bool:
    """An agent's own leads, and those that are nobody's."""
    return looks_after_all(actor) or assignee_id in {None, actor.user_id}


def may_see(workspace: Workspace, actor: Actor, assignee_id: object) -> bool:
    """All leads, or where agents keep to their own, those that they may edit."""
    return not workspace.own_leads_only or may_edit(actor, assignee_id)


def sees_all(workspace: Workspace, actor: Actor) -> bool:
    return looks_after_all(actor) or not workspace.own_leads_only


def in_sight(workspace: Workspace, actor: Actor) -> Q | None:
    """The condition that a member's lists are under; None where everything may be seen."""
    if sees_all(workspace, actor):
        return None
    return Q(assignee=actor.user_id) | Q(assignee=None)


def others_with(workspace: Workspace, actor: Actor, wanted: Wanted | UUID, count: int) -> list[Lead]:
    """Colleagues' leads that somebody looks for but may not see: that they are there, whose, and how far."""
    is_empty = isinstance(wanted, Wanted) and not wanted.groups
    if is_empty or sees_all(workspace, actor):
        return []
    rows = live_leads(workspace).filter(assignee__isnull=False).exclude(assignee=actor.user_id)
    rows = rows.filter(pk=wanted) if isinstance(wanted, UUID) else search_leads(rows, workspace, wanted)
    return list(rows.select_related("assignee", "disposition").order_by("-created_at", "-id")[:count])


def actor_of(workspace: Workspace, user_id: UUID | None, door: str, request_id: str = "") -> Actor | None:
    """A member as the one who writes, as the role stands now; None for who has left."""
    members = Membership.objects.filter(workspace=workspace, user=user_id, left_at=None, user__is_active=True)
    member = members.select_related("user").first()
    if member is None:
        return None
    return Actor(
        ActorKind.USER,
        str(member.user),
        door,
        user_id=member.user_id,
        request_id=request_id,
        may_override=member.role == Role.OWNER,
        role=member.role,
    )


def actor_of_key(workspace: Workspace, key_id: UUID, door: str, request_id: str = "") -> Actor | None:
    """A key with the scope `admin` as the one who writes, like a manager; None once it has lost it."""
    key = ApiKey.objects.filter(workspace=workspace, pk=key_id).first()
    if key is None or not key.works_at(now()) or not key.allows("admin"):
        return None
    return replace(actor_with(key, door, request_id), role=Role.MANAGER, tests=None)


def actor_with(key: ApiKey, door: str, request_id: str) -> Actor:
    return Actor(
        ActorKind.KEY,
        key.name,
        door,
        api_key_id=key.pk,
        request_id=request_id,
        may_override=key.allows("admin"),
        tests=key.is_test,
    )


def whose(user: User | None) -> str:
    """In a sentence that refuses: whose lead it is."""
    if user is None:
        return _("This lead is a colleague’s; ask a manager to hand it over.")
    return _("This lead is %(name)s’s; ask a manager to hand it over.") % {"name": user}
