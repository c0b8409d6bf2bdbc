"""The job that sees to files of an erased person which a crash left."""

from __future__ import annotations

from leads.changes.erase import DISCARDING, discard_files
from leads.models import Job
from leads.outbox.jobs import Pace, runs


@runs(DISCARDING)
def discard(job: Job, pace: Pace) -> dict[str, object]:
    return {"files": discard_files(job)}
