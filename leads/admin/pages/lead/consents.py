"""Whether a channel may be used: opted in, opted out or unknown; since when, and where that is known from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from leads.admin.naming import consent_name
from leads.changes.followups import OPT_OUTS
from leads.models import Channel
from leads.queries.full import FullLead

_CHANNELS: Final = (Channel.CALL, Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class Consent:
    """One channel: may it be used, since when, and where that is known from."""

    channel: str
    label: str
    state: str  # out, in, or unknown
    since: datetime | None
    origin: str

    @property
    def path(self) -> str:
        return f"/consent/{self.channel}"

    @property
    def name(self) -> str:
        return consent_name(self.channel)

    @property
    def words(self) -> str:
        return {"out": _("opted out"), "in": _("opted in")}.get(self.state, _("unknown"))


def consent_by_channel(full: FullLead) -> list[Consent]:
    return [_consent(full, channel) for channel in _CHANNELS]


def _consent(full: FullLead, channel: Channel) -> Consent:
    """Opted out of everything is opted out of this. Nothing said is no yes, and no no either."""
    lead = full.lead
    out = lead.opted_out_at or getattr(lead, OPT_OUTS[channel])
    wanted = {channel, Channel.ALL}
    said = next((e for e in full.consents if e.channel in wanted and e.opted_in is not bool(out)), None)
    state = "out" if out else "in" if said is not None else "unknown"
    since = out or (said.created_at if said else None)
    if state == "unknown" and channel == Channel.SMS and lead.sms_opted_in_at:
        state, since = "in", lead.sms_opted_in_at
    origin = f"{said.actor_name} · {said.source}" if said else ""
    return Consent(channel, str(Channel(channel).label), state, since, origin)
