"""Rows that were passed over: by which key each met its lead, and whether an earlier row had brought that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext_lazy

from leadhub.workspaces.models import Workspace
from leads.errors import Problem
from leads.imports.matches import EMAIL, EXTERNAL_ID, PHONE
from leads.imports.verdicts import Verdict
from leads.queries.find import leads_in
from leads.queries.imports import lines_of

if TYPE_CHECKING:
    from leads.imports.candidates import Candidate

_THERE: Final = {
    EXTERNAL_ID: gettext_lazy("The lead is there already, by its external id."),
    EMAIL: gettext_lazy("The lead is there already, by its email."),
    PHONE: gettext_lazy("The lead is there already, by its phone."),
}
_TWICE: Final = {
    EXTERNAL_ID: gettext_lazy("An earlier row of this file is the same lead, by its external id."),
    EMAIL: gettext_lazy("An earlier row of this file is the same lead, by its email."),
    PHONE: gettext_lazy("An earlier row of this file is the same lead, by its phone."),
}


def there(kind: str, lead_id: UUID) -> Verdict:
    problem = Problem("", "already_there", str(_THERE[kind]))
    return Verdict("skipped", lead_id, (problem,), by=kind)


def twice(kind: str, line: int, lead_id: UUID | None = None) -> Verdict:
    """`line` is that of the earlier row; the words are without it, so that such rows are counted together."""
    problem = Problem("", "duplicate_row", str(_TWICE[kind]), line)
    return Verdict("skipped", lead_id, (problem,), by=kind)


def say_of_duplicates(workspace: Workspace, batch_id: UUID | None, candidates: Iterable[Candidate]) -> None:
    """Rows whose lead an earlier row of this very file has made."""
    made: dict[UUID, int] = {}
    passed: list[tuple[Candidate, Verdict, UUID]] = []
    for one in candidates:
        verdict = one.verdict
        if verdict is None or verdict.lead_id is None:
            continue
        if verdict.result == "created":
            made[verdict.lead_id] = one.row.line
        elif verdict.result == "skipped":
            passed.append((one, verdict, verdict.lead_id))
    made |= _made_before(workspace, batch_id, {lead_id for *_, lead_id in passed} - made.keys())
    for one, verdict, lead_id in passed:
        if lead_id in made:
            one.verdict = twice(verdict.by, made[lead_id], lead_id)


def _made_before(workspace: Workspace, batch_id: UUID | None, ids: Collection[UUID]) -> dict[UUID, int]:
    if not ids or batch_id is None:
        return {}
    ours = leads_in(workspace).filter(pk__among=ids, import_batch=batch_id)
    return lines_of(workspace, list(ours.values_list("pk", flat=True)))
