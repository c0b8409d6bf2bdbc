"""What owners and managers must know on every page: that something does not leave.

It costs a page no query as long as all is well: the webhooks stand in the catalogue, which is kept in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadhub.workspaces.models import Role
from leads.admin.desk import Desk
from leads.models import WebhookEndpoint
from leads.outbox.gate import Gate, gate_for_pages
from leads.outbox.waiting import waiting_in
from leads.queries.catalogue import load_catalogue


@dataclass(frozen=True, slots=True)
class Banner:
    text: str
    address: str = ""
    link: str = ""


def banners(desk: Desk) -> list[Banner]:
    if not desk.looks_after_all:
        return []
    return [*_silence(desk), *_webhooks(desk)]


def _silence(desk: Desk) -> list[Banner]:
    gate = gate_for_pages()
    if gate is Gate.SHUT:
        return [Banner(_("Nothing leaves this installation: what falls due is given up (OUTBOUND=off)."))]
    if gate is not Gate.HELD:
        return []
    number = waiting_in(desk.workspace)
    waiting = ngettext("%d message or webhook waits.", "%d messages and webhooks wait.", number) % number
    held = _("Nothing leaves this installation until whoever runs it releases it (OUTBOUND=hold, or a copy).")
    return [Banner(f"{held} {waiting}")]


def _webhooks(desk: Desk) -> list[Banner]:
    """The settings are the owners'; a manager is told whom to ask."""
    broken = load_catalogue(desk.workspace).broken
    if desk.role != Role.OWNER:
        ask = _("Ask an owner to look at the webhook.")
        return [Banner(f"{_said(row)} {ask}") for row in broken]
    link = _("Look at it")
    return [Banner(_said(row), reverse("admin:webhook", args=[row.pk]), link) for row in broken]


def _said(row: WebhookEndpoint) -> str:
    words = _("Webhook “%(name)s” is switched off: %(why)s") if row.disabled_at else None
    words = words or _("Webhook “%(name)s” is paused: %(why)s")
    return words % {"name": row, "why": row.paused_reason}
