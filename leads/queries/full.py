"""A full lead: everything a voice or a page shows of one lead, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from checklists.definitions import Definitions, load_definitions
from leadhub.workspaces.models import Workspace
from leadhub.workspaces.rows import read_rows
from leads.change import ById, Where
from leads.matching import Match, matching_leads
from leads.models import Action, Address, Answer, ConsentEvent, ContactPoint, Document, Lead, Profile, Tag
from leads.queries.beside import read_beside
from leads.queries.catalogue import Catalogue, load_catalogue
from leads.queries.find import find_lead, find_with_owner, join_dispositions
from leads.queries.log import LogLine
from leads.queries.newest import read_newest

if TYPE_CHECKING:
    from leads.state import LeadState

__all__ = ["FullLead", "LogLine", "full_lead_of", "load_full_lead", "load_lead"]

_ANSWERS: Final = "FROM {t0} t0 WHERE t0.workspace_id = %s AND t0.lead_id = %s"


@dataclass(slots=True)
class FullLead:
    """`lead` comes with disposition, disposition_change and assignee joined."""

    workspace: Workspace
    lead: Lead
    catalogue: Catalogue
    address: Address | None
    profile: Profile | None
    tags: list[Tag]
    contact_points: list[ContactPoint]
    definitions: Definitions
    answers: Mapping[UUID, Answer]
    documents: list[Document]
    log: list[LogLine]
    matches: list[Match]
    last_action: LogLine | None = None
    next_follow_up: LogLine | None = None
    next_draft: LogLine | None = None
    # What is still to be done, soonest first.
    waiting: list[LogLine] = field(default_factory=list)
    # By the action that made them.
    tool_calls: Mapping[UUID, list[Action]] = field(default_factory=dict)
    # Where `load_log` goes on; None when the log is whole.
    older: str | None = None
    # Newest first, of the lead alone; read for people only.
    consents: list[ConsentEvent] = field(default_factory=list)

    @property
    def stage(self) -> str:
        return self.catalogue.stage_of(self.lead)

    @property
    def matching(self) -> list[Lead]:
        return [match.lead for match in self.matches]


def load_lead(
    workspace: Workspace, where: ById, *, tests: bool | None = False, deleted: bool = False
) -> Lead:
    """The lead's own row with assignee and disposition. One query."""
    lead = find_with_owner(workspace, replace(where, deleted=deleted or where.deleted), tests=tests)
    return join_dispositions(workspace, [lead])[0]


def load_full_lead(
    workspace: Workspace,
    where: Where,
    *,
    tests: bool | None = False,
    log_limit: int = 100,
    deleted: bool = False,
    with_consents: bool = False,
) -> FullLead:
    """The lead that is meant, with all that is known of it."""
    lead = find_lead(workspace, _reach(where, deleted), tests=tests)
    definitions = load_definitions(workspace, lead.pk)
    rows = read_rows((Answer,), _ANSWERS, [workspace.pk, lead.pk])
    return _full(
        workspace, lead, definitions, {answer.item_id: answer for (answer,) in rows}, log_limit, with_consents
    )


def full_lead_of(state: LeadState, *, log_limit: int = 100) -> FullLead:
    """The lead just written: its row, definitions and answers, which the writer has, are not read again."""
    return _full(state.workspace, state.lead, state.definitions, state.answers, log_limit)


def _reach(where: Where, deleted: bool) -> Where:
    return replace(where, deleted=True) if deleted and isinstance(where, ById) else where


def _full(
    workspace: Workspace,
    lead: Lead,
    definitions: Definitions,
    answers: Mapping[UUID, Answer],
    log_limit: int,
    with_consents: bool = False,
) -> FullLead:
    catalogue = load_catalogue(workspace)
    beside = read_beside(lead, with_consents=with_consents)
    newest = read_newest(workspace, lead, log_limit)
    lead.assignee, lead.disposition_change = beside.assignee, beside.disposition_change
    join_dispositions(workspace, [lead])
    change = lead.disposition_change
    if change is not None and change.disposition_id in catalogue.dispositions:
        change.disposition = catalogue.dispositions[change.disposition_id]
    return FullLead(
        workspace=workspace,
        lead=lead,
        catalogue=catalogue,
        address=beside.address,
        profile=beside.profile,
        tags=beside.tags,
        contact_points=beside.contact_points,
        definitions=definitions,
        answers=answers,
        documents=beside.documents,
        consents=beside.consents,
        log=newest.page.lines,
        matches=matching_leads(workspace, lead, contact_points=beside.contact_points),
        last_action=newest.last_action,
        next_follow_up=newest.next_follow_up,
        next_draft=newest.next_draft,
        waiting=newest.waiting,
        tool_calls=newest.tool_calls,
        older=newest.page.next,
    )
