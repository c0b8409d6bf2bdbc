"""Undo of a merge, after whatever was done since: the two are apart again, and what stays is listed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.draft import Draft
from leads.changes.duplicates import lock_two
from leads.changes.inverse import Inverse
from leads.changes.merged import MERGE_UNDONE, MERGED, find_merge
from leads.changes.transact import transact
from leads.changes.undo import UndoOutcome, close
from leads.errors import NotFound, Refused
from leads.models import Document, Entry, Lead
from leads.queries.find import leads_in
from leads.state import LeadState
from leads.timeline import MISSING


def undo_merge(workspace: Workspace, actor: Actor, what: object, *, dry_run: bool = False) -> UndoOutcome:
    """`what` is the id of the merge's entry, or of the lead that was merged away.

    What the merge brought goes, unless it was changed since or another merge that stands brings it too.
    """

    def write() -> UndoOutcome:
        entry = _find(workspace, actor, what)
        loser_id = (entry.kept or {})["loser"]
        winner, loser = lock_two(workspace, actor, entry.lead_id, loser_id)
        _refuse_what_cannot_be_undone(entry, winner, loser)
        return _undo(LeadState(workspace, winner), loser, actor, entry)

    return transact(write, dry_run=dry_run)


def _find(workspace: Workspace, actor: Actor, what: object) -> Entry:
    key = parse_id(what)
    entry = Entry.objects.filter(workspace=workspace, kind=MERGED, pk=key).first() if key else None
    if entry is None and key is not None:
        lead = leads_in(workspace, tests=actor.tests).filter(pk=key, merged_into__isnull=False).first()
        entry = find_merge(lead) if lead else None
    if entry is None:
        raise NotFound(_("No merge matches; name its entry, or the lead that was merged away."))
    return entry


def _refuse_what_cannot_be_undone(entry: Entry, winner: Lead, loser: Lead) -> None:
    if winner.merged_into_id is not None:
        message = _("The surviving lead was merged into another one since; undo that merge first.")
        raise Refused("merged_away", message)
    undone = Entry.objects.filter(workspace=entry.workspace_id, lead=winner, undoes=entry).exists()
    if undone or loser.merged_into_id != winner.pk:
        raise Refused("already_undone", _("This merge was undone already."))


def _undo(state: LeadState, loser: Lead, actor: Actor, entry: Entry) -> UndoOutcome:
    kept, winner = entry.kept or {}, state.lead
    inverse = Inverse(state, actor, entry, but={"attempts"})
    draft = Draft(state, actor)
    inverse.apply(draft)
    if draft.set_column("attempts", winner.attempts - kept["attempts"]):
        inverse.undone.append("attempts")
    draft.set_column("absorbed", [key for key in winner.absorbed if key not in kept["absorbed"]])
    draft.tell(f"/merged/{loser.pk}", str(loser), MISSING)
    inverse.undone.append(f"/merged/{loser.pk}")
    Lead.objects.filter(workspace=state.workspace, pk=loser.pk).update(merged_into=None)
    _give_back_documents(winner, loser, kept["documents"], inverse)
    return close(draft, inverse, kind=MERGE_UNDONE, summary=gettext_noop("Merge undone"))


def _give_back_documents(winner: Lead, loser: Lead, moved: list[str], inverse: Inverse) -> None:
    rows = Document.objects.filter(workspace=winner.workspace_id, lead=winner, pk__in=moved)
    there = {str(key) for key in rows.values_list("pk", flat=True)}
    rows.update(lead=loser)
    for key in moved:
        if key in there:
            inverse.undone.append(f"/documents/{key}")
        else:
            inverse.keep(f"/documents/{key}", "gone", None)
