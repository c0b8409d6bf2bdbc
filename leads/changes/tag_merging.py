"""One tag becomes another: its name means that one from then on, and the leads that have it follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.change import Actor, LeadChange, TagChange, Telling
from leads.changes.catalogue import save_tag, stored_row, write_entry
from leads.changes.definitions import lock_workspace
from leads.changes.transact import transact
from leads.errors import Forbidden, Invalid, Problem
from leads.models import Tag
from leads.queries.reach import looks_after_all
from leads.state import LeadState
from leads.timeline import change_of

MERGE: Final = "merge_tag"


def merge_tag(workspace: Workspace, actor: Actor, tag_id: UUID, into_id: UUID | None) -> dict[str, Any]:
    """Gives back what a bulk job is to do with the leads that have it. What was merged into it before goes
    along, so that no name has to be followed twice."""

    def write() -> dict[str, Any]:
        locked = lock_workspace(workspace)
        tag, into = stored_row(Tag, locked, tag_id), stored_row(Tag, locked, into_id)
        _refuse(tag, into)
        moment = now()
        Tag.objects.filter(workspace=locked, merged_into=tag).update(merged_into=into)
        columns = {"archived_at": moment, "updated_at": moment, "merged_into": into}
        Tag.objects.filter(workspace=locked, pk=tag.pk).update(**columns)
        sentence = _("Tag “%(tag)s” merged into “%(into)s”") % {"tag": tag, "into": into}
        write_entry(locked, actor, "tag_merged", sentence, {"merged_into": change_of(None, into.name)})
        return {"do": MERGE, "tag": str(tag.pk), "name": f"{tag} → {into}"}

    return transact(write)


def unmerge_tag(workspace: Workspace, actor: Actor, wish: Mapping[str, Any]) -> None:
    """It is a tag of its own again; the leads are not touched by that."""
    if not looks_after_all(actor):
        raise Forbidden(_("Managers and owners bring tags back; ask one of them."))
    save_tag(workspace, actor, {"archived_at": None}, UUID(wish["tag"]))


def change_of_merge(wish: Mapping[str, Any], state: LeadState) -> LeadChange:
    """Nothing, where the lead has lost the tag meanwhile, or where the tag was brought back."""
    tag = state.tags.get(UUID(wish["tag"]))
    if tag is None or tag.merged_into_id is None:
        return LeadChange()
    change = TagChange(ids=(tag.merged_into_id,), remove=(tag.pk,))
    return LeadChange(tags=change, telling=Telling(summary=gettext_noop("Tag merged into another")))


def _refuse(tag: Tag, into: Tag | None) -> None:
    message = ""
    if into is None or into == tag:
        message = _("Choose another tag.")
    elif into.archived_at is not None:
        message = _("This tag is archived; choose another one.")
    if message:
        raise Invalid([Problem("into", "invalid_choice", message)])
