"""Everything that the lead page shows, gathered once and ready for its templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.progress import Progress
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leads.admin.desk import Desk
from leads.admin.pages.lead.asked import Group, groups_of, younger_items
from leads.admin.pages.lead.consents import Consent, consent_by_channel
from leads.admin.pages.lead.facts import Facts, metadata_of, sections_of
from leads.admin.pages.lead.papers import Papers, papers_of
from leads.admin.pages.lead.previewing import preview_of
from leads.admin.pages.lead.seen import Since
from leads.admin.pages.lead.story import CHANNEL_NAMES, FILTERS, Day, days_of
from leads.admin.pages.work.when import their_time
from leads.admin.telling import Speaker, leaving_words
from leads.changes.contacts import pointer
from leads.changes.followups import BY_HAND, channel_of
from leads.changes.sending import sender_of
from leads.changes.templates import Fact, facts_in, values_of
from leads.matching import Match
from leads.models import Action, ActionStatus, Address, Disposition, Lead, Message
from leads.queries.full import FullLead
from leads.queries.log import LogLine
from leads.queries.workspace import names_of
from leads.state import LeadState
from leads.timeline import escape
from leads.values import LocalTime

_OPEN: Final = frozenset({"new", "contacted", "follow_up", "qualified"})
_REASONS: Final[dict[str, str | Promise]] = {
    "phone": gettext_lazy("same phone"),
    "email": gettext_lazy("same email"),
    "name": gettext_lazy("same name"),
}


@dataclass(frozen=True, slots=True)
class Twin:
    match: Match
    reasons: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to approve: what it will say once its blanks are filled in, if it has any; the facts that it
    speaks of; whether its channel may be used; and when it leaves."""

    line: LogLine
    preview: dict[str, str]
    facts: list[Fact]
    consent: Consent | None
    leaves: str


