"""Which lead is meant: by id, email, phone or external id, in one workspace, live or test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import assert_never
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import User, Workspace
from leadhub.workspaces.rows import places, read_rows
from leads.change import ByEmail, ByExternalId, ById, ByPhone, NewLead, Where
from leads.errors import Ambiguous, NotFound
from leads.models import Address, ContactPoint, DispositionChange, Lead
from leads.queries.catalogue import load_catalogue
from leads.values import email_key, phone_key

# A chain of merges is followed this far; longer ones would be a loop.
_MERGES = 32
_BY_ID = (
    "FROM {t0} t0 LEFT JOIN {t1} t1 ON t1.id = t0.disposition_change_id "
    "WHERE t0.id = %s AND t0.workspace_id = %s"
)
_WITH_OWNER = (
    "FROM {t0} t0 LEFT JOIN {t1} t1 ON t1.id = t0.assignee_id WHERE t0.id = %s AND t0.workspace_id = %s"
)


def leads_in(workspace: Workspace, *, tests: bool | None = False) -> QuerySet[Lead]:
    """The leads in reach: `tests` True for test ones, False for live ones, None for both."""
    return _reachable(Lead.objects.filter(workspace=workspace), tests)


def live_leads(workspace: Workspace, *, tests: bool | None = False) -> QuerySet[Lead]:
    """Those that are neither deleted nor merged away; archived ones count."""
    return leads_in(workspace, tests=tests).filter(deleted_at=None, merged_into=None)


def _reachable(rows: QuerySet[Lead], tests: bool | None) -> QuerySet[Lead]:
    """A list of one, because SQLite finds `is_test IN (0)` in an index, but not `NOT is_test`."""
    return rows if tests is None else rows.filter(is_test__in=[tests])


def join_dispositions(workspace: Workspace, leads: Iterable[Lead]) -> list[Lead]:
    """The leads with their dispositions, out of the catalogue in memory instead of a join."""
    found, known = list(leads), load_catalogue(workspace).dispositions
    for lead in found:
        if lead.disposition_id in known:
            lead.disposition = known[lead.disposition_id]
    return found


def join_owners(leads: Sequence[Lead]) -> None:
    """Their owners, in one query. Not by a join: it would read a few people once for each lead, and SQLite
    might begin with them and sort all their leads."""
    people = users_by_id({lead.assignee_id for lead in leads if lead.assignee_id is not None})
    for lead in leads:
        lead.assignee = people.get(lead.assignee_id) if lead.assignee_id is not None else None


def users_by_id(keys: Collection[UUID]) -> dict[UUID, User]:
    if not keys:
        return {}
    rows = read_rows((User,), f"FROM {{t0}} t0 WHERE id IN ({places(keys)})", sorted(keys))
    return {user.pk: user for (user,) in rows}


def address_of(lead: Lead) -> Address | None:
    rows = read_rows((Address,), "FROM {t0} t0 WHERE lead_id = %s", [lead.pk])
    return rows[0][0] if rows else None


def find_lead(
    workspace: Workspace,
    where: Where,
    *,
    tests: bool | None = False,
    lock: bool = False,
    rows: QuerySet[Lead] | None = None,
) -> Lead:
    """The one lead that is meant. `rows` lets a reader bring its own joins."""
    found = find_leads(workspace, where, tests=tests, lock=lock, rows=rows)
    if len(found) > 1:
        raise Ambiguous(_("More than one lead matches; name the one that is meant by its id."), len(found))
    return _first(found)


def find_with_owner(workspace: Workspace, where: ById, *, tests: bool | None = False) -> Lead:
    """The one lead of that id, with its owner."""

    def look_up(key: UUID) -> Lead | None:
        tail, values = _reach(_WITH_OWNER, [key, workspace.pk], tests)
        for lead, owner in read_rows((Lead, User), tail, values):
            found: Lead = lead
            found.assignee = owner
            return found
        return None

    return _first(_by_id(where, look_up))


def _first(found: list[Lead]) -> Lead:
    if not found:
        raise NotFound(_("No lead matches; check the id, email or phone that was sent."))
    return found[0]


def newest_reached(workspace: Workspace, contact: object, *, tests: bool | None = False) -> Lead:
    """The newest lead with a number or an address, of which nothing else is known."""
    text = contact if isinstance(contact, str) else ""
    found = find_leads(workspace, ByEmail(text) if "@" in text else ByPhone(text), tests=tests)
    if not found:
        raise NotFound(_("No lead has this number or address."))
    return found[0]


def find_leads(
    workspace: Workspace,
    where: Where,
    *,
    tests: bool | None = False,
    lock: bool = False,
    rows: QuerySet[Lead] | None = None,
) -> list[Lead]:
    """All that match, newest first; locked in the order of their ids, so that two writers cannot deadlock."""
    if isinstance(where, ById) and rows is None:
        return _by_id(where, lambda key: _read_lead(workspace, key, tests=tests, lock=lock))
    base = Lead.objects.all() if rows is None else rows
    base = _reachable(base.filter(workspace=workspace), tests)
    if lock:
        base = base.select_for_update(of=("self",)).order_by("pk")
    match where:
        case ById():
            return _by_id(where, lambda key: base.filter(pk=key).first())
        case ByEmail():
            condition = reached_by(workspace, "email_key", email_key(where.email))
        case ByPhone():
            condition = reached_by(workspace, "phone_key", phone_key(where.phone, workspace.region))
        case ByExternalId():
            condition = Q(external_id=where.external_id)
        case NewLead():
            return []
        case _:
            assert_never(where)
    found = list(base.filter(condition, deleted_at=None, merged_into=None))
    return sorted(found, key=lambda lead: (lead.created_at, lead.pk), reverse=True)


def _reach(tail: str, values: list[object], tests: bool | None) -> tuple[str, list[object]]:
    return (tail, values) if tests is None else (f"{tail} AND t0.is_test = %s", [*values, tests])


def _by_id(where: ById, look_up: Callable[[UUID], Lead | None]) -> list[Lead]:
    lead_id = parse_id(where.id)
    for _step in range(_MERGES):
        lead = look_up(lead_id) if lead_id else None
        if lead is None or (lead.deleted_at and not where.deleted):
            return []
        if lead.merged_into_id is None:
            return [lead]
        if not where.follows:
            return []
        lead_id = lead.merged_into_id
    return []


def _read_lead(workspace: Workspace, lead_id: UUID, *, tests: bool | None, lock: bool) -> Lead | None:
    """The row every write begins with, and its newest change of disposition."""
    tail, values = _reach(_BY_ID, [lead_id, workspace.pk], tests)
    if lock and connection.features.has_select_for_update:
        tail += " FOR UPDATE OF t0"
    for lead, change in read_rows((Lead, DispositionChange), tail, values):
        found: Lead = lead
        # Who waited for the lock gets the lead as it is now, but joined to what was there before. Where the
        # two no longer fit there is nothing, and the change is read when it is asked for.
        if change is not None or found.disposition_change_id is None:
            found.disposition_change = change
        return found
    return None


def reached_by(workspace: Workspace, column: str, key: str) -> Q:
    """Those with this number or address, first or further. A UNION: an OR may walk the wrong index."""
    if not key:
        return Q(pk__in=[])
    kind = ContactPoint.Kind.EMAIL if column == "email_key" else ContactPoint.Kind.PHONE
    first = Lead.objects.filter(workspace=workspace, **{column: key}).values("pk")
    further = ContactPoint.objects.filter(workspace=workspace, key=key, kind=kind).values("lead")
    return Q(pk__in=first.union(further))
