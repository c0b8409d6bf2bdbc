"""Runs an import: batch by batch, each with its rows, its entries and its checkpoint in one transaction.

Killed anywhere and run again, it goes on after the last batch that was stored, and ends as if undisturbed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Final

from django.db import DatabaseError
from django.utils.translation import gettext as _

from leadhub.workspaces.bulk import insert_all
from leadhub.workspaces.clock import now
from leadhub.workspaces.rows import Growth
from leads.change import Actor
from leads.changes.events import announce
from leads.changes.transact import transact
from leads.errors import Problem, Refused
from leads.imports.options import Options
from leads.imports.row import Row
from leads.imports.storable import storable
from leads.imports.verdicts import Tally, Verdict
from leads.imports.writing import Writing
from leads.models import ImportBatch, ImportRow

COUNTS: Final = ("read", "created", "updated", "unchanged", "skipped", "refused")
# Beside the options: how many phones that are stored are no numbers.
UNCALLABLE: Final = "uncallable"
_CHECKPOINT: Final = ("next_row", "offset", *COUNTS)
_OVER: Final = (ImportBatch.State.FINISHED, ImportBatch.State.UNDONE)

# What a caller is told of each row that was not stored, once its batch is.
Report = Callable[[Row, Verdict], None]


def run(
    batch: ImportBatch,
    actor: Actor,
    rows: Iterator[Row],
    *,
    progress: Callable[[ImportBatch], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    report: Report | None = None,
) -> ImportBatch:
    """Store the rows, from the batch's checkpoint on; rows before it are passed over.

    A dry run judges every row and stores none; it keeps its counts and refused rows if its batch is stored,
    and nothing at all if it is not. `stop` is asked after each batch of rows: what is stored then stays
    stored, and the import can go on later.
    """
    options = Options.of(batch)
    actor = replace(actor, import_batch_id=batch.pk, announces=options.announce)
    writing = Writing(batch.workspace, actor, options)
    _begin(batch)
    growth = Growth()
    rest = (row for row in rows if row.line >= batch.next_row)
    while chunk := _read(batch, rest, options.batch_size):
        with _unswept():
            tally = _store(batch, writing, chunk)
        if not options.dry_run:
            growth.add(tally.counts.get("created", 0))
        if report is not None:
            for row, verdict in tally.unstored:
                report(row, verdict)
        if progress is not None:
            progress(batch)
        if stop():
            _end(batch, ImportBatch.State.CANCELLED)
            return batch
    _finish(batch, actor, options)
    return batch


@contextmanager
def _unswept() -> Iterator[None]:
    """Nothing of a batch is garbage before all of it is; to look through it again and again meanwhile takes a
    fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(batch: ImportBatch, rows: Iterator[Row], size: int) -> list[Row]:
    try:
        with _unswept():
            return list(islice(rows, size))
    except Exception as error:
        _fail(batch, error)
        raise


def _store(batch: ImportBatch, writing: Writing, chunk: list[Row]) -> Tally:
    """One batch of rows and the checkpoint behind it. The batch in hand moves once all of it is stored."""
    before = {name: getattr(batch, name) for name in (*_CHECKPOINT, "options")}

    def write() -> Tally:
        _hold(batch, before["next_row"])
        tally = writing.write(chunk)
        _check(len(chunk), tally)
        batch.next_row, batch.offset = chunk[-1].line + 1, chunk[-1].offset
        batch.read = before["read"] + len(chunk)
        for result, count in tally.counts.items():
            setattr(batch, result, before[result] + count)
        if tally.uncallable:
            known = before["options"].get(UNCALLABLE, 0)
            batch.options = {**before["options"], UNCALLABLE: known + tally.uncallable}
        if not batch._state.adding:
            insert_all(_kept(batch, tally))
            batch.save(update_fields=(*_CHECKPOINT, "options") if tally.uncallable else _CHECKPOINT)
        return tally

    try:
        return transact(write)
    except BaseException as error:
        for name, value in before.items():
            setattr(batch, name, value)
        # Who is refused because somebody else runs it has no say in how it stands.
        if isinstance(error, Exception) and not isinstance(error, Refused):
            _fail(batch, error)
        raise


def _hold(batch: ImportBatch, next_row: int) -> None:
    """Two that run one import at once would store its rows twice."""
    if batch._state.adding:
        return
    stored = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if stored.next_row != next_row:
        raise Refused("already_running", _("Somebody else runs this import; wait until it is done."))
    if stored.state != ImportBatch.State.RUNNING:
        raise Refused("stopped", _("Somebody else has stopped this import, or is taking it back."))


def _check(rows: int, tally: Tally) -> None:
    total = sum(tally.counts.values())
    if total != rows:
        raise AssertionError(f"{rows} rows were read, and {total} are accounted for")


def _kept(batch: ImportBatch, tally: Tally) -> list[ImportRow]:
    """A refused row is kept whole, to be corrected. One that was passed over is there already, or is
    somebody's who was erased, so its words are not kept."""
    return [
        ImportRow(
            workspace_id=batch.workspace_id,
            batch=batch,
            line=row.line,
            result=verdict.result,
            lead_id=verdict.lead_id,
            columns=storable(dict(row.columns)) if verdict.result == "refused" else {},
            problems=[_as_json(problem) for problem in verdict.problems],
        )
        for row, verdict in tally.unstored
    ]


def _as_json(problem: Problem) -> dict[str, object]:
    told = {"field": problem.field, "code": problem.code, "message": problem.message}
    return {**told, "value": storable(problem.value), "expected": storable(problem.expected)}


def _begin(batch: ImportBatch) -> None:
    if batch.state in _OVER:
        raise Refused("already_run", _("This import is over. Begin a new one with the same file."))
    batch.state, batch.error = ImportBatch.State.RUNNING, ""
    _save(batch, "state", "error")


def _fail(batch: ImportBatch, error: Exception) -> None:
    """What was stored stays stored, and the import can go on later."""
    batch.state, batch.error = ImportBatch.State.FAILED, f"{type(error).__name__}: {error}"[:2000]
    try:
        _save(batch, "state", "error")
    except DatabaseError:
        # It is about the database, then; a batch that is left running can be resumed too.
        return


def _finish(batch: ImportBatch, actor: Actor, options: Options) -> None:
    def write() -> None:
        _end(batch, ImportBatch.State.FINISHED)
        if not options.dry_run:
            counts = {name: getattr(batch, name) for name in COUNTS}
            said = {"import": str(batch.pk), "name": batch.name, **counts}
            announce(batch.workspace, actor, "import.finished", said)

    transact(write)


def _end(batch: ImportBatch, state: ImportBatch.State) -> None:
    batch.state, batch.finished_at = state, now()
    _save(batch, "state", "finished_at")


def _save(batch: ImportBatch, *names: str) -> None:
    if not batch._state.adding:
        batch.save(update_fields=names)
