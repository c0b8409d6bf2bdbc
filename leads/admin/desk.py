"""Who sits at the desk: the member, the workspace chosen, the zone, and what the role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadhub.web import sessions
from leadhub.web.requests import trail_of
from leadhub.workspaces.models import Membership, Role, User, Workspace
from leadhub.workspaces.models.user import Theme
from leads.change import Actor, ActorKind
from leads.queries import reach
from leads.values import zone_of

CHOSEN: Final = "workspace"
_DESK: Final = "_desk"


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
        return reach.sees_all(self.workspace, self.actor)

    @property
    def looks_after_all(self) -> bool:
        return reach.looks_after_all(self.actor)

    @property
    def themes(self) -> list[Theme]:
        return list(Theme)

    def may_see(self, assignee_id: object) -> bool:
        return reach.may_see(self.workspace, self.actor, assignee_id)

    def may_edit(self, assignee_id: object) -> bool:
        return reach.may_edit(self.actor, assignee_id)


def memberships_of(request: HttpRequest) -> list[Membership]:
    """Where the person signed in belongs to, looked up once for each request."""
    kept: list[Membership] | None = getattr(request, "memberships", None)
    if kept is None:
        kept = sessions.memberships_of(request.user, request.session) if request.user.is_authenticated else []
        request.memberships = kept  # type: ignore[attr-defined]
    return kept


def desk_of(request: HttpRequest) -> Desk:
    """The desk of this request, looked up once."""
    kept: Desk | None = getattr(request, "desk", None)
    if kept is not None:
        return kept
    members = memberships_of(request)
    if not members:
        raise PermissionDenied(_("You belong to no workspace yet; ask an owner to invite you."))
    chosen = request.session.get(CHOSEN)
    member = next((row for row in members if str(row.workspace_id) == chosen), members[0])
    others = tuple(row.workspace for row in members if row.pk != member.pk)
    desk = _desk(request, member, others)
    request.desk = desk  # type: ignore[attr-defined]
    return desk


def is_of_another_desk(request: HttpRequest, desk: Desk) -> bool:
    """A form that was made in another workspace, before another tab changed to this one."""
    made_at = request.headers.get("X-Desk", "") or request.GET.get(_DESK, "")
    # A form with files is left for the view to read, which may not hold them in memory.
    if request.content_type == "application/x-www-form-urlencoded" and _DESK in request.POST:
        form = request.POST.copy()
        made_at = form.pop(_DESK)[-1]
        request.POST = form  # type: ignore[assignment]
    return bool(made_at) and made_at != str(desk.workspace.pk)


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
