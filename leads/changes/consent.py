"""Opting out and in again, channel by channel: append-only, and spread to everybody with the same address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from leads.change import ConsentWish
from leads.changes.draft import Draft
from leads.models import Channel, ConsentEvent

COLUMNS: Final = {
    Channel.ALL: "opted_out_at",
    Channel.CALL: "call_opted_out_at",
    Channel.EMAIL: "email_opted_out_at",
    Channel.SMS: "sms_opted_out_at",
}


def set_consent(draft: Draft, wishes: Iterable[ConsentWish]) -> None:
    for wish in wishes:
        _set_channel(draft, wish)


def _set_channel(draft: Draft, wish: ConsentWish) -> None:
    lead = draft.lead
    column = COLUMNS[Channel(wish.channel)]
    since: datetime | None = getattr(lead, column)
    if wish.opted_in == (since is None) and not wish.text_shown:
        return  # said before: the first time stands
    if wish.opted_in:
        draft.set_column(column, None)
    elif since is None:
        draft.set_column(column, wish.at or draft.moment)
    if wish.channel == Channel.SMS:
        draft.set_column("sms_consent_phone", str(lead.phone_e164 or "") or lead.phone)
        if wish.opted_in:
            draft.set_column("sms_opted_in_at", wish.at or draft.moment)
    draft.consents.append(
        ConsentEvent(
            workspace=draft.state.workspace,
            lead=lead,
            channel=wish.channel,
            opted_in=wish.opted_in,
            address=lead.email if wish.channel == Channel.EMAIL else lead.phone,
            text_shown=wish.text_shown,
            source=wish.source or draft.actor.door,
            actor_kind=draft.actor.kind,
            actor_name=draft.actor.name[:200],
            created_at=draft.moment,
        )
    )
    if not wish.opted_in:
        draft.events.append("lead.opted_out")
