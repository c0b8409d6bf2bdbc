"""Counting the checklists of many leads anew: what follows from the answers, so no change and no entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from checklists.definitions import load_definitions
from checklists.models import Item
from leadhub.workspaces.models import Workspace
from leads.changes.transact import transact
from leads.models import Address, Answer, Lead
from leads.state import LeadState
from leads.timeline import plain

COUNTERS: Final = ("checklist_required", "checklist_done", "checklist_in_review", "checklist_groups")
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    lead_id: UUID
    counter: str
    stored: object
    counted: object


@dataclass(frozen=True, slots=True)
class Recounted:
    """One batch: how many leads, the last of them (None: there are no more), and what was wrong.

    Counters of an older revision of the checklist are not wrong, only `old`.
    """

    leads: int
    last: UUID | None
    old: int
    differences: tuple[Difference, ...]


def recount_leads(
    workspace: Workspace,
    after: UUID | None,
    *,
    only_old: bool = False,
    store: bool = True,
    batch: int = BATCH,
) -> Recounted:
    """Count the next leads in the order of their ids. Locked meanwhile, or a write could come between."""

    def write() -> Recounted:
        workspace.refresh_from_db(fields=["definitions_revision", "catalogue_token"])
        leads = Lead.objects.filter(workspace=workspace).order_by("pk")
        if after is not None:
            leads = leads.filter(pk__gt=after)
        if only_old:
            leads = leads.exclude(checklist_revision=workspace.definitions_revision)
        found = list((leads.select_for_update() if store else leads)[:batch])
        old = [lead for lead in found if lead.checklist_revision != workspace.definitions_revision]
        differing = {lead.pk: _recount(state) for lead, state in _states(workspace, found)}
        if store:
            _store(found, {pk for pk, differences in differing.items() if differences}, old)
        stale = {lead.pk for lead in old}
        wrong = [one for pk, differences in differing.items() if pk not in stale for one in differences]
        last = found[-1].pk if len(found) == batch else None
        return Recounted(len(found), last, len(old), tuple(wrong))

    return transact(write)


def _states(workspace: Workspace, leads: list[Lead]) -> Iterable[tuple[Lead, LeadState]]:
    """Each lead with what is counted, in a constant number of queries unless some have items of their own."""
    ids = [lead.pk for lead in leads]
    base = load_definitions(workspace)
    one_offs = Item.objects.filter(workspace=workspace, only_for__in=ids, archived_at=None)
    special = set(one_offs.values_list("only_for", flat=True))
    answers: dict[UUID, dict[UUID, Answer]] = {pk: {} for pk in ids}
    for answer in Answer.objects.filter(workspace=workspace, lead__in=ids):
        answers[answer.lead_id][answer.item_id] = answer
    addresses: dict[UUID, Address] = {}
    if base.facts & {"lead.state", "lead.country"}:
        addresses = {row.lead_id: row for row in Address.objects.filter(workspace=workspace, lead__in=ids)}
    for lead in leads:
        state = LeadState(workspace, lead)
        state.answers = answers[lead.pk]
        state.address = addresses.get(lead.pk) or Address(lead=lead, workspace=workspace)
        state.definitions = load_definitions(workspace, lead.pk) if lead.pk in special else base
        yield lead, state


def _recount(state: LeadState) -> list[Difference]:
    """Sets the counters on the lead, and says which differ."""
    progress, lead = state.progress(), state.lead
    counted = (progress.required, progress.done, progress.in_review, progress.groups_as_json())
    differences = []
    for counter, value in zip(COUNTERS, counted, strict=True):
        stored = getattr(lead, counter)
        if plain(stored) != plain(value):
            differences.append(Difference(lead.pk, counter, stored, value))
            setattr(lead, counter, value)
    lead.checklist_revision = progress.revision
    return differences


def _store(leads: list[Lead], differing: set[UUID], old: list[Lead]) -> None:
    changed = [lead for lead in leads if lead.pk in differing]
    if changed:
        Lead.objects.bulk_update(changed, [*COUNTERS, "checklist_revision"])
    same = [lead for lead in old if lead.pk not in differing]
    if same:
        revision = same[0].checklist_revision
        Lead.objects.filter(pk__in=[lead.pk for lead in same]).update(checklist_revision=revision)
