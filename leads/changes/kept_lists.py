"""Lists of people that are kept as files for a while: uploads that an import may need again, and exports.

Nobody can look for one person in them (they are packed, or were never read), so whoever is erased takes all
of the workspace's along; each is brought or made again in a minute.
"""

from __future__ import annotations

from uuid import UUID

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.models import ImportBatch, Job
from leads.models.outbox import Leased
from leads.queries.jobs import EXPORT


def drop_lists(workspace: Workspace) -> tuple[list[str], list[UUID]]:
    """The files that nobody knows of any more; and the imports that run just now, each from a copy that goes
    with its end."""
    imports = ImportBatch.objects.filter(workspace=workspace)
    kept = imports.exclude(storage_key="")
    files = set(kept.values_list("storage_key", flat=True))
    kept.update(storage_key="")
    running = imports.filter(state=ImportBatch.State.RUNNING).values_list("pk", flat=True)
    return [*sorted(files), *_drop_exports(workspace)], sorted(running)


def _drop_exports(workspace: Workspace) -> list[str]:
    exports = Job.objects.filter(workspace=workspace, kind=EXPORT)
    # One that is being written may have written the person already.
    exports.filter(state=Leased.State.DUE, cancelled_at=None).update(cancelled_at=now())
    files = []
    for job in exports.filter(output__file__isnull=False):
        output = dict(job.output or {})
        files.append(str(output.pop("file")))
        job.output = output
        job.save(update_fields=["output"])
    return files
