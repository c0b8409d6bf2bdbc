"""Who sits at the desk: the member, the workspace chosen, the zone, and what the role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadhub.web.requests import trail_of
from leadhub.workspaces.models import Membership, Role, User, Workspace
from leads.change import Actor, ActorKind
from leads.values import zone_of

CHOSEN: Final = "workspace"
_EVERYTHING: Final = frozenset({Role.MANAGER, Role.OWNER})


@dataclass(frozen=True, slots=True)
class Desk:
    user: User
    workspace: Workspace
    role: str
    others: tuple[Workspace, ...]
    zone: tzinfo
    actor: Actor

    @property
    def sees_all(self) -> bool:
        """Managers and owners work every lead; an agent may be kept to their own."""
        return self.looks_after_all or not self.workspace.own_leads_only

    @property
    def looks_after_all(self) -> bool:
        return self.role in _EVERYTHING

    def may_edit(self, assignee_id: object) -> bool:
        return self.looks_after_all or assignee_id in {None, self.user.pk}


def memberships_of(user: User) -> list[Membership]:
    rows = Membership.objects.filter(user=user, left_at=None).select_related("workspace")
    return list(rows.order_by("workspace__name", "pk"))


def desk_of(request: HttpRequest) -> Desk:
    """The desk of this request, looked up once."""
    kept: Desk | None = getattr(request, "desk", None)
    if kept is not None:
        return kept
    user = request.user
    members = memberships_of(user) if isinstance(user, User) else []
    if not members:
        raise PermissionDenied(_("You belong to no workspace yet; ask an owner to invite you."))
    chosen = request.session.get(CHOSEN)
    member = next((row for row in members if str(row.workspace_id) == chosen), members[0])
    others = tuple(row.workspace for row in members if row.pk != member.pk)
    desk = _desk(request, member, others)
    request.desk = desk  # type: ignore[attr-defined]
    return desk


def _desk(request: HttpRequest, member: Membership, others: tuple[Workspace, ...]) -> Desk:
    user = request.user
    assert isinstance(user, User)
    workspace = member.workspace
    zone = zone_of(user.time_zone) or zone_of(workspace.time_zone) or ZoneInfo("UTC")
    actor = Actor(
        ActorKind.USER,
        str(user),
        "admin",
        user_id=user.pk,
        request_id=trail_of(request).request_id,
        may_override=member.role == Role.OWNER,
        role=member.role,
    )
    return Desk(user, workspace, member.role, others, zone, actor)
