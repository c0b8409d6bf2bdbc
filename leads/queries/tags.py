"""A workspace's tags: all of them, or the one that is meant."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import NotFound
from leads.models import Tag
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


def find_archived_tag(workspace: Workspace, name: object) -> Tag | None:
    """The tag that was put away under this name."""
    if not isinstance(name, str):
        return None
    rows = Tag.objects.filter(workspace=workspace, normalized=tag_key(name))
    return rows.exclude(archived_at=None).first()
