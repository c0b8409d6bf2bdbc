"""The history of a lead's dispositions: one step, or all of them, a merged lead's with its survivor's."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import NotFound
from leads.models import DispositionChange, Lead
from leads.queries.log import family_of


def find_disposition_change(
    workspace: Workspace, raw_id: object, *, tests: bool | None = False
) -> DispositionChange:
    """One step; that of a deleted lead is gone with it."""
    rows = DispositionChange.objects.filter(workspace=workspace, lead__deleted_at=None)
    if tests is not None:
        rows = rows.filter(lead__is_test=tests)
    change_id = parse_id(raw_id)
    row = rows.filter(pk=change_id).first() if change_id else None
    if row is None:
        raise NotFound(_("No disposition of a lead has this id; look at the lead's history."))
    return row


def history_of(workspace: Workspace, lead: Lead) -> list[DispositionChange]:
    """Every step, newest first."""
    rows = DispositionChange.objects.filter(workspace=workspace, lead__in=family_of(lead))
    return list(rows.order_by("-changed_at", "-id"))
