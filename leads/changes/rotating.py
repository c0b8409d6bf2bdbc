"""A new key in the place of an old one, which still works until the integration has changed over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import NewKey
from leadhub.workspaces.models import ApiKey, Workspace
from leads.change import Actor
from leads.changes.catalogue import write_entry
from leads.changes.people import issue_key
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.timeline import change_of

OVERLAP: Final = timedelta(hours=24)


def rotate_key(
    workspace: Workspace, actor: Actor, public_id: str, overlap: timedelta = OVERLAP
) -> tuple[ApiKey, NewKey]:
    """A key of the same name and rights, told this once; the old one ends when the overlap has passed."""

    def write() -> tuple[ApiKey, NewKey]:
        old = ApiKey.objects.select_for_update().filter(workspace=workspace, public_id=public_id).first()
        if old is None:
            raise NotFound(_("The workspace has no key with this id."))
        moment = now()
        if not old.works_at(moment):
            raise Refused("inactive_key", _("This key works no more; issue a new one instead."))
        key, fresh = issue_key(
            workspace,
            actor,
            name=old.name,
            dialects=old.dialects,
            scopes=old.scopes,
            test=old.is_test,
            expires_at=old.expires_at,
        )
        key.replaces = old
        key.save(update_fields=["replaces"])
        ends = min(filter(None, (old.expires_at, moment + overlap)))
        changes = {f"/keys/{old.public_id}/expires_at": change_of(old.expires_at, ends)}
        old.expires_at = ends
        old.save(update_fields=["expires_at"])
        write_entry(workspace, actor, "key_rotated", _("Key “%s” rotated") % old.name, changes)
        return key, fresh

    return transact(write)
