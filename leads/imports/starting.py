"""An import that a page or a request begins: its file is kept, and the worker runs it."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.errors import Refused
from leads.imports.books import actor_of, earlier, open_batch
from leads.imports.mapping import ColumnMap
from leads.imports.options import Options
from leads.imports.rows import open_rows
from leads.imports.source import Source, Unreadable, find_source, spool
from leads.imports.writing import judge_terms
from leads.models import ImportBatch, Job
from leads.outbox.jobs import cancel, enqueue

IMPORT: Final = "import"
UNDO: Final = "undo_import"
# A file of people is kept no longer than somebody may want to go on with it.
KEPT_FOR: Final = timedelta(days=7)
GONE: Final = gettext_lazy("The file of this import is kept no more; bring it again.")


def take_file(
    workspace: Workspace,
    stream: IO[bytes],
    name: str,
    options: Options,
    *,
    mapping: ColumnMap | None = None,
    constants: dict[str, object] | None = None,
    user_id: UUID | None = None,
) -> ImportBatch:
    """A batch that is ready to run, and not stored yet: the file is readable, its mapping fits, and its bytes
    are kept. Long work, so in nobody's transaction; say `admit`, or else `forget_file`."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        spool(stream, path)
        source = find_source(path, name[:255] or "file")
        opened = open_rows(source, workspace, mapping)
        if constants:
            opened.mapping = opened.mapping.with_constants(constants)
        with open(path, "rb") as file:
            key = default_storage.save(f"imports/{workspace.pk.hex}/{secrets.token_hex(16)}", File(file))
        return open_batch(opened, options, user_id=user_id, storage_key=key, keep=False)


def admit(batch: ImportBatch) -> ImportBatch:
    batch.save(force_insert=True)
    return batch


@contextmanager
def kept_file(batch: ImportBatch) -> Iterator[Source]:
    """Fetched to this machine, wherever it is kept; a copy, so that it stays for as long as it is read."""
    _require_kept(batch)
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        with default_storage.open(batch.storage_key) as file:
            spool(file, path)
        yield find_source(path, batch.name)


@contextmanager
def glanced_at(batch: ImportBatch) -> Iterator[Source]:
    """For a look at its first rows: where it lies, if that is on this machine."""
    _require_kept(batch)
    try:
        path = Path(default_storage.path(batch.storage_key))
    except NotImplementedError:
        with kept_file(batch) as source:
            yield source
        return
    try:
        yield find_source(path, batch.name)
    except OSError:
        raise Unreadable("gone", str(GONE)) from None


def _require_kept(batch: ImportBatch) -> None:
    if not batch.storage_key or not default_storage.exists(batch.storage_key):
        raise Unreadable("gone", str(GONE))


def start(batch: ImportBatch, *, again: bool = False) -> Job:
    """Give it to the worker, once: of two who press the button one is told so."""
    if not batch.options.get("dry_run") and not again:
        before = earlier(batch.workspace, batch.file_hash)
        if before is not None and before.pk != batch.pk:
            words = _("This very file was imported on %s. Say so if it is to be imported again.")
            raise Refused("already_imported", words % f"{before.created_at:%Y-%m-%d}")
    judge_terms(batch.workspace, actor_of(batch), Options.of(batch))
    waiting = (ImportBatch.State.READY, ImportBatch.State.CANCELLED, ImportBatch.State.FAILED)
    begun = ImportBatch.objects.filter(pk=batch.pk, state__in=waiting).update(state="running", error="")
    if begun != 1:
        raise Refused("already_running", _("This import runs already, or is over."))
    batch.state, batch.error = ImportBatch.State.RUNNING, ""
    return _enqueue(batch, IMPORT, {})


def start_undo(batch: ImportBatch, user_id: UUID | None, *, dry_run: bool) -> Job:
    if batch.options.get("dry_run") or batch.state in {ImportBatch.State.READY, ImportBatch.State.RUNNING}:
        raise Refused("not_over", _("Only an import that stored something, and runs no more, is taken back."))
    job = job_of(batch, UNDO)
    if job is not None and job.finished_at is None:
        return job
    return _enqueue(batch, UNDO, {"dry_run": dry_run}, user_id)


def stop(batch: ImportBatch) -> bool:
    """It leaves off behind the rows at hand; what is stored stays stored, and it can go on later."""
    job = job_of(batch, IMPORT)
    return job is not None and cancel(job)


def job_of(batch: ImportBatch, kind: str) -> Job | None:
    found = batch.options.get("jobs", {}).get(kind)
    return Job.objects.filter(workspace=batch.workspace_id, pk=found).first() if found else None


def rehearse(batch: ImportBatch) -> ImportBatch:
    """A batch of its own, which judges every row of the same file and stores none."""
    told: dict[str, Any] = {**batch.options, "dry_run": True, "rehearses": str(batch.pk), "jobs": {}}
    names = ("workspace", "name", "file_hash", "storage_key", "mapping", "user_id")
    copied = {name: getattr(batch, name) for name in names}
    rehearsal = ImportBatch.objects.create(**copied, options=told)
    start(rehearsal)
    return rehearsal


def forget_file(batch: ImportBatch) -> None:
    """Once everything is stored, the leads are kept and their list is not; nor one that nobody admitted."""
    key = batch.storage_key
    if key:
        ImportBatch.objects.filter(workspace=batch.workspace_id, storage_key=key).update(storage_key="")
        batch.storage_key = ""
        default_storage.delete(key)


def forget_old_files() -> None:
    old = ImportBatch.objects.filter(created_at__lt=now() - KEPT_FOR).exclude(storage_key="")
    for batch in old.exclude(state=ImportBatch.State.RUNNING)[:1000]:
        forget_file(batch)


def _enqueue(batch: ImportBatch, kind: str, more: dict[str, object], user_id: UUID | None = None) -> Job:
    total = batch.options.get("about", {}).get("lines", 0)
    job = enqueue(batch.workspace, kind, {"batch": str(batch.pk), **more}, user_id or batch.user_id, total)
    batch.options = {**batch.options, "jobs": {**batch.options.get("jobs", {}), kind: str(job.pk)}}
    batch.save(update_fields=["options"])
    return job


def discard(batch: ImportBatch) -> None:
    """An import that was never started, with its rehearsals."""
    if batch.state != ImportBatch.State.READY:
        raise Refused("not_ready", _("This import was started already; take it back instead."))
    forget_file(batch)
    for row in ImportBatch.objects.filter(workspace=batch.workspace, file_hash=batch.file_hash):
        if row.options.get("rehearses") == str(batch.pk) or row.pk == batch.pk:
            ImportBatch.objects.filter(pk=row.pk).delete()
