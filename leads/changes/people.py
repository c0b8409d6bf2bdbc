"""Writing workspaces, their members and their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import NewKey, make_key
from leadhub.workspaces.models import DIALECTS, SCOPES, ApiKey, Membership, Role, User, Workspace
from leadhub.workspaces.models.user import login_of
from leads.change import Actor
from leads.changes.catalogue import check_row, fill_catalogue, write_entry
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.queries.workspace import keys_in, older_keys
from leads.timeline import MISSING, change_of
from leads.validation.problems import Problems
from leads.values import clean_country, clean_currency, clean_email, clean_line, clean_time_zone


def create_workspace(actor: Actor, values: Mapping[str, object], *, is_demo: bool = False) -> Workspace:
    """A workspace with its default dispositions and call outcomes."""
    workspace = Workspace(is_demo=is_demo, **_workspace_columns(values))

    def write() -> Workspace:
        check_row(workspace)
        workspace.save(force_insert=True)
        fill_catalogue(workspace)
        write_entry(workspace, actor, "workspace_created", _("Workspace “%s” created") % workspace.name, {})
        return workspace

    return transact(write)


def _workspace_columns(values: Mapping[str, object]) -> dict[str, str]:
    rules = {"region": clean_country, "time_zone": clean_time_zone, "currency": clean_currency}
    problems = Problems()
    columns: dict[str, str] = {}
    for name, raw in values.items():
        rule = rules.get(name, clean_line)
        cleaned = problems.attempt(name, raw, partial(rule, raw))
        if cleaned is not None:
            columns[name] = cleaned
    problems.settle()
    return columns


def add_member(
    workspace: Workspace,
    actor: Actor,
    email: str,
    role: str,
    *,
    password: str | None = None,
    name: str = "",
) -> tuple[Membership, bool]:
    """Make somebody a member, and a user where there is none; True says that the user is new."""
    problems = Problems()
    address = problems.attempt("email", email, lambda: clean_email(email))
    full_name = problems.attempt("name", name, lambda: clean_line(name, 200)) or ""
    _known_words("role", [role], Role.values, problems)
    problems.settle()
    assert address is not None

    def write() -> tuple[Membership, bool]:
        user = User.objects.filter(email=login_of(address.text)).first()
        is_new = user is None
        if user is None:
            user = _create_user(address.text, password, full_name)
        return _set_role(workspace, actor, user, role), is_new

    return transact(write)


def _create_user(email: str, password: str | None, name: str) -> User:
    """Somebody without a password signs in with none until they set one."""
    if password is not None:
        problems = Problems()
        user = User(email=email, full_name=name)
        problems.attempt("password", None, lambda: validate_password(password, user))
        problems.settle()
    return User.objects.create_user(email, password, full_name=name)


def _set_role(workspace: Workspace, actor: Actor, user: User, role: str) -> Membership:
    member = Membership.objects.select_for_update().filter(workspace=workspace, user=user).first()
    if member is None:
        member = Membership(workspace=workspace, user=user)
    elif member.left_at is None and member.role == role:
        return member
    else:
        _keep_an_owner(workspace, member, becoming=role)
    old = MISSING if member._state.adding or member.left_at else member.role
    member.role, member.left_at = Role(role), None
    member.save()
    summary = _("%(who)s is now %(role)s") % {"who": user, "role": role}
    changes = {f"/members/{user.email}": change_of(old, role)}
    write_entry(workspace, actor, "member_saved", summary, changes)
    return member


def remove_member(workspace: Workspace, actor: Actor, user_id: UUID) -> None:
    def write() -> None:
        member = (
            Membership.objects.select_for_update()
            .filter(workspace=workspace, user=user_id, left_at=None)
            .first()
        )
        if member is None:
            raise NotFound(_("Nobody in this workspace has this id."))
        _keep_an_owner(workspace, member)
        member.left_at = now()
        member.save(update_fields=["left_at"])
        changes = {f"/members/{member.user.email}": change_of(member.role, MISSING)}
        write_entry(workspace, actor, "member_left", _("%s left the workspace") % member.user, changes)

    transact(write)


def _keep_an_owner(workspace: Workspace, leaver: Membership, becoming: str = "") -> None:
    """Who was invited and has not come in yet may never do so: they do not stand in for an owner who has."""
    if leaver.role != Role.OWNER or leaver.left_at is not None or becoming == Role.OWNER:
        return
    owners = Membership.objects.filter(workspace=workspace, role=Role.OWNER, left_at=None)
    rows = owners.exclude(pk=leaver.pk).select_related("user").select_for_update(of=("self",))
    others = [row.user for row in rows]
    if not others:
        raise Refused("last_owner", _("A workspace needs an owner; make somebody else one first."))
    if leaver.user.comes_in and not any(other.comes_in for other in others):
        names = ", ".join(map(str, others))
        message = _(
            "A workspace needs an owner who can sign in; besides this one there is only %(names)s, who "
            "cannot yet. Wait until the invitation is accepted, or make somebody else an owner first."
        )
        raise Refused("last_owner", message % {"names": names})


def issue_key(
    workspace: Workspace,
    actor: Actor,
    *,
    name: str,
    dialects: Sequence[str],
    scopes: Sequence[str] = ("read", "write"),
    test: bool = False,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, NewKey]:
    """A key and, this once, its text. A Leadping source key creates leads and does nothing else."""
    problems = Problems()
    cleaned_name = problems.attempt("name", name, lambda: clean_line(name, 100))
    if cleaned_name == "":
        problems.add("name", "required", _("Say whose key it is; the timeline shows it."), name)
    _known_words("dialects", dialects, DIALECTS, problems)
    _known_words("scopes", scopes, SCOPES, problems)
    if expires_at is not None and expires_at <= now():
        message = _("The key would be expired already; choose a later time.")
        problems.add("expires_at", "in_the_past", message, expires_at)
    problems.settle()
    fresh = make_key(dialects, test=test, scopes=scopes)
    key = ApiKey(
        workspace=workspace,
        name=cleaned_name or "",
        dialects=list(dict.fromkeys(dialects)),
        scopes=list(dict.fromkeys(scopes)),
        is_test=test,
        public_id=fresh.public_id,
        digest=fresh.digest,
        prefix=fresh.prefix,
        created_by_id=actor.user_id,
        expires_at=expires_at,
    )
    transact(lambda: _store_key(workspace, actor, key))
    return key, fresh


def _store_key(workspace: Workspace, actor: Actor, key: ApiKey) -> None:
    key.save(force_insert=True)
    words = {"name": key.name, "dialects": key.dialects, "scopes": key.scopes, "test": key.is_test}
    changes = {f"/keys/{key.public_id}": change_of(MISSING, words)}
    write_entry(workspace, actor, "key_issued", _("Key “%s” issued") % key.name, changes)


def revoke_key(workspace: Workspace, actor: Actor, public_id: str) -> tuple[ApiKey, list[ApiKey]]:
    """For good, and with it the older ones in whose place it came, because what they open is the same.
    Revoking twice keeps the first time."""

    def write() -> tuple[ApiKey, list[ApiKey]]:
        key = ApiKey.objects.select_for_update().filter(workspace=workspace, public_id=public_id).first()
        if key is None:
            raise NotFound(_("The workspace has no key with this id."))
        moment = now()
        older = older_keys(key, keys_in(workspace), moment)
        ended = [row for row in (key, *older) if row.revoked_at is None]
        for row in ended:
            row.revoked_at = moment
            row.save(update_fields=["revoked_at"])
        if ended:
            said = _("Key “%s” revoked, with what it had replaced") if older else _("Key “%s” revoked")
            changes = {f"/keys/{row.public_id}": change_of({"name": row.name}, MISSING) for row in ended}
            write_entry(workspace, actor, "key_revoked", said % key.name, changes)
        return key, older

    return transact(write)


def _known_words(field: str, words: Sequence[str], known: Sequence[str], problems: Problems) -> None:
    if not words:
        problems.add(field, "required", _("Name at least one."), None, list(known))
    for word in words:
        if word not in known:
            problems.add(field, "invalid_choice", _("Choose from the known ones."), word, list(known))
