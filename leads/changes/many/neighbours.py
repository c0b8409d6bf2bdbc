"""Who else has the numbers and addresses of a batch, and is opted out of what: asked once, then kept up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Q

from leadhub.workspaces.models import Workspace
from leads.changes.consent import COLUMNS
from leads.changes.suppression import EMAIL, PHONE, SILENCING, Key, suppressed
from leads.changes.surroundings import Surroundings
from leads.models import Channel, ContactPoint, Lead, Suppression
from leads.queries.find import live_leads
from leads.queries.keys import leads_with

_CHANNELS = tuple(COLUMNS)
_OPTED_OUT = Q()
for _column in COLUMNS.values():
    _OPTED_OUT |= Q(**{f"{_column}__isnull": False})


class Neighbours:
    """`keys`: the numbers and addresses that leads of the batch may come to have; `spoken`: those of them
    whose owners say themselves what they consent to, which concerns everybody who has them."""

    def __init__(
        self, workspace: Workspace, keys: Iterable[Key], spoken: Collection[Key] | None = None
    ) -> None:
        self._who = None if spoken is None else _who(workspace, spoken)
        self._out: defaultdict[Key, dict[UUID, frozenset[Channel]]] = defaultdict(dict)
        given = {key for key in keys if key[0] in {PHONE, EMAIL} and key[1]}
        for key, lead_id, *since in _opted_out(workspace, given):
            self._out[key][lead_id] = _channels(since)
        self._listed: dict[Key, set[Channel]] = {}
        if given and Suppression.objects.filter(workspace=workspace, reason__in=SILENCING).exists():
            found = suppressed(workspace, given, SILENCING)
            self._listed = {key: set(map(Channel, channels)) for key, channels in found.items()}

    def look(
        self, workspace: Workspace, lead: Lead, keys: Iterable[Key], *, further: bool = False
    ) -> Surroundings:
        """As far as a change without an opt-out of its own asks: who opted out, and what is listed."""
        found = Surroundings(actions=1)  # whether any is open, the state knows
        for key in keys:
            if key in self._out:
                found.others |= self._out[key]
            found.listed |= self._listed.get(key, set())
        found.others.pop(lead.pk, None)
        return found

    @property
    def is_empty(self) -> bool:
        return not self._out and self._who is None

    def is_out(self, lead: Lead) -> bool:
        return any(getattr(lead, column) for column in COLUMNS.values())

    def listed(self, keys: Iterable[Key]) -> set[Key]:
        return {key for key in keys if key in self._listed}

    def others(self, keys: Iterable[Key]) -> set[UUID]:
        """Whoever has one of the spoken keys, opted out or not."""
        assert self._who is not None, "somebody of this batch speaks"
        return {lead for key in keys for lead in self._who.get(key, ())}

    def move(self, lead: Lead, gone: Iterable[Key], here: Iterable[Key]) -> None:
        """A change of this batch took these keys from the lead, or gave them to it, or opted it out."""
        for key in gone:
            self._out.get(key, {}).pop(lead.pk, None)
        if self._who is not None:
            for key in here:
                self._who[key].add(lead.pk)
        channels = _channels([getattr(lead, column) for column in COLUMNS.values()])
        if channels:
            for key in here:
                self._out[key][lead.pk] = channels


def _channels(since: Iterable[object]) -> frozenset[Channel]:
    return frozenset(channel for channel, at in zip(_CHANNELS, since, strict=True) if at is not None)


def _who(workspace: Workspace, keys: Collection[Key]) -> defaultdict[Key, set[UUID]]:
    found: defaultdict[Key, set[UUID]] = defaultdict(set)
    for kind in (PHONE, EMAIL):
        by_key = leads_with(workspace, kind, {key for which, key in keys if which == kind})
        for key, leads in by_key.items():
            found[kind, key] |= leads
    return found


def _opted_out(workspace: Workspace, keys: set[Key]) -> Iterator[tuple[Key, UUID, object]]:
    phones = [key for kind, key in keys if kind == PHONE]
    emails = [key for kind, key in keys if kind == EMAIL]
    leads = live_leads(workspace).filter(_OPTED_OUT)
    points = ContactPoint.objects.filter(workspace=workspace, lead__in=leads)
    for kind, column, texts in ((PHONE, "phone_key", phones), (EMAIL, "email_key", emails)):
        if not texts:
            continue
        own = leads.filter(**{f"{column}__among": texts})
        further = points.filter(kind=kind, key__among=texts)
        since = list(COLUMNS.values())
        rows = [
            *own.values_list(column, "pk", *since),
            *further.values_list("key", "lead", *(f"lead__{column}" for column in since)),
        ]
        for text, *rest in rows:
            yield ((kind, text), *rest)
