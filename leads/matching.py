"""Who may be the same person: the same phone key or email key among the workspace's other live leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError

from leadhub.workspaces.models import User, Workspace
from leadhub.workspaces.rows import read_rows
from leads.models import ContactPoint, Lead, NotDuplicate
from leads.queries.find import join_dispositions, join_owners, live_leads
from leads.queries.search import read_search, search_leads
from leads.values import email_key, phone_key

_PHONE: Final = ContactPoint.Kind.PHONE
_EMAIL: Final = ContactPoint.Kind.EMAIL
# Below this, what somebody types is no number yet, and half the workspace would match it.
_FEWEST_DIGITS: Final = 6
_SHORTEST_NAME: Final = 3
_NOBODY: Final = UUID(int=0)

# One index probe for each way to be reached, because an OR may scan. Of a pair that a person told apart, the
# smaller id stands first.
_MATCHES: Final = """
FROM {t0} t0
LEFT JOIN {t1} t1 ON t1.id = t0.assignee_id
LEFT JOIN {t2} t2 ON t2.workspace_id = t0.workspace_id AND t2.lead_id = t0.id AND t2.key IN (:keys)
WHERE t0.id IN (
    SELECT lead.id FROM {t0} AS lead
    WHERE lead.id IN (
        SELECT id FROM {t0} WHERE workspace_id = %s AND phone_key IN (:phones)
        UNION SELECT id FROM {t0} WHERE workspace_id = %s AND email_key IN (:emails)
        UNION SELECT lead_id FROM {t2} WHERE workspace_id = %s AND key IN (:keys)
    )
    AND lead.workspace_id = %s AND lead.id <> %s
    AND NOT lead.is_test AND lead.deleted_at IS NULL AND lead.merged_into_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM :pairs WHERE workspace_id = %s AND first_id = %s AND second_id = lead.id)
    AND NOT EXISTS (SELECT 1 FROM :pairs WHERE workspace_id = %s AND second_id = %s AND first_id = lead.id)
    ORDER BY lead.created_at DESC, lead.id DESC LIMIT :limit
)
ORDER BY t0.created_at DESC, t0.id DESC
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A lead that may be the same person, and why: `phone`, `email`, `name`."""

    lead: Lead
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


def oldest_with_email(workspace: Workspace, key: str, *, besides: UUID) -> UUID | None:
    """The oldest live lead that has this email as its own."""
    rows = live_leads(workspace).filter(email_key=key).exclude(pk=besides)
    return rows.order_by("created_at", "pk").values_list("pk", flat=True).first()


def matching_leads(
    workspace: Workspace,
    lead: Lead,
    limit: int = 20,
    *,
    contact_points: Iterable[ContactPoint] | None = None,
) -> list[Match]:
    """Those with a number or address of the lead, first or further, newest first; a test lead has none."""
    if lead.is_test:
        return []
    if contact_points is None:
        contact_points = ContactPoint.objects.filter(workspace=workspace, lead=lead)
    return _matches(workspace, _keys_of(lead, contact_points), limit, besides=lead.pk)


def matches_for(
    workspace: Workspace,
    *,
    phone: str = "",
    email: str = "",
    name: str = "",
    limit: int = 10,
) -> list[Match]:
    """Whom somebody may be about to add again, while they type; those with the number or address first."""
    phones, emails = {_typed_phone(phone, workspace.region)}, {email_key(email)}
    found = _matches(workspace, Keys(frozenset(phones - {""}), frozenset(emails - {""})), limit)
    seen = {match.lead.pk for match in found}
    named = [match for match in _with_name(workspace, name, limit) if match.lead.pk not in seen]
    return (found + named)[:limit]


def _keys_of(lead: Lead, contact_points: Iterable[ContactPoint]) -> Keys:
    further = list(contact_points)
    phones = {lead.phone_key} | {point.key for point in further if point.kind == _PHONE}
    emails = {lead.email_key} | {point.key for point in further if point.kind == _EMAIL}
    return Keys(frozenset(phones - {""}), frozenset(emails - {""}))


def _typed_phone(text: str, region: str) -> str:
    key = phone_key(text, region)
    return key if sum(map(str.isdigit, key)) >= _FEWEST_DIGITS else ""


def _matches(workspace: Workspace, keys: Keys, limit: int, besides: UUID = _NOBODY) -> list[Match]:
    """One statement: the leads, their owners, and those of their contact points that have a key."""
    phones, emails = sorted(keys.phones), sorted(keys.emails)
    if not (phones or emails):
        return []
    here, every = workspace.pk, phones + emails
    values = [*every, here, *phones, here, *emails, here, *every, here, besides, here, besides, here, besides]
    rows = read_rows((Lead, User, ContactPoint), _tail(len(phones), len(emails), limit), values)
    leads: dict[UUID, Lead] = {}
    points: dict[UUID, list[ContactPoint]] = {}
    for lead, owner, point in rows:
        leads.setdefault(lead.pk, lead).assignee = owner
        points.setdefault(lead.pk, []).extend([point] if point is not None else [])
    found = join_dispositions(workspace, leads.values())
    return [Match(lead, _reasons(_keys_of(lead, points[lead.pk]), keys)) for lead in found]


@cache
def _tail(phones: int, emails: int, limit: int) -> str:
    sizes = {":phones": phones, ":emails": emails, ":keys": phones + emails}
    tail = _MATCHES.replace(":pairs", NotDuplicate._meta.db_table).replace(":limit", str(int(limit)))
    for name, size in sizes.items():
        tail = tail.replace(name, ", ".join(["%s"] * size) or "NULL")
    return tail


def _reasons(its: Keys, keys: Keys) -> tuple[str, ...]:
    same = {"phone": its.phones & keys.phones, "email": its.emails & keys.emails}
    return tuple(reason for reason, shared in same.items() if shared)


def _with_name(workspace: Workspace, name: str, limit: int) -> list[Match]:
    try:
        wanted = read_search(name, workspace.region)
    except ValidationError:
        return []  # what is not a name yet matches nobody
    if not any(len(word) >= _SHORTEST_NAME for group in wanted.groups for word in group):
        return []
    rows = search_leads(live_leads(workspace), workspace, wanted).order_by("-created_at", "-id")
    found = join_dispositions(workspace, rows[:limit])
    join_owners(found)
    return [Match(lead, ("name",)) for lead in found]
