"""What a dry run remembers: the keys of the leads that it would have made, so that a file may meet itself.
On disk, because a file may be of any size."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.imports.candidates import Candidate
from leads.imports.options import Options
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
        for one in candidates:
            if one.verdict is None or one.verdict.result != "created":
                continue
            keys = [f"{kind} {one.keys[kind]}" for kind in self.options.kinds if kind in one.keys]
            line = one.row.line
            if any(self._was_before(line, key) for key in keys):
                one.verdict = self._met()
            self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(key, line) for key in keys])

    def _was_before(self, line: int, key: str) -> bool:
        """By its line, since a batch may be judged once more."""
        found = self._seen.execute("SELECT 1 FROM seen WHERE key = ? AND line < ?", (key, line))
        return found.fetchone() is not None

    def _met(self) -> Verdict:
        if self.options.on_match != "skip":
            return Verdict("updated")
        words = _("An earlier row of this file is the same lead.")
        return Verdict("skipped", None, (Problem("", "duplicate_row", words),))
