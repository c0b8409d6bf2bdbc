"""Tells the story of one lead through the one writer, each step at its own moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from leadhub.workspaces.clock import at
from leads.change import Actor, ById, CallLog, DispositionWish, LeadChange, NewLead
from leads.changes import apply_change
from leads.changes.actions import plan_action
from leads.changes.messages import add_draft
from leads.management.demo.arrivals import Words, answers, arrival
from leads.management.demo.calendar import Calendar
from leads.management.demo.desk import Desk
from leads.management.demo.people import person
from leads.models import ActionKind

OURS: Final = "demo-"


class Teller:
    def __init__(self, desk: Desk, calendar: Calendar, number: int) -> None:
        self.desk = desk
        self.calendar = calendar
        self.number = number
        self.rng = Random(number + 1_000_000_007)  # noqa: S311 (the same story for the same number)
        self.person = person(number)
        self.agent = self.rng.choice(desk.agents)
        self.assistant = desk.doors["omniai"]
        self.moment = calendar.now
        self.lead_id = UUID(int=0)

    def meet(self, other: int, *, email: bool) -> None:
        """Be a person who is a lead already, known by the same email or by the same phone."""
        known = person(other)
        self.person = replace(known, phone="") if email else replace(known, email="")

    def arrive(self, door: str, days: float, **more: Any) -> None:
        actor = self.agent if door == "admin" else self.desk.doors[door]
        words = arrival(self.person, door, self.rng, external_id(self.number))
        if door == "admin":
            words["fields"]["assignee"] = actor.user_id
        words["fields"] |= more.pop("fields", {})
        self.make(actor, days, {**words, **more})

    def make(self, actor: Actor, days: float, words: Words) -> None:
        self.moment = self.calendar.past(self.rng, days)
        with at(self.moment):
            made = apply_change(self.desk.workspace, actor, NewLead(), LeadChange(**words))
        self.lead_id = made.lead.pk

    def change(self, actor: Actor, hours: float, **words: Any) -> None:
        """The next step, some hours after the last one."""
        self._wait(hours)
        self._write(actor, words)

    def call(
        self, hours: float, outcome: str, note: str = "", due: datetime | None = None, **words: Any
    ) -> None:
        self._wait(hours)
        call = CallLog(outcome, note=note, next_at=self._ahead(due) if due else None)
        self._write(self.agent, {"call": call, **words})

    def answer(self, actor: Actor, hours: float, *codes: str, **words: Any) -> None:
        known = [code for code in codes if self._knows(code)]
        self.change(actor, hours, answers=answers(self.person, self.rng, *known), **words)

    def plan(self, actor: Actor, hours: float, kind: ActionKind, summary: str, due: datetime) -> None:
        self._wait(hours)
        lead, ahead = ById(self.lead_id), self._ahead(due)
        with at(self.moment):
            plan_action(self.desk.workspace, actor, lead, kind=kind, at=ahead, summary=summary)

    def draft(self, hours: float, channel: str, subject: str, body: str) -> None:
        """The assistant writes; somebody at the desk is to approve."""
        self._wait(hours)
        with at(self.moment):
            add_draft(
                self.desk.workspace,
                self.assistant,
                ById(self.lead_id),
                channel=channel,
                subject=subject,
                body=body,
            )

    def due(self) -> datetime:
        """When something is to be done: overdue, today, or in the coming days."""
        lived = (self.calendar.now - self.moment).days
        days = self.rng.choice((-3, -2, -1, 0, 0, 0, 1, 2, 3, 6))
        return self.calendar.due(self.rng, max(days, -lived))

    def _wait(self, hours: float) -> None:
        self.moment = self.calendar.after(self.rng, self.moment, hours)

    def _write(self, actor: Actor, words: Words) -> None:
        with at(self.moment):
            apply_change(self.desk.workspace, actor, ById(self.lead_id), LeadChange(**words))

    def _ahead(self, due: datetime) -> datetime:
        """Whoever plans something at the desk plans it for later."""
        return max(due, self.moment + timedelta(minutes=15))

    def _knows(self, code: str) -> bool:
        return {"owner_email": self.person.email, "owner_phone": self.person.phone}.get(code, "-") != ""


def dispose(outcome: str, reason: str = "") -> DispositionWish:
    return DispositionWish(outcome=outcome, reason=reason, strict=True)


def external_id(number: int) -> str:
    """What tells the leads of the demo apart, so that each is made once."""
    return f"{OURS}{number}"
