"""Opting out and in again, channel by channel: append-only, and true of everybody with the same address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ConsentWish
from leads.changes.draft import Draft
from leads.changes.followups import OPT_OUTS
from leads.changes.store import store
from leads.changes.suppression import EMAIL, PHONE, Key, keys_of
from leads.changes.surroundings import Look, look_around
from leads.changes.transact import lock_first, transact
from leads.models import Channel, ConsentEvent, ContactPoint, Job, Lead
from leads.models.outbox import Leased
from leads.queries.find import live_leads
from leads.state import LeadState

COLUMNS: Final = OPT_OUTS
# Leads that are marked together with the one that opted out; a job sees to those beyond.
AT_ONCE: Final = 500
SPREADING: Final = "spread_opt_out"
# The source of an opt-out that somebody else with the same number or address gave.
INHERITED: Final = "same number or address"


def set_consent(draft: Draft, wishes: Iterable[ConsentWish]) -> None:
    for wish in wishes:
        _set_channel(draft, wish)


def _set_channel(draft: Draft, wish: ConsentWish) -> None:
    lead = draft.lead
    channel = Channel(wish.channel)
    column = COLUMNS[channel]
    since: datetime | None = getattr(lead, column)
    if wish.yields:
        _say_basis(draft, channel, wish)
        return
    if wish.opted_in == (since is None) and not wish.text_shown:
        return  # said before: the first time stands
    if wish.opted_in:
        draft.set_column(column, None)
        points = [*draft.state.contact_points, *draft.contact_points]
        draft.lifts.append((keys_of(lead, points), channel))
    elif since is None:
        draft.set_column(column, wish.at or draft.moment)
    if channel == Channel.SMS:
        draft.set_column("sms_consent_phone", str(lead.phone_e164 or "") or lead.phone)
        if wish.opted_in:
            draft.set_column("sms_opted_in_at", wish.at or draft.moment)
    _say(draft, channel, wish.source, opted_in=wish.opted_in, text_shown=wish.text_shown)


def _say_basis(draft: Draft, channel: Channel, wish: ConsentWish) -> None:
    """It is on record once, and says nothing against an opt-out, be it of this lead or of its number."""
    lead = draft.lead
    if lead.opted_out_at or getattr(lead, COLUMNS[channel]) or draft.state.has_said(channel, wish.text_shown):
        return
    event = _say(draft, channel, wish.source, opted_in=True, text_shown=wish.text_shown)
    draft.bases.append(event)


def _say(
    draft: Draft, channel: Channel, source: str, *, opted_in: bool, text_shown: str = ""
) -> ConsentEvent:
    lead = draft.lead
    event = ConsentEvent(
        workspace=draft.state.workspace,
        lead=lead,
        channel=channel,
        opted_in=opted_in,
        address=lead.email if channel == Channel.EMAIL else lead.phone,
        text_shown=text_shown,
        source=(source or draft.actor.door)[:255],
        actor_kind=draft.actor.kind,
        actor_name=draft.actor.name[:200],
        created_at=draft.moment,
    )
    draft.consents.append(event)
    if not opted_in:
        draft.events.append("lead.opted_out")
    return event


def _opt_out(draft: Draft, channels: Iterable[Channel], source: str) -> None:
    for channel in channels:
        if getattr(draft.lead, COLUMNS[channel]) is None:
            draft.set_column(COLUMNS[channel], draft.moment)
            _say(draft, channel, source, opted_in=False)


def look_at_others(draft: Draft, look: Look = look_around) -> None:
    """A number or address that is new on a lead comes with what its owner opted out of elsewhere.

    Said otherwise in this very change, with what was shown or signed, that is newer, and stands.
    """
    fresh = _new_keys(draft)
    out = {event.channel for event in draft.consents if not event.opted_in}
    if draft.lead.is_test or not (fresh or out):
        return
    lead = draft.lead
    # Who opts out does so with all that is known of them.
    keys = fresh | (keys_of(lead, draft.contact_points) if out else set())
    draft.around = look(draft.state.workspace, lead, keys, further=bool(out))
    if fresh:
        bases = {event.pk for event in draft.bases}
        said = {event.channel for event in draft.consents if event.opted_in and event.pk not in bases}
        inherited = [channel for channel in Channel if channel in draft.around.standing - said]
        _opt_out(draft, inherited, INHERITED)
    others = _still_in(draft)
    if others and others[0] < lead.pk and not draft.state.is_new:
        lock_first([lead.pk, *others[:AT_ONCE]])


def _new_keys(draft: Draft) -> set[Key]:
    lead = draft.lead
    keys = {(str(point.kind), point.key) for point in draft.contact_points if point.key}
    for column, key in (("phone_key", (PHONE, lead.phone_key)), ("email_key", (EMAIL, lead.email_key))):
        if column in draft.columns and key[1]:
            keys.add(key)
    return keys


def spread_opt_outs(draft: Draft) -> None:
    """Mark everybody else with the same number or address in this transaction, once the change is stored."""
    channels, others = _said_out(draft), _still_in(draft)
    if not others:
        return
    workspace, lead = draft.state.workspace, draft.lead
    _mark(workspace, draft.actor, others[:AT_ONCE], channels, INHERITED, lead.pk)
    if len(others) > AT_ONCE:
        given = {"lead": str(lead.pk), "channels": channels}
        moment = now()
        Job.objects.create(
            workspace=workspace, kind=SPREADING, input=given, state=Leased.State.DUE, due_at=moment
        )


def _said_out(draft: Draft) -> list[Channel]:
    """What was opted out of here, and not elsewhere."""
    said = [event for event in draft.consents if not event.opted_in and event.source != INHERITED]
    return [Channel(event.channel) for event in said]


def _still_in(draft: Draft) -> list[UUID]:
    """Those with the same number or address that this opt-out is news to, in the order of their ids."""
    channels = _said_out(draft)
    around = draft.around.others if draft.around and channels else {}
    return sorted(key for key, out in around.items() if not out.issuperset(channels))


def spread_further(workspace: Workspace, actor: Actor, lead_id: UUID, channels: Iterable[str]) -> int:
    """The next ones; how many they were. Nothing is left once that is fewer than AT_ONCE."""
    wanted = [Channel(channel) for channel in channels]

    def write() -> int:
        lead = Lead.objects.filter(workspace=workspace, pk=lead_id).first()
        if lead is None:
            return 0
        around = look_around(workspace, lead, keys_of(lead), further=True)
        others = sorted(key for key, out in around.others.items() if not out.issuperset(wanted))
        _mark(workspace, actor, others[:AT_ONCE], wanted, INHERITED, lead.pk)
        return min(len(others), AT_ONCE)

    return transact(write)


def mark_opted_out(
    workspace: Workspace, actor: Actor, keys: Iterable[Key], channels: Iterable[str], source: str
) -> int:
    """Opt out the live leads with one of these keys, at most AT_ONCE of them; how many they were."""
    wanted = [Channel(channel) for channel in channels]
    willing = Q()
    for channel in wanted:
        willing |= Q(**{COLUMNS[channel]: None})
    rows = live_leads(workspace).filter(willing, pk__in=_with_keys(workspace, keys))
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    _mark(workspace, actor, found, wanted, source)
    return len(found)


def _mark(
    workspace: Workspace,
    actor: Actor,
    leads: Sequence[UUID],
    channels: Sequence[Channel],
    source: str,
    cause: UUID | None = None,
) -> None:
    """Each with its own entry. Locked in the order of their ids, as everywhere, so that two such writers do
    not wait for each other."""
    rows = live_leads(workspace).filter(pk__in=leads).order_by("pk") if leads else Lead.objects.none()
    for lead in rows.select_for_update(of=("self",)):
        draft = Draft(LeadState(workspace, lead), actor)
        _opt_out(draft, channels, source)
        told: dict[str, object] = {"channels": [str(channel) for channel in channels], "source": source}
        if cause is not None:
            told["lead"] = cause
        if draft.consents:
            store(draft, kind="consent", summary=gettext_noop("Opted out"), input=told)


def _with_keys(workspace: Workspace, keys: Iterable[Key]) -> object:
    """Ids of the leads with one of the keys, first or further. A UNION: an OR may walk the wrong index."""
    given = list(keys)
    phones = [key for kind, key in given if kind == PHONE]
    emails = [key for kind, key in given if kind == EMAIL]
    own = Lead.objects.filter(workspace=workspace)
    further = ContactPoint.objects.filter(workspace=workspace)
    by_phone, by_email = own.filter(phone_key__in=phones), own.filter(email_key__in=emails)
    points = further.filter(Q(kind=PHONE, key__in=phones) | Q(kind=EMAIL, key__in=emails))
    return by_phone.values("pk").union(by_email.values("pk"), points.values("lead"))
