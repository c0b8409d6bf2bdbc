"""The order of a workspace's dispositions and call outcomes: one of them moves a place up or down."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.drafts import moved
from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import renew_catalogue, write_entry
from leads.changes.definitions import lock_workspace
from leads.changes.transact import transact
from leads.models import CallOutcome, Disposition
from leads.queries.catalogue import load_catalogue
from leads.timeline import change_of


class _Place(NamedTuple):
    id: UUID
    archived: bool
    label: str


def move_disposition(workspace: Workspace, actor: Actor, row_id: UUID, step: int) -> bool:
    return _move(workspace, actor, Disposition, row_id, step)


def move_call_outcome(workspace: Workspace, actor: Actor, row_id: UUID, step: int) -> bool:
    return _move(workspace, actor, CallOutcome, row_id, step)


def _move(
    workspace: Workspace, actor: Actor, kind: type[Disposition | CallOutcome], row_id: UUID, step: int
) -> bool:
    """The whole order is written from what it is under the lock: of two who move something at once each
    moves it a place, whatever the other one's page showed."""

    def write() -> bool:
        locked = lock_workspace(workspace)
        places = _places(locked, kind)
        wanted = moved(places, row_id, step)
        if list(wanted) == places:
            return False
        for order, place in enumerate(wanted):
            kind.objects.filter(workspace=locked, pk=place.id).exclude(order=order).update(order=order)
        told = [[place.label for place in order if not place.archived] for order in (places, wanted)]
        label = next(place.label for place in places if place.id == row_id)
        sentence = _("“%s” moved up") if step < 0 else _("“%s” moved down")
        noun = kind._meta.model_name
        write_entry(locked, actor, f"{noun}_moved", sentence % label, {"order": change_of(*told)})
        renew_catalogue(locked)
        return True

    is_changed = transact(write)
    workspace.refresh_from_db(fields=["catalogue_token"])
    return is_changed


def _places(workspace: Workspace, kind: type[Disposition | CallOutcome]) -> list[_Place]:
    """As every list has them."""
    catalogue = load_catalogue(workspace)
    rows = (catalogue.dispositions if kind is Disposition else catalogue.call_outcomes).values()
    return [_Place(row.pk, row.archived_at is not None, row.label) for row in rows]
