"""Who may be the same person: the same phone key or email key among the workspace's other live leads."""

from __future__ import annotations

from uuid import UUID

from leadhub.workspaces.models import Workspace
from leads.queries.find import live_leads


def oldest_with_email(workspace: Workspace, key: str, *, besides: UUID) -> UUID | None:
    """The oldest live lead that has this email as its own."""
    rows = live_leads(workspace).filter(email_key=key).exclude(pk=besides)
    return rows.order_by("created_at", "pk").values_list("pk", flat=True).first()
