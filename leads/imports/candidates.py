"""A row on its way: read, cleaned, and with what it is matched by; or refused already."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from leadhub.workspaces.models import Workspace
from leads.change import LeadChange
from leads.changes.suppression import EMAIL, EXTERNAL_ID, PHONE, Key
from leads.errors import Problem
from leads.imports.matches import keys_of_row
from leads.imports.row import Cleaned, Row
from leads.imports.verdicts import STORED, Verdict
from leads.validation import Clean, clean_all

_SUPPRESSED_BY = {"phone": PHONE, "email": EMAIL, "external_id": EXTERNAL_ID}


@dataclass(slots=True)
class Candidate:
    row: Row
    change: LeadChange = field(default_factory=LeadChange)
    cleaned: Clean = field(default_factory=Clean)
    keys: dict[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None
    # What was refused of its values; whether the others hold is still to be judged, so that all is told.
    refused: tuple[Problem, ...] = ()

    @property
    def person(self) -> set[Key]:
        """All that the row says the person is reached by, or known by elsewhere."""
        keys = {(_SUPPRESSED_BY[kind], key) for kind, key in self.keys.items()}
        return keys | {(str(point.kind), key) for point, _value, key in self.cleaned.contact_points}

    @property
    def is_plain(self) -> bool:
        """Whether it can be written together with others. What reaches into further leads, or is about
        what was done, goes alone."""
        change = self.change
        return bool(self.refused) or not (
            change.call or change.delete or change.undelete or change.unique_email
        )

    @property
    def is_uncallable(self) -> bool:
        """Whether what it has for a phone is kept as given and is no number."""
        columns = self.cleaned.columns
        is_stored = self.verdict is not None and self.verdict.result in STORED
        return is_stored and bool(columns.get("phone")) and not columns.get("phone_e164")

    @property
    def speaks(self) -> bool:
        """Whether the person says what they consent to, which concerns all who have the same number."""
        return bool(self.change.consent)


def read_candidate(row: Row, workspace: Workspace) -> Candidate:
    change = row.change
    if change is None or row.problems:
        return Candidate(row, verdict=Verdict("refused", None, row.problems))
    cleaned = row.cleaned
    if cleaned is None or cleaned.region != workspace.region:
        cleaned = clean_change(change, workspace)
    # A batch may be written once more, and what the terms add is put into it.
    values = cleaned.clean if row.cleaned is None else copy(cleaned.clean)
    verdict = Verdict("refused", None, cleaned.problems) if cleaned.problems else None
    return Candidate(row, change, values, keys_of_row(values), verdict, cleaned.problems)


def clean_change(change: LeadChange, workspace: Workspace) -> Cleaned:
    return Cleaned(workspace.region, *clean_all(change, workspace))
