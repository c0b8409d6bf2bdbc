"""What of the workspace the reading of a file needs: looked up once, before the first row."""

from __future__ import annotations

import json
from datetime import UTC
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.definitions import load_definitions
from leadhub.workspaces.models import Membership, Workspace
from leads.imports.mapping import Reading
from leads.imports.targets import find_target
from leads.models import Stage
from leads.queries.catalogue import load_catalogue
from leads.values import hint_of, zone_of


class Desk:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.zone = zone_of(workspace.time_zone) or UTC
        self.definitions = load_definitions(workspace)
        self._members = _members_of(workspace)
        self._outcomes = _outcomes_of(workspace)

    @property
    def outcomes(self) -> frozenset[str]:
        return frozenset(self._outcomes.values())

    def member(self, cell: str) -> UUID:
        """By email or by id."""
        found = self._members.get(cell.strip().casefold())
        if found is None:
            words = _("Nobody in the workspace has the email %s.") % cell.strip()[:100]
            emails = sorted(name for name in self._members if "@" in name)
            raise ValidationError(f"{words} {hint_of(cell, emails)}", code="not_found")
        return found

    def outcome(self, cell: str) -> str:
        """The outcome, its label, or a stage, which stands for its default; another word is for the rules."""
        return self._outcomes.get(" ".join(cell.split()).casefold(), cell.strip())

    def reading_of(self, path: str) -> Reading:
        target = find_target(path, self.definitions)
        assert target is not None, "constants were judged with the mapping"
        return Reading(target)

    def constant(self, value: object) -> str:
        """As a cell that every row has."""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _members_of(workspace: Workspace) -> dict[str, UUID]:
    rows = Membership.objects.filter(workspace=workspace, left_at=None)
    found: dict[str, UUID] = {}
    for key, email in rows.values_list("user_id", "user__email"):
        found |= {str(key): key, email.casefold(): key}
    return found


def _outcomes_of(workspace: Workspace) -> dict[str, str]:
    """An outcome wins over a label, and a label over a stage."""
    catalogue = load_catalogue(workspace)
    found: dict[str, str] = {}
    for stage in Stage:
        default = catalogue.default_of(stage)
        if default is not None:
            found |= {str(stage): default.outcome, str(stage).replace("_", " "): default.outcome}
    live = [row for row in catalogue.dispositions.values() if row.archived_at is None]
    found |= {row.label.casefold(): row.outcome for row in live}
    return found | {row.outcome.casefold(): row.outcome for row in live}
