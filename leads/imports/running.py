"""Running an import from its file: opened once more, gone on with, and closed with a reason if it breaks."""

from __future__ import annotations

from collections.abc import Callable

from leads.change import Actor
from leads.imports.books import actor_of, reopen
from leads.imports.engine import Report, run
from leads.imports.options import Options
from leads.imports.readers import rows_by
from leads.imports.rows import Opened
from leads.imports.source import Source, Unreadable
from leads.models import ImportBatch

Progress = Callable[[ImportBatch], None]


def run_import(
    batch: ImportBatch,
    file: Source | Opened,
    actor: Actor | None = None,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
    report: Report | None = None,
    jobs: int = 1,
) -> ImportBatch:
    """From the checkpoint on, by `jobs` processes in all.

    A file that cannot be read any further ends it; what is stored stays stored.
    """
    opened = file if isinstance(file, Opened) else reopen(batch, file)
    writer = actor_of(batch, actor)
    options = Options.of(batch)
    try:
        with rows_by(jobs, opened, batch.next_row, options.batch_size, options.region) as rows:
            return run(batch, writer, rows, progress=progress, stop=stop, report=report)
    except Unreadable as refusal:
        batch.state, batch.error = ImportBatch.State.FAILED, refusal.message
        if not batch._state.adding:
            batch.save(update_fields=["state", "error"])
        raise
    finally:
        _tell_warnings(batch, opened)


def _tell_warnings(batch: ImportBatch, opened: Opened) -> None:
    """What was noticed only on the way, such as lines in another encoding."""
    told = batch.options.get("about", {})
    fresh = [warning for warning in opened.layout.warnings if warning not in told.get("warnings", [])]
    if fresh and told:
        told["warnings"] = [*told["warnings"], *fresh]
        if not batch._state.adding:
            batch.save(update_fields=["options"])
