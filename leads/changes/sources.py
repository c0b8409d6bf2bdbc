"""Who wrote a path last, and whether that was later than a given entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leads.changes.paths import is_object_path
from leads.models import Entry, Lead


class Sources:
    """The entries behind the paths of one entry, read in one question, and only if others wrote there too."""

    def __init__(self, lead: Lead, entry: Entry, paths: Iterable[str]) -> None:
        self.entry = entry
        self.of_path: dict[str, str] = lead.field_sources
        wanted = {source for path in paths for source in self._near(path)} - {str(entry.pk)}
        rows = Entry.objects.filter(workspace=lead.workspace_id, lead=lead, pk__in=wanted) if wanted else ()
        self.entries = {str(row.pk): row for row in rows}

    def writer(self, path: str) -> Entry | None:
        """Who wrote here after the entry. Putting back is no writing: it leaves things as they were."""
        return self._latest(path, undos=False)

    def last(self, path: str) -> Entry | None:
        """Who was here last after the entry, with what was put back counted too."""
        return self._latest(path, undos=True)

    def _latest(self, path: str, *, undos: bool) -> Entry | None:
        rows = (self.entries[source] for source in self._near(path) if source in self.entries)
        later = [row for row in rows if row.version > self.entry.version and (undos or not row.undoes_id)]
        return max(later, key=lambda row: row.version, default=None)

    def _near(self, path: str) -> Iterator[str]:
        """The sources of the path; within free objects also of what it is part of and of its parts."""
        if path in self.of_path:
            yield self.of_path[path]
        if is_object_path(path):
            for other, source in self.of_path.items():
                if other.startswith(f"{path}/") or path.startswith(f"{other}/"):
                    yield source
