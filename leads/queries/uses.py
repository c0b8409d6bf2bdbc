"""How many leads have each tag, and how many stand at each disposition, as the list of leads counts them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count

from leadhub.workspaces.models import Workspace
from leads.models import LeadTag
from leads.queries.find import live_leads


def uses_of_dispositions(workspace: Workspace) -> dict[UUID, int]:
    rows = live_leads(workspace).filter(archived_at=None).order_by()
    return dict(rows.values_list("disposition").annotate(number=Count("pk")))


def uses_of_tags(workspace: Workspace) -> dict[UUID, int]:
    rows = LeadTag.objects.filter(
        workspace=workspace, lead__in=live_leads(workspace).filter(archived_at=None)
    )
    return dict(rows.order_by().values_list("tag").annotate(number=Count("pk")))
