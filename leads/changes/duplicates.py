"""Two leads that look alike and are not: a person says so, and may take it back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id, parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ById
from leads.changes.draft import Draft
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.models import Entry, Lead, NotDuplicate
from leads.queries.find import find_lead, leads_in
from leads.timeline import MISSING, Change, Story, change_of, record

MARKED: Final = "not_duplicate"
UNMARKED: Final = "duplicate_again"


def mark_not_duplicate(workspace: Workspace, actor: Actor, one: object, other: object) -> bool:
    """Remember that the two are not the same person. False says that this was known."""

    def write() -> bool:
        first, second = _lock_live(workspace, actor, one, other)
        if is_pair(first, second.pk):
            return False
        _add(workspace, first.pk, second.pk, actor.user_id)
        for lead, twin in ((first, second), (second, first)):
            change = change_of(MISSING, True)
            _tell(lead, actor, Story(MARKED, gettext_noop("Not a duplicate"), _at(twin, change)))
        return True

    return transact(write)


def unmark_not_duplicate(workspace: Workspace, actor: Actor, one: object, other: object) -> bool:
    """Take that back: the two show up beside each other again. False says that nobody had said so."""

    def write() -> bool:
        first, second = _lock_live(workspace, actor, one, other)
        if not is_pair(first, second.pk):
            return False
        _pairs(workspace, first.pk).filter(_with(second.pk)).delete()
        summary = gettext_noop("May be a duplicate after all")
        for lead, twin in ((first, second), (second, first)):
            said = _last_said(lead, twin)
            change = change_of(True, MISSING)
            story = Story(UNMARKED, summary, _at(twin, change), undoes=said.pk if said else None)
            _tell(lead, actor, story)
        return True

    return transact(write)


def lock_two(workspace: Workspace, actor: Actor, one: object, other: object) -> tuple[Lead, Lead]:
    """Both rows, locked in the order of their ids, so that two who want the same pair cannot deadlock."""
    ids = [parse_id(one), parse_id(other)]
    if ids[0] == ids[1]:
        raise Refused("same_lead", _("This is one and the same lead; choose another one."))
    rows = leads_in(workspace, tests=actor.tests).filter(pk__in=[key for key in ids if key])
    found = {lead.pk: lead for lead in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(found) < 2:
        raise NotFound(_("No lead matches; check the ids that were sent."))
    return found[ids[0]], found[ids[1]]  # type: ignore[index]


def _lock_live(workspace: Workspace, actor: Actor, one: object, other: object) -> tuple[Lead, Lead]:
    leads = [find_lead(workspace, ById(key), tests=actor.tests) for key in (one, other)]
    locked = lock_two(workspace, actor, leads[0].pk, leads[1].pk)
    if any(lead.deleted_at or lead.merged_into_id for lead in locked):
        raise NotFound(_("One of the leads was deleted or merged meanwhile; look again."))
    return locked


def is_pair(lead: Lead, other: UUID) -> bool:
    return _pairs(lead.workspace, lead.pk).filter(_with(other)).exists()


def twins_of(lead: Lead) -> set[UUID]:
    """The leads that this one was said not to be."""
    rows = _pairs(lead.workspace, lead.pk).values_list("first", "second")
    return {key for pair in rows for key in pair} - {lead.pk}


def put_pair(draft: Draft, other: UUID) -> None:
    """Part of a change of the lead: a merge passes on what was said of the lead that goes."""
    if (
        not is_pair(draft.lead, other)
        and leads_in(draft.state.workspace, tests=None).filter(pk=other).exists()
    ):
        _add(draft.state.workspace, draft.lead.pk, other, draft.actor.user_id)
        draft.tell(f"/not_duplicates/{other}", MISSING, True)


def remove_pair(draft: Draft, other: UUID) -> None:
    removed, _kinds = _pairs(draft.state.workspace, draft.lead.pk).filter(_with(other)).delete()
    if removed:
        draft.tell(f"/not_duplicates/{other}", True, MISSING)


def _add(workspace: Workspace, one: UUID, other: UUID, user_id: UUID | None) -> None:
    first, second = sorted((one, other))
    pair = NotDuplicate(workspace=workspace, first_id=first, second_id=second, user_id=user_id)
    pair.save(force_insert=True)


def _pairs(workspace: Workspace, lead_id: UUID) -> QuerySet[NotDuplicate]:
    return NotDuplicate.objects.filter(Q(first=lead_id) | Q(second=lead_id), workspace=workspace)


def _with(other: UUID) -> Q:
    return Q(first=other) | Q(second=other)


def _at(twin: Lead, change: Change) -> dict[str, Change]:
    return {f"/not_duplicates/{twin.pk}": change}


def _last_said(lead: Lead, twin: Lead) -> Entry | None:
    rows = Entry.objects.filter(workspace=lead.workspace_id, lead=lead, kind=MARKED)
    return rows.filter(changes__has_key=f"/not_duplicates/{twin.pk}").order_by("-created_at", "-id").first()


def _tell(lead: Lead, actor: Actor, story: Story) -> None:
    """Told on both timelines. Neither lead's own state changed, so no version rises."""
    record(lead, actor, now(), new_id(), story).save(force_insert=True)
