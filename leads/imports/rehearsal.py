"""What a dry run remembers: the keys of the leads that it would have made, so that a file may meet itself.
On disk, because a file may be of any size."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from uuid import UUID

from leads.imports.candidates import Candidate
from leads.imports.options import Options
from leads.imports.passed import twice
from leads.imports.verdicts import Verdict


class Rehearsal:
    """What a row would have changed in a lead that is not there is not told from what it would have left."""

    def __init__(self, options: Options) -> None:
        self.options = options
        # A name that is empty is a file of its own, gone with the connection.
        self._seen = sqlite3.connect("", check_same_thread=False)
        self._seen.execute("CREATE TABLE seen (key text PRIMARY KEY, line int) WITHOUT ROWID")

    def look_over(self, candidates: Iterable[Candidate]) -> None:
        """Rows that would make a lead although an earlier row would have made it."""
        first: dict[UUID | None, int] = {}
        for one in candidates:
            verdict = one.verdict
            if verdict is not None and verdict.result == "skipped" and verdict.lead_id in first:
                one.verdict = twice(verdict.by, first[verdict.lead_id])
            if verdict is None or verdict.result != "created":
                continue
            keys = {str(kind): f"{kind} {one.keys[kind]}" for kind in self.options.kinds if kind in one.keys}
            line = one.row.line
            if met := self._met(line, keys):
                first[verdict.lead_id] = met[1]
                one.verdict = twice(*met) if self.options.on_match == "skip" else Verdict("updated")
            told = [(key, line) for key in keys.values()]
            self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", told)

    def _met(self, line: int, keys: Mapping[str, str]) -> tuple[str, int] | None:
        """The key that met an earlier row, and its line: since a batch may be judged once more."""
        for kind, key in keys.items():
            found = self._seen.execute("SELECT line FROM seen WHERE key = ? AND line < ?", (key, line))
            if row := found.fetchone():
                return kind, int(row[0])
        return None
