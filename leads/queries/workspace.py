"""What a workspace has besides leads: tags, members, keys, outcomes, templates, and webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import ApiKey, Membership, User, Workspace
from leads.errors import NotFound
from leads.models import CallOutcome, Disposition, Lead, MessageTemplate, Tag, WebhookEndpoint
from leads.queries.find import live_leads
from leads.values import tag_key

Row = TypeVar("Row", bound=Model)


def tags_in(workspace: Workspace, *, archived: bool = False) -> list[Tag]:
    """By name; without the archived ones unless they are asked for."""
    rows = Tag.objects.filter(workspace=workspace).order_by("normalized")
    return list(rows.select_related("merged_into") if archived else rows.filter(archived_at=None))


def find_tag(workspace: Workspace, name_or_id: str) -> Tag:
    rows = Tag.objects.filter(workspace=workspace)
    tag_id = parse_id(name_or_id)
    tag = (rows.filter(pk=tag_id) if tag_id else rows.filter(normalized=tag_key(name_or_id))).first()
    if tag is None:
        raise NotFound(_("The workspace has no tag of this name or id."))
    return tag


def members_in(workspace: Workspace) -> list[Membership]:
    """Who may be given a lead, by name."""
    rows = Membership.objects.filter(workspace=workspace, left_at=None, user__is_active=True)
    return list(rows.select_related("user").order_by("user__full_name", "user__email"))


def names_of(people: set[UUID]) -> dict[UUID, str]:
    """What people are called, by their ids; those who left included."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=people)} if people else {}


def keys_in(workspace: Workspace) -> list[ApiKey]:
    """Newest first; revoked ones too, because the timeline names them."""
    return list(ApiKey.objects.filter(workspace=workspace).order_by("-created_at", "-id"))


def older_keys(key: ApiKey, keys: Iterable[ApiKey], moment: datetime) -> list[ApiKey]:
    """Of these keys those in whose place that one came, step by step, as far as they still work."""
    rows, found, at = {row.pk: row for row in keys}, [], key
    while at.replaces_id in rows:
        at = rows[at.replaces_id]
        found.append(at)
    return [row for row in found if row.works_at(moment)]


def find_disposition(workspace: Workspace, outcome_or_id: str) -> Disposition:
    return _by_word(Disposition.objects.filter(workspace=workspace), "outcome", outcome_or_id)


def find_call_outcome(workspace: Workspace, outcome_or_id: str) -> CallOutcome:
    return _by_word(CallOutcome.objects.filter(workspace=workspace), "slug", outcome_or_id)


def templates_in(workspace: Workspace, *, channel: str = "", archived: bool = False) -> list[MessageTemplate]:
    """By name; those of one channel, or of all."""
    rows = MessageTemplate.objects.filter(workspace=workspace).order_by("name")
    rows = rows.filter(channel=channel) if channel else rows
    return list(rows if archived else rows.filter(archived_at=None))


def find_template(workspace: Workspace, name_or_id: str) -> MessageTemplate:
    return _by_word(MessageTemplate.objects.filter(workspace=workspace), "name", name_or_id)


def newest_lead(workspace: Workspace) -> Lead | None:
    """Somebody to try a text on."""
    return live_leads(workspace).order_by("-created_at", "-pk").first()


def webhooks_in(workspace: Workspace) -> list[WebhookEndpoint]:
    return list(WebhookEndpoint.objects.filter(workspace=workspace).order_by("created_at", "id"))


def _by_word(rows: QuerySet[Row], column: str, word_or_id: str) -> Row:
    row_id = parse_id(word_or_id)
    row = rows.filter(**({"pk": row_id} if row_id else {column: word_or_id})).first()
    if row is None:
        raise NotFound(_("The workspace has nothing of this name or id."))
    return row
