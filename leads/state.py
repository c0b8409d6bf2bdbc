"""A lead as it stands under the lock: its row, and the sections beside it, loaded when first asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from uuid import UUID

from checklists.definitions import Definitions, ItemDef, load_definitions
from checklists.progress import AnswerState, Progress, judge_checklist
from leadhub.workspaces.models import Membership, Workspace
from leads.change import NewLead
from leads.models import Address, Answer, ConsentEvent, ContactPoint, Lead, LeadTag, Profile, Tag
from leads.queries.beside import contact_points_of, tags_of, with_beside
from leads.queries.catalogue import Catalogue, load_catalogue
from leads.values import plain_number


class LeadState:
    def __init__(
        self, workspace: Workspace, lead: Lead, *, is_new: bool = False, born: NewLead | None = None
    ) -> None:
        self.workspace = workspace
        self.lead = lead
        self.is_new = is_new
        # The times of its own that a new one brings.
        self.born = born

    @cached_property
    def catalogue(self) -> Catalogue:
        return load_catalogue(self.workspace)

    @cached_property
    def address(self) -> Address:
        blank = Address(lead=self.lead, workspace=self.workspace)
        return blank if self.is_new else Address.objects.filter(lead=self.lead).first() or blank

    @cached_property
    def profile(self) -> Profile:
        blank = Profile(lead=self.lead, workspace=self.workspace)
        return blank if self.is_new else Profile.objects.filter(lead=self.lead).first() or blank

    @cached_property
    def tags(self) -> dict[UUID, Tag]:
        if self.is_new:
            return {}
        rows = LeadTag.objects.filter(workspace=self.workspace, lead=self.lead).select_related("tag")
        return {row.tag_id: row.tag for row in rows}

    @cached_property
    def definitions(self) -> Definitions:
        return load_definitions(self.workspace, None if self.is_new else self.lead.pk)

    @cached_property
    def answers(self) -> dict[UUID, Answer]:
        if self.is_new:
            return {}
        return {row.item_id: row for row in Answer.objects.filter(workspace=self.workspace, lead=self.lead)}

    @cached_property
    def contact_points(self) -> list[ContactPoint]:
        if self.is_new:
            return []
        return list(ContactPoint.objects.filter(workspace=self.workspace, lead=self.lead))

    def gather(self) -> LeadState:
        """Read in one question what a door shows beside the row, and only once the row is locked: a join of
        the locking statement itself may show what was there before the lock was granted."""
        if self.is_new:
            return self
        rows = with_beside(Lead.objects.filter(pk=self.lead.pk))
        return self.take(rows.only("id", "address", "profile", "disposition_change", "assignee").get())

    def take(self, row: Lead) -> LeadState:
        """The sections of a row that was read by `with_beside`."""
        self.address = getattr(row, "address", None) or Address(lead=self.lead, workspace=self.workspace)
        self.profile = getattr(row, "profile", None) or Profile(lead=self.lead, workspace=self.workspace)
        self.tags = {tag.pk: tag for tag in tags_of(row)}
        self.contact_points = contact_points_of(row)
        self.lead.disposition_change = row.disposition_change
        return self

    @property
    def stage(self) -> str:
        disposition = self.catalogue.dispositions.get(self.lead.disposition_id)
        return disposition.stage if disposition else ""

    @cached_property
    def may_have_actions(self) -> bool:
        """Whether it is worth asking what is planned."""
        return not self.is_new

    def tags_called(self, normalized: Collection[str], ids: Collection[UUID]) -> Iterable[Tag]:
        """The workspace's tags of these names and ids."""
        rows = Tag.objects.filter(workspace=self.workspace)
        return rows.filter(normalized__in=normalized) | rows.filter(pk__in=ids)

    def is_member(self, user_id: UUID) -> bool:
        """Whether leads may be given to this person."""
        rows = Membership.objects.filter(workspace=self.workspace, user=user_id, left_at=None)
        return rows.filter(user__is_active=True).exists()

    def has_said(self, channel: str, text_shown: str) -> bool:
        """Whether an opt-in with these very words is on record."""
        if self.is_new:
            return False
        rows = ConsentEvent.objects.filter(workspace=self.workspace, lead=self.lead, channel=channel)
        return rows.filter(opted_in=True, text_shown=text_shown).exists()

    def item(self, code: str) -> ItemDef | None:
        return self.definitions.item(code)

    def progress(self, answered: Mapping[UUID, AnswerState] | None = None) -> Progress:
        """How the checklist stands, as if `answered` were stored already."""
        return judge_checklist(self.definitions, {**self.answers, **(answered or {})}, self.facts())

    def facts(self) -> dict[str, object]:
        """What conditions may ask about the lead itself."""
        lead = self.lead
        found: dict[str, object] = {
            "lead.stage": self.stage,
            "lead.source": lead.source,
            "lead.assignee_type": str(lead.assignee_type),
            "lead.value": None if lead.value is None else plain_number(lead.value),
        }
        if self.definitions.facts & {"lead.state", "lead.country"}:
            found |= {"lead.state": self.address.state, "lead.country": self.address.country}
        return found
