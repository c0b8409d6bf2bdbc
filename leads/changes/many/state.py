"""A lead of a batch as it stands: what is beside it is taken from the shelf, not asked for alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from uuid import UUID

from checklists.definitions import Definitions, load_definitions
from checklists.progress import AnswerState, Progress
from leads.change import NewLead
from leads.changes.many.shelf import Shelf
from leads.models import Address, Answer, ContactPoint, Lead, Profile, Tag
from leads.state import LeadState


class ManyState(LeadState):
    """`is_fresh`: made in this batch, so that nothing of it is stored yet."""

    def __init__(
        self, shelf: Shelf, lead: Lead, *, is_new: bool = False, born: NewLead | None = None
    ) -> None:
        super().__init__(shelf.workspace, lead, is_new=is_new, born=born)
        self.shelf = shelf
        self.is_fresh = is_new

    @cached_property
    def address(self) -> Address:
        stored = None if self.is_fresh else self.shelf.addresses.get(self.lead.pk)
        return stored or self.shelf.blank_address.copy(self.lead.pk)

    @cached_property
    def profile(self) -> Profile:
        stored = None if self.is_fresh else self.shelf.profiles.get(self.lead.pk)
        return stored or self.shelf.blank_profile.copy(self.lead.pk)

    @cached_property
    def tags(self) -> dict[UUID, Tag]:
        rows = () if self.is_fresh else self.shelf.lead_tags.get(self.lead.pk, ())
        return {row.tag_id: row.tag for row in rows}

    @cached_property
    def definitions(self) -> Definitions:
        if self.is_fresh or self.lead.pk not in self.shelf.with_one_offs:
            return self.shelf.definitions
        return load_definitions(self.workspace, self.lead.pk)

    @cached_property
    def answers(self) -> dict[UUID, Answer]:
        rows = () if self.is_fresh else self.shelf.answers.get(self.lead.pk, ())
        return {row.item_id: row for row in rows}

    @cached_property
    def contact_points(self) -> list[ContactPoint]:
        return [] if self.is_fresh else list(self.shelf.contact_points.get(self.lead.pk, ()))

    @cached_property
    def may_have_actions(self) -> bool:
        return not self.is_fresh and self.lead.pk in self.shelf.with_open_actions

    def tags_called(self, normalized: Collection[str], ids: Collection[UUID]) -> Iterable[Tag]:
        return self.shelf.tags_called(normalized, ids)

    def is_member(self, user_id: UUID) -> bool:
        return self.shelf.is_member(user_id)

    def has_said(self, channel: str, text_shown: str) -> bool:
        return not self.is_new and (
            (channel, text_shown) in self.said_here or self.lead.pk in self.shelf.said(channel, text_shown)
        )

    @cached_property
    def said_here(self) -> set[tuple[str, str]]:
        """What was said in this batch before."""
        return set()

    def progress(self, answered: Mapping[UUID, AnswerState] | None = None) -> Progress:
        """A checklist that nobody has touched stands the same for all leads of which the same is known."""
        definitions = self.definitions
        if answered or self.answers or definitions is not self.shelf.definitions:
            return super().progress(answered)
        facts = self.facts() if definitions.facts else {}
        key = tuple(facts.get(name) for name in sorted(definitions.facts))
        found = self.shelf.untouched.get(key)
        if found is None:
            found = self.shelf.untouched[key] = super().progress()
        return found
