"""Plain functions that make what a test needs, through the one writer wherever there is one."""

from __future__ import annotations

from itertools import count

from checklists.models import Group, Item
from leadhub.workspaces.models import ApiKey, User, Workspace
from leads.change import Actor, ActorKind, LeadChange, NewLead
from leads.changes import apply_change
from leads.changes.catalogue import save_disposition
from leads.changes.people import add_member, create_workspace, issue_key

_numbers = count(1)
SYSTEM = Actor(ActorKind.SYSTEM, "the tests", "command")


def make_workspace(**values) -> Workspace:
    number = next(_numbers)
    defaults = {"slug": f"desk-{number}", "name": f"Desk {number}", "region": "US", "currency": "USD"}
    columns = {
        name: values.pop(name)
        for name in list(values)
        if name in {"slug", "name", "region", "time_zone", "currency"}
    }
    workspace = create_workspace(SYSTEM, {**defaults, **columns})
    for name, value in values.items():
        setattr(workspace, name, value)
    if values:
        workspace.save()
    return workspace


def make_member(workspace, role="agent", email=None) -> User:
    email = email or f"{role}-{next(_numbers)}@desk.example"
    member, _is_new = add_member(workspace, SYSTEM, email, role, password="a long enough password")
    return member.user


def make_key(workspace, *dialects, scopes=("read", "write"), test=False) -> tuple[ApiKey, str]:
    key, fresh = issue_key(
        workspace, SYSTEM, name="a key", dialects=dialects or ("hub",), scopes=scopes, test=test
    )
    return key, fresh.text


def make_lead(workspace, actor=SYSTEM, **change):
    """A lead by its fields; `metadata=`, `tags=` and the other words of a change stand beside them."""
    words = {name: change.pop(name) for name in list(change) if name in LeadChange.__dataclass_fields__}
    return apply_change(workspace, actor, NewLead(), LeadChange(fields=change, **words)).lead


def ask_for(workspace, code, field_type="TEXT", **columns) -> Item:
    """An item of the checklist, in its first group; labelled by its code, if nothing else is said."""
    group = Group.objects.filter(workspace=workspace).first()
    group = group or Group.objects.create(workspace=workspace, name="Facts")
    words = {"group": group, "label": code, **columns}
    return Item.objects.create(workspace=workspace, code=code, field_type=field_type, **words)


def make_answerable(**rules) -> Workspace:
    """A workspace with one required item, `tax_id`, and a disposition `sold` (won) with these rules."""
    workspace = make_workspace()
    Group.objects.create(workspace=workspace, name="Business Information")
    ask_for(workspace, "tax_id", label="Tax ID")
    save_disposition(workspace, SYSTEM, {"outcome": "sold", "label": "Sold", "stage": "won", **rules})
    return workspace


def make_user_actor(user, role="agent") -> Actor:
    return Actor(ActorKind.USER, str(user), "admin", user_id=user.pk, role=role)
