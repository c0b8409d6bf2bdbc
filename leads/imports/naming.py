"""What a field of a problem is called in the file: by the column that became it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.imports.targets import IGNORE
from leads.models import ImportBatch

# A problem names the whole where a column is a part of it, or a part where a column is the whole.
_PARTS: Final = {"disposition": ("disposition.outcome", "disposition.stage")}
_WHOLE: Final = {"first_name": "name", "last_name": "name"}


class ColumnNames:
    """By the mapping as it is kept, so that it is told of an import whose checklist is another one by now."""

    def __init__(self, batch: ImportBatch) -> None:
        self._names: dict[str, list[str]] = {}
        columns = batch.mapping.get("columns")
        for name, wanted in columns.items() if isinstance(columns, Mapping) else ():
            for reading in wanted if isinstance(wanted, list) else [wanted]:
                path = _path_of(reading)
                if path:
                    self._names.setdefault(path, []).append(name)

    def of(self, field: str) -> str:
        """The column, or the columns; "" where no column became this."""
        found = [name for path in self._paths(field) for name in self._names.get(path, ())]
        return ", ".join(dict.fromkeys(found))

    def _paths(self, field: str) -> list[str]:
        if field in self._names:
            return [field]
        if parts := _PARTS.get(field):
            return list(parts)
        if within := [path for path in self._names if path.startswith(f"{field}.")]:
            return within
        whole = _WHOLE.get(field) or field.rpartition(".")[0]
        return self._paths(whole) if whole else []


def _path_of(reading: Any) -> str:
    path = reading.get("to") if isinstance(reading, Mapping) else reading
    return path if isinstance(path, str) and path != IGNORE else ""
