"""Who may be the same person: the same phone key or email key among the workspace's other live leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from leadhub.workspaces.models import Workspace
from leads.models import ContactPoint, Lead, NotDuplicate
from leads.queries.find import join_dispositions, live_leads
from leads.queries.search import FEW, hits, read_search
from leads.values import email_key, phone_key

_PHONE: Final = ContactPoint.Kind.PHONE
_EMAIL: Final = ContactPoint.Kind.EMAIL
# Below this, what somebody types is no number yet, and half the workspace would match it.
_FEWEST_DIGITS: Final = 6
_SHORTEST_NAME: Final = 3


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
    keys = _keys_of(lead, contact_points)
    if not (keys.phones or keys.emails):
        return []
    rows = live_leads(workspace).filter(pk__in=_reached(workspace, keys)).exclude(pk=lead.pk)
    return _matches(workspace, rows.exclude(_told_apart(workspace, lead)), keys, limit)


def matches_for(
    workspace: Workspace,
    *,
    phone: str = "",
    email: str = "",
    name: str = "",
    limit: int = 10,
) -> list[Match]:
    """Whom somebody may be about to add again, while they type; those with the number or address first."""
    keys = Keys(
        frozenset(filter(None, [_typed_phone(phone, workspace.region)])),
        frozenset(filter(None, [email_key(email)])),
    )
    found: list[Match] = []
    if keys.phones or keys.emails:
        rows = live_leads(workspace).filter(pk__in=_reached(workspace, keys))
        found = _matches(workspace, rows, keys, limit)
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


def _reached(workspace: Workspace, keys: Keys) -> QuerySet[Lead, UUID]:
    """The ids of all that have one of the keys: one index probe for each way, because an OR may scan."""
    leads = Lead.objects.filter(workspace=workspace).order_by()
    further = ContactPoint.objects.filter(workspace=workspace, key__in=keys.phones | keys.emails)
    ways: list[QuerySet[Lead, UUID]] = []
    if keys.phones:
        ways.append(leads.filter(phone_key__in=keys.phones).values_list("pk", flat=True))
    if keys.emails:
        ways.append(leads.filter(email_key__in=keys.emails).values_list("pk", flat=True))
    return ways[0].union(*ways[1:], further.values_list("lead", flat=True))


def _told_apart(workspace: Workspace, lead: Lead) -> Q:
    """Whether a person said that the two are not the same. The smaller id of a pair stands first."""
    pairs = NotDuplicate.objects.filter(workspace=workspace)
    smaller = Exists(pairs.filter(first=lead.pk, second=OuterRef("pk")))
    return smaller | Exists(pairs.filter(first=OuterRef("pk"), second=lead.pk))


def _matches(workspace: Workspace, rows: QuerySet[Lead], keys: Keys, limit: int) -> list[Match]:
    points = ContactPoint.objects.filter(workspace=workspace, lead=OuterRef("pk"))
    rows = rows.annotate(
        further_phone=Exists(points.filter(kind=_PHONE, key__in=keys.phones)),
        further_email=Exists(points.filter(kind=_EMAIL, key__in=keys.emails)),
    )
    return [Match(lead, _reasons(lead, keys)) for lead in _shown(workspace, rows, limit)]


def _reasons(lead: Lead, keys: Keys) -> tuple[str, ...]:
    same = {
        "phone": lead.phone_key in keys.phones or getattr(lead, "further_phone", False),
        "email": lead.email_key in keys.emails or getattr(lead, "further_email", False),
    }
    return tuple(reason for reason, holds in same.items() if holds)


def _with_name(workspace: Workspace, name: str, limit: int) -> list[Match]:
    try:
        wanted = read_search(name, workspace.region)
    except ValidationError:
        return []  # what is not a name yet matches nobody
    if not any(len(word) >= _SHORTEST_NAME for group in wanted.groups for word in group):
        return []
    rows = live_leads(workspace).filter(pk__in=hits(workspace, wanted).values("pk")[:FEW])
    return [Match(lead, ("name",)) for lead in _shown(workspace, rows, limit)]


def _shown(workspace: Workspace, rows: QuerySet[Lead], limit: int) -> list[Lead]:
    """The newest of them, with owner and disposition joined."""
    rows = rows.select_related("assignee").order_by("-created_at", "-id")
    return join_dispositions(workspace, rows[:limit])