class Sight:
    def __init__(self, desk: Desk, full: FullLead) -> None:
        self.desk = desk
        self.full = full
        self.lead: Lead = full.lead
        self.version = full.lead.version
        self.at = now()

    @cached_property
    def may_edit(self) -> bool:
        return self.desk.may_edit(self.lead.assignee_id) and self.lead.deleted_at is None

    @cached_property
    def state(self) -> LeadState:
        state = LeadState(self.desk.workspace, self.lead)
        state.answers, state.definitions = dict(self.full.answers), self.full.definitions
        state.address = self.full.address or Address(lead=self.lead, workspace=self.desk.workspace)
        return state

    @cached_property
    def speaker(self) -> Speaker:
        people = {self.desk.user.pk: str(self.desk.user)}
        if self.lead.assignee is not None:
            people[self.lead.assignee.pk] = str(self.lead.assignee)
        return Speaker(self.full.definitions, self.full.catalogue, people)

    @cached_property
    def progress(self) -> Progress:
        return self.state.progress()

    @cached_property
    def groups(self) -> list[Group]:
        full = self.full
        groups = groups_of(full.definitions, self.progress, full.answers, full.documents, self.version)
        for row in (row for group in groups for row in group.rows):
            row.later = None if self.is_older and not row.item.only_for else self.younger.get(row.item.id)
        return groups

    @cached_property
    def younger(self) -> dict[UUID, datetime]:
        return younger_items(self.full.definitions, self.lead.created_at)

    @cached_property
    def is_older(self) -> bool:
        """Older than the whole checklist, so that it is said once and not at each item."""
        shared = [item.id for item in self.full.definitions.items if item.only_for is None]
        return bool(shared) and self.younger.keys() >= set(shared)

    @cached_property
    def answers_at(self) -> str:
        return reverse("admin:lead_answer", args=[self.lead.pk])

    def refuse_answers(self, refusal: Any) -> None:
        """What was typed stays in its fields, each with what is wrong with it."""
        since = Since.of(self.state, refusal.typed)
        for group in self.groups:
            for row in group.rows:
                row.refuse(refusal.typed, refusal.by_field, refusal.clashes, since)

    @cached_property
    def days(self) -> list[Day]:
        return days_of(self.full.log, self.speaker, self.lead.pk)

    @property
    def disposition(self) -> Disposition | None:
        return self.full.catalogue.dispositions.get(self.lead.disposition_id)

    @property
    def outcomes(self) -> list[Any]:
        return [row for row in self.full.catalogue.call_outcomes.values() if not row.archived_at]

    @property
    def planned(self) -> list[LogLine]:
        return self.full.waiting

    @cached_property
    def steps(self) -> list[LogLine]:
        """What a person is to do, the next one first."""
        return [
            line
            for line in self.planned
            if line.action and line.action.kind in BY_HAND and line.action.status == ActionStatus.PENDING
        ]

    @property
    def drafts(self) -> list[LogLine]:
        waits = ActionStatus.AWAITING_APPROVAL
        return [line for line in self.planned if line.action and line.action.status == waits]

    @property
    def waiting(self) -> list[Draft]:
        found = []
        for line in self.drafts:
            message = line.messages[0] if line.messages else None
            sender = self._sender(line.action, message)
            values = values_of(self.desk.workspace, self.lead, sender)
            text = {"subject": message.subject, "body": message.body} if message else {}
            said = "\n".join(text.values())
            preview = preview_of(self.desk, self.lead, text, sender) if "{{" in said else {}
            channel = channel_of(line.action) if line.action else None
            consent = next((one for one in self.consents if one.channel == channel), None)
            leaves = leaving_words(line.action, self.at) if line.action else ""
            found.append(Draft(line, preview, facts_in(said, values), consent, leaves))
        return found

    def _sender(self, action: Action | None, message: Message | None) -> User:
        """As it will be at the moment of sending: a colleague who wrote it comes before its owner."""
        user, owner = self.desk.user, self.lead.assignee
        if action and message and action.user_id not in {None, user.pk, owner and owner.pk}:
            return sender_of(self.state, action, message) or user
        return user if action and action.user_id == user.pk else owner or user

    @property
    def leaving(self) -> list[LogLine]:
        """Messages that go out by themselves."""
        mine = {line.row.pk for line in (*self.steps, *self.drafts)}
        return [line for line in self.planned if line.row.pk not in mine]

    @property
    def wants_a_step(self) -> bool:
        """Worked by a person, still open, and nothing planned."""
        is_open = self.full.stage in _OPEN and not self.lead.archived_at
        return is_open and self.lead.assignee_type == "HUMAN_AGENT" and not self.steps

    @cached_property
    def consents(self) -> list[Consent]:
        return consent_by_channel(self.full)

    @property
    def paths(self) -> dict[UUID, str]:
        """Where the timeline speaks of a tag, and of a further number or address."""
        tags = {tag.pk: f"/tags/{escape(tag.normalized)}" for tag in self.full.tags}
        return tags | {row.pk: pointer(row.kind, row.key) for row in self.full.contact_points}

    @property
    def is_silenced(self) -> bool:
        return any(consent.state == "out" for consent in self.consents)

    @property
    def twins(self) -> list[Twin]:
        return [
            Twin(
                match,
                _(" and ").join(str(_REASONS[reason]) for reason in match.reasons),
                not self.desk.may_see(match.lead.assignee_id),
            )
            for match in self.full.matches
        ]

    @cached_property
    def held_by(self) -> str:
        """The colleague who has this lead before them right now."""
        lead, holder = self.lead, self.lead.claimed_by_id
        if holder in {None, self.desk.user.pk} or lead.claimed_until is None or lead.claimed_until <= self.at:
            return ""
        return self.speaker.people.get(holder) or names_of({holder}).get(holder, "")

    @cached_property
    def their_time(self) -> LocalTime | None:
        return their_time(self.lead, self.full.address, self.at)

    @property
    def their_clock(self) -> str:
        """Two times where the number can be in several zones."""
        there = self.their_time
        if there is None or there.is_sure:
            return there.early if there else ""
        return f"{there.early}–{there.late}"

    @property
    def their_zone(self) -> ZoneInfo | None:
        return self.their_time.zone if self.their_time else None

    @cached_property
    def papers(self) -> Papers:
        return papers_of(self.desk, self.full, self.progress)

    @property
    def channels(self) -> Any:
        return CHANNEL_NAMES

    @property
    def filters(self) -> Any:
        return FILTERS

    @property
    def sections(self) -> list[Facts]:
        return sections_of(self.full, self.speaker)

    @cached_property
    def metadata(self) -> Facts:
        return metadata_of(self.lead, self.speaker)
