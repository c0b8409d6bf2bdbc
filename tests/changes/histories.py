"""What merges and undos come to, on plain dictionaries: the measure that the store is held against.

Each path of a lead has a log of who put what there, and the last one is its value. An undo takes an entry out
of the log; merges that came after it, and stand, bring there what they would have brought without it. What
stands above it stays. Nothing at a path is None, and each leaf of `/metadata/a` is a path of its own.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

COLUMNS = ("first_name", "last_name", "source", "email")
TREE = "/metadata/a"
EMAILS = "/contact_points/email:"


@dataclass(eq=False)
class Told:
    """An entry: what it changed, from what to what."""

    number: int
    lead: str
    kind: str
    undoes: Told | None = None
    loser: str = ""
    picks: dict = field(default_factory=dict)
    brought: dict = field(default_factory=dict)
    changes: dict = field(default_factory=dict)

    @property
    def root(self):
        return self.undoes.root if self.undoes else self

    @property
    def takes_back(self):
        return self.undoes is not None and not self.undoes.takes_back

    def gives(self, path, below):
        """What a merge makes of what stands at a path."""
        theirs, side = self.brought.get(path), side_of(self.picks, path)
        if path == f"{EMAILS}{self.brought.get('email')}":
            theirs = True
        if side == "loser":
            # Nothing, picked over an answer, opens the item again.
            is_reopened = path.startswith("/answers") and theirs is None and below is not None
            return (None, "TODO") if is_reopened else theirs
        return theirs if not side and is_blank(below) and not is_blank(theirs) else below


class Put(NamedTuple):
    by: Told
    at: int
    value: object


class World:
    def __init__(self, names):
        self.logs = {name: {} for name in names}
        self.survivors = dict.fromkeys(names, "")
        self.told = []

    def values(self, lead):
        tops = {path: log[-1].value for path, log in self.logs[lead].items() if log}
        return {path: value for path, value in tops.items() if value is not None}

    def edit(self, lead, values):
        return self.write(Told(len(self.told), lead, "edit"), values)

    def merge(self, winner, loser, picks):
        ours, theirs = self.values(winner), self.values(loser)
        merge = Told(len(self.told), winner, "merged", loser=loser, picks=picks, brought=theirs)
        paths = {path for path in {*ours, *theirs, *COLUMNS} if not path.startswith(EMAILS)}
        wanted = {path: merge.gives(path, ours.get(path)) for path in paths}
        emails = {f"{EMAILS}{email}" for email in (ours.get("email"), theirs.get("email")) if email}
        emails |= {path for path in theirs if path.startswith(EMAILS)}
        wanted |= dict.fromkeys(emails - {f"{EMAILS}{wanted['email']}"}, True)
        self.survivors[loser] = winner
        return self.write(merge, wanted)

    def write(self, entry, wanted):
        for path, value in wanted.items():
            log = self.logs[entry.lead].setdefault(path, [])
            if value != value_of(log):
                entry.changes[path] = (value_of(log), value)
                log.append(Put(entry, entry.number, value))
        return self.note(entry)

    def note(self, entry):
        if not entry.changes and not entry.loser:
            return None
        self.told.append(entry)
        return entry

    def undo(self, entry):
        """The entry that the undo makes, if it changes anything, and the paths that stay."""
        before, logs = self.values(entry.lead), self.logs[entry.lead]
        self.logs[entry.lead] = {path: list(log) for path, log in logs.items()}
        mattered = self.do_again(entry) if entry.takes_back else self.take_out(entry)
        changes = differences(before, self.values(entry.lead))
        undone = Told(len(self.told), entry.lead, "undone", entry, changes=changes)
        if entry.loser:
            undone.kind, undone.loser = "merge_undone", entry.loser
            self.survivors[entry.loser] = ""
        noted = self.note(undone)
        if noted is None:
            self.logs[entry.lead] = logs
        return noted, mattered - changes.keys()

    def do_again(self, undo):
        for path, (old, new) in undo.changes.items():
            log = self.logs[undo.lead][path]
            is_untouched = not log or log[-1].by.number < undo.number
            if is_untouched and value_of(log) == new:
                log.append(Put(undo.root, len(self.told), old))
        return undo.changes.keys()

    def take_out(self, entry):
        """The paths where this is still a change of anything."""
        mattered, logs, root = set(), self.logs[entry.lead], entry.root
        for path in list(logs) if entry.loser else entry.changes:
            log = logs[path]
            place = next((place for place, put in enumerate(log) if put.by is root), None)
            old, new = entry.changes.get(path, (None, None))
            if place is not None:
                old, new = value_of(log[:place]), log[place].value
            mattered |= {path} if old != new else set()
            if place is not None and (entry.loser or place == len(log) - 1):
                del log[place]
                self.fill(path, log, root)
                email = f"{EMAILS}{new}"
                if path == "email" and new and new != value_of(log):
                    self.fill(email, logs.setdefault(email, []), root)
        return mattered

    def fill(self, path, log, root):
        """Whatever came after the one that went, and stands, has its turn at its place."""
        for merge in self.standing(root.lead):
            if merge.number > root.number and not any(put.by is merge for put in log):
                place = bisect(log, merge.number, key=lambda put: put.at)
                value = merge.gives(path, value_of(log[:place]))
                if value != value_of(log[:place]):
                    log.insert(place, Put(merge, merge.number, value))

    def standing(self, winner=None):
        undone = {entry.undoes for entry in self.told if entry.kind == "merge_undone"}
        merges = [entry for entry in self.told if entry.kind == "merged" and entry not in undone]
        return [merge for merge in merges if winner in (None, merge.lead)]

    def is_undone(self, entry):
        return any(other.undoes is entry and not self.is_undone(other) for other in self.told)

    def survivor(self, lead):
        while self.survivors[lead]:
            lead = self.survivors[lead]
        return lead


def value_of(log):
    return log[-1].value if log else None


def is_blank(value):
    return value in (None, (None, "TODO"))


def side_of(picks, path):
    while path:
        if path in picks:
            return picks[path]
        path = path.rpartition("/")[0]
    return ""


def differences(before, after):
    paths = before.keys() | after.keys()
    found = {path: (before.get(path), after.get(path)) for path in paths}
    return {path: (old, new) for path, (old, new) in found.items() if old != new}
