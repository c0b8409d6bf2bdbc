"""Takes an import back: what it made goes, what it changed is put back value by value, and what somebody
has worked with or changed since stays and is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leads.change import Actor, ById, LeadChange, Telling
from leads.changes.many import Many, ManyState, Neighbours, Shelf, lock_leads
from leads.changes.transact import transact
from leads.changes.undo import undo_entry
from leads.errors import LeadError, Refused
from leads.imports.options import Options
from leads.imports.since import CHANGED, WORKED, what_came_since
from leads.models import Entry, ImportBatch, Lead
from leads.queries.imports import entries_of_import
from leads.validation import clean

PAGE: Final = 500
_MOST_LISTED: Final = 1000
# Nothing is in the way: it is as it is to be.
_DONE_BEFORE: Final = frozenset({"already_undone"})


@dataclass(frozen=True, slots=True)
class Stays:
    """A lead that stays as it is, or these values of it, and why: `worked` (somebody called, wrote or set a
    status), `changed_since`, or the code of what stood against it."""

    lead_id: UUID
    name: str
    reason: str
    paths: tuple[str, ...] = ()


@dataclass(slots=True)
class UndoReport:
    """`removed` are leads that the import had made, `put_back` those that it had changed. The list of what
    stays ends at a thousand; `told` hears of all of them."""

    removed: int = 0
    put_back: int = 0
    stay: int = 0
    listed: list[Stays] = field(default_factory=list)
    told: Callable[[Stays], None] | None = None

    def keep(self, stays: Stays) -> None:
        self.stay += 1
        if len(self.listed) < _MOST_LISTED:
            self.listed.append(stays)
        if self.told is not None:
            self.told(stays)

    def add(self, page: UndoReport) -> None:
        self.removed += page.removed
        self.put_back += page.put_back
        for stays in page.listed:
            self.keep(stays)


def undo_import(
    batch: ImportBatch,
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Callable[[UndoReport], None] | None = None,
    told: Callable[[Stays], None] | None = None,
) -> UndoReport:
    """Newest entry first, page by page, each in a transaction. What is undone stays undone if it is
    interrupted, and doing it again does the rest. As quiet as the import was."""
    actor = replace(actor, quiet=not Options.of(batch).announce)
    if not dry_run:
        _stop(batch)
    report = UndoReport(told=told)
    for page in _pages(batch):
        part = transact(lambda page=page: _undo_page(batch, actor, page, dry_run=dry_run))  # type: ignore[misc]
        report.add(part)
        if progress is not None:
            progress(report)
    if not dry_run:
        batch.state, batch.undone_at = ImportBatch.State.UNDONE, now()
        transact(lambda: batch.save(update_fields=["state", "undone_at"]))
    return report


def _stop(batch: ImportBatch) -> None:
    """Whoever still runs it notices at its next batch of rows."""

    def write() -> None:
        stored = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if stored.state == ImportBatch.State.RUNNING:
            batch.state = ImportBatch.State.CANCELLED
            batch.save(update_fields=["state"])

    transact(write)


def _pages(batch: ImportBatch) -> Iterator[list[Entry]]:
    last: UUID | None = None
    while page := entries_of_import(batch, before=last, limit=PAGE):
        last = page[-1].pk
        yield page


def _undo_page(batch: ImportBatch, actor: Actor, page: list[Entry], *, dry_run: bool) -> UndoReport:
    report = UndoReport()
    leads = {lead.pk: lead for lead in lock_leads(batch.workspace, {entry.lead_id for entry in page})}
    since = what_came_since(batch, leads)
    made: list[UUID] = []
    for entry in page:
        lead = leads.get(entry.lead_id)
        if lead is None or lead.deleted_at is not None:
            continue
        is_made = lead.import_batch_id == batch.pk
        came = since.get(lead.pk, "")
        if is_made and entry.kind != "created":
            continue  # it goes, or stays, as a whole
        if came == WORKED or (is_made and came == CHANGED):
            report.keep(Stays(lead.pk, str(lead), came))
        elif is_made:
            made.append(lead.pk)
        else:
            _put_back(batch, actor, lead, entry, report, dry_run=dry_run)
    report.removed += len(made)
    if made and not dry_run:
        wanted = set(made)
        _remove(batch, actor, [leads[key] for key in leads if key in wanted])
    return report


def _remove(batch: ImportBatch, actor: Actor, leads: list[Lead]) -> None:
    shelf = Shelf(batch.workspace, leads)
    many = Many(batch.workspace, actor, Neighbours(batch.workspace, ()))
    told = Telling(summary=gettext_noop("Import undone"), input={"import": str(batch.pk)})
    change = LeadChange(delete=True, telling=told)
    for lead in leads:
        many.write(ManyState(shelf, lead), change, clean(change, batch.workspace))
    many.store()


def _put_back(
    batch: ImportBatch, actor: Actor, lead: Lead, entry: Entry, report: UndoReport, *, dry_run: bool
) -> None:
    where = ById(lead.pk, follows=False)
    try:
        outcome = undo_entry(batch.workspace, actor, where, entry.pk, dry_run=dry_run)
    except Refused as refusal:
        if refusal.reason not in _DONE_BEFORE:
            report.keep(Stays(lead.pk, str(lead), refusal.reason))
        return
    except LeadError as refusal:
        report.keep(Stays(lead.pk, str(lead), refusal.code))
        return
    report.put_back += bool(outcome.undone)
    if outcome.kept:
        paths = tuple(one.path for one in outcome.kept)
        report.keep(Stays(lead.pk, str(lead), outcome.kept[0].reason, paths))
