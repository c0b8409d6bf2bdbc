"""Merging: one lead takes in another, which is only marked as gone; the entry keeps what undoing it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Workspace
from leads.change import Actor, Outcome
from leads.changes.comparing import BOTH, Comparison, MergeRow, judge_picks
from leads.changes.draft import Draft
from leads.changes.duplicates import lock_two, put_pair, twins_of
from leads.changes.merged import MERGED, brought, own_points
from leads.changes.paths import put_all
from leads.changes.store import store
from leads.changes.transact import transact
from leads.changes.uniting import (
    add_up,
    copy_answers,
    copy_items,
    keep_points,
    tighten_consent,
    unite_tags,
)
from leads.errors import Forbidden, NotFound, Refused, Stale
from leads.models import Document, Lead
from leads.state import LeadState
from leads.timeline import MISSING, sides
from leads.validation.problems import Problems
from leads.values import check_metadata_size


@dataclass(frozen=True, slots=True)
class MergeOutcome:
    """`rows` are the paths where the two differed, and whose value was taken; in a dry run, would be."""

    outcome: Outcome
    rows: tuple[MergeRow, ...]
    documents: int = 0


def merge_leads(
    workspace: Workspace,
    actor: Actor,
    winner: object,
    loser: object,
    picks: Mapping[str, str] | None = None,
    *,
    seen_versions: Mapping[UUID, int] | None = None,
    dry_run: bool = False,
) -> MergeOutcome:
    """The winner takes in the loser. Of each field one value is taken: the winner's, unless it is empty or
    the loser's is picked. What can be kept of both is kept of both."""

    def write() -> MergeOutcome:
        kept, gone = lock_two(workspace, actor, winner, loser)
        _refuse_what_cannot_be_merged(kept, gone, seen_versions or {})
        return _merge(LeadState(workspace, kept), LeadState(workspace, gone), actor, picks or {})

    return transact(write, dry_run=dry_run)


def _refuse_what_cannot_be_merged(winner: Lead, loser: Lead, seen: Mapping[UUID, int]) -> None:
    for lead in (winner, loser):
        if lead.deleted_at is not None:
            raise NotFound(_("One of the leads was deleted; restore it first."))
        if lead.merged_into_id is not None:
            raise Refused(
                "merged_away", _("One of the leads was merged into another one already; look again.")
            )
    if winner.is_test != loser.is_test:
        raise Refused("test_and_live", _("A test lead and a live one cannot be merged."))
    for lead in (winner, loser):
        if lead.pk in seen and seen[lead.pk] != lead.version:
            message = _("One of the leads was changed meanwhile; look at both again, then merge them.")
            raise Stale(message, seen[lead.pk], lead.version)


def _merge(winner: LeadState, loser: LeadState, actor: Actor, picks: Mapping[str, str]) -> MergeOutcome:
    draft = Draft(winner, actor)
    copy_items(draft, loser)
    rows = _unite_fields(draft, loser, picks)
    unite_tags(draft, loser)
    rows += tighten_consent(draft, loser.lead)
    add_up(draft, loser.lead)
    for twin in sorted(twins_of(loser.lead) - {winner.lead.pk}):
        put_pair(draft, twin)
    rows += _further_rows(draft, loser, {row.path for row in rows})
    documents = _take_in(draft, loser.lead, picks)
    draft.events.append("lead.merged")
    said: dict[str, object] = {"loser": loser.lead.pk, "picks": dict(picks)}
    entry = store(draft, kind=MERGED, summary=gettext_noop("Leads merged"), input=said)
    outcome = Outcome(winner.lead, winner, created=False, changed=True, entry=entry)
    return MergeOutcome(outcome, tuple(sorted(rows, key=lambda row: row.path)), documents)


def _unite_fields(draft: Draft, loser: LeadState, picks: Mapping[str, str]) -> list[MergeRow]:
    """One value of each field. A phone or an email that is not taken becomes a further one."""
    own = own_points(draft.lead)
    comparison = Comparison(draft.state, loser, picks)
    judge_picks(comparison)
    _refuse_overriding(picks, draft.actor)
    answers = {path: value for path, value in comparison.wanted.items() if path.startswith("/answers/")}
    put_all(draft, {path: value for path, value in comparison.wanted.items() if path not in answers})
    if "metadata" in draft.columns:
        problems = Problems()
        problems.attempt("metadata", None, lambda: check_metadata_size(draft.lead.metadata))
        problems.settle()
    copy_answers(draft, loser, answers)
    keep_points(draft, loser, own)
    return comparison.rows


def _refuse_overriding(picks: Mapping[str, str], actor: Actor) -> None:
    if not actor.may_override and any(path.startswith("/override") for path in picks):
        raise Forbidden(_("Only an administrator may override whether a lead is enabled."), "override")


def _further_rows(draft: Draft, loser: LeadState, shown: set[str]) -> list[MergeRow]:
    """What is kept of both, or follows from the rest: nobody picks it, but everybody may see it."""
    rows = []
    for path, change in draft.changes.items():
        if path not in shown and path != "/disposition/change":
            ours, theirs = sides(change)[0], brought(loser, path)
            rows.append(MergeRow(path, _shown(ours), _shown(theirs), BOTH, pickable=False))
    return rows


def _take_in(draft: Draft, loser: Lead, picks: Mapping[str, str]) -> int:
    """Mark the loser, and nothing else of it; move its documents; remember what undoing this takes."""
    winner, workspace = draft.lead, draft.state.workspace
    taken = [str(loser.pk), *loser.absorbed]
    documents = Document.objects.filter(workspace=workspace, lead=loser)
    moved = [str(key) for key in documents.order_by("pk").values_list("pk", flat=True)]
    documents.update(lead=winner)
    Lead.objects.filter(workspace=workspace, pk=loser.pk).update(merged_into=winner)
    draft.set_column("absorbed", [*winner.absorbed, *taken])
    draft.tell(f"/merged/{loser.pk}", MISSING, str(loser))
    draft.kept = {
        "loser": str(loser.pk),
        "absorbed": taken,
        "documents": moved,
        "attempts": loser.attempts,
        "picks": dict(picks),
    }
    return len(moved)


def _shown(value: object) -> object:
    return None if value is MISSING else value
