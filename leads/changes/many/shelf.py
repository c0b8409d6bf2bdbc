"""What a batch of changes looks up beside its leads: each kind in one question, asked when first needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from checklists.definitions import Definitions, load_definitions
from checklists.models import Item
from checklists.progress import Progress
from leadhub.workspaces.models import Membership, Workspace
from leads.changes.many.blank import Blank
from leads.models import (
    Action,
    Address,
    Answer,
    ConsentEvent,
    ContactPoint,
    DispositionChange,
    Lead,
    LeadTag,
    Profile,
    Tag,
)

M = TypeVar("M", bound=Model)
_OPEN = ("PENDING", "AWAITING_APPROVAL")


class Shelf:
    """`leads` are those of the batch that were there before it; of new ones nothing is stored."""

    def __init__(self, workspace: Workspace, leads: Sequence[Lead] = ()) -> None:
        self.workspace = workspace
        self.leads = leads
        self.ids = [lead.pk for lead in leads]
        # How a checklist without answers stands, by the facts that its conditions look at.
        self.untouched: dict[tuple[object, ...], Progress] = {}
        self._tags: dict[str, Tag | None] = {}
        self._tags_by_id: dict[UUID, Tag | None] = {}
        self._members: dict[UUID, bool] = {}
        self._said: dict[tuple[str, str], set[UUID]] = {}

    @cached_property
    def definitions(self) -> Definitions:
        return load_definitions(self.workspace)

    @cached_property
    def blank_address(self) -> Blank[Address]:
        return Blank(Address(workspace=self.workspace))

    @cached_property
    def blank_profile(self) -> Blank[Profile]:
        return Blank(Profile(workspace=self.workspace))

    @cached_property
    def with_one_offs(self) -> set[UUID]:
        rows = Item.objects.filter(workspace=self.workspace, only_for__in=self.ids, archived_at=None)
        return {key for key in rows.values_list("only_for", flat=True) if key} if self.ids else set()

    @cached_property
    def addresses(self) -> dict[UUID, Address]:
        return {row.lead_id: row for row in self._of(Address.objects.all())}

    @cached_property
    def profiles(self) -> dict[UUID, Profile]:
        return {row.lead_id: row for row in self._of(Profile.objects.all())}

    @cached_property
    def answers(self) -> dict[UUID, list[Answer]]:
        return _by_lead(self._of(Answer.objects.all()))

    @cached_property
    def contact_points(self) -> dict[UUID, list[ContactPoint]]:
        return _by_lead(self._of(ContactPoint.objects.all()))

    @cached_property
    def lead_tags(self) -> dict[UUID, list[LeadTag]]:
        return _by_lead(self._of(LeadTag.objects.select_related("tag")))

    @cached_property
    def with_open_actions(self) -> set[UUID]:
        """Whose own actions are open, or those of a lead that was merged into it."""
        family = {UUID(one): lead.pk for lead in self.leads for one in lead.absorbed}
        family |= {key: key for key in self.ids}
        rows = Action.objects.filter(workspace=self.workspace, lead__in=family, status__in=_OPEN)
        return {family[key] for key in rows.values_list("lead", flat=True)} if family else set()

    @cached_property
    def steps(self) -> dict[UUID, DispositionChange]:
        wanted = [lead.disposition_change_id for lead in self.leads if lead.disposition_change_id]
        return DispositionChange.objects.in_bulk(wanted) if wanted else {}

    def said(self, channel: str, text: str) -> set[UUID]:
        """Those who opted in with these very words."""
        key = channel, text
        if key not in self._said:
            rows = ConsentEvent.objects.filter(
                workspace=self.workspace, lead__in=self.ids, channel=channel, opted_in=True, text_shown=text
            )
            self._said[key] = set(rows.values_list("lead", flat=True)) if self.ids else set()
        return self._said[key]

    def know_tags(self, normalized: Iterable[str]) -> None:
        self.tags_called(set(normalized), ())

    def tags_called(self, normalized: Collection[str], ids: Collection[UUID]) -> list[Tag]:
        self._look_up(
            {name for name in normalized if name not in self._tags},
            {key for key in ids if key not in self._tags_by_id},
        )
        found = [self._tags[name] for name in normalized] + [self._tags_by_id[key] for key in ids]
        return [tag for tag in found if tag is not None]

    def _look_up(self, names: set[str], ids: set[UUID]) -> None:
        if not (names or ids):
            return
        self._tags |= dict.fromkeys(names)
        self._tags_by_id |= dict.fromkeys(ids)
        rows = Tag.objects.filter(workspace=self.workspace)
        for tag in rows.filter(normalized__in=names) | rows.filter(pk__in=ids):
            self.know_tag(tag)

    def know_tag(self, tag: Tag) -> None:
        self._tags[tag.normalized] = self._tags_by_id[tag.pk] = tag

    def is_member(self, user_id: UUID) -> bool:
        if user_id not in self._members:
            rows = Membership.objects.filter(workspace=self.workspace, user=user_id, left_at=None)
            self._members[user_id] = rows.filter(user__is_active=True).exists()
        return self._members[user_id]

    def _of(self, rows: QuerySet[M]) -> Iterable[M]:
        return rows.filter(workspace=self.workspace, lead_id__among=self.ids) if self.ids else ()


def _by_lead(rows: Iterable[M]) -> dict[UUID, list[M]]:
    found: defaultdict[UUID, list[M]] = defaultdict(list)
    for row in rows:
        found[row.lead_id].append(row)  # type: ignore[attr-defined]
    return found
