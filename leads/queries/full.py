"""A full lead: everything a voice or a page shows of one lead, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from checklists.definitions import Definitions
from leadhub.workspaces.models import Workspace
from leads.models import (
    Action,
    Address,
    Answer,
    ContactPoint,
    Document,
    Entry,
    Lead,
    Message,
    Profile,
    Tag,
)
from leads.queries.catalogue import Catalogue


@dataclass(slots=True)
class LogLine:
    """One line of the log: an entry, or an action with its messages and tool calls. Newest first."""

    entry: Entry | None = None
    action: Action | None = None
    messages: list[Message] = field(default_factory=list)


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
    matching: list[Lead]
    last_action: LogLine | None = None
    next_follow_up: LogLine | None = None
    next_draft: LogLine | None = None
    tool_calls: Mapping[UUID, list[Action]] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        disposition = self.catalogue.dispositions.get(self.lead.disposition_id)
        return disposition.stage if disposition else ""
