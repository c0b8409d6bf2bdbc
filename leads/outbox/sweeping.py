"""Sweeping up after broken uploads: temporary files, and stored ones that no row knows of.

Both are left alone for a day, so that nothing is swept that somebody is uploading right now.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from leadhub.workspaces.clock import now
from leads.models import Document, ImportBatch, Job
from leads.outbox.exporting import FOLDER
from leads.outbox.gate import is_copy

log = logging.getLogger("leadhub.outbox")

LEFT_ALONE: Final = timedelta(hours=24)

Known = Callable[[Sequence[str]], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stored files: how their keys are made, and which of some keys a row of ours still names.
    Whatever else lies in the storage is not ours to judge."""

    folders: tuple[str, ...]
    name: str
    known: Known


def _documents(keys: Sequence[str]) -> QuerySet[Any]:
    workspace = UUID(keys[0].partition("/")[0])
    rows = Document.objects.filter(workspace=workspace, storage_key__in=keys, deleted_at=None)
    return rows.values_list("storage_key", flat=True)


def _imports(keys: Sequence[str]) -> QuerySet[Any]:
    rows = ImportBatch.objects.filter(workspace=UUID(keys[0].split("/")[1]), storage_key__in=keys)
    return rows.values_list("storage_key", flat=True)


def _exports(keys: Sequence[str]) -> QuerySet[Any]:
    jobs = [UUID(key.rpartition("/")[2].partition(".")[0]) for key in keys]
    rows = Job.objects.filter(workspace=UUID(keys[0].split("/")[1]), pk__in=jobs, output__file__isnull=False)
    return rows.values_list("output__file", flat=True)


_UUID: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KINDS: Final = (
    Kind((r"[0-9a-f]{32}", r"[0-9a-f]{2}"), r"[0-9a-f]{40}", _documents),
    Kind(("imports", r"[0-9a-f]{32}"), r"[0-9a-f]{32}", _imports),
    Kind((FOLDER, _UUID), rf"{_UUID}\.[\w.]+", _exports),
)


def sweep_uploads() -> int:
    """Remove what broken uploads left in the folder for temporary files."""
    gone, folder = 0, Path(settings.FILE_UPLOAD_TEMP_DIR)
    oldest = time.time() - LEFT_ALONE.total_seconds()
    # Uploads lie in it; imports make a folder for theirs, which a worker that was killed leaves behind.
    for path in [*folder.glob("*"), *folder.glob("tmp*/*")]:
        try:
            if path.is_file() and path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # it was in use after all, and is done
    for path in folder.glob("tmp*/"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.rmdir()  # which only an empty one lets happen
    return gone


def sweep_files() -> int:
    """Remove stored files that no row of ours knows of, or whose document was removed."""
    # A copy of the database knows nothing of what came since; the files may be the original's.
    if is_copy():
        return 0
    gone = 0
    for kind in KINDS:
        for keys in _stored(kind):
            for key in sorted(set(keys) - _known(kind, keys)):
                if _is_old(key):
                    default_storage.delete(key)
                    gone += 1
    if gone:
        log.info("Swept %d files that belong to nothing.", gone)
    return gone


def _stored(kind: Kind) -> Iterator[list[str]]:
    """The keys of stored files, folder by folder."""
    first, second = kind.folders
    for outer in _inside("", first):
        for place in _inside(outer, second):
            names = [name for name in default_storage.listdir(place)[1] if re.fullmatch(kind.name, name)]
            if names:
                yield [f"{place}/{name}" for name in names]


def _inside(place: str, wanted: str) -> list[str]:
    try:
        folders = sorted(default_storage.listdir(place)[0])
    except FileNotFoundError:
        return []  # nothing was ever stored
    return [f"{place}/{name}".lstrip("/") for name in folders if re.fullmatch(wanted, name)]


def _known(kind: Kind, keys: Sequence[str]) -> set[str]:
    # In portions, because SQLite takes so many parameters and no more.
    portions = (keys[start : start + 500] for start in range(0, len(keys), 500))
    return {key for portion in portions for key in kind.known(portion)}


def _is_old(key: str) -> bool:
    try:
        return default_storage.get_modified_time(key) < now() - LEFT_ALONE
    except FileNotFoundError:
        return False
