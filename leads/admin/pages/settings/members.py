"""Who works in the workspace: inviting by a link, roles, and handing over what a leaver had."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Membership, Role
from leads.admin.desk import Desk
from leads.admin.notices import Step, tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.invitation import may_link, send_invitation, welcome_address
from leads.admin.pages.settings.place import settings_page
from leads.admin.sheet import Field, Sheet
from leads.changes.leaving import count_of
from leads.changes.people import add_member
from leads.errors import LeadError
from leads.models import Job
from leads.outbox.leaving import leave
from leads.queries.workspace import members_in

ROLES = [
    (Role.AGENT, gettext_lazy("Agent: works leads")),
    (Role.MANAGER, gettext_lazy("Manager: all leads, imports, exports and reports")),
    (Role.OWNER, gettext_lazy("Owner: settings, keys and members too")),
]


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    sheet = Sheet(
        [
            Field("email", _("Email"), "email", required=True),
            Field("name", _("Name"), optional=True),
            Field("role", _("Role"), "select", Role.AGENT, choices=ROLES),
        ]
    )
    if request.method == "POST":
        added = sheet.submit(request, lambda values: add_member(desk.workspace, desk.actor, **values))
        if added is not None:
            return _invited(request, desk, added[0])
    members = members_in(desk.workspace)
    context = {"title": _("Members"), "members": members, "roles": Role.choices}
    return settings_page(request, "members", "members", context, sheet)


def _invited(request: HttpRequest, desk: Desk, member: Membership) -> HttpResponse:
    return go(request, "admin:member_invited", user_id=member.user_id)


def invited(request: HttpRequest, desk: Desk, user_id: UUID) -> HttpResponse:
    """The link by which somebody comes in. It is shown here as well, since mail may not be set up."""
    member = _find(desk, user_id)
    link = welcome_address(request, member.user) if may_link(member) else ""
    if request.method == "POST" and link:
        sent = send_invitation(desk, member.user, link)
        said = (
            _("The invitation was sent to %s.")
            if sent
            else _("The mail to %s could not be sent; pass on the link.")
        )
        tell(request, said % member.user.email, level="success" if sent else "error")
        return go(request, "admin:member_invited", user_id=user_id)
    context = {"title": _("Invite %s") % member.user, "member": member, "link": link}
    return settings_page(request, "invited", "members", context)


def change_role(request: HttpRequest, desk: Desk, user_id: UUID) -> HttpResponse:
    member = _find(desk, user_id)
    if request.method == "POST":
        role = request.POST.get("role", "")
        try:
            add_member(desk.workspace, desk.actor, member.user.email, role)
            label = dict(Role.choices).get(role, role)
            tell(request, _("%(who)s is now %(role)s.") % {"who": member.user, "role": str(label).lower()})
        except LeadError as refusal:
            tell(request, refusal.message, level="error")
        except ValueError:
            tell(request, _("Choose one of the roles."), level="error")
    return go(request, "admin:members")


def remove(request: HttpRequest, desk: Desk, user_id: UUID) -> HttpResponse:
    """One page, or dialog: who takes over all that a leaver had."""
    member = _find(desk, user_id)
    leads, steps = count_of(desk.workspace, user_id)
    others = [row for row in members_in(desk.workspace) if row.user_id != user_id]
    nobody = [("", _("Nobody: the leads wait unassigned"))]
    choices = [*nobody, *((str(row.user_id), str(row.user)) for row in others)]
    sheet = Sheet([Field("heir", _("Who takes over"), "select", "", choices=choices)])
    if request.method == "POST":
        done = sheet.submit(
            request,
            lambda values: (leave(desk.workspace, desk.actor, member.user, parse_id(values["heir"])),),
        )
        if done is not None:
            _say_left(request, member, done[0])
            return go(request, "admin:members")
    context = {"title": _("Remove %s") % member.user, "member": member, "leads": leads, "steps": steps}
    return settings_page(request, "leave", "members", context, sheet)


def _say_left(request: HttpRequest, member: Membership, job: Job | None) -> None:
    said = _("%s left the workspace.") % member.user
    if job is None:
        return tell(request, said)
    handed = ngettext("%d lead is being handed over.", "%d leads are being handed over.", job.total)
    watch = Step(_("How far it is"), reverse("admin:bulk_job", args=[job.pk]))
    tell(request, f"{said} {handed % job.total}", step=watch)


def _find(desk: Desk, user_id: UUID) -> Membership:
    member = next((row for row in members_in(desk.workspace) if row.user_id == user_id), None)
    if member is None:
        raise Http404
    return member
