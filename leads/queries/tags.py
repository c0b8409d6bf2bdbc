"""A workspace's tags: all of them, or the one that is meant."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import NotFound
from leads.models import Lead, LeadTag, Tag
from leads.queries.find import live_leads
from leads.values import tag_key


def list_tags(workspace: Workspace, *, archived: bool = False) -> list[Tag]:
    """By name; archived ones only when asked for."""
    rows = Tag.objects.filter(workspace=workspace)
    return list((rows if archived else rows.filter(archived_at=None)).order_by("normalized"))


def find_tag(workspace: Workspace, raw_id: object) -> Tag:
    tag_id = parse_id(raw_id)
    tag = Tag.objects.filter(workspace=workspace, pk=tag_id).first() if tag_id else None
    if tag is None:
        raise NotFound(_("The workspace has no tag with this id."))
    return tag


def tags_meant(workspace: Workspace, named: Q) -> list[Tag]:
    """Those that are named, those that these were merged into, and all that were merged into the same."""
    rows = Tag.objects.filter(workspace=workspace)
    meant = rows.filter(named).values(meant=Coalesce("merged_into", "pk"))
    return list(rows.filter(named | Q(pk__in=meant) | Q(merged_into__in=meant)))


def leads_with_tag(workspace: Workspace, tag_id: UUID) -> QuerySet[Lead]:
    """Archived ones too, and test leads."""
    tagged = LeadTag.objects.filter(workspace=workspace, tag=tag_id)
    return live_leads(workspace, tests=None).filter(pk__in=tagged.values("lead"))


def find_archived_tag(workspace: Workspace, name: object) -> Tag | None:
    """The tag that was put away under this name."""
    if not isinstance(name, str):
        return None
    rows = Tag.objects.filter(workspace=workspace, normalized=tag_key(name))
    return rows.exclude(archived_at=None).select_related("merged_into").first()
