"""The saved views that a member may open, what is done with each, and how many leads the pinned hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, FilteredRelation, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leadhub.workspaces.statements import Given, Statement
from leads.errors import NotFound
from leads.models import Lead, SavedView
from leads.queries.counts import Count, count_each

# Nobody reads an exact number in a navigation.
MOST_COUNTED: Final = 999


@dataclass(frozen=True, slots=True)
class OwnView:
    """A view as it stands for one member."""

    view: SavedView
    is_mine: bool
    is_pinned: bool
    is_default: bool


def views_of(workspace: Workspace, user_id: UUID) -> list[OwnView]:
    """The member's own and the shared ones, by name; all in one query."""
    rows = _views(connection.vendor).read(workspace=workspace.pk, user=user_id)
    return [OwnView(row, row.user_id == user_id, row.pinned, row.first) for row in rows]


@cache
def _views(_vendor: str) -> Statement:
    user: Any = Given("user", UUIDField())
    workspace: Any = Given("workspace", UUIDField())
    rows = _open_to(workspace, user).annotate(
        mine=FilteredRelation("kept", condition=Q(kept__user=user)),
        pinned=Coalesce(F("mine__is_pinned"), False, output_field=BooleanField()),
        first=Coalesce(F("mine__is_default"), False, output_field=BooleanField()),
    )
    return Statement(rows.order_by("name", "pk"))


def find_view(workspace: Workspace, user_id: UUID, view_id: object) -> SavedView:
    key = parse_id(view_id)
    view = _open_to(workspace, user_id).filter(pk=key).first() if key else None
    if view is None:
        raise NotFound(_("This view was deleted, or is not shared with you any more."))
    return view


def count_views(workspace: Workspace, rows: Sequence[QuerySet[Lead]]) -> list[Count]:
    """How many leads each of them has, capped, all in one query."""
    if not rows:
        return []
    named = {f"n{place}": found.order_by() for place, found in enumerate(rows)}
    return list(count_each(workspace, named, MOST_COUNTED).values())


def _open_to(workspace: Workspace, user_id: UUID) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(user=user_id) | Q(is_shared=True), workspace=workspace)
