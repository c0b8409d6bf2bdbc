"""A run through one part of the queue in focus mode: what was passed, how far one is, which lead is next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.admin.pages.work.queue import queue_of
from leads.change import ById
from leads.changes.claims import claim_lead
from leads.errors import NotFound, Refused
from leads.queries.counts import Count
from leads.queries.focus import offer_leads
from leads.queries.work import Part
from leads.values import clean_moment, format_moment

_KEY: Final = "run"
# So many are asked for before somebody hears that colleagues have them all.
_TRIES: Final = 20


@dataclass(slots=True)
class Run:
    """`left` counts the lead at hand; `more` says that nobody counted further. Whoever was called since it
    `began` waits until it is through, whatever else is due."""

    workspace: str
    part: str
    whose: str
    passed: list[str] = field(default_factory=list)
    left: int = 0
    more: bool = False
    began: str = ""

    @property
    def place(self) -> int:
        return len(self.passed) + 1

    @property
    def total(self) -> Count:
        return Count(len(self.passed) + self.left, self.more)


def begin_run(request: HttpRequest, desk: Desk, part: str, whose: str) -> Run:
    known = part in Part.values and part != Part.DRAFTS
    run = Run(
        str(desk.workspace.pk),
        part if known else Part.OVERDUE,
        "mine" if whose == "mine" else "everybody",
        began=format_moment(now()),
    )
    keep_run(request, run)
    return run


def run_of(request: HttpRequest, desk: Desk) -> Run | None:
    """The run at hand, if it is one of this workspace."""
    kept = request.session.get(_KEY)
    run = Run(**kept) if kept else None
    return run if run is not None and run.workspace == str(desk.workspace.pk) else None


def keep_run(request: HttpRequest, run: Run) -> None:
    request.session[_KEY] = asdict(run)


def end_run(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def hand_out(request: HttpRequest, desk: Desk, run: Run) -> UUID | None:
    """Claim the next lead that no colleague has. Two who ask at once get two leads."""
    queue, passed = queue_of(request, desk, run.whose), [UUID(key) for key in run.passed]
    offer = offer_leads(
        queue,
        Part(run.part),
        desk.user.pk,
        passed,
        whoever_owns=desk.looks_after_all,
        began=clean_moment(run.began) if run.began else None,
    )
    for lost, lead_id in enumerate(offer.leads[:_TRIES]):
        try:
            claim_lead(desk.workspace, desk.actor, ById(lead_id))
        except (Refused, NotFound):
            continue
        run.left, run.more = offer.left.number - lost, offer.left.is_more
        keep_run(request, run)
        return lead_id
    return None
